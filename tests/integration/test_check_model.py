"""`ardoq check` of parent, relations and types of fields: mistakes that reports would meet."""

import re
from collections.abc import Iterator

import pytest

from api_client import Client
from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq
from source import HINTS
from test_model import LOCATION, LOCATIONS, PRODUCT, PRODUCTS, component, posts, report, site
from tool import Result, Tool, check_lines

NOWHERE = "5e0123456789abcdef012345"


@pytest.fixture
def api(server: FakeArdoq) -> Iterator[Client]:
    with Client(server) as client:
        yield client


def check(tool: Tool, relations: str = "", parent: str = "", **environment: str) -> Result:
    asking = tool.using(ARDOQ_RELATIONS=relations, ARDOQ_PARENT=parent, **environment)
    return check_lines(asking.run_for_text("check"))


def told(result: Result) -> list[tuple[str, str, str]]:
    """Verdict, step and text of each line about the model."""
    form = r"^(\w+) +(parent|relations(?: \d+)?) +(.*)$"
    return [match.groups() for match in re.finditer(form, result.out, re.MULTILINE)]


def expect_failure(result: Result, step: str, what: str, name: str) -> None:
    """This step alone failed so, and was explained."""
    failed = [each for each in told(result) if each[0] == "failed"]
    assert (result.code, result.err) == (3, "")
    assert [each[1] for each in failed] == [step]
    assert failed[0][2].startswith(f"{what}: {name} ("), failed
    assert f"\n  {HINTS[name]}\n" in result.out


def test_each_has_a_line(ask: Tool, api: Client, server: FakeArdoq) -> None:
    oslo = site(api, "Oslo")
    site(api, "Tromsø", customFields={"location_code": "TR"})
    component(api, "Rack 7", WORKSPACE, DEVICE_TYPE)
    count = len(posts(server))
    relations = (
        f"2 {LOCATIONS}/Oslo; 2 {oslo}; 1 {LOCATIONS}/location_code=TR; "
        f"3! {PRODUCTS}+{PRODUCT}/{{model}}; 4 +{DEVICE_TYPE}/Hub of {{model}};"
    )
    result = check(ask, relations, "? /Rack 7", ARDOQ_MODEL="Pump 2")
    assert (result.code, result.err) == (0, "")
    assert told(result) == [
        ("ok", "parent", "Rack 7"),
        ("ok", "relations 1", "2 Located at, Oslo"),
        ("ok", "relations 2", f"2 Located at, {oslo}"),
        ("ok", "relations 3", "1 Connects to, TR"),
        ("ok", "relations 4", "3 Is instance of, Pump 2, Technology Product: will be made"),
        ("ok", "relations 5", "4 Runs, Hub of Pump 2, Device: will be made"),
    ]
    # Nothing is changed, and what the check says is true.
    assert len(posts(server)) == count
    ask = ask.using(ARDOQ_RELATIONS=relations, ARDOQ_PARENT="? /Rack 7", ARDOQ_MODEL="Pump 2")
    report(ask, "C-1")
    again = check(ask, relations)
    assert told(again)[3:] == [
        ("ok", "relations 4", "3 Is instance of, Pump 2, Technology Product"),
        ("ok", "relations 5", "4 Runs, Hub of Pump 2, Device"),
    ]


def test_what_will_be_left_out(ask: Tool) -> None:
    result = check(
        ask,
        f"2? {LOCATIONS}/Nowhere; 1? {NOWHERE}; 4 {PRODUCTS}+{PRODUCT}/{{firmware_hash}}",
        "? /No parent",
    )
    assert (result.code, result.err) == (0, "")
    missing = ": missing, so the device is reported without it"
    assert told(result) == [
        ("note", "parent", f"No parent{missing}"),
        ("note", "relations 1", f"2 Located at, Nowhere{missing}"),
        ("note", "relations 2", f"1 Connects to, {NOWHERE}{missing}"),
        ("note", "relations 3", "4 Runs, left out: a field in it is empty"),
    ]


