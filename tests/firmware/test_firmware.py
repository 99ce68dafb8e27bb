"""The firmware on an emulated Cortex-M3, from the first boot on: real lwIP, real TLS."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certificates import write_rsa_chain
from emulator import NO_NETWORK, Board, Boot
from name_server import SILENT, NameServer
from peers import Flood, Record, Relay, Scripted, Sealed, Stage, closed_port, silent_port
from servers import Certificates, FakeArdoq
from source import HINTS

BUILD = Path(os.environ["TEST_FIRMWARE"]).name
HAS_IPV6 = os.environ["TEST_IPV6"] == "ON"
HAS_TLS_1_3 = os.environ["TEST_TLS_1_3"] == "ON"
RECORD_SIZE = int(os.environ["TEST_RECORD_SIZE"])

SERIAL = "525400123456"

# The first one of this stand-in, or not.
REPORTED = "(created|updated)"

# IPv6 and the size of records change nothing in what these look at; each boot with IPv6 takes
# seconds, because nobody may object to an address for a while.
not_changed = pytest.mark.skipif(
    BUILD in ("firmware-ipv6", "firmware-small"), reason="tested in firmware and firmware-tls13"
)

# Nor does another mbedTLS or lwIP.
own_only = pytest.mark.skipif(BUILD != "firmware", reason="tested in firmware")

small_records_only = pytest.mark.skipif(
    RECORD_SIZE >= 16384, reason="mbedTLS takes the longest records of TLS here"
)


def expect(boot: Boot, outcome: str) -> None:
    assert (boot.code, boot.error) == (None, ""), boot.out
    assert re.search(rf"^{outcome}: Arm MPS2 AN385 {SERIAL}, component \w+$", boot.out, re.M)
    assert re.search(r"^next report: in 30 days, heartbeat$", boot.out, re.M)


def expect_error(boot: Boot, name: str) -> None:
    assert (boot.code, boot.error) == (None, name), boot.out
    assert f"\n  {HINTS[name]}\n" in boot.out
    assert re.search(r"^next report: in \d+ (seconds|minutes|hours), retry$", boot.out, re.M)


@contextmanager
def fresh(folder: Path, certificates: Certificates, **how: str) -> Iterator[FakeArdoq]:
    with FakeArdoq(folder / "server", certificates=certificates, **how) as server:
        yield server


# Reports


def test_it_is_created_then_updated_when_it_has_changed(
    blank_board: Board, tmp_path: Path, certificates: Certificates
) -> None:
    with fresh(tmp_path, certificates) as server:
        blank_board.provision(server)
        first = blank_board.boot()
        expect(first, "created")
        assert "\nnetwork: 10.0.2.15" in first.out
        assert "\nunchanged: " in blank_board.boot().out
        assert len(server.journal) == 1
        blank_board.set(hw_revision="B2")
        expect(blank_board.boot(), "updated")
        shown = server.show()
    for fact in (f"device_serial {SERIAL}", "device_mac 52:54:00:12:34:56",
                 "device_model Arm MPS2 AN385", "device_chip Arm Cortex-M3",
                 "device_firmware_version 1.0.0", "device_ip_address 10.0.2.15"):
        assert fact in re.sub(" +", " ", shown)


@not_changed
def test_the_token_is_never_printed(board: Board, server: FakeArdoq) -> None:
    outputs = [board.boot().out]
    board.set(token="another-token", hw_revision="B2")
    outputs.append(board.boot().out)
    assert not any(server.token in out or "another-token" in out for out in outputs)


@not_changed
def test_a_wrong_token(board: Board) -> None:
    board.set(token="wrong")
    boot = board.boot()
    expect_error(boot, "UNAUTHORIZED")
    assert "\n  HTTP status: 401\n  the server says: the token is wrong or expired\n" in boot.out


@own_only
def test_a_blank_flash(blank_board: Board) -> None:
    expect_error(blank_board.boot(), "TOKEN_MISSING")


@own_only
def test_a_wrong_boot_argument(board: Board) -> None:
    boot = board.boot("dns-prot=53")
    assert boot.code == 2
    assert "dns-prot=53" in boot.out


# Trust


@not_changed
def test_a_wrong_ca(board: Board, certificates: Certificates) -> None:
    board.set(ca0=certificates.pem("other_ca").read_text())
    expect_error(board.boot(), "CERTIFICATE_UNTRUSTED")


@not_changed
@pytest.mark.parametrize(
    ("identity", "error"),
    [
        ("expired", "CERTIFICATE_EXPIRED"),
        ("not_yet_valid", "CERTIFICATE_NOT_YET_VALID"),
        ("wrong_host", "CERTIFICATE_WRONG_HOST"),
    ],
)
def test_a_wrong_certificate(
    blank_board: Board,
    tmp_path: Path,
    certificates: Certificates,
    identity: str,
    error: str,
) -> None:
    """The dates are judged by the host's clock, through semihosting."""
    with fresh(tmp_path, certificates, identity=identity) as server:
        blank_board.provision(server)
        expect_error(blank_board.boot(), error)
        assert server.journal == []


