"""The rules that are checked first: headers, token, organisation, rate."""

import time
from collections.abc import Callable

from starlette.requests import Request

from errors import Refusal, Unauthorised

ELSEWHERE = "https://elsewhere.example/"


class Bucket:
    """A token bucket: `rate` requests per second, and as many (at least one) at once."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._size = max(1.0, rate)
        self._clock = clock
        self._level = self._size
        self._filled = clock()

    def take(self) -> bool:
        now = self._clock()
        self._level = min(self._size, self._level + (now - self._filled) * self._rate)
        self._filled = now
        if self._level < 1:
            return False
        self._level -= 1
        return True


class Organisation:
    """The expected X-org, and whether it is optional."""

    def __init__(self, label: str, shared_host: bool, status: int) -> None:
        self._label = label
        self._shared_host = shared_host
        self._status = status

    def check(self, request: Request) -> None:
        sent = request.headers.getlist("x-org")
        if not sent and self._shared_host:
            raise Refusal(self._status, "X-org is missing: this host serves many organisations")
        if sent and sent != [self._label]:
            raise Refusal(self._status, "X-org names an organisation that this token is not for")


class Gate:
    """Checks, in this order: User-Agent, token, organisation, rate, planned failure."""

    def __init__(
        self,
        token: str,
        organisation: Organisation,
        bucket: Bucket | None,
        retry_after: int,
        fail_with: int | None,
    ) -> None:
        self._token = token
        self._organisation = organisation
        self._bucket = bucket
        self._retry_after = {"Retry-After": str(retry_after)}
        self._fail_with = fail_with

    def check(self, request: Request) -> None:
        if not request.headers.get("user-agent", "").strip():
            raise Refusal(403, "User-Agent is missing")
        self._check_token(request)
        self._organisation.check(request)
        if self._bucket is not None and not self._bucket.take():
            raise Refusal(429, "too many requests", self._retry_after)
        if self._fail_with is not None:
            raise self._planned(self._fail_with)

    def _check_token(self, request: Request) -> None:
        sent = request.headers.getlist("authorization")
        if not sent:
            raise Unauthorised("Authorization is missing")
        if sent != [f"Bearer {self._token}"]:
            raise Unauthorised("the token is wrong or expired")

    def _planned(self, status: int) -> Refusal:
        headers: dict[str, str] = {}
        if status < 400:
            headers["Location"] = ELSEWHERE
        elif status in (429, 503):
            headers = self._retry_after
        return Refusal(status, f"failing with {status} because of --fail-with", headers)
