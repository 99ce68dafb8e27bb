"""What the tool makes of its table of commands: help, suggestions, options in any place."""

import re
import subprocess

import pytest

import built
from servers import FakeArdoq
from source import FIELDS, VARIABLES
from tool import Tool


def commands() -> list[str]:
    """As the tool's own help lists them."""
    out = subprocess.run([built.TOOL, "--help"], capture_output=True, text=True, check=True).stdout
    [listed] = re.findall(r"\nCommands:\n(.*?)\n`ardoq help", out, re.DOTALL)
    return [line.split()[0] for line in listed.splitlines()]


# Help


@pytest.mark.parametrize("command", commands())
def test_each_command_has_help(tool: Tool, command: str) -> None:
    result = tool.run_for_text("help", command)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: ardoq {command} [OPTION...]")
    assert "--store=FILE" in result.out
    assert max(map(len, result.out.splitlines())) <= 100
    for arguments in ((command, "--help"), ("--help", command), (command, "-h", "a", "b")):
        assert tool.run_for_text(*arguments).out == result.out


def test_help_shows_what_a_command_takes(tool: Tool) -> None:
    report = tool.run_for_text("help", "report").out
    assert all(f"\n  {field} " in report for field in FIELDS)
    config = tool.run_for_text("help", "config").out
    assert all(f"\n  {setting} " in config for setting in VARIABLES)
    assert "Settings" not in report and "Identity fields" not in config


def test_help_of_no_command(tool: Tool) -> None:
    assert tool.run_for_text("help").out == tool.run_for_text("--help").out
    result = tool.run_for_text("help", "reprot")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith('error: there is no command "reprot"; did you mean "report"?\n')


def test_wrong_usage_points_to_the_help_of_the_command(tool: Tool) -> None:
    assert tool.run_for_text("me", "x").err.endswith("\n  `ardoq help me` shows how it is used\n")
    assert tool.run_for_text("x").err.endswith("\n  `ardoq --help` shows the commands\n")


def shown_in_documents() -> list[tuple[str, str]]:
    """Each call for help in an indented block, and what the document shows of it."""
    found = []
    for path in (built.ROOT / "README.md", *sorted((built.ROOT / "docs").glob("*.md"))):
        text = path.read_text("utf-8")
        form = r"^    \$ ardoq ((?:help|--help|\w+ --help)[^\n]*)\n((?:(?:    (?!\$ )[^\n]*)?\n)+)"
        found += re.findall(form, text, re.MULTILINE)
    return found


def test_documents_show_the_help_as_it_is(tool: Tool) -> None:
    shown = shown_in_documents()
    assert shown
    for arguments, text in shown:
        lines = [line.strip() for line in text.strip().splitlines()]
        out = tool.run_for_text(*arguments.split()).out
        assert lines == [line.strip() for line in out.strip().splitlines()]


# Suggestions


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["reprot"], 2, 'there is no command "reprot"; did you mean "report"?'),
        (["--stroe", "x", "me"], 2, "there is no option --stroe; did you mean --store?"),
        (["report", "--dryrun"], 2, "there is no option --dryrun; did you mean --dry-run?"),
        (["devices", "--silent-fro=1h"], 2, "no option --silent-fro; did you mean --silent-for?"),
        (["config", "get", "hots"], 3, "\n  did you mean host?\n"),
        (["config", "set", "hots", "x"], 3, "\n  did you mean host?\n"),
        (["config", "unset", "hots"], 3, "\n  did you mean host?\n"),
        (["report", "--set", "serail=1"], 3, "\n  did you mean serial?\n"),
        (["run", "--set", "serail=1"], 3, "\n  did you mean serial?\n"),
        (["provision", "--serial=1", "--csv=-", "--set=hots=x"], 3, "\n  did you mean host?\n"),
    ],
)
def test_a_slip_gets_a_suggestion(
    tool: Tool, arguments: list[str], code: int, words: str
) -> None:
    result = tool.using(ARDOQ_API_TOKEN="x").run_for_text(*arguments)
    assert (result.code, result.out) == (code, "")
    assert words in result.err


def test_nonsense_gets_none(tool: Tool) -> None:
    for arguments in (["nonsense"], ["me", "--nonsense"], ["config", "get", "nonsense"]):
        assert "did you mean" not in tool.run_for_text(*arguments).err


def test_a_name_in_a_file_gets_one_too(tool: Tool) -> None:
    tool.store.parent.mkdir(parents=True)
    tool.store.write_text("hots = x\n")
    tool.store.chmod(0o600)
    assert ("there is no setting hots\n  did you mean host?\n"
            in tool.run_for_text("config", "get", "host").err)


def test_a_name_in_a_file_of_devices_gets_one_too(ask: Tool) -> None:
    (ask.home / "devices.csv").write_text("serial,modle\n1,x\n")
    result = ask.run_for_text("report", "--dry-run", "--from", "devices.csv")
    assert "modle\n  did you mean model?\n" in result.err
    (ask.home / "devices.csv").write_text('{"serial": "1", "modle": "x"}\n')
    result = ask.run_for_text("report", "--dry-run", "--from", "devices.csv")
    assert "modle\n  did you mean model?\n" in result.err
    (ask.home / "devices.csv").write_text("serial,model,model\n1,x,x\n")
    result = ask.run_for_text("report", "--dry-run", "--from", "devices.csv")
    assert result.code == 2 and "did you mean" not in result.err


SECRET = "adq_not_to_be_shown"


@pytest.mark.parametrize(
    "arguments",
    [
        [f"--token={SECRET}", "me"],
        ["provision", f"--token={SECRET}"],
        ["provision", f"--csv-={SECRET}"],
        ["provision", SECRET],
        ["config", "set", "token", "a", SECRET],
        ["config", f"--set={SECRET}"],
        ["me", f"--json={SECRET}"],
    ],
)
def test_no_message_repeats_a_value(tool: Tool, arguments: list[str]) -> None:
    result = tool.run_for_text(*arguments)
    assert (result.code, result.out) == (2, "")
    assert SECRET not in result.err


# Options in any place


@pytest.mark.parametrize(
    "arguments",
    [
        ["--store", "other", "config", "get", "host"],
        ["config", "--store", "other", "get", "host"],
        ["config", "get", "host", "--store=other"],
        ["config", "get", "--sto=other", "host"],
        ["--store=other", "--", "config", "get", "host"],
    ],
)
def test_options_before_and_after_the_command(tool: Tool, arguments: list[str]) -> None:
    (tool.home / "other").write_text("host = there.example\n")
    assert tool.run_for_text(*arguments).out == '"there.example"\n'


def test_options_of_a_command_belong_after_it(tool: Tool) -> None:
    assert tool.run_for_text("--dry-run", "report").code == 2


def test_words_after_two_dashes_are_no_options(tool: Tool) -> None:
    assert tool.run_for_text("config", "set", "--", "model", "--help").code == 0
    assert tool.run_for_text("config", "get", "model").out == '"--help"\n'


def test_verbose_after_the_command(ask: Tool, server: FakeArdoq) -> None:
    assert ask.run_for_text("me", "-v").err.startswith("ardoq: GET: /api/v2/me\n")
