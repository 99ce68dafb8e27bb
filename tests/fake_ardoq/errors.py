"""Refusals, and the statuses that Ardoq does not document."""

from dataclasses import dataclass, field, fields


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


class Unauthorised(Refusal):
    """A request without the right token; separate because --login-page answers it differently."""

    def __init__(self, message: str) -> None:
        super().__init__(401, message, {"WWW-Authenticate": "Bearer"})


def _chosen(default: int, meaning: str) -> int:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Statuses:
    """The statuses that Ardoq does not document; each field is an option of `serve`."""

    several_matches: int = _chosen(409, "an upsert or alias that matches several components")
    unknown_field: int = _chosen(422, "a custom field that does not exist, or not in this type")
    wrong_type: int = _chosen(422, "a custom field value of the wrong type, or not in the list")
    mixed: int = _chosen(400, "upserts together with other operations of the same kind in a batch")
    missing_org: int = _chosen(403, "an X-org that is wrong, or missing on a shared host")


STATUS_SWITCHES = fields(Statuses)
