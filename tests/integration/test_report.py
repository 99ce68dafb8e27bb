"""`ardoq report`: from identity fields to a component in Ardoq."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from peers import Relay
from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq, Serve
from source import FIELDS, HINTS
from tool import Tool, expect_error, expect_success, server_settings

# Every field, with what must be escaped or is more than one byte long.
DEVICE = {
    "serial": "SN-1 \"Æ\" \\ ☃",
    "mac": "02:00:5e:10:00:01",
    "model": "Pump 17/Ø",
    "hardware_revision": "C",
    "chip": "nRF9160",
    "chip_revision": "2",
    "firmware_name": "pump",
    "firmware_version": "1.2.3+abc",
    "firmware_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "sdk_version": "NCS 2.6",
    "flash_size": "4 MB",
    "secure_boot": "enabled",
    "flash_encryption": "release",
    "host_name": "pump-17",
    "ip_address": "2001:db8::1",
    "last_seen": "2026-11-23T09:30:00Z",
    "manufacturer": "Pumpenbau Süd",
    "sbom_hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sbom_url": "https://pumps.example/sbom/1.2.3.json",
    "hbom_hash": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "hbom_url": "https://pumps.example/hbom/c.json",
}

ALL_FIELDS = {"ARDOQ_FIELDS": " ".join(FIELDS)}


def setting(fields: dict[str, str]) -> list[str]:
    return [part for name, text in fields.items() for part in ("--set", f"{name}={text}")]


def only(**fields: str) -> list[str]:
    """Fields with all others emptied, so that the machine's own facts do not matter."""
    return setting({**dict.fromkeys(FIELDS, ""), **fields})


def upserts(server: FakeArdoq) -> list[dict[str, Any]]:
    bodies = [json.loads(entry["body"]) for entry in server.journal if entry["method"] == "POST"]
    return [body["components"]["upsert"][0] for body in bodies]


def stored(tool: Tool, oid: str) -> dict[str, Any]:
    return tool.run("request", "GET", f"/api/v2/components/{oid}").json


def test_the_fields_of_this_file_are_all_there_are() -> None:
    assert [*DEVICE] == [*FIELDS]


def test_the_first_report_creates_and_the_next_updates(ask: Tool) -> None:
    ask = ask.using(**ALL_FIELDS)
    first = ask.run("report", *setting(DEVICE), verbose=False)
    expect_success(first)
    oid = first.json["id"]
    assert first.json == {"outcome": "created", "id": oid}
    assert first.err == f"created: Pump 17/Ø {DEVICE['serial']}\n"
    component = stored(ask, oid)
    assert component["name"] == f"Pump 17/Ø {DEVICE['serial']}"
    assert (component["rootWorkspace"], component["typeId"]) == (WORKSPACE, DEVICE_TYPE)
    fields = {key: text for key, text in component["customFields"].items() if text is not None}
    assert fields == {f"device_{name}": text for name, text in DEVICE.items()}

    changed = {**DEVICE, "firmware_version": "1.3.0", "chip": ""}
    second = ask.run("report", *setting(changed), verbose=False)
    expect_success(second)
    assert second.json == {"outcome": "updated", "id": oid}
    assert second.err.startswith("updated: ")
    component = stored(ask, oid)
    assert component["_version"] == 2
    assert component["customFields"]["device_firmware_version"] == "1.3.0"
    assert component["customFields"]["device_chip"] == "nRF9160"


def test_a_dry_run_shows_what_would_be_sent_and_connects_to_nobody(
    ask: Tool, server: FakeArdoq
) -> None:
    with Relay(server.port) as relay:
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{relay.port}")
        dry = asking.run("report", "--dry-run", *only(serial="dry", model="m"), verbose=False)
        expect_success(dry)
        assert dry.err == "nothing is sent; this would be POST /api/v2/batch:\n"
        assert relay.connections == 0
        expect_success(asking.run("report", *only(serial="dry", model="m")))
        assert relay.connections == 1
    sent = [entry for entry in server.journal if entry["method"] == "POST"][-1]
    assert dry.out == sent["body"] + "\n"
    assert dry.json == {
        "components": {
            "upsert": [
                {
                    "uniqueBy": ["rootWorkspace", "customFields.device_serial"],
                    "body": {
                        "rootWorkspace": WORKSPACE,
                        "typeId": DEVICE_TYPE,
                        "name": "m dry",
                        "customFields": {"device_serial": "dry", "device_model": "m"},
                    },
                }
            ]
        }
    }


