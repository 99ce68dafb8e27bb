"""The gateway of examples/gateway: allowed requests, and that nothing else reaches Ardoq."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway import MISSING, Authority, Gateway, refusal
from servers import (
    DEVICE_TYPE, LOCATION_TYPE, LOCATIONS, PRODUCT_TYPE, PRODUCTS, TOKEN, WORKSPACE,
    Certificates, FakeArdoq,
)

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

FIELD = "device_serial"
ME = "/api/v2/me"
BATCH = "/api/v2/batch"

RELATED: dict[str, Any] = {
    "reference_types": [2, 3],
    "target_workspaces": [WORKSPACE, LOCATIONS],
    "shared": {PRODUCTS: [PRODUCT_TYPE], LOCATIONS: [LOCATION_TYPE]},
    "collectors": {"line-7": ["L7-", "L8-"], "constructor": ["C-"]},
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    authority = Authority(tmp_path_factory.mktemp("fleet") / "fleet")
    for name in ("SN-1", "SN-2", "SN-3", "line-7", "toString"):
        authority.enrol(name)
    return authority


@pytest.fixture(scope="module")
def ardoq(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[FakeArdoq]:
    folder = tmp_path_factory.mktemp("ardoq")
    with FakeArdoq(folder, "--mix-upserts", certificates=certificates) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory, certificates: Certificates, authority: Authority,
    ardoq: FakeArdoq,
) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway") / "g"
    with Gateway(folder, certificates, authority, ardoq, **RELATED).running() as running:
        yield running


@pytest.fixture
def silent(ardoq: FakeArdoq) -> Iterator[None]:
    """Nothing reaches Ardoq meanwhile."""
    before = len(ardoq.journal)
    yield
    assert ardoq.journal[before:] == []


def device(serial: str = "SN-1", **more: Any) -> dict[str, Any]:
    return {
        "uniqueBy": ["rootWorkspace", f"customFields.{FIELD}"],
        "body": {
            "rootWorkspace": WORKSPACE, "typeId": DEVICE_TYPE, "name": f"Pump {serial}",
            "customFields": {FIELD: serial, "device_model": "P2"}, **more,
        },
    }


def report(serial: str = "SN-1", **more: Any) -> dict[str, Any]:
    return {"components": {"upsert": [device(serial, **more)]}}


def model() -> dict[str, Any]:
    """What the library sends of a device with relations."""
    shared = {"rootWorkspace": PRODUCTS, "typeId": PRODUCT_TYPE, "name": "P2"}
    return {
        "options": {"respondWithEntities": True},
        "aliases": {"components": {"target 1": {"rootWorkspace": LOCATIONS, "name": "Oslo"}}},
        "components": {"upsert": [
            {"batchId": "target 0", "uniqueBy": ["rootWorkspace", "name"], "body": shared},
            {"batchId": "device", **device()},
        ]},
        "references": {"upsert": [
            {"uniqueBy": ["source", "target", "type"],
             "body": {"source": "device", "target": "target 0", "type": 3}},
            {"uniqueBy": ["source", "target", "type"],
             "body": {"source": "device", "target": "target 1", "type": 2}},
        ]},
    }


def update(serial: str = "SN-1") -> dict[str, Any]:
    alias = {"rootWorkspace": WORKSPACE, "customFields": {FIELD: serial}}
    return {
        "aliases": {"components": {"device": alias}},
        "components": {"update": [{"id": "device", "ifVersionMatch": "latest",
                                   "body": {"customFields": {FIELD: serial}}}]},
    }


# What passes


def test_me_answers_without_the_address_of_the_account(gateway: Gateway, ardoq: FakeArdoq) -> None:
    answer = gateway.ask("SN-1", "GET", ME)
    assert answer.status == 200, answer.body
    assert answer.json == {"org": {"name": "Acme Corporation", "label": "acme"}}
    headers = dict(ardoq.journal[-1]["headers"])
    assert headers["authorization"] == f"Bearer {TOKEN}" and headers["x-org"] == "acme"


def test_a_report_passes(gateway: Gateway, ardoq: FakeArdoq) -> None:
    answer = gateway.batch("SN-1", report())
    assert answer.status == 200, answer.body
    assert json.loads(ardoq.journal[-1]["body"]) == report()
    assert len(answer.json["components"]["created"]) == 1


def test_relations_pass(gateway: Gateway, ardoq: FakeArdoq) -> None:
    location = {"rootWorkspace": LOCATIONS, "typeId": LOCATION_TYPE, "name": "Oslo"}
    oslo = {"batchId": "target 0", "uniqueBy": ["rootWorkspace", "name"], "body": location}
    assert gateway.batch("SN-1", {"components": {"upsert": [oslo]}}).status == 200
    answer = gateway.batch("SN-1", model())
    assert answer.status == 200, answer.body
    assert json.loads(ardoq.journal[-1]["body"]) == model()


def test_an_update_passes(gateway: Gateway, ardoq: FakeArdoq) -> None:
    assert gateway.batch("SN-2", report("SN-2")).status == 200
    answer = gateway.batch("SN-2", update("SN-2"))
    assert answer.status == 200, answer.body
    assert json.loads(ardoq.journal[-1]["body"]) == update("SN-2")


def test_a_collector_reports_what_it_is_listed_for(gateway: Gateway, silent: None) -> None:
    batch = {"components": {"upsert": [device("L9-1")]}}
    assert FIELD in refusal(gateway.batch("line-7", batch))
    assert FIELD in refusal(gateway.batch("SN-1", {"components": {"upsert": [device("L7-1")]}}))
    assert FIELD in refusal(gateway.batch("toString", report("C-1")))


def test_a_collector_changes_no_serial_number(gateway: Gateway, silent: None) -> None:
    batch = update("L7-1")
    batch["components"]["update"][0]["body"]["customFields"][FIELD] = "L7-2"
    assert "must not change" in refusal(gateway.batch("line-7", batch))


def test_a_collector_passes(gateway: Gateway, ardoq: FakeArdoq) -> None:
    batch = {"options": {"respondWithEntities": True},
             "components": {"upsert": [device("L7-1"), device("L8-1"), device("line-7")]}}
    answer = gateway.batch("line-7", batch)
    assert answer.status == 200, answer.body
    assert json.loads(ardoq.journal[-1]["body"]) == batch


def test_what_ardoq_says_of_a_report_is_passed_on(gateway: Gateway) -> None:
    answer = gateway.batch("SN-1", report(customFields={FIELD: "SN-1", "no_such_field": "x"}))
    assert answer.status == 422
    assert "no_such_field" in answer.json["message"]


# Who is asked


@pytest.mark.parametrize("who", ["none", "revoked", "other", "expired", "named", "more", "long"])
def test_who_is_not_known_is_refused(
    gateway: Gateway, authority: Authority, certificates: Certificates, silent: None, who: str
) -> None:
    if who == "revoked":
        authority.enrol(who)
        assert gateway.ask(who, "HEAD", ME).status == 403
        authority.run("revoke", who)
        gateway.reload()
    elif who == "other":
        authority.pem(who).write_bytes(certificates.pem("other_client").read_bytes())
        authority.key(who).write_bytes(certificates.key("other_client").read_bytes())
    elif who == "expired":
        authority.sign_ended(who, "SN-1")
    elif who != "none":
        subject = {"named": "/CN=SN-1 ", "more": "/O=Acme/CN=SN-1", "long": f"/CN={'x' * 64}"}[who]
        authority.sign(who, subject)
    if who == "long":
        assert FIELD in refusal(gateway.batch(who, report()))
        return
    for answer in (gateway.ask(None if who == "none" else who, "GET", ME),
                   gateway.batch(None if who == "none" else who, report())):
        assert {"none": "is needed", "named": "the subject", "more": "the subject"}.get(
            who, "revoked, expired, or not from the CA"
        ) in refusal(answer)


def test_headers_of_a_device_go_nowhere(gateway: Gateway, ardoq: FakeArdoq) -> None:
    forged = {"Authorization": "Bearer stolen", "X-org": "Evil", "X_Org": "Evil", "Cookie": "a=b",
              "X-Forwarded-For": "1.2.3.4", "Host": "evil.example", "Accept-Encoding": "gzip"}
    for answer in (gateway.ask("SN-1", "GET", ME, headers=forged),
                   gateway.ask("SN-1", "POST", BATCH, report(), forged)):
        assert answer.status == 200, answer.body
        headers = ardoq.journal[-1]["headers"]
        names = [name for name, _ in headers]
        assert len({*names}) == len(names)
        assert {*names} <= {"host", "authorization", "x-org", "user-agent", "accept",
                            "accept-encoding", "content-type", "content-length"}
        assert dict(headers)["authorization"] == f"Bearer {TOKEN}"
        assert dict(headers)["x-org"] == "acme"
        assert dict(headers)["host"] == f"localhost:{ardoq.port}"


# What is asked


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/"), ("GET", "/api/v2/components"), ("DELETE", "/api/v2/components/" + "0" * 24),
    ("POST", "/api/v2/batch/expand"), ("POST", "/api/v2/batch/"), ("POST", "/api/v2/BATCH"),
    ("GET", BATCH), ("PUT", BATCH), ("POST", ME), ("HEAD", ME), ("DELETE", ME),
    ("GET", f"{ME}?a=b"), ("POST", f"{BATCH}?expand=1"), ("GET", "/ardoq/me"), ("GET", "/api/v2/me/x"),
    ("GET", "/api/v2/me/../components"), ("GET", "/api/v2/me%2f..%2fcomponents"), ("OPTIONS", ME),
    ("GET", "/ardoq/../ardoq/me"), ("PATCH", BATCH), ("GET", "//api/v2/components"),
])
def test_another_path_or_method_is_refused(
    gateway: Gateway, silent: None, method: str, path: str
) -> None:
    answer = gateway.ask("SN-1", method, path, report() if method == "POST" else None)
    assert answer.status == 403, answer.body
    if method != "HEAD":
        refusal(answer)


def test_a_path_in_other_words_reaches_the_same_place(gateway: Gateway, ardoq: FakeArdoq) -> None:
    for path in ("/api/v2/x/../batch", "/api/v2/%62atch", "//api//v2//batch"):
        assert gateway.ask("SN-1", "POST", path, report()).status == 200
        assert (ardoq.journal[-1]["path"], ardoq.journal[-1]["query"]) == (BATCH, "")


def changed(change: Callable[[dict[str, Any]], Any], of: Callable[[], Any] = model) -> Any:
    batch = copy.deepcopy(of())
    change(batch)
    return batch


def put(*path: Any) -> Callable[[dict[str, Any]], None]:
    """Puts the last of them where the others lead."""
    *way, last, value = path

    def change(batch: Any) -> None:
        for step in way:
            batch = batch[step]
        if isinstance(batch, list) and last == len(batch):
            batch.append(value)
        else:
            batch[last] = value

    return change


UP = ("components", "upsert")
OWN = (*UP, 1, "body")
REFERENCE = ("references", "upsert", 0)
ALIAS = ("aliases", "components")
OTHER_ID = "5e00000000000000000000ff"


def shared(name: str | None) -> dict[str, Any]:
    upsert = {"uniqueBy": ["rootWorkspace", "name"],
              "body": {"rootWorkspace": PRODUCTS, "typeId": PRODUCT_TYPE, "name": "P2"}}
    return {"components": {"upsert": [{**upsert, **({"batchId": name} if name else {})}]}}


def by_fields(fields: dict[str, Any]) -> Any:
    alias = {"rootWorkspace": LOCATIONS, "customFields": fields}
    return changed(put(*ALIAS, "target 1", alias))


NOT_ALLOWED = {
    "another serial number": changed(put(*OWN, "customFields", FIELD, "SN-2")),
    "in other letters": changed(put(*OWN, "customFields", FIELD, "sn-1")),
    "with a blank": changed(put(*OWN, "customFields", FIELD, "SN-1 ")),
    "a list of it": changed(put(*OWN, "customFields", FIELD, ["SN-1"])),
    "no serial number": changed(put(*OWN, "customFields", {"device_model": "x"})),
    "no fields": changed(put(*OWN, "customFields", None)),
    "an object as a field": changed(put(*OWN, "customFields", "device_model", {"a": 1})),
    "null as a field": changed(put(*OWN, "customFields", "device_model", None)),
    "a field of another name": changed(put(*OWN, "customFields", "a b", "x")),
    "a field without a name": changed(put(*OWN, "customFields", "", "x")),
    "another serial number in capitals": changed(put(*OWN, "customFields", FIELD.upper(), "SN-2")),
    "another workspace": changed(put(*OWN, "rootWorkspace", LOCATIONS)),
    "another type": changed(put(*OWN, "typeId", "p1800000000000")),
    "unique by name": changed(put(*UP, 1, "uniqueBy", ["rootWorkspace", "name"])),
    "unique by another field":
        changed(put(*UP, 1, "uniqueBy", ["rootWorkspace", "customFields.device_mac"])),
    "unique by more":
        changed(put(*UP, 1, "uniqueBy", ["rootWorkspace", f"customFields.{FIELD}", "name"])),
    "more of a device": changed(put(*OWN, "description", "x")),
    "a name that is none": changed(put(*OWN, "name", 7)),
    "an empty name": changed(put(*OWN, "name", "")),
    "a name that is too long": changed(put(*OWN, "name", "x" * 256)),
    "another batchId": changed(put(*UP, 1, "batchId", OTHER_ID)),
    "a parent by id": changed(put(*OWN, "parent", OTHER_ID)),
    "a delete": changed(put("components", "delete", [{"id": OTHER_ID}])),
    "a delete by match": changed(put("components", "delete", [{"match": {"name": "x"}}])),
    "a create": changed(put("components", "create", [{"body": device()["body"]}])),
    "a delete of references": changed(put("references", "delete", [{"id": OTHER_ID}])),
    "an update of references": changed(put("references", "update", [{"id": OTHER_ID}])),
    "a delete beside": changed(put("delete", [{"id": OTHER_ID}])),
    "a delete in an upsert": changed(put(*UP, 1, "delete", [{"id": OTHER_ID}])),
    "another option": changed(put("options", "dryRun", True)),
    "an option that is none": changed(put("options", "respondWithEntities", "x")),
    "a shared component of another type": changed(put(*UP, 0, "body", "typeId", "p2100000000000")),
    "a shared component of another workspace":
        changed(put(*UP, 0, "body", "rootWorkspace", WORKSPACE)),
    "a shared component with a description": changed(put(*UP, 0, "body", "description", "x")),
    "a shared component with fields": changed(put(*UP, 0, "body", "customFields", {})),
    "a shared component of another name": changed(put(*UP, 0, "batchId", "device")),
    "a shared component without": changed(lambda batch: batch["components"]["upsert"][0].pop("batchId")),
    "a shared component alone of another name": shared(OTHER_ID),
    "a shared component alone without": shared(None),
    "a shared component alone with more of a name": shared("target 1x"),
    "a shared component with a name that is none": changed(put(*UP, 0, "body", "name", {})),
    "an alias with a name that is none": changed(put(*ALIAS, "target 1", "name", {"a": "b"})),
    "an alias by nothing": changed(put(*ALIAS, "target 1", {"rootWorkspace": LOCATIONS})),
    "an alias by no field": by_fields({}),
    "an alias by two fields": by_fields({"code": "x", "site": "y"}),
    "an alias by a field of another name": by_fields({"a b": "x"}),
    "an alias by a field with a number": by_fields({"code": 1}),
    "another type of reference": changed(put(*REFERENCE, "body", "type", 1)),
    "the type as text": changed(put(*REFERENCE, "body", "type", "3")),
    "another source": changed(put(*REFERENCE, "body", "source", OTHER_ID)),
    "a target as source": changed(put(*REFERENCE, "body", "source", "target 1")),
    "a target by id": changed(put(*REFERENCE, "body", "target", OTHER_ID)),
    "a target that is not there": changed(put(*REFERENCE, "body", "target", "target 7")),
    "fields of a reference": changed(put(*REFERENCE, "body", "customFields", {})),
    "a reference that is unique otherwise": changed(put(*REFERENCE, "uniqueBy", ["source", "type"])),
    "a target of another workspace":
        changed(put(*ALIAS, "target 1", "rootWorkspace", PRODUCTS)),
    "a target by two things": changed(put(*ALIAS, "target 1", "customFields", {"code": "x"})),
    "an alias with the name of an id":
        changed(put(*ALIAS, OTHER_ID, {"rootWorkspace": LOCATIONS, "name": "x"})),
    "a name twice": changed(put(*ALIAS, "target 0", {"rootWorkspace": LOCATIONS, "name": "x"})),
    "the device twice": changed(put(*ALIAS, "device", update()["aliases"]["components"]["device"])),
    "aliases of references": changed(put("aliases", "references", {})),
    "an update of another": update("SN-2"),
    "an update of an alias of another":
        changed(put(*ALIAS, "device", "customFields", FIELD, "SN-2"), update),
    "an update of another workspace":
        changed(put(*ALIAS, "device", "rootWorkspace", LOCATIONS), update),
    "an update of another field":
        changed(put(*ALIAS, "device", "customFields", {"device_mac": "SN-1"}), update),
    "an update by id": changed(put("components", "update", 0, "id", OTHER_ID), update),
    "an update of an upsert":
        changed(put("components", "update", update()["components"]["update"])),
    "an update of a target": changed(put("components", "update", 0, "id", "target 1"), update),
    "an update to another serial number":
        changed(put("components", "update", 0, "body", "customFields", FIELD, "SN-2"), update),
    "an update of the name": changed(put("components", "update", 0, "body", "name", "x"), update),
    "an update of a version":
        changed(put("components", "update", 0, "ifVersionMatch", 1), update),
    "an update without an alias": changed(put("aliases", {"components": {}}), update),
    "an update after one that is right":
        changed(put("components", "update", 1, {"id": OTHER_ID, "ifVersionMatch": "latest",
                                                "body": {"customFields": {FIELD: "SN-1"}}}), update),
    "nothing": {}, "no component": {"components": {}}, "an empty list": {"components": {"upsert": []}},
    "a list": [], "a number": 1, "null as components": {"components": None},
    "a list as components": {"components": []}, "null as an upsert": {"components": {"upsert": [None]}},
}

@pytest.mark.parametrize("what", NOT_ALLOWED)
def test_what_is_not_listed_is_refused(gateway: Gateway, silent: None, what: str) -> None:
    message = refusal(gateway.batch("SN-1", NOT_ALLOWED[what]))
    assert "could not be read" not in message


@pytest.mark.parametrize("change", [
    lambda text: text.replace('"SN-1"', '"SN-2"'),
    lambda text: text + text,
    lambda text: text + "x",
    lambda text: text[:-1],
    lambda text: "",
    lambda text: text.replace('"upsert":', '"upsert":[],"upsert":null,"x":'),
    lambda text: text.replace('"P2"', "1e999"),
    lambda text: text.replace('"P2"', "NaN"),
    lambda text: "[" * 10000,
])
def test_what_is_no_json_is_refused(
    gateway: Gateway, silent: None, change: Callable[[str], str]
) -> None:
    refusal(gateway.batch("SN-1", change(json.dumps(report()))))


@pytest.mark.parametrize("wrong", [
    b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82",
])
def test_what_is_not_utf_8_is_refused(gateway: Gateway, silent: None, wrong: bytes) -> None:
    """A reader that takes the quotation mark for a part of the character sees another end."""
    sent = json.dumps(report()).encode()
    assert "not JSON" in refusal(gateway.batch("SN-1", sent.replace(b"P2", b"P" + wrong)))
    refusal(gateway.batch("SN-1", b"\xef\xbb\xbf" + sent))


def test_text_stays_what_it_is(gateway: Gateway, ardoq: FakeArdoq) -> None:
    """Half a character of UTF-16 alone cannot stay: it is none."""
    names = ['a\\u0000\\u001f\\n\\"\\\\b', "\u00e9\u20ac\U0001f600\u2028\x7f", "\\ud83d\\ude00"]
    for name in names:
        sent = json.dumps(report()).replace("Pump SN-1", name)
        assert gateway.batch("SN-1", sent.encode()).status == 200
        assert json.loads(ardoq.journal[-1]["body"]) == json.loads(sent)
    assert gateway.batch("SN-1", json.dumps(report()).replace("SN-1\"", "\\ud800\"", 1)).status == 200
    assert "\ufffd" in ardoq.journal[-1]["body"]


@pytest.mark.parametrize(("old", "new"), [
    (f'"{FIELD}": "SN-1"', f'"{FIELD}": "SN-2", "{FIELD}": "SN-1"'),
    ('{"components"', '{"components": {"delete": [{"id": "x"}]}, "components"'),
    ('"upsert"', '"upsert": [], "\\u0075psert"'),
    ('"rootWorkspace": ', f'"rootWorkspace": "{LOCATIONS}", "rootWorkspace": '),
])
def test_keys_that_stand_twice_end_at_the_gateway(
    gateway: Gateway, ardoq: FakeArdoq, old: str, new: str
) -> None:
    """Whichever of them counts at Ardoq, it gets what was judged."""
    text = json.dumps(report())
    assert old in text
    assert gateway.batch("SN-1", text.replace(old, new)).status == 200
    assert json.loads(ardoq.journal[-1]["body"]) == report()
    assert ardoq.journal[-1]["body"].count(FIELD) == 2


@pytest.mark.parametrize(("old", "new"), [
    (f'"{FIELD}": "SN-1"', f'"{FIELD}": "SN-1", "{FIELD}": "SN-2"'),
    ('{"components"', '{"components": {}, "components"'),
])
def test_what_counts_of_them_is_judged(gateway: Gateway, silent: None, old: str, new: str) -> None:
    text = json.dumps(report()).replace(old, new, 1)
    if "{}" in new:
        text = text[:-1] + ', "components": {}}'
    refusal(gateway.batch("SN-1", text))


def test_prototypes_are_no_members(gateway: Gateway, silent: None) -> None:
    inherited = json.dumps({"components": {"upsert": [{"__proto__": device()}]}})
    for text in (
        inherited.replace("SN-1", "SN-2"),
        json.dumps(report()).replace('"device_model": "P2"', '"__proto__": {"a": 1}'),
        json.dumps(report()).replace('"device_model"', '"__proto__"'),
        json.dumps(report()).replace('"customFields"', '"constructor"'),
    ):
        refusal(gateway.batch("SN-1", text))


def test_a_body_of_the_limit_and_one_byte_more(gateway: Gateway, ardoq: FakeArdoq) -> None:
    text = json.dumps(report())
    limit = 64 * 1024
    full = f"{text}{' ' * (limit - len(text))}"
    assert gateway.batch("SN-1", full).status == 200
    before = len(ardoq.journal)
    assert "larger" in refusal(gateway.batch("SN-1", f"{full} "), 413)
    assert len(ardoq.journal) == before
    chunk = b"%x\r\n%s\r\n0\r\n\r\n"
    head = b"POST /api/v2/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert b" 200 " in gateway.raw("SN-1", head + chunk % (limit, full.encode())).split(b"\r\n")[0]
    assert len(ardoq.journal) == before + 1
    too_much = full.encode() + b" "
    assert b" 413 " in gateway.raw("SN-1", head + chunk % (limit + 1, too_much)).split(b"\r\n")[0]
    assert len(ardoq.journal) == before + 1


HIDDEN = b"DELETE /api/v2/components/5e00000000000000000000ff HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("head", [
    b"Content-Length: %d\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nContent-Length: %d",
    b"Content-Length: 0\r\nContent-Length: %d",
    b"Content-Length: %d\r\nContent-Length: 0",
    b"Content-Length: +%d",
    b"Content-Length: %d, 0",
    b"Content-Length : %d",
    b"Transfer-Encoding: xchunked\r\nX: %d",
    b"Transfer-Encoding : chunked\r\nX: %d",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nX: %d",
    b"X: a\rContent-Length: %d",
    b"X: a\n Content-Length: %d",
    b"Content-Length: 0\r\nX: %d",
])
def test_no_request_is_smuggled(gateway: Gateway, ardoq: FakeArdoq, head: bytes) -> None:
    before = len(ardoq.journal)
    sent = b"POST /api/v2/batch HTTP/1.1\r\nHost: x\r\n" + head % len(HIDDEN) + b"\r\n\r\n" + HIDDEN
    received = gateway.raw("SN-1", sent)
    assert b"200 OK" not in received
    assert ardoq.journal[before:] == []


def test_no_request_is_smuggled_after_one_that_passes(gateway: Gateway, ardoq: FakeArdoq) -> None:
    """Two parsers that see two ends of the body would see another request here."""
    before = len(ardoq.journal)
    body = json.dumps(report()).encode()
    sent = b"POST /api/v2/batch HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s%s" % (
        len(body), body, HIDDEN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    received = gateway.raw("SN-1", sent)
    assert received.count(b"HTTP/1.1 200 ") == 1 and received.count(b"HTTP/1.1 403 ") == 1
    assert [entry["path"] for entry in ardoq.journal[before:]] == [BATCH]


@pytest.mark.parametrize("head", [
    b"Content-Length: 5\r\n\r\naaaaa", b"Transfer-Encoding: chunked\r\n\r\n5\r\naaaaa\r\n0\r\n\r\n",
])
def test_a_get_with_a_body_is_refused(gateway: Gateway, silent: None, head: bytes) -> None:
    """Its length alone would go on, and Ardoq take the next device's request for the body."""
    sent = b"GET /api/v2/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + head
    assert b"gateway: a GET has no body" in gateway.raw("SN-1", sent)


