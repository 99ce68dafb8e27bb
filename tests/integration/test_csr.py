"""`ardoq csr`: a key of the device's own, its certificate from the real ardoq-ca, and a report through
the real gateway."""

import stat
import subprocess
from pathlib import Path

import pytest

from gateway import MISSING, Authority, Gateway
from servers import DEVICE_TYPE, WORKSPACE, Certificates, Serve
from tool import Result, Tool, expect_error, expect_success

SUBJECT = ("openssl", "req", "-noout", "-verify", "-subject", "-nameopt", "RFC2253")


def openssl(*command: str, of: str) -> str:
    return subprocess.run(command, input=of, capture_output=True, text=True, check=True).stdout


def public_key(csr: str) -> str:
    return openssl("openssl", "req", "-noout", "-pubkey", of=csr)


def stored_key(tool: Tool) -> str:
    """The PEM in the tool's store, whose line breaks are written as two characters."""
    [line] = [one for one in tool.store.read_text().splitlines() if one.startswith("key")]
    pem = line.partition("=")[2].strip().replace("\\n", "\n")
    assert pem.startswith("-----BEGIN EC PRIVATE KEY-----\n")
    return pem


def csr(tool: Tool, *arguments: str) -> str:
    """The request, of which nothing but the key's public half is to be seen."""
    result = tool.run_for_text("--verbose", "csr", *arguments)
    expect_success(result)
    assert result.out.startswith("-----BEGIN CERTIFICATE REQUEST-----\n")
    assert result.out.endswith("\n-----END CERTIFICATE REQUEST-----\n")
    expect_secret(tool, result)
    return result.out


def expect_secret(tool: Tool, result: Result) -> None:
    """Nothing of the key was said."""
    shown = result.out + result.err
    assert "PRIVATE" not in shown
    for line in stored_key(tool).splitlines()[1:-1]:
        assert line not in shown


def subject(request: str) -> str:
    """After its signature is verified, which newer versions of OpenSSL say on a line of its own."""
    return openssl(*SUBJECT, of=request).splitlines()[-1]


def test_the_subject_is_the_serial_number(tool: Tool) -> None:
    request = csr(tool, "--serial", "SN-1._x")
    assert subject(request) == "subject=CN=SN-1._x"
    assert "ASN1 OID: prime256v1" in openssl("openssl", "req", "-noout", "-text", of=request)
    assert openssl("openssl", "pkey", "-pubout", of=stored_key(tool)) == public_key(request)
    assert stat.S_IMODE(tool.store.stat().st_mode) == 0o600
    result = tool.run("config", "get", "key")
    assert result.json == "(set)"


def test_the_serial_number_is_that_of_the_identity(tool: Tool) -> None:
    expect_success(tool.run("config", "set", "serial", "SN-7"))
    assert subject(csr(tool)) == "subject=CN=SN-7"
    assert subject(csr(tool.using(ARDOQ_SERIAL="SN-8"))) == "subject=CN=SN-8"
    assert subject(csr(tool, "--serial", "SN-9")) == "subject=CN=SN-9"


def test_the_key_stays_until_another_is_asked_for(tool: Tool) -> None:
    first = csr(tool, "--serial", "SN-1")
    key = stored_key(tool)
    assert public_key(csr(tool, "--serial", "SN-1")) == public_key(first)
    assert stored_key(tool) == key
    assert public_key(csr(tool, "--serial", "SN-1", "--new-key")) != public_key(first)
    assert stored_key(tool) != key


def test_a_key_of_rsa_is_used_too(tool: Tool, certificates: Certificates) -> None:
    expect_success(tool.run("config", "set", "key", f"@{certificates.key('rsa')}"))
    result = tool.run_for_text("csr", "--serial", "SN-1")
    expect_success(result)
    assert public_key(result.out) == openssl(
        "openssl", "pkey", "-pubout", of=certificates.key("rsa").read_text())


@pytest.mark.parametrize("serial", ["a b", "a/b", "a,O=b", "a+CN=b", "ü", "a\nb", "x" * 65, "-x="])
def test_a_serial_number_that_no_gateway_takes(tool: Tool, serial: str) -> None:
    result = tool.run_for_text("csr", f"--serial={serial}")
    expect_error(result, "SETTING_INVALID", 3)
    assert "\n  in a certificate it has 1 to 64 letters, digits," in result.err
    assert result.out == "" and not tool.store.exists()


