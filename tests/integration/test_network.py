"""Failures before TLS begins, how long they take, and how to stop a call."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

import built
from names import naming, unshare, with_file
from peers import (
    Broken,
    Flood,
    Relay,
    Scripted,
    closed_port,
    dead_port,
    end,
    half_a_flight,
    reset,
    say_nothing,
    silent_port,
)
from servers import Certificates, FakeArdoq, Serve
from tool import Tool, expect_error, expect_success

# Short for a person, and long enough for a connection on a busy machine.
SHORTLY = {"ARDOQ_TIMEOUT_MS": "3000"}


REFUSED = 104 if built.ON_LWIP else 111

posix_only = pytest.mark.skipif(built.ON_LWIP, reason="it is about the resolver of the C library")


@pytest.fixture
def ipv6_server(serve_once: Serve) -> FakeArdoq:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")
    return serve_once("--address", "::1")


# Nobody there


def test_a_refused_connection_is_told_at_once(ask: Tool) -> None:
    with closed_port() as port:
        result = ask.using(ARDOQ_API_HOST=f"localhost:{port}").run("me")
    expect_error(result, "CONNECTION_REFUSED", 5)
    assert f"\n  failed in phase: connect\n  platform code: {REFUSED}\n" in result.err
    assert result.seconds < 10


def test_an_unknown_host_is_a_wrong_configuration(ask: Tool) -> None:
    """RFC 6761: a name server says at once that no name ends in .invalid."""
    asking = ask.using(ARDOQ_API_HOST="devices.invalid", ARDOQ_TIMEOUT_MS="10000")
    result = asking.run("me")
    if result.error in ("NETWORK_DOWN", "RESOLVE_FAILED", "TIMEOUT"):
        pytest.skip(f"this machine has no name server that answers: {result.error}")
    expect_error(result, "HOST_NOT_FOUND", 5)
    assert "\n  failed in phase: resolve\n" in result.err


@posix_only
def test_an_unknown_host_is_told_without_a_name_server(ask: Tool) -> None:
    """With a configuration of the resolver that asks nobody."""
    asking = ask.behind(*with_file(ask.home, "/etc/nsswitch.conf", "hosts: files\n"))
    result = asking.using(ARDOQ_API_HOST="devices.example").run("me")
    if result.error == "NETWORK_DOWN":
        pytest.skip("this machine has no network, which is told instead")
    expect_error(result, "HOST_NOT_FOUND", 5)


# Takes questions on port 53 of its own network, and says nothing, while the rest of the line runs.
SILENT_NAME_SERVER = """
import fcntl, os, socket, struct, sys
silent = socket.socket(type=socket.SOCK_DGRAM)
up = struct.pack("16sH14x", b"lo", 1)
fcntl.ioctl(silent, 0x8914, up)  # SIOCSIFFLAGS: the loopback, which begins as down
silent.bind(("127.0.0.1", 53))
silent.set_inheritable(True)
os.execv(sys.argv[1], sys.argv[1:])
"""


@posix_only
def test_a_name_server_that_never_answers(ask: Tool) -> None:
    """The C library would ask it again after five seconds."""
    alone = (*unshare("--net"), "/usr/bin/python3", "-c", SILENT_NAME_SERVER)
    files = (
        *with_file(ask.home, "/etc/nsswitch.conf", "hosts: dns\n"),
        *with_file(ask.home, "/etc/resolv.conf", "nameserver 127.0.0.1\n"),
    )
    asking = ask.behind(*files, *alone).using(
        ARDOQ_API_HOST="devices.example", ARDOQ_TIMEOUT_MS="1000"
    )
    result = asking.run("me")
    expect_error(result, "TIMEOUT", 5)
    assert "\n  failed in phase: resolve\n" in result.err
    assert 0.9 < result.seconds < 5


def test_no_network_is_told_as_such(ask: Tool) -> None:
    apart = ask.using(TEST_NETWORK_DOWN="1") if built.ON_LWIP else ask.behind(*unshare("--net"))
    result = apart.using(ARDOQ_API_HOST="devices.example").run("me")
    expect_error(result, "NETWORK_DOWN", 5)
    assert "\n  failed in phase: resolve\n" in result.err


# Several addresses


def test_a_server_with_ipv4_only_is_reached_by_the_machines_own_localhost(ask: Tool) -> None:
    expect_success(ask.run("me"))


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["::1", "127.0.0.1"], ["127.0.0.1", "::1"]], ids=" ".join
)
def test_a_server_with_ipv4_only_is_reached(
    ask: Tool, server: FakeArdoq, addresses: list[str]
) -> None:
    with naming(ask, *(("localhost", address) for address in addresses)) as asking:
        expect_success(asking.run("me"))


@pytest.mark.parametrize(
    "addresses", [["::1"], ["::1", "127.0.0.1"], ["127.0.0.1", "::1"]], ids=" ".join
)
def test_a_server_with_ipv6_only_is_reached(
    tool: Tool, ipv6_server: FakeArdoq, addresses: list[str]
) -> None:
    with naming(tool, *(("localhost", address) for address in addresses)) as asking:
        expect_success(asking.at(ipv6_server).run("me"))


@posix_only
def test_a_server_with_ipv6_only_is_reached_by_the_machines_own_localhost(
    tool: Tool, ipv6_server: FakeArdoq
) -> None:
    found = {entry[4][0] for entry in socket.getaddrinfo("localhost", None)}
    if "::1" not in found:
        pytest.skip(f"localhost means only {', '.join(sorted(found))} on this machine")
    expect_success(tool.at(ipv6_server).run("me"))


def test_a_dead_address_leaves_time_for_the_next(ask: Tool, server: FakeArdoq) -> None:
    """It gets half of the deadline, and the one behind it the rest.

    The C library puts its addresses in order (RFC 6724), so 127.0.0.1 comes before 127.0.0.2.
    """
    dead, alive = ("::1", "127.0.0.1") if built.ON_LWIP else ("127.0.0.1", "127.0.0.2")
    with ExitStack() as stack:
        relay = stack.enter_context(Relay(server.port, alive))
        try:
            stack.enter_context(dead_port(dead, relay.port))
        except OSError as error:
            pytest.skip(f"{dead}: {error}")
        named = naming(ask, ("localhost", dead), ("localhost", alive))
        asking = stack.enter_context(named).using(ARDOQ_API_HOST=f"localhost:{relay.port}")
        result = asking.using(ARDOQ_TIMEOUT_MS="6000").run("me")
        assert relay.connections == 1
    expect_success(result)
    assert 2.9 < result.seconds < 6


def second_address(
    stack: ExitStack, tool: Tool, server: FakeArdoq, first: Callable[[str, int], Any]
) -> tuple[Tool, Relay]:
    """A host of two addresses: one that the test makes, then one that leads to the server."""
    one, other = ("::1", "127.0.0.1") if built.ON_LWIP else ("127.0.0.1", "127.0.0.2")
    relay = stack.enter_context(Relay(server.port, other))
    try:
        stack.enter_context(first(one, relay.port))
    except OSError as error:
        pytest.skip(f"{one}: {error}")
    asking = stack.enter_context(naming(tool, ("localhost", one), ("localhost", other)))
    return asking.using(ARDOQ_API_HOST=f"localhost:{relay.port}", ARDOQ_TIMEOUT_MS="6000"), relay


@pytest.mark.parametrize(
    ("how", "at_least"),
    [(reset, 0), (end, 0), (say_nothing, 2.9), (half_a_flight, 2.9)],
    ids=["reset", "end", "silence", "half"],
)
def test_an_address_without_a_server_leads_to_the_next(
    ask: Tool,
    server: FakeArdoq,
    certificates: Certificates,
    how: Callable[..., Any],
    at_least: float,
) -> None:
    """Something takes its connections all the same, as a load balancer does."""
    does = how(certificates) if how is half_a_flight else how
    with ExitStack() as stack:
        asking, relay = second_address(stack, ask, server, partial(Broken, does))
        result = asking.run("me")
        assert relay.connections == 1
    expect_success(result)
    assert at_least < result.seconds < 6


def test_a_certificate_error_leads_nowhere_else(
    ask: Tool, server: FakeArdoq, certificates: Certificates
) -> None:
    impostor = partial(Scripted, certificates, None, "wrong_host")
    with ExitStack() as stack:
        asking, relay = second_address(stack, ask, server, impostor)
        expect_error(asking.run("me"), "CERTIFICATE_WRONG_HOST", 3)
        assert relay.connections == 0


def test_the_shared_host_by_its_name(tool: Tool, serve_once: Serve) -> None:
    """Its first label makes the organisation's label mandatory, before anything is sent."""
    server = serve_once("--shared-host")
    with naming(tool.at(server), ("app.localhost", "127.0.0.1")) as named:
        asking = named.using(ARDOQ_API_HOST=f"app.localhost:{server.port}")
        expect_error(asking.run("me"), "ORG_LABEL_REQUIRED", 3)
        assert server.journal == []
        expect_success(asking.using(ARDOQ_ORG_LABEL="acme").run("me"))


