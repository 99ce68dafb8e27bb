"""`ardoq workspaces`, `context` and `components`: what Ardoq holds, one JSON object a line."""

import json
from typing import Any

import pytest

from servers import DEVICE_TYPE, WORKSPACE, Serve
from tool import Result, Tool, expect_error


def objects(result: Result) -> list[dict[str, Any]]:
    assert (result.code, result.err) == (0, "")
    return [json.loads(line) for line in result.out.splitlines()]


def test_workspaces(ask: Tool) -> None:
    result = ask.run_for_text("workspaces")
    assert objects(result) == [{"id": WORKSPACE, "name": "Devices"}]
    assert result.out == f'{{"id":"{WORKSPACE}","name":"Devices"}}\n'


@pytest.mark.parametrize("arguments", [[], [WORKSPACE]])
@pytest.mark.parametrize("order", [[], ["--reverse-keys"]], ids=["", "reverse"])
def test_context(tool: Tool, serve: Serve, arguments: list[str], order: list[str]) -> None:
    asking = tool.at(serve(*order))
    listed = objects(asking.run_for_text("context", *arguments))
    path = f"/api/v2/workspaces/{WORKSPACE}/context"
    context = asking.run("request", "GET", path).json
    types = [
        {"componentType": each["typeId"], "name": each["name"]}
        for each in context["componentTypes"]
    ]
    fields = [
        {"customField": each["apiKey"], "type": each["type"], "label": each["label"]}
        for each in context["customFields"]
    ]
    assert types == [{"componentType": DEVICE_TYPE, "name": "Device"}]
    assert {"customField": "device_last_seen", "type": "DateTime", "label": "Device last seen"} in (
        fields
    )
    assert listed == (fields + types if order else types + fields)


def test_the_context_of_another_workspace(ask: Tool) -> None:
    expect_error(ask.run_for_text("context", "0" * 24), "NOT_FOUND", 3)
    for workspace in ("", "x", "../me", WORKSPACE + "0"):
        expect_error(ask.run_for_text("context", workspace), "WORKSPACE_INVALID", 3)
    expect_error(ask.using(ARDOQ_WORKSPACE="").run_for_text("context"), "WORKSPACE_INVALID", 3)


def test_components(tool: Tool, serve_once: Serve) -> None:
    asking = tool.at(serve_once("--page-size", "2"))
    assert asking.run_for_text("components").out == ""
    for serial in "ABCDE":
        assert asking.run("report", "--set", f"serial={serial}").code == 0
    listed = objects(asking.run_for_text("components"))
    assert [each["customFields"]["device_serial"] for each in listed] == [*"ABCDE"]
    answered = asking.run("request", "GET", "/api/v2/components", "-q", f"name={listed[2]['name']}")
    pairs = ["-q", f"name={listed[2]['name']}", "--query", f"typeId={DEVICE_TYPE}"]
    assert objects(asking.run_for_text("components", *pairs)) == answered.json["values"]
    expect_error(asking.run_for_text("components", "-q", "nonsense=1"), "BAD_REQUEST", 6)
