"""Independent TLS servers from the distribution, started for tests.

Each runs in the foreground as a child of the test, on the loopback, with its own configuration in a
folder that only it uses. It answers /api/v2/me as Ardoq does.
"""

import json
import os
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from names import unshare
from peers import Resuming
from servers import Certificates

START_BOUND = 20.0
STOP_BOUND = 10.0

# One endpoint for each.
VERSIONS = ("1.2", "1.3")
KEYS = {"ec": "server", "rsa": "rsa"}
Ports = dict[tuple[str, str], int]

ME = json.dumps(
    {"org": {"name": "Acme", "label": "acme"}, "user": {"email": "a@acme.example"}}
)
CREATED = json.dumps({"components": {"created": [{"id": "5f00"}]}})

# nginx and Apache are where only root looks for programs.
_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"


@dataclass(frozen=True)
class Stranger:
    ports: Ports
    # What must be before a command for it to reach the server.
    prefix: tuple[str, ...] = field(default=())
    # How many connections to a port were resumed, by what the server itself says.
    resumed: Callable[[int], int] = field(default=lambda port: 0)


def reserved_port() -> int:
    """A port for a server that cannot tell which one the kernel has chosen.

    A connection of it is in the state TIME-WAIT, for a minute. Until then the kernel gives the port
    to nobody who lets it choose, and to whoever asks for it by its number, as a server does.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()) as client:
            # Who closes first has to wait.
            listener.accept()[0].close()
            assert client.recv(1) == b""
        return listener.getsockname()[1]


def _reserved_ports() -> Ports:
    return {(version, key): reserved_port() for version in VERSIONS for key in KEYS}


def _wait_until(is_ready: Callable[[], bool], processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    deadline = time.monotonic() + START_BOUND
    while not is_ready():
        assert all(process.poll() is None for process in processes), "a server has ended"
        assert time.monotonic() < deadline, "a server does not start"
        time.sleep(0.02)


def _accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


@contextmanager
def _running(folder: Path, *commands: Sequence[str]) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """The commands, until the end of the block. Their last words are in folder/log."""
    processes = []
    environment = {"PATH": _PATH, "LC_ALL": "C.UTF-8"}
    with (folder / "log").open("wb") as log:
        try:
            for command in commands:
                processes.append(
                    subprocess.Popen(
                        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                        stdout=log, stderr=log, executable=shutil.which(command[0], path=_PATH),
                    )
                )
            yield processes
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                try:
                    process.wait(STOP_BOUND)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _logged(folder: Path, word: str) -> Callable[[int], int]:
    """Counts the lines of folder/sessions with a port and this word."""

    def count(port: int) -> int:
        log = folder / "sessions"
        return log.read_text("ascii").splitlines().count(f"{port} {word}") if log.exists() else 0

    return count


def _served(
    folder: Path, *commands: Sequence[str], ports: Ports, resumed: str = ""
) -> Iterator[Stranger]:
    with _running(folder, *commands) as processes:
        for port in ports.values():
            _wait_until(lambda port=port: _accepts(port), processes)
        yield Stranger(ports, resumed=_logged(folder, resumed))


@contextmanager
def nginx(folder: Path, certificates: Certificates) -> Iterator[Stranger]:
    """It prefers its own order, of signatures too, as many do; Apache follows the client."""
    ports = _reserved_ports()
    servers = "".join(
        f"""
        server {{
            listen 127.0.0.1:{port} ssl;
            ssl_protocols TLSv{version};
            ssl_prefer_server_ciphers on;
            ssl_certificate {certificates.pem(KEYS[key])};
            ssl_certificate_key {certificates.key(KEYS[key])};
            default_type application/json;
            location = /api/v2/me {{ return 200 '{ME}'; }}
            location = /api/v2/batch {{ return 200 '{CREATED}'; }}
        }}"""
        for (version, key), port in ports.items()
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"""
        daemon off;
        master_process off;
        pid {folder}/pid;
        events {{ }}
        http {{
            log_format sessions '$server_port $ssl_session_reused';
            access_log {folder}/sessions sessions;
            root {folder}/none;
            {temporary} {servers}
        }}"""
    )
    command = ("nginx", "-e", f"{folder}/error.log", "-p", f"{folder}", "-c", "nginx.conf")
    yield from _served(folder, command, ports=ports, resumed="r")


@contextmanager
def apache(folder: Path, certificates: Certificates) -> Iterator[Stranger]:
    ports = _reserved_ports()
    me = folder / "www" / "api" / "v2" / "me"
    me.parent.mkdir(parents=True)
    me.write_text(ME)
    batch = folder / "batch.cgi"
    batch.write_text(
        "#!/bin/sh\ncat >&2\n"
        f"printf '%s\\r\\n' 'Content-Type: application/json' '' '{CREATED}'\n"
    )
    batch.chmod(0o755)
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_prefork", "authz_core", "alias", "cgi", "ssl")
    )
    hosts = "".join(
        f"""
        Listen 127.0.0.1:{port}
        <VirtualHost 127.0.0.1:{port}>
            SSLEngine on
            SSLProtocol -all +TLSv{version}
            SSLCertificateFile {certificates.pem(KEYS[key])}
            SSLCertificateKeyFile {certificates.key(KEYS[key])}
        </VirtualHost>"""
        for (version, key), port in ports.items()
    )
    # As root it becomes another user, who must be able to read what is served.
    (folder / "apache.conf").write_text(
        f"""
        {modules}
        ServerName localhost
        ServerRoot {folder}
        DefaultRuntimeDir {folder}
        PidFile {folder}/pid
        ErrorLog {folder}/error.log
        CustomLog {folder}/sessions "%p %{{SSL_SESSION_RESUMED}}x"
        User nobody
        Group nogroup
        DocumentRoot {folder}/www
        ScriptAlias /api/v2/batch {batch}
        <Location />
            ForceType application/json
        </Location>
        {hosts}
        """
    )
    yield from _served(folder, ("apache2", "-X", "-f", f"{folder}/apache.conf"), ports=ports,
                       resumed="Resumed")


def _openssl_commands(
    folder: Path, certificates: Certificates, ports: Ports, *options: str
) -> Iterator[tuple[str, ...]]:
    """It sends a file as it is, head included."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    me = folder / "api" / "v2" / "me"
    me.parent.mkdir(parents=True)
    me.write_text(f"{head}Content-Length: {len(ME)}\r\n\r\n{ME}", newline="")
    for (version, key), port in ports.items():
        yield (
            *("openssl", "s_server", "-HTTP", "-accept", f"127.0.0.1:{port}"),
            *("-cert", f"{certificates.pem(KEYS[key])}", "-key", f"{certificates.key(KEYS[key])}"),
            f"-tls{version.replace('.', '_')}",
            *options,
        )


