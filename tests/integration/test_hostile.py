"""Hostile servers, and one client for all of them: after each, the next call works.

One process for all tests of this file, so that whatever one of them breaks or leaks shows.
"""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

import built
from logs import Logs
from peers import HungUp, Stage, answer, reset
from servers import Certificates
from test_c_api import Exercise
from tool import Tool, expect_success

MEGABYTE = 1_000_000
# How often a server sends a byte that wants to hold a client for ever.
PACE = 0.02
# Above what the server's pace could ever complete, and enough for a request on a kept connection.
SHORT_MS = 500

Answer = Callable[[ssl.SSLSocket, bytes], None]


def me(label: str, *headers: str) -> bytes:
    document = {"org": {"name": "Acme", "label": label}, "user": {"email": "a@acme.example"}}
    return answer("200 OK", "application/json", json.dumps(document).encode(), *headers)


def well_behaved(secure: ssl.SSLSocket, head: bytes) -> None:
    secure.sendall(me("well"))


@pytest.fixture(scope="module")
def theatre(certificates: Certificates) -> Iterator[Stage]:
    with Stage(certificates) as stage:
        yield stage


@pytest.fixture(scope="module")
def settings(certificates: Certificates, logs: Logs, theatre: Stage) -> dict[str, str]:
    return {
        "ARDOQ_API_HOST": f"localhost:{theatre.port}",
        "ARDOQ_API_TOKEN": logs.new_token(),
        "SSL_CERT_FILE": str(certificates.pem("ca")),
    }


@pytest.fixture(scope="module")
def client(
    settings: dict[str, str],
    logs: Logs,
    network: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Exercise]:
    home = tmp_path_factory.mktemp("home")
    tool = Tool(built.EXERCISE, home, logs).using(**network, **settings)
    exercise = Exercise(tool.environment)
    yield exercise
    exercise.end(logs)


@pytest.fixture
def stage(theatre: Stage, client: Exercise) -> Iterator[Stage]:
    """The server as it should be, with a connection that is kept; and so again after the test."""
    theatre.answer = well_behaved
    assert client.do("me") == {"error": "OK", "label": "well"}
    yield theatre
    theatre.greet = lambda connection: None
    theatre.answer = well_behaved
    assert client.do("me") == {"error": "OK", "label": "well"}


@pytest.fixture
def meet(stage: Stage, client: Exercise) -> Callable[[Callable[[socket.socket], None]], None]:
    """Has the next connection greeted so, and makes the client open it."""

    def run(greet: Callable[[socket.socket], None]) -> None:
        stage.answer = lambda secure, head: secure.sendall(me("well", "Connection: close"))
        assert client.do("me")["error"] == "OK"
        stage.greet = greet

    return run


def get(client: Exercise, how: str = "keep", ms: int = 30000) -> dict[str, Any]:
    return client.do(f"call GET /api/v2/any {ms} 0 {how}")


# Slow servers


def dribble(send: Callable[[bytes], object], content: bytes) -> None:
    """A byte now and then, until the client has gone. The pace is the point."""
    never = threading.Event()
    for byte in content:
        send(bytes([byte]))
        never.wait(PACE)


def test_a_handshake_of_single_bytes_does_not_move_the_deadline(
    stage: Stage, meet, client: Exercise
) -> None:
    meet(lambda connection: dribble(connection.sendall, stage.flight(connection)))
    result = get(client, ms=SHORT_MS)
    assert (result["error"], result["phase"]) == ("TIMEOUT", "handshake")
    assert SHORT_MS <= result["ms"] < SHORT_MS + 2000


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    ],
    ids=["head", "content-length", "chunked", "close"],
)
def test_an_answer_of_single_bytes_does_not_move_the_deadline(
    stage: Stage, client: Exercise, start: bytes
) -> None:
    def trickle(secure: ssl.SSLSocket, head: bytes) -> None:
        secure.sendall(start)
        dribble(secure.sendall, b"x" * 1000)

    stage.answer = trickle
    result = get(client, ms=SHORT_MS)
    assert (result["error"], result["phase"]) == ("TIMEOUT", "receive")
    assert SHORT_MS <= result["ms"] < SHORT_MS + 2000


