"""`ardoq config`: the store, invalid values, and which source overrides which."""

import json
import re
import stat
from pathlib import Path

import pytest

import built
from servers import Certificates, FakeArdoq
from source import IDENTITY_KEYS, MODEL_KEYS, PEM_KEYS, VARIABLES
from tool import Result, Tool, expect_error, expect_success

# Two values of each, so that every setting can be told from its default.
VALUES = {
    "host": ("https://acme.ardoq.com", "localhost:8443"),
    "org_label": ("acme", "other"),
    "workspace": ("5e00000000000000000000aa", "5E00000000000000000000BB"),
    "component_type": ("p1700000000000", "p2"),
    "name_template": ("{serial}", 'a "{model}" \\ æ'),
    "pin0": ("A" * 43 + "=", "+/" * 21 + "0="),
    "pin1": ("B" * 43 + "=", "C" * 43 + "="),
    "timeout_ms": ("1000", "600000"),
    "heartbeat": ("3600", "2592000"),
    "window": ("0", "86400"),
    "fields": ("serial", "serial=a-B_9, model=" + "x" * 31),
}


def get(tool: Tool, key: str) -> str | None:
    result = tool.run("config", "get", key)
    expect_success(result)
    return result.json


def put(tool: Tool, key: str, value: str) -> None:
    result = tool.run("config", "set", key, value)
    expect_success(result)
    assert result.out == ""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# Setting and showing


def test_this_file_knows_every_setting() -> None:
    assert {*VALUES, "token"} == {*VARIABLES}
    assert IDENTITY_KEYS == ["serial", "model", "hw_revision"]
    assert PEM_KEYS == ["ca0", "ca1", "cert", "key"]
    assert MODEL_KEYS == ["parent", "relations", "keep_name"]


def test_without_a_store_the_defaults_hold(tool: Tool) -> None:
    result = tool.run("config", "list")
    expect_success(result)
    assert [*result.json] == [*VARIABLES, *IDENTITY_KEYS, *PEM_KEYS, *MODEL_KEYS]
    assert result.json["host"] == "https://app.ardoq.com"
    assert result.json["timeout_ms"] == "30000"
    assert result.json["token"] is result.json["ca0"] is None
    assert not tool.store.exists()


def test_what_is_set_is_shown_by_get_and_list(tool: Tool) -> None:
    for key, (value, _) in VALUES.items():
        put(tool, key, value)
        assert get(tool, key) == value
    listed = tool.run("config", "list").json
    assert {key: listed[key] for key in VALUES} == {key: each[0] for key, each in VALUES.items()}


def test_the_store_is_for_its_owner_only(tool: Tool) -> None:
    put(tool, "host", "localhost")
    assert mode(tool.store) == 0o600
    assert mode(tool.store.parent) == 0o700
    put(tool, "org_label", "acme")
    assert mode(tool.store) == 0o600


def test_the_store_may_be_elsewhere(tool: Tool) -> None:
    elsewhere = str(tool.home / "new" / "folder" / "settings")
    expect_success(tool.run("--store", elsewhere, "config", "set", "host", "localhost"))
    assert mode(Path(elsewhere)) == 0o600
    assert not tool.store.exists()
    assert tool.run("--store", elsewhere, "config", "get", "host").json == "localhost"
    assert get(tool, "host") == "https://app.ardoq.com"


def test_without_xdg_config_home_it_is_in_the_home(tool: Tool) -> None:
    homely = tool.without("XDG_CONFIG_HOME")
    put(homely, "host", "localhost")
    assert mode(tool.home / ".config/ardoq/store") == 0o600
    homeless = homely.without("HOME")
    expect_error(homeless.run("config", "set", "host", "localhost"), "STORE_UNAVAILABLE", 3)
    assert get(homeless, "host") == "https://app.ardoq.com"


