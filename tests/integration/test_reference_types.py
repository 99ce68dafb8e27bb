"""`ardoq config set relations`: reference types by name, which are stored as numbers."""

import json

import pytest

from peers import Scripted, answer
from servers import WORKSPACE, Certificates, FakeArdoq
from test_model import LOCATIONS
from tool import Result, Tool, expect_error, expect_success

OSLO = f"{LOCATIONS}/Oslo"
NAMES = ["Connects to", "Located at", "Is instance of", "Runs"]


def set_relations(tool: Tool, value: str) -> Result:
    """With the store as the only source: a variable would win over it."""
    return tool.without("ARDOQ_RELATIONS").run("config", "set", "relations", value)


@pytest.mark.parametrize(
    ("value", "stored", "numbers"),
    [
        (f'"Located at" {OSLO}', f"2 {OSLO}", [2]),
        (f'"Located at"!? {OSLO}', f"2!? {OSLO}", [2]),
        (
            f' "Located at"! {OSLO} ;; 1 {OSLO}; "Runs" /A "b" c;',
            f'2! {OSLO} ;; 1 {OSLO}; 4 /A "b" c;',
            [2, 4],
        ),
        (f'3 /"Located at" x;"Connects to" {OSLO}', f'3 /"Located at" x;1 {OSLO}', [1]),
    ],
)
def test_names_become_numbers(
    ask: Tool, server: FakeArdoq, value: str, stored: str, numbers: list[int]
) -> None:
    before = len(server.journal)
    done = set_relations(ask, value)
    expect_success(done)
    assert ask.run("config", "get", "relations").json == stored
    asked = [f"{entry['method']} {entry['path']}" for entry in server.journal[before:]]
    assert asked == [f"GET /api/v2/workspaces/{WORKSPACE}/context"]
    notes = [line for line in done.err.splitlines() if line.startswith("note: ")]
    assert notes == [f"note: {NAMES[number - 1]} is number {number}" for number in numbers]


def test_numbers_need_nobody(tool: Tool) -> None:
    """Neither host nor token is there."""
    for value in (f"2 {OSLO}", '1 /A "b" c', "", " ; "):
        expect_success(set_relations(tool, value))
    expect_error(set_relations(tool, f'"Located at" {OSLO}'), "TOKEN_MISSING", 3)


def test_an_unknown_name_is_explained(ask: Tool) -> None:
    expect_success(set_relations(ask, f"1 {OSLO}"))
    done = set_relations(ask, f'"Runs" {OSLO}; "located at"! {OSLO}')
    expect_error(done, "REFERENCE_TYPE_UNKNOWN", 3)
    end = "  name: located at; there is:\n" + "".join(
        f"  {number + 1} {name}\n" for number, name in enumerate(NAMES)
    )
    assert done.err.endswith(end)
    assert ask.run("config", "get", "relations").json == f"1 {OSLO}"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (f'"2 {OSLO}"', "VALUE_WRAPPED"),
        (f'"Located at {OSLO}', "RELATION_INVALID"),
        (f'"" {OSLO}', "RELATION_INVALID"),
        ('"Located at" ', "VALUE_WRAPPED"),
        ('"Located at" Oslo', "RELATION_INVALID"),
        (f'2 {OSLO}; "Located at"', "RELATION_INVALID"),
    ],
)
def test_values_that_are_none(ask: Tool, value: str, name: str) -> None:
    expect_error(set_relations(ask, value), name, 3)
    assert ask.run("config", "get", "relations").json is None


def test_names_of_the_configured_workspace(ask: Tool) -> None:
    near = f'"Near" {OSLO}'
    expect_error(set_relations(ask, near), "REFERENCE_TYPE_UNKNOWN", 3)
    expect_success(set_relations(ask.using(ARDOQ_WORKSPACE=LOCATIONS), near))
    assert ask.run("config", "get", "relations").json == f"1 {OSLO}"
    expect_error(set_relations(ask.using(ARDOQ_WORKSPACE=""), near), "WORKSPACE_INVALID", 3)
    expect_error(set_relations(ask.using(ARDOQ_WORKSPACE="0" * 24), near), "NOT_FOUND", 3)


def test_names_that_several_have(ask: Tool, certificates: Certificates) -> None:
    types = [{"type": 1, "name": "Near"}, {"type": 8, "name": "Runs"}, {"type": 9, "name": "Near"}]
    body = json.dumps({"referenceTypes": types}).encode()
    with Scripted(certificates, answer("200 OK", "application/json", body)) as scripted:
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{scripted.port}")
        expect_success(set_relations(asking, f'"Runs" {OSLO}'))
        done = set_relations(asking, f'"Near" {OSLO}')
    assert done.code == 3
    words = "error: several reference types are called Near; write the number of one:\n"
    assert done.err.endswith(f"{words}  1 Near\n  8 Runs\n  9 Near\n")
    assert ask.run("config", "get", "relations").json == f"8 {OSLO}"


def test_types_whose_number_is_none_are_not_offered(
    ask: Tool, certificates: Certificates
) -> None:
    types = [{"type": -1, "name": "A"}, {"type": 1.5, "name": "B"}, {"name": "C"}]
    types.append({"type": 1000000, "name": "D"})
    body = json.dumps({"referenceTypes": types}).encode()
    with Scripted(certificates, answer("200 OK", "application/json", body)) as scripted:
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{scripted.port}")
        for name in "ABCD":
            done = set_relations(asking, f'"{name}" {OSLO}')
            expect_error(done, "REFERENCE_TYPE_UNKNOWN", 3)
            assert done.err.endswith("; there is:\n")
