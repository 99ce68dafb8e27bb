"""The resources of the API, and the routing to them."""

import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

import pages
import seeds
import shapes
from answers import Answers
from batch import Batch, Rules
from calls import Call
from collection import OID, Collection, Handler, Routes
from documents import Schemas
from errors import Refusal, Unauthorised
from journal import Journal
from lists import Lists, Shape, read_filters
from rules import Gate
from store import Store

_WORKSPACE_FILTERS = ("name", "componentModel")
_UNSERVED = re.compile("/api/v2/attachments(/.*)?")


@dataclass(frozen=True)
class Look:
    """The options that change the format of lists and components."""

    page_size: int
    nulls: bool


class Api:
    """One method for each operation; they answer or raise a Refusal."""

    def __init__(self, store: Store, rules: Rules, answers: Answers, look: Look) -> None:
        self._store = store
        self._rules = rules
        self._answers = answers
        self._nulls = look.nulls
        self._lists = Lists(answers, look.page_size)
        self._collections = {
            "components": Collection(
                store, rules.components, self._component, answers, self._lists
            ),
            "references": Collection(
                store, rules.references, self._reference, answers, self._lists
            ),
        }

    @property
    def routes(self) -> Routes:
        own: Routes = [
            ("/api/v2/me", {"GET": self.me}),
            ("/api/v2/workspaces", {"GET": self.list_workspaces}),
            (f"/api/v2/workspaces/{OID}", {"GET": self.read_workspace}),
            (f"/api/v2/workspaces/{OID}/context", {"GET": self.read_context}),
            ("/api/v2/reports", {"GET": self.list_reports}),
            (f"/api/v2/reports/{OID}", {"GET": self.read_report}),
            (f"/api/v2/reports/{OID}/run/objects", {"GET": self.run_for_objects}),
            (f"/api/v2/reports/{OID}/run/tabular", {"GET": self.run_for_rows}),
            ("/api/v2/batch", {"POST": self.run_batch}),
            ("/api/v2/batch/expand", {"POST": self.expand_batch}),
        ]
        return own + [route for each in self._collections.values() for route in each.routes]

    def me(self, call: Call) -> Response:
        return self._answers.json(200, shapes.me(self._store))

    def list_workspaces(self, call: Call) -> Response:
        search = self._store.workspaces
        return self._lists.filtered(call, _WORKSPACE_FILTERS, {}, search, shapes.workspace)

    def read_workspace(self, call: Call, oid: str) -> Response:
        return self._answers.json(200, shapes.workspace(self._workspace(oid)))

    def read_context(self, call: Call, oid: str) -> Response:
        return self._answers.json(200, shapes.context(self._store, self._workspace(oid)["id"]))

    def list_reports(self, call: Call) -> Response:
        query = call.query()
        pages.read_cursor(query)
        filters = read_filters(query, ("name",), {})
        found = [each for each in seeds.REPORTS if filters.criteria in ({}, {"name": each.name})]
        values = [shapes.report(each, self._store.user()) for each in found]
        return self._answers.json(200, {"values": values, "_links": {}, "_meta": filters.meta})

    def read_report(self, call: Call, oid: str) -> Response:
        return self._answers.json(200, shapes.report(self._report(oid), self._store.user()))

    def run_for_objects(self, call: Call, oid: str) -> Response:
        report, query = self._report(oid), call.query()
        key_format = query.pop("keyFormat", "label")
        if key_format not in ("label", "key"):
            raise Refusal(400, "keyFormat: label or key")
        labels = {key: label if key_format == "label" else key for key, label in report.columns}

        def named(row: sqlite3.Row) -> dict[str, Any]:
            # Missing values are absent.
            values = shapes.report_row(report, row).items()
            return {labels[key]: value for key, value in values if value is not None}

        return self._run(call, report, query, named)

    def run_for_rows(self, call: Call, oid: str) -> Response:
        report = self._report(oid)

        def listed(row: sqlite3.Row) -> list[Any]:
            return [*shapes.report_row(report, row).values()]

        return self._run(call, report, call.query(), listed)

    def run_batch(self, call: Call) -> Response:
        document = call.document("batch")
        entities = {kind: each.entity for kind, each in self._collections.items()}
        with self._store.transaction():
            result = Batch(self._rules, document).run(entities)
        return self._answers.json(200, result)

    def expand_batch(self, call: Call) -> Response:
        document = call.document("batch")
        return self._answers.json(200, Batch(self._rules, document).expand())

    def _workspace(self, oid: str) -> sqlite3.Row:
        """The workspace in the path."""
        row = self._store.workspace(oid)
        if row is None:
            raise Refusal(404, f"no such workspace: {oid}")
        return row

    def _component(self, row: sqlite3.Row) -> dict[str, Any]:
        return shapes.component(row, self._store.fields, self._nulls)

    def _reference(self, row: sqlite3.Row) -> dict[str, Any]:
        return shapes.reference(row, self._nulls)

    def _report(self, oid: str) -> seeds.Report:
        for each in seeds.REPORTS:
            if each.id == oid:
                return each
        raise Refusal(404, f"no such report: {oid}")

    def _run(
        self, call: Call, report: seeds.Report, query: dict[str, str], shape: Shape
    ) -> Response:
        def search(_: dict[str, Any], after: int, limit: int) -> list[sqlite3.Row]:
            criteria = {"rootWorkspace": report.workspace, "typeId": report.type}
            return self._store.components(criteria, after, limit)

        meta = {"columns": shapes.columns(report), "name": report.name}
        return self._lists.whole(call, query, search, shape, meta)


class Application:
    """The ASGI application: gate, route, handler, journal. One request is answered at a time."""

    def __init__(
        self, api: Api, gate: Gate, answers: Answers, journal: Journal, login_page: bool
    ) -> None:
        self._routes = [(re.compile(path), handlers) for path, handlers in api.routes]
        self._gate = gate
        self._answers = answers
        self._journal = journal
        self._login_page = login_page
        self._schemas = Schemas()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body, status = bytearray(), None
        try:
            async for part in request.stream():
                body += part
            response = self._answer(Call(request, bytes(body), self._schemas))
            status = response.status_code
        except ClientDisconnect:
            response = None
        finally:
            self._journal.write(request, bytes(body), status)
        if response is not None:
            await response(scope, receive, send)

    def _answer(self, call: Call) -> Response:
        try:
            self._gate.check(call.request)
            handler, arguments = self._find(call.request.scope["path"], call.request.method)
            return handler(call, *arguments)
        except Unauthorised as refusal:
            if self._login_page:
                return self._answers.login_page()
            return self._answers.refusal(refusal)
        except Refusal as refusal:
            return self._answers.refusal(refusal)

    def _find(self, path: str, method: str) -> tuple[Handler, tuple[str, ...]]:
        for pattern, handlers in self._routes:
            match = pattern.fullmatch(path)
            if match and method in handlers:
                return handlers[method], match.groups()
            if match:
                allowed = ", ".join(handlers)
                raise Refusal(405, f"{method} is not allowed here", {"Allow": allowed})
        if _UNSERVED.fullmatch(path):
            raise Refusal(501, "documented by Ardoq, but not part of this stand-in")
        raise Refusal(404, f"no such path: {path}")
