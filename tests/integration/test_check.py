"""`ardoq check`: a line for each step, what to do about a failure, and the exit code of the first."""

import re
import signal
import subprocess
import time

import pytest

from peers import Relay, closed_port
from servers import DEVICE_TYPE, WORKSPACE, Certificates, FakeArdoq, Serve
from source import HINTS
from tool import Result, Tool, check_lines

CONNECTION = ["settings", "DNS", "TCP", "TLS"]
FIELDS = [
    "serial", "mac", "model", "hardware_revision", "chip", "chip_revision", "firmware_name",
    "firmware_version", "firmware_hash", "sdk_version", "flash_size", "host_name", "ip_address",
]
BEFORE_FIELDS = [*CONNECTION, "me", "workspace", "component_type"]
ALL = [*BEFORE_FIELDS, *FIELDS]


def lines(result: Result) -> dict[str, str]:
    """The text after each step, with the word before it. No step has two lines."""
    found: dict[str, str] = {}
    for line in result.out.splitlines():
        if not line.startswith(" "):
            verdict, step, text = line.split(maxsplit=2)
            assert verdict in ("ok", "failed") and step not in found
            found[step] = f"{verdict} {text}"
    return found


def expect_failures(result: Result, code: int, steps: list[str], **failures: str) -> None:
    """These steps have lines, in this order; of them these failed, each with its hint."""
    found = lines(result)
    assert (result.code, result.err) == (code, "")
    assert [*found] == steps
    failed = {step: text for step, text in found.items() if text.startswith("failed ")}
    assert [*failed] == [*failures]
    for step, text in failures.items():
        assert failed[step].startswith(f"failed {text} (")
        name = text.split()[-1]
        assert re.search(rf"^failed +{step} .*\n  {re.escape(HINTS[name])}$", result.out, re.M)


def check(tool: Tool, **environment: str) -> Result:
    return check_lines(tool.using(**environment).run_for_text("check"))


def test_all_is_well(ask: Tool, server: FakeArdoq) -> None:
    before = len(server.journal)
    result = check(ask, ARDOQ_ORG_LABEL="acme")
    found = lines(result)
    assert (result.code, result.err) == (0, "")
    assert [*found] == ALL
    assert found["settings"] == f"ok https://localhost:{server.port}, org_label acme"
    assert re.fullmatch(r"ok (::1, )?127\.0\.0\.1(, ::1)?", found["DNS"])
    assert found["TCP"] == f"ok 127.0.0.1 port {server.port}"
    date = r"\d{4}-\d\d-\d\d"
    assert re.fullmatch(
        rf"ok TLSv1\.[23] [A-Z0-9-]+, CN=localhost, valid until {date}", found["TLS"]
    )
    assert found["me"] == "ok Acme Corporation (acme) as devices@acme.example"
    assert found["workspace"] == f"ok {WORKSPACE}"
    assert found["component_type"] == f"ok {DEVICE_TYPE} Device"
    assert {step: found[step] for step in FIELDS} == {
        step: f"ok device_{step}" for step in FIELDS
    }
    assert [entry["method"] for entry in server.journal[before:]] == ["GET", "GET"]


def test_fields_that_are_left_out_have_no_line(ask: Tool) -> None:
    result = check(ask, ARDOQ_FIELDS="serial, model last_seen")
    assert result.code == 0
    assert [*lines(result)] == [*BEFORE_FIELDS, "serial", "model", "last_seen"]


def test_any_order_and_framing_will_do(tool: Tool, serve_once: Serve) -> None:
    result = check(tool.at(serve_once("--reverse-keys", "--framing", "chunked")))
    assert (result.code, [*lines(result)]) == (0, ALL)


# The connection


def test_settings_that_are_wrong(ask: Tool) -> None:
    result = check(ask, ARDOQ_API_TOKEN="")
    expect_failures(result, 3, ["settings"], settings="TOKEN_MISSING")
    assert "\n  setting: token\n" in result.out
    result = check(ask, ARDOQ_TIMEOUT_MS="soon")
    expect_failures(result, 3, ["settings"], settings="SETTING_INVALID")
    assert "\n  setting: timeout_ms\n" in result.out


def test_a_server_that_is_not_there(ask: Tool) -> None:
    with closed_port() as port:
        result = check(ask, ARDOQ_API_HOST=f"localhost:{port}")
    expect_failures(result, 5, CONNECTION[:3], TCP="CONNECTION_REFUSED")


def test_a_certificate_that_is_not_trusted(ask: Tool, certificates: Certificates) -> None:
    result = check(ask, SSL_CERT_FILE=str(certificates.pem("other_ca")))
    expect_failures(result, 3, CONNECTION, TLS="CERTIFICATE_UNTRUSTED")
    assert "\n  certificate of: CN=localhost\n" in result.out


