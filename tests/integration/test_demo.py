"""`make demo-web`: devices keep reporting, and a page shows it until it is stopped."""

import os
import re
import select
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import built

DEMO = Path(__file__).resolve().parents[2] / "scripts/demo.sh"
BOUND = 60.0


def page_address(process: "subprocess.Popen[bytes]") -> str:
    """As the demonstration names it on its output."""
    output, text = process.stdout.fileno(), b""
    deadline = time.monotonic() + BOUND
    while not (found := re.search(rb"http://localhost:\d+/", text)):
        ready, _, _ = select.select([output], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(output, 4096) if ready else b""
        assert part, text
        text += part
    return found[0].decode()


def contents(address: str) -> str:
    return urllib.request.urlopen(address, timeout=BOUND).read().decode()


def test_devices_appear_and_go_on_reporting() -> None:
    environment = {
        **os.environ,
        "ARDOQ_DEMO_PAUSE": "0",
        # It keeps away from the real one.
        "ARDOQ_API_HOST": "https://elsewhere.example",
        "ARDOQ_API_TOKEN": "unused",
    }
    process = subprocess.Popen(
        [str(DEMO), "--web", built.TOOL], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=environment, start_new_session=True,
    )
    try:
        address = page_address(process)
        # All have been there, and one of them again.
        deadline = time.monotonic() + BOUND
        while "<dd>1.1.0</dd>" not in (page := contents(address)):
            assert time.monotonic() < deadline, page
            # Read, or it would wait for us.
            if select.select([process.stdout], [], [], 0.05)[0]:
                os.read(process.stdout.fileno(), 4096)
        for name in ("Oslo", "Bergen", "Demo sensor", "Demo sensor DEMO-0003"):
            assert f"<h3>{name}</h3>" in page
        assert page.count("Is instance of") == 2 * 3
        # As a terminal's Ctrl-C does.
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=BOUND)
        assert process.returncode == 0
        assert b"The demo failed" not in output
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