def test_a_dry_run_needs_neither_token_nor_host(tool: Tool) -> None:
    knowing = tool.using(
        ARDOQ_WORKSPACE=WORKSPACE, ARDOQ_COMPONENT_TYPE=DEVICE_TYPE, **ALL_FIELDS
    )
    result = knowing.run("report", "--dry-run", *setting(DEVICE))
    expect_success(result)
    [upsert] = result.json["components"]["upsert"]
    assert upsert["body"]["customFields"] == {f"device_{k}": v for k, v in DEVICE.items()}


def test_what_an_architect_need_not_see_is_left_out_by_default(ask: Tool) -> None:
    result = ask.run("report", "--dry-run", *setting(DEVICE))
    expect_success(result)
    [upsert] = result.json["components"]["upsert"]
    names = ["secure_boot", "flash_encryption", "last_seen", "manufacturer",
             "sbom_hash", "sbom_url", "hbom_hash", "hbom_url"]
    left_out = {f"device_{name}" for name in names}
    assert {*upsert["body"]["customFields"]} == {f"device_{name}" for name in DEVICE} - left_out


def test_the_machine_tells_what_nobody_set(ask: Tool) -> None:
    """Which facts a machine knows is its own; its kernel has a name everywhere."""
    result = ask.run("report", "--dry-run", "--set", "serial=S")
    expect_success(result)
    [upsert] = result.json["components"]["upsert"]
    assert "Linux" in upsert["body"]["customFields"]["device_sdk_version"]


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_as_long_as_it_is(ask: Tool, name: str) -> None:
    ask = ask.using(**ALL_FIELDS)
    text = "x" * 1000
    only_serial = setting({**dict.fromkeys(FIELDS, ""), "serial": "S", name: text})
    result = ask.using(ARDOQ_NAME_TEMPLATE="x").run("report", "--dry-run", *only_serial)
    expect_success(result)
    [upsert] = result.json["components"]["upsert"]
    assert upsert["body"]["customFields"][f"device_{name}"] == text


def test_an_unknown_field_is_refused_with_a_list_of_the_known(ask: Tool) -> None:
    result = ask.run("report", "--set", "serial_number=1")
    expect_error(result, "IDENTITY_FIELD_UNKNOWN", 3)
    assert "  given: serial_number=1\n" in result.err
    for name in FIELDS:
        assert f"\n  {name} " in result.err


def test_a_serial_number_is_needed(ask: Tool, server: FakeArdoq) -> None:
    before = len(server.journal)
    expect_error(ask.run("report", *only(model="m")), "SERIAL_MISSING", 3)
    keyless = ask.using(ARDOQ_FIELDS="model")
    expect_error(keyless.run("report", "--set", "serial=1"), "SERIAL_FIELD_MISSING", 3)
    assert len(server.journal) == before


@pytest.mark.parametrize("value", ["", "nonsense"])
@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("ARDOQ_WORKSPACE", "WORKSPACE_INVALID"),
        ("ARDOQ_COMPONENT_TYPE", "COMPONENT_TYPE_INVALID"),
    ],
)
def test_workspace_and_type_are_needed(ask: Tool, variable: str, name: str, value: str) -> None:
    for more in ([], ["--dry-run"]):
        result = ask.using(**{variable: value}).run("report", *more, *only(serial="1"))
        expect_error(result, name, 3)
        assert result.out == ""


def test_text_must_be_utf8(ask: Tool) -> None:
    result = ask.run("report", "--dry-run", "--set", "model=\udcff", "--set", "serial=1")
    expect_error(result, "TEXT_INVALID", 3)
    assert "  setting: model\n" in result.err


@pytest.mark.parametrize("serial", ["A-1", "A-1\r", "A-1\r\n", " A-1", "A-1\n", "\ufeffA-1"])
def test_a_serial_number_is_the_same_whatever_stands_around_it(ask: Tool, serial: str) -> None:
    result = ask.run("report", "--dry-run", *only(serial=serial))
    expect_success(result)
    [upsert] = result.json["components"]["upsert"]
    assert upsert["body"]["customFields"]["device_serial"] == "A-1"


@pytest.mark.parametrize(("serial", "name"), [
    (" ", "SERIAL_MISSING"), ("\r\n", "SERIAL_MISSING"), ("A\r1", "TEXT_INVALID"),
    ("'A-1'", "VALUE_WRAPPED"), ("serial=A-1", "VALUE_WRAPPED")])
def test_what_is_no_serial_number(ask: Tool, serial: str, name: str) -> None:
    expect_error(ask.run("report", "--dry-run", "--set", f"serial={serial}"), name, 3)


