"""All state, in one SQLite file."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import custom_fields
from custom_fields import Field

USER = "5e0000000000000000000001"
COMPONENT_MODEL = "5e0000000000000000000002"
WORKSPACE = "5e00000000000000000000aa"
DEVICE_TYPE = "p1700000000000"
LOCATION_TYPE = "p1800000000000"

# Columns bear the API's names, so that a row is nearly an answer.
TABLES = """
CREATE TABLE IF NOT EXISTS organisation (
    only INTEGER PRIMARY KEY CHECK (only = 1), label TEXT NOT NULL, name TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS workspaces (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    workspaceKey TEXT NOT NULL GENERATED ALWAYS AS ('DEV' || seq) VIRTUAL,
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
    options TEXT NOT NULL, ofDevice INTEGER NOT NULL, calculated INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS components (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    componentKey TEXT NOT NULL GENERATED ALWAYS AS ('DEV-' || seq) VIRTUAL,
    version INTEGER NOT NULL DEFAULT 1, rootWorkspace TEXT NOT NULL, typeId TEXT NOT NULL,
    parent TEXT REFERENCES components (id) ON DELETE SET NULL,
    name TEXT NOT NULL, description TEXT, color TEXT, icon TEXT, image TEXT, shape TEXT,
    customFields TEXT NOT NULL DEFAULT '{}',
    created TEXT NOT NULL, createdBy TEXT NOT NULL REFERENCES users,
    lastUpdated TEXT NOT NULL, lastModifiedBy TEXT NOT NULL REFERENCES users,
    FOREIGN KEY (rootWorkspace, typeId) REFERENCES component_types (workspace, typeId)
);
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
_WORKSPACES = f"SELECT thing.*, {_WITH_PEOPLE} FROM workspaces AS thing {_PEOPLE}"

CUSTOM = "customFields."


@dataclass(frozen=True)
class Seed:
    """What an organisation's administrator would have set up beforehand."""

    org_label: str
    org_name: str


def new_oid() -> str:
    return secrets.token_hex(12)


def now() -> str:
    time = datetime.now(timezone.utc)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _condition(path: str) -> str:
    """SQL for one criterion; its parameters come from `_parameters`."""
    if path.startswith(CUSTOM):
        return "json_extract(thing.customFields, ?) = ?"
    return f'thing."{path}" = ?'


def _parameters(path: str, value: Any) -> list[Any]:
    if path.startswith(CUSTOM):
        return [f'$."{path[len(CUSTOM):]}"', value]
    return [value]


def _search(select: str, criteria: dict[str, Any], after: int, limit: int) -> tuple[str, list[Any]]:
    conditions = " AND ".join(["thing.seq > ?", *map(_condition, criteria)])
    parameters = [after]
    for path, value in criteria.items():
        parameters += _parameters(path, value)
    return f"{select} WHERE {conditions} ORDER BY thing.seq LIMIT ?", [*parameters, limit]


class Store:
    """One connection, closed at the end of the `with` block."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        self._db = sqlite3.connect(address, uri=True, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA foreign_keys = ON")
        # Only a power cut could now lose data, and these are test data.
        self._db.execute("PRAGMA synchronous = OFF")

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # Set-up

    def seed(self, seed: Seed) -> None:
        """Makes sure that what `seed` names exists; what was there before stays."""
        self._db.executescript(TABLES)
        with self.transaction():
            self._seed_people(seed)
            self._seed_workspace()
            self._seed_fields()

    def _seed_people(self, seed: Seed) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO organisation VALUES (1, ?, ?)", (seed.org_label, seed.org_name)
        )
        self._db.execute(
            "INSERT OR IGNORE INTO users VALUES (?, ?, ?)",
            (USER, "devices@acme.example", "Device Account"),
        )

    def _seed_workspace(self) -> None:
        time = now()
        self._db.execute(
            "INSERT INTO workspaces (id, name, componentModel, created, createdBy, lastUpdated,"
            " lastModifiedBy) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (WORKSPACE, "Devices", COMPONENT_MODEL, time, USER, time, USER),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO component_types VALUES (?, ?, ?, ?)",
            [
                (WORKSPACE, LOCATION_TYPE, "Location", None),
                (WORKSPACE, DEVICE_TYPE, "Device", LOCATION_TYPE),
            ],
        )

    def _seed_fields(self) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO custom_fields (apiKey, type, options, ofDevice, calculated)"
            " VALUES (?, ?, ?, ?, ?)",
            [
                (each.key, each.type, json.dumps(each.options), each.of_device, each.calculated)
                for each in custom_fields.SEEDED
            ],
        )

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

    def custom_fields(self) -> dict[str, Field]:
        rows = self._db.execute("SELECT * FROM custom_fields ORDER BY seq")
        return {
            row["apiKey"]: Field(
                row["apiKey"],
                row["type"],
                tuple(json.loads(row["options"])),
                bool(row["ofDevice"]),
                bool(row["calculated"]),
            )
            for row in rows
        }

    # Components

    def components(
        self, criteria: dict[str, Any], after: int = 0, limit: int = -1
    ) -> list[sqlite3.Row]:
        """Those that meet all criteria: columns, or `customFields.<apiKey>` of a known field."""
        return self._db.execute(*_search(_COMPONENTS, criteria, after, limit)).fetchall()

    def component(self, oid: str) -> sqlite3.Row | None:
        return next(iter(self.components({"id": oid})), None)

    def add_component(self, values: dict[str, Any]) -> str:
        oid, time = new_oid(), now()
        row = {**values, "id": oid, "created": time, "createdBy": USER}
        row.update(lastUpdated=time, lastModifiedBy=USER)
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        self._db.execute(f"INSERT INTO components ({columns}) VALUES ({marks})", [*row.values()])
        return oid

    def change_component(self, oid: str, values: dict[str, Any]) -> None:
        """Writes `values` as a new version."""
        changes = {**values, "lastUpdated": now(), "lastModifiedBy": USER}
        assignments = ", ".join(f"{column} = ?" for column in changes)
        self._db.execute(
            f"UPDATE components SET {assignments}, version = version + 1 WHERE id = ?",
            [*changes.values(), oid],
        )

    def set_parent(self, oid: str, parent: str | None) -> None:
        """Belongs to the create or update that was just made, so it makes no version of its own."""
        self._db.execute("UPDATE components SET parent = ? WHERE id = ?", (parent, oid))

    def delete_component(self, oid: str) -> None:
        self._db.execute("DELETE FROM components WHERE id = ?", (oid,))
