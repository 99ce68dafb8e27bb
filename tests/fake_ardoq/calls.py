"""One request as the handlers see it: its query and its body, checked."""

import re
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

import documents
from documents import Schemas
from errors import Refusal

_JSON = re.compile(r'application/json\s*(;\s*charset="?utf-8"?\s*)?', re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    request: Request
    raw_body: bytes
    schemas: Schemas

    def query(self) -> dict[str, str]:
        """All query parameters; refuses duplicates."""
        found: dict[str, str] = {}
        for name, value in self.request.query_params.multi_items():
            if name in found:
                raise Refusal(400, f"the query parameter {name!r} occurs twice")
            found[name] = value
        return found

    def document(self, schema: str) -> Any:
        """The body, if it is JSON with the right Content-Type and matches the schema."""
        headers = self.request.headers
        if "content-length" not in headers and "transfer-encoding" not in headers:
            raise Refusal(411, "a request with a body must announce it: Content-Length is missing")
        content_types = headers.getlist("content-type")
        if len(content_types) != 1 or not _JSON.fullmatch(content_types[0]):
            raise Refusal(400, "Content-Type must be application/json")
        document = documents.parse(self.raw_body)
        self.schemas.check(schema, document)
        return document
