"""All state, in one SQLite file."""

import json
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import seeds
from seeds import USER, Field

# Columns have the API's names, so that a row is nearly an answer.
TABLES = """
CREATE TABLE IF NOT EXISTS organisation (
    only INTEGER PRIMARY KEY CHECK (only = 1), label TEXT NOT NULL, name TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS workspaces (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    workspaceKey TEXT NOT NULL,
    componentModel TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1,
    created TEXT NOT NULL, createdBy TEXT NOT NULL REFERENCES users,
    lastUpdated TEXT NOT NULL, lastModifiedBy TEXT NOT NULL REFERENCES users
);
CREATE TABLE IF NOT EXISTS component_types (
    workspace TEXT NOT NULL REFERENCES workspaces (id), typeId TEXT NOT NULL, name TEXT NOT NULL,
    parent TEXT, PRIMARY KEY (workspace, typeId)
);
CREATE TABLE IF NOT EXISTS custom_fields (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, apiKey TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    options TEXT NOT NULL, places TEXT NOT NULL, calculated INTEGER NOT NULL,
    readOnly INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS reference_types (
    workspace TEXT NOT NULL REFERENCES workspaces (id), type INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (workspace, type)
);
CREATE TABLE IF NOT EXISTS components (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    prefix TEXT NOT NULL,
    componentKey TEXT NOT NULL GENERATED ALWAYS AS (prefix || '-' || seq) VIRTUAL,
    version INTEGER NOT NULL DEFAULT 1, rootWorkspace TEXT NOT NULL, typeId TEXT NOT NULL,
    parent TEXT REFERENCES components (id) ON DELETE SET NULL,
    name TEXT NOT NULL, description TEXT, color TEXT, icon TEXT, image TEXT, shape TEXT,
    customFields TEXT NOT NULL DEFAULT '{}',
    created TEXT NOT NULL, createdBy TEXT NOT NULL REFERENCES users,
    lastUpdated TEXT NOT NULL, lastModifiedBy TEXT NOT NULL REFERENCES users,
    FOREIGN KEY (rootWorkspace, typeId) REFERENCES component_types (workspace, typeId)
);
CREATE TABLE IF NOT EXISTS links (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL DEFAULT 1,
    source TEXT NOT NULL REFERENCES components (id) ON DELETE CASCADE,
    target TEXT NOT NULL REFERENCES components (id) ON DELETE CASCADE,
    rootWorkspace TEXT NOT NULL, targetWorkspace TEXT NOT NULL, type INTEGER NOT NULL,
    displayText TEXT, description TEXT, customFields TEXT NOT NULL DEFAULT '{}',
    created TEXT NOT NULL, createdBy TEXT NOT NULL REFERENCES users,
    lastUpdated TEXT NOT NULL, lastModifiedBy TEXT NOT NULL REFERENCES users,
    FOREIGN KEY (rootWorkspace, type) REFERENCES reference_types (workspace, type)
);
-- What reports search by: without these, each of ten thousand devices would be compared with all.
CREATE INDEX IF NOT EXISTS components_by_serial
    ON components (rootWorkspace, json_extract(customFields, '$.device_serial'));
CREATE INDEX IF NOT EXISTS components_by_name ON components (rootWorkspace, name);
CREATE INDEX IF NOT EXISTS components_by_parent ON components (parent);
CREATE INDEX IF NOT EXISTS links_by_ends ON links (source, target, type);
CREATE INDEX IF NOT EXISTS links_by_target ON links (target);
"""

_WITH_PEOPLE = """
    creator.email AS createdByEmail, creator.name AS createdByName,
    editor.email AS lastModifiedByEmail, editor.name AS lastModifiedByName
"""
_PEOPLE = """
    JOIN users AS creator ON creator.id = thing.createdBy
    JOIN users AS editor ON editor.id = thing.lastModifiedBy
"""
_COMPONENTS = f"""
    SELECT thing.*, kind.name AS type, {_WITH_PEOPLE} FROM components AS thing
    JOIN component_types AS kind
        ON kind.workspace = thing.rootWorkspace AND kind.typeId = thing.typeId {_PEOPLE}
"""
_LINKS = f"""
    SELECT thing.*, kind.name AS typeName, {_WITH_PEOPLE} FROM links AS thing
    JOIN reference_types AS kind
        ON kind.workspace = thing.rootWorkspace AND kind.type = thing.type {_PEOPLE}
"""
_WORKSPACES = f"SELECT thing.*, {_WITH_PEOPLE} FROM workspaces AS thing {_PEOPLE}"

