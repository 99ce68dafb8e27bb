"""The stand-in for Ardoq: references, alone and in batches."""

from collections.abc import Iterator
from typing import Any

import pytest

from api_client import MISSING, WITH_TOKEN, Client, Start, component, reference, upsert
from servers import DEVICE_TYPE, LOCATION_TYPE, LOCATIONS, PRODUCT_TYPE, PRODUCTS, WORKSPACE

LOCATED_AT = 2
INSTANCE_OF = 3
ENDS = ["source", "target", "type"]
BY_KEY = ["source.rootWorkspace", "customFields.reference_key"]


def site(name: str) -> dict[str, Any]:
    return {"rootWorkspace": LOCATIONS, "typeId": LOCATION_TYPE, "name": name}


@pytest.fixture
def device(client: Client) -> Iterator[str]:
    """A device in the shared stand-in, and with it all its references, for one test."""
    oid = client.create("device", device_serial="REF-1")
    yield oid
    client.batch(delete=[{"id": oid}])


@pytest.fixture
def oslo(client: Client) -> Iterator[str]:
    oid = client.post("components", site("Oslo")).json["_id"]
    yield oid
    client.batch(delete=[{"id": oid}])


# Alone


def test_a_reference_has_the_documented_shape(client: Client, device: str, oslo: str) -> None:
    fields = {"reference_since": "2026-01-02T03:04:05Z"}
    body = reference(device, oslo, LOCATED_AT, displayText="stands in", customFields=fields)
    answer = client.post("references", body)
    assert answer.status == 201
    shape = answer.json
    assert shape.pop("_meta")["createdByName"] == "Device Account"
    oid = shape.pop("_id")
    assert shape == {
        **body,
        "_version": 1,
        "description": None,
        "rootWorkspace": WORKSPACE,
        "targetWorkspace": LOCATIONS,
    }
    assert client.get(f"references/{oid}").json == answer.json
    path = f"references/{oid}"
    assert client.write("PATCH", path, {}).status == 400
    assert client.write("PATCH", f"{path}?ifVersionMatch=2", {}).status == 409
    assert client.write("PATCH", f"{path}?ifVersionMatch=1", {"type": 1}).status == 400
    changed = client.write("PATCH", f"{path}?ifVersionMatch=1", {"displayText": "at"}).json
    assert (changed["_version"], changed["displayText"]) == (2, "at")
    assert changed["customFields"] == fields
    assert client.send("DELETE", f"/api/v2/{path}", WITH_TOKEN).status == 204
    assert client.get(path).status == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"source": None}, 400),
        ({"source": ""}, 400),
        ({"source": MISSING}, 404),
        ({"target": MISSING}, 404),
        ({"target": "Oslo"}, 404),
        ({"type": "2"}, 400),
        # A type of Products, and devices have none of this number.
        ({"type": 5}, 422),
        ({"rootWorkspace": WORKSPACE}, 400),
        ({"displayText": None}, 400),
        ({"customFields": {"reference_since": "yesterday"}}, 422),
        ({"customFields": {"nonsense": "x"}}, 422),
        ({"customFields": {"device_serial": "of another type"}}, 422),
    ],
)
def test_a_wrong_reference_is_refused(
    client: Client, device: str, oslo: str, changes: dict[str, Any], status: int
) -> None:
    body = {**reference(device, oslo, LOCATED_AT), **changes}
    assert client.post("references", body).status == status
    create = {"references": {"create": [{"body": body}]}}
    assert client.post("batch", create).status == status
    unique = {"references": {"upsert": [{"uniqueBy": ENDS, "body": body}]}}
    assert client.post("batch", unique).status == status
    assert client.listed(f"references?source={device}") == []