def test_names_follow_the_template(ask: Tool) -> None:
    named = ask.using(ARDOQ_NAME_TEMPLATE="{chip} #{serial} in {host_name}")
    result = named.run("report", "--dry-run", *only(serial="7", chip="c"))
    assert result.json["components"]["upsert"][0]["body"]["name"] == "c #7 in"


def test_the_setting_says_what_is_sent_where(ask: Tool) -> None:
    result = ask.using(ARDOQ_FIELDS="serial, host_name=device_model").run(
        "report", "--dry-run", *only(serial="7", mac="02:00:5e:10:00:01", host_name="h")
    )
    assert result.json["components"]["upsert"][0]["body"]["customFields"] == {
        "device_serial": "7",
        "device_model": "h",
    }


def test_the_time_of_the_report_is_sent_on_demand(ask: Tool, server: FakeArdoq) -> None:
    expect_success(
        ask.using(ARDOQ_FIELDS="serial last_seen").run("report", *only(serial="seen"))
    )
    told = upserts(server)[-1]["body"]["customFields"]["device_last_seen"]
    assert told.endswith("Z")
    seen = datetime.strptime(told, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert abs(datetime.now(timezone.utc) - seen) < timedelta(minutes=1)


# What Ardoq refuses


def make_twins(tool: Tool, serial: str) -> None:
    for name in ("one", "other"):
        component = {
            "rootWorkspace": WORKSPACE,
            "typeId": DEVICE_TYPE,
            "name": name,
            "customFields": {"device_serial": serial},
        }
        body = json.dumps(component)
        expect_success(tool.run("request", "POST", "/api/v2/components", "-d", body))


@pytest.mark.parametrize(
    ("status", "name", "code"),
    [
        (409, "CONFLICT", 5),
        (412, "CONFLICT", 5),
        (422, "UNPROCESSABLE", 3),
        (400, "BAD_REQUEST", 3),
    ],
)
def test_two_components_with_the_serial_number_are_a_conflict(
    tool: Tool, serve_once: Serve, status: int, name: str, code: int
) -> None:
    """Ardoq does not document the status. The words tell in every case, the hint where it can."""
    asking = tool.at(serve_once("--several-matches-status", str(status)))
    make_twins(asking, "T-1")
    result = asking.run("report", *only(serial="T-1"))
    expect_error(result, name, code)
    assert "  the server says: uniqueBy matches 2 components\n" in result.err
    assert ("look for two components" in HINTS[name]) == (name == "CONFLICT")
    listed = asking.run("request", "GET", "/api/v2/components").json["values"]
    assert [(value["name"], value["_version"]) for value in listed] == [("one", 1), ("other", 1)]


REFUSED = [
    ({"ARDOQ_FIELDS": "serial model=nonsense"}, "customFields.nonsense: there is no such custom field", 422),
    (
        {"ARDOQ_FIELDS": "serial model=device_port_count"},
        "customFields.device_port_count: Number needs a number",
        422,
    ),
    ({"ARDOQ_COMPONENT_TYPE": "p1"}, "typeId: the workspace has no component type p1", 422),
    (
        {"ARDOQ_WORKSPACE": "0" * 24},
        f"rootWorkspace: no such workspace: {'0' * 24}",
        404,
    ),
]


@pytest.mark.parametrize(("wrong", "words", "status"), REFUSED)
def test_what_ardoq_does_not_know_is_refused(
    ask: Tool, wrong: dict[str, str], words: str, status: int
) -> None:
    result = ask.using(**wrong).run("report", *only(serial="R-1", model="m"))
    expect_error(result, {404: "NOT_FOUND", 422: "UNPROCESSABLE"}[status], 3)
    assert f"  HTTP status: {status}\n  the server says: {words}\n" in result.err


def test_the_undocumented_statuses_of_fields_are_errors_too(tool: Tool, serve_once: Serve) -> None:
    server = serve_once("--unknown-field-status", "400", "--wrong-type-status", "409")
    for key, name, code in (("nonsense", "BAD_REQUEST", 3), ("device_managed", "CONFLICT", 5)):
        asking = tool.using(**server_settings(server), ARDOQ_FIELDS=f"serial model={key}")
        expect_error(asking.run("report", *only(serial="R-1", model="m")), name, code)


@pytest.mark.parametrize("switch", ["--reverse-keys", "--no-nulls", "--framing=chunked"])
def test_answers_may_look_different(tool: Tool, serve_once: Serve, switch: str) -> None:
    asking = tool.at(serve_once(switch))
    outcomes = [asking.run("report", *only(serial="L")).json["outcome"] for _ in range(2)]
    assert outcomes == ["created", "updated"]