def test_unset_falls_back_to_the_default(tool: Tool) -> None:
    put(tool, "timeout_ms", "1000")
    put(tool, "org_label", "acme")
    for _ in range(2):
        expect_success(tool.run("config", "unset", "timeout_ms"))
        assert get(tool, "timeout_ms") == "30000"
        assert get(tool, "org_label") == "acme"


def test_an_empty_value_hides_the_default(tool: Tool) -> None:
    put(tool, "name_template", "")
    assert get(tool, "name_template") is None
    expect_success(tool.run("config", "unset", "name_template"))
    assert get(tool, "name_template") == "{model} {serial}"


# Secrets


def test_a_token_is_never_shown_whole(tool: Tool) -> None:
    token = tool.logs.new_token()
    result = tool.run("config", "set", "token", "-", stdin=f"{token}\n".encode())
    expect_success(result)
    assert result.err == ""
    shown = "********" + token[-4:]
    assert get(tool, "token") == shown
    assert tool.run("config", "list").json["token"] == shown
    assert f"\ntoken = {token}\n" in tool.store.read_text()


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n", b" \t\n"])
def test_a_token_in_a_file_may_end_in_a_line_break(tool: Tool, tmp_path: Path, end: bytes) -> None:
    token = tool.logs.new_token()
    path = tmp_path / "token"
    for start in (b"", b"\xef\xbb\xbf"):
        path.write_bytes(start + token.encode() + end)
        put(tool, "token", f"@{path}")
        assert f"\ntoken = {token}\n" in tool.store.read_text()
        expect_success(tool.run("config", "set", "token", "-", stdin=path.read_bytes()))
        assert f"\ntoken = {token}\n" in tool.store.read_text()


@pytest.mark.parametrize("wrapped", ['"{}"', "'{}'", "`{}`", "ARDOQ_API_TOKEN={}", "token={}",
                                     'export ARDOQ_API_TOKEN="{}"', '"{}"\n'])
def test_a_token_with_its_wrapping_is_refused(tool: Tool, tmp_path: Path, wrapped: str) -> None:
    token = tool.logs.new_token()
    path = tmp_path / "token"
    path.write_text(wrapped.format(token))
    for result in (
        tool.run("config", "set", "token", f"@{path}"),
        tool.run("config", "set", "token", "-", stdin=path.read_bytes()),
        tool.using(ARDOQ_API_TOKEN=wrapped.format(token)).run("me"),
    ):
        expect_error(result, "VALUE_WRAPPED", 3)
        assert "VALUE_WRAPPED" in result.err
    assert not tool.store.exists()


def test_a_bearer_is_no_token(tool: Tool) -> None:
    token = tool.logs.new_token()
    for value in (f"Bearer {token}", f"Authorization: Bearer {token}", f"<{token}>", f"“{token}”"):
        result = tool.run("config", "set", "token", "-", stdin=value.encode())
        expect_error(result, "TOKEN_INVALID", 3)


@pytest.mark.parametrize("empty", ["", " ", "\r\n"])
def test_an_empty_variable_is_unset(tool: Tool, empty: str) -> None:
    put(tool, "org_label", "acme")
    put(tool, "serial", "A-1")
    every = tool.using(**{name: empty for name in VARIABLES.values()}, ARDOQ_SERIAL=empty)
    assert every.run("config", "list").json == tool.run("config", "list").json
    assert get(every, "org_label") == "acme"
    assert get(every, "serial") == "A-1"


@pytest.mark.parametrize("key", [*IDENTITY_KEYS, "name_template", "org_label"])
def test_what_is_not_utf8_is_refused(tool: Tool, key: str) -> None:
    error = {"name_template": "SETTING_INVALID", "org_label": "ORG_LABEL_INVALID"}
    expect_error(tool.run("config", "set", key, "a\udcff"), error.get(key, "TEXT_INVALID"), 3)
    assert not tool.store.exists()
    put(tool, key, "x")
    tool.store.write_bytes(tool.store.read_bytes().replace(b" = x", b" = \xff"))
    result = tool.run_for_text("config", "list")
    expect_error(result, error.get(key, "TEXT_INVALID"), 3)
    json.loads(result.out or "null")


