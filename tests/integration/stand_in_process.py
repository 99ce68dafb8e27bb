"""Starts the stand-in for Ardoq as a process, without a new interpreter each time.

A test run starts it several hundred times, and most of the time of a start goes into importing what
it is built on. So one process imports that, and is forked for each start.
"""

import multiprocessing
import os
import runpy
import signal
import sys
import warnings
from contextlib import suppress
from io import FileIO
from multiprocessing.connection import Connection
from pathlib import Path

FAKE_ARDOQ = Path(__file__).resolve().parent.parent / "fake_ardoq"

# What takes long. The stand-in's own modules are read at each start.
_PRELOADED = ["jsonschema", "sqlite3", "starlette.applications", "starlette.routing", "uvicorn"]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_PRELOADED)


class StandInProcess:
    """The part of subprocess.Popen that its users need."""

    def __init__(self, arguments: list[str], stderr: Path) -> None:
        stdin_end, stdin = _context.Pipe(duplex=False)
        stdout, stdout_end = _context.Pipe(duplex=False)
        self._process = _context.Process(
            target=_run, args=(arguments, stdin_end, stdout_end, stderr)
        )
        self._process.start()
        for end in (stdin_end, stdout_end):
            end.close()
        self.stdin = _file(stdin, "wb")
        self.stdout = _file(stdout, "rb")

    def is_running(self) -> bool:
        return self._process.exitcode is None

    def send_signal(self, number: int) -> None:
        """Does nothing when it has ended, be it only now."""
        if self.is_running():
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, negative for a signal; TimeoutError when it has not ended by then."""
        self._process.join(timeout)
        if self.is_running():
            raise TimeoutError(f"it still runs after {timeout} s")
        return self._process.exitcode


def _file(connection: Connection, mode: str) -> FileIO:
    with connection:
        return FileIO(os.dup(connection.fileno()), mode)


def _run(arguments: list[str], stdin: Connection, stdout: Connection, stderr: Path) -> None:
    """In the new process: becomes what `python3 -W default tests/fake_ardoq ARGUMENTS` would be."""
    os.dup2(stdin.fileno(), 0)
    os.dup2(stdout.fileno(), 1)
    with stderr.open("wb") as file:
        os.dup2(file.fileno(), 2)
    stdin.close()
    stdout.close()
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)
    warnings.simplefilter("default")
    sys.argv = [str(FAKE_ARDOQ), *arguments]
    runpy.run_path(str(FAKE_ARDOQ), run_name="__main__")
