"""A very simple client of the stand-in for Ardoq, and documents to send with it."""

import http.client
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq

BOUND = 10
MISSING = "0" * 24
USER_AGENT = {"User-Agent": "test/1.0"}
WITH_TOKEN = {**USER_AGENT, "Authorization": "Bearer test-token"}
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


class Client:
    """One connection to the stand-in, with Python's checks of certificates."""

    def __init__(self, server: FakeArdoq) -> None:
        self._headers = {**USER_AGENT, "Authorization": f"Bearer {server.token}"}
        self.context = ssl.create_default_context(cafile=server.ca_path)
        self._connection = http.client.HTTPSConnection(
            "localhost", server.port, context=self.context, timeout=BOUND
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def send(
        self, method: str, target: str, headers: dict[str, str], body: bytes | None = None
    ) -> Answer:
        """These headers, and of its own only Host, Content-Length and Accept-Encoding."""
        self._connection.request(method, target, body, headers)
        response = self._connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    def get(self, target: str) -> Answer:
        return self.send("GET", f"/api/v2/{target}", self._headers)

    def write(self, method: str, target: str, document: Any) -> Answer:
        body = json.dumps(document).encode()
        return self.send(method, f"/api/v2/{target}", {**self._headers, **JSON}, body)

    def post(self, target: str, document: Any) -> Answer:
        return self.write("POST", target, document)

    def batch(self, **components: list[dict[str, Any]]) -> Answer:
        return self.post("batch", {"components": components})

    def create(self, name: str, **fields: Any) -> str:
        answer = self.post("components", component(name, **fields))
        assert answer.status == 201, answer.raw
        return answer.json["_id"]

    def connect(self, source: str, target: str, type: int = 1, **fields: Any) -> str:
        answer = self.post("references", reference(source, target, type, **fields))
        assert answer.status == 201, answer.raw
        oid: str = answer.json["_id"]
        return oid

    def listed(self, target: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(target).json["values"]
        return found

    def names(self) -> list[str]:
        return [value["name"] for value in self.get("components").json["values"]]


def component(name: str, **custom: Any) -> dict[str, Any]:
    document: dict[str, Any] = {"rootWorkspace": WORKSPACE, "typeId": DEVICE_TYPE, "name": name}
    return {**document, "customFields": custom} if custom else document


def reference(source: str, target: str, type: int = 1, **fields: Any) -> dict[str, Any]:
    return {"source": source, "target": target, "type": type, **fields}


def upsert(name: str, serial: str, **custom: Any) -> dict[str, Any]:
    return {
        "uniqueBy": ["rootWorkspace", "customFields.device_serial"],
        "body": component(name, device_serial=serial, **custom),
    }


def set_fields(shape: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shape["customFields"].items() if value is not None}


# Starts a stand-in with switches; see the fixture `start_stand_in`.
Start = Callable[..., FakeArdoq]
