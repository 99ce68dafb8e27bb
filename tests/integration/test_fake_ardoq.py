"""The stand-in for Ardoq is strict: what it refuses, and the effect of valid requests.

A rule that it lost would let a mistake of the client pass. What else it does, and its switches, other
tests use and would miss. test_fake_batch.py has what is about batches.
"""

import socket
import ssl
from typing import Any

import pytest

from api_client import (
    BOUND, JSON, MISSING, USER_AGENT, WITH_TOKEN, Client, Start, component, set_fields,
)
from servers import DEVICE_TYPE, LOCATIONS, WORKSPACE, FakeArdoq


# Headers and token


def test_me_names_organisation_and_user(client: Client) -> None:
    answer = client.get("me")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json == {
        "org": {"name": "Acme Corporation", "label": "acme"},
        "user": {"email": "devices@acme.example"},
    }


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (USER_AGENT, 401),
        ({**USER_AGENT, "Authorization": "Bearer wrong"}, 401),
        ({**USER_AGENT, "Authorization": "bearer test-token"}, 401),
        ({**USER_AGENT, "Authorization": "Token token=test-token"}, 401),
        ({"Authorization": "Bearer test-token"}, 403),
        ({**WITH_TOKEN, "User-Agent": " "}, 403),
        ({**WITH_TOKEN, "X-org": "acme"}, 200),
        ({**WITH_TOKEN, "X-org": "other"}, 403),
    ],
)
def test_headers_are_demanded(client: Client, headers: dict[str, str], status: int) -> None:
    answer = client.send("GET", "/api/v2/me", headers)
    assert answer.status == status
    assert status == 200 or isinstance(answer.json["message"], str)


def test_a_shared_host_demands_the_organisation(start_stand_in: Start) -> None:
    with Client(start_stand_in("--shared-host", "--missing-org-status", "400")) as client:
        assert client.send("GET", "/api/v2/me", WITH_TOKEN).status == 400
        assert client.send("GET", "/api/v2/me", {**WITH_TOKEN, "X-org": "other"}).status == 400
        assert client.send("GET", "/api/v2/me", {**WITH_TOKEN, "X-org": "acme"}).status == 200


# Paths, methods, queries


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/api/v2/me/", 404),
        ("GET", "/api/v2/component", 404),
        ("GET", f"/api/v2/components/{MISSING}", 404),
        ("GET", "/api/v2/components/short", 404),
        ("DELETE", f"/api/v2/components/{MISSING}", 404),
        ("GET", f"/api/v2/workspaces/{MISSING}", 404),
        ("GET", f"/api/v2/workspaces/{MISSING}/context", 404),
        ("POST", "/api/v2/me", 405),
        ("HEAD", "/api/v2/me", 405),
        ("PUT", "/api/v2/components", 405),
        ("GET", "/api/v2/batch", 405),
        ("GET", f"/api/v2/references/{MISSING}", 404),
        ("DELETE", f"/api/v2/references/{MISSING}", 404),
        ("GET", "/api/v2/attachments", 501),
        ("GET", "/api/v2/components?name=a&name=b", 400),
        ("GET", "/api/v2/components?cursor=nonsense", 400),
    ],
)
def test_what_does_not_exist_is_refused(
    client: Client, method: str, path: str, status: int
) -> None:
    assert client.send(method, path, WITH_TOKEN).status == status


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("page", "2", "unknown query parameter"),
        ("customFields.nonsense", "1", "unknown query parameter"),
        ("customFields.device_port_count", "many", "Number needs a number"),
        ("customFields.device_managed", "1", "Checkbox needs true or false"),
    ],
)
def test_what_a_query_means_nothing_by_is_left_out(
    client: Client, name: str, value: str, words: str
) -> None:
    oid = client.create("left")
    answer = client.get(f"components?name=left&{name}={value}")
    assert answer.status == 200
    assert [each["_id"] for each in answer.json["values"]] == [oid]
    assert answer.json["_meta"] == {
        "warnings": [f"{name}: {words}"],
        "query": {"raw": {"name": "left", name: value}, "conformed": {"name": "left"}},
    }
    assert client.get("components?name=left").json["_meta"] == {}
    assert client.get(f"workspaces?{name}={value}").json["_meta"]["warnings"]
    assert client.get("me?verbose=1").status == 200
    client.batch(delete=[{"id": oid}])


