"""The HTTPS server: uvicorn, changed to listen early, stop fast, and close on demand."""

import asyncio
import os
import socket
import ssl
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

# uvicorn's default allows only CBC suites with TLS 1.2.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
_COMMON: dict[str, Any] = {
    "ws": "none",
    "loop": "asyncio",
    "lifespan": "off",
    "log_level": "warning",
    "access_log": False,
    "proxy_headers": False,
    "server_header": False,
}
TLS_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class _CloseDelimited(h11.Connection):
    """Answers every client like an HTTP/1.0 client: the end of the connection ends the body.

    To an HTTP/1.1 client h11 always sends a body of unknown length chunked.
    """

    their_http_version = property(lambda self: b"1.0", lambda self, version: None)


class _CloseDelimitedProtocol(H11Protocol):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = _CloseDelimited(h11.SERVER)


async def _cut(server: uvicorn.Server) -> None:
    """Cuts every connection, instead of uvicorn's own shutdown.

    That one waits up to 30 seconds for an idle TLS client to say goodbye, and from Python 3.12
    on up to 60 seconds for a client that has connected but not begun its handshake.
    """
    for each in server.servers:
        each.close()
    for connection in list(server.server_state.connections):
        connection.transport.abort()
    if server.server_state.tasks:
        await asyncio.wait(server.server_state.tasks, timeout=1)


class _PageServer(uvicorn.Server):
    """Runs in the event loop of another server, which handles signals; prints its port too."""

    def __init__(self, page: ASGIApp, port: int) -> None:
        super().__init__(uvicorn.Config(page, http="h11", **_COMMON))
        # Only on this address, because anyone who can connect can read everything.
        self._listener = listen("127.0.0.1", port)

    async def begin(self) -> None:
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup([self._listener])
        print("PAGE", self._listener.getsockname()[1], flush=True)


class Server(uvicorn.Server):
    """The API and, without TLS, the page for people."""

    def __init__(self, config: uvicorn.Config, page: ASGIApp | None = None, port: int = 0) -> None:
        super().__init__(config)
        self._page = _PageServer(page, port) if page else None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Prints the port only when signals are handled and connections are accepted."""
        await super().startup(sockets)
        for listener in sockets or []:
            print("PORT", listener.getsockname()[1], flush=True)
        if self._page:
            await self._page.begin()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await _cut(self)
        if self._page:
            await _cut(self._page)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Does not store the signal, with which uvicorn would later end the process."""
        self.should_exit = True

    def stop_with_stdin(self) -> None:
        """Stops when standard input ends, which also happens when the parent process dies."""
        threading.Thread(target=self._await_stdin, daemon=True).start()

    def _await_stdin(self) -> None:
        while os.read(0, 4096):
            pass
        self.should_exit = True


def listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family)
    # asyncio only sets this on sockets created with an explicit protocol; accepted ones inherit it.
    # Without it, head and body of an answer arrive up to 40 ms apart.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def configure(
    app: ASGIApp,
    certificate: Path,
    key: Path,
    client_ca: Path | None,
    tls_max: str,
    close_delimited: bool,
) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=_CloseDelimitedProtocol if close_delimited else "h11",
        **_COMMON,
        ssl_certfile=str(certificate),
        ssl_keyfile=str(key),
        ssl_ca_certs=str(client_ca) if client_ca else None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if client_ca else ssl.CERT_NONE,
        ssl_ciphers=_CIPHERS,
    )
    config.load()
    config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    config.ssl.maximum_version = TLS_VERSIONS[tls_max]
    return config
