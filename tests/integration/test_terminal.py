"""The tool's command line: usage, help, exit codes, colours, and a closed standard output."""

import os
import signal
import subprocess
from contextlib import suppress

import pytest

from peers import Relay
from servers import FakeArdoq
from source import FIELDS, PEM_KEYS, VARIABLES, VERSION
from tool import Result, Tool

ESCAPE = "\x1b["

# Help and version


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_everything(tool: Tool, option: str) -> None:
    result = tool.run_for_text(option)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Usage: ardoq [OPTION]... COMMAND [ARGUMENT]...\n")
    words = result.out.split()
    for command in ("check", "workspaces", "context", "components", "devices", "retire", "run",
                    "status"):
        assert f"\n  {command} " in result.out
    for word in (*VARIABLES, *VARIABLES.values(), *PEM_KEYS, *FIELDS):
        assert word in words
    assert max(map(len, result.out.splitlines())) <= 100


def test_the_version_is_the_librarys(tool: Tool) -> None:
    result = tool.run_for_text("--version")
    assert (result.code, result.out, result.err) == (0, f"ardoq {VERSION}\n", "")


# Wrong usage


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "a command is missing"),
        (["nonsense"], 'there is no command "nonsense"'),
        (["--nonsense", "me"], "there is no option --nonsense"),
        (["-x", "me"], "there is no option -x"),
        (["--store"], "--store"),
        (["--ca"], "--ca"),
        (["--ca", "missing.pem", "me"], "missing.pem cannot be read: No such file"),
        (["me", "you"], "me does not take: you"),
        (["check", "me"], "check does not take: me"),
        (["workspaces", "all"], "workspaces does not take: all"),
        (["context", "5e", "5f"], "context does not take: 5f"),
        (["components", "all"], "components does not take: all"),
        (["components", "--nonsense"], "--nonsense"),
        (["components", "-q", "name"], "a query needs the form name=value: name"),
        (["devices", "all"], "devices does not take: all"),
        (["devices", "--nonsense"], "--nonsense"),
        (["devices", "--silent-for"], "--silent-for"),
        (["devices", "--silent-for", "3"], "takes hours, days or weeks, such as 36h, 90d or 12w"),
        (["devices", "--exit-code"], "--exit-code needs --silent-for"),
        (["retire"], "retire needs a serial number"),
        (["retire", "--delete"], "retire needs a serial number"),
        (["retire", "", "--delete"], "retire needs a serial number"),
        (["retire", "A", "B", "--delete"], "retire does not take: B"),
        (["retire", "A"], "retire needs either --set FIELD=VALUE or --delete"),
        (["retire", "A", "--yes"], "retire needs either --set FIELD=VALUE or --delete"),
        (["retire", "A", "--delete", "--set", "a=b"], "retire needs either --set FIELD=VALUE or"),
        (["retire", "A", "--set"], "--set"),
        (["retire", "A", "--set", "a"], "a field needs the form FIELD=VALUE: a"),
        (["retire", "A", "--set", "a="], "a field needs the form FIELD=VALUE: a="),
        (["retire", "A", "--set", "a= "], "a field needs the form FIELD=VALUE: a= "),
        (["retire", "A", "--set", "=b"], "a field needs the form FIELD=VALUE: =b"),
        (["retire", "A", "--set", "a=b", "--set", "a=c"], "a field is given twice: a"),
        (["retire", "A", *(f"-sf{i}=b" for i in range(9))], "too many fields at: f8"),
        (["retire", "A", "--nonsense"], "--nonsense"),
        (["report", "now"], "report does not take: now"),
        (["report", "--nonsense"], "--nonsense"),
        (["report", "--set"], "--set"),
        (["report", "--set", "serial"], "a field needs the form FIELD=VALUE: serial"),
        (["run", "now"], "run does not take: now"),
        (["run", "--nonsense"], "--nonsense"),
        (["run", "--window", "86401"], "this takes 0 to 86400 seconds"),
        (["run", "--window", "-1"], "not a valid number of seconds: -1"),
        (["run", "--window", ""], "not a valid number of seconds: "),
        (["run", "--heartbeat", "3599"], "this takes 3600 to 2592000 seconds"),
        (["run", "--heartbeat", "2592001"], "not a valid number of seconds: 2592001"),
        (["run", "--heartbeat", "3600s"], "not a valid number of seconds: 3600s"),
        (["run", "--set", "serial"], "a field needs the form FIELD=VALUE: serial"),
        (["run", "--set", "serial="], "a field needs the form FIELD=VALUE: serial="),
        (["status", "now"], "status does not take: now"),
        (["status", "--nonsense"], "--nonsense"),
        (["status", "--state"], "--state"),
        (["request"], "request needs a path"),
        (["request", "GET", "/a", "/b"], "request does not take: /b"),
        (["request", "/a", "-d", "{}"], "a request with a body needs a method"),
        (["request", "--all", "POST", "/a"], "--all takes only GET without a body, not: POST"),
        (["request", "--all", "GET", "/a", "-d", "{}"], "--all takes only GET without a body"),
        (["request", "--nonsense", "GET", "/a"], "--nonsense"),
        (["request", "GET", "/a", "-q"], "this option needs a value: --query"),
        (["me", "--store"], "this option needs a value: --store"),
        (["me", "--json=1"], "this option takes no value: --json"),
        (["--ver", "me"], "more than one option begins with --ver"),
        (["report", "-nx"], "there is no option -x"),
        (["report", "-xn"], "there is no option -x"),
        (["report", "-ns"], "this option needs a value: --set"),
        (["report", "--expand"], "--expand needs --from"),
        (["report", "--from-line", "2"], "--from-line needs --from"),
        (["config", "set", "host", "-x"], "put a word that begins with - but is not an option after --"),
        (["request", "GET", "/a", "-q", "name"], "a query needs the form name=value: name"),
        (["request", "GET", "/a", *["-qa=b"] * 32, "-qc=d"], "too many query pairs at: c=d"),
        (["request", "POST", "/a", "-d", "@missing"], "@missing cannot be read: No such file"),
        (["request", "POST", "/a", "-d", "@."], "@. cannot be read: Is a directory"),
        (["config"], "config takes: list | get NAME"),
        (["config", "nonsense"], "config takes: list | get NAME"),
        (["config", "list", "host"], "config takes: list | get NAME"),
        (["config", "get"], "config takes: list | get NAME"),
        (["config", "set", "host"], "config takes: list | get NAME"),
        (["config", "set", "host", "a", "b"], "config takes: list | get NAME"),
        (["config", "unset"], "config takes: list | get NAME"),
        (["config", "set", "ca0", "@missing"], "@missing cannot be read: No such file"),
    ],
)
def test_wrong_usage_is_told(
    ask: Tool, server: FakeArdoq, arguments: list[str], words: str
) -> None:
    before = len(server.journal)
    result = ask.run_for_text(*arguments)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert not ask.store.exists()
    assert len(server.journal) == before


