"""`ardoq setup`, answered in a terminal."""

import re
import signal
import sqlite3
from collections.abc import Callable

import pytest

import built
from names import naming
from peers import Scripted, answer, closed_port
from servers import DEVICE_TYPE, LOCATIONS, WORKSPACE, Certificates, FakeArdoq, Serve
from source import FIELDS, HINTS
from terminal import run_with_output_on_a_terminal
from tmux import Terminal, shell, terminal
from tool import Tool

HOST = "Host, where you open Ardoq in the browser"
TOKEN = "API token (not shown):"
KEEP = "Keep the token? [Y/n]:"
LABEL = "Organisation label:"
WHICH_WORKSPACE = "Which workspace? Its number, or part of its name"
WHICH_TYPE = "Which component type? Its number, or part of its name"
LOOK_AGAIN = "Enter: look again; l: leave these out of the reports; g: go on as it is:"
WRITE = "Write them? [Y/n]:"
REPORT = "All is ready. Report this device now? [Y/n]:"
CONNECTED = "Connected to Acme Corporation (acme) as devices@acme.example\n"
ALL_FIELDS = "All custom fields that a report needs are there."
AS_BEFORE = "setup has ended: the settings are as they were\n"


@pytest.fixture
def person(tool: Tool, server: FakeArdoq) -> Tool:
    """Nothing is set yet but what root certificates to trust."""
    return tool.using(SSL_CERT_FILE=str(server.ca_path))


def fill_store(tool: Tool, server: FakeArdoq, more: str = "") -> bytes:
    tool.store.parent.mkdir(parents=True)
    tool.store.touch(0o600)
    tool.store.write_text(
        f"# mine\nhost=localhost:{server.port}\n\ntoken  =  {server.token}\nserial = S-1\n"
        f"workspace = {WORKSPACE}\ncomponent_type = {DEVICE_TYPE}\n{more}"
    )
    return tool.store.read_bytes()


def give_account(asked: Terminal, server: FakeArdoq, host: str = "localhost") -> None:
    asked.expect(HOST)
    asked.type(f"{host}:{server.port}")
    asked.expect(TOKEN)
    asked.type(server.token)


def give_place(asked: Terminal) -> None:
    asked.expect(WHICH_WORKSPACE)
    asked.type("1")
    asked.expect(WHICH_TYPE)
    asked.type("1")


def keep_all(asked: Terminal) -> None:
    """With a store in which all is set, up to the fields."""
    for question in (HOST, KEEP, WHICH_WORKSPACE, WHICH_TYPE):
        asked.expect(question)
        asked.type("")


def write_without_report(asked: Terminal) -> None:
    asked.expect(WRITE)
    asked.type("")
    asked.expect(REPORT)
    asked.type("n")
    asked.expect_end(0)


# The whole way


def test_from_nothing_to_a_component(person: Tool, server: FakeArdoq) -> None:
    with terminal(person, "--verbose", "setup") as asked:
        give_account(asked, server)
        asked.expect(CONNECTED)
        asked.expect("#  NAME", "1  Devices", WORKSPACE, f"{WHICH_WORKSPACE}:")
        asked.type("1")
        asked.expect("#  NAME", "1  Device", DEVICE_TYPE, "2  Location", f"{WHICH_TYPE}:")
        asked.type("1")
        asked.expect(ALL_FIELDS, f"for {person.store}:", "token           new\n", WRITE)
        assert not person.store.exists()
        asked.type("y")
        asked.expect("The settings are written.", "\nok      settings", "\nok      ip_address")
        asked.expect(REPORT)
        asked.type("")
        shown = asked.expect("created: ", '{"outcome":"created","id":"', '"}\n')
        asked.expect_end(0)
        assert server.token not in asked.screen()
    assert re.findall("[0-9a-f]{24}", shown)[-1] in server.show()
    assert person.store.stat().st_mode & 0o777 == 0o600
    assert person.store.read_text().splitlines()[1:] == [
        f"host = localhost:{server.port}",
        f"workspace = {WORKSPACE}",
        f"component_type = {DEVICE_TYPE}",
        f"token = {server.token}",
    ]


