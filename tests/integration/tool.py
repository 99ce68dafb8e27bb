"""Runs the built tool, and holds the result."""

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import built
from logs import Logs
from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq
from source import HINTS

BOUND = 30.0

# Sanitizers take their options from the environment.
_KEPT = ("PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """Name of the error that was explained, "" if none was."""
        found = re.search(r"^error: ([A-Z0-9_]+) \(", self.err, re.MULTILINE)
        return found[1] if found else ""


def _named(text: str) -> str:
    """With the names of errors where the build shows their numbers."""
    if built.has("ERROR_NAMES"):
        return text
    names = ("", *HINTS)
    return re.sub(r"(?<= )-(\d+)(?= \([a-z ]+\)$)", lambda m: names[int(m[1])], text, flags=re.M)


def expect_success(result: Result) -> None:
    assert (result.code, result.error) == (0, ""), result.err


def expect_error(result: Result, name: str, code: int) -> None:
    """The tool failed so, and explained it with the error's hint if the build has hints."""
    assert (result.error, result.code) == (name, code), result.err
    assert (f"\n  {HINTS[name]}\n" in result.err) == built.has("HINTS")


def check_lines(result: Result) -> Result:
    """What `check` wrote in a pipe, as it writes it on a terminal."""
    lines = []
    for step in result.json_lines:
        assert [*step] == [key for key in ("result", "step", "text", "error", "more") if key in step]
        assert ("error" in step) == (step["result"] == "failed")
        assert f"{step.get('error', '')} (" in f"{step['text']} ("
        lines += [f"{step['result']:<8}{step['step']:<15} {step['text']}"]
        lines += [f"  {line}" for line in step.get("more", ())]
    return replace(result, out="".join(f"{line}\n" for line in lines))


def server_settings(server: FakeArdoq) -> dict[str, str]:
    """The environment of somebody who has set everything up for this stand-in."""
    return {
        "ARDOQ_API_HOST": f"https://localhost:{server.port}",
        "ARDOQ_API_TOKEN": server.token,
        "ARDOQ_WORKSPACE": WORKSPACE,
        "ARDOQ_COMPONENT_TYPE": DEVICE_TYPE,
        "SSL_CERT_FILE": str(server.ca_path),
    }


class Tool:
    """The tool in its own home, with an environment that holds nothing of the machine's."""

    def __init__(
        self,
        path: Path,
        home: Path,
        logs: Logs,
        environment: dict[str, str] | None = None,
        prefix: tuple[str, ...] = (),
    ) -> None:
        self.path = path
        self.home = home
        self.logs = logs
        self.prefix = prefix
        self.store = home / "config" / "ardoq" / "store"
        self.environment = environment or {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "LC_ALL": "C.UTF-8",
        }

    def using(self, **environment: str) -> "Tool":
        """The same with more variables."""
        return Tool(
            self.path, self.home, self.logs, {**self.environment, **environment}, self.prefix
        )

    def behind(self, *prefix: str) -> "Tool":
        """The same, started by another command."""
        return Tool(self.path, self.home, self.logs, self.environment, prefix)

    def without(self, *names: str) -> "Tool":
        left = {name: text for name, text in self.environment.items() if name not in names}
        return Tool(self.path, self.home, self.logs, left, self.prefix)

    def at(self, server: FakeArdoq) -> "Tool":
        return self.using(**server_settings(server))

    def start(self, *arguments: str, **streams: Any) -> "subprocess.Popen[bytes]":
        """Starts it and leaves the rest to the caller, its logs too."""
        command = [*self.prefix, str(self.path), *arguments]
        return subprocess.Popen(command, env=self.environment, cwd=self.home, **streams)

    def run(self, *arguments: str, stdin: bytes = b"", verbose: bool = True) -> Result:
        """Runs it to its end. Whatever is on standard output must be JSON."""
        result = self._run((*(["--verbose"] if verbose else []), *arguments), stdin)
        if result.out:
            json.loads(result.out)
        return result

    def run_for_text(self, *arguments: str, stdin: bytes = b"") -> Result:
        """The same where the result is no JSON, or none at all."""
        return self._run(arguments, stdin)

    def _run(self, arguments: tuple[str, ...], stdin: bytes) -> Result:
        began = time.monotonic()
        pipe = subprocess.PIPE
        process = self.start(*arguments, stdin=pipe, stdout=pipe, stderr=pipe)
        return self.finish(process, began, arguments, stdin)

    def finish(
        self,
        process: "subprocess.Popen[bytes]",
        began: float,
        arguments: tuple[str, ...],
        stdin: bytes | None = None,
    ) -> Result:
        """Waits for the end of what start() began with pipes, and logs it."""
        try:
            out, err = process.communicate(stdin, BOUND)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        seconds = time.monotonic() - began
        self.logs.add_output(_title(arguments, process.returncode), out, b"\n----\n", err)
        return Result(process.returncode, _named(out.decode()), _named(err.decode()), seconds)


def _title(arguments: tuple[str, ...], code: int) -> str:
    """A token on a command line is the test's own doing, so of arguments only the options stay."""
    shown = (argument if len(argument) < 20 else "..." for argument in arguments)
    return f"ardoq {' '.join(shown)} -> {code}"
