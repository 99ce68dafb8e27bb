"""The library used by a C program: exercise.c, controlled line by line."""

import json
import select
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import built
from logs import Logs
from peers import Relay, Scripted, answer
from servers import DEVICE_TYPE, WORKSPACE, Certificates, FakeArdoq, Serve
from tool import Tool, expect_success

BOUND = 30.0

# Far above what one step of a handshake takes even under sanitizers, far below any deadline.
STEP_BOUND_MS = 500

ME = {"error": "OK", "label": "acme"}


class Exercise:
    """The program, with one client for its whole life."""

    def __init__(self, environment: dict[str, str]) -> None:
        pipe = subprocess.PIPE
        # A file takes any number of messages; a pipe that nobody reads does not.
        self._stderr = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [built.EXERCISE], env=environment, stdin=pipe, stdout=pipe, stderr=self._stderr,
            text=True,
        )

    def tell(self, line: str) -> None:
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        ready, _, _ = select.select([self.process.stdout], [], [], BOUND)
        line = self.process.stdout.readline() if ready else ""
        assert line, "the program gave no answer"
        return json.loads(line)

    def do(self, line: str) -> dict[str, Any]:
        self.tell(line)
        return self.answer()

    def end(self, logs: Logs) -> None:
        """Its last chance to complain of leaks, if it was built to."""
        try:
            out, _ = self.process.communicate(timeout=BOUND)
        finally:
            self.process.kill()
        with self._stderr as stderr:
            stderr.seek(0)
            err = stderr.read()
        logs.add_output("exercise", out.encode(), err.encode())
        assert self.process.returncode == 0, err


Launch = Callable[[Tool], Exercise]


@pytest.fixture
def launch(logs: Logs) -> Iterator[Launch]:
    """Starts the program with a tool's environment, and ends it after the test."""
    running: list[Exercise] = []

    def run(tool: Tool) -> Exercise:
        running.append(Exercise(tool.environment))
        return running[-1]

    yield run
    for exercise in running:
        exercise.end(logs)


def behind(relay: Relay, tool: Tool) -> Tool:
    return tool.using(ARDOQ_API_HOST=f"localhost:{relay.port}")


@pytest.fixture
def relay(server: FakeArdoq) -> Iterator[Relay]:
    with Relay(server.port) as relay:
        yield relay


@pytest.fixture
def exercise(launch: Launch, ask: Tool, relay: Relay) -> Exercise:
    """One client, whose server is the default stand-in behind the relay."""
    return launch(behind(relay, ask))


# Connections


def test_calls_of_one_client_share_a_connection(exercise: Exercise, relay: Relay) -> None:
    assert [exercise.do("me") for _ in range(3)] == [ME] * 3
    assert relay.connections == 1


def test_a_refused_request_keeps_the_connection(exercise: Exercise, relay: Relay) -> None:
    refused = exercise.do("list /api/v2/nothing")
    assert (refused["error"], refused["elements"]) == ("NOT_FOUND", [])
    assert exercise.do("me") == ME
    assert relay.connections == 1


def test_a_server_may_close_after_each_answer(
    launch: Launch, tool: Tool, serve_once: Serve
) -> None:
    server = serve_once("--framing", "close")
    with Relay(server.port) as relay:
        exercise = launch(behind(relay, tool.at(server)))
        assert [exercise.do("me") for _ in range(2)] == [ME] * 2
        assert relay.connections == 2


def test_a_client_outlives_its_server(
    launch: Launch, tool: Tool, certificates: Certificates, logs: Logs, tmp_path: Path
) -> None:
    """The relay keeps the port; behind it the server stops, starts, and starts again."""
    token = logs.new_token()
    with Relay() as relay:
        exercise = None
        for _ in range(3):
            server = FakeArdoq(tmp_path / "server", certificates=certificates, token=token)
            with server:
                relay.target = server.port
                exercise = exercise or launch(behind(relay, tool.at(server)))
                assert [exercise.do("me") for _ in range(2)] == [ME] * 2
            logs.add_output("fake_ardoq", server.stderr.encode())
        assert relay.connections == 3
        assert exercise.do("me")["error"] == "CONNECTION_CLOSED"
    logs.add_server(server.stderr, server.journal_path)


# Step by step


def test_no_step_waits_for_the_network(exercise: Exercise) -> None:
    told = exercise.do("steps")
    assert (told["error"], told["status"]) == ("OK", 200)
    assert told["longest_step_ms"] < STEP_BOUND_MS