def test_references_are_filtered_and_come_in_pages(start_stand_in: Start) -> None:
    with Client(start_stand_in("--page-size", "2")) as client:
        devices = [client.create(name) for name in "abc"]
        oslo = client.post("components", site("Oslo")).json["_id"]
        made = [client.connect(each, oslo, LOCATED_AT) for each in devices]
        made.append(client.connect(devices[0], devices[1], displayText="bus"))

        def ids(query: str) -> list[str]:
            return [each["_id"] for each in client.listed(f"references?{query}")]

        page = client.get(f"references?target={oslo}").json
        assert [each["_id"] for each in page["values"]] == made[:2]
        following = page["_links"]["next"]["href"].split("/api/v2/")[1]
        assert [each["_id"] for each in client.listed(following)] == made[2:3]
        assert ids(f"source={devices[0]}") == [made[0], made[3]]
        assert ids(f"source={devices[0]}&type=2") == made[:1]
        assert ids("displayText=bus") == made[3:]
        assert ids(f"targetWorkspace={WORKSPACE}") == made[3:]
        assert ids(f"rootWorkspace={LOCATIONS}") == []
        assert ids(f"rootWorkspace={WORKSPACE}") == made[:2]
        unknown = client.get("references?name=bus").json
        assert unknown["_meta"]["warnings"] == ["name: unknown query parameter"]
        assert client.get("references?type=two").json["_meta"]["warnings"]


def test_a_deleted_component_takes_its_references_along(
    client: Client, device: str, oslo: str
) -> None:
    other = client.create("other")
    client.connect(other, oslo, LOCATED_AT)
    client.connect(device, other)
    client.batch(delete=[{"id": other}])
    assert client.listed(f"references?target={oslo}") == []
    assert client.listed(f"references?source={device}") == []


def test_show_prints_what_belongs_together(start_stand_in: Start) -> None:
    server = start_stand_in()
    with Client(server) as client:
        assert len(server.show().splitlines()) == 2
        oslo = client.post("components", site("Oslo\x1b")).json["_id"]
        client.connect(client.create("Pump"), oslo, LOCATED_AT)
    shown = server.show().splitlines()
    assert "    → Located at: Oslo\\x1b" in shown
    headings = [line.split(" · ")[0] for line in shown if " · workspace " in line]
    assert headings == ["Devices", "Locations"]


# In batches


def device_at(serial: str, place: str, product: str) -> dict[str, Any]:
    """A client's usual batch: a device with references to its site and its model."""
    by_name = ["rootWorkspace", "name"]
    model = {"rootWorkspace": PRODUCTS, "typeId": PRODUCT_TYPE, "name": product}
    return {
        "components": {
            "upsert": [
                {**upsert(f"device {serial}", serial), "batchId": "device"},
                {"uniqueBy": by_name, "batchId": "site", "body": site(place)},
                {"uniqueBy": by_name, "batchId": "model", "body": model},
            ]
        },
        "references": {
            "upsert": [
                {"uniqueBy": ENDS, "batchId": "r1", "body": reference("device", "site", 2)},
                {"uniqueBy": ENDS, "batchId": "r2", "body": reference("device", "model", 3)},
            ]
        },
    }


def test_a_second_report_with_references_makes_nothing_new(start_stand_in: Start) -> None:
    with Client(start_stand_in()) as client:
        first = client.post("batch", device_at("S-1", "Oslo", "Pump")).json
        made = {item["batchId"]: item["id"] for item in first["components"]["created"]}
        links = {item["batchId"]: item["id"] for item in first["references"]["created"]}
        assert [*sorted(made), *sorted(links)] == ["device", "model", "site", "r1", "r2"]
        # In another order than they were sent.
        assert [*made] == ["site", "device", "model"]
        second = client.post("batch", device_at("S-1", "Oslo", "Pump")).json
        assert set(second) == {"components", "references"}
        for kind, ids in (("components", made), ("references", links)):
            assert [*second[kind]] == ["updated"]
            assert sorted(second[kind]["updated"], key=lambda item: item["id"]) == [
                {"id": oid} for oid in sorted(ids.values())
            ]
        stored = client.listed(f"references?source={made['device']}")
        assert [(each["target"], each["_version"]) for each in stored] == [
            (made["site"], 2), (made["model"], 2),
        ]
        # Another device shares them.
        third = client.post("batch", device_at("S-2", "Oslo", "Pump")).json
        assert [each["batchId"] for each in third["components"]["created"]] == ["device"]
        assert len(client.listed(f"references?target={made['model']}")) == 2


def test_entities_come_along_when_asked(client: Client) -> None:
    document = {**device_at("E-1", "Oslo", "Pump"), "options": {"respondWithEntities": True}}
    for outcome in ("created", "updated"):
        results = client.post("batch", document).json
        serials = [
            each["body"]["customFields"].get("device_serial")
            for each in results["components"][outcome]
        ]
        assert sorted(map(str, serials)) == ["E-1", "None", "None"]
        device = next(
            each["id"] for each in results["components"][outcome]
            if each["body"]["typeId"] == DEVICE_TYPE
        )
        for each in results["references"][outcome]:
            assert each["body"]["source"] == device and each["body"]["_id"] == each["id"]
    ids = [each["id"] for each in results["components"]["updated"]]
    client.batch(delete=[{"id": oid} for oid in ids])


