"""`ardoq workspaces`, `context` and `components`: Ardoq's content, one JSON object per line."""

import json
from typing import Any

import pytest

from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq, Serve
from tool import Result, Tool, expect_error


def objects(result: Result) -> list[dict[str, Any]]:
    assert (result.code, result.err) == (0, "")
    return [json.loads(line) for line in result.out.splitlines()]


def test_workspaces(ask: Tool) -> None:
    result = ask.run_for_text("workspaces")
    workspaces = objects(result)
    assert [each["name"] for each in workspaces] == ["Devices", "Locations", "Products"]
    assert result.out.startswith(f'{{"id":"{WORKSPACE}","name":"Devices"}}\n')


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
        | ({"readOnly": True} if each["readOnly"] else {})
        for each in context["customFields"]
    ]
    assert [each["customField"] for each in fields if "readOnly" in each] == ["device_age_days"]
    assert types == [
        {"componentType": DEVICE_TYPE, "name": "Device"},
        {"componentType": "p1800000000000", "name": "Location"},
    ]
    assert {"customField": "device_last_seen", "type": "DateTime", "label": "Device last seen"} in (
        fields
    )
    references = [
        {"referenceType": 1, "name": "Connects to"},
        {"referenceType": 2, "name": "Located at"},
        {"referenceType": 3, "name": "Is instance of"},
        {"referenceType": 4, "name": "Runs"},
    ]
    assert listed == (
        fields + references + types if order else types + references + fields
    )


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


@pytest.mark.parametrize("name", ["nonsense", "nam", "Name", "", "customFields", "customFields."])
def test_a_filter_that_ardoq_does_not_have_is_not_sent(
    ask: Tool, server: FakeArdoq, name: str
) -> None:
    """Ardoq would answer with everything."""
    before = len(server.journal)
    result = ask.run_for_text("components", "-q", f"{name}=1")
    assert (result.code, result.out) == (2, "")
    assert f"and customFields.FIELD, not: {name}\n" in result.err
    assert len(server.journal) == before


@pytest.mark.parametrize(
    "query",
    ["name=A", "parent=x", "componentKey=D-1", "customFields.a=1", f"typeId={DEVICE_TYPE}",
     f"rootWorkspace={WORKSPACE}"],
)
def test_every_filter_of_components_is_known(ask: Tool, server: FakeArdoq, query: str) -> None:
    assert ask.run_for_text("components", "-q", query).code == 0
    assert server.journal[-1]["status"] == 200


def test_ardoqs_warnings_are_shown(tool: Tool, serve_once: Serve) -> None:
    asking = tool.at(serve_once("--page-size", "1"))
    for serial in "AB":
        assert asking.run("report", "--set", f"serial={serial}").code == 0
    listed = asking.run_for_text("components", "-q", "customFields.device_serail=B")
    assert (listed.code, len(listed.out.splitlines())) == (0, 2)
    words = '"customFields.device_serail: unknown query parameter"'
    assert listed.err == f"warning: Ardoq says: [{words}]\n"
    for arguments in (["--all"], []):
        path = "/api/v2/components?customFields.device_serail=B"
        result = asking.run_for_text("request", *arguments, path)
        assert result.code == 0
        assert f"warning: Ardoq says: {'[' * len(arguments)}{words}" in result.err
        assert len(result.err.splitlines()) == 1
    quiet = asking.run_for_text("request", "/api/v2/components?customFields.device_serial=B")
    assert (quiet.code, quiet.err) == (0, "")


def test_pages_of_ardoqs_size(tool: Tool, serve_once: Serve) -> None:
    server = serve_once()
    asking = tool.at(server)
    bodies = [
        {"rootWorkspace": WORKSPACE, "typeId": DEVICE_TYPE, "name": f"device {number}"}
        for number in range(301)
    ]
    batch = {"components": {"create": [{"body": body} for body in bodies]}}
    (asking.home / "batch.json").write_text(json.dumps(batch))
    assert asking.run("request", "POST", "/api/v2/batch", "-d", "@batch.json").code == 0
    before = len(server.journal)
    listed = objects(asking.run_for_text("components", "-q", f"rootWorkspace={WORKSPACE}"))
    assert [each["name"] for each in listed] == [body["name"] for body in bodies]
    assert len(server.journal) == before + 2
    every = asking.run("request", "--all", "/api/v2/components").json["values"]
    assert every == listed