@contextmanager
def openssl(folder: Path, certificates: Certificates) -> Iterator[Stranger]:
    ports = _reserved_ports()
    commands = _openssl_commands(folder, certificates, ports)
    yield from _served(folder, *commands, ports=ports)


@contextmanager
def openssl_signing(
    folder: Path,
    certificates: Certificates,
    version: str,
    algorithms: Sequence[str],
    *options: str,
) -> Iterator[int]:
    """One with an RSA key that signs in these ways alone: the first that it can, or, without
    -serverpref among its options, that the client can. Its port."""
    ports = {(version, "rsa"): reserved_port()}
    commands = _openssl_commands(
        folder, certificates, ports, "-sigalgs", ":".join(algorithms), *options
    )
    for running in _served(folder, *commands, ports=ports):
        yield running.ports[version, "rsa"]


@contextmanager
def openssl_library(_: Path, certificates: Certificates) -> Iterator[Stranger]:
    """OpenSSL's own server does not tell of sessions, but what is built on it can."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(ME)}"
    answer = f"{head}\r\n\r\n{ME}".encode("ascii")
    with ExitStack() as stack:
        servers = {
            version: stack.enter_context(Resuming(certificates, version, answer))
            for version in VERSIONS
        }
        resumed = {server.port: server for server in servers.values()}
        yield Stranger(
            {(version, "ec"): server.port for version, server in servers.items()},
            resumed=lambda port: resumed[port].resumed,
        )


# gnutls-serv listens at every address, so it gets a network that has only a loopback, and begins with
# that down. Ends with standard input.
_IN_OWN_NETWORK = """
import fcntl, json, socket, struct, subprocess, sys, time
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 1))  # SIOCSIFFLAGS: up
processes = [
    subprocess.Popen(command, stdout=open(f"sessions-{port}", "wb"))
    for command, port in zip(json.loads(sys.argv[1]), json.loads(sys.argv[2]))
]
try:
    for port in json.loads(sys.argv[2]):
        while all(process.poll() is None for process in processes):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
    print("READY", flush=True)
    sys.stdin.read()
finally:
    for process in processes:
        process.kill()
"""


def _gnutls_resumed(log: Path) -> int:
    return log.read_text("utf-8", "replace").count("*** This is a resumed session")


@contextmanager
def gnutls(folder: Path, certificates: Certificates) -> Iterator[Stranger]:
    """It calls whatever it sends a page."""
    ports = _reserved_ports()
    (folder / "me").write_text(ME)
    commands = [
        [
            # It tells of sessions at once.
            *("stdbuf", "--output=L", "gnutls-serv", "--http", "--httpdata=me", f"--port={port}"),
            f"--x509certfile={certificates.pem(KEYS[key])}",
            f"--x509keyfile={certificates.key(KEYS[key])}",
            f"--priority=NORMAL:-VERS-ALL:+VERS-TLS{version}",
        ]
        for (version, key), port in ports.items()
    ]
    apart = unshare("--net")
    command = [*apart, "/usr/bin/python3", "-c", _IN_OWN_NETWORK]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, json.dumps(commands), json.dumps([*ports.values()])],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )
        try:
            ready, _, _ = select.select([process.stdout], [], [], START_BOUND)
            assert ready and b"READY" in os.read(process.stdout.fileno(), 65536)
            as_user = ("--user", "--preserve-credentials") if "--map-root-user" in apart else ()
            prefix = ("nsenter", f"--target={process.pid}", "--net", *as_user)
            yield Stranger(ports, prefix, lambda port: _gnutls_resumed(folder / f"sessions-{port}"))
        finally:
            process.communicate(timeout=STOP_BOUND)
