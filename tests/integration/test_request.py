"""`ardoq request`: any request of the API, from the command line."""

import json
import urllib.parse
from typing import Any

import pytest

import built
from peers import Scripted, answer
from servers import DEVICE_TYPE, WORKSPACE, Certificates, FakeArdoq, Serve
from tool import Tool, expect_error, expect_success

COMPONENTS = "/api/v2/components"

# Characters that a query must encode, and others.
ODD = "Ærø & co=50%+?/#;:@!$'()*,[]~_.-\u2603"


def component(name: str, **more: Any) -> dict[str, Any]:
    return {"rootWorkspace": WORKSPACE, "typeId": DEVICE_TYPE, "name": name, **more}


def create(tool: Tool, name: str, **more: Any) -> dict[str, Any]:
    result = tool.run("request", "POST", COMPONENTS, "-d", json.dumps(component(name, **more)))
    expect_success(result)
    return result.json


def names(answer: dict[str, Any]) -> list[str]:
    return [value["name"] for value in answer["values"]]


def test_a_request_without_a_method_is_a_get(ask: Tool, server: FakeArdoq) -> None:
    """As in the function of Ardoq's guide 'Making a request'."""
    result = ask.run("request", "/api/v2/me")
    expect_success(result)
    assert result.json["org"]["label"] == "acme"
    assert server.journal[-1]["method"] == "GET"


@pytest.mark.parametrize(
    "form", ["https://localhost:{}", "HTTPS://LocalHost:{}", "https://localhost.:{}"]
)
def test_a_path_may_be_a_url_of_the_host(ask: Tool, server: FakeArdoq, form: str) -> None:
    """As `_links.next.href` gives it; and a browser's address line, with its fragment."""
    url = form.format(server.port)
    expect_success(ask.run("request", f"{url}/api/v2/me"))
    listed = ask.run("request", f"{url}{COMPONENTS}?name=nobody#top", "-q", f"typeId={DEVICE_TYPE}")
    expect_success(listed)
    assert server.journal[-1]["query"] == f"name=nobody&typeId={DEVICE_TYPE}"
    expect_error(ask.run("request", url), "NOT_FOUND", 3)
    assert server.journal[-1]["path"] == "/"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/api/v2/me",
        "https://localhost/api/v2/me",
        "https://localhost:{port}0/api/v2/me",
        "https://localhost.elsewhere.example:{port}/api/v2/me",
        "https://localhost:{port}@elsewhere.example/api/v2/me",
        "https://elsewhere.example@localhost:{port}/api/v2/me",
        "https://elsewhere.example\\@localhost:{port}/api/v2/me",
        "http://localhost:{port}/api/v2/me",
        "ftp://localhost:{port}/api/v2/me",
        "//elsewhere.example/api/v2/me",
        "://localhost:{port}/api/v2/me",
    ],
)
def test_a_url_of_another_origin_is_refused(
    ask: Tool, server: FakeArdoq, url: str
) -> None:
    before = len(server.journal)
    result = ask.run("request", "--all", url.format(port=server.port))
    assert (result.code, result.out, result.error) == (2, "", "")
    assert f"the host is set to https://localhost:{server.port}\n" in result.err
    assert f"the token is not sent elsewhere: {url.format(port=server.port)}\n" in result.err
    assert len(server.journal) == before


def test_all_pages_are_one_value(tool: Tool, serve_once: Serve) -> None:
    server = serve_once("--page-size", "2")
    asking = tool.at(server)
    empty = asking.run("request", "--all", COMPONENTS)
    expect_success(empty)
    assert empty.json == {"values": []}
    for name in "ABCDE":
        create(asking, name)
    before = len(server.journal)
    every = asking.run("request", COMPONENTS, "--all", "-q", f"rootWorkspace={WORKSPACE}")
    expect_success(every)
    assert [*every.json] == ["values"]
    assert names(every.json) == [*"ABCDE"]
    assert len(server.journal) == before + 3
    first = asking.run("request", COMPONENTS)
    assert names(first.json) == ["A", "B"]
    rest = asking.run("request", "--all", first.json["_links"]["next"]["href"])
    expect_success(rest)
    assert every.json["values"] == first.json["values"] + rest.json["values"]


@pytest.mark.parametrize(
    "values", ['[1, -2.5e3, true, null]', '["a\\"", ""]', '[[1, "a"], [], {}]']
)
def test_elements_of_all_pages_may_be_anything(
    ask: Tool, certificates: Certificates, values: str
) -> None:
    content = answer("200 OK", "application/json", b'{"values": %s}' % values.encode())
    with Scripted(certificates, content) as scripted:
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{scripted.port}")
        result = asking.run("request", "--all", "/api/v2/reports/1/run/tabular")
    expect_success(result)
    assert result.json == {"values": json.loads(values)}