def test_what_is_set_is_the_default(person: Tool, server: FakeArdoq) -> None:
    before = fill_store(person, server)
    with terminal(person, "setup") as asked:
        asked.expect(f"{HOST} [localhost:{server.port}]:")
        asked.type("")
        asked.expect(KEEP)
        asked.type("")
        asked.expect(CONNECTED, f"{WHICH_WORKSPACE} [Devices]:")
        asked.type("")
        asked.expect(f"{WHICH_TYPE} [Device]:")
        asked.type("")
        asked.expect(ALL_FIELDS, "token           kept\n", WRITE)
        asked.type("")
        asked.expect(REPORT)
        asked.type("n")
        asked.expect("to do it later: `ardoq report`\n")
        asked.expect_end(0)
        assert server.token not in asked.screen()
    assert person.store.read_bytes() == before


def test_other_files_and_roots(tool: Tool, server: FakeArdoq) -> None:
    store = tool.home / "other"
    options = ("--store", str(store), "--ca", str(server.ca_path))
    with terminal(tool, "setup", *options) as asked:
        give_account(asked, server)
        give_place(asked)
        asked.expect(f"for {store}:", WRITE)
        asked.type("")
        asked.expect("note: --ca is for this call only; to keep it: ardoq config set ca0 @")
        asked.expect(REPORT)
        asked.type("no")
        asked.expect_end(0)
    assert f"token = {server.token}\n" in store.read_text()
    assert not tool.store.exists()


def test_without_a_component_type_another_workspace_is_asked_for(
    person: Tool, serve_once: Serve
) -> None:
    server = serve_once()
    change(server, "DELETE FROM component_types WHERE workspace = ?", LOCATIONS)
    with terminal(person, "setup") as asked:
        give_account(asked, server)
        asked.expect(WHICH_WORKSPACE)
        asked.type("2")
        asked.expect("this workspace has no component type", WHICH_WORKSPACE)
        asked.type("1")
        asked.expect(WHICH_TYPE)
        asked.press("C-c")
        asked.expect_end(1)


# Wrong answers


def test_a_wrong_token_is_asked_for_again(person: Tool, server: FakeArdoq) -> None:
    wrong = person.logs.new_token()
    with terminal(person, "setup") as asked:
        asked.expect(HOST)
        asked.type(f"localhost:{server.port}")
        asked.expect(TOKEN)
        asked.type("")
        asked.expect("TOKEN_MISSING", HINTS["TOKEN_MISSING"], TOKEN)
        asked.type("two words")
        asked.expect("TOKEN_INVALID", HINTS["TOKEN_INVALID"], TOKEN)
        asked.type(wrong)
        asked.expect("UNAUTHORIZED", HINTS["UNAUTHORIZED"], TOKEN)
        asked.type(server.token)
        asked.expect(CONNECTED, WHICH_WORKSPACE)
        for secret in (wrong, server.token, "two words"):
            assert secret not in asked.screen()
        asked.press("C-c")
        asked.expect_end(1)


def test_a_stored_token_that_is_refused_is_not_offered_again(
    person: Tool, server: FakeArdoq
) -> None:
    before = fill_store(person, server)
    person.store.write_bytes(before.replace(server.token.encode(), b"expired"))
    with terminal(person, "setup") as asked:
        for question in (HOST, KEEP):
            asked.expect(question)
            asked.type("")
        asked.expect("UNAUTHORIZED", TOKEN)
        asked.type(server.token)
        asked.expect(CONNECTED)
        give_place(asked)
        write_without_report(asked)
    assert person.store.read_bytes() == before


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("https://127.0.0.1", "HOST_INVALID"),
        ("https://acme.ardoq.com/app", "HOST_INVALID"),
    ],
)
def test_what_is_no_host_is_asked_for_again(person: Tool, answer: str, name: str) -> None:
    with terminal(person, "setup") as asked:
        asked.expect(HOST)
        asked.type(answer)
        asked.expect(name, HINTS[name], f"{HOST} [https://app.ardoq.com]:")
        asked.press("C-d")
        asked.expect_end(1)


