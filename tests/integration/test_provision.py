"""`ardoq provision`: a device's settings as CSV for ESP-IDF's NVS partition generator."""

import csv
import stat
from pathlib import Path

import pytest

import built
from source import IDENTITY_KEYS, VARIABLES
from tool import Result, Tool, expect_error

# ESP-IDF's guide 'NVS Partition Generator Utility'.
COLUMNS = ["key", "type", "encoding", "value"]
NVS_STRING_SIZE = 4000

TOKEN = "adq_0123456789abcdef0123456789abcdef"
CERTIFICATE = Path(built.CERTIFICATES, "ca.pem").read_text()


@pytest.fixture
def maker(tool: Tool) -> Tool:
    """The tool of somebody who follows Ardoq's guide."""
    return tool.using(ARDOQ_API_TOKEN=TOKEN)


def read(text: str) -> dict[str, str]:
    """As the generator does: lines that begin with # are gone before the CSV is read."""
    lines = [line for line in text.splitlines(keepends=True) if line[0] != "#"]
    first, *rows = csv.DictReader(lines)
    assert [*first] == COLUMNS
    assert [*first.values()] == ["ardoq", "namespace", "", ""]
    assert {(row["type"], row["encoding"]) for row in rows} == {("data", "string")}
    assert all(len(row["key"]) <= 15 for row in rows)
    assert all(len(row["value"].encode()) < NVS_STRING_SIZE for row in rows)
    found = {row["key"]: row["value"] for row in rows}
    assert len(found) == len(rows)
    return found


def provision(tool: Tool, *arguments: str, stdin: bytes = b"") -> Result:
    line = ["provision", "--serial", "A-0042", *arguments, "--csv", "-"]
    return tool.run_for_text(*line, stdin=stdin)


def provisioned(tool: Tool, *arguments: str, stdin: bytes = b"") -> dict[str, str]:
    result = provision(tool, *arguments, stdin=stdin)
    assert result.code == 0, result.err
    assert TOKEN not in result.err
    return read(result.out)


# What is written


def test_serial_number_and_token(maker: Tool) -> None:
    assert provisioned(maker) == {"token": TOKEN, "serial": "A-0042"}


def test_the_variables_go_with_them(maker: Tool) -> None:
    known = maker.using(
        ARDOQ_API_HOST="acme.ardoq.com", ARDOQ_ORG_LABEL="acme", ARDOQ_KEY_MAC="",
        ARDOQ_TIMEOUT_MS="5000",
    )
    assert provisioned(known) == {
        "host": "acme.ardoq.com", "token": TOKEN, "org_label": "acme", "timeout_ms": "5000",
        "serial": "A-0042",
    }


def test_what_is_set_wins_over_the_variables_and_the_last_one_counts(maker: Tool) -> None:
    known = maker.using(ARDOQ_ORG_LABEL="acme")
    found = provisioned(known, "--set", "org_label=b", "--set", "org_label=c", "--set", "key_mac=")
    assert (found["org_label"], found["key_mac"]) == ("c", "")


def test_the_store_of_this_machine_is_its_own(maker: Tool) -> None:
    maker.run("config", "set", "org_label", "mine")
    assert "org_label" not in provisioned(maker)


@pytest.mark.parametrize("value", ["Pump, 2", 'Pump "2"', '"', ",", "Pumpe für Öl", "#1", "a #b"])
def test_a_value_arrives_as_it_is(maker: Tool, value: str) -> None:
    assert provisioned(maker, "--set", f"model={value}")["model"] == value


