"""Custom fields: the values of each type."""

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from errors import Refusal
from seeds import Field


_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def _is_text(value: Any, field: Field) -> bool:
    return isinstance(value, str)


def _is_text_like(pattern: str) -> Callable[[Any, Field], bool]:
    return lambda value, field: isinstance(value, str) and bool(re.fullmatch(pattern, value))


def _is_date_time(value: Any, field: Field) -> bool:
    if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_number(value: Any, field: Field) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_truth(value: Any, field: Field) -> bool:
    return isinstance(value, bool)


def _is_option(value: Any, field: Field) -> bool:
    return value in field.options


def _are_options(value: Any, field: Field) -> bool:
    return isinstance(value, list) and all(item in field.options for item in value)


# The check of each type, and its description.
_TYPES: dict[str, tuple[Callable[[Any, Field], bool], str]] = {
    "Text": (_is_text, "a string"),
    "TextArea": (_is_text, "a string"),
    "DateTime": (_is_date_time, "an ISO-8601 time with its zone, as a string"),
    "Number": (_is_number, "a number"),
    "Checkbox": (_is_truth, "true or false"),
    "Email": (_is_text_like(r"[^@\s]+@[^@\s]+"), "an e-mail address"),
    "Url": (_is_text_like(r"https?://\S+"), "an address that begins with http"),
    "User": (_is_text_like("[0-9a-f]{24}"), "the id of a user"),
    "List": (_is_option, "one of the field's options"),
    "SelectMultipleList": (_are_options, "an array of the field's options"),
}


def check_value(field: Field, value: Any, status: int) -> None:
    """Refuses, with `status`, a value of the wrong type; null unsets any field."""
    accepts, wanted = _TYPES[field.type]
    if field.calculated or field.read_only:
        kind = "calculated" if field.calculated else "read-only"
        raise Refusal(status, f"customFields.{field.key} is {kind}")
    if value is not None and not accepts(value, field):
        raise Refusal(status, f"customFields.{field.key}: {field.type} needs {wanted}")


def _read_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


_READERS: dict[str, Callable[[str], Any]] = {
    "Number": _read_number,
    "Checkbox": {"true": True, "false": False}.__getitem__,
}


def read_filter(field: Field, text: str) -> Any:
    """The value of a query string, without quotes, by the field's type."""
    try:
        return _READERS.get(field.type, str)(text)
    except (ValueError, KeyError):
        raise ValueError(f"{field.type} needs {_TYPES[field.type][1]}") from None
