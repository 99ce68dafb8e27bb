"""Trusted servers, client certificates, and errors of wrong certificates."""

import ssl
from pathlib import Path

import pytest

from peers import Relay, Scripted, Stage
from servers import Certificates, Serve
from tool import Tool, expect_error, expect_success

OTHER_PIN = "A" * 43 + "="


# Versions


@pytest.mark.parametrize("newest", ["1.2", "1.3"])
def test_the_newest_common_version_is_spoken(
    tool: Tool, serve_once: Serve, has_tls_1_3: bool, newest: str
) -> None:
    server = serve_once("--tls-max", newest)
    with Relay(server.port) as relay:
        asking = tool.at(server).using(ARDOQ_API_HOST=f"localhost:{relay.port}")
        expect_success(asking.run("me"))
        expect_success(asking.run("report", "--set", "serial=S"))
    assert relay.tls_version == ("1.3" if has_tls_1_3 and newest == "1.3" else "1.2")


@pytest.mark.filterwarnings("ignore:.*TLSv1_1.*:DeprecationWarning")
def test_an_older_version_is_not_spoken(ask: Tool, certificates: Certificates) -> None:
    with Scripted(certificates, b"") as old:
        old.context.minimum_version = ssl.TLSVersion.TLSv1_1
        old.context.maximum_version = ssl.TLSVersion.TLSv1_1
        result = ask.using(ARDOQ_API_HOST=f"localhost:{old.port}").run("me")
        assert old.requests == []
    expect_error(result, "TLS_NO_COMMON_VERSION", 3)


# Whom to trust


def without_system_trust(tool: Tool) -> Tool:
    return tool.using(SSL_CERT_FILE="/nonexistent")


def test_trust_comes_from_the_system(ask: Tool, certificates: Certificates) -> None:
    expect_success(ask.run("me"))
    expect_error(without_system_trust(ask).run("me"), "TRUST_MISSING", 3)
    wrong = ask.using(SSL_CERT_FILE=str(certificates.pem("other_ca")))
    expect_error(wrong.run("me"), "CERTIFICATE_UNTRUSTED", 3)


def test_trust_comes_from_the_command_line(ask: Tool, certificates: Certificates) -> None:
    alone = without_system_trust(ask)
    expect_success(alone.run("--ca", str(certificates.pem("ca")), "me"))
    other = ["--ca", str(certificates.pem("other_ca"))]
    expect_error(ask.run(*other, "me"), "CERTIFICATE_UNTRUSTED", 3)


def test_trust_comes_from_the_store(ask: Tool, certificates: Certificates) -> None:
    alone = without_system_trust(ask)
    ca, other = (f"@{certificates.pem(name)}" for name in ("ca", "other_ca"))
    expect_success(alone.run("config", "set", "ca0", ca))
    expect_success(alone.run("me"))
    expect_success(alone.run("config", "set", "ca0", other))
    expect_error(ask.run("me"), "CERTIFICATE_UNTRUSTED", 3)
    expect_success(alone.run("config", "set", "ca1", ca))
    expect_success(alone.run("me"))
    assert alone.run("--ca", other[1:], "me").error == "CERTIFICATE_UNTRUSTED"


def test_one_file_may_hold_several_roots(ask: Tool, certificates: Certificates) -> None:
    roots = ask.home / "roots.pem"
    names = ("other_ca", "client_ca", "ca")
    roots.write_bytes(b"".join(certificates.pem(name).read_bytes() for name in names))
    alone = without_system_trust(ask)
    expect_success(alone.run("--ca", str(roots), "me"))
    expect_success(alone.run("config", "set", "ca0", f"@{roots}"))
    expect_success(alone.run("me"))


BEGIN = "-----BEGIN CERTIFICATE-----"
END = "-----END CERTIFICATE-----"


def damaged(pem: str) -> dict[str, str]:
    """Each as a person may have made it, when editing or copying."""
    return {
        "letters": pem.replace("M", "N", 3),
        "blanks": pem.replace(BEGIN, f"{BEGIN}  "),
        "tab": pem.replace(BEGIN, f"{BEGIN}\t"),
        "words": pem.replace(BEGIN, f"{BEGIN} # our own"),
        "short_begin": pem.replace(BEGIN, BEGIN[1:]),
        "no_begin": pem.replace(BEGIN, ""),
        "short_end": pem.replace(END, END[1:]),
        "no_end": pem.replace(END, ""),
        "cut": pem[:200],
        "cut_in_the_last_line": pem.rstrip()[:-1],
        "trusted": pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
        "old": pem.replace("CERTIFICATE", "X509 CERTIFICATE"),
        "one_line": pem.replace("\n", " "),
    }


