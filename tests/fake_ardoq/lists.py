"""Lists: the query, and the page in the answer."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

import custom_fields
import pages
from answers import Answers
from calls import Call
from seeds import Field

Search = Callable[[dict[str, Any], int, int], list[sqlite3.Row]]
Shape = Callable[[sqlite3.Row], Any]


@dataclass(frozen=True)
class Filters:
    """The filters of a query, and warnings about the rest."""

    criteria: dict[str, Any]
    meta: dict[str, Any]


def read_filters(query: dict[str, str], plain: tuple[str, ...], fields: dict[str, Field]) -> Filters:
    """Ignores unknown parameters and wrong values: Ardoq only mentions these in `_meta`."""
    criteria: dict[str, Any] = {}
    warnings = []
    for name, text in query.items():
        try:
            if name not in plain and name not in fields:
                raise ValueError("unknown query parameter")
            is_field = name in fields
            criteria[name] = custom_fields.read_filter(fields[name], text) if is_field else text
        except ValueError as error:
            warnings.append(f"{name}: {error}")
    described = {"raw": query, "conformed": criteria}
    return Filters(criteria, {"warnings": warnings, "query": described} if warnings else {})


class Lists:
    def __init__(self, answers: Answers, page_size: int) -> None:
        self._answers = answers
        self._size = page_size

    def filtered(
        self,
        call: Call,
        plain: tuple[str, ...],
        fields: dict[str, Field],
        search: Search,
        shape: Shape,
    ) -> Response:
        """The query's values for these names."""
        query = call.query()
        after = pages.read_cursor(query)
        filters = read_filters(query, plain, fields)
        rows = search(filters.criteria, after, self._size + 1)
        return self._page(call, rows, shape, filters.meta)

    def whole(
        self, call: Call, query: dict[str, str], search: Search, shape: Shape, meta: dict[str, Any]
    ) -> Response:
        """A complete list with its own `_meta`."""
        rows = search({}, pages.read_cursor(query), self._size + 1)
        return self._page(call, rows, shape, meta)

    def _page(
        self, call: Call, rows: list[sqlite3.Row], shape: Shape, meta: dict[str, Any]
    ) -> Response:
        def link(cursor: str) -> str:
            # Starlette builds the absolute URL with the host and port of the Host header.
            return str(call.request.url.include_query_params(**{pages.CURSOR: cursor}))

        return self._answers.json(200, pages.page(rows, self._size, shape, link, meta))