def test_what_stands_around_a_value_is_not_stored(tool: Tool) -> None:
    for key, value in (("model", "Pump 2"), ("host", "acme.ardoq.com"), ("timeout_ms", "5000")):
        put(tool, key, f" \t{value}\r\n")
        assert get(tool, key) == value
        assert f"\n{key} = {value}\n" in tool.store.read_text()
        tool.store.write_text(tool.store.read_text().replace(value, f"\\s{value}\\r"))
        assert get(tool, key) == value


def test_a_short_token_is_not_shown_at_all(tool: Tool) -> None:
    for token in ("t", "x" * 15):
        put(tool, "token", token)
        assert get(tool, "token") == "********"
    put(tool, "token", "x" * 12 + "last")
    assert get(tool, "token") == "********last"


def test_a_token_on_the_command_line_earns_a_note(tool: Tool) -> None:
    result = tool.run("config", "set", "token", tool.logs.new_token())
    expect_success(result)
    assert result.err.startswith("note: the token is now in your shell's history")


def test_the_stored_token_is_sent(tool: Tool, server: FakeArdoq) -> None:
    asking = tool.at(server).without("ARDOQ_API_TOKEN")
    expect_error(asking.run("me"), "TOKEN_MISSING", 3)
    expect_success(asking.run("config", "set", "token", "-", stdin=server.token.encode()))
    expect_success(asking.run("me"))


def test_pem_is_read_from_a_file_and_not_shown(tool: Tool, certificates: Certificates) -> None:
    for key in PEM_KEYS:
        path = certificates.key("client") if key == "key" else certificates.pem("ca")
        put(tool, key, f"@{path}")
        assert get(tool, key) == "(set)"
    assert {tool.run("config", "list").json[key] for key in PEM_KEYS} == {"(set)"}
    expect_success(tool.run("config", "unset", "key"))
    assert get(tool, "key") is None


def test_pem_comes_whole_by_standard_input(tool: Tool, certificates: Certificates) -> None:
    pem = certificates.pem("ca").read_text()
    expect_success(tool.run("config", "set", "ca0", "-", stdin=pem.encode()))
    stored = re.search("^ca0 = (.*)$", tool.store.read_text(), re.MULTILINE)[1]
    assert stored.replace("\\n", "\n") == pem.rstrip("\n")


# What is refused


REFUSED = [
    ("host", "127.0.0.1", "HOST_INVALID"),
    ("host", "http://acme.ardoq.com", "HOST_INVALID"),
    ("host", "https://acme.ardoq.com/path", "HOST_INVALID"),
    ("host", "acme.ardoq.com:99999", "HOST_INVALID"),
    ("token", "two words", "TOKEN_INVALID"),
    ("token", "line\nbreak", "TOKEN_INVALID"),
    ("org_label", "a\r\nX-evil: b", "ORG_LABEL_INVALID"),
    ("org_label", "x" * 64, "SETTING_TOO_LONG"),
    ("workspace", "5e", "WORKSPACE_INVALID"),
    ("workspace", "5e00000000000000000000ag", "WORKSPACE_INVALID"),
    ("component_type", "1700000000000", "COMPONENT_TYPE_INVALID"),
    ("name_template", "{nonsense}", "SETTING_INVALID"),
    ("name_template", "{serial", "SETTING_INVALID"),
    ("fields", "serial model=device.model", "FIELDS_INVALID"),
    ("fields", "serial model=" + "x" * 32, "FIELDS_INVALID"),
    ("fields", "serial colour", "FIELDS_INVALID"),
    ("fields", "serial model=device_serial", "FIELDS_INVALID"),
    ("fields", "serial flash_size:size", "FIELDS_INVALID"),
    ("fields", "serial:number", "FIELDS_INVALID"),
    ("fields", "x" * 1024, "SETTING_TOO_LONG"),
    ("key_model", "device_model", "SETTING_UNKNOWN"),
    ("pin0", "A" * 44, "PIN_INVALID"),
    ("pin1", "short", "PIN_INVALID"),
    ("timeout_ms", "999", "SETTING_INVALID"),
    ("timeout_ms", "600001", "SETTING_INVALID"),
    ("timeout_ms", "4294968296", "SETTING_INVALID"),
    ("timeout_ms", "1e4", "SETTING_INVALID"),
    ("timeout_ms", "-5000", "SETTING_INVALID"),
    ("ca0", "no certificate", "SETTING_INVALID"),
    ("nonsense", "1", "SETTING_UNKNOWN"),
    ("Host", "localhost", "SETTING_UNKNOWN"),
]