def test_an_answer_after_the_deadline_is_not_the_next_ones(
    stage: Stage, client: Exercise
) -> None:
    """On the connection of the first call it is written before the second call begins."""
    may_answer, has_answered = threading.Event(), threading.Event()

    def late(secure: ssl.SSLSocket, head: bytes) -> None:
        assert may_answer.wait(30)
        with suppress(OSError):
            secure.sendall(me("late"))
        has_answered.set()
        raise HungUp

    before = stage.connections
    stage.answer = late
    assert get(client, ms=SHORT_MS)["error"] == "TIMEOUT"
    stage.answer = lambda secure, head: secure.sendall(me("prompt"))
    may_answer.set()
    assert has_answered.wait(30)
    assert client.do("me") == {"error": "OK", "label": "prompt"}
    assert stage.connections == before + 1


# Servers that close


def test_closed_after_accept(meet, client: Exercise) -> None:
    meet(lambda connection: connection.shutdown(socket.SHUT_RDWR))
    result = get(client)
    assert (result["error"], result["phase"]) == ("CONNECTION_CLOSED", "handshake")


@pytest.mark.parametrize("end", [socket.socket.close, reset])
@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999, 1])
def test_closed_in_the_handshake(stage: Stage, meet, client: Exercise, share: float, end) -> None:
    """After none, some or all of what the server has to say; in TLS 1.3 all is enough for the
    client, which then sends its request and waits for the answer."""

    def cut(connection: socket.socket) -> None:
        flight = stage.flight(connection)
        connection.sendall(flight[: int(len(flight) * share)])
        end(connection)

    meet(cut)
    result = get(client)
    assert result["error"] == "CONNECTION_CLOSED"
    assert result["phase"] in (["handshake"] if share < 1 else ["handshake", "send", "receive"])


def close_properly(secure: ssl.SSLSocket) -> None:
    with suppress(OSError):
        secure.unwrap()
    raise HungUp


def cut_off(secure: ssl.SSLSocket) -> None:
    raise HungUp


def reset_it(secure: ssl.SSLSocket) -> None:
    reset(secure)
    raise HungUp


ENDS = pytest.mark.parametrize("end", [close_properly, cut_off, reset_it])


@ENDS
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n",
    ],
)
def test_closed_in_the_answer(stage: Stage, meet, client: Exercise, content: bytes, end) -> None:
    """On a new connection: on a kept one the request would be sent again."""

    def part(secure: ssl.SSLSocket, head: bytes) -> None:
        secure.sendall(content)
        end(secure)

    meet(lambda connection: None)
    stage.answer = part
    result = get(client)
    assert (result["error"], result["phase"]) == ("CONNECTION_CLOSED", "receive")


@pytest.mark.parametrize("end", [cut_off, reset_it])
def test_a_body_by_close_needs_a_proper_one(stage: Stage, client: Exercise, end) -> None:
    def part(secure: ssl.SSLSocket, head: bytes) -> None:
        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}")
        end(secure)

    stage.answer = part
    assert get(client)["error"] == "CONNECTION_CLOSED"
    stage.answer = lambda secure, head: part_and_close(secure)
    assert get(client)["error"] == "OK"


def part_and_close(secure: ssl.SSLSocket) -> None:
    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}")
    close_properly(secure)


def test_closed_after_the_handshake(meet, client: Exercise, stage: Stage) -> None:
    """Before the request is read. Whether it could be sent is a race, what the call says is not."""

    def leave(connection: socket.socket) -> None:
        with stage.context.wrap_socket(connection, server_side=True):
            raise HungUp

    meet(leave)
    assert get(client)["error"] == "CONNECTION_CLOSED"


# Large answers


def with_headers(lines: list[str]) -> bytes:
    return me("many", *lines)


@pytest.mark.parametrize(
    "lines",
    [[f"X: {'x' * 100_000}"], [f"X-{number}: {'x' * 90}" for number in range(1000)]],
    ids=["one", "many"],
)
def test_headers_of_100_kb_are_refused(stage: Stage, client: Exercise, lines: list[str]) -> None:
    def flood(secure: ssl.SSLSocket, head: bytes) -> None:
        secure.sendall(with_headers(lines))

    stage.answer = flood
    result = get(client)
    assert (result["error"], result["phase"]) == ("HEADERS_TOO_LARGE", "receive")


