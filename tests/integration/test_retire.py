"""`ardoq retire`: retires one device, never without an explicit option."""

import json
import re
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from api_client import JSON, Answer, Client, component, reference
from peers import Stage, answer
from servers import WORKSPACE, Certificates, FakeArdoq, Serve
from terminal import run_with_output_on_a_terminal
from tool import Result, Tool, expect_error

LOCATION_TYPE = "p1800000000000"
RETIRED = ("--set", "lifecycle_phase=Retired")
EVIL = "a\x1b[31mb\x9bc\x7f\r\u202e\nd"


class Organisation:
    """The stand-in's content, read and changed independently of the tool."""

    def __init__(self, server: FakeArdoq) -> None:
        self.server = server

    def send(self, method: str, target: str, document: Any = None) -> Answer:
        headers = {"User-Agent": "test/1.0", "Authorization": f"Bearer {self.server.token}"}
        body = None if document is None else json.dumps(document).encode()
        with Client(self.server) as client:
            return client.send(method, f"/api/v2/{target}", {**headers, **JSON}, body)

    def create(self, name: str, serial: str, **members: Any) -> str:
        body = {**component(name, device_serial=serial), **members}
        made = self.send("POST", "components", body)
        assert made.status == 201, made.raw
        oid: str = made.json["_id"]
        return oid

    def read(self, oid: str) -> dict[str, Any]:
        found: dict[str, Any] = self.send("GET", f"components/{oid}").json
        return found

    def writes(self) -> list[dict[str, Any]]:
        """Of the tool."""
        return [
            each
            for each in self.server.journal
            if each["method"] != "GET" and dict(each["headers"])["user-agent"] != "test/1.0"
        ]


@pytest.fixture
def alone(tool: Tool, serve_once: Serve) -> tuple[Tool, Organisation]:
    """The tool and a stand-in without any device."""
    server = serve_once()
    return tool.at(server), Organisation(server)


def expect_rehearsal(result: Result, first: str, *rest: str) -> dict[str, Any]:
    """It said what it would do, and that it was not done. Gives what was said of the component."""
    assert result.code == 1
    last = "nothing was changed; add --yes to do it"
    said = [line for line in result.err.splitlines() if not line.startswith("  last report: ")]
    assert said == [first, *(f"  {line}" for line in rest), last]
    shown: dict[str, Any] = json.loads(result.out)
    return shown


# Asked for


def test_a_field_is_set(alone: tuple[Tool, Organisation]) -> None:
    tool, ardoq = alone
    oid = ardoq.create("Pump", "A-1")
    other = ardoq.create("Pump", "A-10")
    result = tool.run_for_text("retire", "A-1", *RETIRED, "--yes")
    assert (result.code, result.err) == (0, "")
    assert result.out == f'{{"outcome":"updated","id":"{oid}"}}\n'
    [sent] = ardoq.writes()
    update = {
        "id": oid,
        "ifVersionMatch": 1,
        "body": {"customFields": {"lifecycle_phase": "Retired"}},
    }
    assert json.loads(sent["body"]) == {"components": {"update": [update]}}
    now = ardoq.read(oid)
    assert (now["name"], now["_version"]) == ("Pump", 2)
    assert now["customFields"]["lifecycle_phase"] == "Retired"
    assert now["customFields"]["device_serial"] == "A-1"
    assert ardoq.read(other)["_version"] == 1


