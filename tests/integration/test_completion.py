"""The man page, and what bash and zsh complete: in real shells, at a terminal."""

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import built
from source import FIELDS, IDENTITY_KEYS, MODEL_KEYS, PEM_KEYS, VARIABLES
from test_command_line import commands
from tool import BOUND, Tool

SCRIPTS = built.ROOT / "examples" / "linux_cli"
SETTINGS = [*VARIABLES, *IDENTITY_KEYS, *PEM_KEYS, *MODEL_KEYS]
COMMON = ["--store=", "--ca=", "--json", "--verbose", "--help", "--version"]

# What the tool says


def offers(tool: Tool, *words: str) -> list[str]:
    result = tool.run_for_text("help", "--complete", "--", *words)
    assert (result.code, result.err) == (0, "")
    return [line.split("\t")[0] for line in result.out.splitlines()]


def test_commands(tool: Tool) -> None:
    assert offers(tool, "") == offers(tool) == offers(tool, "help", "") == commands()
    assert offers(tool, "--store", "x", "-v", "rep") == ["report"]


def test_options(tool: Tool) -> None:
    assert offers(tool, "--") == offers(tool, "me", "-") == COMMON
    assert offers(tool, "report", "--") == [
        "--set=", "--dry-run", "--from=", "--from-line=", "--expand", *COMMON
    ]
    assert offers(tool, "report", "--", "--") == []


@pytest.mark.parametrize("verb", ["get", "set", "unset"])
def test_settings(tool: Tool, verb: str) -> None:
    assert sorted(offers(tool, "config", verb, "")) == sorted(SETTINGS)
    assert offers(tool, "config", "--json", verb, "timeo") == ["timeout_ms"]
    assert offers(tool, "config", verb, "host", "") == []


def test_verbs(tool: Tool) -> None:
    assert offers(tool, "config", "") == ["list", "get", "set", "unset"]
    assert offers(tool, "config", "list", "") == []


@pytest.mark.parametrize("command", ["report", "run"])
def test_identity_fields(tool: Tool, command: str) -> None:
    every = [f"{field}=" for field in FIELDS]
    for words in (["--set", ""], ["--set="], ["-s", ""], ["-s", "x=y", "--set", ""]):
        assert offers(tool, command, *words) == every
    assert offers(tool, command, "--set=serial=") == []


def test_values(tool: Tool) -> None:
    assert offers(tool, "provision", "--set", "time") == ["timeout_ms="]
    assert offers(tool, "report", "--from", "x") == offers(tool, "--ca=") == [":files"]
    assert offers(tool, "status", "--state", "") == [":files"]
    assert offers(tool, "retire", "--set", "") == offers(tool, "retire", "") == []


# The shells


START = {
    "bash": ("bash --noprofile --norc -i", f". {SCRIPTS}/completion.bash"),
    "zsh": ("zsh -f -i", f"fpath=({SCRIPTS} $fpath); autoload -U compinit; compinit -u -D"),
}

# The tool itself says what is completed; else the line comes back as it was understood.
STAND_IN = '#!/bin/sh\n[ "$1" = help ] && exec "{tool}" "$@"\nprintf "GOT"; printf "<%s>" "$@"; echo\n'


def type_into(shell: str, home: Path, keys: str) -> str:
    """The words of the command that somebody has typed with these keys."""
    program, setup = START[shell]
    if not shutil.which(shell):
        pytest.skip(f"this machine has no {shell}")
    (home / "ardoq").write_text(STAND_IN.format(tool=built.TOOL))
    (home / "ardoq").chmod(0o755)
    (home / "a file").touch()
    environment = {"PATH": f"{home}:{os.environ['PATH']}", "HOME": str(home), "TERM": "dumb",
                   "LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null", "PS1": "> "}
    terminal, other = pty.openpty()
    process = subprocess.Popen(program.split(), stdin=other, stdout=other, stderr=other,
                               cwd=home, env=environment, start_new_session=True)
    os.close(other)
    os.write(terminal, f"{setup}; echo REA''DY\r".encode())
    read_until(terminal, "READY")
    os.write(terminal, f"{keys}\r".encode())
    shown = read_until(terminal, r"GOT(<.*>)\r")
    os.write(terminal, b"exit\r")
    process.wait(BOUND)
    os.close(terminal)
    return re.findall(r"GOT(<.*>)\r", shown)[0]


def read_until(terminal: int, pattern: str) -> str:
    shown = ""
    while not re.search(pattern, shown):
        shown += os.read(terminal, 4096).decode("utf-8", "replace")
    return shown


KEYS = {
    "ardoq stat\t": "<status>",
    "ardoq -v com\t-q x": "<-v><components><-q><x>",
    "ardoq report --dr\t": "<report><--dry-run>",
    "ardoq report --set seri\tA-1": "<report><--set><serial=A-1>",
    "ardoq report --set=seri\tA-1": "<report><--set=serial=A-1>",
    "ardoq report --set model=x --set seri\tA-1": "<report><--set><model=x><--set><serial=A-1>",
    "ardoq config ge\ttimeo\t": "<config><get><timeout_ms>",
    "ardoq config set comp\tp1": "<config><set><component_type><p1>",
    "ardoq config unset ca1\t": "<config><unset><ca1>",
    "ardoq devices --sil\t3d": "<devices><--silent-for=3d>",
    "ardoq --store a\\ f\t me": "<--store><a file><me>",
    "ardoq --store=a\\ f\t me": "<--store=a file><me>",
    "ardoq me nothing\t": "<me><nothing>",
}


@pytest.mark.parametrize("shell", START)
@pytest.mark.parametrize(("keys", "words"), KEYS.items(), ids=range(len(KEYS)))
def test_a_shell_completes(tmp_path: Path, shell: str, keys: str, words: str) -> None:
    assert type_into(shell, tmp_path, keys) == words


# The man page


def test_the_man_page_is_sound(tool: Tool) -> None:
    page = tool.home / "ardoq.1"
    page.write_text(tool.run_for_text("help", "--man").out)
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_man_page_says_what_help_says(tool: Tool) -> None:
    page = tool.home / "ardoq.1"
    page.write_text(tool.run_for_text("help", "--man").out)
    shown = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=400", page],
                           capture_output=True, text=True, check=True).stdout
    shown = re.sub(r".\x08", "", shown)
    words = shown.split()
    for command in commands():
        assert f"\n   {command}\n" in shown
        options = re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", tool.run_for_text("help", command).out,
                             re.MULTILINE)
        assert all(re.search(rf"(^|\s){option}\b", shown) for option in options)
    assert {*SETTINGS, *VARIABLES.values(), *FIELDS} <= {*words}
    assert """jq -r 'select(.result == "failed")""" in shown
    assert "--complete" not in shown