@pytest.mark.parametrize(
    ("relation", "what", "name"),
    [
        (f"7 {LOCATIONS}/Oslo", "7", "REFERENCE_TYPE_UNKNOWN"),
        # Of another workspace: only that of the device counts, where references begin.
        (f"5 {PRODUCTS}/x", "5", "REFERENCE_TYPE_UNKNOWN"),
        (f"2 {LOCATIONS}/Nowhere", "Nowhere", "TARGET_MISSING"),
        (f"2 {LOCATIONS}/location_code={{model}}", "Pump 2", "TARGET_MISSING"),
        (f"2 {NOWHERE}", NOWHERE, "TARGET_MISSING"),
        ("1 /Nowhere", "Nowhere", "TARGET_MISSING"),
        (f"2 {NOWHERE}/Oslo", "Oslo", "TARGET_MISSING"),
        (f"2 {LOCATIONS}/site_code=1", "site_code", "CUSTOM_FIELD_UNKNOWN"),
        (f"2? {LOCATIONS}/site_code=1", "site_code", "CUSTOM_FIELD_UNKNOWN"),
        (f"2 {LOCATIONS}/Twins", "Twins", "TARGET_AMBIGUOUS"),
        (f"2? {LOCATIONS}/Twins", "Twins", "TARGET_AMBIGUOUS"),
        (f"2 {LOCATIONS}+{LOCATION}/Twins", "Twins", "TARGET_AMBIGUOUS"),
        (f"3 {PRODUCTS}+p9/x", "p9", "COMPONENT_TYPE_UNKNOWN"),
        (f"3 {PRODUCTS}+{LOCATION}/x", LOCATION, "COMPONENT_TYPE_UNKNOWN"),
        (f"3 {NOWHERE}+{PRODUCT}/x", NOWHERE, "NOT_FOUND"),
    ],
)
def test_what_does_not_fit(ask: Tool, api: Client, relation: str, what: str, name: str) -> None:
    site(api, "Oslo")
    if not api.listed("components?name=Twins"):
        component(api, "Twins", LOCATIONS, LOCATION)
        component(api, "Twins", LOCATIONS, LOCATION)
    before = f"1 {LOCATIONS}/Oslo"
    result = check(ask, f"{before}; {relation}; {before}", ARDOQ_MODEL="Pump 2")
    expect_failure(result, "relations 2", what, name)
    # The others are tried all the same.
    assert [each[0] for each in told(result)] == ["ok", "failed", "ok"]


def test_a_name_that_is_too_long(ask: Tool) -> None:
    result = check(ask, f"3 {PRODUCTS}+{PRODUCT}/{'{model}' * 4}", ARDOQ_MODEL="P" * 40)
    expect_failure(result, "relations 1", "P" * 120, "NAME_TOO_LONG")


def test_a_parent_that_does_not_fit(ask: Tool, api: Client) -> None:
    expect_failure(check(ask, parent="/Nowhere"), "parent", "Nowhere", "TARGET_MISSING")
    expect_failure(check(ask, parent=f"? {PRODUCTS}+p9/x"), "parent", "p9", "COMPONENT_TYPE_UNKNOWN")


def test_a_setting_that_is_none(ask: Tool) -> None:
    result = check(ask, "2 Oslo")
    assert (result.code, result.err) == (3, "")
    assert [each[:2] for each in told(result)] == [("failed", "relations")]
    assert f"\n  {HINTS['RELATION_INVALID']}\n" in result.out


def test_what_the_check_refuses_the_report_meets_too(ask: Tool) -> None:
    for relation in (f"7 {LOCATIONS}/x", f"2 {LOCATIONS}/Nowhere", f"2 {LOCATIONS}/site_code=1",
                     f"3 {PRODUCTS}+p9/x", f"3 {NOWHERE}+{PRODUCT}/x"):
        assert check(ask, relation).code == 3
        asking = ask.using(ARDOQ_RELATIONS=relation)
        assert asking.run("report", "--set", "serial=C-2").code == 3


@pytest.mark.parametrize(
    ("entry", "advice"),
    [
        ("flash_size=device_port_count", "flash_size=device_port_count:number"),
        ("secure_boot=device_managed:number", "secure_boot=device_managed:boolean"),
        ("model=device_labels", "model=device_labels:list"),
        ("model=device_last_seen", "model=device_last_seen:time"),
        ("flash_size:number", "flash_size:text"),
        ("model=device_manual", None),
        ("model=device_environment", None),
    ],
)
def test_a_type_that_does_not_fit(ask: Tool, entry: str, advice: str | None) -> None:
    result = check(ask, ARDOQ_FIELDS=f"serial {entry}")
    assert (result.code, result.err) == (3, "")
    hint = HINTS["CUSTOM_FIELD_UNFIT"]
    end = f"{hint}\n"
    if advice:
        end += f"  it takes a {advice.split(':')[1]}: write {advice} in fields\n"
    assert result.out.endswith(end)
    if advice:
        assert check(ask, ARDOQ_FIELDS=f"serial {advice}").code == 0