EVIL = "a\x1b[31mb\x9bc\x7f\r\u202e\nd"


@pytest.mark.parametrize(
    "arguments",
    [
        [EVIL],
        [f"--{EVIL}", "me"],
        [f"--store={EVIL}", "report", f"--set={EVIL}=1"],
        ["--ca", EVIL, "me"],
        ["me", EVIL],
        ["components", "-q", f"{EVIL}=1"],
        ["devices", EVIL],
        ["devices", "--silent-for", EVIL],
        ["retire", "A", EVIL],
        ["retire", "A", f"--set={EVIL}"],
        ["retire", "A", f"--set={EVIL}=1"],
        ["report", "--set", f"{EVIL}=1"],
        ["report", "--set", f"serial={EVIL}"],
        ["request", f"--{EVIL}"],
        ["request", "GET", f"https://{EVIL}/"],
        ["request", EVIL, "/api/v2/me"],
        ["config", "get", EVIL],
        ["config", "set", EVIL, "1"],
        ["config", "set", "serial", EVIL],
        ["config", "set", "host", f"@{EVIL}"],
        ["config", "unset", EVIL],
        ["provision", "--serial", "S", "--set", f"{EVIL}=1", "--csv", "a.csv"],
        ["provision", "--serial", "S", "--set", "workspace=x", "--csv", f"{EVIL}/a.csv"],
        ["provision", "--serial", "S", "--csv", f"{EVIL}/a.csv"],
    ],
)
def test_no_argument_acts_on_the_terminal(ask: Tool, arguments: list[str]) -> None:
    result = ask.run_for_text(*arguments)
    assert result.code != 0
    assert result.out == ""
    assert all(line.isprintable() for line in result.err.split("\n"))