def test_an_unknown_host_is_asked_for_again(person: Tool, server: FakeArdoq) -> None:
    """RFC 6761: no name ends in .invalid. The token need not be typed again."""
    with terminal(person, "setup") as asked:
        asked.expect(HOST)
        asked.type("devices.invalid")
        asked.expect(TOKEN)
        asked.type(server.token)
        asked.expect("HOST_NOT_FOUND", HINTS["HOST_NOT_FOUND"], f"{HOST} [devices.invalid]:")
        with closed_port() as port:
            asked.type(f"localhost:{port}")
            asked.expect("CONNECTION_REFUSED", HINTS["CONNECTION_REFUSED"], HOST)
        asked.type(f"localhost:{server.port}")
        asked.expect(CONNECTED)
        assert asked.screen().count(TOKEN) == 1
        asked.press("C-c")
        asked.expect_end(1)


def test_an_unknown_authority_is_explained(tool: Tool, server: FakeArdoq) -> None:
    with terminal(tool, "setup") as asked:
        give_account(asked, server)
        asked.expect("CERTIFICATE_UNTRUSTED", "`ardoq setup --ca FILE`", HOST)
        asked.press("C-c")
        asked.expect_end(1)


def test_the_token_of_another_host_is_not_sent_unasked(person: Tool, server: FakeArdoq) -> None:
    fill_store(person, server, "org_label = acme\n")
    with terminal(person, "setup") as asked, closed_port() as port:
        asked.expect(HOST)
        asked.type(f"localhost:{port}")
        asked.expect("The token was set for another host. Use it here too? [y/N]:")
        asked.type("maybe")
        asked.expect("answer y or n\n", "[y/N]:")
        asked.type("")
        asked.expect(TOKEN)
        asked.press("C-c")
        asked.expect_end(1)


def test_a_kept_token_is_not_sent_to_a_corrected_host_unasked(
    person: Tool, server: FakeArdoq
) -> None:
    with closed_port() as port:
        before = fill_store(person, server)
        person.store.write_bytes(before.replace(b":%d\n" % server.port, b":%d\n" % port))
        with terminal(person, "setup") as asked:
            for question in (HOST, KEEP):
                asked.expect(question)
                asked.type("")
            asked.expect("CONNECTION_REFUSED", HOST)
            asked.type(f"localhost:{server.port}")
            asked.expect("The token was set for another host. Use it here too? [y/N]:")
            asked.type("y")
            asked.expect(CONNECTED)
            asked.press("C-c")
            asked.expect_end(1)


def test_a_token_that_is_kept_stays_where_it_is(person: Tool, server: FakeArdoq) -> None:
    """It may be in a file that the store names, or in a variable."""
    file = person.home / "token"
    file.write_text(server.token)
    before = fill_store(person, server).replace(server.token.encode(), f"@{file}".encode())
    person.store.write_bytes(before)
    with terminal(person, "setup") as asked:
        keep_all(asked)
        write_without_report(asked)
    assert person.store.read_bytes() == before


def test_a_shared_host_needs_the_label(person: Tool, serve_once: Serve) -> None:
    server = serve_once("--shared-host", "--missing-org-status", "403")
    with naming(person, ("app.localhost", "127.0.0.1")) as named, terminal(named, "setup") as asked:
        give_account(asked, server, "app.localhost")
        asked.expect(LABEL)
        asked.type("")
        asked.expect("ORG_LABEL_REQUIRED", HINTS["ORG_LABEL_REQUIRED"], LABEL)
        asked.type("a b")
        asked.expect("ORG_LABEL_INVALID", LABEL)
        asked.type("other")
        asked.expect("FORBIDDEN", HINTS["FORBIDDEN"], KEEP)
        asked.type("")
        asked.expect("Organisation label [other]:")
        asked.type("acme")
        asked.expect(CONNECTED)
        give_place(asked)
        asked.expect("org_label       acme\n", WRITE)
        asked.type("")
        asked.expect(REPORT)
        asked.type("n")
        asked.expect_end(0)
    assert "org_label = acme\n" in person.store.read_text()


def test_a_label_that_is_refused_can_be_left_out(person: Tool, serve_once: Serve) -> None:
    server = serve_once("--org-label", "other")
    fill_store(person, server, "org_label = acme\n")
    with terminal(person, "setup") as asked:
        for question in (HOST, KEEP):
            asked.expect(question)
            asked.type("")
        asked.expect("FORBIDDEN", KEEP)
        asked.type("")
        asked.expect("Organisation label, - for none [acme]:")
        asked.type("-")
        asked.expect("Connected to Acme Corporation (other)")
        give_place(asked)
        asked.expect(WRITE)
        assert "org_label  " not in asked.screen()
        asked.type("")
        asked.expect(REPORT)
        asked.press("C-d")
        asked.expect_end(0)
    assert "org_label" not in person.store.read_text()


