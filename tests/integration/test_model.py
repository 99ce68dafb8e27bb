"""The device in its architecture: parent, relations, typed fields, and a name given in Ardoq."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from api_client import Client
from servers import WORKSPACE, FakeArdoq, Serve
from test_report import only
from tool import Tool, expect_error, expect_success

LOCATIONS = "5e00000000000000000000ab"
PRODUCTS = "5e00000000000000000000ac"
LOCATION, PRODUCT, FIRMWARE = "p1900000000000", "p2000000000000", "p2100000000000"
LOCATED_AT, IS_INSTANCE_OF, RUNS = 2, 3, 4
MODEL_AND_FIRMWARE = (
    f"{IS_INSTANCE_OF}! {PRODUCTS}+{PRODUCT}/{{model}}; "
    f"{RUNS}! {PRODUCTS}+{FIRMWARE}/{{firmware_name}} {{firmware_version}}"
)


@pytest.fixture
def api(server: FakeArdoq) -> Iterator[Client]:
    with Client(server) as client:
        yield client


def component(api: Client, name: str, workspace: str, kind: str, **fields: Any) -> str:
    body = {"rootWorkspace": workspace, "typeId": kind, "name": name, **fields}
    answer = api.post("components", body)
    assert answer.status == 201, answer.raw
    return answer.json["_id"]


def site(api: Client, name: str, **fields: Any) -> str:
    """One of this name, which tests share."""
    found = api.listed(f"components?rootWorkspace={LOCATIONS}&name={quote(name)}")
    return found[0]["_id"] if found else component(api, name, LOCATIONS, LOCATION, **fields)


def relations(api: Client, oid: str) -> set[tuple[int, str]]:
    """Types of the references of a component, with the names of their targets."""
    return {
        (reference["type"], api.get(f"components/{reference['target']}").json["name"])
        for reference in api.listed(f"references?source={oid}")
    }


def posts(server: FakeArdoq) -> list[dict[str, Any]]:
    return [json.loads(entry["body"]) for entry in server.journal if entry["method"] == "POST"]


def requests(server: FakeArdoq) -> list[str]:
    return [f"{entry['method']} {entry['path']}" for entry in server.journal]


def report(tool: Tool, serial: str, **fields: str) -> str:
    done = tool.run("report", *only(serial=serial, model="Pump 2", **fields))
    expect_success(done)
    return done.json["id"]


def test_a_device_with_site_model_and_firmware_moves(
    ask: Tool, api: Client, server: FakeArdoq
) -> None:
    site(api, "Bergen")
    site(api, "Oslo")
    ask = ask.using(ARDOQ_RELATIONS=f"{MODEL_AND_FIRMWARE}; {LOCATED_AT}! {LOCATIONS}/Bergen")
    facts = {"firmware_name": "pump", "firmware_version": "1.4"}
    oid = report(ask, "M-1", **facts)
    expected = {(IS_INSTANCE_OF, "Pump 2"), (RUNS, "pump 1.4"), (LOCATED_AT, "Bergen")}
    assert relations(api, oid) == expected

    # The same again changes nothing.
    before = api.listed(f"references?source={oid}")
    assert report(ask, "M-1", **facts) == oid
    after = api.listed(f"references?source={oid}")
    assert [each["_id"] for each in after] == [each["_id"] for each in before]

    ask = ask.using(ARDOQ_RELATIONS=f"{MODEL_AND_FIRMWARE}; {LOCATED_AT}! {LOCATIONS}/Oslo")
    assert report(ask, "M-1", **{**facts, "firmware_version": "1.5"}) == oid
    expected = {(IS_INSTANCE_OF, "Pump 2"), (RUNS, "pump 1.5"), (LOCATED_AT, "Oslo")}
    assert relations(api, oid) == expected
    # What other devices may share stays.
    assert api.listed("components?name=pump%201.4")


def test_a_device_moves_in_one_batch_where_that_is_allowed(tool: Tool, serve: Serve) -> None:
    server = serve("--mix-upserts")
    ask = tool.at(server)
    with Client(server) as api:
        site(api, "Bergen")
        site(api, "Oslo")
        place = f"{LOCATED_AT}! {LOCATIONS}/"
        oid = report(ask.using(ARDOQ_RELATIONS=place + "Bergen"), "M-2")
        count = len(posts(server))
        report(ask.using(ARDOQ_RELATIONS=place + "Oslo"), "M-2")
        assert relations(api, oid) == {(LOCATED_AT, "Oslo")}
        (body,) = posts(server)[count:]
        assert [*body["references"]] == ["upsert", "delete"]


def test_an_ordinary_report_takes_one_request(ask: Tool, api: Client, server: FakeArdoq) -> None:
    site(api, "Hamar")
    ask = ask.using(ARDOQ_RELATIONS=f"{LOCATED_AT} {LOCATIONS}/Hamar")
    count = len(requests(server))
    report(ask, "M-3")
    assert requests(server)[count:] == ["POST /api/v2/batch"]


# ---- Targets ------------------------------------------------------------------------------------


def test_each_way_to_name_a_target(ask: Tool, api: Client) -> None:
    first = site(api, "Tromsø")
    site(api, "Bodø", customFields={"location_code": "BO=1"})
    component(api, "Gateway", WORKSPACE, "p1700000000000")
    ask = ask.using(
        ARDOQ_RELATIONS=f"{LOCATED_AT} {first} ;; {LOCATED_AT} {LOCATIONS}/location_code=BO=1;"
        f"1 /Gateway; 1 +p1700000000000/Hub of {{host_name}};"
    )
    oid = report(ask, "M-4", host_name="pump-4")
    assert relations(api, oid) == {
        (LOCATED_AT, "Tromsø"),
        (LOCATED_AT, "Bodø"),
        (1, "Gateway"),
        (1, "Hub of pump-4"),
    }


def test_a_relation_whose_field_is_empty_is_not_there(ask: Tool, api: Client) -> None:
    ask = ask.using(ARDOQ_RELATIONS=MODEL_AND_FIRMWARE)
    oid = report(ask, "M-5", firmware_name="pump")
    assert relations(api, oid) == {(IS_INSTANCE_OF, "Pump 2")}


def test_two_relations_may_lead_to_the_same_component(ask: Tool, api: Client) -> None:
    target = f"{PRODUCTS}+{PRODUCT}/Twice used"
    oid = report(ask.using(ARDOQ_RELATIONS=f"1 {target}; {RUNS} {target}"), "M-6")
    assert relations(api, oid) == {(1, "Twice used"), (RUNS, "Twice used")}
    assert len(api.listed("components?name=Twice%20used")) == 1


@pytest.mark.parametrize(
    ("target", "named"),
    [
        (f"{LOCATIONS}/Nowhere", "Nowhere"),
        (f"{LOCATIONS}/location_code={{host_name}}", "nohost"),
        ("5e0123456789abcdef012345", "5e0123456789abcdef012345"),
        ("/Absent", "Absent"),
    ],
)
def test_a_missing_target_is_named(
    ask: Tool, api: Client, target: str, named: str, server: FakeArdoq
) -> None:
    site(api, "Found")
    relation = f"{LOCATED_AT} {LOCATIONS}/Found; {LOCATED_AT} {target}"
    done = ask.using(ARDOQ_RELATIONS=relation).run(
        "report", *only(serial=f"M-7 {named}", host_name="nohost")
    )
    expect_error(done, "TARGET_MISSING", 3)
    assert f"\n  component: {named}\n" in done.err
    assert "\n  setting: relations\n" in done.err
    # Nothing has changed: the batch is whole.
    assert not api.listed(f"components?customFields.device_serial=M-7%20{named}")


def test_an_optional_target_that_is_missing_is_left_out(ask: Tool, api: Client) -> None:
    site(api, "Lillehammer")
    ask = ask.using(
        ARDOQ_RELATIONS=f"{LOCATED_AT}? {LOCATIONS}/Nowhere; {LOCATED_AT} {LOCATIONS}/Lillehammer;"
        f"{RUNS}?! {LOCATIONS}/Nowhere",
        ARDOQ_PARENT="? /No parent",
    )
    done = ask.run("report", *only(serial="M-8"))
    expect_success(done)
    assert "missing: entry 1 of relations\n" in done.err
    assert "missing: entry 2" not in done.err
    assert "missing: entry 3 of relations\n" in done.err
    assert "missing: parent\n" in done.err
    assert relations(api, done.json["id"]) == {(LOCATED_AT, "Lillehammer")}


def test_a_target_that_several_fit_is_named(ask: Tool, api: Client) -> None:
    for _ in range(2):
        component(api, "Twin", LOCATIONS, LOCATION)
    ask = ask.using(ARDOQ_RELATIONS=f"{LOCATED_AT}? {LOCATIONS}/Twin")
    done = ask.run("report", *only(serial="M-9"))
    expect_error(done, "TARGET_AMBIGUOUS", 3)
    assert "\n  component: Twin\n" in done.err


def test_a_reference_type_that_is_not_there(ask: Tool, api: Client) -> None:
    site(api, "Voss")
    done = ask.using(ARDOQ_RELATIONS=f"99 {LOCATIONS}/Voss").run("report", *only(serial="M-10"))
    expect_error(done, "UNPROCESSABLE", 3)
    assert "the server says: type: the workspace of the source has no reference type 99" in done.err


def test_several_components_with_the_serial(ask: Tool, api: Client) -> None:
    api.create("one", device_serial="M-11")
    api.create("two", device_serial="M-11")
    site(api, "Moss")
    for relation in (f"{LOCATED_AT} {LOCATIONS}/Moss", f"{LOCATED_AT}! {LOCATIONS}/Moss"):
        done = ask.using(ARDOQ_RELATIONS=relation).run("report", *only(serial="M-11"))
        expect_error(done, "SERIAL_AMBIGUOUS", 3)
        assert "\n  component: M-11\n" in done.err


# ---- The parent ---------------------------------------------------------------------------------


def test_the_parent_is_set_and_changed(ask: Tool, api: Client) -> None:
    first = component(api, "Rack 1", WORKSPACE, "p1700000000000")
    oid = report(ask.using(ARDOQ_PARENT=first), "M-12")
    assert api.get(f"components/{oid}").json["parent"] == first
    assert report(ask.using(ARDOQ_PARENT="+p1700000000000/Rack 2"), "M-12") == oid
    (second,) = api.listed("components?name=Rack%202")
    assert api.get(f"components/{oid}").json["parent"] == second["_id"]
    # Who names none leaves it.
    report(ask, "M-12")
    assert api.get(f"components/{oid}").json["parent"] == second["_id"]


def test_a_missing_parent_is_named(ask: Tool) -> None:
    done = ask.using(ARDOQ_PARENT="/Rack 9").run("report", *only(serial="M-13"))
    expect_error(done, "TARGET_MISSING", 3)
    assert "\n  component: Rack 9\n" in done.err
    assert "\n  setting: parent\n" in done.err


# ---- The name -----------------------------------------------------------------------------------


def expect_kept_name(ask: Tool, api: Client, server: FakeArdoq, serial: str) -> list[int]:
    """Numbers of the requests that reports take: the first, that after a rename, and one more."""
    ask = ask.using(ARDOQ_KEEP_NAME="yes", ARDOQ_RELATIONS=f"1 {PRODUCTS}+{PRODUCT}/{{model}}")
    counts = [len(posts(server))]
    oid = report(ask, serial)
    counts.append(len(posts(server)))
    rename = {"name": "Pump at the door", "description": "Mind the step"}
    answer = api.write("PATCH", f"components/{oid}?ifVersionMatch=latest", rename)
    assert answer.status == 200, answer.raw
    for model in ("Pump 3", "Pump 4"):
        done = ask.run("report", *only(serial=serial, model=model))
        expect_success(done)
        assert done.json == {"outcome": "updated", "id": oid}
        counts.append(len(posts(server)))
    shape = api.get(f"components/{oid}").json
    assert {key: shape[key] for key in rename} == rename
    assert shape["customFields"]["device_model"] == "Pump 4"
    assert relations(api, oid) == {(1, "Pump 2"), (1, "Pump 3"), (1, "Pump 4")}
    return [after - before for before, after in zip(counts, counts[1:])]


def test_a_name_that_a_person_gave_is_kept(tool: Tool, serve: Serve) -> None:
    server = serve("--mix-upserts")
    with Client(server) as api:
        assert expect_kept_name(tool.at(server), api, server, "M-14") == [2, 1, 1]


def test_a_name_is_kept_where_nothing_may_be_mixed(
    ask: Tool, api: Client, server: FakeArdoq
) -> None:
    """One is refused, then what is shared comes first; the tool does not remember that."""
    assert expect_kept_name(ask, api, server, "M-14") == [2, 3, 3]


def test_a_first_report_that_keeps_names_takes_two_requests(
    ask: Tool, api: Client, server: FakeArdoq
) -> None:
    ask = ask.using(ARDOQ_KEEP_NAME="yes")
    count = len(requests(server))
    report(ask, "M-22")
    assert requests(server)[count:] == ["POST /api/v2/batch"] * 2
    report(ask, "M-22")
    assert requests(server)[count + 2 :] == ["POST /api/v2/batch"]


def test_a_name_is_overwritten_without_that_setting(ask: Tool, api: Client) -> None:
    oid = report(ask, "M-15")
    api.write("PATCH", f"components/{oid}?ifVersionMatch=latest", {"name": "Mine"})
    report(ask.using(ARDOQ_KEEP_NAME="no"), "M-15")
    assert api.get(f"components/{oid}").json["name"] == "Pump 2 M-15"


# ---- Types --------------------------------------------------------------------------------------


def test_typed_fields(ask: Tool, api: Client) -> None:
    fields = (
        "serial flash_size=device_port_count:number secure_boot=device_managed:boolean "
        "chip=device_labels:list last_seen"
    )
    facts = {"flash_size": "4 MB", "secure_boot": "enabled", "chip": "indoor, mobile"}
    oid = report(ask.using(ARDOQ_FIELDS=fields), "M-16", **facts)
    stored = api.get(f"components/{oid}").json["customFields"]
    assert stored["device_port_count"] == 4 * 1024 * 1024
    assert stored["device_managed"] is True
    assert stored["device_labels"] == ["indoor", "mobile"]


def test_a_value_that_is_none_of_its_type(ask: Tool) -> None:
    ask = ask.using(ARDOQ_FIELDS="serial flash_size=device_port_count:number")
    done = ask.run("report", *only(serial="M-17", flash_size="large"))
    expect_error(done, "VALUE_TYPE", 3)


def test_a_field_that_nobody_may_write(ask: Tool) -> None:
    ask = ask.using(ARDOQ_FIELDS="serial flash_size=device_age_days:number")
    done = ask.run("report", *only(serial="M-18", flash_size="4"))
    expect_error(done, "UNPROCESSABLE", 3)
    assert "device_age_days" in done.err


# ---- Settings -----------------------------------------------------------------------------------

GOOD = f"{LOCATED_AT}! {LOCATIONS}/Oslo"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("relations", "Oslo"),
        ("relations", "2"),
        ("relations", "2 Oslo"),
        ("relations", f"x {LOCATIONS}/Oslo"),
        ("relations", f"1000000 {LOCATIONS}/Oslo"),
        ("relations", f"2 {LOCATIONS[1:]}/Oslo"),
        ("relations", f"2 {LOCATIONS}/"),
        ("relations", f"2 {LOCATIONS}Oslo"),
        ("relations", f"2 {LOCATIONS}+x/Oslo"),
        ("relations", f"2 {LOCATIONS}+{LOCATION}"),
        ("relations", f"2 {LOCATIONS}+{LOCATION}/location_code=1"),
        ("relations", f"2 {LOCATIONS}/{{nothing}}"),
        ("relations", f"2 {LOCATIONS}/{{model"),
        ("relations", f"{GOOD}; 2"),
        ("relations", f"{GOOD}; 2 {LOCATIONS}/Bergen"),
        ("relations", "; ".join(["2 /A"] * 17)),
        ("parent", "Oslo"),
        ("parent", "2 /Oslo"),
        ("parent", f"{LOCATIONS}/"),
    ],
)
def test_settings_that_are_none(tool: Tool, name: str, value: str) -> None:
    expect_error(tool.run("config", "set", name, value), "RELATION_INVALID", 3)
    expect_error(tool.run("config", "set", "keep_name", "true"), "SETTING_INVALID", 3)


def test_settings_are_kept_and_shown(tool: Tool, api: Client, server: FakeArdoq) -> None:
    assert tool.run("config", "get", "relations").json is None
    assert tool.run("config", "get", "keep_name").json is None
    expect_success(tool.run("config", "set", "relations", f" {GOOD} "))
    assert tool.run("config", "get", "relations").json == GOOD
    site(api, "Oslo")
    oid = report(tool.at(server), "M-19")
    assert relations(api, oid) == {(LOCATED_AT, "Oslo")}


def test_a_stored_relation_that_is_none(ask: Tool) -> None:
    done = ask.using(ARDOQ_RELATIONS="2 Oslo").run("report", *only(serial="M-20"))
    expect_error(done, "RELATION_INVALID", 3)
    assert "\n  setting: relations\n" in done.err


def test_a_dry_run_shows_the_batch(ask: Tool, server: FakeArdoq) -> None:
    ask = ask.using(ARDOQ_RELATIONS=f"{MODEL_AND_FIRMWARE}; {GOOD}", ARDOQ_PARENT="/Rack 1")
    count = len(requests(server))
    done = ask.run("report", "--dry-run", *only(serial="M-21", model="Pump 2"))
    expect_success(done)
    assert requests(server)[count:] == []
    assert done.json["aliases"]["components"] == {
        "target 2": {"rootWorkspace": LOCATIONS, "name": "Oslo"},
        "target 16": {"rootWorkspace": WORKSPACE, "name": "Rack 1"},
    }
    assert [each["batchId"] for each in done.json["components"]["upsert"]] == ["target 0", "device"]
    assert done.json["components"]["upsert"][1]["body"]["parent"] == "target 16"
