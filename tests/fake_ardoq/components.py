"""Operations on components, for the single endpoints and the batch."""

import json
import sqlite3
from typing import Any

from entities import Entities, Version, check_version, merged, unique_text
from errors import Refusal
from store import CUSTOM

# Not the parent: in a batch it may be created after its child.
_PLAIN = ("name", "description", "color", "icon", "image", "shape")


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    return {key: body[key] for key in _PLAIN if key in body}


class Components(Entities):
    kind = "component"
    filters = ("name", "rootWorkspace", "parent", "componentKey", "typeId")

    def create(self, body: dict[str, Any]) -> str:
        self._check_new(body)
        values = {**_plain(body), "rootWorkspace": body["rootWorkspace"], "typeId": body["typeId"]}
        values["customFields"] = merged({}, body)
        return self._store.add_component(values)

    def update(self, oid: str, version: Version, body: dict[str, Any]) -> None:
        stored = self.named(oid)
        check_version(version, stored)
        self._check_fields(body, stored["type"])
        self._change(stored, body)

    def upsert(self, unique_by: list[str], body: dict[str, Any]) -> tuple[str, bool]:
        self._check_new(body)
        found = self._only("uniqueBy", self._unique(unique_by, body))
        if found is None:
            return self.create(body), True
        if found["typeId"] != body["typeId"]:
            raise Refusal(422, "typeId: an upsert cannot change the type of a component")
        self._change(found, body)
        return found["id"], False

    def delete(self, oid: str) -> None:
        self._store.delete_component(self.named(oid)["id"])

    def adopt(self, child: str, parent: str | None) -> None:
        """Sets or unsets the parent of a component that was just created or updated."""
        if parent is not None:
            self._check_parent(self.named(child), self.named(parent))
        self._store.set_parent(child, parent)

    def settle(self, oid: str, body: dict[str, Any]) -> None:
        if "parent" in body:
            self.adopt(oid, body["parent"])

    def search(
        self, criteria: dict[str, Any], after: int = 0, limit: int = -1
    ) -> list[sqlite3.Row]:
        return self._store.components(criteria, after, limit)

    def _change(self, stored: sqlite3.Row, body: dict[str, Any]) -> None:
        fields = merged(json.loads(stored["customFields"]), body)
        self._store.change_component(stored["id"], {**_plain(body), "customFields": fields})

    def _check_new(self, body: dict[str, Any]) -> None:
        workspace, type_id = body["rootWorkspace"], body["typeId"]
        if self._store.workspace(workspace) is None:
            raise Refusal(404, f"rootWorkspace: no such workspace: {workspace}")
        for row in self._store.component_types(workspace):
            if row["typeId"] == type_id:
                self._check_fields(body, row["name"])
                return
        raise Refusal(422, f"typeId: the workspace has no component type {type_id}")

    def _check_parent(self, child: sqlite3.Row, parent: sqlite3.Row) -> None:
        if parent["rootWorkspace"] != child["rootWorkspace"]:
            raise Refusal(422, "parent: it is in another workspace")
        above: sqlite3.Row | None = parent
        while above is not None:
            if above["id"] == child["id"]:
                raise Refusal(422, "parent: a component would be its own parent")
            above = self._store.component(above["parent"]) if above["parent"] else None

    def _unique(self, paths: list[str], body: dict[str, Any]) -> dict[str, str]:
        """The criteria in `uniqueBy`: a workspace, and a name or a custom field in it."""
        own = [path for path in paths if path != "rootWorkspace"]
        if len(own) != 1 or len(paths) != 2 or not (own[0] == "name" or own[0].startswith(CUSTOM)):
            raise Refusal(422, "uniqueBy: needs rootWorkspace, and name or customFields.<apiKey>")
        return {"rootWorkspace": body["rootWorkspace"], own[0]: unique_text(own[0], body)}