@pytest.mark.parametrize(("key", "value", "name"), REFUSED)
def test_a_wrong_value_is_refused_and_changes_nothing(
    tool: Tool, key: str, value: str, name: str
) -> None:
    put(tool, "org_label", "acme")
    before = tool.store.read_bytes()
    result = tool.run("config", "set", "--", key, value)
    expect_error(result, name, 3)
    assert f"\n  setting: {key}\n" in result.err
    assert result.out == ""
    assert tool.store.read_bytes() == before


def test_a_token_has_a_longest_length(tool: Tool) -> None:
    fits = "x" * (built.number("TOKEN_SIZE") - 1)
    put(tool, "token", fits)
    expect_error(tool.run("config", "set", "token", f"{fits}x"), "SETTING_TOO_LONG", 3)
    assert get(tool, "token") == "********xxxx"


@pytest.mark.parametrize("verb", ["get", "unset"])
def test_an_unknown_setting_is_refused(tool: Tool, verb: str) -> None:
    expect_error(tool.run("config", verb, "nonsense"), "SETTING_UNKNOWN", 3)


@pytest.mark.parametrize(("key", "value", "name"), [row for row in REFUSED if row[0] in VARIABLES])
def test_a_wrong_variable_is_refused_as_well(tool: Tool, key: str, value: str, name: str) -> None:
    result = tool.using(**{VARIABLES[key]: value}).run("config", "list")
    expect_error(result, name, 3)
    assert f"\n  setting: {key}\n" in result.err
    assert result.out == ""


# Who wins


def test_the_environment_wins_over_the_store(tool: Tool) -> None:
    for key, (value, other) in VALUES.items():
        put(tool, key, value)
        assert get(tool.using(**{VARIABLES[key]: other}), key) == other
        assert get(tool, key) == value


def test_a_misspelt_name_in_the_file_is_told(tool: Tool) -> None:
    put(tool, "model", "Pump")
    text = tool.store.read_text()
    tool.store.write_text(text + "# tokne = x\n\n  tokne=secret\nkey_mac = sn\nhost = a.example\n")
    result = tool.run("config", "list")
    expect_success(result)
    line = text.count("\n") + 3
    assert f"warning: {tool.store}, line {line}: there is no setting tokne\n" in result.err
    assert result.err.count("warning") == 1 and "secret" not in result.err
    assert result.json["host"] == "a.example"


def test_a_report_follows_the_store(tool: Tool, server: FakeArdoq) -> None:
    asking = tool.at(server)
    put(asking, "fields", "serial=device_model")
    result = asking.run("report", "--dry-run", "--set", "serial=1")
    [upsert] = result.json["components"]["upsert"]
    assert upsert["uniqueBy"] == ["rootWorkspace", "customFields.device_model"]


