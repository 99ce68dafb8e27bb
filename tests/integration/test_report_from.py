"""`ardoq report --from FILE`: the devices of a gateway, from CSV or JSON lines to components."""

import json
import os
import re
import select
import signal
import subprocess
import time
from typing import Any

import pytest

from peers import Relay
from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq, Serve
from source import FIELDS
from tool import BOUND, Result, Tool, expect_error

PER_REQUEST = 200


def results(result: Result) -> dict[str | None, dict[str, Any]]:
    """What was said of each device, by its serial number: each once."""
    lines = [json.loads(line) for line in result.out.splitlines()]
    found = {line["serial"]: line for line in lines}
    assert len(found) == len(lines)
    return found


def outcomes(result: Result) -> dict[str | None, str]:
    return {serial: line["outcome"] for serial, line in results(result).items()}


def summary(created: int, updated: int, failed: int, requests: int) -> str:
    return (
        f"{created} devices created, {updated} updated, {failed} failed, in {requests} requests\n"
    )


def write(tool: Tool, text: str | bytes, name: str = "devices") -> str:
    path = tool.home / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def report(tool: Tool, text: str | bytes, *arguments: str) -> Result:
    return tool.run_for_text("report", "--from", write(tool, text), *arguments)


def csv_of(prefix: str, count: int) -> str:
    return "serial\n" + "".join(f"{prefix}-{number}\n" for number in range(count))


def stored(tool: Tool, oid: str) -> dict[str, Any]:
    component = tool.run("request", f"/api/v2/components/{oid}").json
    fields = component["customFields"].items()
    return {"name": component["name"]} | {key: text for key, text in fields if text is not None}


# Forms of a file


def test_csv(ask: Tool) -> None:
    text = (
        "model,serial,firmware_version\n"
        '"Pump ""2"", big",csv-1,1.0\n'
        "Målestasjon , csv-2,\n"
        '"","csv-3",""\n'
    )
    first = report(ask, text)
    assert (first.code, first.err) == (0, summary(3, 0, 0, 1))
    found = results(first)
    assert stored(ask, found["csv-1"]["id"]) == {
        "name": 'Pump "2", big csv-1',
        "device_serial": "csv-1",
        "device_model": 'Pump "2", big',
        "device_firmware_version": "1.0",
    }
    assert stored(ask, found["csv-2"]["id"]) == {
        "name": "Målestasjon csv-2",
        "device_serial": "csv-2",
        "device_model": "Målestasjon",
    }
    assert stored(ask, found["csv-3"]["id"]) == {"name": "csv-3", "device_serial": "csv-3"}
    second = report(ask, text)
    assert (second.code, second.err) == (0, summary(0, 3, 0, 1))
    assert {**found, **results(second)} == {
        serial: {**line, "outcome": "updated"} for serial, line in found.items()
    }


@pytest.mark.parametrize(
    "text",
    [
        "serial,model\nX-1,a\nX-2,b",
        "serial,model\r\nX-1,a\r\nX-2,b\r\n",
        "\ufeffserial,model\nX-1,a\nX-2,b\n",
        "\n\n serial , model\n\nX-1,a\n  \nX-2,b\n\n",
        "serial;model\nX-1;a\nX-2;b\n",
        "serial\tmodel\nX-1\ta\nX-2\tb\n",
        '"serial","model"\n"X-1","a"\nX-2,"b"\n',
        '{"serial":"X-1","model":"a"}\n{"serial":"X-2","model":"b"}\n',
        '\ufeff\n {"model": "a", "serial": "X-1"}\r\n\r\n{"serial":"X-2","model":"\\u0062"}',
    ],
)
def test_what_a_file_may_look_like(ask: Tool, text: str) -> None:
    result = report(ask, text)
    assert result.code == 0, result.err
    found = results(result)
    models = [stored(ask, found[serial]["id"])["device_model"] for serial in ("X-1", "X-2")]
    assert models == ["a", "b"]


def test_json_values_are_taken_as_text(ask: Tool) -> None:
    line = {"serial": "json-1", "flash_size": 4194304, "secure_boot": True, "model": None}
    asking = ask.using(ARDOQ_FIELDS="serial model flash_size secure_boot")
    result = asking.run_for_text("report", "--from", "-", stdin=json.dumps(line).encode())
    assert result.code == 0, result.err
    assert stored(ask, results(result)["json-1"]["id"]) == {
        "name": "json-1",
        "device_serial": "json-1",
        "device_flash_size": "4194304",
        "device_secure_boot": "true",
    }