def test_pages_that_fail_leave_no_whole_value(tool: Tool, certificates: Certificates) -> None:
    """What came before is there to see, and nobody takes it for everything."""
    with Scripted(certificates, b"") as scripted:
        href = f"https://elsewhere.example:{scripted.port}/2"
        body = json.dumps({"values": [{"n": 1}], "_links": {"next": {"href": href}}})
        scripted.answer = answer("200 OK", "application/json", body.encode())
        settings = {"ARDOQ_API_HOST": f"localhost:{scripted.port}", "ARDOQ_API_TOKEN": "t0ken-0000"}
        asking = tool.using(**settings, SSL_CERT_FILE=str(certificates.pem("ca")))
        result = asking.run_for_text("request", "--all", "/api/v2/reports")
    expect_error(result, "LINK_REFUSED", 3)
    assert result.out == '{"values":[{"n": 1}\n'


def test_all_pages_of_what_is_no_list(ask: Tool) -> None:
    result = ask.run("request", "--all", "/api/v2/me")
    assert (result.error, result.out) == ("JSON_KEY_MISSING", "")
    refused = ask.run("request", "--all", "/api/v2/nothing")
    expect_error(refused, "NOT_FOUND", 3)
    assert "message" in refused.json


# The body of an error

EVIL = b"<p>a\x1b[31mb\x9bc\xc2\x9bd\x00\x7f\r\nl\xc3\xb8\t\xed\xa0\x80\xc0\xaf\xf4\x90\x80\x80</p>"
SHOWN = "  | <p>a [31mb?c d   \n  | l\xf8 ?????????</p>\n"


@pytest.mark.parametrize("status", ["500 Oops", "403 No", "200 OK"])
@pytest.mark.parametrize(
    "arguments", [["request", "/a"], ["request", "--all", "/a"], ["me"], ["report"]]
)
def test_the_whole_body_of_an_error_is_shown(
    ask: Tool, certificates: Certificates, status: str, arguments: list[str]
) -> None:
    """With --verbose, and harmless to a terminal."""
    token = ask.environment["ARDOQ_API_TOKEN"]
    body = EVIL + b"\n" + b"x" * 300 + token.encode() + b"\nend"
    with Scripted(certificates, answer(status, "text/html", body)) as scripted:
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{scripted.port}", ARDOQ_SERIAL="E-1")
        result = asking.run(*arguments)
        plain = asking.run(*arguments, verbose=False)
    assert result.code != 0 and result.out == ""
    stars = "*" * len(token)
    assert f"\n  the server's answer:\n{SHOWN}  | {'x' * 300}{stars}\n  | end\n" in result.err
    assert "the server's answer" not in plain.err


def test_an_error_of_reitit_is_shown(tool: Tool, serve_once: Serve) -> None:
    """Which has no message."""
    asking = tool.at(serve_once("--error-body", "reitit"))
    result = asking.run("request", "POST", COMPONENTS, "-d", json.dumps(component("")))
    expect_error(result, "BAD_REQUEST", 3)
    assert result.json["humanized"]["name"]
    assert "\n  the server says: " in result.err
    assert asking.run("report", "--set", "serial=R-1").code == 0


def test_a_body_that_is_cut_is_said_to_be(ask: Tool, certificates: Certificates) -> None:
    body = b'"' + b"x" * built.number("BUFFER_SIZE") + b'"'
    with Scripted(certificates, answer("400 No", "application/json", body)) as scripted:
        result = ask.using(ARDOQ_API_HOST=f"localhost:{scripted.port}").run("request", "/a")
    assert "\n  the server's answer, cut:\n  | \"xxx" in result.err
    assert result.out == ""


def test_a_token_in_a_json_error_is_not_printed(ask: Tool, certificates: Certificates) -> None:
    token = ask.environment["ARDOQ_API_TOKEN"]
    body = json.dumps({"headers": {"authorization": f"Bearer {token}"}}).encode()
    with Scripted(certificates, answer("400 No", "application/json", body)) as scripted:
        result = ask.using(ARDOQ_API_HOST=f"localhost:{scripted.port}").run("request", "/a")
    assert result.json == {"headers": {"authorization": f"Bearer {'*' * len(token)}"}}


# The query


def test_a_query_is_encoded(ask: Tool, server: FakeArdoq) -> None:
    create(ask, ODD)
    pairs = ["-q", f"name={ODD}", "--query", f"typeId={DEVICE_TYPE}"]
    result = ask.run("request", "GET", COMPONENTS, *pairs)
    expect_success(result)
    assert names(result.json) == [ODD]
    sent = server.journal[-1]["query"]
    assert sent == f"name={urllib.parse.quote(ODD, safe='~_.-')}&typeId={DEVICE_TYPE}"


def test_a_path_may_hold_a_query(ask: Tool, server: FakeArdoq) -> None:
    create(ask, "with query")
    path = f"{COMPONENTS}?name=with%20query"
    for more in ([], ["-q", f"typeId={DEVICE_TYPE}"]):
        assert names(ask.run("request", "GET", path, *more).json) == ["with query"]
    assert server.journal[-1]["query"] == f"name=with%20query&typeId={DEVICE_TYPE}"


def test_a_body_stands_on_the_command_line(ask: Tool, server: FakeArdoq) -> None:
    made = create(ask, "direct")
    assert made["name"] == "direct"
    headers = dict(server.journal[-1]["headers"])
    assert headers["content-type"] == "application/json"
    assert headers["content-length"] == str(len(server.journal[-1]["body"]))


