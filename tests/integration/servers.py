"""The stand-in for Ardoq as a process, and the certificates of tests."""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from certificates import RECIPES
from certificates import make as write_certificates
from stand_in_process import FAKE_ARDOQ, StandInProcess

# Debian's own interpreter has starlette and uvicorn; a python3 earlier on PATH may not.
PYTHON = ["/usr/bin/python3", "-B", "-W", "default"]

# The stand-in's default content.
TOKEN = "test-token"
WORKSPACE = "5e00000000000000000000aa"
DEVICE_TYPE = "p1700000000000"
LOCATIONS = "5e00000000000000000000ab"
LOCATION_TYPE = "p1900000000000"
PRODUCTS = "5e00000000000000000000ac"
PRODUCT_TYPE = "p2000000000000"

START_BOUND = 20.0
STOP_BOUND = 10.0


class Certificates:
    """The files that tests/certificates.py writes, by the names it gives them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pem(self, name: str) -> Path:
        return self._folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        return self._folder / f"{name}.key"

    def pin(self, name: str) -> str:
        return (self._folder / f"{name}.pin").read_text("ascii")


def make_certificates(folder: Path, *names: str) -> Certificates:
    """Those of these names; without names all."""
    write_certificates(folder, names or RECIPES)
    return Certificates(folder)


class FakeArdoq:
    """The stand-in for the length of a `with` block.

    All its files are in `folder`, so a second one in the same folder, after the first has stopped,
    is a restart. `identity` names the certificate that it shows.
    """

    def __init__(
        self,
        folder: Path,
        *switches: str,
        certificates: Certificates,
        identity: str = "server",
        token: str = TOKEN,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.ca_path = certificates.pem("ca")
        self.token = token
        self.database = folder / "ardoq.db"
        self.journal_path = folder / "journal.jsonl"
        self._stderr_path = folder / "stderr.txt"
        self._switches = [
            *("--certificate", str(certificates.pem(identity))),
            *("--key", str(certificates.key(identity))),
            *("--token", token),
            *switches,
        ]
        self.process: StandInProcess
        self.port = 0
        # Of the page for people, with --page-port.
        self.page = ""

    def __enter__(self) -> "FakeArdoq":
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def journal(self) -> list[dict[str, Any]]:
        """Every request received so far, oldest first."""
        if not self.journal_path.exists():
            return []
        return [json.loads(line) for line in self.journal_path.read_text("utf-8").splitlines()]

    @property
    def stderr(self) -> str:
        return self._stderr_path.read_text("utf-8", "replace")

    def show(self) -> str:
        """What `show` prints about the database."""
        command = [*PYTHON, str(FAKE_ARDOQ), "show", "--database", str(self.database)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def ask_to_stop(self, sig: int = signal.SIGTERM) -> None:
        self.process.send_signal(sig)

    def stop(self) -> int:
        """Stops it, and returns its exit status; may be called again."""
        self.ask_to_stop()
        return self.wait()

    def wait(self) -> int:
        """Waits until it has stopped by itself, and gives its exit status."""
        try:
            status = self.process.wait(STOP_BOUND)
        except TimeoutError:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"fake_ardoq did not stop\n{self.stderr}") from None
        finally:
            self.process.stdin.close()
            self.process.stdout.close()
        return status

    def _start(self) -> None:
        arguments = [
            *("serve", "--stop-with-stdin"),
            *("--database", str(self.database)),
            *("--journal", str(self.journal_path)),
            *self._switches,
        ]
        self.process = StandInProcess(arguments, self._stderr_path)
        line = self._line()
        if not line.startswith(b"PORT "):
            self.process.kill()
            self.wait()
            raise RuntimeError(f"fake_ardoq did not start\n{self.stderr}")
        self.port = int(line.split()[1])
        if "--page-port" in self._switches:
            self.page = f"http://localhost:{int(self._line().split()[1])}/"

    def _line(self) -> bytes:
        """The next line of its output; shorter when it ends, or says nothing for too long."""
        output = self.process.stdout.fileno()
        deadline = time.monotonic() + START_BOUND
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([output], [], [], max(0.0, deadline - time.monotonic()))
            part = os.read(output, 1) if ready else b""
            if not part:
                break
            line += part
        return line


# Gives a stand-in with these switches; see the fixtures `serve` and `serve_once`.
Serve = Callable[..., FakeArdoq]