def test_aliases_stand_for_what_exists(client: Client, device: str, oslo: str) -> None:
    oid = client.connect(device, oslo, LOCATED_AT, customFields={"reference_key": "K-1"})
    aliases = {
        "components": {
            "site": {"rootWorkspace": LOCATIONS, "name": "Oslo"},
            "dev": {"rootWorkspace": WORKSPACE, "customFields": {"device_serial": "REF-1"}},
        },
        "references": {
            "by-ends": reference("dev", "site", LOCATED_AT),
            "by-key": {"rootWorkspace": WORKSPACE, "customFields": {"reference_key": "K-1"}},
        },
    }
    create = {"body": reference("site", "dev")}
    update = {"id": "by-key", "ifVersionMatch": 1, "body": {"target": "dev", "source": "dev"}}
    document = {
        "aliases": aliases,
        "references": {"create": [create], "update": [update], "delete": [{"id": "by-ends"}]},
    }
    expanded = client.post("batch/expand", document).json
    assert expanded == {
        "references": {
            "create": [{"body": reference(oslo, device)}],
            "update": [{**update, "id": oid, "body": {"target": device, "source": device}}],
            "delete": [{"id": oid}],
        }
    }
    assert client.get(f"references/{oid}").json["_version"] == 1
    results = client.post("batch", document).json["references"]
    assert results["updated"] == results["deleted"] == [{"id": oid}]
    [created] = results["created"]
    # Type 1 of Locations is another than type 1 of Devices, and it goes the other way.
    made = client.get(f"references/{created['id']}").json
    assert (made["rootWorkspace"], made["target"]) == (LOCATIONS, device)


@pytest.mark.parametrize(
    ("alias", "status"),
    [
        (reference("dev", "site", INSTANCE_OF), 404),
        (reference("dev", "nobody", LOCATED_AT), 404),
        (reference("dev", "site", LOCATED_AT), 409),
        ({"rootWorkspace": WORKSPACE, "customFields": {"reference_key": "K-0"}}, 404),
        ({"rootWorkspace": WORKSPACE, "customFields": {"nonsense": "K-0"}}, 422),
        ({"source": "dev", "target": "site"}, 400),
        ({"source": "dev", "target": "site", "type": 2, "rootWorkspace": WORKSPACE}, 400),
        ({"customFields": {"reference_key": "K-0"}}, 400),
        ({"targetWorkspace": LOCATIONS, "source": "dev", "type": 2}, 400),
    ],
)
def test_an_alias_of_a_reference_finds_one_or_fails(
    client: Client, device: str, oslo: str, alias: dict[str, Any], status: int
) -> None:
    for _ in range(2):
        client.connect(device, oslo, LOCATED_AT)
    components = {
        "site": {"rootWorkspace": LOCATIONS, "name": "Oslo"},
        "dev": {"rootWorkspace": WORKSPACE, "name": "device"},
    }
    document = {"aliases": {"components": components, "references": {"r": alias}}}
    assert client.post("batch", document).status == status
    assert client.post("batch/expand", document).status == status


@pytest.mark.parametrize(
    ("unique_by", "status"),
    [
        (ENDS, 200),
        (["type", "target", "source"], 200),
        (BY_KEY, 200),
        (BY_KEY[::-1], 200),
        (["rootWorkspace", "customFields.reference_key"], 422),
        (["source", "type"], 422),
        (["source", "target"], 422),
        ([*ENDS, "customFields.reference_key"], 422),
        (["source.rootWorkspace"], 422),
        (["customFields.reference_key"], 422),
        (["source.rootWorkspace", "customFields.reference_since"], 422),
        (["source.rootWorkspace", "customFields.nonsense"], 422),
        (["source.rootWorkspace", "displayText"], 422),
    ],
)
def test_a_reference_is_unique_by_its_ends_or_by_a_field(
    client: Client, device: str, oslo: str, unique_by: list[str], status: int
) -> None:
    body = reference(device, oslo, LOCATED_AT, customFields={"reference_key": "U-1"})
    document = {"references": {"upsert": [{"uniqueBy": unique_by, "body": body}]}}
    for outcome in ("created", "updated"):
        answer = client.post("batch", document)
        assert answer.status == status
        assert status != 200 or [*answer.json["references"]] == [outcome]
    assert len(client.listed(f"references?source={device}")) == (status == 200)