# Silence


@pytest.fixture
def silent(ask: Tool) -> Iterator[Tool]:
    with silent_port() as port:
        yield ask.using(ARDOQ_API_HOST=f"localhost:{port}")


def test_silence_ends_at_the_deadline(silent: Tool) -> None:
    result = silent.using(**SHORTLY).run("me")
    expect_error(result, "TIMEOUT", 5)
    assert "\n  failed in phase: handshake\n" in result.err
    assert 2.9 < result.seconds < 15


def test_endless_alerts_end_at_the_deadline(ask: Tool) -> None:
    with Flood() as flood:
        result = ask.using(ARDOQ_API_HOST=f"localhost:{flood.port}", **SHORTLY).run("me")
    expect_error(result, "TIMEOUT", 5)
    assert "\n  failed in phase: handshake\n" in result.err
    assert 2.9 < result.seconds < 15


def test_a_signal_ends_endless_alerts_at_once(ask: Tool) -> None:
    with Flood() as flood:
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{flood.port}")
        began = time.monotonic()
        pipe = subprocess.PIPE
        process = asking.start("me", stdin=pipe, stdout=pipe, stderr=pipe)
        assert flood.has_begun.wait(10)
        signalled = time.monotonic()
        process.send_signal(signal.SIGTERM)
        result = asking.finish(process, began, ("me",))
        assert time.monotonic() - signalled < 2
    expect_error(result, "INTERRUPTED", 5)


