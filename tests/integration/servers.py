"""What the integration tests start: throw-away certificates, and the stand-in for Ardoq."""

import json
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FAKE_ARDOQ = Path(__file__).resolve().parent.parent / "fake_ardoq"
# Debian's own interpreter has starlette and uvicorn; a python3 earlier on PATH may not.
PYTHON = ["/usr/bin/python3", "-B", "-W", "default"]

START_BOUND = 20.0
STOP_BOUND = 10.0

# All that a strict verifier asks for: key identifiers, key usage, basic constraints.
_EXTENSIONS = """
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost, DNS:app.localhost
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True)
class Certificates:
    """PEM files; `ca` signed the server's certificate, `client_ca` the client's."""

    ca: Path
    server: Path
    server_key: Path
    client_ca: Path
    client: Path
    client_key: Path


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"openssl {' '.join(arguments)}\n{done.stderr}")


def _make_authority(folder: Path, name: str) -> None:
    _openssl(
        folder, "req", "-x509", "-config", "extensions.cnf", "-extensions", "authority",
        "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
        "-subj", f"/CN=Test {name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
    )


def _make_certificate(folder: Path, authority: str, name: str, subject: str) -> None:
    _openssl(
        folder, "req", "-new", "-config", "extensions.cnf", "-subj", f"/CN={subject}",
        "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", f"{name}.key", "-out", f"{name}.csr",
    )
    _openssl(
        folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem",
        "-CAkey", f"{authority}.key", "-CAcreateserial", "-days", "30",
        "-extfile", "extensions.cnf", "-extensions", name, "-out", f"{name}.pem",
    )


def make_certificates(folder: Path) -> Certificates:
    """Makes two CAs: one signs a certificate for `localhost`, the other one for a client."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "extensions.cnf").write_text(_EXTENSIONS)
    _make_authority(folder, "ca")
    _make_certificate(folder, "ca", "server", "localhost")
    _make_authority(folder, "client_ca")
    _make_certificate(folder, "client_ca", "client", "device-1")
    return Certificates(
        ca=folder / "ca.pem",
        server=folder / "server.pem",
        server_key=folder / "server.key",
        client_ca=folder / "client_ca.pem",
        client=folder / "client.pem",
        client_key=folder / "client.key",
    )


class FakeArdoq:
    """The stand-in as a process of its own, for the length of a `with` block.

    All its files are in `folder`, so a second one in the same folder, after the first has stopped,
    is a restart. `certificates` saves the time to make new ones.
    """

    def __init__(
        self, folder: Path, *switches: str, certificates: Certificates | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.certificates = certificates or make_certificates(folder / "certificates")
        self.ca_path = self.certificates.ca
        self.database = folder / "ardoq.db"
        self.journal_path = folder / "journal.jsonl"
        self._stderr_path = folder / "stderr.txt"
        self._switches = switches
        self.process: subprocess.Popen[bytes]
        self.port = 0

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

    def stop(self, sig: int = signal.SIGTERM) -> int:
        """Stops it, and gives its exit status; does nothing more when it has stopped already."""
        if self.process.poll() is None:
            self.process.send_signal(sig)
        return self.wait()

    def wait(self) -> int:
        """Waits until it has stopped by itself, and gives its exit status."""
        try:
            status = self.process.wait(STOP_BOUND)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"fake_ardoq did not stop\n{self.stderr}") from None
        finally:
            self.process.stdin.close()
            self.process.stdout.close()
        return status

    def _start(self) -> None:
        command = [
            *PYTHON, str(FAKE_ARDOQ), "serve", "--stop-with-stdin",
            "--certificate", str(self.certificates.server),
            "--key", str(self.certificates.server_key),
            "--database", str(self.database),
            "--journal", str(self.journal_path),
            *self._switches,
        ]
        with self._stderr_path.open("wb") as stderr:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr
            )
        line = self._first_line()
        if not line.startswith(b"PORT "):
            self.process.kill()
            self.wait()
            raise RuntimeError(f"fake_ardoq did not start\n{self.stderr}")
        self.port = int(line.split()[1])

    def _first_line(self) -> bytes:
        """The first line of its output; shorter when it ends, or says nothing for too long."""
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
