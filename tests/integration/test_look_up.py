"""`ardoq workspaces`, `context` and `components`: what Ardoq holds, one JSON object a line."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from peers import BOUND, Stage, answer
from servers import DEVICE_TYPE, WORKSPACE, Certificates, Serve
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


# Pages of any length

PAGES = 10
PER_PAGE = 1000


def component(number: int) -> dict[str, Any]:
    return {
        "_id": f"{number:024x}",
        "_version": 1,
        "name": f"Device {number}",
        "description": "an element like many others " * 18,
        "customFields": {"device_serial": f"SN-{number}", "device_model": "Hub"},
    }


def page(number: int) -> bytes:
    values = [component(number * PER_PAGE + i) for i in range(PER_PAGE)]
    links = {"next": {"href": f"/api/v2/components?cursor={number + 1}"}}
    document = {"values": values, "_links": links if number + 1 < PAGES else {}}
    return answer("200 OK", "application/json", json.dumps(document).encode())


def peak_memory(process: int) -> int:
    """Bytes of memory that a process has taken at most so far."""
    status = Path(f"/proc/{process}/status").read_text()
    return 1024 * int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[1])


def test_ten_thousand_components_take_no_more_memory_than_one_page(
    tool: Tool, certificates: Certificates
) -> None:
    peaks: list[int] = []
    started: list["subprocess.Popen[bytes]"] = []
    output = tool.home / "components.jsonl"

    def give_page(head: bytes) -> bytes:
        peaks.append(peak_memory(started[0].pid))
        cursor = re.match(rb"GET /api/v2/components(?:\?cursor=(\d+))? HTTP/1\.1\r\n", head)
        return page(int(cursor[1] or 0))

    with Stage(certificates) as peer, output.open("wb") as out:
        peer.answer = lambda secure, head: secure.sendall(give_page(head))
        asking = tool.using(
            ARDOQ_API_HOST=f"localhost:{peer.port}",
            ARDOQ_API_TOKEN=tool.logs.new_token(),
            SSL_CERT_FILE=str(certificates.pem("ca")),
        )
        started.append(asking.start("components", stdout=out, stderr=subprocess.PIPE))
        _, err = started[0].communicate(timeout=6 * BOUND)
    assert (started[0].returncode, err) == (0, b"")
    assert peer.connections == 1
    assert len(peaks) == PAGES
    lines = output.read_text().splitlines()
    assert [json.loads(line) for line in lines] == [component(i) for i in range(PAGES * PER_PAGE)]
    # Eight pages more, of more than half a megabyte each.
    assert peaks[-1] - peaks[1] < 500_000
