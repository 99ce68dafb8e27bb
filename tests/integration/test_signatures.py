"""RSA-PSS in TLS 1.2: if mbedTLS offers it and then rejects it, we try again without it.

An mbedTLS without that fault never needs a second connection.
"""

import json
import socket
import ssl
import subprocess
from collections.abc import Callable, Sequence

import pytest

import built
import strangers
from peers import Broken, Relay, Stage, answer, say_nothing
from servers import Certificates
from tool import BOUND, Result, Tool, expect_error, expect_success

PSS = "rsa_pss_rsae_sha256"
PKCS1 = "rsa_pkcs1_sha256"

# In the server's hello, where the session id with its length stands: after the heads of the record
# and the message, a version and a random number. After it come the cipher suite, the compression,
# and the extensions with their length.
HELLO_ID = 5 + 4 + 2 + 32


@pytest.fixture
def asking(tool: Tool, certificates: Certificates) -> Tool:
    return tool.using(
        ARDOQ_API_TOKEN=tool.logs.new_token(), SSL_CERT_FILE=str(certificates.pem("ca"))
    )


@pytest.fixture
def with_pss(features: dict[str, bool]) -> int:
    """How many connections it takes when the server wants to sign with RSA-PSS."""
    return 2 if features["refuses_pss"] else 1


def ask(asking: Tool, port: int) -> Result:
    return asking.using(ARDOQ_API_HOST=f"localhost:{port}").run("me")


def ask_stranger(
    asking: Tool,
    certificates: Certificates,
    version: str,
    algorithms: Sequence[str],
    *options: str,
) -> tuple[Result, int]:
    """What came of it, and how many connections it took."""
    folder = asking.home / "server"
    with (
        strangers.openssl_signing(
            folder, certificates, version, algorithms, *options
        ) as port,
        Relay(port) as relay,
    ):
        return ask(asking, relay.port), relay.connections


@pytest.mark.parametrize(
    ("algorithms", "options", "begins_with_pss"),
    [
        ((PSS, PKCS1), ("-serverpref",), True),
        ((PKCS1, PSS), ("-serverpref",), False),
        ((PSS, PKCS1), (), False),
        ((PKCS1,), (), False),
    ],
    ids=["pss_first", "pss_last", "as_the_client_likes", "no_pss"],
)
def test_a_server_of_1_2_that_can_do_without(
    asking: Tool,
    certificates: Certificates,
    with_pss: int,
    algorithms: tuple[str, ...],
    options: tuple[str, ...],
    begins_with_pss: bool,
) -> None:
    result, connections = ask_stranger(asking, certificates, "1.2", algorithms, *options)
    expect_success(result)
    assert result.json == json.loads(strangers.ME)
    assert connections == (with_pss if begins_with_pss else 1)


def test_a_server_of_1_2_that_cannot(
    asking: Tool, certificates: Certificates, features: dict[str, bool], with_pss: int
) -> None:
    """Only what speaks TLS 1.3 offers PSS at all."""
    result, connections = ask_stranger(asking, certificates, "1.2", [PSS])
    assert connections == with_pss
    if features["tls_1_3"] and not features["refuses_pss"]:
        expect_success(result)
    else:
        expect_error(result, "TLS_FAILED", 5)


def test_a_server_of_1_3_needs_it(
    asking: Tool, certificates: Certificates, has_tls_1_3: bool
) -> None:
    if not has_tls_1_3:
        pytest.skip("this mbedTLS has no TLS 1.3")
    result, connections = ask_stranger(asking, certificates, "1.3", [PSS])
    expect_success(result)
    assert connections == 1


# Servers that could not be configured so


def recorded(
    certificates: Certificates, identity: str, change: Callable[[bytearray], None]
) -> Callable[[socket.socket], None]:
    """Always what a real server of TLS 1.2 said to the first client, changed."""
    flights: list[bytes] = []

    def how(connection: socket.socket) -> None:
        if flights:
            connection.recv(65536)
        else:
            with Stage(certificates, identity) as stage:
                stage.context.maximum_version = ssl.TLSVersion.TLSv1_2
                flight = bytearray(stage.flight(connection))
                change(flight)
                flights.append(bytes(flight))
        connection.sendall(flights[0])
        say_nothing(connection)

    return how