@pytest.mark.parametrize("damage", damaged(""))
def test_a_broken_root_is_no_trust(ask: Tool, certificates: Certificates, damage: str) -> None:
    """Not even beside good ones, wherever it is among them."""
    broken = ask.home / "broken.pem"
    pem, other = (certificates.pem(name).read_text() for name in ("ca", "other_ca"))
    bad = damaged(pem)[damage]
    texts = [bad, pem + bad, other + bad + "\n" + pem]
    for text in texts:
        broken.write_text(text)
        expect_error(ask.run("--ca", str(broken), "me"), "TRUST_INVALID", 3)
    stored = ask.run("config", "set", "ca0", f"@{broken}")
    if stored.code == 0:
        expect_error(ask.run("me"), "TRUST_INVALID", 3)


@pytest.mark.parametrize("text", ["", "nonsense"])
def test_no_root_at_all_is_no_trust(ask: Tool, text: str) -> None:
    broken = ask.home / "broken.pem"
    broken.write_text(text)
    expect_error(ask.run("--ca", str(broken), "me"), "TRUST_INVALID", 3)


def test_a_root_that_this_build_cannot_use_is_named(ask: Tool, certificates: Certificates) -> None:
    roots = ask.home / "roots.pem"
    names = ("ca", "ed25519_ca")
    roots.write_bytes(b"".join(certificates.pem(name).read_bytes() for name in names))
    expect_error(ask.run("--ca", str(roots), "me"), "CERTIFICATE_UNSUPPORTED", 3)


# What is refused


@pytest.mark.parametrize(
    ("identity", "name", "code"),
    [
        ("expired", "CERTIFICATE_EXPIRED", 5),
        ("not_yet_valid", "CERTIFICATE_NOT_YET_VALID", 5),
        ("wrong_host", "CERTIFICATE_WRONG_HOST", 3),
        ("self_signed", "CERTIFICATE_SELF_SIGNED", 3),
        ("no_intermediate", "CERTIFICATE_UNTRUSTED", 3),
        ("client", "CERTIFICATE_UNTRUSTED", 3),
        ("weak_key", "CERTIFICATE_WEAK", 3),
        ("sha1", "CERTIFICATE_WEAK", 3),
        ("wrong_usage", "CERTIFICATE_REJECTED", 3),
    ],
)
def test_a_wrong_certificate_is_refused_before_the_token_is_sent(
    ask: Tool, certificates: Certificates, identity: str, name: str, code: int
) -> None:
    with Scripted(certificates, b"", identity) as wrong:
        result = ask.using(ARDOQ_API_HOST=f"localhost:{wrong.port}").run("me")
        assert (wrong.connections, wrong.requests) == (1, [])
    expect_error(result, name, code)
    assert "\n  failed in phase: handshake\n" in result.err
    assert "\n  certificate flags: 0x" in result.err
    assert result.out == ""


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ("name_constraints", "CERTIFICATE_UNSUPPORTED"),
        ("policy_constraints", "CERTIFICATE_UNSUPPORTED"),
        ("ed25519_intermediate", "CERTIFICATE_UNSUPPORTED"),
        ("ed25519_signed", "CERTIFICATE_UNSUPPORTED"),
        ("long_chain", "CERTIFICATE_CHAIN_TOO_LONG"),
    ],
)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_certificate_that_cannot_be_judged_is_no_fault_of_the_network(
    ask: Tool,
    certificates: Certificates,
    has_tls_1_3: bool,
    version: ssl.TLSVersion,
    identity: str,
    name: str,
) -> None:
    if version == ssl.TLSVersion.TLSv1_3 and not has_tls_1_3:
        pytest.skip("this mbedTLS has no TLS 1.3")
    with Scripted(certificates, b"", identity) as unusual:
        unusual.context.maximum_version = version
        result = ask.using(ARDOQ_API_HOST=f"localhost:{unusual.port}").run("me")
        assert (unusual.connections, unusual.requests) == (1, [])
    expect_error(result, name, 3)
    assert "\n  failed in phase: handshake\n  mbedTLS code: -0x" in result.err


def test_a_chain_with_an_intermediate_is_accepted(tool: Tool, serve_once: Serve) -> None:
    expect_success(tool.at(serve_once(identity="chained")).run("me"))


def test_the_certificate_is_named_when_it_is_refused(
    ask: Tool, certificates: Certificates
) -> None:
    with Scripted(certificates, b"", "wrong_host") as wrong:
        result = ask.using(ARDOQ_API_HOST=f"localhost:{wrong.port}").run("me")
    assert "\n  certificate of: CN=elsewhere\n  certificates end: 20" in result.err


# Records


def test_a_record_larger_than_the_buffer_is_named(ask: Tool, certificates: Certificates) -> None:
    """Its header tells its length, and is enough (RFC 5246, 6.2.1). This one fits no mbedTLS."""
    with Stage(certificates) as stage:
        stage.greet = lambda connection: connection.sendall(b"\x16\x03\x03\xff\xff")
        result = ask.using(ARDOQ_API_HOST=f"localhost:{stage.port}").run("me")
    expect_error(result, "TLS_RECORD_TOO_LARGE", 3)
    assert "\n  failed in phase: handshake\n" in result.err


