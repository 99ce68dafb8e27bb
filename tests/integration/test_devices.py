"""`ardoq devices`: devices that have reported, and those that have stopped."""

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from api_client import JSON, Client, component
from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq, Serve
from terminal import run_with_output_on_a_terminal
from tool import Result, Tool, expect_error

LOCATION_TYPE = "p1800000000000"
FIELDS = "serial=device_serial last_seen=device_last_seen"
EVIL = "a\x1b[31mb\x9bc\x7f\r\u202e\nd"


def ago(**span: float) -> str:
    time = datetime.now(timezone.utc) - timedelta(**span)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def create(server: FakeArdoq, *bodies: dict[str, Any]) -> None:
    """All in one batch."""
    headers = {
        **JSON,
        "User-Agent": "test/1.0",
        "Authorization": f"Bearer {server.token}",
    }
    batch = {"components": {"create": [{"body": body} for body in bodies]}}
    with Client(server) as client:
        answer = client.send("POST", "/api/v2/batch", headers, json.dumps(batch).encode())
    assert answer.status == 200, answer.raw


def device(name: str, serial: str | None = None, seen: str | None = None) -> dict[str, Any]:
    fields = {"device_serial": serial, "device_last_seen": seen}
    return component(name, **{key: value for key, value in fields.items() if value is not None})


def lines(result: Result) -> list[dict[str, Any]]:
    assert (result.code, result.err) == (0, "")
    return [json.loads(line) for line in result.out.splitlines()]


@pytest.fixture
def alone(tool: Tool, serve_once: Serve) -> tuple[Tool, FakeArdoq]:
    """The tool, which knows last_seen, and a stand-in without any device."""
    server = serve_once()
    return tool.at(server).using(ARDOQ_FIELDS=FIELDS), server


# In a pipe


def test_what_is_known_of_each(alone: tuple[Tool, FakeArdoq]) -> None:
    tool, server = alone
    seen = ago(hours=3)
    create(
        server,
        device("Pump", "A-1", seen),
        device("Never seen", "A-2"),
        device("From tomorrow", "A-3", ago(days=-1)),
        device("No serial", None, ago(days=100)),
        {**device("Hall 3"), "typeId": LOCATION_TYPE, "customFields": {}},
    )
    found = lines(tool.run_for_text("devices"))
    assert [each["name"] for each in found] == [
        "Pump", "Never seen", "From tomorrow", "No serial",
    ]
    pump, never, future, old = found
    assert list(pump) == ["id", "name", "serial", "lastReport", "ageSeconds"]
    assert len(pump["id"]) == 24 and pump["serial"] == "A-1" and pump["lastReport"] == seen
    assert 10800 <= pump["ageSeconds"] < 10860
    assert (never["lastReport"], never["ageSeconds"]) == (None, None)
    assert future["lastReport"] is not None and future["ageSeconds"] is None
    assert old["serial"] is None and 8640000 <= old["ageSeconds"] < 8640060
    query = f"rootWorkspace={WORKSPACE}&typeId={DEVICE_TYPE}"
    assert [each["query"] for each in server.journal[1:]] == [query]


def test_a_report_is_what_was_seen_last(alone: tuple[Tool, FakeArdoq]) -> None:
    tool, _ = alone
    assert tool.run("report", "--set", "serial=A-1").code == 0
    [found] = lines(tool.run_for_text("devices"))
    assert found["serial"] == "A-1" and 0 <= found["ageSeconds"] < 60


def test_without_last_seen_the_last_change_counts(alone: tuple[Tool, FakeArdoq]) -> None:
    tool, server = alone
    create(server, device("Pump", "A-1", ago(days=100)))
    [found] = lines(tool.using(ARDOQ_FIELDS="serial=device_serial").run_for_text("devices"))
    assert 0 <= found["ageSeconds"] < 60


def test_controls_in_names(alone: tuple[Tool, FakeArdoq]) -> None:
    tool, server = alone
    create(server, device(EVIL, EVIL))
    result = tool.run_for_text("devices")
    [found] = lines(result)
    assert (found["name"], found["serial"]) == (EVIL, EVIL)
    assert all(line.isprintable() for line in result.out.splitlines())


