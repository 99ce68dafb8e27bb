"""What lists, settings and check show on a terminal, and that --json shows there what a pipe gets."""

import json

import pytest

from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq
from source import VARIABLES
from terminal import run_with_output_on_a_terminal
from tool import Result, Tool

LISTS = [["workspaces"], ["context"], ["components"], ["devices"], ["config", "list"], ["check"]]


def show(tool: Tool, *arguments: str, width: int = 100) -> Result:
    return run_with_output_on_a_terminal(tool, *arguments, width=width)


def cells(result: Result) -> list[list[str]]:
    """Two blanks at least stand between two cells. All begin where their heads do."""
    lines = result.out.splitlines()
    begins = [0] + [at + 2 for at in range(len(lines[0]) - 2)
                    if lines[0][at : at + 2] == "  " and lines[0][at + 2] != " "]
    return [[line[begin:end].rstrip() for begin, end in zip(begins, [*begins[1:], None])]
            for line in lines]


def test_workspaces(ask: Tool) -> None:
    result = show(ask, "workspaces")
    assert (result.code, result.err) == (0, "")
    head, first, *_ = cells(result)
    assert head == ["NAME", "ID"]
    assert first == ["Devices", WORKSPACE]


def test_context(ask: Tool) -> None:
    head, *rows = cells(show(ask, "context"))
    assert head == ["NAME", "KIND", "TYPE", "READ-ONLY", "ID"]
    assert ["Device", "componentType", "-", "-", DEVICE_TYPE] in rows
    assert ["Device serial", "customField", "Text", "-", "device_serial"] in rows
    assert ["Device age days", "customField", "Number", "true", "device_age_days"] in rows
    assert ["Located at", "referenceType", "-", "-", "2"] in rows


def test_components(ask: Tool) -> None:
    report = ask.run("report", "--set", "serial=T-1", "--set", "model=Escape \x7f Hub")
    assert report.code == 3  # no control goes in
    report = ask.run("report", "--set", "serial=T-1", "--set", 'model="Hub" \\ Ø')
    query = ("-q", f"rootWorkspace={WORKSPACE}", "-q", "customFields.device_serial=T-1")
    [component] = ask.run_for_text("components", *query).json_lines
    result = show(ask, "components", *query)
    assert (result.code, result.err) == (0, "")
    assert cells(result) == [
        ["NAME", "TYPE", "KEY", "ID"],
        ['"Hub" \\ Ø T-1', "Device", component["componentKey"], report.json["id"]],
    ]


def test_a_narrow_terminal_keeps_the_ids(ask: Tool) -> None:
    lines = show(ask, "workspaces", width=34).out.splitlines()
    assert lines[2].split() == ["Locatio…", "5e00000000000000000000ab"]


def test_nothing_is_said_where_nothing_is(ask: Tool) -> None:
    result = show(ask, "components", "-q", "name=no such component")
    assert (result.code, result.out, result.err) == (0, "", "there are no such components\n")


def test_a_list_that_fails_shows_why(ask: Tool) -> None:
    result = show(ask, "context", "0" * 24)
    assert (result.code, result.out, result.error) == (3, "", "NOT_FOUND")


def test_settings(tool: Tool) -> None:
    fields = "serial model=field_of_some_name"
    token = tool.logs.new_token()
    tool = tool.using(ARDOQ_API_TOKEN=token, ARDOQ_FIELDS=fields, ARDOQ_MODEL="a\\b")
    result = show(tool, "config", "list", width=20)
    assert (result.code, result.err) == (0, "")
    head, *rows = cells(result)
    assert head == ["SETTING", "VALUE"]
    shown = dict(rows)
    assert {*VARIABLES} < {*shown}
    assert shown["token"] == f"********{token[-4:]}"
    assert (shown["fields"], shown["model"], shown["pin0"]) == (fields, "a\\b", "-")


def test_a_setting_that_cannot_be_read_is_explained_once(tool: Tool) -> None:
    result = show(tool.using(ARDOQ_TIMEOUT_MS="soon"), "config", "list")
    assert (result.code, result.out, result.error) == (3, "", "SETTING_INVALID")
    assert result.err.count("error: ") == 1


def test_check_shows_lines(ask: Tool) -> None:
    lines = show(ask, "check").out.splitlines()
    assert f"ok      workspace       {WORKSPACE}" in lines
    steps = {step["step"]: step for step in ask.run_for_text("check").json_lines}
    assert steps["workspace"] == {"result": "ok", "step": "workspace", "text": WORKSPACE}
    assert [*steps] == [line[8:].split()[0] for line in lines]


def test_check_in_a_pipe_names_the_error(ask: Tool) -> None:
    asking = ask.using(ARDOQ_COMPONENT_TYPE="p1")
    [failed] = [step for step in asking.run_for_text("check").json_lines if "error" in step]
    assert failed["result"] == "failed" and failed["step"] == "component_type"
    assert failed["error"] == "COMPONENT_TYPE_UNKNOWN"
    assert failed["text"].startswith("p1: COMPONENT_TYPE_UNKNOWN (")
    assert len(failed["more"]) == 1


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_json_on_a_terminal_is_that_of_a_pipe(
    ask: Tool, server: FakeArdoq, command: list[str]
) -> None:
    piped = ask.run_for_text(*command)
    shown = show(ask, *command, "--json")
    assert (shown.code, piped.code) == (0, 0)
    if command == ["devices"]:
        assert [each["id"] for each in shown.json_lines] == [each["id"] for each in piped.json_lines]
    elif command == ["config", "list"]:
        assert json.loads(shown.out) == json.loads(piped.out)
    else:
        assert shown.out == piped.out
    assert show(ask, *command).out != shown.out or not piped.out
