"""The tool's reaction to every kind of refusal: error name, hint, exit code, message."""

import gzip

import pytest

import built
from peers import Relay, Scripted, answer
from servers import Certificates, FakeArdoq, Serve
from tool import Result, Tool, expect_error, expect_success

WORDS = "failing with {} because of --fail-with"


@pytest.mark.parametrize(
    ("status", "name", "code"),
    [
        (400, "BAD_REQUEST", 3),
        (401, "UNAUTHORIZED", 3),
        (403, "FORBIDDEN", 3),
        (404, "NOT_FOUND", 3),
        (409, "CONFLICT", 5),
        (412, "CONFLICT", 5),
        (422, "UNPROCESSABLE", 3),
        (500, "SERVER_ERROR", 5),
    ],
)
def test_a_status_of_ardoqs_is_an_error(
    tool: Tool, serve_once: Serve, status: int, name: str, code: int
) -> None:
    asking = tool.at(serve_once("--fail-with", str(status)))
    report = asking.run("report", "--set", "serial=S-1")
    for result in (report, asking.run("request", "GET", "/api/v2/me")):
        expect_error(result, name, code)
        words = WORDS.format(status)
        assert f"  HTTP status: {status}\n  the server says: {words}\n" in result.err
        assert "wait seconds" not in result.err
    assert report.out == ""
    assert result.json == {"message": words}


def say(tool: Tool, certificates: Certificates, content: bytes, *request: str) -> Result:
    """What the tool makes of a server that answers this."""
    with Scripted(certificates, content) as scripted:
        return tool.using(ARDOQ_API_HOST=f"localhost:{scripted.port}").run(*request)


@pytest.mark.parametrize(
    ("status", "name", "code"),
    [
        (206, "STATUS_UNEXPECTED", 5),
        (402, "FORBIDDEN", 3),
        (405, "BAD_REQUEST", 3),
        (407, "NOT_JSON", 5),
        (408, "REPEAT_REQUEST", 5),
        (413, "CONTENT_TOO_LARGE", 3),
        (418, "BAD_REQUEST", 3),
        (420, "RATE_LIMITED", 4),
        (425, "REPEAT_REQUEST", 5),
        (496, "CLIENT_CERTIFICATE_REQUIRED", 3),
        (499, "REPEAT_REQUEST", 5),
        (501, "BAD_REQUEST", 3),
        (502, "SERVER_ERROR", 5),
        (504, "SERVER_ERROR", 5),
        (511, "NOT_JSON", 5),
        (525, "SERVER_ERROR", 5),
        (599, "SERVER_ERROR", 5),
        (999, "SERVER_ERROR", 5),
    ],
)
def test_any_other_status_is_an_error_as_well(
    ask: Tool, certificates: Certificates, status: int, name: str, code: int
) -> None:
    content = answer(f"{status} Somehow", "text/plain", b"so it is")
    result = say(ask, certificates, content, "request", "GET", "/api/v2/me")
    expect_error(result, name, code)
    assert f"  HTTP status: {status}\n  the server says: so it is\n" in result.err
    assert result.out == ""


@pytest.mark.parametrize("status", [200, 201, 202, 203, 207, 299])
def test_any_success_is_one(ask: Tool, certificates: Certificates, status: int) -> None:
    content = answer(f"{status} Yes", "application/json", b"{}")
    result = say(ask, certificates, content, "request", "GET", "/api/v2/me")
    expect_success(result)
    assert result.out == "{}\n"


@pytest.mark.parametrize("status", [200, 202, 204])
@pytest.mark.parametrize(
    "command", [("report", "--set", "serial=S-1"), ("me",), ("components",), ("context",)]
)
def test_a_success_without_an_answer_is_none(
    ask: Tool, certificates: Certificates, command: tuple[str, ...], status: int
) -> None:
    """A gateway that queues requests says so; it did not say what became of them."""
    content = answer(f"{status} Taken", "application/json", b"")
    result = say(ask, certificates, content, *command)
    expect_error(result, "ANSWER_EMPTY", 3)
    assert f"\n  HTTP status: {status}\n" in result.err


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_request_needs_no_answer(ask: Tool, certificates: Certificates, status: int) -> None:
    content = answer(f"{status} Taken", "", b"")
    result = say(ask, certificates, content, "request", "DELETE", "/api/v2/components/1")
    expect_success(result)
    assert result.out == ""


def test_a_redirection_says_where_to(tool: Tool, serve_once: Serve) -> None:
    result = tool.at(serve_once("--fail-with", "302")).run("me")
    expect_error(result, "REDIRECTED", 3)
    assert "  HTTP status: 302\n  redirects to: elsewhere.example\n" in result.err


