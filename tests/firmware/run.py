#!/usr/bin/python3
"""Boots the firmware in QEMU against a local stand-in for Ardoq, and shows what came of it.

The firmware would go on for ever; each boot ends here when it waits for its next report. The flash
file stays in the build folder; what is in it survives a boot.
"""

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "integration")]

from emulator import Board  # noqa: E402
from name_server import NameServer  # noqa: E402
from servers import FakeArdoq, make_certificates  # noqa: E402


def say(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def boot(board: Board) -> bool:
    """@return whether Ardoq now has what is true of the board"""
    print(f"\n$ {shlex.join(board.command())}", flush=True)
    done = board.boot()
    print(f"\n{done.out}", end="", flush=True)
    return done.code is None and not done.error


def run(board: Board, server: FakeArdoq) -> bool:
    say(f"A stand-in for Ardoq is running at https://localhost:{server.port}, 10.0.2.2 for the board")
    board.provision(server)
    board.set(hw_revision="B1")
    say(f"Settings are in the board's flash ({board.flash}); it boots")
    is_reported = boot(board)
    if is_reported:
        say("It boots again, with nothing to tell; then its hardware is another")
        is_reported = boot(board)
    if is_reported:
        board.set(hw_revision="B2")
        is_reported = boot(board)
    say("The stand-in now contains")
    print(f"\n{server.show()}", end="")
    return is_reported


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True, help="folder with firmware.elf")
    parser.add_argument("--flash-image", type=Path, required=True, help="the tool of that name")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        certificates = make_certificates(Path(folder) / "certificates", "ca", "server")
        with (
            FakeArdoq(Path(folder) / "server", certificates=certificates) as server,
            NameServer(("localhost", "10.0.2.2"), ("localhost", "fec0::2")) as names,
        ):
            flash = arguments.build / "flash.bin"
            board = Board(arguments.build, arguments.flash_image, flash, names.port)
            sys.exit(0 if run(board, server) else 1)


if __name__ == "__main__":
    main()