def test_a_component_is_deleted(alone: tuple[Tool, Organisation]) -> None:
    tool, ardoq = alone
    oid = ardoq.create("Pump", "A-1")
    other = ardoq.create("Pump", "A-10")
    result = tool.run_for_text("retire", "--yes", "--delete", "A-1")
    assert (result.code, result.err) == (0, "")
    assert result.out == f'{{"outcome":"deleted","id":"{oid}"}}\n'
    [sent] = ardoq.writes()
    assert (sent["method"], sent["path"]) == ("DELETE", f"/api/v2/components/{oid}")
    assert ardoq.send("GET", f"components/{oid}").status == 404
    assert ardoq.read(other)["_version"] == 1


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("lifecycle_phase", "Retired", "Retired"),
        ("device_notes", 'a "b" \\ æ\t=', 'a "b" \\ æ\t='),
        ("device_port_count", "-1.5e3", -1500.0),
        ("device_port_count", "0", 0),
        ("device_managed", "false", False),
        ("device_managed", "true", True),
        ("device_managed", "no", False),
        ("device_labels", "indoor", ["indoor"]),
        ("device_labels", "indoor, mobile", ["indoor", "mobile"]),
        ("lifecycle_phase", " Retired\n", "Retired"),
        ("live_end_date", "2026-11-29T00:00:00Z", "2026-11-29T00:00:00Z"),
        ("device_model", "7", "7"),
    ],
)
def test_values_of_each_type(
    ask: Tool, server: FakeArdoq, field: str, value: str, stored: object
) -> None:
    ardoq = Organisation(server)
    serial = f"{field}-{value}"
    oid = ardoq.create("Pump", serial)
    assert ask.run("retire", serial, "--set", f"{field}={value}", "--yes").code == 0
    assert ardoq.read(oid)["customFields"][field] == stored


def test_several_fields(alone: tuple[Tool, Organisation]) -> None:
    tool, ardoq = alone
    oid = ardoq.create("Pump", "A-1")
    end = ("--set", "live_end_date=2026-11-29T00:00:00Z")
    assert tool.run("retire", "A-1", *RETIRED, *end, "--yes").code == 0
    fields = ardoq.read(oid)["customFields"]
    assert (fields["lifecycle_phase"], fields["live_end_date"][:10]) == ("Retired", "2026-11-29")
    assert ardoq.read(oid)["_version"] == 2


# Not asked for


def test_without_yes_it_is_only_said(alone: tuple[Tool, Organisation]) -> None:
    tool, ardoq = alone
    oid = ardoq.create("Pump", "A-1")
    hub = ardoq.create("Hub", "A-2")
    ardoq.create("Sensor", "A-3", parent=oid)
    for source, target in ((oid, hub), (hub, oid), (oid, ardoq.create("Gate", "A-4"))):
        assert ardoq.send("POST", "references", reference(source, target)).status == 201
    counts = ("references: 3", "components below it: 1")
    deleted = tool.run_for_text("retire", "A-1", "--delete")
    shown = expect_rehearsal(deleted, "this would delete the component Pump", *counts)
    assert (shown["id"], shown["name"], shown["serial"]) == (oid, "Pump", "A-1")
    assert re.search(r"\n  last report: \d+ s ago\n", deleted.err)
    updated = tool.run_for_text("retire", "A-1", *RETIRED)
    expect_rehearsal(
        updated, "this would change the component Pump", "set: lifecycle_phase=Retired", *counts
    )
    lonely = tool.run_for_text("retire", "A-4", "--delete")
    expect_rehearsal(
        lonely, "this would delete the component Gate", "references: 1", "components below it: 0"
    )
    assert ardoq.writes() == []


def test_references_that_nobody_may_count(
    alone: tuple[Tool, Organisation], certificates: Certificates
) -> None:
    tool, ardoq = alone
    ardoq.create("Pump", "A-1")

    def refuse(request: bytes) -> bytes | None:
        is_count = b"/api/v2/references" in request or b"parent=" in request
        return answer("403 Forbidden", "application/json", b"{}") if is_count else None

    with Stage(certificates) as stage:
        stage.answer = passing_on(ardoq, refuse)
        result = tool.using(ARDOQ_API_HOST=f"localhost:{stage.port}").run_for_text(
            "retire", "A-1", "--delete"
        )
    expect_rehearsal(
        result,
        "this would delete the component Pump",
        "references: unknown",
        "components below it: unknown",
    )