@pytest.mark.parametrize("status", [300, 301, 303, 305, 307, 308])
def test_any_redirection_says_where_to(
    ask: Tool, certificates: Certificates, status: int
) -> None:
    location = "Location: https://user@elsewhere.example:8443/login?back=1"
    content = answer(f"{status} There", "text/html", b"<html>", location)
    result = say(ask, certificates, content, "me")
    expect_error(result, "REDIRECTED", 3)
    assert f"  HTTP status: {status}\n  redirects to: elsewhere.example\n" in result.err


@pytest.mark.parametrize("body", [b'{"values":[1,]}', b'{"values":[1'])
def test_a_success_that_is_no_json_is_an_error(
    ask: Tool, certificates: Certificates, body: bytes
) -> None:
    """It is printed as it comes in, whatever its length, so only the exit code can tell."""
    with Scripted(certificates, answer("200 OK", "application/json", body)) as scripted:
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{scripted.port}")
        result = asking.run_for_text("request", "GET", "/api/v2/me")
    expect_error(result, "JSON_INVALID", 5)


def test_an_error_that_is_no_json_is_not_printed(ask: Tool, certificates: Certificates) -> None:
    content = answer("500 Oops", "application/json", b"{oops")
    result = say(ask, certificates, content, "request", "GET", "/api/v2/me")
    expect_error(result, "SERVER_ERROR", 5)
    assert result.out == ""


def test_a_redirection_is_not_followed(
    ask: Tool, server: FakeArdoq, certificates: Certificates
) -> None:
    """Behind the second port is the default stand-in, which the tool could reach and trusts."""
    with Relay(server.port) as second, Scripted(certificates, b"") as first:
        location = f"Location: https://localhost:{second.port}/api/v2/me"
        first.answer = answer("307 Temporary Redirect", "", b"", location)
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{first.port}")
        result = asking.run("report", "--set", "serial=S-1")
        expect_error(result, "REDIRECTED", 3)
        expect_error(asking.run("request", "GET", "/api/v2/me"), "REDIRECTED", 3)
        assert len(first.requests) == first.connections == 2
        assert second.connections == 0


@pytest.mark.parametrize(
    ("status", "name", "code"), [(429, "RATE_LIMITED", 4), (503, "SERVER_ERROR", 5)]
)
def test_a_pause_that_is_asked_for_is_named(
    tool: Tool, serve_once: Serve, status: int, name: str, code: int
) -> None:
    result = tool.at(serve_once("--fail-with", str(status), "--retry-after", "17")).run("me")
    expect_error(result, name, code)
    assert "\n  wait seconds: 17\n" in result.err


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ((), 60),
        (("Retry-After: Mon, 23 Nov 2026 12:00:00 GMT",), 60),
        (("Retry-After: 0",), 60),
        (("Retry-After: 4294967296",), 86400),
    ],
)
def test_a_pause_has_a_default_and_a_limit(
    ask: Tool, certificates: Certificates, header: tuple[str, ...], seconds: int
) -> None:
    with Scripted(certificates, answer("429 Slow", "text/plain", b"slow", *header)) as busy:
        result = ask.using(ARDOQ_API_HOST=f"localhost:{busy.port}").run("me")
    expect_error(result, "RATE_LIMITED", 4)
    assert f"\n  wait seconds: {seconds}\n" in result.err


def test_too_many_requests_have_to_wait(tool: Tool, serve_once: Serve) -> None:
    asking = tool.at(serve_once("--rate", "0.001", "--retry-after", "7"))
    expect_success(asking.run("me"))
    result = asking.run("me")
    expect_error(result, "RATE_LIMITED", 4)
    assert "  HTTP status: 429\n  the server says: too many requests\n  wait seconds: 7\n" in (
        result.err
    )


@pytest.mark.parametrize(
    ("kind", "words", "is_json"),
    [
        ("message", "no such path: /api/v2/<p>", True),
        ("error", "no such path: /api/v2/<p>", True),
        ("text", "no such path: /api/v2/<p>", False),
        ("html", "the server answered with an HTML page", False),
    ],
)
def test_an_error_speaks_whatever_its_body_is(
    tool: Tool, serve_once: Serve, kind: str, words: str, is_json: bool
) -> None:
    result = tool.at(serve_once("--error-body", kind)).run("request", "GET", "/api/v2/%3cp%3e")
    expect_error(result, "NOT_FOUND", 3)
    assert f"\n  the server says: {words}\n" in result.err
    assert (result.out != "") == is_json
    if is_json:
        assert result.json == {kind: words}


