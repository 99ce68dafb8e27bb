"""`ardoq provision`: a device's settings as CSV for ESP-IDF's NVS partition generator."""

import csv
import io
import stat
from pathlib import Path

import pytest

from servers import Certificates
from source import IDENTITY_KEYS, VARIABLES
from tool import Result, Tool, expect_error

# ESP-IDF's guide 'NVS Partition Generator Utility'.
COLUMNS = ["key", "type", "encoding", "value"]
# What it takes at most, with the NUL: 4000 bytes, as NVS does, it refuses.
NVS_STRING_SIZE = 3968

TOKEN = "adq_0123456789abcdef0123456789abcdef"
BASE64 = "MIIB" * 16 + "\n" + "0+/=" * 9
CERTIFICATE = f"-----BEGIN CERTIFICATE-----\n{BASE64}\n-----END CERTIFICATE-----\n"


@pytest.fixture
def maker(tool: Tool) -> Tool:
    """The tool of somebody who follows Ardoq's guide."""
    return tool.using(ARDOQ_API_TOKEN=TOKEN)


def read(text: str) -> dict[str, str]:
    """As the generator does: lines end as Python's text files have it, and those that begin with #
    are gone before the CSV is read."""
    lines = io.StringIO(text, newline=None)
    first, *rows = csv.DictReader(line for line in lines if line[0] != "#")
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
        ARDOQ_API_HOST="acme.ardoq.com", ARDOQ_ORG_LABEL="acme", ARDOQ_FIELDS="",
        ARDOQ_TIMEOUT_MS="5000",
    )
    assert provisioned(known) == {
        "host": "acme.ardoq.com", "token": TOKEN, "org_label": "acme", "timeout_ms": "5000",
        "serial": "A-0042",
    }


def test_what_is_set_wins_over_the_variables_and_the_last_one_counts(maker: Tool) -> None:
    known = maker.using(ARDOQ_ORG_LABEL="acme")
    found = provisioned(known, "--set", "org_label=b", "--set", "org_label=c", "--set", "fields=")
    assert (found["org_label"], found["fields"]) == ("c", "")


def test_a_variable_of_an_earlier_version_is_refused(maker: Tool) -> None:
    result = maker.using(ARDOQ_KEY_SERIAL="sn").run("provision", "--serial", "S", "--csv", "-")
    expect_error(result, "SETTING_OBSOLETE", 3)
    assert "  setting: ARDOQ_KEY_SERIAL\n" in result.err


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
    for line_end in ("\r\n", "\r"):
        path.write_bytes(CERTIFICATE.replace("\n", line_end).encode())
        assert provisioned(maker, "--set", f"ca0=@{path}")["ca0"] == CERTIFICATE


def test_every_setting_can_be_provisioned(maker: Tool) -> None:
    samples = {"host": "h.example", "workspace": "0" * 24, "component_type": "p1",
               "pin0": "A" * 43 + "=", "pin1": "B" * 43 + "=", "timeout_ms": "2000",
               "fields": "serial=sn", "window": "60", "heartbeat": "86400"}
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


@pytest.mark.parametrize("arguments", [
    [f"--token={TOKEN}"], ["--set", f"tokn={TOKEN}"], ["--set", TOKEN], [TOKEN],
    ["--set", f"workspace={TOKEN}"],
])
def test_what_may_be_a_token_is_not_repeated(maker: Tool, arguments: list[str]) -> None:
    result = provision(maker, *arguments)
    assert result.code in (2, 3)
    assert result.out == ""
    assert result.err and TOKEN not in result.err


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


def test_with_a_certificate_no_token_is_needed(tool: Tool, certificates: Certificates) -> None:
    files = {"cert": certificates.pem("client"), "key": certificates.key("client")}
    given = [part for key, path in files.items() for part in ("--set", f"{key}=@{path}")]
    found = provisioned(tool, *given)
    assert found == {"serial": "A-0042", **{key: path.read_text() for key, path in files.items()}}
    expect_error(provision(tool, *given[:2]), "TOKEN_MISSING", 3)
    csv_path = str(tool.home / "device.csv")
    result = tool.run_for_text("provision", "--serial", "A-0042", *given, "--csv", csv_path)
    assert result.code == 0 and "; it contains the key" in result.err


# What is refused