def test_steps_wait_for_what_they_say_and_not_in_circles(launch: Launch, ask: Tool) -> None:
    """On a silent server, where nothing happens until the deadline."""
    with Relay() as silent:
        told = launch(behind(silent, ask).using(ARDOQ_TIMEOUT_MS="1000")).do("steps")
    assert (told["error"], told["status"]) == ("TIMEOUT", 0)
    assert told["longest_step_ms"] < STEP_BOUND_MS
    # The resolver is asked every 10 ms; beside that there are some ten states.
    assert told["steps"] < 150


def test_a_request_is_cancelled(exercise: Exercise, relay: Relay, server: FakeArdoq) -> None:
    relay.target = None
    assert exercise.do("cancel") == {"error": "PENDING", "after": "INVALID_ARGUMENT"}
    relay.wait_for_end()
    relay.target = server.port
    assert exercise.do("me") == ME
    assert relay.connections == 2


def test_an_interruption_ends_a_call_that_waits(
    exercise: Exercise, relay: Relay, server: FakeArdoq
) -> None:
    """Promised within 200 ms; the bound leaves room for a busy machine. The deadline is 30 s."""
    relay.target = None
    exercise.tell("interrupt")
    relay.wait_for_bytes()
    told = exercise.do("now")
    assert told["error"] == "INTERRUPTED"
    assert told["ms"] < 2000
    relay.wait_for_end()
    relay.target = server.port
    assert exercise.do("me") == ME


# Lists


def create(tool: Tool, name: str, description: str) -> None:
    component = {"rootWorkspace": WORKSPACE, "typeId": DEVICE_TYPE, "name": name}
    body = tool.home / "body.json"
    body.write_text(json.dumps({**component, "description": description}))
    expect_success(tool.run("request", "POST", "/api/v2/components", "-d", f"@{body}"))


@pytest.mark.parametrize("switch", ["--no-nulls", "--reverse-keys", "--framing=chunked"])
def test_a_list_is_read_to_its_end(
    launch: Launch, tool: Tool, serve_once: Serve, switch: str
) -> None:
    server = serve_once("--page-size=2", switch)
    for number in range(5):
        create(tool.at(server), f"device {number}", "d")
    with Relay(server.port) as relay:
        exercise = launch(behind(relay, tool.at(server)))
        listed = exercise.do(f"list /api/v2/components?rootWorkspace={WORKSPACE}")
        assert relay.connections == 1
    assert listed == {
        "elements": [[number, f"device {number}"] for number in range(5)],
        "error": "OK",
        "pages": 3,
        "skipped": 0,
    }
    queries = [entry["query"] for entry in server.journal if entry["method"] == "GET"]
    assert len(queries) == 3
    assert all(query.startswith(f"rootWorkspace={WORKSPACE}") for query in queries)


def test_an_element_that_does_not_fit_is_skipped_and_told(
    launch: Launch, tool: Tool, serve_once: Serve
) -> None:
    server = serve_once("--page-size=2")
    for number, size in enumerate((1, built.number("ELEMENT_SIZE"), 1)):
        create(tool.at(server), f"device {number}", "x" * size)
    assert launch(tool.at(server)).do("list /api/v2/components") == {
        "elements": [[0, "device 0"], [2, "device 2"]],
        "error": "ELEMENT_TOO_LARGE",
        "pages": 2,
        "skipped": 1,
    }


def test_an_empty_list_has_one_page(exercise: Exercise) -> None:
    nobody = exercise.do("list /api/v2/components?name=nobody")
    assert nobody == {"elements": [], "error": "OK", "pages": 1, "skipped": 0}


def test_a_link_to_another_server_is_not_followed(
    launch: Launch, ask: Tool, server: FakeArdoq, certificates: Certificates
) -> None:
    """Behind the other port is the default stand-in, which the client could reach and trusts."""
    with Relay(server.port) as other, Scripted(certificates, b"") as scripted:
        link = f"https://localhost:{other.port}/api/v2/components"
        page = {"values": [{"name": "only"}], "_links": {"next": {"href": link}}}
        scripted.answer = answer("200 OK", "application/json", json.dumps(page).encode())
        exercise = launch(ask.using(ARDOQ_API_HOST=f"localhost:{scripted.port}"))
        listed = exercise.do("list /api/v2/components")
        assert (listed["error"], listed["elements"]) == ("LINK_REFUSED", [[0, "only"]])
        assert other.connections == 0
