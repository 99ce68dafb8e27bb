"""Runs the example in ESP-IDF's simulator, against the stand-in for Ardoq of this repository.

On Debian, in this folder, with the environment of ESP-IDF active:

    ../../../scripts/setup.sh build
    pip install pytest-embedded pytest-embedded-idf
    /usr/bin/python3 ../../../tests/certificates.py certificates ca server
    for name in linux own_ca console tls13; do
        idf.py --preview -B build_linux_$name -D IDF_TARGET=linux \
            -D SDKCONFIG=build_linux_$name/sdkconfig \
            -D SDKCONFIG_DEFAULTS="sdkconfig.defaults;sdkconfig.ci.$name" build
    done
    pytest --embedded-services idf pytest_report_identity.py

A variant that is not built is skipped. ESP-IDF has no console for the simulator before 5.3.
"""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_embedded import Dut

EXAMPLE = Path(__file__).resolve().parent
STAND_IN = EXAMPLE.parents[2] / "tests/fake_ardoq"
# Debian's, which has the packages of the stand-in; ESP-IDF's own Python has not.
PYTHON = "/usr/bin/python3"
TOKEN = "t0ken"
SECONDS = 60

# One ends after its first attempt, the other goes on with its console.
BUILDS = [f"build_linux_{name}" for name in ("linux", "own_ca", "tls13")]
CONSOLE = ["build_linux_console"]
each_build = pytest.mark.parametrize("build_dir", BUILDS, indirect=True)


def find_certificates() -> Path:
    folder = EXAMPLE / "certificates"
    if not (folder / "server.key").is_file():
        pytest.skip("there are no certificates: see the head of this file")
    return folder


class StandIn:
    """The stand-in for Ardoq, on a port that the kernel chooses."""

    def __init__(self, database: Path) -> None:
        self.database = database
        certificates = find_certificates()
        self._process = subprocess.Popen(
            [PYTHON, STAND_IN, "serve", "--certificate", certificates / "server.pem",
             "--key", certificates / "server.key", "--database", database, "--token", TOKEN,
             "--org-label", "acme"], stdout=subprocess.PIPE, text=True)
        self.port = self._process.stdout.readline().split()[-1]

    def components(self) -> str:
        return subprocess.run([PYTHON, STAND_IN, "show", "--database", self.database],
                              capture_output=True, text=True, check=True).stdout

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(SECONDS)


@pytest.fixture
def environment(request: pytest.FixtureRequest) -> dict[str, str]:
    """What is other than usual in the environment of the program."""
    return getattr(request, "param", {})


@pytest.fixture(autouse=True)
def ardoq(
    request: pytest.FixtureRequest, environment: dict[str, str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[StandIn]:
    """Starts before `dut`, whose program takes its settings from the environment."""
    build = request.node.callspec.params["build_dir"]
    if not (EXAMPLE / build / "report_identity.elf").is_file():
        pytest.skip(f"{build} is not built: see the head of this file")
    stand_in = StandIn(tmp_path / "ardoq.db")
    usual = {"API_HOST": f"https://localhost:{stand_in.port}", "API_TOKEN": TOKEN, "ORG_LABEL": "acme",
             "WORKSPACE": "5e00000000000000000000aa", "COMPONENT_TYPE": "p1700000000000",
             "SERIAL": "PYTEST-1"}
    for name, value in {**usual, **environment}.items():
        monkeypatch.setenv(f"ARDOQ_{name}", value)
    yield stand_in
    stand_in.stop()


@each_build
def test_a_report_creates_the_component_and_the_next_one_updates_it(
    ardoq: StandIn, dut: Dut
) -> None:
    dut.expect("created: ESP-IDF example PYTEST-1, component [0-9a-f]{24}", timeout=SECONDS)
    assert "PYTEST-1" in ardoq.components()
    again = subprocess.run([dut.app.elf_file], capture_output=True, text=True, timeout=SECONDS)
    assert again.returncode == 0
    assert "updated: ESP-IDF example PYTEST-1" in again.stdout


@each_build
@pytest.mark.parametrize("environment", [{"API_TOKEN": "wr0ng"}], indirect=True)
def test_a_failure_says_what_to_do(dut: Dut) -> None:
    dut.expect_exact("UNAUTHORIZED (fix the configuration)", timeout=SECONDS)
    dut.expect_exact("create a new one in Ardoq", timeout=SECONDS)


@each_build
@pytest.mark.parametrize("environment", [{"API_HOST": "https://127.0.0.1"}], indirect=True)
def test_a_wrong_setting_is_named(dut: Dut) -> None:
    dut.expect_exact("HOST_INVALID", timeout=SECONDS)


@pytest.mark.parametrize("build_dir", CONSOLE, indirect=True)
def test_the_console_answers(dut: Dut) -> None:
    dut.expect("created: ESP-IDF example PYTEST-1", timeout=SECONDS)
    for command, answer in {
        "status": "last report: [0-9]+ seconds? ago",
        "get workspace": "5e00000000000000000000aa",
        "me": "connected to Acme Corporation",
        "report extra": "extra",
    }.items():
        dut.write(f"ardoq {command}\n")
        dut.expect(answer, timeout=SECONDS)