@pytest.mark.parametrize("text", ["", "\n\n", "serial\n", "\ufeffserial,model\n \n"])
def test_a_file_without_devices(ask: Tool, text: str) -> None:
    result = report(ask, text)
    assert (result.code, result.out, result.err) == (0, "", summary(0, 0, 0, 0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seral,model\n1,2\n", ":1: there is no identity field seral\n"),
        ("\nserial,\n1,2\n", ":2: there is no identity field \n"),
        ("serial,model,serial\n1,2,3\n", ":1: a field is named twice: serial\n"),
        ("mac,model\n1,2\n", ":1: the first line does not name the field serial\n"),
        ('"serial,model\n1,2\n', ":1: a quote is not closed"),
        ("s\0e\0r\0", ":1: it has a NUL: is it a text in UTF-8?\n"),
        ("serial" + " " * 16384, ":1: it is over 16 KB long\n"),
    ],
)
def test_a_first_line_that_is_wrong(ask: Tool, text: str, words: str) -> None:
    result = report(ask, text)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert "Identity fields:\n" in result.err
    assert all(f"\n  {name} " in result.err for name in FIELDS)


# Requests


def test_requests_on_one_connection(ask: Tool, server: FakeArdoq) -> None:
    before = len(server.journal)
    text = csv_of("many", 2 * PER_REQUEST + 50)
    with Relay(server.port) as relay:
        result = report(ask.using(ARDOQ_API_HOST=f"localhost:{relay.port}"), text)
        assert relay.connections == 1
    assert (result.code, result.err) == (0, summary(2 * PER_REQUEST + 50, 0, 0, 3))
    assert set(results(result)) == set(text.split()[1:])
    bodies = [json.loads(entry["body"]) for entry in server.journal[before:]]
    sent = [[each["body"]["name"] for each in body["components"]["upsert"]] for body in bodies]
    assert [len(names) for names in sent] == [PER_REQUEST, PER_REQUEST, 50]
    assert [name for names in sent for name in names] == text.split()[1:]


def test_a_pipe_is_read_no_further_than_needed(ask: Tool) -> None:
    """What a request has done is said before the next line is there."""
    pipe = subprocess.PIPE
    arguments = ("report", "--from", "-")
    began = time.monotonic()
    process = ask.start(*arguments, stdin=pipe, stdout=pipe, stderr=pipe)
    process.stdin.write(csv_of("pipe", PER_REQUEST).encode())
    process.stdin.flush()
    out = b""
    while out.count(b"\n") < PER_REQUEST:
        assert select.select([process.stdout], [], [], BOUND)[0]
        out += os.read(process.stdout.fileno(), 65536)
    result = ask.finish(process, began, arguments, b"pipe-last\n")
    assert result.code == 0, result.err
    assert set(outcomes(result)) == {"pipe-last"}


def test_a_server_that_takes_smaller_requests(tool: Tool, serve_once: Serve) -> None:
    server = serve_once("--max-operations", "60")
    result = report(tool.at(server), csv_of("small", 300))
    assert result.code == 0, result.err
    assert len(results(result)) == 300
    assert [entry["status"] for entry in server.journal] == [413, 413, 200, 200, 200, 200, 200, 200]


# Devices that are not reported