def test_a_body_with_a_nul_is_refused(ask: Tool) -> None:
    (ask.home / "nul").write_bytes(b'{"name": "a\0b"}')
    result = ask.run_for_text("request", "POST", "/api/v2/batch", "-d", "@nul")
    assert (result.code, result.out) == (2, "")
    assert "@nul cannot be read" in result.err


# Colours


def read_to_end(terminal: int) -> bytes:
    """Linux reports an error, instead of an end, when the other side has closed."""
    content = b""
    with suppress(OSError):
        while part := os.read(terminal, 4096):
            content += part
    return content


def run_on_a_terminal(tool: Tool, *arguments: str) -> Result:
    """As somebody at a terminal would, but for standard output, which stays a pipe."""
    try:
        terminal, other = os.openpty()
    except OSError as error:
        pytest.skip(f"this machine has no pseudo terminals: {error}")
    process = tool.start(*arguments, stdout=subprocess.PIPE, stderr=other)
    os.close(other)
    err = read_to_end(terminal)
    os.close(terminal)
    out, _ = process.communicate(timeout=10)
    tool.logs.add_output("on a terminal", out, err)
    return Result(process.returncode, out.decode(), err.decode(), 0)


@pytest.mark.parametrize("value", [None, ""])
def test_errors_have_colour_on_a_terminal(ask: Tool, value: str | None) -> None:
    """An empty NO_COLOR counts as none (no-color.org)."""
    asking = ask if value is None else ask.using(NO_COLOR=value)
    result = run_on_a_terminal(asking, "--verbose", "request", "GET", "/api/v2/nothing")
    assert result.code == 3
    [error] = [line for line in result.err.splitlines() if "error: " in line]
    assert error.startswith(f"{ESCAPE}1;31merror: ") and f"NOT_FOUND{ESCAPE}0m" in error
    assert ESCAPE not in result.out


def test_no_color_is_respected(ask: Tool) -> None:
    result = run_on_a_terminal(
        ask.using(NO_COLOR="1"), "--verbose", "request", "GET", "/api/v2/nothing"
    )
    assert result.code == 3
    assert "error: NOT_FOUND" in result.err
    assert ESCAPE not in result.err


def test_there_is_no_colour_without_a_terminal(ask: Tool) -> None:
    result = ask.run("request", "GET", "/api/v2/nothing")
    assert "error: NOT_FOUND" in result.err
    assert ESCAPE not in result.err + result.out


# A standard output that is gone


COMMANDS = [
    ["check"],
    ["me"],
    ["workspaces"],
    ["context"],
    ["request", "GET", "/api/v2/me"],
    ["report", "--set", "serial=S"],
    ["report", "--set", "serial=S", "--dry-run"],
    ["config", "list"],
    ["--help"],
    ["--version"],
]


def run_into(tool: Tool, redirection: str, *arguments: str) -> Result:
    """With a redirection of the shell's that leaves standard error alone."""
    prefix = ("/bin/sh", "-c", f'exec "$@" {redirection}', "sh")
    return tool.behind(*prefix).run_for_text(*arguments)


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_result_that_cannot_be_written_is_a_failure(
    ask: Tool, redirection: str, command: list[str]
) -> None:
    result = run_into(ask, redirection, *command)
    assert result.code == 1
    assert "\nerror: the result could not be written: " in f"\n{result.err}"


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_is_written_never_ends_up_in_a_socket(
    ask: Tool, server: FakeArdoq, redirection: str
) -> None:
    """A connection could take the place of a standard stream that the shell has closed."""
    with Relay(server.port) as relay:
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{relay.port}")
        result = run_into(asking, redirection, "--verbose", "me")
        relay.wait_for_end()
    assert result.code == (1 if ">&- " in f" {redirection} ".replace("2>&-", "") else 0)
    assert b"Acme" not in relay.from_client


def test_a_failure_stays_what_it_is_without_an_output(ask: Tool) -> None:
    assert run_into(ask, ">&-", "request", "GET", "/api/v2/nothing").code == 3


def test_a_reader_that_has_left_is_noticed(ask: Tool) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = ask.start("config", "list", stdout=writer, stderr=subprocess.DEVNULL)
    os.close(writer)
    assert process.wait(10) == -signal.SIGPIPE
