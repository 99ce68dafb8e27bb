"""`ardoq request --curl`: the printed line, run by a shell with the real curl, sends the same call."""

import subprocess
from typing import Any

import pytest

from servers import WORKSPACE, FakeArdoq
from tool import Tool, expect_error, expect_success

BATCH = "/api/v2/batch"
COMPONENTS = "/api/v2/components"

# What curl and a shell must leave as it is.
AWKWARD = r"""{"a": "it's \"$HOME\" `id` \\n %41 é 🚀 !x * ~ &;|<>()", "b": "@file", "c": ["''"]}"""

CALLS = {
    "a path alone": ["/api/v2/me"],
    "a query": [COMPONENTS, "-q", "name=a b'c\"d&e=f#g+h", "-q", f"rootWorkspace={WORKSPACE}"],
    "a query in the path": [f"{COMPONENTS}?name=a%20'b'$HOME"],
    "a body": ["POST", BATCH, "-d", AWKWARD],
    "a body of lines": ["POST", BATCH, "-d", '{\n  "a": 1\n}\n'],
    "a body of blanks": ["POST", BATCH, "-d", " []"],
    "another method": ["PATCH", f"{COMPONENTS}/5e", "-d", '{"name": "x"}'],
    "no body": ["DELETE", f"{COMPONENTS}/5e"],
    "an empty body": ["POST", BATCH],
    "an empty body that is given": ["POST", BATCH, "-d", ""],
    "a GET with a body": ["GET", "/api/v2/me", "-d", "{}"],
    "no answer": ["HEAD", "/api/v2/me"],
}


def run_line(
    tool: Tool, server: FakeArdoq, line: str, token: str | None = None
) -> dict[str, Any]:
    """What the server got."""
    before = len(server.journal)
    environment = {**tool.environment, "ARDOQ_API_TOKEN": token or server.token}
    command = f"{line.rstrip()} --cacert {server.ca_path} --noproxy '*' --ipv4"
    done = subprocess.run(["/bin/sh", "-c", command], env=environment, cwd=tool.home,
                          capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    [entry] = server.journal[before:]
    return entry


def sent(entry: dict[str, Any]) -> dict[str, Any]:
    """What must be the same. User-Agent and Accept-Encoding are the client's own."""
    headers = {name.lower(): value for name, value in entry["headers"]}
    names = ("host", "accept", "x-org", "content-type", "authorization", "content-length")
    return {
        **{key: entry[key] for key in ("method", "path", "query", "body")},
        **{name: headers.get(name) for name in names},
    }


@pytest.mark.parametrize("arguments", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("label", ["acme", ""], ids=["label", ""])
def test_curl_sends_the_same(
    ask: Tool, server: FakeArdoq, arguments: list[str], label: str
) -> None:
    asking = ask.using(ARDOQ_ORG_LABEL=label)
    asking.run_for_text("--verbose", "request", *arguments)
    own = server.journal[-1]
    before = len(server.journal)
    shown = asking.run_for_text("request", "--curl", *arguments)
    assert (shown.code, shown.err) == (0, "")
    assert len(server.journal) == before
    assert server.token not in shown.out
    assert '-H "Authorization: Bearer $ARDOQ_API_TOKEN"' in shown.out
    assert ("X-org: acme" in shown.out) == bool(label)
    assert sent(run_line(ask, server, shown.out)) == sent(own)


def test_it_needs_no_token_and_no_server(tool: Tool) -> None:
    asking = tool.using(ARDOQ_API_HOST="https://acme.ardoq.com")
    shown = asking.run_for_text("request", "--curl", "/api/v2/me")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == (
        """curl -sS -H "Authorization: Bearer $ARDOQ_API_TOKEN" -H 'Accept: application/json' """
        "--url 'https://acme.ardoq.com/api/v2/me'\n"
    )


def test_a_token_in_a_link_or_a_body_is_the_variable(ask: Tool, server: FakeArdoq) -> None:
    token = "made-up"  # the server's own must not come into its journal
    body = f'{{"name": "{token}{token}"}}'
    shown = ask.using(ARDOQ_API_TOKEN=token).run_for_text(
        "request", "--curl", "POST", f"{COMPONENTS}?name={token}", "-d", body
    )
    expect_success(shown)
    assert token not in shown.out
    entry = run_line(ask, server, shown.out, token)
    assert (entry["query"], entry["body"]) == (f"name={token}", body)


def test_the_file_of_ca_is_curls_too(ask: Tool) -> None:
    certificate = ask.environment["SSL_CERT_FILE"]
    (ask.home / "it's").write_bytes(open(certificate, "rb").read())
    shown = ask.run_for_text("--ca", "it's", "request", "--curl", "/api/v2/me")
    assert r" --cacert 'it'\''s' " in shown.out
    done = subprocess.run(["/bin/sh", "-c", f"{shown.out.rstrip()} --noproxy '*' --ipv4"],
                          env=ask.environment, cwd=ask.home, capture_output=True, check=True)
    assert b'"acme"' in done.stdout


def test_a_url_leads_to_the_host_alone(ask: Tool, server: FakeArdoq) -> None:
    here = f"https://localhost:{server.port}/api/v2/me"
    assert f"'{here}'" in ask.run_for_text("request", "--curl", here).out
    there = ask.run_for_text("request", "--curl", "https://there.example/api/v2/me")
    assert (there.code, there.out) == (2, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/api/v2/me", "--all"], "--curl prints one call, so it cannot be used with --all"),
        (["POST", BATCH, "-d", "not JSON"], "--curl needs a body that is JSON"),
    ],
)
def test_what_it_does_not_take(ask: Tool, arguments: list[str], words: str) -> None:
    result = ask.run_for_text("request", "--curl", *arguments)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_a_path_that_curl_would_read_as_a_pattern_is_refused(ask: Tool) -> None:
    for path in ("/a[1-3]", "/a?b={c,d}"):
        expect_error(ask.run_for_text("request", "--curl", path), "REQUEST_INVALID", 3)


def test_what_a_terminal_acts_on_is_an_escape(ask: Tool, server: FakeArdoq) -> None:
    body = '{"name":\t"a\u009b\u202eb"}'
    shown = ask.run_for_text("request", "--curl", "POST", BATCH, "-d", body)
    assert all(line.isprintable() for line in shown.out.splitlines())
    assert run_line(ask, server, shown.out)["body"] == '{"name": "a\\u009b\\u202eb"}'
