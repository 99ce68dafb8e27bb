"""The page for people: read-only, without a token, and so only for this machine."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

import view
from store import Store

_FILES = Path(__file__).parent / "page"
_TYPES = {"/page.css": "text/css", "/page.js": "text/javascript"}
# Prevents DNS rebinding: another site's name could resolve to this machine.
_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?", re.IGNORECASE)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# Changes within this time are shown together.
_PAUSE = 0.2
# A browser that has disappeared is noticed when sending fails.
_SILENCE = 15.0


class LivePage:
    """The ASGI application of the page, in the same event loop as the changes of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = self._answer(request)
        response.headers.update(_HEADERS)
        # Newer versions of Starlette do not notice that the connection of an open page is cut when
        # the server stops; the loop then cancels what is still running.
        with suppress(asyncio.CancelledError):
            await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.scope["path"]
        if not _HOST.fullmatch(request.headers.get("host", "")):
            return PlainTextResponse("this page is only for localhost\n", 403)
        if request.method != "GET":
            return PlainTextResponse("this page is read-only\n", 405, {"Allow": "GET"})
        if path == "/":
            return Response(view.page(self._store), media_type="text/html")
        if path == "/events":
            return StreamingResponse(self._events(), media_type="text/event-stream")
        if path in _TYPES:
            return Response((_FILES / path[1:]).read_bytes(), media_type=_TYPES[path])
        return PlainTextResponse(f"no such path: {path}\n", 404)

    async def _events(self) -> AsyncIterator[str]:
        """The content of the page, now and after each change."""
        changed = asyncio.Event()
        with self._store.watched_by(changed.set):
            sent = None
            while True:
                changed.clear()
                content = view.content(self._store)
                # JSON strings contain no line breaks, which would end the event.
                yield f"data: {json.dumps(content)}\n\n" if content != sent else ": as before\n\n"
                sent = content
                try:
                    await asyncio.wait_for(changed.wait(), _SILENCE)
                except asyncio.TimeoutError:
                    continue
                await asyncio.sleep(_PAUSE)
