"""What may be done to components, for the single endpoints and the batch alike."""

import json
import sqlite3
from typing import Any, Literal

import custom_fields
from custom_fields import Field
from errors import Refusal, Statuses
from store import CUSTOM, Store

Version = int | Literal["latest"]

# The parent is not among them: in a batch it may be created after its child.
_PLAIN = ("name", "description", "color", "icon", "image", "shape")


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    return {key: body[key] for key in _PLAIN if key in body}


def _merged(kept: dict[str, Any], body: dict[str, Any]) -> str:
    """Custom fields as they are stored: null unsets one."""
    fields = {**kept, **body.get("customFields", {})}
    return json.dumps({key: value for key, value in fields.items() if value is not None})


def _value_at(path: str, body: dict[str, Any]) -> Any:
    if path.startswith(CUSTOM):
        return body.get("customFields", {}).get(path[len(CUSTOM):])
    return body.get(path)


class Components:
    """Every method expects to be called inside a transaction of the store."""

    def __init__(self, store: Store, statuses: Statuses) -> None:
        self._store = store
        self._statuses = statuses

    def create(self, body: dict[str, Any]) -> str:
        self._check_place(body)
        self._check_fields(body)
        values = {**_plain(body), "rootWorkspace": body["rootWorkspace"], "typeId": body["typeId"]}
        values["customFields"] = _merged({}, body)
        return self._store.add_component(values)

    def update(self, oid: str, version: Version, body: dict[str, Any]) -> None:
        stored = self.named(oid)
        if version not in ("latest", stored["version"]):
            message = f"ifVersionMatch: {version} is not the stored version {stored['version']}"
            raise Refusal(409, message)
        self._check_fields(body)
        self._change(stored, body)

    def upsert(self, unique_by: list[str], body: dict[str, Any]) -> tuple[str, bool]:
        """The component's id, and whether it is new."""
        self._check_place(body)
        self._check_fields(body)
        found = self._store.components(self._unique(unique_by, body))
        if len(found) > 1:
            self._refuse_several("uniqueBy", len(found))
        if not found:
            return self.create(body), True
        if found[0]["typeId"] != body["typeId"]:
            raise Refusal(422, "typeId: an upsert cannot change the type of a component")
        self._change(found[0], body)
        return found[0]["id"], False

    def delete(self, oid: str) -> None:
        self._store.delete_component(self.named(oid)["id"])

    def adopt(self, child: str, parent: str | None) -> None:
        """Sets or unsets the parent of a component that was just created or updated."""
        self._store.set_parent(child, None if parent is None else self.named(parent)["id"])

    def named(self, oid: str) -> sqlite3.Row:
        """The component that a body names by id."""
        row = self._store.component(oid)
        if row is None:
            raise Refusal(404, f"there is no component {oid!r}")
        return row

    def matching(self, match: dict[str, Any]) -> list[str]:
        """The ids of all components that an alias or a match means."""
        custom = match.get("customFields", {})
        self._known_fields(custom)
        criteria = {key: value for key, value in match.items() if key != "customFields"}
        criteria.update((CUSTOM + key, value) for key, value in custom.items())
        return [row["id"] for row in self._store.components(criteria)]

    def aliased(self, alias: str, match: dict[str, Any]) -> str:
        found = self.matching(match)
        if not found:
            raise Refusal(404, f"the alias {alias!r} matches no component")
        if len(found) > 1:
            self._refuse_several(f"the alias {alias!r}", len(found))
        return found[0]

    def _change(self, stored: sqlite3.Row, body: dict[str, Any]) -> None:
        fields = _merged(json.loads(stored["customFields"]), body)
        self._store.change_component(stored["id"], {**_plain(body), "customFields": fields})

    def _check_place(self, body: dict[str, Any]) -> None:
        workspace, type_id = body["rootWorkspace"], body["typeId"]
        if self._store.workspace(workspace) is None:
            raise Refusal(404, f"rootWorkspace: there is no workspace {workspace}")
        if all(row["typeId"] != type_id for row in self._store.component_types(workspace)):
            raise Refusal(422, f"typeId: the workspace has no component type {type_id}")

    def _check_fields(self, body: dict[str, Any]) -> None:
        values = body.get("customFields", {})
        known = self._known_fields(values)
        for key, value in values.items():
            custom_fields.check_value(known[key], value, self._statuses.wrong_type)

    def _known_fields(self, values: dict[str, Any]) -> dict[str, Field]:
        """All custom fields by key; refuses `values` when it names another."""
        known = self._store.custom_fields()
        for key in values:
            if key not in known:
                message = f"customFields.{key}: there is no such custom field"
                raise Refusal(self._statuses.unknown_field, message)
        return known

    def _unique(self, paths: list[str], body: dict[str, Any]) -> dict[str, str]:
        """The criteria that `uniqueBy` means: a workspace, and a name or one custom field in it."""
        own = [path for path in paths if path != "rootWorkspace"]
        if len(own) != 1 or len(paths) != 2 or not (own[0] == "name" or own[0].startswith(CUSTOM)):
            raise Refusal(422, "uniqueBy: takes rootWorkspace, and name or customFields.<apiKey>")
        value = _value_at(own[0], body)
        if not isinstance(value, str) or not value:
            raise Refusal(422, f"uniqueBy: the body has no text at {own[0]}")
        return {"rootWorkspace": body["rootWorkspace"], own[0]: value}

    def _refuse_several(self, what: str, count: int) -> None:
        raise Refusal(self._statuses.several_matches, f"{what} matches {count} components")
