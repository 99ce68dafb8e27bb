"""A TLS 1.2 server on the loopback that answers as Ardoq does, always with the same bytes.

Cipher and curve are the client's choice, as with nginx.
"""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

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


class Server:
    """For the length of a `with` block."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.maximum_version = ssl.TLSVersion.TLSv1_2
        self._tls.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
        self._tls.load_cert_chain(certificate, key)
        self.componentsener = socket.create_server(("127.0.0.1", 0))
        self.port = self.componentsener.getsockname()[1]
        self.components = component_list()

    def __enter__(self) -> "Server":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.componentsener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.componentsener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with self._tls.wrap_socket(connection, server_side=True) as tls:
                for path in _requests(tls):
                    body = self.components if path.endswith("components") else REPORT_ANSWER
                    tls.sendall(_response(body))
        except (OSError, ssl.SSLError):
            pass  # the client has gone


def _requests(tls: ssl.SSLSocket) -> Iterator[str]:
    """The path of each request, once all of it is there."""
    with tls.makefile("rb") as stream:
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