def test_settings_of_earlier_versions_are_converted_or_refused(tool: Tool) -> None:
    known = tool.using(ARDOQ_KEY_SERIAL="sn", ARDOQ_KEY_MAC="")
    fields = get(known, "fields").split()
    assert fields[-1] == "serial=sn" and fields[0] == "model" and "mac" not in fields
    for more in ({"ARDOQ_FIELDS": "serial"}, {"ARDOQ_KEY_MODEL": "sn"}):
        result = known.using(**more).run("config", "list")
        expect_error(result, "SETTING_OBSOLETE", 3)
        assert "  setting: key_" in result.err


def test_what_production_knows_of_the_device_is_reported(tool: Tool, server: FakeArdoq) -> None:
    asking = tool.at(server)
    for key, value in zip(IDENTITY_KEYS, ["A-0042", "Pump ☃", "C"]):
        assert get(asking, key) is None
        put(asking, key, value)
        assert get(asking, key) == value
    result = asking.run("report", "--dry-run", "--set", "model=Pump 2")
    expect_success(result)
    [upsert] = result.json["components"]["upsert"]
    assert upsert["body"]["name"] == "Pump 2 A-0042"
    assert upsert["body"]["customFields"]["device_hardware_revision"] == "C"
    refused = asking.run("config", "set", "serial", "A\n1")
    expect_error(refused, "TEXT_INVALID", 3)
    expect_success(asking.run("config", "unset", "serial"))
    assert get(asking, "serial") is None


def test_what_others_wrote_of_the_device_is_judged(tool: Tool, server: FakeArdoq) -> None:
    asking = tool.at(server)
    put(asking, "serial", "A-0042")
    text = asking.store.read_text()
    asking.store.write_text(text.replace("A-0042", "A" * 64))
    refused = asking.run("report", "--dry-run")
    expect_error(refused, "SETTING_TOO_LONG", 3)
    assert refused.out == ""
    for arguments in (["get", "serial"], ["list"]):
        refused = asking.run("config", *arguments)
        expect_error(refused, "SETTING_TOO_LONG", 3)
        assert "\n  setting: serial\n" in refused.err
    put(asking, "serial", "A-0042")
    expect_success(asking.run("report", "--dry-run"))


def test_the_help_tells_what_stands_only_in_the_store(tool: Tool) -> None:
    text = tool.run_for_text("--help").out
    assert re.findall(r"^  (\w+) +\(PEM\)", text, re.MULTILINE) == PEM_KEYS
    for key in IDENTITY_KEYS:
        assert re.search(rf"^  {key} +ARDOQ_{key.upper()}$", text, re.MULTILINE)


def test_the_environment_knows_the_device_too(tool: Tool, server: FakeArdoq) -> None:
    asking = tool.at(server)
    put(asking, "serial", "A-0042")
    known = asking.using(ARDOQ_SERIAL="B-0007", ARDOQ_HW_REVISION="D")
    assert get(known, "serial") == "B-0007"
    [upsert] = known.run("report", "--dry-run").json["components"]["upsert"]
    assert upsert["body"]["customFields"]["device_serial"] == "B-0007"
    assert upsert["body"]["customFields"]["device_hardware_revision"] == "D"


# A store that cannot be used


def every_use(tool: Tool) -> list[Result]:
    commands = [
        ["config", "list"],
        ["config", "get", "host"],
        ["config", "set", "host", "other.example"],
        ["config", "unset", "host"],
        ["me"],
        ["report", "--dry-run"],
        ["request", "GET", "/api/v2/me"],
    ]
    return [tool.run(*command) for command in commands]


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620])
def test_a_store_that_others_may_use_is_refused(
    tool: Tool, server: FakeArdoq, bits: int
) -> None:
    asking = tool.at(server)
    put(asking, "host", "localhost")
    put(asking, "token", server.token)
    before = asking.store.read_bytes()
    asking.store.chmod(bits)
    for result in every_use(asking):
        expect_error(result, "STORE_PERMISSIONS", 3)
        assert result.out == ""
    assert (asking.store.read_bytes(), mode(asking.store)) == (before, bits)


