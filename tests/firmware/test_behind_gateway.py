"""The firmware behind the real gateway: it has a certificate and no token, and none comes to it."""

import json
import secrets
import signal
import socket
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import BOUND, NETWORK, SETTLED, Board
from gateway import MISSING, Authority, Gateway, wait_until
from servers import DEVICE_TYPE, WORKSPACE, Certificates, FakeArdoq

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

SERIAL = "525400123456"

# Of the machine: the program's flash, and all of the memory, of which the firmware has a part.
MEMORY = ((0x00000000, 4 << 20), (0x20000000, 4 << 20))

# Parts of a token are looked for, so that one which is cut, or is in pieces, is found too.
PART = 8


class Monitor:
    """QEMU's, by which the board is stopped and its memory read."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "qmp"
        self._folder = folder
        self.options = (*NETWORK, "-qmp", f"unix:{self._path},server=on,wait=off")

    def read_memory(self) -> bytes:
        with socket.socket(socket.AF_UNIX) as plain:
            plain.settimeout(BOUND)
            plain.connect(str(self._path))
            with plain.makefile("rw", encoding="utf-8") as stream:
                assert "QMP" in json.loads(stream.readline())
                for name in ("qmp_capabilities", "stop"):
                    self._execute(stream, name)
                for number, (start, size) in enumerate(MEMORY):
                    path = str(self._folder / str(number))
                    self._execute(stream, "pmemsave", val=start, size=size, filename=path)
                self._execute(stream, "cont")
        parts = [(self._folder / str(number)).read_bytes() for number in range(len(MEMORY))]
        assert [len(part) for part in parts] == [size for _, size in MEMORY]
        return b"".join(parts)

    @staticmethod
    def _execute(stream, name: str, **arguments: object) -> None:
        stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        stream.flush()
        while "return" not in (answer := json.loads(stream.readline())):
            assert "event" in answer, answer


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    """The path of a socket must be short."""
    with tempfile.TemporaryDirectory() as folder:
        yield Monitor(Path(folder))


def parts_in(memory: bytes, secret: str) -> list[str]:
    """The parts of a secret that are there."""
    parts = (secret[at : at + PART] for at in range(len(secret) - PART + 1))
    return [part for part in parts if part.encode() in memory]


def has_all(memory: bytes, text: str) -> bool:
    return len(parts_in(memory, text)) == max(len(text) - PART + 1, 0)


def is_asked(ardoq: FakeArdoq) -> bool:
    """Somebody has connected to it (RFC 793: ESTABLISHED; its end is the second address)."""
    return f" 0100007F:{ardoq.port:04X} 01 " in Path("/proc/net/tcp").read_text()


def boot(board: Board, monitor: Monitor, ardoq: FakeArdoq) -> tuple[str, list[bytes]]:
    """@return what it printed up to the end of its report; and its memory then, and before it, when
    the request was on its way and the answer was not"""
    with board.power_on(options=monitor.options) as running:
        ardoq.process.send_signal(signal.SIGSTOP)
        try:
            wait_until(lambda: is_asked(ardoq))
            during = monitor.read_memory()
        finally:
            ardoq.process.send_signal(signal.SIGCONT)
        assert running.follow(BOUND, SETTLED), running.boot.out
        return running.boot.out, [monitor.read_memory(), during]


def test_the_token_is_nowhere_in_the_device(
    blank_board: Board, monitor: Monitor, tmp_path: Path, certificates: Certificates
) -> None:
    token = secrets.token_hex(20)
    authority = Authority(tmp_path / "fleet")
    authority.enrol(SERIAL)
    with FakeArdoq(tmp_path / "ardoq", certificates=certificates, token=token) as ardoq:
        gateway = Gateway(tmp_path / "gateway", certificates, authority, ardoq)
        with gateway.running():
            blank_board.set(
                host=f"localhost:{gateway.port}", workspace=WORKSPACE, component_type=DEVICE_TYPE,
                ca0=ardoq.ca_path.read_text(), cert=authority.pem(SERIAL).read_text(),
                key=authority.key(SERIAL).read_text(),
            )
            out, memories = boot(blank_board, monitor, ardoq)
        assert f"\ncreated: Arm MPS2 AN385 {SERIAL}, component " in out
        # The gateway has added it.
        [request] = ardoq.journal
        assert dict(request["headers"])["authorization"] == f"Bearer {token}"
        flash = blank_board.flash.read_bytes()
        for place in (*memories, flash, out.encode()):
            assert parts_in(place, token) == []

        # What the device does have, the same search finds.
        for memory in memories:
            assert has_all(memory, SERIAL)
        assert has_all(memories[1], WORKSPACE)
        for path in (authority.pem(SERIAL), authority.key(SERIAL)):
            assert all(has_all(flash, line) for line in path.read_text().splitlines())
        der = ssl.PEM_cert_to_DER_cert(authority.pem(SERIAL).read_text())
        assert der in memories[1]

        # And it finds the token of a device that has one.
        blank_board.provision(ardoq)
        blank_board.set(hw_revision="B2")
        blank_board.unset("cert")
        blank_board.unset("key")
        out, memories = boot(blank_board, monitor, ardoq)
        assert f"\nupdated: Arm MPS2 AN385 {SERIAL}, component " in out
        for place in (memories[1], blank_board.flash.read_bytes()):
            assert has_all(place, token)
        # Once it has reported, what it has read is wiped.
        for place in (memories[0], out.encode()):
            assert parts_in(place, token) == []
