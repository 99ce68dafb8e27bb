"""The CA of examples/gateway, by the real openssl: what it makes, keeps and refuses."""

import base64
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from certificates import EXPIRED, Certificate
from gateway import MISSING, Authority

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)


def shown(pem: str, *what: str) -> str:
    command = ["openssl", "x509", "-noout", *what]
    return subprocess.run(command, input=pem, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "fleet")


def test_the_ca_keeps_its_keys_to_itself(ca: Authority) -> None:
    made = ca.run("enrol", str(ca.request("SN-9"))).stdout
    assert made.count("-----BEGIN CERTIFICATE-----") == 1 and "PRIVATE" not in made
    for path in ca.ca.rglob("*"):
        if path.is_file() and "PRIVATE KEY" in path.read_text():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert ca.run("init", "Again", check=False).returncode == 1


def test_the_ca_lists_renews_and_revokes(ca: Authority) -> None:
    request = str(ca.request("SN-9"))
    assert ca.run("renew", request, check=False).returncode == 1
    first = ca.run("enrol", request).stdout
    assert ca.run("enrol", request, check=False).returncode == 1
    assert ca.run("renew", request).stdout != first
    assert [line.split()[::3] for line in ca.run("list").stdout.splitlines()] == [
        ["valid", "SN-9"], ["valid", "SN-9"]]
    before = (ca.ca / "crl.pem").read_text()
    ca.run("revoke", "SN-9")
    assert (ca.ca / "crl.pem").read_text() != before
    assert {line.split()[0] for line in ca.run("list").stdout.splitlines()} == {"revoked"}
    assert ca.run("revoke", "SN-9", check=False).returncode == 1
    ca.run("enrol", request)
    ca.run("crl")


@pytest.mark.parametrize("subject", ["/CN=a b", "/CN=SN-1/O=x", "/O=x", "/CN=ü", "/CN=a+OU=b"])
def test_the_ca_takes_no_other_subject(ca: Authority, subject: str) -> None:
    request = str(ca.request("x", subject))
    assert ca.run("enrol", request, check=False).returncode == 1
    pem = ca.run("enrol", request, "SN-7").stdout
    assert shown(pem, "-subject", "-nameopt", "RFC2253") == "subject=CN=SN-7\n"


def test_what_a_request_asks_for_does_not_count(ca: Authority) -> None:
    asked = ("basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign",
             "extendedKeyUsage=serverAuth", "subjectAltName=DNS:gateway.acme.example")
    options = [word for one in asked for word in ("-addext", one)]
    text = shown(ca.run("enrol", str(ca.request("SN-1", "", *options))).stdout, "-text")
    for wanted in ("CA:FALSE", "Digital Signature\n", "TLS Web Client Authentication\n"):
        assert wanted in text
    for wrong in ("CA:TRUE", "Certificate Sign", "Server Authentication", "gateway.acme.example"):
        assert wrong not in text


@pytest.mark.parametrize(("key", "message"), [
    ("rsa:1024", "2048"), ("ec:prime192v1", "256"), ("ec:secp224r1", "256"), ("ed25519", ""),
    ("rsa:2048", ""), ("ec:P-384", ""),
])
def test_a_weak_key_is_refused(ca: Authority, key: str, message: str) -> None:
    done = ca.run("enrol", str(ca.request("SN-1", key=key)), check=False)
    assert (done.returncode, done.stdout == "") == ((1, True) if message else (0, False))
    assert message in done.stderr
    assert ca.run("list").stdout.count("\n") == (0 if message else 1)


def test_a_request_must_be_signed_with_its_key(ca: Authority) -> None:
    path = ca.request("SN-1")
    lines = path.read_text().splitlines()
    der = bytearray(base64.b64decode("".join(lines[1:-1])))
    der[-1] ^= 1
    lines[1:-1] = base64.encodebytes(der).decode().splitlines()
    path.write_text("\n".join(lines) + "\n")
    done = ca.run("enrol", str(path), check=False)
    assert (done.returncode, done.stdout) == (1, "") and "not signed with its key" in done.stderr
    assert ca.run("list").stdout == ""
    path.write_text("no request\n")
    done = ca.run("enrol", str(path), "SN-1", check=False)
    assert (done.returncode, done.stdout) == (1, "") and "not a request" in done.stderr


