"""The JSON formats of the store's content, as documented by Ardoq."""

import json
import sqlite3
from typing import Any

import seeds
from seeds import Field
from store import Store

_META = (
    "created",
    "createdBy",
    "createdByEmail",
    "createdByName",
    "lastUpdated",
    "lastModifiedBy",
    "lastModifiedByEmail",
    "lastModifiedByName",
)
_OPTIONAL = ("parent", "description", "color", "icon", "image", "shape")


def _meta(row: sqlite3.Row) -> dict[str, str]:
    return {key: row[key] for key in _META}


def me(store: Store) -> dict[str, Any]:
    organisation = store.organisation()
    return {
        "org": {"name": organisation["name"], "label": organisation["label"]},
        "user": {"email": store.user()["email"]},
    }


def workspace(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "_id": row["id"],
        "_version": row["version"],
        "_meta": _meta(row),
        "name": row["name"],
        "workspaceKey": row["workspaceKey"],
    }


def component(row: sqlite3.Row, fields: dict[str, Field], nulls: bool) -> dict[str, Any]:
    """A component; without `nulls` unset members are absent instead of null."""
    shape = {
        "_id": row["id"],
        "_version": row["version"],
        "_meta": _meta(row),
        "rootWorkspace": row["rootWorkspace"],
        "typeId": row["typeId"],
        "type": row["type"],
        "componentKey": row["componentKey"],
        "name": row["name"],
        "customFields": json.loads(row["customFields"]),
    }
    shape.update((key, row[key]) for key in _OPTIONAL if nulls or row[key] is not None)
    if nulls:
        _add_calculated(shape, fields, row["type"])
    return shape


def _add_calculated(shape: dict[str, Any], fields: dict[str, Field], type_name: str) -> None:
    own = (field for field in fields.values() if type_name in field.places)
    shape["customFields"].update((field.key, None) for field in own if field.calculated)


def reference(row: sqlite3.Row, nulls: bool) -> dict[str, Any]:
    shape = {
        "_id": row["id"],
        "_version": row["version"],
        "_meta": _meta(row),
        "rootWorkspace": row["rootWorkspace"],
        "targetWorkspace": row["targetWorkspace"],
        "source": row["source"],
        "target": row["target"],
        "type": row["type"],
        "customFields": json.loads(row["customFields"]),
    }
    texts = ("displayText", "description")
    shape.update((key, row[key]) for key in texts if nulls or row[key] is not None)
    return shape


def columns(report: seeds.Report) -> list[dict[str, str]]:
    return [{"label": label, "key": key} for key, label in report.columns]


def report_row(report: seeds.Report, row: sqlite3.Row) -> dict[str, Any]:
    """The values of a component by column; None if it has none."""
    values = {**json.loads(row["customFields"]), "name": row["name"]}
    return {key: values.get(key) for key, _ in report.columns}


def report(row: seeds.Report, user: sqlite3.Row) -> dict[str, Any]:
    people = {"": user["id"], "Email": user["email"], "Name": user["name"]}
    meta = {"created": seeds.LONG_AGO, "lastUpdated": seeds.LONG_AGO}
    for end, value in people.items():
        meta[f"createdBy{end}"] = meta[f"lastModifiedBy{end}"] = value
    return {
        "_id": row.id,
        "_version": 1,
        "_meta": meta,
        "name": row.name,
        "description": None,
        "datasource": "advancedSearch",
        "columns": columns(row),
    }


def _field(field: Field) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "apiKey": field.key,
        "label": field.label,
        "type": field.type,
        "description": None,
        "defaultValue": None,
        "readOnly": field.read_only,
        "calculated": field.calculated,
    }
    if field.options:
        shape["options"] = list(field.options)
    return shape


def _keys(fields: dict[str, Field], type_name: str) -> list[str]:
    return [key for key, field in fields.items() if type_name in field.places]


def _component_type(
    row: sqlite3.Row, types: list[sqlite3.Row], fields: dict[str, Field]
) -> dict[str, Any]:
    parent = next((each for each in types if each["typeId"] == row["parent"]), None)
    name = row["name"]
    shape = {"name": name, "typeId": row["typeId"], "customFields": _keys(fields, name)}
    if parent is not None:
        shape["parent"] = {"name": parent["name"], "typeId": parent["typeId"]}
    return {**shape, **dict.fromkeys(("color", "icon", "image", "shape"))}


def context(store: Store, oid: str) -> dict[str, Any]:
    """The workspace's context, without fields that only others have."""
    fields, types = store.fields, store.component_types(oid)
    reference_types = store.reference_types(oid)
    names = {row["name"] for row in (*types, *reference_types)}
    return {
        "rootWorkspace": oid,
        "componentTypes": [_component_type(row, types, fields) for row in types],
        "referenceTypes": [
            {"name": row["name"], "type": row["type"], "customFields": _keys(fields, row["name"])}
            for row in reference_types
        ],
        "customFields": [_field(each) for each in fields.values() if names & {*each.places}],
        "tags": [{"name": name} for name in seeds.TAGS],
    }