def test_the_deadline_may_stand_in_the_store(silent: Tool) -> None:
    expect_success(silent.run("config", "set", "timeout_ms", "1000"))
    result = silent.run("report", "--set", "serial=S")
    expect_error(result, "TIMEOUT", 5)
    assert 0.9 < result.seconds < 10


def test_a_server_that_falls_silent_after_the_handshake(
    ask: Tool, certificates: Certificates
) -> None:
    with Scripted(certificates, None) as scripted:
        # The handshake is part of it.
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{scripted.port}", ARDOQ_TIMEOUT_MS="5000")
        result = asking.run("me")
        assert len(scripted.requests) == 1
    expect_error(result, "TIMEOUT", 5)
    assert "\n  failed in phase: receive\n" in result.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_wait_at_once(ask: Tool, number: signal.Signals) -> None:
    with Relay() as relay:
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{relay.port}")
        began = time.monotonic()
        arguments = ("--verbose", "me")
        pipe = subprocess.PIPE
        process = asking.start(*arguments, stdin=pipe, stdout=pipe, stderr=pipe)
        relay.wait_for_bytes()
        signalled = time.monotonic()
        process.send_signal(number)
        result = asking.finish(process, began, arguments)
        assert time.monotonic() - signalled < 2
        relay.wait_for_end()
    expect_error(result, "INTERRUPTED", 5)
    assert result.out == ""
