"""`ardoq request`: any request of the API, as it stands on the command line."""

import json
import urllib.parse
from typing import Any

import pytest

import built
from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq, Serve
from tool import Tool, expect_error, expect_success

COMPONENTS = "/api/v2/components"

# All that a query must encode, and what it need not.
ODD = "Ærø & co=50%+?/#;:@!$'()*,[]~_.-\u2603"


def component(name: str, **more: Any) -> dict[str, Any]:
    return {"rootWorkspace": WORKSPACE, "typeId": DEVICE_TYPE, "name": name, **more}


def create(tool: Tool, name: str, **more: Any) -> dict[str, Any]:
    result = tool.run("request", "POST", COMPONENTS, "-d", json.dumps(component(name, **more)))
    expect_success(result)
    return result.json


def names(answer: dict[str, Any]) -> list[str]:
    return [value["name"] for value in answer["values"]]


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
    expect_error(result, "CONFLICT", 3)


def test_a_post_without_a_body_says_so(ask: Tool, server: FakeArdoq) -> None:
    expect_error(ask.run("request", "POST", "/api/v2/batch"), "BAD_REQUEST", 6)
    headers = dict(server.journal[-1]["headers"])
    assert headers["content-length"] == "0"
    assert "content-type" not in headers


def test_an_answer_to_head_has_no_body(ask: Tool) -> None:
    result = ask.run("request", "HEAD", "/api/v2/me")
    expect_error(result, "STATUS_UNEXPECTED", 6)
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
        "https://elsewhere.example/api/v2/me",
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
    expect_error(result, "REQUEST_INVALID", 6)
    assert result.out == ""
    assert len(server.journal) == before


@pytest.mark.parametrize("method", ["", "GE T", "GET\r\nX-evil: 1", "GÆT"])
def test_a_wrong_method_is_not_sent(ask: Tool, server: FakeArdoq, method: str) -> None:
    before = len(server.journal)
    expect_error(ask.run("request", method, "/api/v2/me"), "REQUEST_INVALID", 6)
    assert len(server.journal) == before


def test_a_head_larger_than_the_buffer_is_not_sent(
    ask: Tool, server: FakeArdoq
) -> None:
    before = len(server.journal)
    pair = "name=" + "x" * (built.number("BUFFER_SIZE") // 8)
    pairs = [part for _ in range(8) for part in ("-q", pair)]
    result = ask.run("request", "GET", COMPONENTS, *pairs)
    expect_error(result, "REQUEST_TOO_LARGE", 6)
    assert len(server.journal) == before