def nothing(_: bytearray) -> None:
    pass


def record_size(flight: bytearray) -> None:
    """An answer to what nobody has asked, which mbedTLS refuses with the code that it has for PSS."""
    extensions = HELLO_ID + 1 + flight[HELLO_ID] + 3
    added = b"\x00\x01\x00\x01\x01"  # RFC 6066, 4
    # The lengths of the record, of the message, of the extensions.
    for at in (3, 7, extensions):
        size = int.from_bytes(flight[at : at + 2], "big") + len(added)
        flight[at : at + 2] = size.to_bytes(2, "big")
    flight[extensions + 2 : extensions + 2] = added


def signature(flight: bytearray) -> None:
    """It is the last thing before the end of the flight, a message without content."""
    flight[-9 - 1] ^= 1


def test_a_server_that_always_signs_so_is_asked_twice(
    asking: Tool, certificates: Certificates, features: dict[str, bool]
) -> None:
    if not features["refuses_pss"]:
        pytest.skip("this mbedTLS refuses nothing")
    with Broken(recorded(certificates, "rsa", nothing), "127.0.0.1", 0) as broken:
        expect_error(ask(asking, broken.port), "TLS_FAILED", 5)
        assert broken.connections == 2


@pytest.mark.parametrize(
    ("identity", "change"), [("rsa", record_size), ("server", signature)], ids=["hello", "signature"]
)
def test_a_server_with_another_fault_is_asked_once(
    asking: Tool, certificates: Certificates, identity: str, change: Callable[[bytearray], None]
) -> None:
    with Broken(recorded(certificates, identity, change), "127.0.0.1", 0) as broken:
        expect_error(ask(asking, broken.port), "TLS_FAILED", 5)
        assert broken.connections == 1


# One client


def stage_of_rsa(certificates: Certificates, newest: ssl.TLSVersion) -> Stage:
    """It prefers PSS, and resumes nothing."""
    stage = Stage(certificates, "rsa")
    stage.context.options |= ssl.OP_NO_TICKET
    stage.context.maximum_version = newest
    me = answer("200 OK", "application/json", strangers.ME.encode("ascii"), "Connection: close")
    stage.answer = lambda secure, head: secure.sendall(me)
    return stage


def call_me_twice(asking: Tool, port: int) -> list[str]:
    """The errors of two calls of one client, which has no place for a session."""
    environment = asking.without("HOME").using(ARDOQ_API_HOST=f"localhost:{port}").environment
    done = subprocess.run(
        [built.EXERCISE], input=b"me\nme\n", env=environment, timeout=BOUND, capture_output=True
    )
    asking.logs.add_output("exercise", done.stdout, done.stderr)
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["error"] for line in done.stdout.splitlines()]


def test_each_connection_begins_anew(
    asking: Tool, certificates: Certificates, with_pss: int
) -> None:
    with stage_of_rsa(certificates, ssl.TLSVersion.TLSv1_2) as stage:
        assert call_me_twice(asking, stage.port) == ["OK", "OK"]
        assert stage.connections == 2 * with_pss


def test_a_server_that_learns_1_3(
    asking: Tool, certificates: Certificates, has_tls_1_3: bool, with_pss: int
) -> None:
    """It needs PSS then, which it was asked to do without before."""
    if not has_tls_1_3:
        pytest.skip("this mbedTLS has no TLS 1.3")
    with stage_of_rsa(certificates, ssl.TLSVersion.TLSv1_2) as stage:
        send_me = stage.answer

        def learn(secure: ssl.SSLSocket, head: bytes) -> None:
            stage.context.maximum_version = ssl.TLSVersion.TLSv1_3
            stage.context.minimum_version = ssl.TLSVersion.TLSv1_3
            send_me(secure, head)

        stage.answer = learn
        assert call_me_twice(asking, stage.port) == ["OK", "OK"]
        assert stage.connections == with_pss + 1