@pytest.mark.skipif(BUILD == "firmware-ipv6", reason="IPv6 changes nothing in it")
def test_a_chain_of_large_rsa_keys(
    blank_board: Board, tmp_path: Path, certificates: Certificates
) -> None:
    """It takes more heap than any other, its root is among the longest settings, and with two
    intermediate certificates it still fits a record of 4 KB."""
    write_rsa_chain(tmp_path / "rsa", intermediates=2)
    with fresh(tmp_path, Certificates(tmp_path / "rsa")) as server:
        blank_board.provision(server)
        expect(blank_board.boot(), "created")


@own_only
@pytest.mark.parametrize("roots", [("expired_ca", "ca"), ("ca", "expired_ca")])
def test_a_renewed_root_beside_the_old_one(
    board: Board, certificates: Certificates, roots: tuple[str, str]
) -> None:
    """Of one name and key. This mbedTLS judges no dates, and takes the first."""
    board.set(**{f"ca{i}": certificates.pem(root).read_text() for i, root in enumerate(roots)})
    expect(board.boot(), REPORTED)


@small_records_only
def test_a_certificate_that_fits_no_record(board: Board, certificates: Certificates) -> None:
    """The server heeds the limit, and sends it in two; mbedTLS 2.28 does not put them together."""
    with Scripted(certificates, b"", "many_hosts") as server:
        board.set(host=f"localhost:{server.port}")
        expect_error(board.boot(), "TLS_RECORD_TOO_LARGE")
        assert server.requests == []


@small_records_only
def test_a_server_that_does_not_heed_the_limit(board: Board, certificates: Certificates) -> None:
    """A record as long as TLS allows; its header is enough to refuse it."""
    with Stage(certificates) as server:
        server.greet = lambda connection: connection.sendall(b"\x16\x03\x03\x40\x00")
        board.set(host=f"localhost:{server.port}")
        expect_error(board.boot(), "TLS_RECORD_TOO_LARGE")


@not_changed
def test_no_certificate_to_trust(board: Board) -> None:
    board.unset("ca0")
    expect_error(board.boot(), "TRUST_MISSING")


def test_the_newest_version_is_spoken(board: Board, server: FakeArdoq) -> None:
    with Relay(server.port) as relay:
        board.set(host=f"localhost:{relay.port}")
        expect(board.boot(), REPORTED)
        assert relay.tls_version == ("1.3" if HAS_TLS_1_3 else "1.2")
        hello = bytes(relay.from_client)
    # RFC 6066, 4: extension 1 of length 1 asks for records of at most 2 to the 9th, 10th, ...
    asked = {4096: b"\x00\x01\x00\x01\x04", 2048: b"\x00\x01\x00\x01\x03"}
    assert (asked.get(RECORD_SIZE, b"\x00\x01\x00\x01") in hello) == (RECORD_SIZE < 16384)


# The network


def test_a_silent_server(board: Board) -> None:
    with silent_port() as port:
        board.set(host=f"localhost:{port}", timeout_ms="3000")
        boot = board.boot()
    expect_error(boot, "TIMEOUT")
    assert "\n  failed in phase: handshake\n" in boot.out


@not_changed
def test_endless_alerts(board: Board) -> None:
    with Flood() as flood:
        board.set(host=f"localhost:{flood.port}", timeout_ms="3000")
        boot = board.boot()
    expect_error(boot, "TIMEOUT")
    assert "\n  failed in phase: handshake\n" in boot.out