def test_a_thousand_devices(alone: tuple[Tool, FakeArdoq]) -> None:
    """On four pages; of each hundred one is silent."""
    tool, server = alone
    create(
        server,
        *(
            device(f"device {number}", f"S-{number:04}", ago(days=91 if number % 100 == 0 else 89))
            for number in range(1000)
        ),
    )
    before = len(server.journal)
    found = lines(tool.run_for_text("devices"))
    assert [each["serial"] for each in found] == [f"S-{number:04}" for number in range(1000)]
    assert len(server.journal) == before + 4
    silent = lines(tool.run_for_text("devices", "--silent-for", "90d"))
    assert [each["serial"] for each in silent] == [f"S-{each:02}00" for each in range(10)]
    table = run_with_output_on_a_terminal(tool, "devices", width=80)
    assert len(table.out.splitlines()) == 1001


# Those that have fallen silent


@pytest.mark.parametrize(
    ("span", "names"),
    [
        ("1h", ["two hours", "two days", "three weeks", "never", "future"]),
        ("3h", ["two days", "three weeks", "never", "future"]),
        ("48h", ["two days", "three weeks", "never", "future"]),
        ("2d", ["two days", "three weeks", "never", "future"]),
        ("3d", ["three weeks", "never", "future"]),
        ("3w", ["three weeks", "never", "future"]),
        ("99999w", ["never", "future"]),
    ],
)
def test_silent_ones(tool: Tool, serve: Serve, span: str, names: list[str]) -> None:
    server = serve("--org-name", "silent")
    if not server.journal:
        create(
            server,
            device("now", "A-1", ago()),
            device("two hours", "A-2", ago(hours=2)),
            device("two days", "A-3", ago(days=2)),
            device("three weeks", "A-4", ago(weeks=3)),
            device("never", "A-5"),
            device("future", "A-6", ago(days=-1)),
        )
    asking = tool.at(server).using(ARDOQ_FIELDS=FIELDS)
    found = lines(asking.run_for_text("devices", f"--silent-for={span}"))
    assert [each["name"] for each in found] == names
    result = asking.run_for_text("devices", "--silent-for", span, "--exit-code")
    assert (result.code, result.err) == (1, "")
    assert [json.loads(line)["name"] for line in result.out.splitlines()] == names


def test_none_is_silent(alone: tuple[Tool, FakeArdoq]) -> None:
    tool, server = alone
    create(server, device("Pump", "A-1", ago(hours=3)))
    result = tool.run_for_text("devices", "--silent-for", "90d", "--exit-code")
    assert (result.code, result.out, result.err) == (0, "", "")
    shown = run_with_output_on_a_terminal(tool, "devices", "--silent-for", "90d", width=80)
    assert (shown.code, shown.out, shown.err) == (0, "", "no device is silent for 90d\n")


@pytest.mark.parametrize(
    "span", ["", "90", "d", "90D", "90 d", "90m", "90days", "-1d", "1.5d", "0d", "100000h", "d90"]
)
def test_spans_that_are_none(ask: Tool, server: FakeArdoq, span: str) -> None:
    before = len(server.journal)
    result = ask.run_for_text("devices", "--silent-for", span)
    assert (result.code, result.out) == (2, "")
    assert f"such as 36h, 90d or 12w, not: {span}\n" in result.err
    assert len(server.journal) == before


# The same serial number twice


DOUBLES = (
    "warning: several components have the serial number {}\n"
    "  component: {}\n  component: {}\n"
    "  join them with Ardoq's Merge, which keeps references; delete none\n"
)


def test_duplicates_are_named(alone: tuple[Tool, FakeArdoq]) -> None:
    """Whether they are listed or not."""
    tool, server = alone
    create(
        server,
        device("A", "A-1", ago(days=9)),
        device("B", "A-2", ago()),
        device("C", "A-1", ago()),
        device("D", "a-1", ago()),
        device("E", None, ago()),
        device("F", None, ago()),
    )
    result = tool.run_for_text("devices")
    ids = sorted(
        each["id"] for each in map(json.loads, result.out.splitlines()) if each["serial"] == "A-1"
    )
    assert (result.code, result.err) == (0, DOUBLES.format("A-1", *ids))
    silent = tool.run_for_text("devices", "--silent-for", "1w")
    assert (silent.code, silent.err) == (0, DOUBLES.format("A-1", *ids))
    assert len(silent.out.splitlines()) == 1
    shown = run_with_output_on_a_terminal(tool, "devices", width=80)
    assert (shown.code, shown.err) == (0, DOUBLES.format("A-1", *ids))


# On a terminal


def rows(result: Result) -> list[str]:
    assert (result.code, result.err) == (0, "")
    return result.out.splitlines()