def test_a_wrong_method_is_told_the_right_ones(client: Client) -> None:
    answer = client.send("PUT", f"/api/v2/components/{MISSING}", WITH_TOKEN)
    assert answer.headers["Allow"] == "GET, PATCH, DELETE"


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{} {}",
        b"[]",
        b'{"components": {"create": [],}}',
        b'{"options": {}, "options": {}}',
        b'{"options": NaN}',
        b'{"aliases": "\xff"}',
        b'{"component": {}}',
        b'{"respondWithEntities": true}',
        b'{"components": {"upsert": {}}}',
        b'{"components": {"upsert": [{"body": {"name": "no uniqueBy"}}]}}',
    ],
)
def test_a_body_must_be_json_and_meet_the_schema(client: Client, body: bytes) -> None:
    answer = client.send("POST", "/api/v2/batch", {**WITH_TOKEN, **JSON}, body)
    assert answer.status == 400


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ({}, 400),
        ({"Content-Type": "text/json"}, 400),
        ({"Content-Type": "application/json; charset=latin-1"}, 400),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
    ],
)
def test_a_body_must_say_that_it_is_json(
    client: Client, content_type: dict[str, str], status: int
) -> None:
    answer = client.send("POST", "/api/v2/batch", {**WITH_TOKEN, **content_type}, b"{}")
    assert answer.status == status


def test_a_post_must_announce_its_length(stand_in: FakeArdoq) -> None:
    lines = ["POST /api/v2/batch HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in {**WITH_TOKEN, **JSON}.items()]
    context = ssl.create_default_context(cafile=stand_in.ca_path)
    plain = socket.create_connection(("127.0.0.1", stand_in.port), BOUND)
    with context.wrap_socket(plain, server_hostname="localhost") as secure:
        secure.sendall("\r\n".join([*lines, "", ""]).encode())
        assert secure.recv(100).startswith(b"HTTP/1.1 411 ")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": 5}, 400),
        ({"name": ""}, 400),
        ({"name": None}, 400),
        ({"customFields": None}, 400),
        ({"device_serial": "not under customFields"}, 400),
        ({"rootWorkspace": "short"}, 400),
        ({"rootWorkspace": MISSING}, 404),
        ({"typeId": "p1"}, 422),
        ({"parent": MISSING}, 404),
        ({"customFields": {"location_code": "of another type"}}, 422),
        ({"customFields": {"nonsense": "x"}}, 422),
        ({"customFields": {"device_serial": 5}}, 422),
        ({"customFields": {"device_age_days": 3}}, 422),
        ({"customFields": {"device_age_days": None}}, 422),
        ({"customFields": {"device_contact": "nobody"}}, 422),
        ({"customFields": {"device_manual": "manual.pdf"}}, 422),
        ({"customFields": {"device_owner": "somebody"}}, 422),
        ({"customFields": {"device_notes": 1}}, 422),
        ({"customFields": {"device_labels": "indoor"}}, 422),
        ({"customFields": {"device_labels": ["indoor", "underwater"]}}, 422),
        ({"customFields": {"device_port_count": "8"}}, 422),
        ({"customFields": {"device_port_count": True}}, 422),
        ({"customFields": {"device_managed": 1}}, 422),
        ({"customFields": {"device_environment": "cellar"}}, 422),
        ({"customFields": {"device_last_seen": "yesterday"}}, 422),
        ({"customFields": {"device_last_seen": "2026-02-30T00:00:00Z"}}, 422),
        ({"customFields": {"device_last_seen": "2026-02-03T04:05:06"}}, 422),
    ],
)
def test_a_wrong_component_is_refused(
    client: Client, changes: dict[str, Any], status: int
) -> None:
    before = client.names()
    assert client.post("components", {**component("wrong"), **changes}).status == status
    assert client.names() == before


def test_every_field_type_is_stored_as_it_came(client: Client) -> None:
    fields = {
        "device_serial": "SN-Ærø ☃",
        "device_port_count": 2.5,
        "device_managed": False,
        "device_environment": "laboratory",
        "device_last_seen": "2026-02-03T04:05:06.789Z",
        "device_notes": "a\nb",
        "device_contact": "ops@acme.example",
        "device_manual": "https://acme.example/manual",
        "device_owner": "5e0000000000000000000001",
        "device_labels": ["indoor", "mobile"],
    }
    oid = client.create("typed", **fields)
    assert client.get(f"components/{oid}").json["customFields"] == {
        **fields,
        "device_age_days": None,
    }
    for query in ("device_port_count=2.5", "device_managed=false", "device_environment=laboratory"):
        found = client.get(f"components?customFields.{query}").json["values"]
        assert [value["_id"] for value in found] == [oid]
    assert client.send("DELETE", f"/api/v2/components/{oid}", WITH_TOKEN).status == 204