def test_a_body_stands_in_a_file(ask: Tool, server: FakeArdoq) -> None:
    text = json.dumps(component("from a file", description="æ\n"), indent=2, ensure_ascii=False)
    (ask.home / "body.json").write_text(text, "utf-8")
    expect_success(ask.run("request", "POST", COMPONENTS, "--data", "@body.json"))
    assert server.journal[-1]["body"] == text


def test_a_body_comes_by_standard_input(ask: Tool, server: FakeArdoq) -> None:
    """Its last line break is no part of it."""
    text = json.dumps(component("piped"))
    result = ask.run("request", "POST", COMPONENTS, "-d", "-", stdin=text.encode() + b"\n")
    expect_success(result)
    assert server.journal[-1]["body"] == text


def test_standard_input_may_be_many_lines(ask: Tool, server: FakeArdoq) -> None:
    text = json.dumps(component("piped lines"), indent=2)
    result = ask.run("request", "POST", COMPONENTS, "-d", "-", stdin=text.encode())
    expect_success(result)
    assert server.journal[-1]["body"] == text


def test_a_component_changes_and_goes(ask: Tool, server: FakeArdoq) -> None:
    path = f"{COMPONENTS}/{create(ask, 'changing')['_id']}"
    change = ["-q", "ifVersionMatch=latest", "-d", '{"name": "changed"}']
    result = ask.run("request", "PATCH", path, *change)
    expect_success(result)
    assert (result.json["name"], result.json["_version"]) == ("changed", 2)

    deleted = ask.run("request", "DELETE", path)
    expect_success(deleted)
    assert deleted.out == ""
    assert server.journal[-1]["status"] == 204
    expect_error(ask.run("request", "GET", path), "NOT_FOUND", 3)


def test_a_version_that_is_not_stored_is_a_conflict(ask: Tool) -> None:
    path = f"{COMPONENTS}/{create(ask, 'versioned')['_id']}"
    result = ask.run("request", "PATCH", path, "-q", "ifVersionMatch=7", "-d", "{}")
    expect_error(result, "CONFLICT", 5)


def test_a_post_without_a_body_says_so(ask: Tool, server: FakeArdoq) -> None:
    expect_error(ask.run("request", "POST", "/api/v2/batch"), "BAD_REQUEST", 3)
    headers = dict(server.journal[-1]["headers"])
    assert headers["content-length"] == "0"
    assert "content-type" not in headers


def test_an_answer_to_head_has_no_body(ask: Tool) -> None:
    result = ask.run("request", "HEAD", "/api/v2/me")
    expect_error(result, "BAD_REQUEST", 3)
    assert "\n  HTTP status: 405\n" in result.err
    assert result.out == ""


@pytest.mark.parametrize("framing", ["content-length", "chunked", "close"])
def test_more_than_the_buffer_goes_both_ways(
    tool: Tool, serve_once: Serve, framing: str
) -> None:
    asking = tool.at(serve_once("--framing", framing))
    text = "æ☃" * (built.number("BUFFER_SIZE") // 4)
    (asking.home / "body.json").write_text(json.dumps(component("large", description=text)))
    made = asking.run("request", "POST", COMPONENTS, "-d", "@body.json")
    expect_success(made)
    assert made.json["description"] == text
    assert len(made.out.encode()) > built.number("BUFFER_SIZE")
    listed = asking.run("request", "GET", COMPONENTS)
    expect_success(listed)
    assert listed.json["values"] == [made.json]


# What is never sent


@pytest.mark.parametrize(
    "path",
    [
        "api/v2/me",
        "",
        "/api/v2/me#part",
        "/api/v2/a b",
        "/api/v2/me\r\nX-evil: 1",
        "/api/v2/æ",
        "/api/v2/%zz",
    ],
)
def test_a_wrong_path_is_not_sent(ask: Tool, server: FakeArdoq, path: str) -> None:
    before = len(server.journal)
    result = ask.run("request", "GET", path)
    expect_error(result, "REQUEST_INVALID", 3)
    assert result.out == ""
    assert len(server.journal) == before


@pytest.mark.parametrize("method", ["", "GE T", "GET\r\nX-evil: 1", "GÆT"])
def test_a_wrong_method_is_not_sent(ask: Tool, server: FakeArdoq, method: str) -> None:
    before = len(server.journal)
    expect_error(ask.run("request", method, "/api/v2/me"), "REQUEST_INVALID", 3)
    assert len(server.journal) == before


def test_a_head_larger_than_the_buffer_is_not_sent(
    ask: Tool, server: FakeArdoq
) -> None:
    before = len(server.journal)
    pair = "name=" + "x" * (built.number("BUFFER_SIZE") // 8)
    pairs = [part for _ in range(8) for part in ("-q", pair)]
    result = ask.run("request", "GET", COMPONENTS, *pairs)
    expect_error(result, "REQUEST_TOO_LARGE", 3)
    assert len(server.journal) == before
