"""coverage_report.py: what is never taken must be explained, and what is explained must be so."""

from pathlib import Path
from typing import Any

import pytest

from coverage_report import compare, explained, never_taken

ENTRY = "a.c: act: 1: if (x) {\n    A reason.\n"
FOUND = {("a.c", "act", "if (x) {"): 1}


def coverage(*lines: tuple[int, int, list[int]], called: int = 1) -> dict[str, Any]:
    """Lines as (number, times run, times each branch was taken) of one function at line 1."""
    return {
        "files": [{
            "file": "a.c",
            "functions": [{"name": "act", "lineno": 1, "execution_count": called}],
            "lines": [
                {
                    "line_number": number,
                    "count": count,
                    "gcovr/noncode": False,
                    "branches": [{"count": taken} for taken in branches],
                }
                for number, count, branches in lines
            ],
        }]
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.c").write_text("int act(int x)\n    if (x) {\n    if (x) {\n    }\n")
    return tmp_path


def test_branches_that_are_all_taken_are_no_matter(root: Path) -> None:
    assert never_taken(coverage((2, 5, [3, 2])), root) == {}


def test_branches_of_equal_lines_are_added(root: Path) -> None:
    assert never_taken(coverage((2, 5, [5, 0]), (3, 5, [5, 0, 0])), root) == {
        ("a.c", "act", "if (x) {"): 3
    }


def test_what_lies_behind_such_a_branch_needs_no_entry(root: Path) -> None:
    assert never_taken(coverage((2, 5, [5, 0]), (3, 0, [0, 0])), root) == FOUND


def test_a_function_that_nobody_calls_counts(root: Path) -> None:
    assert never_taken(coverage((2, 0, [0, 0]), called=0), root) == {
        ("a.c", "act", "int act(int x)"): 1
    }


def test_an_explained_branch_passes() -> None:
    entries, faults = explained(f"# A comment.\n\n{ENTRY}")
    assert (entries, faults) == (FOUND, [])
    assert compare(FOUND, entries) == []


def test_several_lines_may_have_one_reason() -> None:
    entries, faults = explained("a.c: act: 1: if (y) {\n" + ENTRY)
    assert (len(entries), faults) == (2, [])


def test_a_missing_and_a_stale_entry_are_found() -> None:
    assert compare(FOUND, {}) == ["a.c: act: 1 never taken, 0 explained: if (x) {"]
    assert compare({}, FOUND) == ["a.c: act: 0 never taken, 1 explained: if (x) {"]
    assert len(compare({**FOUND, ("a.c", "act", "if (x) {"): 2}, FOUND)) == 1


@pytest.mark.parametrize("text", ["a.c: act: 1: if (x) {\n", "a.c: 1: if (x) {\n    A reason.\n"])
def test_an_entry_without_a_reason_or_a_function_is_a_fault(text: str) -> None:
    entries, [fault] = explained(text)
    assert entries == {}
    assert text.splitlines()[0] in fault
