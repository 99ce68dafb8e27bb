"""POST /api/v2/batch: all operations of one request, and the meaning of its names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from components import Components
from entities import Entities
from errors import Refusal
from references import References

KINDS = ("components", "references")
_OPERATIONS = ("create", "update", "upsert", "delete")
# In these a batch names components.
_ENDS = ("source", "target")

Body = dict[str, Any]
Entity = Callable[[str], Body]


@dataclass(frozen=True)
class Mixing:
    """Whether upserts may be combined with other operations of their kind, and the status if not.

    The guide forbade it when upserts were new; it has had an example of it since.
    """

    allowed: bool
    status: int

    def check(self, document: Body) -> None:
        for kind in KINDS:
            used = [name for name in _OPERATIONS if document.get(kind, {}).get(name)]
            if "upsert" in used and len(used) > 1 and not self.allowed:
                others = ", ".join(name for name in used if name != "upsert")
                raise Refusal(self.status, f"{kind}: upsert may not be mixed with {others}")


@dataclass(frozen=True)
class Limits:
    """Ardoq documents none, but a test may need one."""

    operations: int | None

    def check(self, document: Body) -> None:
        count = sum(len(each) for kind in KINDS for each in document.get(kind, {}).values())
        if self.operations is not None and count > self.operations:
            raise Refusal(413, f"{count} operations are more than {self.operations}")


@dataclass(frozen=True)
class Rules:
    """Shared by all batches."""

    components: Components
    references: References
    mixing: Mixing
    limits: Limits


class Names:
    """The meaning of aliases and batchIds in one request."""

    def __init__(self) -> None:
        self.aliases: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        self._batch_ids: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}

    def note(self, kind: str, batch_id: str, oid: str) -> None:
        named = (*self.aliases.values(), *self._batch_ids.values())
        if any(batch_id in names for names in named):
            raise Refusal(422, f"batchId: {batch_id!r} is used twice")
        self._batch_ids[kind][batch_id] = oid

    def existing(self, kind: str, name: str) -> str:
        """The target of an update or a delete: not a batchId, which does not exist yet."""
        return self.aliases[kind].get(name, name)

    def component(self, name: str) -> str:
        return self._batch_ids["components"].get(name) or self.existing("components", name)

    def with_ends(self, body: Body, oid: Callable[[str], str]) -> Body:
        """A body or match of a reference, with ids of components instead of their names."""
        return {key: oid(value) if key in _ENDS else value for key, value in body.items()}


def _in_no_order(results: list[Body]) -> list[Body]:
    """Ardoq promises no order; a fixed one makes failures repeatable."""
    return results[1::2] + results[::2]


class Batch:
    """One batch request. The caller wraps `run` in a transaction: any refusal undoes all of it."""

    def __init__(self, rules: Rules, document: Body) -> None:
        self._rules = rules
        self._document = document
        self._names = Names()
        self._parents: list[tuple[str, str | None]] = []
        self._results: dict[str, dict[str, list[Body]]] = {
            kind: {"created": [], "updated": [], "deleted": []} for kind in KINDS
        }

    def run(self, entities: dict[str, Entity]) -> Body:
        """Carries out the batch; `entities` format an entity for the answer."""
        self._rules.limits.check(self._document)
        self._rules.mixing.check(self._document)
        self._resolve_aliases()
        self._write("components")
        for child, parent in self._parents:
            oid = None if parent is None else self._names.component(parent)
            self._rules.components.adopt(child, oid)
        self._write("references")
        self._embed(entities)
        # References first: deleting a component deletes its references.
        self._delete("references")
        self._delete("components")
        return {kind: found for kind in KINDS if (found := self._found(kind))}

    def expand(self) -> Body:
        """The same batch with every alias replaced by its id."""
        self._resolve_aliases()
        expanded = {key: part for key, part in self._document.items() if key != "aliases"}
        for kind in KINDS:
            if kind in expanded:
                expanded[kind] = {
                    name: [self._expanded(kind, operation) for operation in operations]
                    for name, operations in expanded[kind].items()
                }
        return expanded

    def _expanded(self, kind: str, operation: Body) -> Body:
        copy = dict(operation)
        if "id" in copy:
            copy["id"] = self._names.existing(kind, copy["id"])
        for key in ("body", "match"):
            if key in copy:
                copy[key] = self._with_ids(copy[key])
        return copy

    def _with_ids(self, part: Body) -> Body:
        def oid(name: str) -> str:
            return self._names.existing("components", name)

        part = self._names.with_ends(part, oid)
        return {**part, "parent": oid(part["parent"])} if part.get("parent") else part

    def _operations(self, kind: str, name: str) -> Iterator[Body]:
        yield from self._document.get(kind, {}).get(name, [])

    def _resolve_aliases(self) -> None:
        aliases = self._document.get("aliases", {})
        for alias, match in aliases.get("components", {}).items():
            oid = self._rules.components.aliased(alias, match)
            self._names.aliases["components"][alias] = oid
        for alias, match in aliases.get("references", {}).items():
            if alias in self._names.aliases["components"]:
                raise Refusal(422, f"aliases: {alias!r} is used twice")
            named = self._names.with_ends(match, self._names.component)
            oid = self._rules.references.aliased(alias, named)
            self._names.aliases["references"][alias] = oid

    def _keeper(self, kind: str) -> Entities:
        return self._rules.components if kind == "components" else self._rules.references

    def _body(self, kind: str, operation: Body) -> Body:
        body: Body = operation["body"]
        if kind == "references":
            return self._names.with_ends(body, self._names.component)
        return body

    def _write(self, kind: str) -> None:
        keeper = self._keeper(kind)
        for operation in self._operations(kind, "create"):
            oid = keeper.create(self._body(kind, operation))
            self._note(kind, "created", operation, oid)
        for operation in self._operations(kind, "update"):
            oid = self._names.existing(kind, operation["id"])
            keeper.update(oid, operation["ifVersionMatch"], self._body(kind, operation))
            self._note(kind, "updated", operation, oid)
        for operation in self._operations(kind, "upsert"):
            oid, new = keeper.upsert(operation["uniqueBy"], self._body(kind, operation))
            self._note(kind, "created" if new else "updated", operation, oid)

    def _delete(self, kind: str) -> None:
        for operation in self._operations(kind, "delete"):
            if "id" in operation:
                oids = [self._names.existing(kind, operation["id"])]
            else:
                match = self._names.with_ends(operation["match"], self._names.component)
                oids = self._keeper(kind).matching(match)
            for oid in oids:
                self._keeper(kind).delete(oid)
                self._results[kind]["deleted"].append({"id": oid})

    def _note(self, kind: str, outcome: str, operation: Body, oid: str) -> None:
        result = {"id": oid}
        if "batchId" in operation:
            self._names.note(kind, operation["batchId"], oid)
            # Documented for created results only, so an upsert that updates has none.
            if outcome == "created":
                result["batchId"] = operation["batchId"]
        if "parent" in operation["body"]:
            self._parents.append((oid, operation["body"]["parent"]))
        self._results[kind][outcome].append(result)

    def _embed(self, entities: dict[str, Entity]) -> None:
        if self._document.get("options", {}).get("respondWithEntities", False):
            for kind, results in self._results.items():
                for result in results["created"] + results["updated"]:
                    result["body"] = entities[kind](result["id"])

    def _found(self, kind: str) -> dict[str, list[Body]]:
        results = self._results[kind].items()
        return {outcome: _in_no_order(found) for outcome, found in results if found}