ALERT = (21, b"\x01\x5a")
NO_DATA = (23, b"")
BYTE = (23, b"1")
HELLO_REQUEST = (22, bytes(4))
HEAD = (
    23,
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n",
)


@own_only
@pytest.mark.parametrize(
    ("first", "endless", "error"),
    [
        (ALERT, ALERT, "TIMEOUT"),
        (NO_DATA, NO_DATA, "TIMEOUT"),
        (HELLO_REQUEST, HELLO_REQUEST, "TIMEOUT"),
        (HEAD, BYTE, "RESPONSE_TOO_LARGE"),
    ],
    ids=["alerts", "no_data", "hello_requests", "bytes"],
)
def test_endless_records(
    board: Board,
    certificates: Certificates,
    tmp_path: Path,
    first: Record,
    endless: Record,
    error: str,
) -> None:
    """After the handshake, in answer to the request."""
    with Sealed(certificates, first, endless, tmp_path / "keys") as server:
        board.set(host=f"localhost:{server.port}", timeout_ms="3000")
        boot = board.boot()
    expect_error(boot, error)
    assert "\n  failed in phase: receive\n" in boot.out


@not_changed
def test_nobody_listens(board: Board) -> None:
    with closed_port() as port:
        board.set(host=f"localhost:{port}")
        expect_error(board.boot(), "CONNECTION_REFUSED")


def test_no_network(board: Board) -> None:
    boot = board.boot("network-wait=500", options=NO_NETWORK)
    expect_error(boot, "NETWORK_DOWN")
    assert "\nnetwork: no address\n" in boot.out


def test_an_unknown_host(board: Board, names: NameServer) -> None:
    board.set(host="unknown.example")
    expect_error(board.boot(), "HOST_NOT_FOUND")
    assert ("unknown.example", "A") in names.asked


def test_a_silent_name_server(board: Board) -> None:
    board.set(host=SILENT, timeout_ms="1000")
    boot = board.boot()
    expect_error(boot, "TIMEOUT")
    assert "\n  failed in phase: resolve\n" in boot.out


@pytest.mark.skipif(not HAS_IPV6, reason="this image is built without IPv6")
def test_a_server_with_ipv6_only(
    blank_board: Board, tmp_path: Path, certificates: Certificates
) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")
    folder = tmp_path / "server"
    with FakeArdoq(folder, "--address", "::1", certificates=certificates) as server:
        blank_board.provision(server)
        expect(blank_board.boot(), "created")


# The store


@own_only
def test_the_boot_after_power_was_cut_in_a_write(board: Board, server: FakeArdoq) -> None:
    """Half of the new token has reached the other sector, and no header. The old one counts, and can
    be replaced."""
    torn = bytearray(board.flash.read_bytes())
    board.set(token="new-token")
    after = board.flash.read_bytes()
    half = after.index(b"new-token") + 4
    values = after.rindex(b"ardq", 0, half) + 24
    torn[values:half] = after[values:half]
    board.flash.write_bytes(torn)
    expect(board.boot(), REPORTED)
    board.set(token="wrong", hw_revision="B2")
    expect_error(board.boot(), "UNAUTHORIZED")
    board.set(token=server.token)
    expect(board.boot(), "updated")


@own_only
def test_a_damaged_store_is_told(board: Board) -> None:
    content = bytearray(board.flash.read_bytes())
    content[content.index(b"localhost")] ^= 1
    board.flash.write_bytes(content)
    expect_error(board.boot(), "STORE_DAMAGED")
    assert board.flash.read_bytes() == content


@own_only
def test_what_the_board_writes_survives_the_boot(board: Board) -> None:
    boot = board.boot(image="write_store")
    assert boot.code == 0, boot.out
    [last] = boot.values["last"]
    assert board.get("timeout_ms") == str(last)
    expect(board.boot(), REPORTED)


# Many requests


@not_changed
def test_two_hundred_requests_in_one_boot(board: Board) -> None:
    boot = board.boot(image="soak")
    assert boot.code == 0, boot.out
    assert boot.values["requests"] == [200]
    assert boot.values["heap_last"] == boot.values["heap_first"]