# Shapes


def test_a_component_has_the_documented_shape(client: Client) -> None:
    answer = client.post("components", {**component("shaped"), "description": "one"})
    assert answer.status == 201
    shape = answer.json
    meta = shape.pop("_meta")
    people = {"By": "5e0000000000000000000001", "ByName": "Device Account"}
    people["ByEmail"] = "devices@acme.example"
    for key, value in people.items():
        assert meta.pop(f"created{key}") == meta.pop(f"lastModified{key}") == value
    assert meta.pop("created") == meta.pop("lastUpdated")
    assert meta == {}
    oid, key = shape.pop("_id"), shape.pop("componentKey")
    assert len(oid) == 24 and key.startswith("DEV-")
    assert shape == {
        "_version": 1,
        "rootWorkspace": WORKSPACE,
        "typeId": DEVICE_TYPE,
        "type": "Device",
        "name": "shaped",
        "description": "one",
        **dict.fromkeys(("parent", "color", "icon", "image", "shape")),
        "customFields": {"device_age_days": None},
    }
    found = client.get(f"components?componentKey={key}").json["values"]
    assert [value["_id"] for value in found] == [oid]
    deleted = client.send("DELETE", f"/api/v2/components/{oid}", WITH_TOKEN)
    assert (deleted.status, deleted.raw) == (204, b"")
    assert client.get(f"components/{oid}").status == 404


def test_null_unsets_what_may_be_unset(client: Client) -> None:
    top = client.create("top")
    unset = dict.fromkeys(("parent", "description", "color", "icon", "image", "shape"))
    fields = {"device_serial": "N-1", "device_labels": None}
    body = {**component("nulls"), **unset, "customFields": fields}
    made = client.post("components", body).json
    assert set_fields(made) == {"device_serial": "N-1"}
    path = f"components/{made['_id']}?ifVersionMatch=latest"
    filled = client.write("PATCH", path, {"parent": top, "description": "d"}).json
    assert (filled["parent"], filled["description"]) == (top, "d")
    emptied = client.write("PATCH", path, {**unset, "customFields": {"device_serial": None}}).json
    assert {key: emptied[key] for key in unset} == unset
    assert set_fields(emptied) == {}
    moved = {"id": made["_id"], "ifVersionMatch": "latest", "body": {"parent": top}}
    client.batch(update=[moved])
    client.batch(update=[{**moved, "body": {"parent": None}}])
    assert client.get(f"components/{made['_id']}").json["parent"] is None
    client.batch(delete=[{"id": made["_id"]}, {"id": top}])


def test_unset_fields_may_be_left_out(start_stand_in: Start) -> None:
    with Client(start_stand_in("--no-nulls")) as client:
        shape = client.get(f"components/{client.create('bare')}").json
    assert shape["customFields"] == {}
    assert "parent" not in shape and "description" not in shape


def test_the_context_has_all_its_parts(client: Client) -> None:
    context = client.get(f"workspaces/{WORKSPACE}/context").json
    device, location = context["componentTypes"]
    assert device["parent"] == {"name": "Location", "typeId": location["typeId"]}
    assert "parent" not in location and location["customFields"] == ["location_code"]
    assert "location_code" not in device["customFields"]
    assert [each["type"] for each in context["referenceTypes"]] == [1, 2, 3, 4]
    assert "reference_since" in context["referenceTypes"][1]["customFields"]
    assert [each["name"] for each in context["tags"]] == ["installed", "spare"]
    types = {each["type"] for each in context["customFields"]}
    assert types == {
        *("Text", "TextArea", "DateTime", "Number", "Checkbox", "Email", "Url", "User", "List"),
        "SelectMultipleList",
    }
    other = client.get(f"workspaces/{LOCATIONS}/context").json
    assert [each["apiKey"] for each in other["customFields"]] == ["location_code"]


def test_an_error_body_of_reitit(start_stand_in: Start) -> None:
    with Client(start_stand_in("--error-body", "reitit")) as client:
        wrong = client.post("components", component(""))
        assert wrong.status == 400
        assert wrong.json["type"] == "reitit.coercion/request-coercion"
        assert list(wrong.json["humanized"]) == ["name"]
        missing = client.get(f"components/{MISSING}")
        assert list(missing.json) == ["message"]