CUSTOM = "customFields."
_FIELD_CHANGES = (
    "UPDATE SET type = excluded.type, options = excluded.options, readOnly = excluded.readOnly"
)


@dataclass(frozen=True)
class Seed:
    """The part of the set-up from the command line."""

    org_label: str
    org_name: str
    # These replace those of the same key in seeds.py.
    fields: tuple[Field, ...] = ()


def new_oid() -> str:
    return secrets.token_hex(12)


def now() -> str:
    time = datetime.now(timezone.utc)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _column(path: str) -> str:
    if path.startswith(CUSTOM):
        key = path[len(CUSTOM):]
        # It is part of the text, because an index is only used for exactly the same expression.
        assert re.fullmatch("[a-z0-9_]+", key)
        return f"json_extract(thing.customFields, '$.{key}')"
    return f'thing."{path}"'


def _search(select: str, criteria: dict[str, Any], after: int, limit: int) -> tuple[str, list[Any]]:
    conditions = [f"{_column(path)} = ?" for path in criteria]
    wheres = " AND ".join(["thing.seq > ?", *conditions])
    return f"{select} WHERE {wheres} ORDER BY thing.seq LIMIT ?", [after, *criteria.values(), limit]


def _people() -> dict[str, str]:
    time = now()
    return {"created": time, "createdBy": USER, "lastUpdated": time, "lastModifiedBy": USER}


