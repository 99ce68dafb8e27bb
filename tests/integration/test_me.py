"""`ardoq me`: the connection test, and what goes over the wire with it."""

import pytest

import built
from servers import FakeArdoq, Serve
from source import VERSION
from tool import Tool, expect_error, expect_success

ANSWER = {
    "org": {"name": "Acme Corporation", "label": "acme"},
    "user": {"email": "devices@acme.example"},
}


def test_it_prints_the_answer_and_a_note(ask: Tool) -> None:
    result = ask.run("me", verbose=False)
    expect_success(result)
    assert result.json == ANSWER
    assert result.err == "connected to Acme Corporation (acme) as devices@acme.example\n"


def test_it_sends_exactly_these_headers(tool: Tool, serve_once: Serve) -> None:
    server = serve_once("--org-name", "headers")
    expect_success(tool.at(server).using(ARDOQ_ORG_LABEL="acme").run("me"))
    [entry] = server.journal
    assert (entry["method"], entry["path"], entry["query"]) == ("GET", "/api/v2/me", "")
    assert entry["body"] == ""
    assert entry["headers"] == [
        ["host", f"localhost:{server.port}"],
        ["user-agent", f"ardoq-device/{VERSION}"],
        ["accept", "application/json"],
        ["accept-encoding", "identity"],
        ["authorization", f"Bearer {server.token}"],
        ["x-org", "acme"],
    ]


def test_verbose_shows_the_way_but_not_the_token(ask: Tool, server: FakeArdoq) -> None:
    result = ask.using(ARDOQ_ORG_LABEL="acme").run("me")
    expect_success(result)
    assert ("ardoq: GET: /api/v2/me\n" in result.err) == built.logs_requests()
    assert server.token not in result.err


def test_a_wrong_token_is_unauthorized(ask: Tool) -> None:
    result = ask.using(ARDOQ_API_TOKEN=ask.logs.new_token()).run("me")
    expect_error(result, "UNAUTHORIZED", 3)
    assert result.out == ""
    assert "  HTTP status: 401\n  the server says: the token is wrong or expired\n" in result.err


@pytest.mark.parametrize("label", ["", "acme"])
def test_the_label_is_sent_whenever_it_is_set(ask: Tool, server: FakeArdoq, label: str) -> None:
    expect_success(ask.using(ARDOQ_ORG_LABEL=label).run("me"))
    sent = [value for name, value in server.journal[-1]["headers"] if name == "x-org"]
    assert sent == ([label] if label else [])


def test_a_shared_host_needs_the_label(tool: Tool, serve_once: Serve) -> None:
    shared = tool.at(serve_once("--shared-host"))
    result = shared.run("me")
    expect_error(result, "FORBIDDEN", 3)
    assert "the server says: X-org is missing" in result.err
    expect_error(shared.using(ARDOQ_ORG_LABEL="other").run("me"), "FORBIDDEN", 3)
    assert shared.using(ARDOQ_ORG_LABEL="acme").run("me").json == ANSWER


def test_the_shared_host_of_ardoq_needs_the_label_before_anything_is_sent(ask: Tool) -> None:
    result = ask.using(ARDOQ_API_HOST="app.ardoq.com").run("me")
    expect_error(result, "ORG_LABEL_REQUIRED", 3)
    assert "\n  setting: org_label\n" in result.err
    assert "phase" not in result.err


def test_a_token_is_needed(ask: Tool) -> None:
    result = ask.using(ARDOQ_API_TOKEN="").run("me")
    expect_error(result, "TOKEN_MISSING", 3)
    assert "\n  setting: token\n" in result.err


@pytest.mark.parametrize("framing", ["content-length", "chunked", "close"])
def test_any_framing_will_do(tool: Tool, serve_once: Serve, framing: str) -> None:
    framed = tool.at(serve_once("--framing", framing))
    result = framed.run("me")
    expect_success(result)
    assert result.json == ANSWER
    refused = framed.run("request", "GET", "/api/v2/nothing")
    expect_error(refused, "NOT_FOUND", 3)
    assert refused.json == {"message": "no such path: /api/v2/nothing"}


def test_the_order_of_keys_does_not_matter(tool: Tool, serve_once: Serve) -> None:
    result = tool.at(serve_once("--reverse-keys")).run("me", verbose=False)
    assert [*result.json] == ["user", "org"]
    assert result.err == "connected to Acme Corporation (acme) as devices@acme.example\n"


def test_a_login_page_is_no_answer(tool: Tool, serve_once: Serve) -> None:
    server = serve_once("--login-page")
    stranger = tool.at(server).using(ARDOQ_API_TOKEN=tool.logs.new_token())
    for command in (["me"], ["request", "GET", "/api/v2/me"]):
        result = stranger.run(*command)
        expect_error(result, "NOT_JSON", 5)
        assert result.out == ""
        assert "  HTTP status: 200\n  the server says: the server answered with an HTML page\n" in (
            result.err
        )
    assert tool.at(server).run("me").json == ANSWER