def test_a_table(alone: tuple[Tool, FakeArdoq]) -> None:
    tool, server = alone
    create(
        server,
        device("Pump controller", "A-1", "2026-01-02T03:04:05.678+01:00"),
        device("æøå 泵", "A-0002"),
        device(EVIL, EVIL, ago(seconds=-3600)),
        device("Hub", "A-4", ago(minutes=3, seconds=5)),
    )
    head, pump, wide, evil, hub = rows(run_with_output_on_a_terminal(tool, "devices", width=100))
    age = (datetime.now(timezone.utc) - datetime(2026, 1, 2, 2, 4, 5, tzinfo=timezone.utc)).days
    assert head == "NAME               SERIAL             LAST REPORT           AGE"
    assert pump == f"Pump controller    A-1                2026-01-02T02:04:05Z  {age} d"
    assert wide == "æøå 泵             A-0002             unknown               unknown"
    assert evil == "a [31mb  c      d  a [31mb  c      d  unknown               unknown"
    assert hub.startswith("Hub                A-4                20") and hub.endswith("Z  3 min")


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (72, "Pump controller of hall three  A-0000000001  20..-..-..T..:..:..Z  400 d"),
        (71, "Pump controller of hall thr…  A-0000000001  20..-..-..T..:..:..Z  400 d"),
        (51, "Pump co…  A-0000000001  20..-..-..T..:..:..Z  400 d"),
        (50, "Pump co…  A-00000000…  20..-..-..T..:..:..Z  400 d"),
        (47, "Pump co…  A-00000…  20..-..-..T..:..:..Z  400 d"),
        (46, "Pump co…  A-00000…  20..-..-..T..:..:.…  400 d"),
        (35, "Pump co…  A-00000…  20..-..…  400 d"),
        (34, "Pump co…  A-00000…  20..-..…  400…"),
        (30, "Pump co…  A-00000…  20..-..…"),
        (10, "Pump co…"),
        (3, "Pu…"),
        (1, "…"),
    ],
)
def test_a_table_is_cut_to_the_width(
    alone: tuple[Tool, FakeArdoq], width: int, expected: str
) -> None:
    tool, server = alone
    create(server, device("Pump controller of hall three", "A-0000000001", ago(days=400)))
    head, row = rows(run_with_output_on_a_terminal(tool, "devices", width=width))
    assert max(len(head), len(row)) <= width
    assert re.fullmatch(expected, row)


def test_a_terminal_that_does_not_know_its_width(alone: tuple[Tool, FakeArdoq]) -> None:
    tool, server = alone
    create(server, device("x" * 100, "A-1", ago()))
    head, row = rows(run_with_output_on_a_terminal(tool, "devices", width=0))
    assert len(row) <= 80 and "…  A-1" in row


def test_no_devices(alone: tuple[Tool, FakeArdoq]) -> None:
    tool, _ = alone
    assert lines(tool.run_for_text("devices")) == []
    shown = run_with_output_on_a_terminal(tool, "devices", width=80)
    assert (shown.code, shown.out, shown.err) == (0, "", "there are no devices\n")


# Failures


def test_a_result_that_cannot_be_written_is_a_failure(alone: tuple[Tool, FakeArdoq]) -> None:
    tool, server = alone
    create(server, device("Pump", "A-1", ago()))
    full = tool.behind("/bin/sh", "-c", 'exec "$@" >/dev/full', "sh")
    result = full.run_for_text("devices", "--silent-for", "1h")
    assert (result.code, result.err) == (0, "")
    result = full.run_for_text("devices")
    assert result.code == 1
    assert result.err.startswith("error: the result could not be written: ")


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
    result = ask.using(**{variable: value}).run_for_text("devices")
    expect_error(result, error, 3)
    assert result.out == ""


def test_a_field_that_ardoq_does_not_have_makes_a_serial_number_unknown(
    alone: tuple[Tool, FakeArdoq]
) -> None:
    tool, server = alone
    create(server, device("Pump", "A-1", ago()))
    [found] = lines(tool.using(ARDOQ_FIELDS="serial=device_sn").run_for_text("devices"))
    assert found["serial"] is None


def test_a_failure_leaves_what_came_before(tool: Tool, serve_once: Serve) -> None:
    filled = serve_once()
    create(filled, *(device(f"D{number}", f"S-{number}", ago()) for number in range(5)))
    one_request = ("--rate", "0.001", "--retry-after", "9", "--database", str(filled.database))
    result = tool.at(serve_once("--page-size", "2", *one_request)).run_for_text("devices")
    assert (result.code, result.error) == (4, "RATE_LIMITED")
    assert len(result.out.splitlines()) == 2
