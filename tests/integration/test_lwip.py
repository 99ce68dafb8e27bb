"""Tests for lwIP only: lost frames, its own resolver, and exhausted pools."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

import test_c_api
from name_server import SILENT, NameServer
from names import naming
from peers import Relay
from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq, Serve
from test_c_api import ME, Exercise
from tool import Result, Tool, expect_error, expect_success

# The fixture.
launch = test_c_api.launch

# More than there are in one direction of a report, which is asserted.
FRAMES = 20
AT_ONCE = 5


# Frames


@pytest.mark.parametrize("direction", ["in", "out"])
@pytest.mark.parametrize("action", ["drop", "delay", "duplicate"])
def test_no_single_frame_matters(ask: Tool, server: FakeArdoq, action: str, direction: str) -> None:
    """Several at once, because a lost frame is missed only after seconds."""

    def report(number: int) -> Result:
        frames = ask.using(TEST_FRAMES=f"{action}-{direction}-{number}")
        result = frames.run("report", "--set", f"serial={action}-{direction}-{number}")
        expect_success(result)
        assert result.json["outcome"] == "created"
        return result

    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = [*pool.map(report, range(1, FRAMES + 1))]
    for number, result in enumerate(results, 1):
        inwards, outwards, faults = wire(result)
        there = number <= {"in": inwards, "out": outwards}[direction]
        assert faults == (1 if there else 0)
    assert wire(results[-1])[2] == 0


def wire(result: Result) -> tuple[int, int, int]:
    """Frames on their way in, on their way out, and how many of them met a fault."""
    counts = re.search(r"^wire: (\d+) in, (\d+) out, (\d+) faults$", result.err, re.MULTILINE)
    return tuple(int(count) for count in counts.groups())


def test_a_frame_is_lost_and_late(ask: Tool) -> None:
    """The server's first one, on its way several times."""
    lost = ask.using(TEST_FRAMES="drop-in-1 drop-in-2 drop-in-3 drop-in-4", ARDOQ_TIMEOUT_MS="3000")
    result = lost.run("me")
    expect_error(result, "TIMEOUT", 5)
    assert "\n  failed in phase: connect\n" in result.err
    late = ask.using(TEST_FRAMES="delay-in-1 delay-in-2 delay-in-3").run("me")
    expect_success(late)
    assert late.seconds > 0.3


# Names


@contextmanager
def asking(
    tool: Tool, *names: tuple[str, str], **instead: str
) -> Iterator[tuple[Tool, NameServer]]:
    """With addresses as they are on the wire."""
    with NameServer(*names, **instead) as server:
        yield tool.using(TEST_DNS_PORT=str(server.port)), server


def test_both_kinds_of_address_are_asked_for(ask: Tool) -> None:
    """At once, so the server may see them in either order."""
    with asking(ask, ("localhost", "10.0.2.2")) as (tool, names):
        expect_success(tool.run("me"))
        assert sorted(names.asked) == [("localhost", "A"), ("localhost", "AAAA")]


@pytest.mark.parametrize("instead", ["DROP", "SERVFAIL", "NXDOMAIN", "REFUSED"])
def test_one_kind_does_not_hold_the_other_up(ask: Tool, instead: str) -> None:
    with asking(ask, ("localhost", "10.0.2.2"), AAAA=instead) as (tool, _):
        result = tool.run("me")
    expect_success(result)
    assert result.seconds < 4


def test_an_absolute_name(ask: Tool, server: FakeArdoq) -> None:
    """lwIP would put an empty label into the question."""
    with asking(ask, ("localhost", "10.0.2.2")) as (tool, names):
        expect_success(tool.using(ARDOQ_API_HOST=f"localhost.:{server.port}").run("me"))
        assert sorted(names.asked) == [("localhost", "A"), ("localhost", "AAAA")]


def test_a_name_that_does_not_exist(ask: Tool) -> None:
    with asking(ask) as (tool, names):
        result = tool.run("me")
        assert sorted(names.asked) == [("localhost", "A"), ("localhost", "AAAA")]
    expect_error(result, "HOST_NOT_FOUND", 5)
    assert "\n  failed in phase: resolve\n" in result.err


def test_a_name_without_addresses(ask: Tool) -> None:
    """The server knows it, and answers with none."""
    with asking(ask, ("localhost", "10.0.2.2")) as (tool, names):
        names.forget_addresses()
        expect_error(tool.run("me"), "HOST_NOT_FOUND", 5)


def test_a_silent_name_server_is_given_up(ask: Tool) -> None:
    """lwIP tries each question for six to seven seconds."""
    result = ask.using(ARDOQ_API_HOST=SILENT).run("me")
    expect_error(result, "RESOLVE_FAILED", 5)
    assert "\n  failed in phase: resolve\n  platform code: -3\n" in result.err


def test_a_silent_name_server_and_the_deadline(ask: Tool) -> None:
    result = ask.using(ARDOQ_API_HOST=SILENT, ARDOQ_TIMEOUT_MS="1000").run("me")
    expect_error(result, "TIMEOUT", 5)
    assert "\n  failed in phase: resolve\n" in result.err
    assert 0.9 < result.seconds < 15


def test_a_name_with_ipv6_only(ask: Tool, serve_once: Serve) -> None:
    server = serve_once("--address", "::1")
    with naming(ask, ("localhost", "::1")) as tool:
        expect_success(tool.at(server).run("me"))


# Pools


@pytest.fixture
def exercise(launch, ask: Tool) -> Exercise:
    return launch(ask)


def test_no_free_socket(exercise: Exercise) -> None:
    exercise.do("take_sockets")
    assert exercise.do("me")["error"] == "SOCKETS_EXHAUSTED"
    exercise.do("give_back")
    assert exercise.do("me") == ME


def test_no_buffers_in_the_middle_of_a_response(exercise: Exercise, ask: Tool) -> None:
    """The response is several times as long as the window, so it needs more frames than one."""
    component = {"rootWorkspace": WORKSPACE, "typeId": DEVICE_TYPE, "name": "large"}
    body = ask.home / "body.json"
    body.write_text(json.dumps({**component, "description": "x" * 100_000}))
    expect_success(ask.run("request", "POST", "/api/v2/components", "-d", f"@{body}"))

    starved = exercise.do("starve /api/v2/components")
    assert (starved["error"], starved["status"]) == ("TIMEOUT", 200)
    exercise.do("give_back")
    assert exercise.do("me") == ME


def test_a_server_that_goes_away(tool: Tool, serve_once: Serve, launch) -> None:
    """With the connection that was kept."""
    server = serve_once()
    with Relay(server.port) as relay:
        exercise = launch(tool.at(server).using(ARDOQ_API_HOST=f"localhost:{relay.port}"))
        assert exercise.do("me") == ME
    assert exercise.do("me")["error"] == "CONNECTION_REFUSED"
