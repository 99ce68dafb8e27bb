"""Fixtures of all integration tests."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import built
import names
from api_client import Client, Start
from logs import Logs
from servers import Certificates, FakeArdoq, Serve, make_certificates
from tool import Tool


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    if built.CERTIFICATES:
        return Certificates(Path(built.CERTIFICATES))
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def features(certificates: Certificates) -> dict[str, bool]:
    """Features of the build's mbedTLS."""
    environment = {
        "ARDOQ_API_HOST": "localhost",
        "ARDOQ_API_TOKEN": "unused",
        "SSL_CERT_FILE": str(certificates.pem("ca")),
    }
    done = subprocess.run(
        [built.EXERCISE], input=b"features\n", env=environment, stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def has_tls_1_3(features: dict[str, bool]) -> bool:
    """Whether the build speaks it: mbedTLS of Debian 12 does not."""
    return features["tls_1_3"]


@pytest.fixture(scope="module")
def logs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Logs:
    folder = Path(built.LOGS or tmp_path_factory.mktemp("logs"))
    return Logs(folder, request.module.__name__)


@contextmanager
def _serving(
    certificates: Certificates, logs: Logs, folders: pytest.TempPathFactory
) -> Iterator[Serve]:
    running: dict[tuple[str, ...], FakeArdoq] = {}

    def run(*switches: str, identity: str = "server") -> FakeArdoq:
        kind = (identity, *switches)
        if kind not in running:
            server = FakeArdoq(
                folders.mktemp("server"),
                *switches,
                certificates=certificates,
                identity=identity,
                token=logs.new_token(),
            )
            running[kind] = server.__enter__()
        return running[kind]

    try:
        yield run
    finally:
        for server in running.values():
            server.ask_to_stop()
        for server in running.values():
            server.wait()
            logs.add_server(server.stderr, server.journal_path)
    for server in running.values():
        assert server.stderr == ""


@pytest.fixture(scope="module")
def serve(
    certificates: Certificates, logs: Logs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serve]:
    """Gives a stand-in with these switches, each with its own token.

    It is shared by all tests of the module that ask for the same, so they use serial numbers of
    their own.
    """
    with _serving(certificates, logs, tmp_path_factory) as run:
        yield run


@pytest.fixture
def serve_once(
    certificates: Certificates, logs: Logs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serve]:
    """The same for one test: many at once would take much memory."""
    with _serving(certificates, logs, tmp_path_factory) as run:
        yield run


@pytest.fixture(scope="module")
def server(serve: Serve) -> FakeArdoq:
    """The stand-in without options."""
    return serve()


@pytest.fixture(scope="module")
def stand_in(
    certificates: Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FakeArdoq]:
    """One stand-in for all tests of a module that leave no trace in it that another would see."""
    with FakeArdoq(tmp_path_factory.mktemp("shared"), certificates=certificates) as server:
        yield server


@pytest.fixture
def start_stand_in(certificates: Certificates, tmp_path: Path) -> Iterator[Start]:
    """Starts some with options."""
    started: list[FakeArdoq] = []

    def run(*switches: str) -> FakeArdoq:
        server = FakeArdoq(tmp_path / "server", *switches, certificates=certificates)
        started.append(server.__enter__())
        return server

    yield run
    for server in started:
        server.stop()


@pytest.fixture
def client(stand_in: FakeArdoq) -> Iterator[Client]:
    with Client(stand_in) as connected:
        yield connected


@pytest.fixture(scope="session")
def network() -> Iterator[dict[str, str]]:
    """The variables that a program needs to find this host."""
    with names.variables(("localhost", "127.0.0.1")) as variables:
        yield variables


@pytest.fixture
def tool(tmp_path: Path, logs: Logs, network: dict[str, str]) -> Tool:
    """The built tool with an empty store, and no server yet."""
    return Tool(built.TOOL, tmp_path, logs).using(**network)


@pytest.fixture
def ask(tool: Tool, server: FakeArdoq) -> Tool:
    """The built tool, configured for the default stand-in."""
    return tool.at(server)
