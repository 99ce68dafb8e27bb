"""The gateway of examples/gateway at work: limits, failures, reloads, and the tool behind it."""

import json
import re
import socket
import ssl
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from gateway import BOUND, FILES, MISSING, Authority, Gateway, refusal, wait_until
from peers import Scripted
from service import Service
from servers import DEVICE_TYPE, WORKSPACE, Certificates, FakeArdoq, Serve
from strangers import reserved_port
from tool import Tool, expect_error, expect_success

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

ME = "/api/v2/me"
REPORT = {"components": {"upsert": [{
    "uniqueBy": ["rootWorkspace", "customFields.device_serial"],
    "body": {"rootWorkspace": WORKSPACE, "typeId": DEVICE_TYPE, "name": "Pump",
             "customFields": {"device_serial": "SN-1"}},
}]}}
OK = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 49\r\n\r\n"
      b'{"org":{"name":"A","label":"a"},"user":{"x":"y"}}')


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    authority = Authority(tmp_path_factory.mktemp("fleet") / "fleet")
    for name in ("SN-1", "SN-2", "SN-3"):
        authority.enrol(name)
    return authority


Start = Callable[..., Gateway]


@pytest.fixture
def start(tmp_path: Path, certificates: Certificates, authority: Authority) -> Iterator[Start]:
    """Starts a gateway in front of a port, and stops it after the test."""
    with ExitStack() as stack:

        def started(upstream: FakeArdoq | int, **settings: Any) -> Gateway:
            one = Gateway(tmp_path / "gateway", certificates, authority, upstream, **settings)
            return stack.enter_context(one.running())

        yield started


def of_device(tool: Tool, gateway: Gateway, name: str = "SN-1") -> Tool:
    """The tool as a device has it: a key, a certificate, and no token."""
    device = tool.using(
        ARDOQ_API_HOST=f"localhost:{gateway.port}", ARDOQ_WORKSPACE=WORKSPACE,
        ARDOQ_COMPONENT_TYPE=DEVICE_TYPE,
        SSL_CERT_FILE=str(gateway.certificates.pem("ca")),
    )
    for key, path in {"cert": gateway.authority.pem(name), "key": gateway.authority.key(name)}.items():
        expect_success(device.run("config", "set", key, f"@{path}"))
    return device


# The tool


def test_a_device_reports_without_a_token(tool: Tool, serve: Serve, start: Start) -> None:
    ardoq = serve()
    gateway = start(ardoq)
    device = of_device(tool, gateway)
    result = device.run("me")
    expect_success(result)
    assert result.json["org"]["label"] == "acme"
    assert "user" not in result.json and "user" in tool.at(ardoq).run("me").json
    result = device.run("report", "--set", "serial=SN-1")
    expect_success(result)
    assert result.json["outcome"] == "created"
    assert dict(ardoq.journal[-1]["headers"])["authorization"] == f"Bearer {ardoq.token}"
    for path in tool.store.parent.rglob("*"):
        assert not path.is_file() or ardoq.token.encode() not in path.read_bytes(), path


def test_a_device_shows_why_it_was_refused(tool: Tool, serve: Serve, start: Start) -> None:
    ardoq = serve()
    before = len(ardoq.journal)
    device = of_device(tool, start(ardoq))
    result = device.run("report", "--set", "serial=SN-2")
    expect_error(result, "FORBIDDEN", 3)
    assert "gateway: device_serial is not the serial number of the certificate" in result.err
    result = device.run("request", "GET", "/api/v2/components")
    expect_error(result, "FORBIDDEN", 3)
    assert "only GET /api/v2/me and POST /api/v2/batch are allowed" in result.err
    assert ardoq.journal[before:] == []


def test_a_device_with_relations_reports(tool: Tool, serve: Serve, start: Start) -> None:
    ardoq = serve("--mix-upserts")
    products, product = "5e00000000000000000000ac", "p2000000000000"
    gateway = start(ardoq, shared={products: [product]}, reference_types=[3])
    before = len(ardoq.journal)
    device = of_device(tool, gateway)
    relations = f"3 {products}+{product}/Pump"
    expect_success(device.run("config", "set", "relations", relations))
    expect_success(device.run("report", "--set", "serial=SN-1"))
    expect_success(device.run("config", "set", "relations", relations.replace("3", "2", 1)))
    expect_error(device.run("report", "--set", "serial=SN-1"), "FORBIDDEN", 3)
    assert len(ardoq.journal) == before + 1


# Too many requests