def test_bad_lines_are_named_and_the_others_go_through(ask: Tool) -> None:
    lines: list[tuple[str | bytes, str]] = [
        ("serial,model", ""),
        ("bad-1,a", ""),
        ('"bad-2,a', "a quote is not closed; a value must not contain line breaks\n"),
        ('"bad-3"x,a', "a closing quote must be followed by a delimiter or the end\n"),
        ("bad-4", "it has fewer values than the first line has fields\n"),
        ("bad-5,a,b", "it has more values than the first line has fields\n"),
        ("bad-6,a\0", "it has a NUL: is it a text in UTF-8?\n"),
        ("bad-7," + "x" * 17000, "it is over 16 KB long\n"),
        (",a", "the device without a serial number is not reported\n  SERIAL_MISSING ("),
        ("bad-9,a\x1b[2J", "the device bad-9 is not reported\n  TEXT_INVALID ("),
        (b"bad-10,caf\xe9", "the device bad-10 is not reported\n  TEXT_INVALID ("),
        (b"bad\xff,a", "the device bad? is not reported\n  TEXT_INVALID ("),
        ("bad-12," + "x" * 200, "the device bad-12 is not reported\n  NAME_TOO_LONG ("),
        ("bad-13,a", ""),
    ]
    parts = [line if isinstance(line, bytes) else line.encode() for line, _ in lines]
    result = report(ask, b"\n".join(parts))
    expect_error(result, "DEVICES_LEFT_OUT", 3)
    assert summary(2, 0, 11, 1) in result.err
    good = [line for line in map(json.loads, result.out.splitlines()) if "id" in line]
    failed = [line for line in map(json.loads, result.out.splitlines()) if "id" not in line]
    assert {line["serial"] for line in good} == {"bad-1", "bad-13"}
    expected = {number: words for number, (_, words) in enumerate(lines, 1) if words}
    assert [line["line"] for line in failed] == [*expected]
    assert {line["outcome"] for line in failed} == {"failed"}
    assert [line["serial"] for line in failed[-5:]] == [None, "bad-9", "bad-10", None, "bad-12"]
    for number, words in expected.items():
        assert f"error: {ask.home}/devices:{number}: {words}" in result.err


def test_bad_json_lines(ask: Tool) -> None:
    lines = [
        ('{"serial":"line-1"}', ""),
        ('{"serial":"line-2","seral":"x"}', "there is no identity field seral\n"),
        ('{"serial":"line-3","model":["x"]}', "an array or object cannot be"),
        ('["line-4"]', "it is not a JSON object with the identity fields of a device\n"),
        ('{"serial":"line-5"', "it is not a JSON object with the identity fields of a device\n"),
        ("line-6", "it is not a JSON object with the identity fields of a device\n"),
        ("{}", "the device without a serial number is not reported\n  SERIAL_MISSING ("),
        ('{"serial":"line-8"}', ""),
    ]
    result = report(ask, "\n".join(line for line, _ in lines))
    expect_error(result, "DEVICES_LEFT_OUT", 3)
    assert summary(2, 0, 6, 1) in result.err
    for number, (_, words) in enumerate(lines, 1):
        assert not words or f"/devices:{number}: {words}" in result.err


def test_a_device_that_ardoq_refuses_is_found(ask: Tool, server: FakeArdoq) -> None:
    before = len(server.journal)
    lines = [f"refused-{number},2026-11-23T09:30:00Z" for number in range(300)]
    for number in (17, 255):
        lines[number] = f"refused-{number},yesterday"
    asking = ask.using(ARDOQ_FIELDS="serial last_seen")
    result = report(asking, "\n".join(["serial,last_seen", *lines]))
    expect_error(result, "DEVICES_LEFT_OUT", 3)
    said = results(result)
    assert len(said) == 300
    assert [line["serial"] for line in said.values() if line["outcome"] == "failed"] == [
        "refused-17",
        "refused-255",
    ]
    assert said["refused-255"]["line"] == 257
    assert said["refused-255"]["error"] == "UNPROCESSABLE"
    found = re.search(r"/devices:19: the device refused-17 is not reported\n  (\w+) \(", result.err)
    assert found and found[1] == "UNPROCESSABLE"
    assert "device_last_seen" in re.findall(r"  the server says: (.*)\n", result.err)[0]
    assert len(server.journal) - before < 40


# Calls that end before their file


def line_to_go_on_from(result: Result) -> str:
    found = re.search(r"go on with: ardoq report --from \S+ --from-line (\d+)\n", result.err)
    assert found, result.err
    return found[1]


def test_a_call_that_was_ended_goes_on(ask: Tool, tool: Tool, serve_once: Serve) -> None:
    text = csv_of("on", PER_REQUEST + 50)
    ended = report(tool.at(serve_once("--rate", "0.001")), text)
    expect_error(ended, "RATE_LIMITED", 4)
    assert len(results(ended)) == PER_REQUEST
    assert line_to_go_on_from(ended) == str(PER_REQUEST + 2)
    rest = report(ask, text, "--from-line", line_to_go_on_from(ended))
    assert (rest.code, rest.err) == (0, summary(50, 0, 0, 1))
    assert set(results(ended)) | set(results(rest)) == set(text.split()[1:])