class Store:
    """One connection, closed at the end of the `with` block."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        self._db = sqlite3.connect(address, uri=True, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA foreign_keys = ON")
        # Only a power cut could lose data, and this is test data.
        self._db.execute("PRAGMA synchronous = OFF")
        self._watchers: list[Callable[[], None]] = []
        self._fields: dict[str, Field] = {}
        self._fields_version = -1

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        for watcher in self._watchers:
            watcher()

    @contextmanager
    def watched_by(self, watcher: Callable[[], None]) -> Iterator[None]:
        """Sets a function to call after each transaction."""
        self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)

    # Set-up

    def seed(self, seed: Seed) -> None:
        """Creates the entities of `seed` that do not exist yet."""
        self._db.executescript(TABLES)
        with self.transaction():
            self._seed_people(seed)
            for workspace in seeds.WORKSPACES:
                self._seed_workspace(workspace)
            self._seed_fields(seed)

    def _seed_people(self, seed: Seed) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO organisation VALUES (1, ?, ?)", (seed.org_label, seed.org_name)
        )
        self._db.execute(
            "INSERT OR IGNORE INTO users VALUES (?, ?, ?)",
            (USER, "devices@acme.example", "Device Account"),
        )

    def _seed_workspace(self, workspace: seeds.Workspace) -> None:
        values = {
            "id": workspace.id,
            "name": workspace.name,
            "workspaceKey": workspace.prefix,
            "componentModel": seeds.COMPONENT_MODEL,
            **_people(),
        }
        self._add("workspaces", values, "ON CONFLICT DO NOTHING")
        self._db.executemany(
            "INSERT OR IGNORE INTO component_types VALUES (?, ?, ?, ?)",
            [(workspace.id, each.id, each.name, each.parent) for each in workspace.component_types],
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO reference_types VALUES (?, ?, ?)",
            [(workspace.id, number, name) for number, name in workspace.reference_types.items()],
        )

    def _seed_fields(self, seed: Seed) -> None:
        # Options are written at each start, the rest only at the first.
        for end, fields in (("NOTHING", seeds.FIELDS), (_FIELD_CHANGES, seed.fields)):
            for each in fields:
                values = {
                    "apiKey": each.key,
                    "type": each.type,
                    "options": json.dumps(each.options),
                    "places": json.dumps(each.places),
                    "calculated": each.calculated,
                    "readOnly": each.read_only,
                }
                self._add("custom_fields", values, f"ON CONFLICT (apiKey) DO {end}")

    # Organisation, workspaces, fields

    def organisation(self) -> sqlite3.Row:
        row: sqlite3.Row = self._db.execute("SELECT * FROM organisation").fetchone()
        return row

    def user(self) -> sqlite3.Row:
        row: sqlite3.Row = self._db.execute("SELECT * FROM users WHERE id = ?", (USER,)).fetchone()
        return row

    def workspaces(
        self, criteria: dict[str, Any], after: int = 0, limit: int = -1
    ) -> list[sqlite3.Row]:
        return self._db.execute(*_search(_WORKSPACES, criteria, after, limit)).fetchall()

    def workspace(self, oid: str) -> sqlite3.Row | None:
        return next(iter(self.workspaces({"id": oid})), None)

    def component_types(self, workspace: str) -> list[sqlite3.Row]:
        return self._db.execute(
            "SELECT * FROM component_types WHERE workspace = ? ORDER BY typeId", (workspace,)
        ).fetchall()

    def reference_types(self, workspace: str) -> list[sqlite3.Row]:
        return self._db.execute(
            "SELECT * FROM reference_types WHERE workspace = ? ORDER BY type", (workspace,)
        ).fetchall()

    @property
    def fields(self) -> dict[str, Field]:
        """The custom fields by key. Read again when another program has written to the database."""
        version = self._db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._fields_version:
            self._fields = self._read_fields()
            self._fields_version = version
        return self._fields

    def _read_fields(self) -> dict[str, Field]:
        rows = self._db.execute("SELECT * FROM custom_fields ORDER BY seq")
        return {
            row["apiKey"]: Field(
                row["apiKey"],
                row["type"],
                tuple(json.loads(row["options"])),
                tuple(json.loads(row["places"])),
                bool(row["calculated"]),
                bool(row["readOnly"]),
            )
            for row in rows
        }

    # Components

    def components(
        self, criteria: dict[str, Any], after: int = 0, limit: int = -1
    ) -> list[sqlite3.Row]:
        """Those that match all criteria: columns, or `customFields.<apiKey>` of a known field."""
        return self._db.execute(*_search(_COMPONENTS, criteria, after, limit)).fetchall()

    def component(self, oid: str) -> sqlite3.Row | None:
        return next(iter(self.components({"id": oid})), None)

    def latest_components(self, workspace: str, limit: int) -> list[sqlite3.Row]:
        """Those that changed last, in the order of creation."""
        where = "WHERE thing.rootWorkspace = ? ORDER BY thing.lastUpdated DESC, thing.seq DESC"
        rows = self._db.execute(f"{_COMPONENTS} {where} LIMIT ?", (workspace, limit))
        return sorted(rows, key=lambda row: row["seq"])

    def add_component(self, values: dict[str, Any]) -> str:
        workspace = self.workspace(values["rootWorkspace"])
        oid = new_oid()
        self._add("components", {
            **values, "id": oid, "prefix": workspace["workspaceKey"], **_people()
        })
        return oid

    def change_component(self, oid: str, values: dict[str, Any]) -> None:
        """Writes `values` as a new version."""
        self._change("components", oid, values)

    def set_parent(self, oid: str, parent: str | None) -> None:
        """Part of the create or update just done, so it makes no new version."""
        self._db.execute("UPDATE components SET parent = ? WHERE id = ?", (parent, oid))

    def delete_component(self, oid: str) -> None:
        self._db.execute("DELETE FROM components WHERE id = ?", (oid,))

    # References

    def references(
        self, criteria: dict[str, Any], after: int = 0, limit: int = -1
    ) -> list[sqlite3.Row]:
        """Like `components`."""
        return self._db.execute(*_search(_LINKS, criteria, after, limit)).fetchall()

    def reference(self, oid: str) -> sqlite3.Row | None:
        return next(iter(self.references({"id": oid})), None)

    def add_reference(self, values: dict[str, Any]) -> str:
        oid = new_oid()
        self._add("links", {**values, "id": oid, **_people()})
        return oid

    def change_reference(self, oid: str, values: dict[str, Any]) -> None:
        """Writes `values` as a new version."""
        self._change("links", oid, values)

    def delete_reference(self, oid: str) -> None:
        self._db.execute("DELETE FROM links WHERE id = ?", (oid,))

    # Rows

    def count(self, table: str, **criteria: str) -> int:
        where = " AND ".join(["1", *(f"{column} = ?" for column in criteria)])
        query = f"SELECT count(*) FROM {table} WHERE {where}"
        number: int = self._db.execute(query, [*criteria.values()]).fetchone()[0]
        return number

    def _add(self, table: str, row: dict[str, Any], end: str = "") -> None:
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        self._db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks}) {end}", [*row.values()])

    def _change(self, table: str, oid: str, values: dict[str, Any]) -> None:
        changes = {**values, "lastUpdated": now(), "lastModifiedBy": USER}
        assignments = ", ".join(f"{column} = ?" for column in changes)
        self._db.execute(
            f"UPDATE {table} SET {assignments}, version = version + 1 WHERE id = ?",
            [*changes.values(), oid],
        )