def test_a_label_that_differs_is_asked_for_again(
    person: Tool, server: FakeArdoq, certificates: Certificates
) -> None:
    fill_store(person, server, "org_label = acme\n")
    body = b'{"org": {"name": "Other", "label": "other"}, "user": {"email": "a@b.example"}}'
    with Scripted(certificates, answer("200 OK", "application/json", body)) as scripted:
        change_host = f"host=localhost:{scripted.port}"
        person.store.write_text(re.sub("host=.*", change_host, person.store.read_text()))
        with terminal(person, "setup") as asked:
            for question in (HOST, KEEP):
                asked.expect(question)
                asked.type("")
            asked.expect("ORG_LABEL_DIFFERS", "Organisation label, - for none [other]:")
            asked.type("")
            asked.expect("Connected to Other (other) as a@b.example\n", HOST)
            asked.press("C-c")
            asked.expect_end(1)
        assert b"\r\nX-org: other\r\n" in scripted.requests[1]


# Choosing


def change(server: FakeArdoq, statement: str, *values: object) -> None:
    """Changes what a stand-in holds while it runs."""
    with sqlite3.connect(server.database) as database:
        database.execute(statement, values)
    database.close()


def add_workspaces(server: FakeArdoq, count: int) -> None:
    for number in range(count):
        change(
            server,
            "INSERT INTO workspaces SELECT NULL, ?, ?, 'S', componentModel, 1, created, createdBy,"
            " lastUpdated, lastModifiedBy FROM workspaces WHERE id = ?",
            f"5e{number:022x}", f"Site {number:03} \x1b[31m\u00e6", WORKSPACE,
        )


def test_of_many_workspaces_a_part_of_the_name_is_enough(person: Tool, serve_once: Serve) -> None:
    server = serve_once("--page-size", "7")
    add_workspaces(server, 60)
    with terminal(person, "setup") as asked:
        give_account(asked, server)
        shown = asked.expect("and 43 more: type part of a name to see fewer\n", WHICH_WORKSPACE)
        assert shown.count("5e00") == 20 and "Site 016" in shown
        asked.type("nowhere")
        asked.expect("no workspace has this in its name: nowhere\n", f"{WHICH_WORKSPACE}:")
        asked.type("ITE 05")
        shown = asked.expect("  54  Site 050", "  63  Site 059", f"{WHICH_WORKSPACE}:")
        assert shown.count("5e00") == 10
        asked.type("64")
        asked.expect("no workspace has this in its name: 64\n", f"{WHICH_WORKSPACE}:")
        asked.type("evic")
        asked.expect("   1  Devices", f"{WHICH_WORKSPACE} [Devices]:")
        asked.type("")
        asked.expect(WHICH_TYPE)
        asked.type("ation")
        asked.expect("   2  Location", f"{WHICH_TYPE} [Location]:")
        asked.press("C-c")
        asked.expect_end(1)


def test_without_any_workspace_another_token_is_asked_for(
    person: Tool, serve_once: Serve
) -> None:
    server = serve_once()
    change(server, "DELETE FROM component_types")
    change(server, "DELETE FROM reference_types")
    change(server, "DELETE FROM workspaces")
    with terminal(person, "setup") as asked:
        give_account(asked, server)
        asked.expect(CONNECTED, "this account sees no workspace: give it access in Ardoq", KEEP)
        asked.type("n")
        asked.expect(TOKEN)
        asked.press("C-c")
        asked.expect_end(1)


# Custom fields


def make_fields(server: FakeArdoq, checklist: str) -> None:
    """Does what the checklist says, as Ardoq makes an API name of a label."""
    for label, kind in re.findall(r'\[ \] create a field with label "(.+)" and type (\w+)',
                                  checklist):
        name = re.sub(r"\W+", "_", label.lower())
        change(
            server,
            "INSERT INTO custom_fields VALUES (NULL, ?, ?, '[]', '[\"Device\"]', 0, 0)", name, kind,
        )


def without_fields(server: FakeArdoq, *names: str) -> None:
    for name in names:
        change(server, "DELETE FROM custom_fields WHERE apiKey = ?", name)