def test_a_terminal_is_safe_from_the_servers_words(ask: Tool, certificates: Certificates) -> None:
    evil = answer("403 No", "text/plain", "a\x1b[31mb\x9b31mc\r\nd".encode())
    result = say(ask, certificates, evil, "me")
    expect_error(result, "FORBIDDEN", 3)
    assert "\n  the server says: a [31mb  31mc  d\n" in result.err


def test_a_terminal_is_safe_from_an_answer(ask: Tool, certificates: Certificates) -> None:
    body = '{"a":"\u202e\x7f\x9b\u00e6"}'.encode()
    # Cut within each of the characters.
    pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    content = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        + pieces
        + b"0\r\n\r\n"
    )
    result = say(ask, certificates, content, "request", "GET", "/a")
    expect_success(result)
    assert result.out == '{"a":"\\u202e\\u007f\\u009b\u00e6"}\n'


@pytest.mark.parametrize(
    ("status", "name", "code"),
    [("200 OK", "CONTENT_ENCODED", 5), ("401 No", "UNAUTHORIZED", 3), ("503 No", "SERVER_ERROR", 5)],
)
def test_nothing_is_shown_of_an_answer_that_is_encoded(
    ask: Tool, certificates: Certificates, status: str, name: str, code: int
) -> None:
    body = gzip.compress(b'{"message":"hidden"}')
    content = answer(status, "application/json", body, "Content-Encoding: gzip")
    for command in (("me",), ("request", "GET", "/a"), ("components",)):
        result = say(ask, certificates, content, *command)
        expect_error(result, name, code)
        assert result.out == ""
        assert result.err.isascii()
        assert all(c.isprintable() or c == "\n" for c in result.err)


def test_the_fault_of_an_answer_is_told(ask: Tool, certificates: Certificates) -> None:
    content = b"HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\n{}"
    result = say(ask, certificates, content, "me")
    expect_error(result, "HTTP_PROTOCOL", 5)
    assert "\n  the answer has: LF without CR\n  in: a header's value\n" in result.err


def test_a_folded_header_does_no_harm(ask: Tool, certificates: Certificates) -> None:
    body = b'{"org":{"name":"Acme","label":"acme"}}'
    lines = ("Content-Security-Policy: a;\r\n   b",)
    result = say(ask, certificates, answer("200 OK", "application/json", body, *lines), "me")
    expect_success(result)


def test_an_error_larger_than_the_buffer_is_still_an_error(
    ask: Tool, certificates: Certificates
) -> None:
    large = b'{"message": "large", "rest": "' + b"x" * built.number("BUFFER_SIZE") + b'"}'
    result = say(
        ask, certificates, answer("422 No", "application/json", large), "request", "GET", "/a"
    )
    expect_error(result, "UNPROCESSABLE", 3)
    assert result.out == ""


@pytest.mark.parametrize(
    ("body", "name", "code"),
    [
        (b'{"org": {"name": "a", "label": "b"}', "JSON_INVALID", 5),
        (b"{} {}", "JSON_INVALID", 5),
        (b"[" * 40 + b"]" * 40, "JSON_TOO_DEEP", 6),
        (b'{"org": {"name": "a"}}', "JSON_KEY_MISSING", 6),
        (b'{"org": {"name": 5, "label": "b"}}', "JSON_TYPE", 6),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for(
    ask: Tool, certificates: Certificates, body: bytes, name: str, code: int
) -> None:
    result = say(ask, certificates, answer("200 OK", "application/json", body), "me")
    expect_error(result, name, code)
    assert result.out == ""


def test_a_report_must_be_confirmed(ask: Tool, certificates: Certificates) -> None:
    content = answer("200 OK", "application/json", b'{"components": {"deleted": []}}')
    result = say(ask, certificates, content, "report", "--set", "serial=S-1")
    expect_error(result, "REPORT_UNCONFIRMED", 6)
    assert result.out == ""


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "CONNECTION_CLOSED"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "CONNECTION_CLOSED"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "HTTP_PROTOCOL"),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", "HTTP_PROTOCOL"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 17000 + b"\r\n\r\n", "HEADERS_TOO_LARGE"),
    ],
)
def test_an_answer_that_is_not_http(
    ask: Tool, certificates: Certificates, content: bytes, name: str
) -> None:
    result = say(ask, certificates, content, "me")
    expect_error(result, name, 5)
    assert "\n  failed in phase: receive\n" in result.err
