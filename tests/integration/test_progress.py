"""What is shown on a terminal of a call that takes longer than a second, and that it is erased."""

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from servers import FakeArdoq
from tool import BOUND, Tool

ERASE = "\r\x1b[K"

LISTS = {
    "workspaces": ["workspaces"],
    "types and fields": ["context"],
    "components": ["components"],
    "devices": ["devices"],
    "elements": ["request", "--all", "/api/v2/workspaces"],
    "devices reported": ["report", "--from", "devices.csv"],
}


@contextmanager
def stopped(server: FakeArdoq) -> Iterator[None]:
    """It answers nothing until then."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


class Terminal:
    """One that shows standard error, and if asked standard output as well."""

    def __init__(self, tool: Tool, *arguments: str, out: Path | None) -> None:
        self.end, other = pty.openpty()
        with open(out or os.devnull, "wb") as file:
            self.process = tool.start(*arguments, stdout=file if out else other, stderr=other)
        os.close(other)
        self.shown = ""

    def read(self, seconds: float = BOUND) -> bool:
        """Whether something more has come."""
        ready, _, _ = select.select([self.end], [], [], seconds)
        with suppress(OSError):  # the other end is closed
            part = os.read(self.end, 65536).decode() if ready else ""
            self.shown += part
            return bool(part)
        return False

    def read_until(self, text: str) -> None:
        while text not in self.shown:
            assert self.read(), self.shown

    def finish(self) -> int:
        while self.read():
            pass
        os.close(self.end)
        return self.process.wait(BOUND)


def on_screen(shown: str) -> str:
    """What is left of it at the end."""
    return "".join(f"{line.split(ERASE)[-1]}\n" for line in shown.split("\r\n"))


@pytest.fixture
def devices(ask: Tool) -> Tool:
    rows = "".join(f"PR-{i}\n" for i in range(3))
    (ask.home / "devices.csv").write_text(f"serial\n{rows}")
    assert ask.run_for_text("--verbose", "report", "--from", "devices.csv").code == 0
    return ask


@pytest.mark.parametrize(("what", "command"), LISTS.items(), ids=LISTS)
def test_a_wait_is_shown_and_erased(
    devices: Tool, server: FakeArdoq, what: str, command: list[str]
) -> None:
    out = devices.home / "out"
    with stopped(server):
        terminal = Terminal(devices, *command, out=out)
        terminal.read_until(f"{ERASE}0 {what}")
    assert terminal.finish() == 0
    rest = on_screen(terminal.shown)
    assert what not in rest or command[0] == "report"
    assert rest.strip("\n").count("\n") == 0
    lines = devices.run_for_text(*command).out.count("\n")
    assert out.read_text().count("\n") == lines > 0


@pytest.mark.parametrize("command", [["components"], ["devices"], ["workspaces"]], ids=" ".join)
def test_before_a_table_it_is_shown_too(
    devices: Tool, server: FakeArdoq, command: list[str]
) -> None:
    with stopped(server):
        terminal = Terminal(devices, *command, out=None)
        terminal.read_until(f"{ERASE}0 {command[0]}")
    assert terminal.finish() == 0
    assert on_screen(terminal.shown).startswith("NAME ")


def test_a_failure_is_not_written_into_it(devices: Tool, server: FakeArdoq) -> None:
    with stopped(server):
        terminal = Terminal(devices, "components", out=devices.home / "out")
        terminal.read_until(f"{ERASE}0 components")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.finish() == 5
    assert re.search(r"0 components(\r\x1b\[K)+(\x1b\[[0-9;]*m)*error: ", terminal.shown)
    assert re.sub(r"\x1b\[[0-9;]*m", "", on_screen(terminal.shown)).startswith("error: INTERRUPTED")


def seconds_of_silence(tool: Tool, server: FakeArdoq, *command: str, out: Path | None) -> str:
    """What came in more time than it takes to show something."""
    with stopped(server):
        terminal = Terminal(tool, *command, out=out)
        end = time.monotonic() + 1.6
        while (left := end - time.monotonic()) > 0:
            terminal.read(left)
        shown = terminal.shown
    terminal.finish()
    return shown


def test_nothing_is_mixed_with_results(devices: Tool, server: FakeArdoq) -> None:
    assert seconds_of_silence(devices, server, "components", "--json", out=None) == ""


def test_a_quick_call_shows_nothing(devices: Tool) -> None:
    terminal = Terminal(devices, "components", out=devices.home / "out")
    assert terminal.finish() == 0
    assert terminal.shown == ""


def test_a_file_gets_nothing(devices: Tool, server: FakeArdoq) -> None:
    pipe = subprocess.PIPE
    with stopped(server):
        process = devices.start("components", stdout=pipe, stderr=pipe)
        ready, _, _ = select.select([process.stderr], [], [], 1.6)
        assert not ready
    out, err = process.communicate(timeout=BOUND)
    assert (process.returncode, err) == (0, b"")
    assert out
