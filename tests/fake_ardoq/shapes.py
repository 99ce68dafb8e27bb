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


def component(row: sqlite3.Row, nulls: bool) -> dict[str, Any]:
    """A component; with `nulls`, an optional field that is unset is null instead of absent."""
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
    return shape


def _field(field: Field) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "apiKey": field.key,
        "label": field.label,
        "type": field.type,
        "description": None,
        "defaultValue": None,
        "readOnly": False,
        "calculated": False,
    }
    if field.options:
        shape["options"] = list(field.options)
    return shape


def _component_type(row: sqlite3.Row, keys: list[str]) -> dict[str, Any]:
    unset = dict.fromkeys(("color", "icon", "image", "shape"))
    return {"name": row["name"], "typeId": row["typeId"], "customFields": keys, **unset}


def context(store: Store, oid: str) -> dict[str, Any]:
    fields = store.custom_fields()
    return {
        "rootWorkspace": oid,
        "componentTypes": [
            _component_type(row, [*fields]) for row in store.component_types(oid)
        ],
        "referenceTypes": [],
        "customFields": [_field(field) for field in fields.values()],
        "tags": [],
    }
