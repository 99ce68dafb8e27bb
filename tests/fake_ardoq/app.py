"""The resources of the API, and the way of a request to one of them."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

import custom_fields
import pages
import seeds
import shapes
from answers import Answers
from batch import Batch, Rules
from calls import Call
from documents import Schemas
from entities import Version
from errors import Refusal, Unauthorised
from journal import Journal
from rules import Gate
from seeds import Field
from store import CUSTOM, Store

_OID = "([0-9a-f]{24})"
_WORKSPACE_FILTERS = ("name", "componentModel")
_COMPONENT_FILTERS = ("name", "rootWorkspace", "parent", "componentKey", "typeId")
_REFERENCE_FILTERS = ("displayText", "rootWorkspace", "source", "targetWorkspace", "target")
_UNSERVED = re.compile("/api/v2/attachments(/.*)?")

Handler = Callable[..., Response]


@dataclass(frozen=True)
class Filters:
    """What a query asks a list for, and what is said of the rest of it."""

    criteria: dict[str, Any]
    meta: dict[str, Any]


def _filters(query: dict[str, str], plain: tuple[str, ...], fields: dict[str, Field]) -> Filters:
    """A parameter that is unknown, or whose value its field does not take, is left out: Ardoq then
    answers with more than was asked for, and says so in `_meta` alone."""
    criteria: dict[str, Any] = {}
    warnings = []
    for name, text in query.items():
        try:
            if name not in plain and name not in fields:
                raise ValueError("there is no such query parameter")
            is_field = name in fields
            criteria[name] = custom_fields.read_filter(fields[name], text) if is_field else text
        except ValueError as error:
            warnings.append(f"{name}: {error}")
    described = {"raw": query, "conformed": criteria}
    return Filters(criteria, {"warnings": warnings, "query": described} if warnings else {})


@dataclass(frozen=True)
class Look:
    """The switches that change what lists and components look like."""

    page_size: int
    nulls: bool


def _version(query: dict[str, str]) -> Version:
    text = query.get("ifVersionMatch")
    if text is None:
        raise Refusal(400, "ifVersionMatch is missing")
    if text == "latest":
        return "latest"
    if not re.fullmatch("[1-9][0-9]{0,17}", text):
        raise Refusal(400, "ifVersionMatch must be a positive integer or latest")
    return int(text)


class Api:
    """One method for each operation; they answer or raise a Refusal."""

    def __init__(self, store: Store, rules: Rules, answers: Answers, look: Look) -> None:
        self._store = store
        self._rules = rules
        self._components = rules.components
        self._references = rules.references
        self._answers = answers
        self._look = look
        self.routes: list[tuple[str, dict[str, Handler]]] = [
            ("/api/v2/me", {"GET": self.me}),
            ("/api/v2/workspaces", {"GET": self.list_workspaces}),
            (f"/api/v2/workspaces/{_OID}", {"GET": self.read_workspace}),
            (f"/api/v2/workspaces/{_OID}/context", {"GET": self.read_context}),
            ("/api/v2/components", {"GET": self.list_components, "POST": self.create_component}),
            (
                f"/api/v2/components/{_OID}",
                {
                    "GET": self.read_component,
                    "PATCH": self.update_component,
                    "DELETE": self.delete_component,
                },
            ),
            ("/api/v2/references", {"GET": self.list_references, "POST": self.create_reference}),
            (
                f"/api/v2/references/{_OID}",
                {
                    "GET": self.read_reference,
                    "PATCH": self.update_reference,
                    "DELETE": self.delete_reference,
                },
            ),
            ("/api/v2/reports", {"GET": self.list_reports}),
            (f"/api/v2/reports/{_OID}", {"GET": self.read_report}),
            (f"/api/v2/reports/{_OID}/run/objects", {"GET": self.run_for_objects}),
            (f"/api/v2/reports/{_OID}/run/tabular", {"GET": self.run_for_rows}),
            ("/api/v2/batch", {"POST": self.run_batch}),
            ("/api/v2/batch/expand", {"POST": self.expand_batch}),
        ]

    def me(self, call: Call) -> Response:
        return self._answers.json(200, shapes.me(self._store))

    def list_workspaces(self, call: Call) -> Response:
        query = call.query()
        after = pages.read_cursor(query)
        filters = _filters(query, _WORKSPACE_FILTERS, {})
        rows = self._store.workspaces(filters.criteria, after, self._look.page_size + 1)
        return self._page(call, rows, shapes.workspace, filters.meta)

    def read_workspace(self, call: Call, oid: str) -> Response:
        return self._answers.json(200, shapes.workspace(self._workspace(oid)))

    def read_context(self, call: Call, oid: str) -> Response:
        return self._answers.json(200, shapes.context(self._store, self._workspace(oid)["id"]))

    def list_components(self, call: Call) -> Response:
        fields = {CUSTOM + key: field for key, field in self._store.fields.items()}
        query = call.query()
        after = pages.read_cursor(query)
        filters = _filters(query, _COMPONENT_FILTERS, fields)
        rows = self._store.components(filters.criteria, after, self._look.page_size + 1)
        return self._page(call, rows, self._shape, filters.meta)

    def create_component(self, call: Call) -> Response:
        body = call.document("component-create")
        with self._store.transaction():
            oid = self._components.create(body)
            self._adopt(oid, body)
        return self._answers.json(201, self._entity(oid))

    def read_component(self, call: Call, oid: str) -> Response:
        self._require(oid)
        return self._answers.json(200, self._entity(oid))

    def update_component(self, call: Call, oid: str) -> Response:
        version = _version(call.query())
        body = call.document("component-update")
        self._require(oid)
        with self._store.transaction():
            self._components.update(oid, version, body)
            self._adopt(oid, body)
        return self._answers.json(200, self._entity(oid))

    def delete_component(self, call: Call, oid: str) -> Response:
        self._require(oid)
        with self._store.transaction():
            self._components.delete(oid)
        return self._answers.empty()

    def list_references(self, call: Call) -> Response:
        fields = {CUSTOM + key: field for key, field in self._store.fields.items()}
        query = call.query()
        after = pages.read_cursor(query)
        fields["type"] = Field("type", "Number")
        filters = _filters(query, _REFERENCE_FILTERS, fields)
        rows = self._store.references(filters.criteria, after, self._look.page_size + 1)
        return self._page(call, rows, self._reference_shape, filters.meta)

    def create_reference(self, call: Call) -> Response:
        body = call.document("reference-create")
        with self._store.transaction():
            oid = self._references.create(body)
        return self._answers.json(201, self._reference(oid))

    def read_reference(self, call: Call, oid: str) -> Response:
        self._require_reference(oid)
        return self._answers.json(200, self._reference(oid))

    def update_reference(self, call: Call, oid: str) -> Response:
        version = _version(call.query())
        body = call.document("reference-update")
        self._require_reference(oid)
        with self._store.transaction():
            self._references.update(oid, version, body)
        return self._answers.json(200, self._reference(oid))

    def delete_reference(self, call: Call, oid: str) -> Response:
        self._require_reference(oid)
        with self._store.transaction():
            self._references.delete(oid)
        return self._answers.empty()

    def list_reports(self, call: Call) -> Response:
        query = call.query()
        pages.read_cursor(query)
        filters = _filters(query, ("name",), {})
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
            # What has no value is not there.
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
        entities = {"components": self._entity, "references": self._reference}
        with self._store.transaction():
            result = Batch(self._rules, document).run(entities)
        return self._answers.json(200, result)

    def expand_batch(self, call: Call) -> Response:
        document = call.document("batch")
        return self._answers.json(200, Batch(self._rules, document).expand())

    def _adopt(self, oid: str, body: dict[str, Any]) -> None:
        if "parent" in body:
            self._components.adopt(oid, body["parent"])

    def _workspace(self, oid: str) -> sqlite3.Row:
        """The workspace that the path names."""
        row = self._store.workspace(oid)
        if row is None:
            raise Refusal(404, f"there is no workspace {oid}")
        return row

    def _require(self, oid: str) -> None:
        """Refuses a path that names a component which is not there."""
        if self._store.component(oid) is None:
            raise Refusal(404, f"there is no component {oid}")

    def _shape(self, row: sqlite3.Row) -> dict[str, Any]:
        return shapes.component(row, self._store.fields, self._look.nulls)

    def _entity(self, oid: str) -> dict[str, Any]:
        return self._shape(self._components.named(oid))

    def _report(self, oid: str) -> seeds.Report:
        for each in seeds.REPORTS:
            if each.id == oid:
                return each
        raise Refusal(404, f"there is no report {oid}")

    def _run(
        self,
        call: Call,
        report: seeds.Report,
        query: dict[str, str],
        shape: Callable[[sqlite3.Row], Any],
    ) -> Response:
        after = pages.read_cursor(query)
        criteria = {"rootWorkspace": report.workspace, "typeId": report.type}
        rows = self._store.components(criteria, after, self._look.page_size + 1)
        return self._page(
            call, rows, shape, {"columns": shapes.columns(report), "name": report.name}
        )

    def _require_reference(self, oid: str) -> None:
        if self._store.reference(oid) is None:
            raise Refusal(404, f"there is no reference {oid}")

    def _reference_shape(self, row: sqlite3.Row) -> dict[str, Any]:
        return shapes.reference(row, self._look.nulls)

    def _reference(self, oid: str) -> dict[str, Any]:
        return self._reference_shape(self._references.named(oid))

    def _page(
        self,
        call: Call,
        rows: list[sqlite3.Row],
        shape: Callable[[sqlite3.Row], Any],
        meta: dict[str, Any],
    ) -> Response:
        def link(cursor: str) -> str:
            # Starlette builds the absolute address on the host and port of the Host header.
            return str(call.request.url.include_query_params(**{pages.CURSOR: cursor}))

        return self._answers.json(200, pages.page(rows, self._look.page_size, shape, link, meta))


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
        raise Refusal(404, f"there is nothing at {path}")