@pytest.mark.parametrize("serial", ["a/b", "a b", "$(id)", "x" * 65, "a\nb", "\u00fc", "a=b", "a,b"])
def test_what_is_no_serial_number(ca: Authority, serial: str) -> None:
    done = ca.run("enrol", str(ca.request("SN-1")), serial, check=False)
    assert (done.returncode, done.stdout) == (1, "") and "serial number" in done.stderr
    assert ca.run("revoke", serial, check=False).returncode == 1


def test_serial_numbers_that_look_like_paths_and_options(ca: Authority) -> None:
    before = {path.name for path in ca.folder.iterdir()}
    for serial in (".", "..", "-x", "x" * 64):
        pem = ca.run("enrol", str(ca.request("SN-1")), serial).stdout
        assert shown(pem, "-subject", "-nameopt", "RFC2253") == f"subject=CN={serial}\n"
        ca.run("revoke", serial)
    assert {path.name for path in ca.folder.iterdir()} - before == {"SN-1.csr", "SN-1.key"}


def test_many_at_the_same_time(ca: Authority) -> None:
    """Each gets its own, and the CA knows all of them."""
    names = [f"SN-{number}" for number in range(8)]
    requests = [str(ca.request(name)) for name in names]
    with ThreadPoolExecutor(len(names)) as pool:
        made = list(pool.map(lambda path: ca.run("enrol", path).stdout, requests))
    assert [shown(pem, "-subject", "-nameopt", "RFC2253") for pem in made] == [
        f"subject=CN={name}\n" for name in names]
    assert sorted(line.split()[3] for line in ca.run("list").stdout.splitlines()) == names
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: ca.run("revoke", name), names))
    assert {line.split()[0] for line in ca.run("list").stdout.splitlines()} == {"revoked"}


def test_nothing_lasts_longer_than_the_ca(ca: Authority, tmp_path: Path) -> None:
    short = Authority(tmp_path / "short", ARDOQ_CA_DAYS="5")
    done = short.run("enrol", str(short.request("SN-1")))
    assert "expires with the CA" in done.stderr
    assert shown(done.stdout, "-enddate") == shown((short.ca / "ca.pem").read_text(), "-enddate")
    done = short.run("renew", str(short.folder / "SN-1.csr"), ARDOQ_CA_DAYS="4")
    assert done.stderr == ""
    (ca.ca / "ca.pem").write_bytes(Certificate("Ended CA", is_ca=True, dates=EXPIRED).pem)
    done = ca.run("enrol", str(ca.request("SN-1")), check=False)
    assert (done.returncode, done.stdout) == (1, "") and "the CA has expired" in done.stderr


def test_the_list_shows_years_of_four_digits(tmp_path: Path) -> None:
    ca = Authority(tmp_path / "fleet", ARDOQ_CA_DAYS="20000")
    pem = ca.run("enrol", str(ca.request("SN-1")), ARDOQ_CA_DAYS="15000").stdout
    end = shown(pem, "-enddate", "-dateopt", "iso_8601").removeprefix("notAfter=")[:10]
    assert end > "2050" and ca.run("list").stdout.split()[1] == end


@pytest.mark.parametrize("days", ["0", "08", "-1", "x", "1 -out x"])
def test_days_are_a_number(ca: Authority, days: str) -> None:
    done = ca.run("crl", check=False, ARDOQ_CA_DAYS=days)
    assert done.returncode == 1 and "number of days" in done.stderr


@pytest.mark.parametrize("arguments", [
    (), ("init",), ("enrol",), ("renew", "a", "b", "c"), ("list", "x"), ("revoke",), ("crl", "x"),
    ("no_such_command",),
])
def test_wrong_usage(ca: Authority, arguments: tuple[str, ...]) -> None:
    done = ca.run(*arguments, check=False)
    assert done.returncode == 2 and done.stderr.startswith("usage: ")


def test_a_run_that_was_cut_short_loses_nothing(ca: Authority) -> None:
    """What was left lying is neither printed nor in the way."""
    for name in ("device.new", "crl.new", "ca.key.new"):
        (ca.ca / name).write_text("left\n")
    pem = ca.run("enrol", str(ca.request("SN-1"))).stdout
    assert "left" not in pem and shown(pem, "-subject")
    # The certificate was made, and the terminal was gone.
    assert shown(ca.run("renew", str(ca.folder / "SN-1.csr")).stdout, "-subject")
    ca.run("revoke", "SN-1")
    assert "left" not in (ca.ca / "crl.pem").read_text()
