"""Instructions of a program, as callgrind counts them between region_begin() and region_end()."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

# Object files whose own instructions are not counted: TLS and what it computes with.
TLS = re.compile(r"/lib(mbed\w+|ssl|crypto)[.-]")

BOUND = 900.0


def _own_costs(lines: Iterator[str]) -> Iterator[tuple[str, int]]:
    """Object file and own cost of each line of callgrind's output."""
    names: dict[str, str] = {}
    owner, is_of_call = "", False
    for line in lines:
        name = re.match(r"(c?ob)=\((\d+)\)(?: (.*))?", line)
        if name:
            if name[3] is not None:
                names[name[2]] = name[3].strip()
            if name[1] == "ob":
                owner = names[name[2]]
        elif line.startswith("calls="):
            is_of_call = True  # the next line has what was called, which has lines of its own
        elif re.match(r"[\d+*-]", line):
            if not is_of_call:
                yield owner, int(line.split()[-1])
            is_of_call = False


def _outside_tls(path: Path) -> int:
    costs: Counter[str] = Counter()
    with path.open() as lines:
        for owner, cost in _own_costs(lines):
            costs[owner] += cost
    return sum(cost for owner, cost in costs.items() if not TLS.search(owner))


def count(folder: Path, *command: str | Path) -> tuple[dict[str, int], str]:
    """Instructions of each region outside TLS, and what the program printed."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("callgrind.*"):
        old.unlink()
    valgrind = ["valgrind", "-q", "--tool=callgrind", "--collect-atstart=no",
                f"--callgrind-out-file={folder / 'callgrind'}"]
    # What the dynamic linker does at a function's first call is none of the work.
    environment = {**os.environ, "LD_BIND_NOW": "1"}
    done = subprocess.run([*valgrind, *map(str, command)], env=environment, timeout=BOUND,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    regions = {}
    for path in folder.glob("callgrind.*"):
        with path.open() as file:
            region = re.search(r"Client Request: (\w+)", file.read(4000))
        if region:
            regions[region[1]] = _outside_tls(path)
    return regions, done.stdout
