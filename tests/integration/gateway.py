"""A gateway of examples/gateway: the real nginx with its filter, and a CA whose devices it knows."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from servers import DEVICE_TYPE, TOKEN, WORKSPACE, Certificates, FakeArdoq
from strangers import reserved_port

FILES = Path(__file__).resolve().parents[2] / "examples" / "gateway"
BOUND = 20.0

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
NJS = Path("/usr/lib/nginx/modules/ngx_http_js_module.so")
MISSING = "" if NGINX and NJS.exists() else "nginx or libnginx-mod-http-js is not installed"


class Authority:
    """A CA that ardoq-ca makes, and the keys of its devices."""

    def __init__(self, folder: Path, **environment: str) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.ca = folder / "ca"
        self.run("init", "Test fleet", **environment)

    def run(self, *arguments: str, check: bool = True, **environment: str) -> Any:
        return subprocess.run(
            [FILES / "ardoq-ca", *arguments], check=check, capture_output=True, text=True,
            env={"PATH": os.environ["PATH"], "ARDOQ_CA": str(self.ca), **environment},
        )

    def request(self, name: str, subject: str = "", *options: str, key: str = "ec:P-256") -> Path:
        """Makes a key and a request, as a device does."""
        path = self.folder / f"{name}.csr"
        kind, _, size = key.partition(":")
        curve = ("-pkeyopt", f"ec_paramgen_curve:{size}") if kind == "ec" else ()
        subprocess.run(
            ["openssl", "req", "-new", "-nodes", "-newkey", kind if curve else key, *curve, "-keyout",
             self.key(name), "-out", path, "-subj", subject or f"/CN={name}", *options],
            check=True, capture_output=True,
        )
        return path

    def enrol(self, name: str) -> None:
        self.pem(name).write_text(self.run("enrol", str(self.request(name))).stdout)

    def sign(self, name: str, subject: str, *options: str) -> None:
        """A certificate of the CA that ardoq-ca would not make."""
        subprocess.run(
            ["openssl", "x509", "-req", "-in", self.request(name, subject), "-CA",
             self.ca / "ca.pem", "-CAkey", self.ca / "ca.key", "-CAcreateserial", "-CAserial",
             self.folder / "serial", "-out", self.pem(name), *(options or ("-days", "1"))],
            check=True, capture_output=True,
        )

    def sign_ended(self, name: str, serial: str) -> None:
        """A certificate of the past: openssl x509 of Debian 13 takes no days before today."""
        subprocess.run(
            ["openssl", "ca", "-batch", "-config", self.ca / "openssl.cnf", "-in", self.request(name),
             "-subj", f"/CN={serial}", "-startdate", "20200101000000Z", "-enddate",
             "20210101000000Z", "-notext", "-out", self.pem(name)],
            check=True, capture_output=True, env={**os.environ, "ARDOQ_CA": str(self.ca)},
        )

    def sign_list(self, seconds: int) -> None:
        """A list of the revoked that ends soon."""
        subprocess.run(
            ["openssl", "ca", "-gencrl", "-crlsec", str(seconds), "-config",
             self.ca / "openssl.cnf", "-out", self.ca / "crl.pem"],
            check=True, capture_output=True, env={**os.environ, "ARDOQ_CA": str(self.ca)},
        )

    def pem(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"


class Gateway:
    def __init__(
        self, folder: Path, certificates: Certificates, authority: Authority,
        upstream: FakeArdoq | int, **settings: Any,
    ) -> None:
        """In front of the stand-in, or of whatever is at a port."""
        folder.mkdir(parents=True)
        self.token = TOKEN if isinstance(upstream, int) else upstream.token
        port = upstream if isinstance(upstream, int) else upstream.port
        (folder / "token").write_text(self.token)
        self.folder = folder
        self.certificates = certificates
        self.port = reserved_port()
        self.settings = {
            "name": "localhost",
            "listen": f"127.0.0.1:{self.port}",
            "certificate": str(certificates.pem("server")),
            "certificate_key": str(certificates.key("server")),
            "device_ca": str(authority.ca / "ca.pem"),
            "device_crl": str(authority.ca / "crl.pem"),
            "host": f"localhost:{port}",
            "org_label": "acme",
            "token_file": str(folder / "token"),
            "trusted_ca": str(certificates.pem("ca")),
            "workspace": WORKSPACE,
            "component_type": DEVICE_TYPE,
            "requests_per_second": 1000,
            "requests_per_minute_of_a_device": 6000,
            "burst_of_a_device": 500,
            "connections": 64,
            "run": str(folder),
            "log": str(folder),
            # The folder of a test is its owner's alone.
            "user": "root" if os.geteuid() == 0 else "",
            **settings,
        }
        self.authority = authority
        self.configure()

    def configure(self, **settings: Any) -> None:
        self.settings.update(settings)
        (self.folder / "gateway.json").write_text(json.dumps(self.settings))
        subprocess.run(
            [FILES / "configure", self.folder / "gateway.json"], check=True, capture_output=True
        )

    @contextmanager
    def running(self) -> Iterator["Gateway"]:
        command = [NGINX, "-e", self.folder / "error.log", "-p", self.folder,
                   "-c", self.folder / "nginx.conf", "-g", "daemon off;"]
        with (self.folder / "output").open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self.process = process
        try:
            wait_until(self._accepts, self._log)
            yield self
        finally:
            process.terminate()
            process.wait(BOUND)

    def _accepts(self) -> bool:
        assert self.process.poll() is None, self._log()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False

    def _log(self) -> str:
        names = ("output", "error.log")
        return "".join(
            (self.folder / name).read_text() for name in names if (self.folder / name).exists()
        )

    def workers(self) -> set[str]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return set(path.read_text().split())

    def reload(self) -> None:
        """Until no worker knows the settings from before."""
        old = self.workers()
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.workers() and not self.workers() & old, self._log)

    # Requests

    def context(self, device: str | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.certificates.pem("ca")))
        if device:
            context.load_cert_chain(self.authority.pem(device), self.authority.key(device))
        return context

    def connect(self, device: str | None) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "localhost", self.port, context=self.context(device), timeout=BOUND
        )

    def ask(
        self, device: str | None, method: str, path: str, body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> "Answer":
        connection = self.connect(device)
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            headers = {name.title(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())
        finally:
            connection.close()

    def raw(self, device: str, sent: bytes) -> bytes:
        """What comes back until it closes."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), BOUND) as plain:
            with self.context(device).wrap_socket(plain, server_hostname="localhost") as secure:
                secure.sendall(sent)
                with suppress(OSError):
                    while part := secure.recv(65536):
                        received += part
        return received

    def batch(self, device: str, body: Any) -> "Answer":
        return self.ask(device, "POST", "/api/v2/batch", body)


class Answer:
    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        assert self.headers["Content-Type"] == "application/json"
        return self.json["message"]


def wait_until(is_true: Any, tell: Any = lambda: "") -> None:
    deadline = time.monotonic() + BOUND
    while not is_true():
        assert time.monotonic() < deadline, f"too late {tell()}"
        time.sleep(0.01)


def refusal(answer: Answer, status: int = 403) -> str:
    """The gateway rejected it, with a message that the client shows."""
    assert answer.status == status, answer.body
    assert re.match("gateway: ", answer.message)
    return answer.message
