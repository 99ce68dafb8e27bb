"""`show`: the server's content, for people."""

import json
import sqlite3
from collections.abc import Iterator

from store import Store


def _printable(text: str) -> str:
    """Names are untrusted: nothing in them may control the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _text(value: object) -> str:
    return _printable(value if isinstance(value, str) else json.dumps(value))


def _time(stamp: str) -> str:
    return stamp[:19].replace("T", " ") + " UTC"


def _relations(store: Store, oid: str) -> Iterator[str]:
    for row in store.references({"source": oid}):
        target = _printable(store.component(row["target"])["name"])
        yield f"    → {_printable(row['displayText'] or row['typeName'])}: {target}"


def _component(store: Store, row: sqlite3.Row) -> Iterator[str]:
    yield f"● {_printable(row['name'])}"
    yield f"  {row['type']} · id {row['id']} · version {row['version']}"
    yield f"  created {_time(row['created'])} · updated {_time(row['lastUpdated'])}"
    fields = json.loads(row["customFields"])
    width = max(map(len, fields), default=0)
    for key, value in fields.items():
        yield f"    {key:<{width}}  {_text(value)}"
    yield from _relations(store, row["id"])


def _workspace(
    store: Store, row: sqlite3.Row, components: list[sqlite3.Row]
) -> Iterator[str]:
    label = _printable(store.organisation()["label"])
    amount = "1 component" if len(components) == 1 else f"{len(components)} components"
    line = f"{_printable(row['name'])} · workspace {row['id']} · {label} · {amount}"
    yield line
    yield "─" * len(line)
    for component in components:
        yield ""
        yield from _component(store, component)


def lines(store: Store) -> Iterator[str]:
    """All workspaces except empty ones; the first one always."""
    for number, row in enumerate(store.workspaces({})):
        components = store.components({"rootWorkspace": row["id"]})
        if number and components:
            yield ""
        if components or not number:
            yield from _workspace(store, row, components)
