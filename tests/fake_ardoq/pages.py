"""Pages: `_links.next.href`, which Ardoq calls opaque, and the cursor in it."""

import base64
import sqlite3
from collections.abc import Callable
from typing import Any

from errors import Refusal

CURSOR = "cursor"


def _opaque(seq: int) -> str:
    return base64.urlsafe_b64encode(f"after {seq}".encode()).decode()


def read_cursor(query: dict[str, str]) -> int:
    """Removes the cursor from the query: the row before the page, 0 for the first page."""
    cursor = query.pop(CURSOR, None)
    if cursor is None:
        return 0
    try:
        word, seq = base64.urlsafe_b64decode(cursor).decode().split()
        if word != "after":
            raise ValueError
        return int(seq)
    except ValueError:
        raise Refusal(400, f"{CURSOR}: not one of ours") from None


def page(
    rows: list[sqlite3.Row],
    size: int,
    shape: Callable[[sqlite3.Row], Any],
    link: Callable[[str], str],
    meta: dict[str, Any],
) -> dict[str, Any]:
    """One page of `rows`, which has one more row than `size` if another page follows."""
    values = [shape(row) for row in rows[:size]]
    more = len(rows) > size
    links = {"next": {"href": link(_opaque(rows[size - 1]["seq"]))}} if more else {}
    return {"values": values, "_links": links, "_meta": meta}