def test_missing_fields_become_a_checklist(person: Tool, serve_once: Serve) -> None:
    server = serve_once()
    without_fields(server, "device_serial", "device_firmware_version", "device_last_seen")
    change(server, "UPDATE custom_fields SET places = '[\"Location\"]' WHERE apiKey = 'device_mac'")
    change(server, "UPDATE custom_fields SET readOnly = 1 WHERE apiKey = 'device_model'")
    listed = (
        "serial mac model firmware_version last_seen chip=cpu_name:list flash_size=size_MB "
        "sdk_version=device_port_count host_name=device_owner chip_revision=chip__rev "
        "firmware_name=fw_"
    )
    fill_store(person, server, f"fields = {listed}\n")
    with terminal(person, "setup") as asked:
        keep_all(asked)
        shown = asked.expect("Enter: look again; g: go on as it is:")
        checklist = shown[shown.index("To do in Ardoq") : shown.index("Enter: look")]
        assert checklist.splitlines() == [
            'To do in Ardoq, for component type "Device" of workspace "Devices":',
            '  [ ] create a field with label "Device serial" and type Text (API name device_serial)',
            "  [ ] add the field device_mac to the component type",
            "  [ ] field device_model is read-only: name another one in the setting fields",
            '  [ ] create a field with label "Device firmware version" and type Text'
            " (API name device_firmware_version)",
            '  [ ] create a field with label "Device last seen" and type DateTime'
            " (API name device_last_seen)",
            '  [ ] create a field with label "Cpu name" and type SelectMultipleList'
            " (API name cpu_name)",
            "  [ ] there is no field size_MB, and no label gives this API name: correct it in the"
            " setting fields",
            "  [ ] field device_port_count has another type: write"
            " sdk_version=device_port_count:number in the setting fields",
            "  [ ] field device_owner has another type: create one of type Text with another label,"
            " and name it in the setting fields",
            "  [ ] there is no field chip__rev, and no label gives this API name: correct it in the"
            " setting fields",
            "  [ ] there is no field fw_, and no label gives this API name: correct it in the"
            " setting fields",
            "Add each new field to that component type. If another team has made it already, only"
            " add it.",
            "",
        ]
        make_fields(server, checklist)
        asked.type("")
        shown = asked.expect("To do in Ardoq", LOOK_AGAIN)
        assert "create a field with" not in shown
        asked.type("x")
        asked.expect("press Enter, or type one of these letters", LOOK_AGAIN)
        asked.type("l")
        asked.expect("fields          serial firmware_version last_seen chip=cpu_name:list\n", WRITE)
        asked.type("")
        asked.expect(REPORT)
        asked.type("n")
        asked.expect_end(0)
    assert "\nfields = serial firmware_version last_seen chip=cpu_name:list\n" in (
        person.store.read_text()
    )


def test_each_label_gives_its_name(person: Tool, serve_once: Serve) -> None:
    server = serve_once()
    without_fields(server, *(f"device_{name}" for name in FIELDS))
    fill_store(person, server, f"fields = {' '.join(FIELDS)}\n")
    with terminal(person, "setup") as asked:
        keep_all(asked)
        checklist = asked.expect("To do in Ardoq", "Enter: look again;")
        assert checklist.count("[ ]") == len(FIELDS)
        make_fields(server, checklist)
        asked.type("")
        asked.expect(ALL_FIELDS, WRITE)
        asked.press("C-c")
        asked.expect_end(1)


def test_one_can_go_on_without_the_fields(person: Tool, serve_once: Serve) -> None:
    server = serve_once()
    without_fields(server, "device_mac")
    before = fill_store(person, server, "org_label = acme\n")
    with terminal(person, "setup") as asked:
        keep_all(asked)
        asked.expect(LOOK_AGAIN)
        asked.type("G")
        asked.expect(WRITE)
        asked.type("")
        asked.expect("failed  mac", "The settings are written. After fixing what failed:")
        asked.expect_end(3)
    assert person.store.read_bytes() == before


def test_without_the_serial_number_in_the_list(person: Tool, server: FakeArdoq) -> None:
    fill_store(person, server, "fields = mac\n")
    with terminal(person, "setup") as asked:
        keep_all(asked)
        asked.expect("[ ] list serial in the setting fields", "Enter: look again; g: go on")
        asked.press("C-c")
        asked.expect_end(1)


