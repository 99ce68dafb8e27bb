"""POST /api/v2/batch: all operations of one request, and what its names stand for."""

from collections.abc import Callable
from typing import Any

from components import Components
from errors import Refusal


def _refuse_references(document: dict[str, Any]) -> None:
    aliases = document.get("aliases", {}).get("references")
    if aliases or any(document.get("references", {}).values()):
        raise Refusal(501, "references: this stand-in keeps components only")


class Batch:
    """One batch request. The caller wraps `run` in a transaction: any refusal undoes it whole."""

    def __init__(self, components: Components, document: dict[str, Any]) -> None:
        _refuse_references(document)
        self._components = components
        self._document = document
        self._operations = document.get("components", {})
        self._aliases: dict[str, str] = {}
        self._batch_ids: dict[str, str] = {}
        self._parents: list[tuple[str, str | None]] = []
        self._results: dict[str, list[dict[str, Any]]] = {
            "created": [],
            "updated": [],
            "deleted": [],
        }

    def run(self, entity: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        """Carries the batch out; `entity` gives a component's shape, where the answer needs it."""
        self._resolve_aliases()
        self._each("create", self._create)
        self._each("update", self._update)
        self._each("upsert", self._upsert)
        for child, parent in self._parents:
            self._components.adopt(child, None if parent is None else self._oid(parent))
        self._embed(entity)
        self._each("delete", self._delete)
        results = {key: found for key, found in self._results.items() if found}
        return {"components": results} if results else {}

    def expand(self) -> dict[str, Any]:
        """The same batch with every alias replaced by the id that it stands for."""
        self._resolve_aliases()
        expanded = {key: part for key, part in self._document.items() if key != "aliases"}
        if "components" in expanded:
            expanded["components"] = {
                name: [self._expanded(operation) for operation in operations]
                for name, operations in self._operations.items()
            }
        return expanded

    def _expanded(self, operation: dict[str, Any]) -> dict[str, Any]:
        copy = dict(operation)
        if "id" in copy:
            copy["id"] = self._aliases.get(copy["id"], copy["id"])
        parent = copy.get("body", {}).get("parent")
        if parent is not None:
            copy["body"] = {**copy["body"], "parent": self._aliases.get(parent, parent)}
        return copy

    def _each(self, name: str, step: Callable[[dict[str, Any]], None]) -> None:
        for operation in self._operations.get(name, []):
            step(operation)

    def _resolve_aliases(self) -> None:
        for alias, match in self._document.get("aliases", {}).get("components", {}).items():
            self._aliases[alias] = self._components.aliased(alias, match)

    def _oid(self, name: str) -> str:
        return self._batch_ids.get(name) or self._aliases.get(name, name)

    def _create(self, operation: dict[str, Any]) -> None:
        oid = self._components.create(operation["body"])
        self._note("created", operation, oid)

    def _update(self, operation: dict[str, Any]) -> None:
        oid = self._aliases.get(operation["id"], operation["id"])
        self._components.update(oid, operation["ifVersionMatch"], operation["body"])
        self._note("updated", operation, oid)

    def _upsert(self, operation: dict[str, Any]) -> None:
        oid, new = self._components.upsert(operation["uniqueBy"], operation["body"])
        self._note("created" if new else "updated", operation, oid)

    def _delete(self, operation: dict[str, Any]) -> None:
        if "id" in operation:
            oids = [self._aliases.get(operation["id"], operation["id"])]
        else:
            oids = self._components.matching(operation["match"])
        for oid in oids:
            self._components.delete(oid)
            self._results["deleted"].append({"id": oid})

    def _note(self, outcome: str, operation: dict[str, Any], oid: str) -> None:
        result = {"id": oid}
        if "batchId" in operation:
            self._name(operation["batchId"], oid)
            # Documented on created results only, so an upsert that updates comes back without it.
            if outcome == "created":
                result["batchId"] = operation["batchId"]
        if "parent" in operation["body"]:
            self._parents.append((oid, operation["body"]["parent"]))
        self._results[outcome].append(result)

    def _name(self, batch_id: str, oid: str) -> None:
        if batch_id in self._batch_ids or batch_id in self._aliases:
            raise Refusal(422, f"batchId: {batch_id!r} is used twice")
        self._batch_ids[batch_id] = oid

    def _embed(self, entity: Callable[[str], dict[str, Any]]) -> None:
        if self._document.get("options", {}).get("respondWithEntities", False):
            for result in self._results["created"] + self._results["updated"]:
                result["body"] = entity(result["id"])