def test_what_is_not_tls_at_all(ask: Tool, certificates: Certificates) -> None:
    with Stage(certificates) as stage:
        stage.greet = lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        result = ask.using(ARDOQ_API_HOST=f"localhost:{stage.port}").run("me")
    expect_error(result, "TLS_FAILED", 5)


# Pins


@pytest.mark.parametrize(
    ("pins", "matches"),
    [
        (["server"], True),
        (["ca"], True),
        ([None, "server"], True),
        (["other", "server"], True),
        (["server", "other"], True),
        (["other"], False),
        ([None, "other"], False),
        (["other", "other_ca"], False),
    ],
)
def test_a_pin_must_match_a_key_of_the_chain(
    ask: Tool, certificates: Certificates, pins: list[str | None], matches: bool
) -> None:
    for number, name in enumerate(pins):
        if name:
            pin = OTHER_PIN if name == "other" else certificates.pin(name)
            expect_success(ask.run("config", "set", f"pin{number}", pin))
    result = ask.run("me")
    if matches:
        expect_success(result)
    else:
        expect_error(result, "CERTIFICATE_PIN_MISMATCH", 3)


def test_a_pin_does_not_replace_trust(ask: Tool, certificates: Certificates) -> None:
    pinned = ask.using(ARDOQ_PIN0=certificates.pin("self_signed"))
    with Scripted(certificates, b"", "self_signed") as wrong:
        result = pinned.using(ARDOQ_API_HOST=f"localhost:{wrong.port}").run("me")
    expect_error(result, "CERTIFICATE_SELF_SIGNED", 3)


# The client's own certificate


def store(tool: Tool, key: str, path: Path) -> None:
    expect_success(tool.run("config", "set", key, f"@{path}"))


def test_a_client_certificate_is_shown_on_demand(
    tool: Tool, serve_once: Serve, certificates: Certificates
) -> None:
    mutual = tool.at(serve_once("--client-ca", str(certificates.pem("client_ca"))))
    store(mutual, "cert", certificates.pem("client"))
    store(mutual, "key", certificates.key("client"))
    expect_success(mutual.run("me"))
    expect_success(mutual.run("report", "--set", "serial=S"))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(
    ("shown", "name"),
    [(None, "CLIENT_CERTIFICATE_REQUIRED"), ("other_client", "CLIENT_CERTIFICATE_REFUSED")],
)
def test_a_server_that_wants_another_client_certificate_says_so(
    ask: Tool,
    certificates: Certificates,
    has_tls_1_3: bool,
    version: ssl.TLSVersion,
    shown: str | None,
    name: str,
) -> None:
    """In TLS 1.3 it says so when the client has finished, and the request may be in progress."""
    if version == ssl.TLSVersion.TLSv1_3 and not has_tls_1_3:
        pytest.skip("this mbedTLS has no TLS 1.3")
    if shown:
        store(ask, "cert", certificates.pem(shown))
        store(ask, "key", certificates.key(shown))
    with Scripted(certificates, b"") as strict:
        strict.context.maximum_version = version
        strict.context.verify_mode = ssl.CERT_REQUIRED
        strict.context.load_verify_locations(certificates.pem("client_ca"))
        result = ask.using(ARDOQ_API_HOST=f"localhost:{strict.port}").run("me")
        assert strict.requests == []
    expect_error(result, name, 3)
    assert result.out == ""


def test_with_a_certificate_no_token_is_needed(ask: Tool, certificates: Certificates) -> None:
    """A gateway adds the token."""
    store(ask, "cert", certificates.pem("client"))
    store(ask, "key", certificates.key("client"))
    answer = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"org":{"name":"A","label":"a"}}'
    with Scripted(certificates, answer) as gateway:
        gateway.context.verify_mode = ssl.CERT_REQUIRED
        gateway.context.load_verify_locations(certificates.pem("client_ca"))
        there = ask.using(ARDOQ_API_HOST=f"localhost:{gateway.port}", ARDOQ_API_TOKEN="")
        expect_success(there.run("me"))
        (head,) = gateway.requests
    assert b"authorization" not in head.lower()


@pytest.mark.parametrize(
    ("certificate", "key"),
    [("client", None), (None, "client"), ("broken", "client"), ("client", "broken")],
)
def test_a_client_certificate_needs_its_key(
    ask: Tool, certificates: Certificates, certificate: str | None, key: str | None
) -> None:
    """Which is told before anything is sent, so any server will do."""
    broken = ask.home / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    if certificate:
        store(ask, "cert", broken if certificate == "broken" else certificates.pem(certificate))
    if key:
        store(ask, "key", broken if key == "broken" else certificates.key(key))
    expect_error(ask.run("me"), "CLIENT_CERTIFICATE_INVALID", 3)