def test_the_specification_names_the_workspace_otherwise(start_stand_in: Start) -> None:
    with Client(start_stand_in("--reference-root-workspace")) as client:
        ends = [client.create(name) for name in "ab"]
        body = reference(*ends, customFields={"reference_key": "U-1"})
        for workspace in ("rootWorkspace", "source.rootWorkspace"):
            unique_by = [workspace, "customFields.reference_key"]
            document = {"references": {"upsert": [{"uniqueBy": unique_by, "body": body}]}}
            assert client.post("batch", document).status == 200
        assert len(client.listed("references")) == 1


def test_an_upsert_by_a_field_moves_a_reference_but_keeps_its_type(
    client: Client, device: str, oslo: str
) -> None:
    bergen = client.post("components", site("Bergen")).json["_id"]
    oid = client.connect(device, oslo, LOCATED_AT, customFields={"reference_key": "M-1"})
    body = reference(device, bergen, LOCATED_AT, customFields={"reference_key": "M-1"})
    document = {"references": {"upsert": [{"uniqueBy": BY_KEY, "body": body}]}}
    assert client.post("batch", document).json == {"references": {"updated": [{"id": oid}]}}
    assert client.get(f"references/{oid}").json["target"] == bergen
    body["type"] = INSTANCE_OF
    assert client.post("batch", document).status == 422
    client.batch(delete=[{"id": bergen}])


def test_an_upsert_that_matches_several_references_fails(
    client: Client, device: str, oslo: str
) -> None:
    for _ in range(2):
        client.connect(device, oslo, LOCATED_AT)
    body = reference(device, oslo, LOCATED_AT)
    document = {"references": {"upsert": [{"uniqueBy": ENDS, "body": body}]}}
    assert client.post("batch", document).status == 409


@pytest.mark.parametrize(
    ("match", "count"),
    [
        ({"source": "dev"}, 2),
        ({"source": "dev", "type": LOCATED_AT}, 1),
        ({"targetWorkspace": LOCATIONS}, 1),
        ({"rootWorkspace": WORKSPACE, "target": "site"}, 1),
        ({"customFields": {"reference_key": "D-1"}}, 1),
        ({"target": MISSING}, 0),
    ],
)
def test_a_delete_of_references_matches_by_any_part(
    start_stand_in: Start, match: dict[str, Any], count: int
) -> None:
    with Client(start_stand_in()) as client:
        device, other = client.create("device"), client.create("other")
        oslo = client.post("components", site("Oslo")).json["_id"]
        client.connect(device, oslo, LOCATED_AT)
        client.connect(device, other, customFields={"reference_key": "D-1"})
        aliases = {
            "dev": {"rootWorkspace": WORKSPACE, "name": "device"},
            "site": {"rootWorkspace": LOCATIONS, "name": "Oslo"},
        }
        document = {"aliases": {"components": aliases}}
        document["references"] = {"delete": [{"match": match}]}
        results = client.post("batch", document).json
        assert len(results.get("references", {}).get("deleted", [])) == count
        assert len(client.listed("references")) == 2 - count
        document["references"] = {"delete": [{"match": {}}]}
        assert client.post("batch", document).status == 400


# Either rule on mixing


def move(client: Client, device: str, here: str, there: str) -> tuple[int, list[str]]:
    old = client.connect(device, here, LOCATED_AT)
    operations = {
        "upsert": [{"uniqueBy": ENDS, "body": reference(device, there, LOCATED_AT)}],
        "delete": [{"id": old}],
    }
    status = client.post("batch", {"references": operations}).status
    return status, [each["target"] for each in client.listed(f"references?source={device}")]


