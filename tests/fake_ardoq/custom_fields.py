"""Custom fields: the ones that are seeded, and which values each type takes."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from errors import Refusal


@dataclass(frozen=True)
class Field:
    key: str
    type: str
    options: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.key.replace("_", " ").capitalize()


SEEDED = (
    Field("device_serial", "Text"),
    Field("device_mac", "Text"),
    Field("device_model", "Text"),
    Field("device_hardware_revision", "Text"),
    Field("device_chip", "Text"),
    Field("device_chip_revision", "Text"),
    Field("device_firmware_name", "Text"),
    Field("device_firmware_version", "Text"),
    Field("device_firmware_hash", "Text"),
    Field("device_sdk_version", "Text"),
    Field("device_flash_size", "Text"),
    Field("device_secure_boot", "Text"),
    Field("device_flash_encryption", "Text"),
    Field("device_host_name", "Text"),
    Field("device_ip_address", "Text"),
    Field("device_last_seen", "DateTime"),
    Field("device_port_count", "Number"),
    Field("device_managed", "Checkbox"),
    Field("device_environment", "List", ("laboratory", "production")),
)

_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def _is_text(value: Any, field: Field) -> bool:
    return isinstance(value, str)


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


_ACCEPTS: dict[str, Callable[[Any, Field], bool]] = {
    "Text": _is_text,
    "DateTime": _is_date_time,
    "Number": _is_number,
    "Checkbox": _is_truth,
    "List": _is_option,
}

_WANTED = {
    "Text": "a string",
    "DateTime": "an ISO-8601 time with its zone, as a string",
    "Number": "a number",
    "Checkbox": "true or false",
}


def check_value(field: Field, value: Any, status: int) -> None:
    """Refuses, with `status`, a value that the field's type does not take."""
    if not _ACCEPTS[field.type](value, field):
        wanted = _WANTED.get(field.type) or "one of " + ", ".join(field.options)
        raise Refusal(status, f"customFields.{field.key}: {field.type} takes {wanted}")


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
    """The value that a query string means: it is read by the field's type, without quotes."""
    try:
        return _READERS.get(field.type, str)(text)
    except (ValueError, KeyError):
        message = f"customFields.{field.key}: {field.type} takes {_WANTED[field.type]}"
        raise Refusal(400, message) from None