@pytest.mark.parametrize(
    "lines",
    [[f"X: {'x' * 15_000}"], [f"X-{number}: {'x' * 3000}" for number in range(5)]],
    ids=["one", "many"],
)
def test_long_headers_below_16_kb_do_no_harm(
    stage: Stage, client: Exercise, lines: list[str]
) -> None:
    stage.answer = lambda secure, head: secure.sendall(with_headers(lines))
    assert client.do("me") == {"error": "OK", "label": "many"}


def framed(status: str, framing: str, body: bytes) -> bytes:
    """The body in one of the three ways that HTTP has to tell its end."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
    if framing == "content-length":
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    if framing == "close":
        return f"{head}\r\n".encode() + body
    parts = (body[at : at + 8191] for at in range(0, len(body), 8191))
    chunks = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in parts)
    return f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks + b"0\r\nT: 1\r\n\r\n"


def say(framing: str, content: bytes) -> Answer:
    def send(secure: ssl.SSLSocket, head: bytes) -> None:
        secure.sendall(content)
        if framing == "close":
            close_properly(secure)

    return send


@pytest.mark.parametrize("framing", ["content-length", "chunked", "close"])
def test_a_megabyte(stage: Stage, client: Exercise, framing: str) -> None:
    """It is a number, which is JSON too."""
    body = b"1" * MEGABYTE
    stage.answer = say(framing, framed("200 OK", framing, body))
    streamed = get(client, "stream")
    assert (streamed["error"], streamed["streamed"]) == ("OK", MEGABYTE)
    kept = get(client, "keep")
    assert (kept["error"], kept["kept"]) == ("RESPONSE_TOO_LARGE", 0)
    stage.answer = say(framing, framed("500 Oops", framing, body))
    for how in ("stream", "keep"):
        refused = get(client, how)
        assert (refused["error"], refused["status"]) == ("SERVER_ERROR", 500)
        assert (refused["cut"], refused["streamed"]) == (True, 0)
        assert refused["kept"] == built.number("BUFFER_SIZE") - 1


def test_a_megabyte_through_the_tool(
    stage: Stage, tool: Tool, settings: dict[str, str]
) -> None:
    """Streamed where the command streams; refused by `me`, which has to keep it."""
    body = json.dumps(["x" * 997] * 1000).encode()
    stage.answer = say("chunked", framed("200 OK", "chunked", body))
    asking = tool.using(**settings)
    result = asking.run("request", "GET", "/api/v2/any")
    expect_success(result)
    assert result.out.encode() == body + b"\n"
    refused = asking.run("me")
    assert (refused.error, refused.code, refused.out) == ("RESPONSE_TOO_LARGE", 6, "")


# Answers before the request is complete

UPLOAD = 8 * MEGABYTE


@pytest.mark.parametrize("delay", [0, 0.7], ids=["at_once", "later"])
@pytest.mark.parametrize("stays", [True, False], ids=["stays", "closes"])
@pytest.mark.parametrize(
    ("status", "name"), [(401, "UNAUTHORIZED"), (413, "CONTENT_TOO_LARGE")]
)
def test_an_early_answer_is_read(
    stage: Stage, client: Exercise, status: int, name: str, stays: bool, delay: float
) -> None:
    """The server reads no further than the head: most of the body never gets away, and later the
    client waits in the middle of a record."""
    is_over = threading.Event()

    def early(secure: ssl.SSLSocket, head: bytes) -> None:
        time.sleep(delay)
        secure.sendall(answer(f"{status} Early", "application/json", b'{"message": "early"}'))
        if stays:
            is_over.wait(30)
        raise HungUp

    stage.answer = early
    result = client.do(f"call POST /api/v2/batch 30000 {UPLOAD} keep")
    is_over.set()
    assert (result["error"], result["status"], result["message"]) == (name, status, "early")
    assert result["ms"] < 10_000
