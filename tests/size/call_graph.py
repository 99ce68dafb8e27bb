"""The deepest chain of stack frames, from what gcc says of functions and calls (-fcallgraph-info).

What a call through a pointer may reach is not in there, so the caller of this module names it; a
pointer that nobody named is a fault, and so are recursion and frames without a fixed size.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass
class Function:
    """A function of ours. Its name is FILE:NAME if it is static, else NAME."""

    path: str
    frame: int
    calls: set[str] = field(default_factory=set)
    pointers: set[str] = field(default_factory=set)


Functions = dict[str, Function]


def _short(title: str) -> str:
    return title.rpartition("/")[2]


def _pointer_at(root: Path, place: str) -> str:
    """The name of the pointer that is called at PATH:LINE:COLUMN."""
    path, line, column = place.rsplit(":", 2)
    code = (root / path).read_text("utf-8").splitlines()[int(line) - 1][int(column) - 1 :]
    found = re.search(r"(\w+)\(", code)
    return found[1] if found else code


def read_functions(root: Path, descriptions: Iterable[str]) -> Functions:
    """The functions of all descriptions. Paths in there are relative to the root."""
    functions: Functions = {}
    text = "".join(descriptions)
    node = r'^node: \{ title: "([^"]+)" label: "[^"]*?\\n([^":]+):[^"]*?\\n(\d+) bytes \((\w+)'
    for title, path, frame, kind in re.findall(node, text, re.MULTILINE):
        if kind != "static":
            raise ValueError(f"{_short(title)}: the size of its frame is {kind}")
        functions[_short(title)] = Function(path, int(frame))
    edge = r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"(?: label: "([^"]+)")?'
    for source, target, place in re.findall(edge, text, re.MULTILINE):
        if target == "__indirect_call":
            functions[_short(source)].pointers.add(_pointer_at(root, place))
        else:
            functions[_short(source)].calls.add(_short(target))
    return functions


def follow_pointers(
    functions: Functions, pointers: dict[str, tuple[str, ...]], outside: dict[str, tuple[str, ...]]
) -> Iterator[str]:
    """Adds the calls through pointers, and those that functions outside make back; yields faults.

    Both tables give patterns of the functions that may be called; the keys are names of pointers,
    in one function alone if its name and a blank are before, and patterns of functions outside.
    """
    for name, function in functions.items():
        patterns = []
        for pointer in function.pointers:
            reach = pointers.get(f"{name} {pointer}", pointers.get(pointer))
            if reach is None:
                yield f"{name}: calls through {pointer}, and no table says what that reaches"
            patterns += reach or ()
        for key in outside:
            if any(fnmatchcase(called, key) for called in function.calls):
                patterns += outside[key]
        function.calls |= {other for other in functions
                           if any(fnmatchcase(other, pattern) for pattern in patterns)}


def depth(functions: Functions, chain: list[str]) -> int:
    """Bytes of the frames of a chain together."""
    return sum(functions[name].frame for name in chain)


def deepest_chains(functions: Functions) -> tuple[dict[str, list[str]], list[str]]:
    """For each function the chain that begins with it and takes the most; and all recursion."""
    chains: dict[str, list[str]] = {}
    faults = []

    def visit(name: str, above: list[str]) -> list[str]:
        if name in above:
            faults.append(f"recursion: {' -> '.join([*above[above.index(name) :], name])}")
            return []
        if name not in chains:
            called = sorted(functions[name].calls & functions.keys())
            below = [visit(other, [*above, name]) for other in called]
            deepest = max(below, key=lambda chain: depth(functions, chain), default=[])
            chains[name] = [name, *deepest]
        return chains[name]

    for name in functions:
        visit(name, [])
    return chains, faults
