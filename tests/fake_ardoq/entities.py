"""Shared by components and references: custom fields, versions, uniqueness."""

import json
import sqlite3
from abc import ABC, abstractmethod
from typing import Any, Literal

import custom_fields
from errors import Refusal, Statuses
from seeds import Field
from store import CUSTOM, Store

Version = int | Literal["latest"]


def merged(kept: dict[str, Any], body: dict[str, Any]) -> str:
    """Custom fields as stored: null unsets one."""
    fields = {**kept, **body.get("customFields", {})}
    return json.dumps({key: value for key, value in fields.items() if value is not None})


def check_version(version: Version, stored: sqlite3.Row) -> None:
    if version not in ("latest", stored["version"]):
        message = f"ifVersionMatch: {version} is not the stored version {stored['version']}"
        raise Refusal(409, message)


def unique_text(path: str, body: dict[str, Any]) -> str:
    """The text in a body that `uniqueBy` names; it must not be empty."""
    if path.startswith(CUSTOM):
        value = body.get("customFields", {}).get(path[len(CUSTOM):])
    else:
        value = body.get(path)
    if not isinstance(value, str) or not value:
        raise Refusal(422, f"uniqueBy: the body has no text at {path}")
    return value


class Entities(ABC):
    """Every method expects to be called inside a transaction of the store."""

    kind: str
    # Filters of a list other than custom fields, with types if they are not texts.
    filters: tuple[str, ...]
    typed_filters: dict[str, Field] = {}

    def __init__(self, store: Store, statuses: Statuses) -> None:
        self._store = store
        self._statuses = statuses

    @abstractmethod
    def search(
        self, criteria: dict[str, Any], after: int = 0, limit: int = -1
    ) -> list[sqlite3.Row]:
        ...

    @abstractmethod
    def create(self, body: dict[str, Any]) -> str:
        """Its id."""

    @abstractmethod
    def update(self, oid: str, version: Version, body: dict[str, Any]) -> None:
        ...

    @abstractmethod
    def upsert(self, unique_by: list[str], body: dict[str, Any]) -> tuple[str, bool]:
        """Its id, and whether it is new."""

    @abstractmethod
    def delete(self, oid: str) -> None:
        ...

    def settle(self, oid: str, body: dict[str, Any]) -> None:
        """The part of a body that needs the rest of the batch."""

    def named(self, oid: str) -> sqlite3.Row:
        """The entity that a body names by id."""
        found = self.search({"id": oid})
        if not found:
            raise Refusal(404, f"there is no {self.kind} {oid!r}")
        return found[0]

    def matching(self, match: dict[str, Any]) -> list[str]:
        """The ids of all matching entities."""
        return [row["id"] for row in self.search(self._criteria(match))]

    def aliased(self, alias: str, match: dict[str, Any]) -> str:
        found = self._only(f"the alias {alias!r}", self._criteria(match))
        if found is None:
            raise Refusal(404, f"the alias {alias!r} matches no {self.kind}")
        oid: str = found["id"]
        return oid

    def _check_fields(self, body: dict[str, Any], type_name: str) -> None:
        values = body.get("customFields", {})
        known = self._known_fields(values)
        for key, value in values.items():
            if type_name not in known[key].places:
                message = f"customFields.{key}: the type {type_name} does not have this field"
                raise Refusal(self._statuses.unknown_field, message)
            custom_fields.check_value(known[key], value, self._statuses.wrong_type)

    def _known_fields(self, values: dict[str, Any]) -> dict[str, Field]:
        """All custom fields by key; refuses `values` with an unknown one."""
        known = self._store.fields
        for key in values:
            if key not in known:
                message = f"customFields.{key}: there is no such custom field"
                raise Refusal(self._statuses.unknown_field, message)
        return known

    def _criteria(self, match: dict[str, Any]) -> dict[str, Any]:
        """An alias or a match, as criteria for the store."""
        custom = match.get("customFields", {})
        self._known_fields(custom)
        criteria = {key: value for key, value in match.items() if key != "customFields"}
        criteria.update((CUSTOM + key, value) for key, value in custom.items())
        return criteria

    def _only(self, what: str, criteria: dict[str, Any]) -> sqlite3.Row | None:
        """The entity found, if any; refuses several."""
        found = self.search(criteria)
        if len(found) > 1:
            message = f"{what} matches {len(found)} {self.kind}s"
            raise Refusal(self._statuses.several_matches, message)
        return found[0] if found else None