def test_controls_do_no_harm(alone: tuple[Tool, Organisation]) -> None:
    tool, ardoq = alone
    ardoq.create(EVIL, EVIL)
    ardoq.create(EVIL, "A-1")
    ardoq.create(EVIL, "A-1")
    for result in (
        tool.run_for_text("retire", EVIL, "--delete"),
        tool.run_for_text("retire", "A-1", "--delete"),
        tool.run_for_text("retire", EVIL, "--set", f"device_notes={EVIL}"),
        run_with_output_on_a_terminal(tool, "retire", EVIL, "--delete", width=80),
    ):
        assert result.code in (1, 3)
        for text in (result.out, result.err):
            assert all(line.isprintable() for line in text.splitlines())
            assert "\x1b" not in text and "\x9b" not in text and "\u202e" not in text


# None, or more than one


def test_a_serial_number_that_nobody_has(alone: tuple[Tool, Organisation]) -> None:
    tool, ardoq = alone
    ardoq.create("Pump", "A-1")
    hall = {"rootWorkspace": WORKSPACE, "typeId": LOCATION_TYPE, "name": "A-2"}
    assert ardoq.send("POST", "components", hall).status == 201
    for serial in ("A-2", "a-1", "A-", "A-1 ", "*"):
        for how in (["--delete"], ["--delete", "--yes"], [*RETIRED, "--yes"]):
            result = tool.run_for_text("retire", serial, *how)
            expect_error(result, "DEVICE_UNKNOWN", 3)
            assert result.out == ""
    assert ardoq.writes() == []


def test_a_serial_number_that_several_have(alone: tuple[Tool, Organisation]) -> None:
    tool, ardoq = alone
    ids = [ardoq.create(name, "A-1") for name in ("Pump", "Pump again", "Third")]
    for how in (["--delete"], ["--delete", "--yes"], [*RETIRED, "--yes"]):
        result = tool.run_for_text("retire", "A-1", *how)
        expect_error(result, "SERIAL_AMBIGUOUS", 3)
        assert result.out == ""
        for oid, name in zip(ids, ("Pump", "Pump again", "Third"), strict=True):
            assert f"\n  component: {oid} {name}\n" in result.err
    assert ardoq.writes() == []


def test_a_filter_that_ardoq_ignores_finds_nobody_else(alone: tuple[Tool, Organisation]) -> None:
    """It would answer with every component of the workspace."""
    tool, ardoq = alone
    ardoq.create("Pump", "A-1")
    lost = tool.using(ARDOQ_FIELDS="serial=device_sn").run_for_text(
        "retire", "A-1", "--delete", "--yes"
    )
    expect_error(lost, "DEVICE_UNKNOWN", 3)
    assert "warning: Ardoq says: " in lost.err
    assert ardoq.writes() == []


# Fields


@pytest.mark.parametrize(
    ("pair", "error"),
    [
        ("device_lifecycle=Retired", "CUSTOM_FIELD_UNKNOWN"),
        ("device_age_days=1", "CUSTOM_FIELD_READ_ONLY"),
        ("location_code=1", "CUSTOM_FIELD_NOT_OF_TYPE"),
        ("Lifecycle_phase=Retired", "CUSTOM_FIELD_UNKNOWN"),
    ],
)
@pytest.mark.parametrize("consent", [[], ["--yes"]], ids=["", "yes"])
def test_fields_that_take_nothing(
    alone: tuple[Tool, Organisation], pair: str, error: str, consent: list[str]
) -> None:
    tool, ardoq = alone
    ardoq.create("Pump", "A-1")
    result = tool.run_for_text("retire", "A-1", *RETIRED, "--set", pair, *consent)
    expect_error(result, error, 3)
    assert f"\n  setting: {pair.partition('=')[0]}\n" in result.err
    assert ardoq.writes() == []