def test_a_device_above_its_rate_has_to_wait(tool: Tool, serve: Serve, start: Start) -> None:
    ardoq = serve()
    before = len(ardoq.journal)
    gateway = start(ardoq, requests_per_minute_of_a_device=1, burst_of_a_device=2)
    statuses = [gateway.ask("SN-1", "GET", ME).status for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    answer = gateway.batch("SN-1", REPORT)
    assert "too many" in refusal(answer, 429) and answer.headers["Retry-After"] == "30"
    assert gateway.ask("SN-2", "GET", ME).status == 200
    result = of_device(tool, gateway).run("report", "--set", "serial=SN-1")
    expect_error(result, "RATE_LIMITED", 4)
    assert "30" in result.err
    assert len(ardoq.journal) == before + 4


def test_the_service_waits_as_long_as_it_is_told(tool: Tool, serve: Serve, start: Start) -> None:
    ardoq = serve()
    gateway = start(ardoq, requests_per_minute_of_a_device=1, burst_of_a_device=1,
                    retry_after=3600)
    device = of_device(tool, gateway, "SN-3").using(ARDOQ_SERIAL="SN-3")
    while gateway.ask("SN-3", "GET", ME).status == 200:
        pass
    before = len(ardoq.journal)
    with Service(device) as service:
        service.wait_for_line("failed: RATE_LIMITED")
        line = service.wait_for_line("next report: ")
        assert re.fullmatch("next report: in 6[01] minutes, retry", line)
        service.stop()
    assert ardoq.journal[before:] == []


def test_all_devices_share_a_rate(serve: Serve, start: Start) -> None:
    ardoq = serve()
    gateway = start(ardoq, requests_per_second=0.1, gateways=2, retry_after=7)
    assert "rate=3r/m" in (gateway.folder / "nginx.conf").read_text()
    names = ["SN-1", "SN-2", "SN-3"]
    answers = [gateway.ask(name, "GET", ME) for name in names]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "7"


def test_what_ardoq_asks_for_is_passed_on(serve: Serve, start: Start) -> None:
    ardoq = serve("--fail-with", "503", "--retry-after", "120")
    gateway = start(ardoq)
    for answer in (gateway.ask("SN-1", "GET", ME), gateway.batch("SN-1", REPORT)):
        assert (answer.status, answer.headers["Retry-After"]) == (503, "120")
        assert answer.json


@pytest.mark.parametrize(("answer", "status", "body"), [
    (b"302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0", 502, "answered 302"),
    (b"401 Unauthorized\r\nContent-Length: 0", 401, "answered 401"),
    (b"200 OK\r\nContent-Length: 6\r\n\r\n<html>", 502, "could not be read"),
    (b"200 OK\r\nContent-Length: 4\r\n\r\nnull", 502, "could not be read"),
])
def test_an_answer_to_me_that_is_none(
    certificates: Certificates, start: Start, answer: bytes, status: int, body: str
) -> None:
    end = b"" if b"\r\n\r\n" in answer else b"\r\n\r\n"
    with Scripted(certificates, b"HTTP/1.1 " + answer + end) as ardoq:
        shown = start(ardoq.port).ask("SN-1", "GET", ME)
        assert body in refusal(shown, status) and "Location" not in shown.headers


def test_an_organization_without_a_label(certificates: Certificates, start: Start) -> None:
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"org":{"name":"A"}}'
    with Scripted(certificates, answer) as ardoq:
        assert start(ardoq.port).ask("SN-1", "GET", ME).json == {"org": {"name": "A"}}


# Ardoq cannot be reached


def test_ardoq_is_down(start: Start) -> None:
    gateway = start(reserved_port())
    refusal(gateway.ask("SN-1", "GET", ME), 502)
    assert "cannot be reached" in refusal(gateway.batch("SN-1", REPORT), 502)


def test_ardoq_is_slow(certificates: Certificates, start: Start) -> None:
    with Scripted(certificates, None) as slow:
        gateway = start(slow.port, timeout_seconds=1)
        assert "in time" in refusal(gateway.batch("SN-1", REPORT), 504)
        refusal(gateway.ask("SN-1", "GET", ME), 504)


@pytest.mark.parametrize("identity", ["self_signed", "wrong_host", "expired", "wrong_usage"])
def test_who_is_not_ardoq_gets_no_token(
    certificates: Certificates, start: Start, identity: str
) -> None:
    with Scripted(certificates, OK, identity) as wrong:
        gateway = start(wrong.port)
        refusal(gateway.batch("SN-1", REPORT), 502)
        refusal(gateway.ask("SN-1", "GET", ME), 502)
        assert b"".join(wrong.requests) == b""


def test_connections_to_ardoq_are_kept(serve_once: Serve, start: Start) -> None:
    ardoq = serve_once()
    gateway = start(ardoq)
    for _ in range(10):
        assert gateway.batch("SN-1", REPORT).status == 200
    # Connections from here to it: the second address, and the state.
    to_ardoq = f" 0100007F:{ardoq.port:04X} 01 "
    count = Path("/proc/net/tcp").read_text().count(to_ardoq)
    assert 1 <= count <= len(gateway.workers())