@pytest.mark.parametrize(("text", "words"), [
    (b"host = localhost\n{}\n", "line 2: it does not have the form key = value"),
    (b"\n# twice\nhost = a\nhost = b", "line 4: its key is already on an earlier line"),
    (b"Host = localhost\n", "line 1: a key must have 1 to 15 characters of a-z, 0-9 and _"),
    (b"host = local\\host\n", "line 1: a backslash must be followed by n, r, t, s, @ or \\"),
    (b"host = h\0st\n", "line 1: it contains a zero byte"),
    (b"#" * 65537, "it is larger than 64 KB"),
])
def test_a_wrong_line_is_told_and_left_as_it_is(
    tool: Tool, server: FakeArdoq, text: bytes, words: str
) -> None:
    asking = tool.at(server)
    put(asking, "host", "localhost")
    asking.store.write_bytes(text)
    for result in every_use(asking):
        expect_error(result, "STORE_DAMAGED", 3)
        assert result.err.endswith(f"\n  file: {asking.store}\n  {words}\n")
    assert asking.store.read_bytes() == text


def test_a_person_may_edit_it(tool: Tool, certificates: Certificates) -> None:
    put(tool, "host", "localhost")
    with tool.store.open("a") as store:
        store.write(f"\n# which roots\nca0=@{certificates.pem('ca')}\n  org_label =  acme \n")
    assert get(tool, "ca0") == "(set)"
    assert get(tool, "org_label") == "acme"
    put(tool, "org_label", "other")
    expect_success(tool.run("config", "unset", "host"))
    put(tool, "timeout_ms", "1000")
    assert tool.store.read_text().splitlines()[1:] == [
        "",
        "# which roots",
        f"ca0=@{certificates.pem('ca')}",
        "  org_label =  other ",
        "timeout_ms = 1000",
    ]


def test_a_value_in_a_file_that_is_missing_is_told(tool: Tool) -> None:
    put(tool, "host", "localhost")
    with tool.store.open("a") as store:
        store.write("ca0 = @/nonexistent/root.pem\n")
    result = tool.run("config", "list")
    expect_error(result, "STORE_UNAVAILABLE", 3)
    assert result.err.endswith(f"\n  file: {tool.store}\n  line 3: its file cannot be read\n")
    expect_success(tool.run("config", "unset", "ca0"))
    assert get(tool, "host") == "localhost"


def test_a_folder_is_no_store(tool: Tool) -> None:
    tool.store.mkdir(parents=True)
    for arguments in (["set", "host", "localhost"], ["get", "host"]):
        expect_error(tool.run("config", *arguments), "STORE_UNAVAILABLE", 3)


def test_a_link_that_leads_nowhere_is_no_store(tool: Tool) -> None:
    tool.store.parent.mkdir(parents=True)
    tool.store.symlink_to(tool.home / "nowhere")
    for arguments in (["set", "host", "localhost"], ["get", "host"], ["unset", "host"]):
        expect_error(tool.run("config", *arguments), "STORE_UNAVAILABLE", 3)
    assert tool.store.is_symlink()


def test_an_umask_takes_nothing_from_the_owner(tool: Tool) -> None:
    masked = tool.behind("/bin/sh", "-c", 'umask 777; exec "$@"', "sh")
    put(masked, "host", "localhost")
    assert mode(tool.store) == mode(tool.store.with_name("store.lock")) == 0o600
    assert mode(tool.store.parent) == 0o700
    assert get(tool, "host") == "localhost"


def test_two_writers_lose_nothing(tool: Tool) -> None:
    """Each sets its own key at the same time."""
    keys = [key for key in VALUES if key.startswith("key_")]
    writers = [tool.start("config", "set", key, f"of_{key}") for key in keys]
    assert [writer.wait(10) for writer in writers] == [0] * len(keys)
    listed = tool.run("config", "list").json
    assert {key: listed[key] for key in keys} == {key: f"of_{key}" for key in keys}