def test_the_document_shows_what_is_shown(person: Tool, serve_once: Serve) -> None:
    server = serve_once()
    without_fields(server, "device_mac")
    change(server, "UPDATE custom_fields SET places = '[\"Location\"]' WHERE apiKey = 'device_model'")
    with terminal(person, "setup") as asked:
        give_account(asked, server)
        give_place(asked)
        checklist = asked.expect("To do in Ardoq", LOOK_AGAIN)
        make_fields(server, checklist)
        change(server, "UPDATE custom_fields SET places = '[\"Device\"]'")
        asked.type("")
        asked.expect(WRITE)
        asked.type("y")
        asked.expect(REPORT)
        asked.type("y")
        asked.expect("created: ")
        asked.expect_end(0)
        shown = asked.screen().splitlines()
    text = (built.ROOT / "docs" / "tool.md").read_text("utf-8")
    example = text.split("    $ ardoq setup\n")[1].split("\n- What is set")[0]
    example = example.replace("acme.ardoq.com", f"localhost:{server.port}")
    example = example.replace("/home/me/.config/ardoq/store", str(person.store))
    changing = ("...", "created: ", '{"outcome"')
    lines = [line.removeprefix("    ").rstrip() for line in example.splitlines()]
    rest = iter(shown)
    for line in lines:
        assert line.startswith(changing) or line in rest, line
    assert len(lines) > 30


# The end before the end


def stop_by_key(asked: Terminal) -> None:
    asked.press("C-c")


def end_input(asked: Terminal) -> None:
    asked.press("C-d")


def terminate(asked: Terminal) -> None:
    asked.signal(signal.SIGTERM)


@pytest.mark.parametrize(
    ("answered", "end"),
    [
        *((answered, stop_by_key) for answered in range(7)),
        *((answered, end_input) for answered in (0, 2, 5)),
        *((answered, terminate) for answered in (2, 6)),
    ],
)
def test_an_end_changes_nothing(
    person: Tool, server: FakeArdoq, answered: int, end: Callable[[Terminal], None]
) -> None:
    """At each question the settings stay as they are, and typing is shown afterwards."""
    before = fill_store(person, server, "fields = serial mac=device_macc\n")
    steps = [
        (HOST, f"https://localhost:{server.port}"), ("Use it here too?", "n"), (TOKEN, server.token),
        (WHICH_WORKSPACE, "Prod"), (WHICH_WORKSPACE, "Loc"), (f"{WHICH_WORKSPACE} [Locations]", ""),
        (WHICH_TYPE, ""),
    ]
    with terminal(person, "setup") as asked:
        for question, typed in steps[:answered]:
            asked.expect(question)
            asked.type(typed)
        asked.expect(steps[answered][0])
        end(asked)
        asked.expect(AS_BEFORE)
        asked.expect_end(1)
        assert server.token not in asked.screen()
    assert person.store.read_bytes() == before
    assert sorted(path.name for path in person.store.parent.iterdir()) == ["store"]


@pytest.mark.parametrize("answer", ["n", "C-c", "C-d"])
def test_settings_that_are_not_to_be_written_are_not(
    person: Tool, server: FakeArdoq, answer: str
) -> None:
    before = fill_store(person, server)
    with terminal(person, "setup") as asked:
        asked.expect(HOST)
        asked.type("")
        asked.expect(KEEP)
        asked.type("")
        asked.expect(WHICH_WORKSPACE)
        asked.type("1")
        asked.expect(WHICH_TYPE)
        asked.type("2")
        asked.expect("look again")
        asked.type("g")
        asked.expect(WRITE)
        asked.press(answer, *(["Enter"] if answer == "n" else []))
        asked.expect(AS_BEFORE)
        asked.expect_end(1)
    assert person.store.read_bytes() == before


def test_half_a_token_does_not_reach_the_shell(person: Tool, server: FakeArdoq) -> None:
    with terminal(person, "setup") as asked:
        asked.expect(HOST)
        asked.type(f"localhost:{server.port}")
        asked.expect(TOKEN)
        asked.press("-l", "secret")
        terminate(asked)
        asked.expect_end(1)
        asked.type("typed after")
        asked.expect("typed after\ntyped after\n")
        assert "secret" not in asked.screen()


