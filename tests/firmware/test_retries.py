"""10,000 failures in one boot, in a time that flies (hasten.c)."""

import itertools
from contextlib import suppress
from pathlib import Path

from emulator import Board
from peers import Relay, reset
from servers import Certificates, FakeArdoq

BOUND = 550.0
FAILURES = 10000
SERVED = 10


class Refusing(Relay):
    """Resets a connection when the client has spoken, but one in so many, which a server gets."""

    def __init__(self, target: int, one_in: int) -> None:
        super().__init__(target)
        self.one_in = one_in

    def _accept(self) -> None:
        with suppress(OSError):
            for number in itertools.count(1):
                connection, _ = self._socket.accept()
                if number % self.one_in == 0:
                    self._serve(connection)
                else:
                    connection.recv(65536)
                reset(connection)


def test_ten_thousand_failures_leave_the_heap_as_it_was(
    board: Board, tmp_path: Path, certificates: Certificates
) -> None:
    """Each takes the memory of a TLS connection; some get as far as an answer."""
    with (
        FakeArdoq(tmp_path / "server", "--fail-with", "503", certificates=certificates) as server,
        Refusing(server.port, FAILURES // SERVED) as relay,
    ):
        board.set(host=f"localhost:{relay.port}")
        boot = board.boot(image="retries", bound=BOUND)
        assert len(server.journal) == SERVED
    assert boot.code == 0, boot.out
    values = {name: numbers[0] for name, numbers in boot.values.items()}
    used, size = boot.values["stack_main"]
    assert used <= size * 3 // 4
    assert values["failures"] == FAILURES
    assert values["heap_before"] == values["heap_first"] == values["heap_last"], values
    assert values["largest_before"] == values["largest_first"] == values["largest_last"], values
