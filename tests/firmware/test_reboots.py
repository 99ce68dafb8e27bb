"""A board whose power fails again and again, and whose server fails in turn.

Its time flies while it waits (hasten.c), so it also reports each month.
"""

import itertools
import random
import re
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from emulator import Board
from peers import Relay, end, reset, say_nothing
from servers import TOKEN, Certificates, FakeArdoq

SEED = 14
REBOOTS = 50
REBOOTS_PER_REVISION = 8  # so many with the same facts

# The board is cut off after so many lines of its output and a moment; in seconds.
MOST_LINES = 20
LONGEST_BOOT = 5.0
LONGEST_MOMENT = 0.2
BOUND = 120.0

# What the board says of these servers, in the end; and where its network is slow to begin.
FAILURES = {"UNAUTHORIZED", "SERVER_ERROR", "CONNECTION_CLOSED", "TIMEOUT"}
AT_TIMES = {"NETWORK_DOWN"}

REPORTED = re.compile(rb"^(created|updated|unchanged): ", re.M)
ERROR = re.compile(r"^error: ([A-Z0-9_]+) \(", re.M)

Act = Callable[[socket.socket], None]


class InTurn(Relay):
    """Gives each connection to the next of its acts."""

    def __init__(self, good: int) -> None:
        super().__init__(good)
        self.acts: list[Act] = []
        self._turn = itertools.count()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            self.acts[next(self._turn) % len(self.acts)](connection)
            reset(connection)

    def pass_to(self, port: int) -> Act:
        def act(connection: socket.socket) -> None:
            with socket.create_connection(("127.0.0.1", port)) as server:
                self._run(self._read_server, server, connection)
                self._read_client(connection, server)

        return act

    def lose_answer(self, connection: socket.socket) -> None:
        """The request arrives, and its answer does not. (TLS 1.2 says which records these are.)"""
        with socket.create_connection(("127.0.0.1", self.target)) as server:
            self._run(self._read_client, connection, server)
            while (data := server.recv(65536)) and not data.startswith(b"\x17"):
                connection.sendall(data)


def lines(count: int) -> re.Pattern[bytes]:
    return re.compile(rb"(?:[^\n]*\n){%d}" % count)


def test_fifty_reboots_at_random_moments(
    blank_board: Board, tmp_path: Path, certificates: Certificates
) -> None:
    """There is one component afterwards, and all that is true of the board is in it."""
    chance = random.Random(SEED)
    seen = set()
    with ExitStack() as stack:

        def serve(name: str, *switches: str, token: str = TOKEN) -> FakeArdoq:
            return stack.enter_context(
                FakeArdoq(tmp_path / name, *switches, certificates=certificates, token=token)
            )

        good, stranger = serve("good"), serve("stranger", token="another-token")
        busy = serve("busy", "--fail-with", "503", "--retry-after", "5")
        relay = stack.enter_context(InTurn(good.port))
        succeed, be_busy, refuse = (
            relay.pass_to(server.port) for server in (good, busy, stranger)
        )
        relay.acts = [be_busy, end, relay.lose_answer, say_nothing, refuse, succeed]
        blank_board.provision(good)
        blank_board.set(host=f"localhost:{relay.port}", timeout_ms="1000")
        for number in range(REBOOTS):
            if number % REBOOTS_PER_REVISION == 0:
                blank_board.set(hw_revision=f"R{number}")
            with blank_board.power_on(image="hasty") as running:
                running.follow(LONGEST_BOOT, lines(chance.randint(1, MOST_LINES)))
                running.follow(chance.uniform(0, LONGEST_MOMENT))
                boot = running.boot
            assert boot.code is None, boot.out
            seen |= {*ERROR.findall(boot.out)}
        relay.acts = [succeed]
        with blank_board.power_on(image="hasty") as running:
            assert running.follow(BOUND, REPORTED), running.boot.out
        shown = re.sub(" +", " ", good.show())
    assert FAILURES <= seen <= FAILURES | AT_TIMES
    assert "\u00b7 1 component\n" in shown
    for fact in ("device_serial 525400123456", "device_mac 52:54:00:12:34:56",
                 f"device_hardware_revision R{number // REBOOTS_PER_REVISION * REBOOTS_PER_REVISION}",
                 "device_firmware_version 1.0.0"):
        assert fact in shown


DAY = 24 * 60 * 60


def wake(board: Board, event: str) -> int:
    """@return seconds until the next time"""
    boot = board.boot(image="sleeper")
    assert boot.code == 0, boot.out
    assert re.findall(r"^(reported|unchanged|failed|waiting)$", boot.out, re.M) == [
        event, "waiting"], boot.out
    [seconds] = boot.values["sleep"]
    return seconds


def test_sleep_between_two_reports(board: Board, server: FakeArdoq) -> None:
    """Each boot is a wake after the time that the one before has named. The host's clock knows
    better; but a clock that stands still keeps no device silent."""
    assert wake(board, "reported") == 30 * DAY
    assert wake(board, "reported") == 30 * DAY
    board.set(token="wrong")
    assert wake(board, "failed") == DAY
    assert wake(board, "failed") == DAY
    board.set(token=server.token)
    assert wake(board, "reported") == 30 * DAY
    assert [line["status"] for line in server.journal] == [200, 200, 401, 401, 200]
