#!/usr/bin/python3
"""Instructions of a program, as callgrind counts them between region_begin() and region_end().

By itself: the functions outside TLS that take most of a file that callgrind wrote.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

# Object files whose own instructions can be left out: TLS and what it computes with.
TLS = re.compile(r"/lib(mbed\w+|ssl|crypto)[.-]")

BOUND = 900.0


class Instructions(NamedTuple):
    """Of a region."""

    all: int
    outside_tls: int


def _own_costs(lines: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """Object file, function and own cost of each line of callgrind's output."""
    names: dict[str, str] = {}
    owner, function, is_of_call = "", "", False
    for line in lines:
        # A name is told once, and has a number from then on. Those that are called have a c before.
        name = re.match(r"c?(ob|fn)=(\(\d+\))(?: (.*))?", line)
        if name:
            number = name[1] + name[2]
            if name[3] is not None:
                names[number] = name[3].strip()
            if line.startswith("ob="):
                owner = names[number]
            elif line.startswith("fn="):
                function = names[number]
        elif line.startswith("calls="):
            is_of_call = True  # the next line has what was called, which has lines of its own
        elif re.match(r"[\d+*-]", line):
            if not is_of_call:
                yield owner, function, int(line.split()[-1])
            is_of_call = False


def by_function(path: Path) -> Counter[tuple[str, str]]:
    """Instructions of each object file and function of a region."""
    costs: Counter[tuple[str, str]] = Counter()
    with path.open() as lines:
        for owner, function, cost in _own_costs(lines):
            costs[owner, function] += cost
    return costs


def outside_tls(costs: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter({place: cost for place, cost in costs.items() if not TLS.search(place[0])})


def run(environment: dict[str, str], *command: str | Path) -> str:
    """What a program prints, in this environment alone."""
    done = subprocess.run([*map(str, command)], env={"PATH": os.environ["PATH"], **environment},
                          timeout=BOUND, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def count(
    folder: Path, environment: dict[str, str], *command: str | Path
) -> dict[str, Instructions]:
    """Of each region of a program."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("callgrind.*"):
        old.unlink()
    valgrind = ["valgrind", "-q", "--tool=callgrind", "--collect-atstart=no",
                f"--callgrind-out-file={folder / 'callgrind'}"]
    # What the dynamic linker does at a function's first call is none of the work.
    run({**environment, "LD_BIND_NOW": "1"}, *valgrind, *command)
    regions = {}
    for path in folder.glob("callgrind.*"):
        with path.open() as file:
            region = re.search(r"Client Request: (\w+)", file.read(4000))
        if region:
            costs = by_function(path)
            regions[region[1]] = Instructions(costs.total(), outside_tls(costs).total())
    return regions


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: tests/bench/counted.py FILE")
    costs = outside_tls(by_function(Path(sys.argv[1])))
    for (owner, function), cost in costs.most_common(40):
        print(f"{cost:12,} {100 * cost / costs.total():5.1f} %  {Path(owner).name} {function}")


if __name__ == "__main__":
    main()
