"""Fixtures of the firmware's tests. CMakeLists.txt names the build in the environment."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from built import FLASH_IMAGE
from emulator import Board
from name_server import NameServer
from servers import Certificates, FakeArdoq, make_certificates

BUILD = Path(os.environ["TEST_FIRMWARE"])


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def names() -> Iterator[NameServer]:
    with NameServer(("localhost", "10.0.2.2"), ("localhost", "fec0::2")) as names:
        yield names


@pytest.fixture(scope="module")
def server(
    certificates: Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FakeArdoq]:
    with FakeArdoq(tmp_path_factory.mktemp("server"), certificates=certificates) as server:
        yield server


@pytest.fixture
def blank_board(tmp_path: Path, names: NameServer) -> Board:
    """With nothing in its flash."""
    return Board(BUILD, FLASH_IMAGE, tmp_path / "flash.bin", names.port)


@pytest.fixture
def board(blank_board: Board, server: FakeArdoq) -> Board:
    """As it comes from the factory, for the default stand-in."""
    blank_board.provision(server)
    return blank_board