@pytest.mark.parametrize(
    "pair",
    [
        "device_port_count=many",
        "device_port_count=1,5",
        "device_port_count=true",
        "device_managed=perhaps",
        "live_end_date=yesterday",
    ],
)
@pytest.mark.parametrize("consent", [[], ["--yes"]], ids=["", "yes"])
def test_values_that_do_not_fit(
    alone: tuple[Tool, Organisation], pair: str, consent: list[str]
) -> None:
    tool, ardoq = alone
    ardoq.create("Pump", "A-1")
    result = tool.run_for_text("retire", "A-1", *RETIRED, "--set", pair, *consent)
    expect_error(result, "VALUE_TYPE", 3)
    assert f"\n  setting: {pair.partition('=')[0]}\n" in result.err
    assert ardoq.writes() == []


def test_a_field_of_another_type_that_stands_first(
    alone: tuple[Tool, Organisation], certificates: Certificates
) -> None:
    tool, ardoq = alone
    oid = ardoq.create("Pump", "A-1")
    context = ardoq.send("GET", f"workspaces/{WORKSPACE}/context").json
    context["componentTypes"].sort(key=lambda each: each["name"], reverse=True)
    assert [each["name"] for each in context["componentTypes"]] == ["Location", "Device"]
    said = answer("200 -", "application/json", json.dumps(context).encode())
    with Stage(certificates) as stage:
        stage.answer = passing_on(ardoq, lambda request: said if b"/context" in request else None)
        asking = tool.using(ARDOQ_API_HOST=f"localhost:{stage.port}")
        wrong = asking.run_for_text("retire", "A-1", "--set", "location_code=1", "--yes")
        expect_error(wrong, "CUSTOM_FIELD_NOT_OF_TYPE", 3)
        assert asking.run("retire", "A-1", *RETIRED, "--yes").code == 0
    assert ardoq.read(oid)["customFields"]["lifecycle_phase"] == "Retired"


def test_a_value_that_ardoq_does_not_list(alone: tuple[Tool, Organisation]) -> None:
    tool, ardoq = alone
    oid = ardoq.create("Pump", "A-1")
    result = tool.run_for_text("retire", "A-1", "--set", "lifecycle_phase=Gone", "--yes")
    expect_error(result, "UNPROCESSABLE", 3)
    assert "lifecycle_phase" in result.err
    assert ardoq.read(oid)["_version"] == 1


# Somebody else at the same time


