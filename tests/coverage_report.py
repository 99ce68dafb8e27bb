#!/usr/bin/python3
"""Which lines and branches of components/ the tests reach, and whether the rest is explained.

Reads what builds with --coverage have counted, prints a table and writes pages for a browser. Fails
when a branch is never taken and coverage_explained.txt does not say why, or explains what is not so any
more.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = ROOT / "tests" / "coverage_explained.txt"

# FILE: FUNCTION: NUMBER: LINE, as coverage_explained.txt describes it.
ENTRY = re.compile(r"(\S+): (\w+): (\d+): (\S.*)")

# By file, function and text of the line, because numbers of lines change with every edit: how many of
# its branches are never taken.
Branches = dict[tuple[str, str, str], int]


def explained(text: str) -> tuple[Branches, list[str]]:
    """The entries, and what is wrong with their form."""
    entries: Branches = {}
    faults = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line for line in paragraph.splitlines() if line and not line.startswith("#")]
        reason = bool(lines) and lines[-1].startswith("    ")
        for line in lines:
            if line.startswith("    "):
                continue
            if (found := ENTRY.fullmatch(line)) and reason:
                entries[found[1], found[2], found[4]] = int(found[3])
            else:
                faults.append(f"not FILE: FUNCTION: NUMBER: LINE with a reason behind it: {line}")
    return entries, faults


def never_taken(coverage: dict[str, Any], root: Path) -> Branches:
    """Branches of lines that run. What lies behind such a branch needs no entry of its own; a
    function that nobody calls does, as one branch of its first line."""
    missing: Counter[tuple[str, str, str]] = Counter()
    for file in coverage["files"]:
        name = file["file"]
        text = (root / name).read_text("utf-8").splitlines()
        functions = sorted(file["functions"], key=lambda function: function["lineno"])
        for line in file["lines"]:
            number = line["line_number"]
            if line["count"] > 0 and not line["gcovr/noncode"]:
                [*_, function] = [f["name"] for f in functions if f["lineno"] <= number]
                count = sum(branch["count"] == 0 for branch in line["branches"])
                missing[name, function, text[number - 1].strip()] += count
        for function in functions:
            if function["execution_count"] == 0:
                missing[name, function["name"], text[function["lineno"] - 1].strip()] += 1
    return {place: count for place, count in missing.items() if count > 0}


def compare(found: Branches, entries: Branches) -> list[str]:
    faults = []
    for place in sorted({*found, *entries}):
        count, stated = found.get(place, 0), entries.get(place, 0)
        if count != stated:
            name, function, text = place
            faults.append(f"{name}: {function}: {count} never taken, {stated} explained: {text}")
    return faults


def table(coverage: dict[str, Any]) -> Iterable[str]:
    def row(name: str, lines: list[bool], branches: list[bool]) -> str:
        cells = (f"{sum(hit):5} of {len(hit):5} {share(hit):>6}" for hit in (lines, branches))
        return f"{name:42}" + "  ".join(cells)

    def share(hit: list[bool]) -> str:
        return f"{100 * sum(hit) / len(hit):.1f}%" if hit else "-"

    all_lines: list[bool] = []
    all_branches: list[bool] = []
    yield f"{'':42}{'lines':>21}  {'branches':>21}"
    for file in coverage["files"]:
        code = [line for line in file["lines"] if not line["gcovr/noncode"]]
        lines = [line["count"] > 0 for line in code]
        branches = [branch["count"] > 0 for line in code for branch in line["branches"]]
        if lines:
            yield row(file["file"], lines, branches)
        all_lines += lines
        all_branches += branches
    yield row("in all", all_lines, all_branches)


def count(builds: list[Path], pages: Path) -> dict[str, Any]:
    pages.mkdir(parents=True, exist_ok=True)
    result = pages / "coverage.json"
    # The core's, and what tests compile of it with settings of their own.
    objects = [build / part for build in builds for part in ("CMakeFiles", "tests/unit")]
    command = ["gcovr", "--root", ROOT, "--filter", r".*components/.*\.[ch]$", "--json", result]
    command += ["--html-details", pages / "index.html", "--html-title", "components/", *objects]
    subprocess.run([*map(str, command)], check=True)
    return json.loads(result.read_text("utf-8"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=Path, required=True, help="folder for the pages")
    parser.add_argument("build", type=Path, nargs="+")
    arguments = parser.parse_args()
    coverage = count(arguments.build, arguments.pages)
    entries, faults = explained(EXPLAINED.read_text("utf-8"))
    faults += compare(never_taken(coverage, ROOT), entries)
    print("\n".join(table(coverage)))
    print(f"\nline by line: {arguments.pages / 'index.html'}")
    if faults:
        sys.exit("\n".join([f"\nnot as {EXPLAINED.relative_to(ROOT)} has it:", *faults]))
    print(f"branches never taken, and explained: {sum(entries.values())}")


if __name__ == "__main__":
    main()
