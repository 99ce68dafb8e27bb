"""The JSON shapes of what the store holds, as Ardoq documents them."""

import json
import sqlite3
from typing import Any

from custom_fields import Field
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
    """A component; without `nulls` what is unset is absent instead of null."""
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
        shape["customFields"].update((key, None) for key, each in fields.items() if each.calculated)
    return shape


def _field(field: Field) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "apiKey": field.key,
        "label": field.label,
        "type": field.type,
        "description": None,
        "defaultValue": None,
        "readOnly": field.calculated,
        "calculated": field.calculated,
    }
    if field.options:
        shape["options"] = list(field.options)
    return shape


def _component_type(
    row: sqlite3.Row, types: list[sqlite3.Row], fields: dict[str, Field]
) -> dict[str, Any]:
    parent = next((each for each in types if each["typeId"] == row["parent"]), None)
    keys = [key for key, field in fields.items() if field.of_device == (parent is not None)]
    shape = {"name": row["name"], "typeId": row["typeId"], "customFields": keys}
    if parent is not None:
        shape["parent"] = {"name": parent["name"], "typeId": parent["typeId"]}
    return {**shape, **dict.fromkeys(("color", "icon", "image", "shape"))}


def context(store: Store, oid: str) -> dict[str, Any]:
    fields, types = store.custom_fields(), store.component_types(oid)
    return {
        "rootWorkspace": oid,
        "componentTypes": [_component_type(row, types, fields) for row in types],
        "referenceTypes": [
            {"name": "Connects to", "type": 1, "customFields": []},
            {"name": "Located at", "type": 2, "customFields": ["location_code"]},
        ],
        "customFields": [_field(field) for field in fields.values()],
        "tags": [{"name": "installed"}, {"name": "spare"}],
    }