ASK = b"GET /api/v2/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(("old", "new", "status"), [
    (b"GET", b"get", 400), (b"/api", b"*", 400), (b"/api", b"@ardoq_batch", 400),
    (b"/me", b"/me /x", 400), (b"/me", b"/me%00", 400), (b"Host: x", b"Host: x\r\nHost: y", 400),
    (b"Host: x", b"Host: a/b", 400), (b"HTTP/1.1", b"HTTP/2.0", 403),
    (b"Host", b"Transfer-Encoding: gzip\r\nHost", 403), (b"/me", b"/" + b"x" * 9000, 431),
    (b"Host", b"X: " + b"x" * 9000 + b"\r\nHost", 431), (b"Host", b"X: x\r\n" * 2000 + b"Host", 431),
    (b"/api", b"https://evil.example/x", 403), (b"/me", b"/me;a=b", 403), (b"/me", b"/me%3fa=b", 403),
    (b"/me", b"/batch", 403), (b"/me", b"/gateway/not_here", 403), (b"/api/v2/me", b"/gateway/not_here", 403),
    (b"GET", b"CONNECT", 403), (b"GET", b"PURGE", 403),
], ids=lambda value: str(value)[:20])
def test_every_refusal_is_json(
    gateway: Gateway, silent: None, old: bytes, new: bytes, status: int
) -> None:
    received = gateway.raw("SN-1", ASK.replace(old, new, 1))
    assert received.startswith(b"HTTP/1.1 %d " % status), received
    assert json.loads(received.partition(b"\r\n\r\n")[2])["message"].startswith("gateway: ")


