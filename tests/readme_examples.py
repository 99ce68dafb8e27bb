#!/usr/bin/python3
"""Compiles and links each C program of the Markdown texts that is marked with <!-- compile -->.

What is marked with <!-- compile only --> is part of a program, and not linked.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLE = re.compile(
    r"^<!-- compile( only|) -->\n```c\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
MARK = re.compile("<!--.*?compile.*?-->", re.IGNORECASE)
PROGRAM = re.compile(r"^```c\n((?!```).*\n)*?int main\(", re.MULTILINE)


def examples(text: str) -> list[tuple[int, str, bool]]:
    """Line and code of each, and whether it is a whole program."""
    return [
        (text.count("\n", 0, found.start(2)) + 1, found[2], not found[1])
        for found in EXAMPLE.finditer(text)
    ]


def build(code: str, line: int, is_program: bool, name: str, command: list[str]) -> str:
    """What the compiler has to say; it counts lines as in the Markdown text."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "example.c"
        source.write_text(f'#line {line} "{name}"\n{code}', "utf-8")
        compiler, *options = command
        if not is_program:
            libraries = (".a", ".so")
            options = ["-c", *(option for option in options if not option.endswith(libraries))]
        build = [compiler, "-o", f"{folder}/example", str(source), *options]
        english = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(build, env=english, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def check(path: Path, command: list[str]) -> list[str]:
    text = path.read_text("utf-8")
    found = examples(text)
    faults = [build(code, line, whole, path.name, command) for line, code, whole in found]
    if len(MARK.findall(text)) != len(found):
        faults.append(f"{path}: a mark is misspelt, or not followed by a block of C")
    if not found:
        faults.append(f"{path}: no program is marked")
    if len(PROGRAM.findall(text)) != sum(is_program for _, _, is_program in found):
        faults.append(f"{path}: a program is not marked, or marked without need")
    return [fault for fault in faults if fault]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", type=Path, action="append", required=True)
    parser.add_argument("command", nargs=argparse.REMAINDER, help="compiler, options, libraries")
    arguments = parser.parse_args()
    faults = [fault for text in arguments.text for fault in check(text, arguments.command)]
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