@pytest.mark.parametrize(("assignment", "error"), [
    ("colour=red", "SETTING_UNKNOWN"),
    ("workspace=12", "WORKSPACE_INVALID"),
    ("model=a\tb", "TEXT_INVALID"),
    ("model='a'", "VALUE_WRAPPED"),
    ("org_label=ARDOQ_ORG_LABEL=acme", "VALUE_WRAPPED"),
    ("hw_revision=" + "x" * 32, "SETTING_TOO_LONG"),
    ("ca0=no certificate", "SETTING_INVALID"),
    ("ca1=" + CERTIFICATE * 30, "SETTING_TOO_LONG"),
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
    assert len(provisioned(maker, "--set", f"ca0={CERTIFICATE}{'x' * room}")["ca0"]) == 3967
    result = provision(maker, "--set", f"ca0={CERTIFICATE}{'x' * (room + 1)}")
    expect_error(result, "SETTING_TOO_LONG", 3)


def test_a_wrong_variable_is_refused(maker: Tool) -> None:
    result = provision(maker.using(ARDOQ_WORKSPACE="12"))
    expect_error(result, "WORKSPACE_INVALID", 3)
    assert "setting: workspace" in result.err


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_line_that_the_generator_would_drop_is_refused(maker: Tool, line_end: str) -> None:
    pem = f"{CERTIFICATE}# of Acme\n{CERTIFICATE}".replace("\n", line_end)
    result = provision(maker, "--set", f"ca0={pem}")
    expect_error(result, "SETTING_INVALID", 3)
    assert result.out == ""
    assert "\n  setting: ca0\n  a line of it begins with #" in result.err


@pytest.mark.parametrize("wrong", [b"\xe4", b"\xc3", b"\xc3(", b"\xc0\xaf", b"\xed\xa0\x80"])
def test_what_is_not_utf8_is_refused(maker: Tool, tmp_path: Path, wrong: bytes) -> None:
    path = tmp_path / "value"
    path.write_bytes(b"W" + wrong)
    result = provision(maker, "--set", f"model=@{path}")
    expect_error(result, "TEXT_INVALID", 3)
    assert result.out == ""
    path.write_bytes(CERTIFICATE.encode() + wrong)
    result = provision(maker, "--set", f"ca0=@{path}")
    expect_error(result, "SETTING_INVALID", 3)
    assert result.out == ""
    assert "\n  setting: ca0\n  it is not UTF-8" in result.err


def test_what_stands_around_a_value_is_left_out(maker: Tool, tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_bytes(b"\xef\xbb\xbfPump 2\r\n")
    values = provisioned(maker.using(ARDOQ_ORG_LABEL=" acme\n", ARDOQ_WORKSPACE=" "),
                         "--set", f"model=@{path}", "--serial", " A-1\r\n")
    assert values["model"] == "Pump 2"
    assert values["org_label"] == "acme"
    assert values["serial"] == "A-1"
    assert "workspace" not in values


def test_what_old_generators_spoil_earns_a_note(maker: Tool) -> None:
    assert provision(maker, "--set", "model=Pump ~").err == ""
    result = provision(maker, "--set", "model=Pumpe für Öl")
    assert result.code == 0
    assert result.err.startswith("note: model is not all ASCII: ")


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


@pytest.mark.parametrize("umask", ["000", "777"])
def test_the_file_is_for_its_owner_only_and_replaced(
    tool: Tool, tmp_path: Path, umask: str
) -> None:
    token = tool.logs.new_token()
    path = tmp_path / "device.csv"
    path.write_text("older, and longer " * 100)
    path.chmod(0o644)
    masked = tool.using(ARDOQ_API_TOKEN=token).behind(
        "/bin/sh", "-c", f'umask {umask}; exec "$@"', "sh"
    )
    result = masked.run_for_text("provision", "--serial", "A", "--csv", str(path))
    assert (result.code, result.out) == (0, "")
    assert f"written: {path}; it contains the token" in result.err
    assert read(path.read_text()) == {"token": token, "serial": "A"}
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


def test_a_link_is_no_file(maker: Tool, tmp_path: Path) -> None:
    """As /dev/stdout is one, also where it leads to a file."""
    path = tmp_path / "file"
    path.write_text("older")
    link = tmp_path / "link"
    link.symlink_to(path)
    result = maker.run_for_text("provision", "--serial", "A", "--csv", str(link))
    assert result.code == 1
    assert link.is_symlink() and path.read_text() == "older"


def test_a_standard_output_that_is_full_is_a_failure(maker: Tool) -> None:
    result = provision(maker.behind("/bin/sh", "-c", 'exec "$@" >/dev/full', "sh"))
    assert (result.code, result.err) == (
        1, "error: the result could not be written: No space left on device\n"
    )


def test_a_full_disk_leaves_the_older_file(maker: Tool, tmp_path: Path) -> None:
    path = tmp_path / "device.csv"
    path.write_text("older")
    limited = maker.behind("/bin/sh", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "sh")
    result = limited.run_for_text("provision", "--serial", "A", "--csv", str(path))
    assert result.code == 1
    assert "cannot be written" in result.err
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_text() == "older"
