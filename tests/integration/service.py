"""`ardoq run` as systemd runs it: with a socket for what it says, credentials, and a folder for its
state."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq
from tool import BOUND, Result, Tool


def until(what: Callable[[], object], words: Callable[[], object], bound: float = BOUND) -> None:
    deadline = time.monotonic() + bound
    while not what():
        assert time.monotonic() < deadline, words()
        time.sleep(0.01)


class Ear:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address[0] == "@" else address)
        self._socket.setblocking(False)
        self._heard: list[str] = []

    @property
    def heard(self) -> list[str]:
        """Every assignment so far, in its order."""
        while True:
            try:
                message = self._socket.recv(65536)
            except BlockingIOError:
                return self._heard
            self._heard += message.decode().split("\n")

    def close(self) -> None:
        self._socket.close()


class Service:
    """The service in the length of a `with` block; its folders outlive it."""

    def __init__(
        self, tool: Tool, *arguments: str, token: str | None = None, address: str = ""
    ) -> None:
        self.home = tool.home
        self.state = self.home / "state"
        self.credentials = self.home / "credentials"
        self.arguments = ("run", "--window", "0", *arguments)
        self._address = address or str(self.home / "notify")
        self.state.mkdir(mode=0o700, exist_ok=True)
        self.tool = tool.using(
            STATE_DIRECTORY=str(self.state), NOTIFY_SOCKET=self._address
        )
        if token is not None:
            self.credentials.mkdir(mode=0o700, exist_ok=True)
            (self.credentials / "token").write_text(f"{token}\n")
            self.tool = self.tool.using(CREDENTIALS_DIRECTORY=str(self.credentials))
        self.ear: Ear
        self.process: "subprocess.Popen[bytes]"
        self._lines: list[str] = []

    def __enter__(self) -> "Service":
        Path(self._address).unlink(missing_ok=True)
        self.ear = Ear(self._address)
        self._lines = []
        self.process = self.tool.start(
            *self.arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(BOUND)
        self._reader.join(BOUND)
        assert self.process.stderr
        self.process.stderr.close()
        said = "\n".join((*self.lines, *self.ear.heard))
        self.tool.logs.add_output("ardoq run", said.encode())
        self.ear.close()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._lines.append(line.decode().rstrip("\n"))

    @property
    def lines(self) -> list[str]:
        return list(self._lines)

    def count(self, beginning: str) -> int:
        return sum(line.startswith(beginning) for line in self.lines)

    def wait_for_line(self, beginning: str, count: int = 1) -> str:
        until(
            lambda: self.count(beginning) >= count or self.process.poll() is not None,
            lambda: f"no {beginning!r}: {self.lines}",
        )
        assert self.count(beginning) >= count, self.lines
        return [line for line in self.lines if line.startswith(beginning)][count - 1]

    def wait_to_hear(self, assignment: str, count: int = 1) -> None:
        until(lambda: self.ear.heard.count(assignment) >= count, lambda: self.ear.heard)

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Ends it cleanly. Gives the seconds that this took."""
        began = time.monotonic()
        self.send(number)
        assert self.process.wait(BOUND) == 0, self.lines
        self._reader.join(BOUND)
        return time.monotonic() - began

    def status(self, *arguments: str, **environment: str) -> Result:
        """What `ardoq status` says, as another process of this user."""
        asking = self.tool.without("CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET").using(**environment)
        return asking.run_for_text("status", *arguments)


def settings(server: FakeArdoq, serial: str, **more: str) -> str:
    """A settings file for this stand-in, without the token."""
    lines = {
        "host": f"https://localhost:{server.port}",
        "workspace": WORKSPACE,
        "component_type": DEVICE_TYPE,
        "serial": serial,
        "ca0": f"@{server.ca_path}",
        **more,
    }
    return "".join(f"{name} = {value}\n" for name, value in lines.items())


def write_settings(tool: Tool, text: str) -> None:
    tool.store.parent.mkdir(parents=True, exist_ok=True)
    new = tool.store.with_suffix(".edit")
    new.write_text(text)
    new.chmod(0o600)
    os.replace(new, tool.store)
