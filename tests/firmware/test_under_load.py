"""The firmware on a machine that has better things to do. Nothing else should run beside it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from emulator import Board

BOOTS = 20
BUSY_LOOPS = 2


@pytest.fixture
def busy_machine() -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(BUSY_LOOPS):
            loop = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            stack.callback(loop.kill)
        yield


def test_every_boot_reports(board: Board, busy_machine: None) -> None:
    boots = [board.boot() for _ in range(BOOTS)]
    assert [boot.out for boot in boots if boot.code] == []
    assert ["created: " in boot.out for boot in boots] == [True] + [False] * (BOOTS - 1)
