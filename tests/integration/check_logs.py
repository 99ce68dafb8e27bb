#!/usr/bin/python3
"""Searches everything that programs wrote in the tests of a build for the tokens that were used.

`empty` is run before those tests, `check` after them; logs.py tells what the folder holds. That
nothing was found proves something only if it could have been there: so the logs must be verbose,
and the servers must have received the tokens.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from logs import PREFIX

# A piece of a token is a leak too. The tool shows the last four characters of a stored one.
# Shorter pieces are found by chance in the ids of thousands of components.
PIECE = 12

# What a verbose log says of a request, by the build's log level; below there is no such log.
VERBOSE = {2: b"ardoq: GET: /api/v2/", 3: b"ardoq: Authorization: (not shown)"}

# The title of what another program than a server has written.
PROGRAM = re.compile(rb"^==== (?!fake_ardoq$)", re.MULTILINE)


def log_level(sdkconfig: Path) -> int:
    return int(re.search(r"CONFIG_ARDOQ_LOG_LEVEL (\d)", sdkconfig.read_text("utf-8"))[1])


def pieces(token: str) -> Iterator[bytes]:
    secret = token.removeprefix(PREFIX).encode()
    for start in range(len(secret) - PIECE + 1):
        yield secret[start : start + PIECE]


def leaks(output: bytes, secrets: dict[bytes, str]) -> set[str]:
    """The tokens of which the output holds a piece."""
    suspects = re.findall(rb"[0-9a-f]{%d,}" % PIECE, output)
    windows = {text[at : at + PIECE] for text in suspects for at in range(len(text) - PIECE + 1)}
    return {secrets[window] for window in windows & secrets.keys()}


def missing_proof(folder: Path, name: str, level: int) -> Iterator[str]:
    """Reasons why the search of a test file's logs would prove nothing."""
    output, journal = (folder / f"{name}.{kind}" for kind in ("output", "journal"))
    if not output.exists() or not output.read_bytes().strip():
        yield f"{name}: nothing was written"
        return
    # A file whose tests were all skipped, for a reason that they state, has started servers alone.
    if not journal.exists() or not PROGRAM.search(output.read_bytes()):
        return
    if VERBOSE.get(level, b"") not in output.read_bytes():
        yield f"{name}: no verbose log among what was written"
    tokens = (folder / f"{name}.tokens").read_text("ascii").split()
    received = journal.read_text("utf-8")
    if not any(f"Bearer {token}" in received for token in tokens):
        yield f"{name}: no server received any of the tokens"


def check(folder: Path, level: int) -> list[str]:
    """All problems of the logs in the folder."""
    names = sorted(path.stem for path in folder.glob("*.tokens"))
    if not names:
        return [f"{folder}: no test has used a token"]
    tokens = {token for name in names for token in (folder / f"{name}.tokens").read_text().split()}
    secrets = {piece: token for token in tokens for piece in pieces(token)}
    faults = [fault for name in names for fault in missing_proof(folder, name, level)]
    for path in sorted(folder.glob("*.output")):
        found = leaks(path.read_bytes(), secrets)
        faults += [f"{path}: holds (a piece of) {token}" for token in sorted(found)]
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["empty", "check"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("sdkconfig", type=Path, nargs="?", help="with `check`: the build's header")
    arguments = parser.parse_args()
    if arguments.action == "empty":
        shutil.rmtree(arguments.folder, ignore_errors=True)
        arguments.folder.mkdir(parents=True)
        return
    faults = check(arguments.folder, log_level(arguments.sdkconfig))
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
