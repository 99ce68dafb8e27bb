"""The stand-in for Ardoq: batches, which are strict and atomic."""

from typing import Any

import pytest

from api_client import MISSING, Client, Start, component, set_fields, upsert
from servers import DEVICE_TYPE, WORKSPACE


def test_an_upsert_creates_once_and_then_updates(client: Client) -> None:
    first = client.batch(upsert=[{**upsert("a", "U-1", device_model="m"), "batchId": "dev"}])
    assert first.status == 200
    [created] = first.json["components"]["created"]
    assert created == {"id": created["id"], "batchId": "dev"}
    second = client.batch(upsert=[{**upsert("b", "U-1", device_chip="c"), "batchId": "dev"}])
    assert second.json == {"components": {"updated": [{"id": created["id"]}]}}
    stored = client.get(f"components/{created['id']}").json
    assert (stored["name"], stored["_version"]) == ("b", 2)
    assert set_fields(stored) == {
        "device_serial": "U-1",
        "device_model": "m",
        "device_chip": "c",
    }
    client.batch(delete=[{"id": created["id"]}])


@pytest.mark.parametrize(
    ("unique_by", "status"),
    [
        (["rootWorkspace", "name"], 200),
        (["customFields.device_serial", "rootWorkspace"], 200),
        (["customFields.device_serial"], 422),
        (["rootWorkspace"], 422),
        (["rootWorkspace", "name", "customFields.device_serial"], 422),
        (["rootWorkspace", "typeId"], 422),
        (["rootWorkspace", "customFields.device_mac"], 422),
        (["rootWorkspace", "customFields.device_model"], 422),
        (["rootWorkspace", "customFields.nonsense"], 422),
        (["rootWorkspace", "rootWorkspace"], 400),
        ([], 400),
    ],
)
def test_unique_by_takes_a_workspace_and_one_key(
    client: Client, unique_by: list[str], status: int
) -> None:
    body = component("unique", device_serial="Q-1", device_model="")
    answer = client.batch(upsert=[{"uniqueBy": unique_by, "body": body}])
    assert answer.status == status
    match = {"rootWorkspace": WORKSPACE, "name": "unique"}
    deleted = client.batch(delete=[{"match": match}]).json
    assert bool(deleted) == (status == 200)


def test_an_upsert_that_matches_several_fails(client: Client) -> None:
    for name in ("twin", "twin"):
        client.create(name, device_serial="T-1")
    assert client.batch(upsert=[upsert("third", "T-1")]).status == 409
    alias = {"rootWorkspace": WORKSPACE, "customFields": {"device_serial": "T-1"}}
    document = {"aliases": {"components": {"t": alias}}}
    assert client.post("batch", document).status == 409
    deleted = client.batch(delete=[{"match": alias}]).json["components"]["deleted"]
    assert len(deleted) == 2
    assert client.batch(delete=[{"match": alias}]).json == {}


def test_a_failing_batch_changes_nothing(start_stand_in: Start) -> None:
    server = start_stand_in("--mix-upserts")
    with Client(server) as client:
        oid = client.create("kept", device_serial="A-1")
        before = client.get("components").raw
        wrong = [
            {"update": [{"id": oid, "ifVersionMatch": 9, "body": {"name": "changed"}}]},
            {"upsert": [upsert("changed", "A-1"), upsert("bad", "A-2", device_managed="yes")]},
            {"upsert": [upsert("changed", "A-1")], "delete": [{"id": oid}, {"id": MISSING}]},
            {"create": [{"body": {**component("orphan"), "parent": MISSING}}]},
            {"create": [{"batchId": "x", "body": component("x")} for _ in range(2)]},
        ]
        for operations in wrong:
            operations.setdefault("create", []).append({"body": component("new")})
            assert client.batch(**operations).status in (404, 409, 422)
            assert client.get("components").raw == before


def test_a_batch_mixes_operations_aliases_and_batch_ids(client: Client) -> None:
    site = client.create("site")
    old = client.create("old", device_serial="M-1")
    document = {
        "options": {"respondWithEntities": True},
        "aliases": {
            "components": {
                "the-site": {"rootWorkspace": WORKSPACE, "name": "site"},
                "the-old": {"rootWorkspace": WORKSPACE, "customFields": {"device_serial": "M-1"}},
            }
        },
        "components": {
            "create": [
                {"body": {**component("port"), "parent": "rack"}},
                {"batchId": "rack", "body": {**component("rack"), "parent": "the-site"}},
            ],
            "update": [{"id": "the-site", "ifVersionMatch": 1, "body": {"name": "Oslo"}}],
            "delete": [{"id": "the-old"}],
        },
    }
    expanded = client.post("batch/expand", document).json
    assert "aliases" not in expanded
    assert expanded["components"]["delete"] == [{"id": old}]
    assert expanded["components"]["update"][0]["id"] == site
    bodies = [operation["body"] for operation in expanded["components"]["create"]]
    assert [body["parent"] for body in bodies] == ["rack", site]
    assert client.get(f"components/{old}").status == 200

    results = client.post("batch", document).json["components"]
    [port], [rack] = (
        [each for each in results["created"] if ("batchId" in each) == named]
        for named in (False, True)
    )
    assert rack["batchId"] == "rack" and rack["body"]["parent"] == site
    assert port["body"]["parent"] == rack["id"] and port["body"]["_version"] == 1
    assert [(item["id"], item["body"]["name"]) for item in results["updated"]] == [(site, "Oslo")]
    assert results["deleted"] == [{"id": old}]
    children = client.get(f"components?parent={site}").json["values"]
    assert [child["_id"] for child in children] == [rack["id"]]
    client.batch(delete=[{"id": oid} for oid in (rack["id"], port["id"], site)])


def test_an_unknown_alias_target_is_refused(client: Client) -> None:
    document = {"aliases": {"components": {"nobody": {"componentKey": "DEV-0"}}}}
    assert client.post("batch", document).status == 404
    assert client.post("batch/expand", document).status == 404


@pytest.mark.parametrize(
    ("match", "count"),
    [
        ({"name": "match a"}, 1),
        ({"typeId": DEVICE_TYPE, "rootWorkspace": WORKSPACE}, 2),
        ({"customFields": {"device_model": "mm"}}, 2),
        ({"customFields": {"device_model": "mm", "device_port_count": 2}, "name": "match b"}, 1),
        ({"componentKey": "DEV-0"}, 0),
        ({"typeId": "p1"}, 0),
    ],
)
def test_a_delete_matches_by_any_of_its_parts(
    start_stand_in: Start, match: dict[str, Any], count: int
) -> None:
    with Client(start_stand_in()) as client:
        client.create("match a", device_model="mm")
        client.create("match b", device_model="mm", device_port_count=2)
        answer = client.batch(delete=[{"match": match}])
        assert len(answer.json.get("components", {}).get("deleted", [])) == count
        assert len(client.names()) == 2 - count
        assert client.batch(delete=[{"match": {}}]).status == 400
