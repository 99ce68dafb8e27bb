"""Operations on references, for the single endpoints and the batch."""

import json
import sqlite3
from typing import Any

from components import Components
from entities import Entities, Version, check_version, merged, unique_text
from errors import Refusal, Statuses
from seeds import Field
from store import CUSTOM, Store

_PLAIN = ("displayText", "description")
_ENDS = ("source", "target", "type")


class References(Entities):
    """These methods expect component ids as source and target."""

    kind = "reference"
    filters = ("displayText", "rootWorkspace", "source", "targetWorkspace", "target")
    typed_filters = {"type": Field("type", "Number")}

    def __init__(
        self, store: Store, statuses: Statuses, components: Components, by_root_workspace: bool
    ) -> None:
        super().__init__(store, statuses)
        self._components = components
        # The guide requires source.rootWorkspace with a custom field; Ardoq's OpenAPI document has
        # an example with rootWorkspace.
        self._workspace_path = ("source.rootWorkspace", "rootWorkspace")[: 1 + by_root_workspace]

    def create(self, body: dict[str, Any]) -> str:
        values = self._checked({}, body)
        return self._store.add_reference({**values, "customFields": merged({}, body)})

    def update(self, oid: str, version: Version, body: dict[str, Any]) -> None:
        stored = self.named(oid)
        check_version(version, stored)
        self._change(stored, body)

    def upsert(self, unique_by: list[str], body: dict[str, Any]) -> tuple[str, bool]:
        self._checked({}, body)
        found = self._only("uniqueBy", self._unique(unique_by, body))
        if found is None:
            return self.create(body), True
        if found["type"] != body["type"]:
            raise Refusal(422, "type: an upsert cannot change the type of a reference")
        self._change(found, body)
        return found["id"], False

    def delete(self, oid: str) -> None:
        self._store.delete_reference(self.named(oid)["id"])

    def search(
        self, criteria: dict[str, Any], after: int = 0, limit: int = -1
    ) -> list[sqlite3.Row]:
        return self._store.references(criteria, after, limit)

    def _change(self, stored: sqlite3.Row, body: dict[str, Any]) -> None:
        values = self._checked({key: stored[key] for key in _ENDS}, body)
        fields = merged(json.loads(stored["customFields"]), body)
        self._store.change_reference(stored["id"], {**values, "customFields": fields})

    def _checked(self, kept: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        """The columns of a reference, without its custom fields, which are only checked."""
        ends = {**kept, **{key: body[key] for key in _ENDS if key in body}}
        source = self._end("source", ends["source"])
        target = self._end("target", ends["target"])
        self._check_fields(body, self._type_name(source, ends["type"]))
        return {
            **ends,
            **{key: body[key] for key in _PLAIN if key in body},
            "rootWorkspace": source["rootWorkspace"],
            "targetWorkspace": target["rootWorkspace"],
        }

    def _end(self, key: str, oid: str) -> sqlite3.Row:
        try:
            return self._components.named(oid)
        except Refusal as refusal:
            raise Refusal(refusal.status, f"{key}: {refusal.message}") from None

    def _type_name(self, source: sqlite3.Row, number: int) -> str:
        for row in self._store.reference_types(source["rootWorkspace"]):
            if row["type"] == number:
                name: str = row["name"]
                return name
        raise Refusal(422, f"type: the workspace of the source has no reference type {number}")

    def _unique(self, paths: list[str], body: dict[str, Any]) -> dict[str, Any]:
        """The criteria in `uniqueBy`: both ends and the type, or workspace and custom field."""
        if set(paths) == set(_ENDS):
            return {key: body[key] for key in _ENDS}
        own = [path for path in paths if path.startswith(CUSTOM)]
        rest = [path for path in paths if not path.startswith(CUSTOM)]
        if len(own) != 1 or len(rest) != 1 or rest[0] not in self._workspace_path:
            message = "uniqueBy: needs source, target and type, or source.rootWorkspace and "
            raise Refusal(422, message + "customFields.<apiKey>")
        workspace = self._components.named(body["source"])["rootWorkspace"]
        return {"rootWorkspace": workspace, own[0]: unique_text(own[0], body)}