def test_a_pause_shows_what_is_typed(person: Tool, server: FakeArdoq) -> None:
    with shell(person) as asked:
        asked.type(f"{person.path} setup; echo ended $?")
        asked.expect(HOST)
        asked.press("C-z")
        asked.expect("Stopped")
        asked.type("fg")
        asked.expect(HOST)
        asked.type(f"localhost:{server.port}")
        asked.expect(TOKEN)
        asked.press("-l", "half")
        asked.press("C-z")
        asked.expect("Stopped")
        asked.type("stty -a | tr ' ' '\\n' | grep -x -e '-*echo'")
        asked.expect("\necho\n")
        asked.type("fg")
        asked.expect(TOKEN)
        asked.type(server.token)
        asked.expect(CONNECTED, WHICH_WORKSPACE)
        assert server.token not in asked.screen()
        asked.press("C-c")
        asked.expect(AS_BEFORE)


def test_a_call_under_way_is_stopped(person: Tool, serve_once: Serve) -> None:
    server = serve_once()
    with terminal(person, "setup") as asked:
        asked.expect(HOST)
        asked.type(f"localhost:{server.port}")
        asked.expect(TOKEN)
        server.process.send_signal(signal.SIGSTOP)
        try:
            asked.type(server.token)
            asked.expect("Connecting ...")
            asked.press("C-c")
            asked.expect(AS_BEFORE)
            asked.expect_end(1)
        finally:
            server.process.send_signal(signal.SIGCONT)
    assert not person.store.exists()


# Where it does not begin, or cannot end


def test_it_needs_a_terminal(person: Tool) -> None:
    for result in (
        person.run_for_text("setup", stdin=b"localhost\n"),
        run_with_output_on_a_terminal(person, "setup", width=80),
    ):
        assert result.code == 2
        assert "setup needs a terminal" in result.err
        assert "`ardoq config set`" in result.err
    assert not person.store.exists()


def test_a_damaged_store_is_explained_first(person: Tool, server: FakeArdoq) -> None:
    fill_store(person, server, "no setting\n")
    with terminal(person, "setup") as asked:
        asked.expect("STORE_DAMAGED", "line 8: ")
        asked.expect_end(3)
        assert HOST not in asked.screen()


def test_a_store_that_cannot_be_written(person: Tool, server: FakeArdoq) -> None:
    (person.home / "config").write_text("no folder")
    with terminal(person, "setup") as asked:
        give_account(asked, server)
        give_place(asked)
        asked.expect(WRITE)
        asked.type("")
        asked.expect("STORE_UNAVAILABLE", AS_BEFORE)
        asked.expect_end(3)


def test_variables_that_count_instead_are_named(person: Tool, server: FakeArdoq) -> None:
    asking = person.using(ARDOQ_WORKSPACE=LOCATIONS, ARDOQ_API_TOKEN="expired")
    with terminal(asking, "setup") as asked:
        asked.expect(HOST)
        asked.type(f"localhost:{server.port}")
        asked.expect("The token was set for another host.")
        asked.type("n")
        asked.expect(TOKEN)
        asked.type(server.token)
        asked.expect(f"{WHICH_WORKSPACE} [Locations]:")
        asked.type("1")
        asked.expect(WHICH_TYPE)
        asked.type("1")
        asked.expect(WRITE)
        asked.type("")
        asked.expect("note: the variable ARDOQ_WORKSPACE is set to something else")
        asked.expect("note: the variable ARDOQ_API_TOKEN is set to something else")
        asked.expect("failed  me", "UNAUTHORIZED")
        asked.expect_end(3)


def test_the_type_of_another_workspace_is_chosen(person: Tool, server: FakeArdoq) -> None:
    """What is set is no default where it is not there."""
    fill_store(person, server)
    with terminal(person, "setup") as asked:
        for question, typed in ((HOST, ""), (KEEP, ""), (WHICH_WORKSPACE, "2")):
            asked.expect(question)
            asked.type(typed)
        asked.expect(f"{WHICH_TYPE} [Location]:")
        asked.type("")
        asked.expect("[ ] create a field with label \"Device serial\"")
        asked.press("C-c")
        asked.expect_end(1)