# Changes while it runs


def test_no_request_is_lost_by_a_reload(serve: Serve, start: Start) -> None:
    gateway = start(serve())
    stop = threading.Event()

    def report_until_stopped(name: str) -> list[int]:
        body = json.loads(json.dumps(REPORT).replace("SN-1", name))
        statuses = []
        while not stop.is_set():
            statuses.append(gateway.batch(name, body).status)
        return statuses

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(report_until_stopped, name) for name in ("SN-1", "SN-2")]
        try:
            for _ in range(3):
                gateway.reload()
        finally:
            stop.set()
        for one in running:
            statuses = one.result(BOUND)
            assert len(statuses) > 3 and {*statuses} == {200}


def test_a_revoked_device_loses_its_connection_and_session(
    serve: Serve, start: Start, authority: Authority
) -> None:
    gateway = start(serve())
    authority.enrol("lost")
    context = gateway.context("lost")
    ask = b"GET /api/v2/me HTTP/1.1\r\nHost: x\r\n\r\n"

    def connect(session: ssl.SSLSession | None) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", gateway.port), BOUND)
        return context.wrap_socket(plain, server_hostname="localhost", session=session)

    with connect(None) as first:
        first.sendall(ask)
        assert b" 200 OK" in first.recv(65536)
        session = first.session
        with connect(session) as second:
            second.sendall(ask)
            assert second.session_reused and b" 200 OK" in second.recv(65536)
        authority.run("revoke", "lost")
        gateway.reload()
        with suppress(OSError):
            first.sendall(ask)
            assert first.recv(65536) == b""
    with connect(session) as second:
        second.sendall(ask)
        assert not second.session_reused and b" 403 " in second.recv(65536)


@pytest.mark.parametrize("missing", ["expired", "none"])
def test_without_a_list_of_the_revoked_nobody_is_known(
    serve: Serve, tmp_path: Path, certificates: Certificates, missing: str
) -> None:
    authority = Authority(tmp_path / "fleet")
    authority.enrol("SN-1")
    list_path = authority.ca / "crl.pem"
    gateway = Gateway(tmp_path / "gateway", certificates, authority, serve())
    if missing == "none":
        list_path.unlink()
        with pytest.raises(AssertionError, match="crl.pem"), gateway.running():
            pass
        return
    with gateway.running():
        assert gateway.ask("SN-1", "GET", ME).status == 200
        authority.sign_list(1)
        gateway.reload()
        wait_until(lambda: gateway.ask("SN-1", "GET", ME).status == 403)


def test_another_token_counts_after_a_reload(serve: Serve, start: Start) -> None:
    ardoq = serve()
    gateway = start(ardoq)
    (gateway.folder / "token").write_text("another-token\n")
    gateway.configure()
    gateway.reload()
    answer = gateway.batch("SN-1", REPORT)
    assert answer.status == 401
    assert dict(ardoq.journal[-1]["headers"])["authorization"] == "Bearer another-token"


# What configure writes


def test_the_token_stands_in_one_file_that_only_its_owner_reads(serve: Serve, start: Start) -> None:
    gateway = start(serve())
    for name in ("nginx.conf", "settings.js", "gateway.js", "error.log", "access.log"):
        assert gateway.token not in (gateway.folder / name).read_text(), name
    token = gateway.folder / "token.conf"
    assert gateway.token in token.read_text() and stat.S_IMODE(token.stat().st_mode) == 0o600


@pytest.mark.parametrize(("setting", "value"), [
    ("host", "acme.ardoq.com;"), ("host", "a b"), ("name", "x\ny"), ("listen", "443;"),
    ("gateways", 0), ("gateways", "2"), ("gateways", True), ("workspace", "5e00"),
    ("reference_types", ["3"]), ("shared", {"x": []}), ("collectors", {"a b": ["c"]}),
    ("collectors", {"a": [""]}), ("no_such_setting", 1), ("org_label", 'a"b'),
    ("certificate", "relative.pem"), ("token_file", "/dev/null"), ("run", "/tmp/$x"),
])
def test_a_wrong_setting_is_refused(
    tmp_path: Path, certificates: Certificates, authority: Authority, setting: str, value: Any
) -> None:
    gateway = Gateway(tmp_path / "gateway", certificates, authority, 1)
    before = {path: path.read_bytes() for path in gateway.folder.iterdir()}
    path = gateway.folder / "gateway.json"
    path.write_text(json.dumps({**gateway.settings, setting: value}))
    done = subprocess.run([FILES / "configure", path], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("configure: ")
    before[path] = path.read_bytes()
    assert {path: path.read_bytes() for path in gateway.folder.iterdir()} == before