# Versions


def test_an_update_needs_the_stored_version_and_makes_a_new_one(client: Client) -> None:
    oid = client.create("first", device_serial="V-1", device_model="m")
    path = f"components/{oid}"
    assert client.write("PATCH", path, {"name": "x"}).status == 400
    for wrong in ("0", "-1", "1.0", "newest", ""):
        assert client.write("PATCH", f"{path}?ifVersionMatch={wrong}", {}).status == 400
    assert client.write("PATCH", f"{path}?ifVersionMatch=2", {"name": "x"}).status == 409
    changed = client.write(
        "PATCH", f"{path}?ifVersionMatch=1", {"customFields": {"device_model": "n"}}
    )
    assert changed.status == 200 and changed.json["_version"] == 2
    assert set_fields(changed.json) == {"device_serial": "V-1", "device_model": "n"}
    assert client.write("PATCH", f"{path}?ifVersionMatch=1", {"name": "x"}).status == 409
    latest = client.write("PATCH", f"{path}?ifVersionMatch=latest", {"name": "last"})
    assert (latest.json["_version"], latest.json["name"]) == (3, "last")
    assert client.write("PATCH", f"{path}?ifVersionMatch=3", {"typeId": DEVICE_TYPE}).status == 400
    client.send("DELETE", f"/api/v2/{path}", WITH_TOKEN)


@pytest.mark.parametrize(
    ("field", "right", "wrong"),
    [
        ("device_flash_size=Number", 4096, "4096"),
        ("device_secure_boot=Checkbox", True, "true"),
        ("device_new=Text", "text", 1),
        ("device_new=List,a,b", "b", "c"),
        ("device_new=SelectMultipleList,a,b", ["b", "a"], ["a", "c"]),
        ("device_model=Text,readOnly", None, "model"),
        ("device_new=List,a,readOnly", None, "a"),
    ],
)
def test_an_administrator_may_have_chosen_other_types(
    start_stand_in: Start, field: str, right: Any, wrong: Any
) -> None:
    key, kind = field.split(",")[0].split("=")
    with Client(start_stand_in("--field", field)) as client:
        context = client.get(f"workspaces/{WORKSPACE}/context").json
        [shape] = [each for each in context["customFields"] if each["apiKey"] == key]
        assert (shape["type"], shape["readOnly"]) == (kind, right is None)
        assert shape["calculated"] is False
        assert client.post("components", component("wrong", **{key: wrong})).status == 422
        oid = client.create("right", **({key: right} if right else {}))
        assert set_fields(client.get(f"components/{oid}").json).get(key) == right


# Reports


def test_reports_are_listed_and_run(start_stand_in: Start) -> None:
    with Client(start_stand_in("--page-size", "2")) as client:
        listed = client.get("reports").json["values"]
        assert [each["name"] for each in listed] == ["Devices by firmware", "Sites"]
        assert client.get("reports?name=Sites").json["values"] == listed[1:]
        report = client.get(f"reports/{listed[0]['_id']}").json
        assert report == listed[0]
        assert (report["_version"], report["datasource"]) == (1, "advancedSearch")
        assert report["columns"][1] == {"label": "Serial number", "key": "device_serial"}
        assert len(report["_meta"]) == 8

        client.create("a", device_serial="A", device_firmware_version="1.0")
        client.create("b", device_serial="B")
        client.create("c")
        run = f"reports/{report['_id']}/run"
        page = client.get(f"{run}/objects").json
        assert page["_meta"] == {"columns": report["columns"], "name": report["name"]}
        assert page["values"] == [
            {"Device": "a", "Serial number": "A", "Version": "1.0"},
            {"Device": "b", "Serial number": "B"},
        ]
        following = page["_links"]["next"]["href"].split("/api/v2/")[1]
        assert client.listed(following) == [{"Device": "c"}]
        keyed = client.listed(f"{run}/objects?keyFormat=key")
        assert keyed[1] == {"name": "b", "device_serial": "B"}
        assert client.get(f"{run}/objects?keyFormat=name").status == 400
        assert client.listed(f"{run}/tabular") == [
            ["a", "A", None, "1.0", None], ["b", "B", None, None, None],
        ]
        for path in (f"reports/{MISSING}", f"reports/{MISSING}/run/tabular"):
            assert client.get(path).status == 404