@pytest.mark.parametrize(
    ("switches", "status"),
    [([], 400), (["--mixed-status", "422"], 422), (["--mix-upserts"], 200)],
)
def test_upserts_beside_deletes_are_refused_or_not(
    start_stand_in: Start, switches: list[str], status: int
) -> None:
    with Client(start_stand_in(*switches)) as client:
        device = client.create("device", device_serial="X-1")
        oslo, bergen = (
            client.post("components", site(name)).json["_id"] for name in ("Oslo", "Bergen")
        )
        moved = move(client, device, oslo, bergen)
        assert moved == (status, [bergen if status == 200 else oslo])
        mixed = client.batch(upsert=[upsert("device", "X-1")], create=[{"body": component("n")}])
        assert mixed.status == status
        # Of another kind there may be any; and what is empty is not there.
        document = device_at("X-1", "Oslo", "Pump")
        [link] = client.listed(f"references?source={device}")
        document["references"] = {"delete": [{"id": link["_id"]}], "upsert": []}
        assert client.post("batch", document).status == 200


def test_a_batch_may_be_too_large(start_stand_in: Start) -> None:
    with Client(start_stand_in("--max-operations", "4")) as client:
        document = device_at("L-1", "Oslo", "Pump")
        assert client.post("batch", document).status == 413
        document["references"]["upsert"].pop()
        assert client.post("batch", document).status == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"target": "nobody"}, 404),
        ({"target": MISSING}, 404),
        # A batchId of a reference is no component.
        ({"target": "r1"}, 404),
        ({"type": 5}, 422),
    ],
)
def test_a_batch_whose_last_reference_is_wrong_changes_nothing(
    start_stand_in: Start, change: dict[str, Any], status: int
) -> None:
    with Client(start_stand_in()) as client:
        kept = client.create("kept", device_serial="W-1")
        before = [client.get(each).raw for each in ("components", "references")]
        document = device_at("W-1", "Oslo", "Pump")
        document["references"]["upsert"][1]["body"].update(change)
        assert client.post("batch", document).status == status
        assert [client.get(each).raw for each in ("components", "references")] == before
        assert client.get(f"components/{kept}").json["name"] == "kept"


def test_one_name_has_one_meaning(client: Client, device: str, oslo: str) -> None:
    body = reference(device, oslo, LOCATED_AT)
    twice = [{"batchId": "x", "body": body} for _ in range(2)]
    assert client.post("batch", {"references": {"create": twice}}).status == 422
    document = {
        "aliases": {"components": {"x": {"rootWorkspace": WORKSPACE, "name": "device"}}},
        "references": {"create": twice[:1]},
    }
    assert client.post("batch", document).status == 422
    client.connect(device, oslo, LOCATED_AT)
    document["aliases"]["references"] = {"x": body}
    del document["references"]
    assert client.post("batch", document).status == 422


# Parents


def test_a_parent_is_in_the_same_workspace_and_above(client: Client, device: str) -> None:
    def adopt(child: str, parent: str) -> int:
        update = {"id": child, "ifVersionMatch": "latest", "body": {"parent": parent}}
        return client.batch(update=[update]).status

    inner = client.create("inner")
    oslo = client.post("components", site("Oslo")).json["_id"]
    assert adopt(inner, device) == 200
    assert adopt(device, inner) == 422
    assert adopt(inner, inner) == 422
    assert adopt(inner, oslo) == 422
    assert client.get(f"components/{inner}").json["parent"] == device
    assert client.get(f"components?parent={device}").json["values"][0]["_id"] == inner
    client.batch(delete=[{"id": inner}, {"id": oslo}])


def test_an_upsert_names_its_parent_in_three_ways(start_stand_in: Start) -> None:
    with Client(start_stand_in()) as client:
        rack = client.create("rack")
        hall = {**upsert("hall", "H-1"), "batchId": "hall"}
        document = {
            "aliases": {"components": {"the-rack": {"rootWorkspace": WORKSPACE, "name": "rack"}}},
            "components": {
                "upsert": [
                    {**upsert(name, name), "batchId": name} for name in ("a", "b", "c", "d")
                ]
            },
        }
        upserts = document["components"]["upsert"]
        for each, parent in zip(upserts, (rack, "the-rack", "hall", None), strict=True):
            each["body"]["parent"] = parent
        upserts.append(hall)
        for _ in range(2):
            assert client.post("batch", document).status == 200
        found = {each["name"]: each for each in client.listed("components")}
        parents = [found[name]["parent"] for name in ("a", "b", "c", "d")]
        assert parents == [rack, rack, found["hall"]["_id"], None]
        assert found["a"]["_version"] == 2