def test_a_step_that_was_given_up(ask: Tool) -> None:
    with Relay() as silent:
        asking = ask.using(ARDOQ_API_HOST=f"localhost:{silent.port}")
        pipe = subprocess.PIPE
        process = asking.start("check", stdin=pipe, stdout=pipe, stderr=pipe)
        silent.wait_for_bytes()
        process.send_signal(signal.SIGINT)
        result = check_lines(asking.finish(process, time.monotonic(), ("check",)))
    expect_failures(result, 5, CONNECTION, TLS="INTERRUPTED")


# The organisation


def test_a_wrong_token(ask: Tool) -> None:
    result = check(ask, ARDOQ_API_TOKEN=ask.logs.new_token())
    expect_failures(result, 3, [*CONNECTION, "me"], me="UNAUTHORIZED")
    assert "\n  the server says: the token is wrong or expired\n" in result.out


def test_a_wrong_label(ask: Tool) -> None:
    """The stand-in refuses it at once; that Ardoq does is not documented."""
    result = check(ask, ARDOQ_ORG_LABEL="other")
    expect_failures(result, 3, [*CONNECTION, "me"], me="FORBIDDEN")


def test_an_unknown_workspace(ask: Tool) -> None:
    workspace = "0" * 24
    result = check(ask, ARDOQ_WORKSPACE=workspace)
    steps = [*CONNECTION, "me", "workspace"]
    expect_failures(result, 3, steps, workspace=f"{workspace}: NOT_FOUND")
    result = check(ask, ARDOQ_WORKSPACE="")
    expect_failures(result, 3, steps, workspace="WORKSPACE_INVALID")


def test_an_unknown_component_type(ask: Tool) -> None:
    result = check(ask, ARDOQ_COMPONENT_TYPE="p1")
    expect_failures(result, 3, ALL, component_type="p1: COMPONENT_TYPE_UNKNOWN")
    result = check(ask, ARDOQ_COMPONENT_TYPE="")
    expect_failures(result, 3, ALL, component_type="COMPONENT_TYPE_INVALID")


@pytest.mark.parametrize(
    ("step", "failure"),
    [
        ("serial", "device_missing: CUSTOM_FIELD_UNKNOWN"),
        ("model", "device_missing: CUSTOM_FIELD_UNKNOWN"),
        ("model", "device_port_count: CUSTOM_FIELD_UNFIT"),
        ("model", "device_managed: CUSTOM_FIELD_UNFIT"),
        ("model", "device_last_seen: CUSTOM_FIELD_UNFIT"),
        ("model", "device_environment: CUSTOM_FIELD_UNFIT"),
        ("model", "device_contact: CUSTOM_FIELD_UNFIT"),
        ("model", "device_manual: CUSTOM_FIELD_UNFIT"),
        ("model", "device_owner: CUSTOM_FIELD_UNFIT"),
        ("model", "device_labels: CUSTOM_FIELD_UNFIT"),
        ("serial", "device_notes: CUSTOM_FIELD_UNFIT"),
        ("model", "device_age_days: CUSTOM_FIELD_READ_ONLY"),
        ("model", "location_code: CUSTOM_FIELD_NOT_OF_TYPE"),
    ],
)
def test_a_custom_field_that_cannot_be_reported(ask: Tool, step: str, failure: str) -> None:
    custom = {"serial": "device_serial", "model": "device_model"}
    custom[step] = failure.split(":")[0]
    result = check(ask, ARDOQ_FIELDS=" ".join(f"{name}={field}" for name, field in custom.items()))
    expect_failures(result, 3, [*BEFORE_FIELDS, *custom], **{step: failure})


def test_a_long_text_takes_all_but_the_serial_number(ask: Tool) -> None:
    assert check(ask, ARDOQ_FIELDS="serial model=device_notes").code == 0


def test_a_serial_number_that_is_not_listed(ask: Tool) -> None:
    result = check(ask, ARDOQ_FIELDS="model")
    steps = [*BEFORE_FIELDS, "serial", "model"]
    expect_failures(result, 3, steps, serial="SERIAL_FIELD_MISSING")


def test_what_the_check_refuses_the_report_meets_too(ask: Tool) -> None:
    """The other way round: a check that passes is followed by a report that does."""
    assert check(ask).code == 0
    assert ask.run("report", "--set", "serial=checked").code == 0
    unfit = ask.using(ARDOQ_FIELDS="serial model=device_port_count")
    assert check(unfit).code == 3
    report = unfit.run("report", "--set", "serial=checked", "--set", "model=Hub")
    assert (report.code, report.error) == (3, "UNPROCESSABLE")