def test_a_certificate_arrives_as_it_is(maker: Tool, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(CERTIFICATE * 2)
    assert provisioned(maker, "--set", f"ca0=@{path}")["ca0"] == CERTIFICATE * 2
    path.write_text(CERTIFICATE.replace("\n", "\r\n"))
    assert provisioned(maker, "--set", f"ca0=@{path}")["ca0"] == CERTIFICATE


def test_every_setting_can_be_provisioned(maker: Tool) -> None:
    samples = {"host": "h.example", "workspace": "0" * 24, "component_type": "p1",
               "pin0": "A" * 43 + "=", "pin1": "B" * 43 + "=", "timeout_ms": "2000"}
    wanted = {key: samples.get(key, "x") for key in [*VARIABLES, *IDENTITY_KEYS]
              if key not in ("token", "serial")}
    arguments = [part for key, value in wanted.items() for part in ("--set", f"{key}={value}")]
    assert provisioned(maker, *arguments) == {**wanted, "token": TOKEN, "serial": "A-0042"}


# The token


def test_the_token_does_not_belong_on_the_command_line(tool: Tool) -> None:
    result = provision(tool, "--set", f"token={TOKEN}")
    assert (result.code, result.out) == (2, "")
    assert "ARDOQ_API_TOKEN" in result.err and "--set token=-" in result.err
    assert TOKEN not in result.err


def test_the_token_may_come_from_standard_input_or_a_file(tool: Tool, tmp_path: Path) -> None:
    found = provisioned(tool, "--set", "token=-", stdin=f"{TOKEN}\n".encode())
    assert found["token"] == TOKEN
    path = tmp_path / "token"
    path.write_text(TOKEN)
    assert provisioned(tool, "--set", f"token=@{path}")["token"] == TOKEN


@pytest.mark.parametrize("variables", [{}, {"ARDOQ_API_TOKEN": ""}])
def test_without_a_token_nothing_is_written(tool: Tool, variables: dict[str, str]) -> None:
    result = provision(tool.using(**variables))
    expect_error(result, "TOKEN_MISSING", 3)
    assert result.out == ""


# What is refused


@pytest.mark.parametrize(("assignment", "error"), [
    ("colour=red", "SETTING_UNKNOWN"),
    ("workspace=12", "WORKSPACE_INVALID"),
    ("model=a\tb", "SETTING_INVALID"),
    ("hw_revision=" + "x" * 32, "SETTING_TOO_LONG"),
    ("ca0=no certificate", "SETTING_INVALID"),
    ("ca1=" + CERTIFICATE * 8, "SETTING_TOO_LONG"),
])
def test_a_wrong_value_is_refused(maker: Tool, tmp_path: Path, assignment: str, error: str) -> None:
    path = tmp_path / "device.csv"
    arguments = ["--serial", "A", "--set", assignment, "--csv", str(path)]
    result = maker.run_for_text("provision", *arguments)
    expect_error(result, error, 3)
    assert assignment.split("=")[0] in result.err
    assert not path.exists()


def test_the_longest_string_of_nvs(maker: Tool) -> None:
    room = NVS_STRING_SIZE - 1 - len(CERTIFICATE)
    assert len(provisioned(maker, "--set", f"ca0={CERTIFICATE}{'x' * room}")["ca0"]) == 3999
    result = provision(maker, "--set", f"ca0={CERTIFICATE}{'x' * (room + 1)}")
    expect_error(result, "SETTING_TOO_LONG", 3)


def test_a_wrong_variable_is_refused(maker: Tool) -> None:
    result = provision(maker.using(ARDOQ_WORKSPACE="12"))
    expect_error(result, "WORKSPACE_INVALID", 3)
    assert "setting: workspace" in result.err


def test_a_line_that_the_generator_would_drop_is_refused(maker: Tool) -> None:
    result = provision(maker, "--set", f"ca0={CERTIFICATE}# of Acme\n{CERTIFICATE}")
    assert (result.code, result.out) == (3, "")
    assert "a line of ca0 begins with #" in result.err


@pytest.mark.parametrize("arguments", [
    ["--csv", "-"], ["--serial", "", "--csv", "-"], ["--serial", "A"], [],
    ["--serial", "A", "--csv", "-", "more"], ["--serial", "A", "--csv", "-", "--set", "model"],
    ["--serial", "A", "--csv", "-", "--set", "ca0=@missing.pem"], ["--unknown"],
])
def test_a_wrong_command_line_is_refused(maker: Tool, arguments: list[str]) -> None:
    result = maker.run_for_text("provision", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err


# The file


def test_the_file_is_for_its_owner_only_and_replaced(maker: Tool, tmp_path: Path) -> None:
    path = tmp_path / "device.csv"
    path.write_text("older, and longer " * 100)
    path.chmod(0o644)
    open_to_all = maker.behind("/bin/sh", "-c", 'umask 0; exec "$@"', "sh")
    result = open_to_all.run_for_text("provision", "--serial", "A", "--csv", str(path))
    assert (result.code, result.out) == (0, "")
    assert f"written: {path}; it holds the token" in result.err
    assert read(path.read_text()) == {"token": TOKEN, "serial": "A"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("name", ["missing/device.csv", "."])
def test_what_cannot_be_written_is_told(maker: Tool, tmp_path: Path, name: str) -> None:
    path = f"{tmp_path}/{name}"
    result = maker.run_for_text("provision", "--serial", "A", "--csv", path)
    assert (result.code, result.out) == (1, "")
    assert f"error: {path} cannot be written: " in result.err
    assert [*tmp_path.iterdir()] == []


def test_a_device_is_no_file(maker: Tool) -> None:
    result = maker.run_for_text("provision", "--serial", "A", "--csv", "/dev/null")
    assert result.code == 1
    assert Path("/dev/null").is_char_device()


def test_a_full_disk_leaves_the_older_file(maker: Tool, tmp_path: Path) -> None:
    path = tmp_path / "device.csv"
    path.write_text("older")
    limited = maker.behind("/bin/sh", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "sh")
    result = limited.run_for_text("provision", "--serial", "A", "--csv", str(path))
    assert result.code == 1
    assert "cannot be written" in result.err
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_text() == "older"
