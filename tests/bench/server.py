"""A server on the loopback that answers as Ardoq does, always with the same bytes, and counts what
its clients cost the network.

Cipher and curve are the client's choice, as with nginx.
"""

import contextlib
import io
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

REPORT_ANSWER = json.dumps(
    {
        "components": {
            "created": [],
            "updated": [
                {
                    "id": "5e00000000000000000000bb",
                    "body": {"name": "Pump controller 2 52540012ab34", "version": 17},
                }
            ],
            "deleted": [],
        }
    }
).encode()

COMPONENTS = 10_000


def _component(number: int) -> dict:
    """One of some 760 bytes."""
    return {
        "_id": f"5e{number:022x}",
        "rootWorkspace": "5e00000000000000000000aa",
        "name": f"Pump controller 2 5254{number:08x}",
        "description": 'In the pump house, behind "gate 3"\n',
        "typeId": "p1700000000000",
        "type": "Device",
        "parent": None,
        "color": "#1f77b4",
        "_order": 1700000000000.5 + number,
        "_version": 17,
        "customFields": {
            "device_serial": f"5254{number:08x}",
            "device_mac": "52:54:00:12:ab:34",
            "device_model": "Pump controller 2",
            "device_chip": "Arm Cortex-M3",
            "device_sdk_version": "lwIP 2.1.3, mbed TLS 2.28.3",
            "device_firmware_version": "1.0.0",
            "device_host_name": "ardoq-device",
            "device_ip_address": "10.0.2.15",
        },
        "_meta": {
            "created": "2026-11-28T12:00:00.000Z",
            "lastUpdated": "2026-11-28T12:00:00.000Z",
            "createdBy": "5e00000000000000000000cc",
        },
        "tags": ["pumps", "floor 2, gate"],
        "locked": False,
    }


def component_list() -> bytes:
    """A list of 10,000 components, as one page."""
    page = {"values": [_component(number) for number in range(COMPONENTS)]}
    return json.dumps(page, separators=(",", ":")).encode()


# What a segment holds on Ethernet; on the loopback it would hold 64 KB.
SEGMENT = 1460


class Cost(NamedTuple):
    """Of a connection, in both directions and without headers: what TCP carried, the segments that
    carried it, and how often the client had to wait for the server, TCP's own start too."""

    bytes: int = 0
    segments: int = 0
    trips: int = 0


class _Tls(io.RawIOBase):
    """TLS that counts how often it lets its client wait."""

    def __init__(self, context: ssl.SSLContext, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._trips = 1
        self.cost = Cost()

    def shake_hands(self) -> None:
        self._run(self._tls.do_handshake)
        # Nobody waits for the tickets of TLS 1.3.
        self._send(awaited=self._tls.version() != "TLSv1.3")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        return self._run(lambda: self._tls.read(len(buffer), buffer))

    def answer(self, data: bytes) -> None:
        self._tls.write(data)
        self._send()

    def _run(self, action: Callable) -> int:
        while True:
            try:
                return action()
            except ssl.SSLWantReadError:
                self._send()
                data = self._connection.recv(65536)
                if not data:
                    raise
                self._in.write(data)

    def _send(self, awaited: bool = True) -> None:
        data = self._out.read()
        self._trips += bool(data) and awaited
        self._connection.sendall(data)

    def end(self) -> None:
        """Sends nothing more, and takes what it has cost from the kernel's struct tcp_info."""
        with contextlib.suppress(OSError, ssl.SSLError):
            self._tls.unwrap()  # OpenSSL keeps no session of a connection that was not shut down
        info = self._connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 208)
        received, sent = (struct.unpack_from("Q", info, at)[0] for at in (128, 200))
        segments = sum(struct.unpack_from("II", info, 152))
        self.cost = Cost(received + sent, segments, self._trips)
        self._connection.close()


class Server:
    """For the length of a `with` block."""

    def __init__(self, certificate: Path, key: Path, version: ssl.TLSVersion) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.maximum_version = self.version = version
        self._tls.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
        self._tls.load_cert_chain(certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        self.port = self._listener.getsockname()[1]
        self.components = component_list()
        self._served: list[tuple[threading.Thread, _Tls]] = []

    def __enter__(self) -> "Server":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def costs(self) -> list[Cost]:
        """Of each connection since the last call, when their clients have ended."""
        served, self._served = self._served, []
        for thread, _ in served:
            thread.join()
        return [tls.cost for _, tls in served]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            tls = _Tls(self._tls, connection)
            thread = threading.Thread(target=self._serve, args=(tls,), daemon=True)
            self._served.append((thread, tls))
            thread.start()

    def _serve(self, tls: _Tls) -> None:
        try:
            tls.shake_hands()
            for path in _requests(io.BufferedReader(tls)):
                body = self.components if path.endswith("components") else REPORT_ANSWER
                tls.answer(_response(body))
        except (OSError, ssl.SSLError):
            pass  # the client has gone
        tls.end()


def _requests(stream: io.BufferedReader) -> Iterator[str]:
    """The path of each request, once all of it is there."""
    while line := stream.readline():
        size = 0
        while (header := stream.readline().strip().lower()) != b"":
            if header.startswith(b"content-length:"):
                size = int(header.split(b":")[1])
        stream.read(size)
        yield line.split()[1].decode()


def _response(body: bytes) -> bytes:
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Date: Sat, 28 Nov 2026 12:00:00 GMT\r\n"
        "Server: nginx\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: keep-alive\r\n"
        "\r\n"
    )
    return head.encode() + body