def test_wrong_command_lines(tool: Tool) -> None:
    for arguments in (("SN-1",), ("--serial",), ("--key", "x"), ("--serial", "SN-1", "more")):
        result = tool.run_for_text("csr", *arguments)
        assert (result.code, result.out) == (2, "")
    assert not tool.store.exists()


# No file may grow: as on a full disk, also for root.
FULL = ("sh", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "sh")


def test_a_store_that_cannot_be_written(tool: Tool) -> None:
    result = tool.behind(*FULL).run_for_text("csr", "--serial", "SN-1")
    expect_error(result, "STORE_FULL", 3)
    assert result.out == ""
    csr(tool, "--serial", "SN-1")
    before = tool.store.read_bytes()
    result = tool.behind(*FULL).run_for_text("csr", "--serial", "SN-1", "--new-key")
    expect_error(result, "STORE_FULL", 3)
    assert result.out == ""
    assert "\n  setting: key\n" in result.err
    expect_secret(tool, result)
    assert tool.store.read_bytes() == before
    assert {path.name for path in tool.store.parent.iterdir()} == {"store", "store.lock"}


def test_a_store_that_others_may_read(tool: Tool) -> None:
    csr(tool, "--serial", "SN-1")
    before = tool.store.read_bytes()
    tool.store.chmod(0o644)
    result = tool.run_for_text("csr", "--serial", "SN-1", "--new-key")
    expect_error(result, "STORE_PERMISSIONS", 3)
    assert result.out == "" and tool.store.read_bytes() == before


# With the CA and the gateway

behind_a_gateway = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@behind_a_gateway
def test_from_a_key_to_a_report(
    tool: Tool, serve: Serve, certificates: Certificates, tmp_path: Path
) -> None:
    """docs/gateway.md, step 6."""
    ardoq = serve()
    authority = Authority(tmp_path / "fleet")
    request = tmp_path / "device.csr"
    pem = tmp_path / "device.pem"

    def certify(how: str, *options: str) -> None:
        request.write_text(csr(device, *options))
        pem.write_text(authority.run(how, str(request)).stdout)

    with Gateway(tmp_path / "gateway", certificates, authority, ardoq).running() as gateway:
        device = tool.using(
            ARDOQ_API_HOST=f"localhost:{gateway.port}", ARDOQ_WORKSPACE=WORKSPACE,
            ARDOQ_COMPONENT_TYPE=DEVICE_TYPE, SSL_CERT_FILE=str(certificates.pem("ca")),
        )
        expect_success(device.run("config", "set", "serial", "SN-CSR-1"))
        certify("enrol")
        expect_success(device.run("config", "set", "cert", f"@{pem}"))
        first = device.run("report")
        expect_success(first)
        assert first.json["outcome"] == "created"

        # A renewal is of the same key.
        certify("renew")
        expect_success(device.run("config", "set", "cert", f"@{pem}"))
        expect_success(device.run("report"))

        # A new key needs a new certificate, and until then it is clear what is missing.
        result = device.run_for_text("csr", "--new-key")
        assert "the device cannot connect until cert is set to the new one" in result.err
        count = len(ardoq.journal)
        result = device.run("report")
        expect_error(result, "CLIENT_CERTIFICATE_INVALID", 3)
        assert "\n  setting: key\n" in result.err and len(ardoq.journal) == count
        certify("renew")
        expect_success(device.run("config", "set", "cert", f"@{pem}"))
        last = device.run("report")
        expect_success(last)
        assert last.json == {**first.json, "outcome": "updated"}

        # Who has the token sees what the device has reported.
        seen = tool.at(ardoq).run("request", "GET", f"/api/v2/components/{first.json['id']}")
        assert seen.json["customFields"]["device_serial"] == "SN-CSR-1"

        key = stored_key(device).splitlines()[1]
        for path in (*authority.folder.rglob("*"), *gateway.folder.rglob("*"), request, pem):
            assert not path.is_file() or key.encode() not in path.read_bytes(), path