def passing_on(
    ardoq: Organisation, instead: Callable[[bytes], bytes | None]
) -> Callable[[ssl.SSLSocket, bytes], None]:
    """Answers as the stand-in does, unless `instead` gives another answer to the request."""

    def run(secure: ssl.SSLSocket, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        while len(body) < int(headers.get("Content-Length", 0)):
            body += secure.recv(65536)
        other = instead(request)
        if other is None:
            method, target, _ = lines[0].split(" ")
            with Client(ardoq.server) as client:
                got = client.send(method, target, headers, body or None)
            if got.status == 204:
                other = b"HTTP/1.1 204 No Content\r\n\r\n"
            else:
                other = answer(f"{got.status} -", "application/json", got.raw)
        secure.sendall(other)

    return run


@pytest.mark.parametrize("how", [[*RETIRED], ["--delete"]], ids=["set", "delete"])
def test_a_component_that_goes_meanwhile(
    alone: tuple[Tool, Organisation], certificates: Certificates, how: list[str]
) -> None:
    tool, ardoq = alone
    oid = ardoq.create("Pump", "A-1")

    def go(request: bytes) -> None:
        if request.startswith((b"POST", b"DELETE")):
            assert ardoq.send("DELETE", f"components/{oid}").status == 204

    with Stage(certificates) as stage:
        stage.answer = passing_on(ardoq, go)
        asking = tool.using(ARDOQ_API_HOST=f"localhost:{stage.port}")
        result = asking.run_for_text("retire", "A-1", *how, "--yes")
    expect_error(result, "DEVICE_CHANGED", 5)
    assert "\n  HTTP status: 404\n" in result.err
    assert result.out == ""


def test_a_component_that_changes_meanwhile(
    alone: tuple[Tool, Organisation], certificates: Certificates
) -> None:
    """The device reports, for example: it is not silent after all."""
    tool, ardoq = alone
    oid = ardoq.create("Pump", "A-1")

    def change(request: bytes) -> None:
        if request.startswith(b"POST"):
            path = f"components/{oid}?ifVersionMatch=latest"
            assert ardoq.send("PATCH", path, {"name": "Renamed"}).status == 200

    with Stage(certificates) as stage:
        stage.answer = passing_on(ardoq, change)
        asking = tool.using(ARDOQ_API_HOST=f"localhost:{stage.port}")
        result = asking.run_for_text("retire", "A-1", *RETIRED, "--yes")
    expect_error(result, "DEVICE_CHANGED", 5)
    assert "\n  HTTP status: 409\n" in result.err
    assert result.out == ""
    now = ardoq.read(oid)
    assert (now["name"], now["_version"]) == ("Renamed", 2)
    assert now["customFields"].get("lifecycle_phase") is None


@pytest.mark.parametrize(
    ("how", "said", "error", "code"),
    [
        (["--delete"], answer("202 -", "application/json", b""), "ANSWER_EMPTY", 3),
        (["--delete"], answer("403 -", "application/json", b"{}"), "FORBIDDEN", 3),
        ([*RETIRED], answer("200 -", "application/json", b"{}"), "REPORT_UNCONFIRMED", 6),
        (
            [*RETIRED],
            answer("200 -", "application/json", b'{"components":{"updated":[{"id":"5e"}]}}'),
            "REPORT_UNCONFIRMED",
            6,
        ),
        ([*RETIRED], answer("403 -", "application/json", b"{}"), "FORBIDDEN", 3),
    ],
)
def test_answers_that_are_no_success(
    alone: tuple[Tool, Organisation],
    certificates: Certificates,
    how: list[str],
    said: bytes,
    error: str,
    code: int,
) -> None:
    tool, ardoq = alone
    ardoq.create("Pump", "A-1")
    with Stage(certificates) as stage:
        stage.answer = passing_on(
            ardoq, lambda request: None if request.startswith(b"GET") else said
        )
        asking = tool.using(ARDOQ_API_HOST=f"localhost:{stage.port}")
        result = asking.run_for_text("retire", "A-1", *how, "--yes")
    expect_error(result, error, code)
    assert result.out == ""


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"_id": "../workspaces"}, "JSON_TYPE"),
        ({"_id": '5e"'}, "JSON_TYPE"),
        ({"_version": 0}, "JSON_KEY_MISSING"),
        ({"_version": None}, "JSON_KEY_MISSING"),
    ],
)
def test_components_that_cannot_be_named(
    alone: tuple[Tool, Organisation],
    certificates: Certificates,
    members: dict[str, Any],
    error: str,
) -> None:
    tool, ardoq = alone
    found = {**ardoq.read(ardoq.create("Pump", "A-1")), **members}
    page = json.dumps({"values": [found], "_links": {}}).encode()
    with Stage(certificates) as stage:
        stage.answer = passing_on(ardoq, lambda _: answer("200 -", "application/json", page))
        asking = tool.using(ARDOQ_API_HOST=f"localhost:{stage.port}")
        result = asking.run_for_text("retire", "A-1", "--delete", "--yes")
    expect_error(result, error, 6)
    assert ardoq.writes() == []


# Settings


@pytest.mark.parametrize(
    ("variable", "value", "error"),
    [
        ("ARDOQ_WORKSPACE", "", "WORKSPACE_INVALID"),
        ("ARDOQ_COMPONENT_TYPE", "", "COMPONENT_TYPE_INVALID"),
        ("ARDOQ_FIELDS", "model", "SERIAL_FIELD_MISSING"),
        ("ARDOQ_API_TOKEN", "wrong", "UNAUTHORIZED"),
    ],
)
def test_settings_that_do_not_do(ask: Tool, variable: str, value: str, error: str) -> None:
    result = ask.using(**{variable: value}).run_for_text("retire", "A-1", "--delete", "--yes")
    expect_error(result, error, 3)
