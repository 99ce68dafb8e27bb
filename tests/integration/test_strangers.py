"""Independent TLS servers: nginx, Apache, OpenSSL and GnuTLS; each version, each kind of key."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import strangers
from servers import DEVICE_TYPE, WORKSPACE, Certificates
from strangers import KEYS, VERSIONS, Stranger
from tool import Tool, expect_error, expect_success


@pytest.fixture(scope="module", params=["nginx", "apache", "openssl", "gnutls"])
def stranger(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[Stranger]:
    # Not in the folder of pytest, which no other user may enter.
    folder = Path(tempfile.mkdtemp(prefix="ardoq-stranger-"))
    folder.chmod(0o755)
    try:
        with getattr(strangers, request.param)(folder, certificates) as running:
            yield running
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=[(version, key) for version in VERSIONS for key in KEYS], ids="-".join)
def asking(
    tool: Tool,
    stranger: Stranger,
    certificates: Certificates,
    has_tls_1_3: bool,
    request: pytest.FixtureRequest,
) -> Tool:
    """The tool before one endpoint of the stranger."""
    if request.param[0] == "1.3" and not has_tls_1_3:
        pytest.skip("this mbedTLS has no TLS 1.3")
    return aim(tool, stranger, certificates, *request.param)


def aim(
    tool: Tool, stranger: Stranger, certificates: Certificates, version: str, key: str
) -> Tool:
    return tool.behind(*stranger.prefix).using(
        ARDOQ_API_HOST=f"localhost:{stranger.ports[version, key]}",
        ARDOQ_API_TOKEN=tool.logs.new_token(),
        ARDOQ_WORKSPACE=WORKSPACE,
        ARDOQ_COMPONENT_TYPE=DEVICE_TYPE,
        SSL_CERT_FILE=str(certificates.pem("ca")),
    )


def test_it_is_understood(asking: Tool, request: pytest.FixtureRequest) -> None:
    result = asking.run("me")
    name = request.node.callspec.params["stranger"]
    if name == "gnutls":
        expect_error(result, "NOT_JSON", 5)
        assert f"  HTTP status: 200\n  the server says: {strangers.ME[:60]}" in result.err
        return
    expect_success(result)
    assert result.json == json.loads(strangers.ME)
    if name in ("nginx", "apache"):
        # OpenSSL's takes no POST, and knows one file.
        reported = asking.run("report", "--set", "serial=S")
        expect_success(reported)
        assert reported.json == {"outcome": "created", "id": "5f00"}
        missing = asking.run("request", "GET", "/api/v2/nothing")
        expect_error(missing, "NOT_FOUND", 3)
        assert "\n  the server says: the server answered with an HTML page\n" in missing.err


def test_one_that_speaks_only_newer_versions_is_named(
    tool: Tool,
    stranger: Stranger,
    certificates: Certificates,
    has_tls_1_3: bool,
    request: pytest.FixtureRequest,
) -> None:
    if has_tls_1_3:
        pytest.skip("this mbedTLS speaks the newest")
    result = aim(tool, stranger, certificates, "1.3", "ec").run("me")
    if request.node.callspec.params["stranger"] == "gnutls":
        # GnuTLS finds that no cipher suite is left, and says only that the handshake failed.
        expect_error(result, "TLS_FAILED", 5)
    else:
        expect_error(result, "TLS_NO_COMMON_VERSION", 3)