def test_a_server_that_is_not_there(tool: Tool, serve_once: Serve) -> None:
    ended = report(tool.at(serve_once("--fail-with", "503")), csv_of("down", 3))
    expect_error(ended, "SERVER_ERROR", 5)
    assert line_to_go_on_from(ended) == "2"
    assert ended.out == ""


def test_a_file_that_cannot_be_read(ask: Tool) -> None:
    for name, words in (("missing", "No such file"), (".", "Is a directory")):
        result = ask.run_for_text("report", "--from", name)
        assert (result.code, result.out) == (2, "")
        assert f"error: {name} cannot be read: {words}" in result.err


def test_an_interruption(ask: Tool) -> None:
    """While it waits for a pipe."""
    pipe = subprocess.PIPE
    arguments = ("report", "--from", "-")
    began = time.monotonic()
    process = ask.start(*arguments, stdin=pipe, stdout=pipe, stderr=pipe)
    process.stdin.write(csv_of("int", PER_REQUEST + 1).encode())
    process.stdin.flush()
    assert select.select([process.stdout], [], [], BOUND)[0]
    process.send_signal(signal.SIGINT)
    result = ask.finish(process, began, arguments)
    expect_error(result, "INTERRUPTED", 5)
    assert line_to_go_on_from(result) in ("2", str(PER_REQUEST + 2))


# Without reporting


def test_a_dry_run_shows_what_would_be_sent(tool: Tool, ask: Tool, server: FakeArdoq) -> None:
    before = len(server.journal)
    text = csv_of("dry", PER_REQUEST + 1) + "dry\0\n"
    knowing = tool.using(ARDOQ_WORKSPACE=WORKSPACE, ARDOQ_COMPONENT_TYPE=DEVICE_TYPE)
    dry = report(knowing, text, "--dry-run")
    expect_error(dry, "DEVICES_LEFT_OUT", 3)
    assert dry.err.startswith("nothing is sent; this would be POST /api/v2/batch:\n")
    assert f"/devices:{PER_REQUEST + 3}: it has a NUL" in dry.err
    assert len(server.journal) == before
    report(ask, text)
    assert dry.out.splitlines() == [entry["body"] for entry in server.journal[before:]]


def test_expand_asks_ardoq_and_changes_nothing(ask: Tool, server: FakeArdoq) -> None:
    before = len(server.journal)
    text = csv_of("expand", PER_REQUEST + 1)
    result = report(ask, text, "--expand")
    assert (result.code, result.err) == (0, "")
    names = [
        [each["body"]["name"] for each in json.loads(line)["components"]["upsert"]]
        for line in result.out.splitlines()
    ]
    assert sum(names, []) == text.split()[1:]
    assert [entry["path"] for entry in server.journal[before:]] == ["/api/v2/batch/expand"] * 2
    field = "customFields.device_serial=expand-0"
    assert ask.run_for_text("components", "-q", field).out == ""


def test_expand_shows_an_error(tool: Tool, serve_once: Serve) -> None:
    asking = tool.at(serve_once("--fail-with", "422"))
    expect_error(report(asking, csv_of("expand", 3), "--expand"), "UNPROCESSABLE", 3)


# The command line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "model=x"], "with --from, the file has all fields of a device, so not: --set"),
        (["--from-line", "x"], "a line has a number, not: x"),
        (["--from-line", "-1"], "a line has a number, not: -1"),
        (["--dry-run", "--expand"], "--dry-run sends nothing, so it cannot be used with --expand"),
        (["more"], "report does not take: more"),
        (["--nonsense"], "--nonsense"),
        (["--from"], "--from"),
    ],
)
def test_usage(tool: Tool, arguments: list[str], words: str) -> None:
    result = tool.run_for_text("report", "--from", "devices", *arguments)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_settings_are_needed_first(tool: Tool, ask: Tool) -> None:
    expect_error(report(tool, csv_of("unset", 1), "--dry-run"), "WORKSPACE_INVALID", 3)
    expect_error(report(tool, csv_of("unset", 1)), "TOKEN_MISSING", 3)
    without = ask.using(ARDOQ_COMPONENT_TYPE="")
    expect_error(report(without, csv_of("unset", 1)), "COMPONENT_TYPE_INVALID", 3)
