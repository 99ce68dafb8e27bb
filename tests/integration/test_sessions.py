"""TLS sessions saved by one process and resumed by the next, as seen by independent servers."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import built
import strangers
from servers import Certificates
from strangers import VERSIONS, Stranger
from tool import Result, Tool, expect_success

pytestmark = pytest.mark.skipif(
    not built.has("SESSION_RESUMPTION"), reason="sessions are not resumed"
)


@pytest.fixture(scope="module", params=["nginx", "apache", "gnutls", "openssl_library"])
def server(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[Stranger]:
    # Not in the folder of pytest, which no other user may enter.
    folder = Path(tempfile.mkdtemp(prefix="ardoq-sessions-"))
    folder.chmod(0o755)
    try:
        with getattr(strangers, request.param)(folder, certificates) as running:
            yield running
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=VERSIONS)
def port(server: Stranger, has_tls_1_3: bool, request: pytest.FixtureRequest) -> int:
    if request.param == "1.3" and not has_tls_1_3:
        pytest.skip("this mbedTLS has no TLS 1.3")
    return server.ports[request.param, "ec"]


@pytest.fixture
def asking(tool: Tool, server: Stranger, certificates: Certificates, port: int) -> Tool:
    """The tool as a service, before one endpoint."""
    state = tool.home / "state"
    state.mkdir(mode=0o700)
    return tool.behind(*server.prefix).using(
        ARDOQ_API_HOST=f"localhost:{port}",
        ARDOQ_API_TOKEN=tool.logs.new_token(),
        SSL_CERT_FILE=str(certificates.pem("ca")),
        STATE_DIRECTORY=str(state),
    )


def ask(asking: Tool, **settings: str) -> Result:
    """GnuTLS calls whatever it sends a page."""
    result = asking.using(**settings).run("me")
    if result.error != "NOT_JSON":
        expect_success(result)
    return result


def expect_resumed(server: Stranger, port: int, expected: int) -> None:
    """A server writes to its log when it comes to it; what was before is there by then."""
    deadline = time.monotonic() + strangers.STOP_BOUND
    while server.resumed(port) < expected and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.resumed(port) == expected


def saved(asking: Tool) -> Path:
    return asking.home / "state" / "session"


def test_the_next_process_resumes(asking: Tool, server: Stranger, port: int) -> None:
    before = server.resumed(port)
    ask(asking)
    assert saved(asking).stat().st_mode & 0o777 == 0o600
    for number in range(1, 4):
        ask(asking)
        expect_resumed(server, port, before + number)
    assert [path.name for path in saved(asking).parent.iterdir()] == ["session"]


def test_a_session_that_is_not_its_own_is_not_resumed(
    asking: Tool, server: Stranger, port: int, certificates: Certificates
) -> None:
    before = server.resumed(port)
    ask(asking)
    ask(asking, ARDOQ_PIN0=certificates.pin("ca"))
    saved(asking).write_bytes(saved(asking).read_bytes()[:-1])
    ask(asking)
    saved(asking).chmod(0o644)
    ask(asking)
    ask(asking.without("STATE_DIRECTORY"))
    ask(asking)
    expect_resumed(server, port, before + 1)


def test_in_the_home_of_the_user(asking: Tool, server: Stranger, port: int) -> None:
    before = server.resumed(port)
    tool = asking.without("STATE_DIRECTORY")
    ask(tool)
    ask(tool)
    expect_resumed(server, port, before + 1)
    session = tool.home / ".local" / "state" / "ardoq" / "session"
    assert session.stat().st_mode & 0o777 == 0o600
    assert session.parent.stat().st_mode & 0o777 == 0o700