def test_other_forms_of_a_request_reach_the_same_place(gateway: Gateway, ardoq: FakeArdoq) -> None:
    body = json.dumps(report()).encode()
    plain = b"POST /api/v2/batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    more = b"Upgrade: websocket\r\nTE: trailers\r\nRange: bytes=0-3\r\nIf-Match: x\r\nX-HTTP-Method-Override: DELETE\r\n"
    for old, new in ((b"/api", b"https://evil.example/api"), (b"HTTP/1.1", b"HTTP/1.0"),
                     (b"batch", b"batch?"), (b"batch", b"batch#x"), (b"v2", b"%2e%2e/api/v2"),
                     (b"Host", b"Expect: 100-continue\r\nHost"), (b"Host", more + b"Host"),
                     (b"Host", b"Content-Type: text/plain; charset=utf-16\r\nHost")):
        assert b" 200 OK\r\n" in gateway.raw("SN-1", plain.replace(old, new, 1) + body), new
        entry = ardoq.journal[-1]
        assert (entry["method"], entry["path"], entry["query"]) == ("POST", BATCH, "")
        assert json.loads(entry["body"]) == report()
        headers = dict(entry["headers"])
        assert headers["content-type"] == "application/json" and headers["content-length"] == str(len(entry["body"]))
        assert {*headers} <= {"host", "authorization", "x-org", "user-agent", "accept",
                              "accept-encoding", "content-type", "content-length"}
