"""readme_examples.py finds the marked programs, and what is wrong with them."""

from pathlib import Path

import pytest

from readme_examples import check, examples

GOOD = "<!-- compile -->\n```c\nint main(void)\n{\n    return 0;\n}\n```\n"
COMMAND = ["gcc", "-std=c11", "-Wall", "-Werror"]


def faults(folder: Path, text: str) -> list[str]:
    path = folder / "README.md"
    path.write_text(text)
    return check(path, COMMAND)


def test_marked_programs_are_found_with_their_lines() -> None:
    text = f"# Title\n\n{GOOD}\ntext\n\n```c\nnot marked\n```\n\n{GOOD}"
    code = "int main(void)\n{\n    return 0;\n}\n"
    assert examples(text) == [(5, code, True), (19, code, True)]


def test_a_part_of_a_program_is_compiled_and_not_linked(tmp_path: Path) -> None:
    part = "<!-- compile only -->\n```c\nint other(void);\nint one(void)\n{\n    return other();\n}\n```\n"
    assert faults(tmp_path, GOOD + part) == []
    [fault] = faults(tmp_path, GOOD + part.replace(" only", ""))
    assert "undefined reference" in fault
    [fault] = faults(tmp_path, GOOD + part.replace("other();", "another();"))
    assert "another" in fault


def test_good_programs_pass(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD + GOOD) == []


@pytest.mark.parametrize("text", ["", GOOD])
def test_too_few_programs_are_a_fault(tmp_path: Path, text: str) -> None:
    [fault] = faults(tmp_path, text)
    assert fault.endswith("there should be 2 at least")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("    return nothing;\n", "README.md:12:12: error: 'nothing' undeclared"),
        ("    int unused;\n    return 0;\n", "README.md:12:9: error: unused variable 'unused'"),
        ("    int ardoq_nowhere(void);\n    return ardoq_nowhere();\n", "ardoq_nowhere"),
    ],
)
def test_what_does_not_compile_or_link_is_told(tmp_path: Path, wrong: str, why: str) -> None:
    [fault] = faults(tmp_path, GOOD + GOOD.replace("    return 0;\n", wrong))
    assert why in fault


@pytest.mark.parametrize(
    "lost", ["<!-- compile -->\n\n```c\n```\n", "<!--compile-->\n```c\n```\n", "<!-- Compile -->\n"]
)
def test_a_mark_that_marks_nothing_is_told(tmp_path: Path, lost: str) -> None:
    [fault] = faults(tmp_path, GOOD + GOOD + lost)
    assert "a mark is misspelt" in fault
