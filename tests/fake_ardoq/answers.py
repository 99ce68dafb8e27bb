"""Format of answers: error bodies, key order, framing."""

import html
import json
from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from errors import Refusal

ERROR_BODIES = ("message", "error", "text", "html", "reitit")
FRAMINGS = ("content-length", "chunked", "close")

# Small, so that an ordinary answer has several chunks.
_PIECE = 100


def _page(title: str, text: str) -> str:
    title, text = html.escape(title), html.escape(text)
    return (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
        f"<body><h1>{title}</h1><p>{text}</p></body></html>\n"
    )


def _coercion(refusal: Refusal) -> dict[str, Any]:
    """The answer of the library in Ardoq's server to a request that it cannot read."""
    place, _, reason = refusal.message.partition(": ")
    return {
        "value": {},
        "type": "reitit.coercion/request-coercion",
        "coercion": "malli",
        "in": ["request", "body-params"],
        "humanized": {place.removeprefix("$."): [reason or "is not valid"]},
    }


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [_reversed(item) for item in value]
    return value


class _PiecewiseResponse(Response):
    """A response of unknown length: the HTTP layer chooses how to mark its end."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del self.headers["content-length"]
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        for at in range(0, len(self.body), _PIECE):
            piece = self.body[at : at + _PIECE]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Answers:
    """Builds every response, according to the switches."""

    def __init__(self, error_body: str, framing: str, reverse_keys: bool) -> None:
        self._error_body = error_body
        self._framing = framing
        self._reverse_keys = reverse_keys

    def json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> Response:
        ordered = _reversed(value) if self._reverse_keys else value
        text = json.dumps(ordered, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return self._framed(status, text, "application/json", headers)

    def empty(self) -> Response:
        return Response(status_code=204, headers=self._closing())

    def refusal(self, refusal: Refusal) -> Response:
        if self._error_body == "reitit" and refusal.status == 400:
            return self.json(400, _coercion(refusal), refusal.headers)
        if self._error_body == "reitit":
            return self.json(refusal.status, {"message": refusal.message}, refusal.headers)
        if self._error_body in ("message", "error"):
            body = {self._error_body: refusal.message}
            return self.json(refusal.status, body, refusal.headers)
        if self._error_body == "html":
            page = _page(f"Error {refusal.status}", refusal.message)
            return self._framed(refusal.status, page, "text/html", refusal.headers)
        return self._framed(refusal.status, refusal.message, "text/plain", refusal.headers)

    def login_page(self) -> Response:
        return self._framed(200, _page("Sign in", "Please sign in to continue."), "text/html", None)

    def _framed(
        self, status: int, text: str, media_type: str, headers: dict[str, str] | None
    ) -> Response:
        kind: Callable[..., Response]
        kind = Response if self._framing == "content-length" else _PiecewiseResponse
        headers = {**(headers or {}), **self._closing()}
        return kind(text, status_code=status, headers=headers, media_type=media_type)

    def _closing(self) -> dict[str, str]:
        return {"Connection": "close"} if self._framing == "close" else {}
