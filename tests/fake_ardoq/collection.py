"""The endpoints of components and of references, which work alike."""

import re
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from answers import Answers
from calls import Call
from entities import Entities, Version
from errors import Refusal
from lists import Lists, Shape
from seeds import Field
from store import CUSTOM, Store

OID = "([0-9a-f]{24})"

Handler = Callable[..., Response]
Routes = list[tuple[str, dict[str, Handler]]]


def _version(query: dict[str, str]) -> Version:
    text = query.get("ifVersionMatch")
    if text is None:
        raise Refusal(400, "ifVersionMatch is missing")
    if text == "latest":
        return "latest"
    if not re.fullmatch("[1-9][0-9]{0,17}", text):
        raise Refusal(400, "ifVersionMatch must be a positive integer or latest")
    return int(text)


class Collection:
    def __init__(
        self, store: Store, keeper: Entities, shape: Shape, answers: Answers, lists: Lists
    ) -> None:
        self._store = store
        self._keeper = keeper
        self._shape = shape
        self._answers = answers
        self._lists = lists

    @property
    def routes(self) -> Routes:
        path = f"/api/v2/{self._keeper.kind}s"
        one = {"GET": self.read, "PATCH": self.update, "DELETE": self.delete}
        return [(path, {"GET": self.list, "POST": self.create}), (f"{path}/{OID}", one)]

    def list(self, call: Call) -> Response:
        fields: dict[str, Field] = {
            **{CUSTOM + key: field for key, field in self._store.fields.items()},
            **self._keeper.typed_filters,
        }
        return self._lists.filtered(
            call, self._keeper.filters, fields, self._keeper.search, self._shape
        )

    def create(self, call: Call) -> Response:
        body = call.document(f"{self._keeper.kind}-create")
        with self._store.transaction():
            oid = self._keeper.create(body)
            self._keeper.settle(oid, body)
        return self._answers.json(201, self.entity(oid))

    def read(self, call: Call, oid: str) -> Response:
        return self._answers.json(200, self.entity(oid))

    def update(self, call: Call, oid: str) -> Response:
        version = _version(call.query())
        body = call.document(f"{self._keeper.kind}-update")
        with self._store.transaction():
            self._keeper.update(oid, version, body)
            self._keeper.settle(oid, body)
        return self._answers.json(200, self.entity(oid))

    def delete(self, call: Call, oid: str) -> Response:
        with self._store.transaction():
            self._keeper.delete(oid)
        return self._answers.empty()

    def entity(self, oid: str) -> dict[str, Any]:
        shape: dict[str, Any] = self._shape(self._keeper.named(oid))
        return shape
