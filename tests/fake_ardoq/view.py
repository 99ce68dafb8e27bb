"""Content of the page: workspaces, their components, and references."""

import json
import sqlite3
from typing import Any

from markup import Markup, joined, tag
from store import Store

# Components of a workspace that changed last: ten thousand would be too many for a page.
_SHOWN_COMPONENTS = 100
_SHOWN_REFERENCES = 6


def _amount(count: int, word: str) -> str:
    return f"{count:,} {word}" + ("" if count == 1 else "s")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)


def _link(oid: str, name: str) -> Markup:
    return tag("a", name, href=f"#c-{oid}")


def _time(stamp: str) -> Markup:
    """Without its time zone, unless that is not UTC."""
    if not stamp.endswith("Z"):
        return tag("time", stamp.replace("T", " "), datetime=stamp)
    return tag("time", f"{stamp[:10]} {stamp[11:19]}", datetime=stamp, title="UTC")


def _fields(store: Store, row: sqlite3.Row) -> Markup:
    values = json.loads(row["customFields"])
    rows = []
    for key, field in store.fields.items():
        if key in values:
            label = field.label.removeprefix(f"{row['type']} ").capitalize()
            shown = _time(values[key]) if field.type == "DateTime" else _text(values[key])
            rows += [tag("dt", label, title=key), tag("dd", shown)]
    return tag("dl", *rows) if rows else Markup()


def _relations(store: Store, oid: str) -> Markup:
    items = []
    for end, other, arrow in (("source", "target", "→"), ("target", "source", "←")):
        count = store.count("links", **{end: oid})
        for row in store.references({end: oid}, limit=_SHOWN_REFERENCES):
            name = store.component(row[other])["name"]
            sign = tag("span", arrow, class_="arrow")
            label = tag("span", row["displayText"] or row["typeName"], class_="kind")
            items.append(tag("li", sign, " ", label, " ", _link(row[other], name)))
        if count > _SHOWN_REFERENCES:
            more = f"and {count - _SHOWN_REFERENCES:,} more"
            items.append(tag("li", tag("span", arrow, class_="arrow"), " ", more))
    return tag("ul", *items) if items else Markup()


def _place(store: Store, row: sqlite3.Row) -> Markup:
    if row["parent"] is None:
        return Markup()
    name = store.component(row["parent"])["name"]
    return tag("p", "part of ", _link(row["parent"], name), class_="parent")


def _card(store: Store, row: sqlite3.Row) -> Markup:
    key = tag("span", f"{row['componentKey']} · version {row['version']}")
    return tag(
        "article",
        tag("header", tag("h3", row["name"]), tag("span", row["type"], class_="type")),
        tag("p", key, " ", _time(row["lastUpdated"]), class_="facts"),
        _place(store, row),
        tag("p", row["description"]) if row["description"] else Markup(),
        _fields(store, row),
        _relations(store, row["id"]),
        id=f"c-{row['id']}",
        class_="card",
    )


def _workspace(store: Store, row: sqlite3.Row) -> Markup:
    count = store.count("components", rootWorkspace=row["id"])
    shown = store.latest_components(row["id"], _SHOWN_COMPONENTS)
    cards = [_card(store, each) for each in shown]
    if not cards:
        cards = [tag("p", "Nothing here yet.", class_="empty")]
    left = count - len(shown)
    note = f" · the latest {len(shown)} are shown" if left else ""
    heading = tag("h2", row["name"], " ", tag("small", _amount(count, "component"), note))
    return tag("section", heading, tag("div", *cards, class_="cards"))


def content(store: Store) -> Markup:
    """The part of the page that changes."""
    counts = (
        _amount(store.count("components"), "component"),
        " · ",
        _amount(store.count("links"), "reference"),
    )
    workspaces = [_workspace(store, row) for row in store.workspaces({})]
    return joined(tag("p", *counts, class_="counts"), *workspaces)


def page(store: Store) -> Markup:
    name = store.organisation()["name"]
    head = (
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", name),
        Markup('<link rel="icon" href="data:,">'),
        Markup('<link rel="stylesheet" href="/page.css">'),
        tag("script", src="/page.js", defer=""),
    )
    live = tag("span", "not live", id="live")
    note = tag("p", "A stand-in for Ardoq · times in UTC · ", live)
    top = tag("header", tag("h1", name), note, class_="top")
    body = tag("body", top, tag("main", content(store), id="content"))
    return Markup("<!DOCTYPE html>\n") + tag("html", tag("head", *head), body, lang="en")
