"""A file with a line of JSON for each request received."""

import json
from pathlib import Path

from starlette.requests import Request


def _entry(request: Request, body: bytes, status: int | None) -> dict[str, object]:
    return {
        "method": request.method,
        "path": request.scope["raw_path"].decode("latin-1"),
        "query": request.scope["query_string"].decode("latin-1"),
        "headers": [[part.decode("latin-1") for part in header] for header in request.headers.raw],
        # Invalid UTF-8 stays visible instead of being replaced.
        "body": body.decode("utf-8", "backslashreplace"),
        "status": status,
    }


class Journal:
    """Without a path it writes nothing."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("a", encoding="utf-8") if path else None

    def write(self, request: Request, body: bytes, status: int | None) -> None:
        """Written before the answer is sent, so that a test with the answer can read it."""
        if self._file:
            self._file.write(json.dumps(_entry(request, body, status)) + "\n")
            self._file.flush()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()
