"""Memory usage of the tool. Not with sanitizers, which keep freed memory."""

import json
import re
import subprocess
import threading
from pathlib import Path
from typing import Any

from peers import BOUND, Stage, answer
from servers import Certificates
from tool import Tool

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
    has_started = threading.Event()
    output = tool.home / "components.jsonl"

    def give_page(head: bytes) -> bytes:
        assert has_started.wait(BOUND)
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
        started.append(asking.start("--verbose", "components", stdout=out, stderr=subprocess.PIPE))
        has_started.set()
        _, err = started[0].communicate(timeout=6 * BOUND)
    tool.logs.add_output("ardoq components", err)
    assert started[0].returncode == 0, err
    assert peer.connections == 1
    assert len(peaks) == PAGES
    lines = output.read_text().splitlines()
    assert [json.loads(line) for line in lines] == [component(i) for i in range(PAGES * PER_PAGE)]
    # Eight pages more, of more than half a megabyte each.
    assert peaks[-1] - peaks[1] < 500_000
