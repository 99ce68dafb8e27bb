"""The programs in the README and in docs/, which readme_examples.py compiled, against the stand-in."""

import os
import re
import select
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import built
from servers import FakeArdoq
from tool import server_settings

BOUND = 30.0

Run = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(stand_in: FakeArdoq, tmp_path: Path) -> dict[str, str]:
    folders = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    serial = {"ARDOQ_SERIAL": tmp_path.name, "ARDOQ_WINDOW": "0"}
    return {**folders, **serial, **server_settings(stand_in), "LC_ALL": "C.UTF-8"}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def run(name: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [built.EXAMPLES / name], env=environment, capture_output=True, text=True, timeout=BOUND
        )

    return run


def read_until(descriptor: int, wanted: str) -> str:
    text = ""
    deadline = time.monotonic() + BOUND
    while wanted not in text:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, text
        text += os.read(descriptor, 4096).decode()
    return text


def test_the_reporter_of_the_readme(environment: dict[str, str]) -> None:
    # A terminal, so that each line comes when it is printed.
    ours, its = os.openpty()
    try:
        with subprocess.Popen([built.EXAMPLES / "README-1"], env=environment, stdout=its) as process:
            try:
                name = f"Pump controller 2 {environment['ARDOQ_SERIAL']}"
                read_until(ours, f"created: {name}")
            finally:
                process.kill()
    finally:
        os.close(ours)
        os.close(its)


def test_report_once(run: Run) -> None:
    for outcome in ("created", "updated"):
        done = run("api-1")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"{outcome}: ")


def test_any_request(run: Run) -> None:
    """The component that it changes is not there."""
    done = run("api-2")
    assert done.returncode == 1
    find, answer, describe, words = done.stdout.splitlines()
    assert find == "GET /api/v2/components: OK, status 200"
    assert answer.startswith('  {"values":[]')
    assert re.fullmatch(r"POST /api/v2/batch: [A-Z_]+, status 4\d\d", describe)
    assert words.startswith("  the server says: ")


def test_without_blocking(run: Run) -> None:
    done = run("api-3")
    assert done.returncode == 0
    assert re.match(r'OK after [1-9]\d* turns: \{.*"label":"acme"', done.stdout)
