#!/usr/bin/python3
"""Compiles and links each C program of the Markdown texts that is marked with <!-- compile -->.

What is marked with <!-- compile only --> is part of a program, and not linked. With --into the
programs are kept in a folder, each by the name of its page and its number there, such as api-2.
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


def build(
    code: str, line: int, is_program: bool, name: str, command: list[str], program: Path | None
) -> str:
    """What the compiler has to say; it counts lines as they are in the Markdown text."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "example.c"
        source.write_text(f'#line {line} "{name}"\n{code}', "utf-8")
        compiler, *options = command
        if not is_program:
            libraries = (".a", ".so")
            options = ["-c", *(option for option in options if not option.endswith(libraries))]
        output = program if program and is_program else f"{folder}/example"
        build = [compiler, "-o", str(output), str(source), *options]
        english = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(build, env=english, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def check(path: Path, command: list[str], into: Path | None) -> list[str]:
    text = path.read_text("utf-8")
    found = examples(text)
    faults = []
    for number, (line, code, is_program) in enumerate(found, 1):
        program = into / f"{path.stem}-{number}" if into else None
        faults.append(build(code, line, is_program, path.name, command, program))
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
    parser.add_argument("--into", type=Path, help="where to keep the programs")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="compiler, options, libraries")
    arguments = parser.parse_args()
    if arguments.into:
        arguments.into.mkdir(parents=True, exist_ok=True)
    faults = []
    for text in arguments.text:
        faults += check(text, arguments.command, arguments.into)
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
