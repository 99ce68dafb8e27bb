"""Request bodies: exact JSON first, then a JSON Schema."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from errors import Refusal

SCHEMAS = Path(__file__).parent / "schemas"


def _without_duplicates(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} occurs twice in an object")
        found[key] = value
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is out of range")
    return number


def parse(raw: bytes) -> Any:
    """The document in `raw`; refuses anything that RFC 8259 does not allow."""
    try:
        document = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
        # An escaped unpaired surrogate parses, but cannot be stored or sent.
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"malformed JSON: {error}") from error
    return document


class Schemas:
    """The schemas of `schemas/*.json`, a validator for each file name."""

    def __init__(self, folder: Path = SCHEMAS) -> None:
        known = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
        self._validators = {
            # All files are in $defs, so that they can refer to each other by $id.
            name: Draft202012Validator({"$ref": schema["$id"], "$defs": known})
            for name, schema in known.items()
        }

    def check(self, name: str, document: Any) -> None:
        """Refuses a document that does not match the schema, with place and reason."""
        error = best_match(self._validators[name].iter_errors(document))
        if error is not None:
            raise Refusal(400, f"{error.json_path}: {error.message}")
