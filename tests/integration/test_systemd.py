"""The units of the service and of the gateway, checked by systemd itself."""

import re
import subprocess
from pathlib import Path

import pytest

import built

UNIT = Path(__file__).parents[2] / "examples/linux_cli/ardoq.service"
GATEWAY = Path(__file__).parents[2] / "examples/gateway"

# Of 10, lower is better: systemd calls up to 2 "OK". What is left is that it may use the network, a
# part of /proc and the host name.
EXPOSED_AT_MOST = 1.2


def judge(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """With the tool as it was built: it is not installed."""
    text, count = re.subn("^ExecStart=ardoq ", f"ExecStart={built.TOOL} ", UNIT.read_text(), flags=re.M)
    assert count == 1
    place = tmp_path / UNIT.name
    place.write_text(text)
    return place


def test_it_is_a_unit(unit: Path) -> None:
    done = judge("verify", "--man=no", "--recursive-errors=no", str(unit))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_fault_would_show(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("ProtectHome=", "ProtectHose="))
    assert "ProtectHose" in judge("verify", "--recursive-errors=no", str(unit)).stderr


def exposure(unit: Path) -> float:
    done = judge("security", "--offline=true", "--no-pager", str(unit))
    assert done.returncode == 0, done.stderr
    found = re.search(r"exposure level for ardoq\.service: ([\d.]+) ", done.stdout)
    assert found, done.stdout
    return float(found[1])


def test_it_is_shut_in(unit: Path) -> None:
    shut_in = exposure(unit)
    assert shut_in <= EXPOSED_AT_MOST
    unit.write_text(re.sub("^SystemCallFilter=.*\n", "", unit.read_text(), flags=re.M))
    assert exposure(unit) > shut_in


@pytest.mark.parametrize("line", [
    "Type=notify", "DynamicUser=yes", "StateDirectory=ardoq",
    "ExecReload=/bin/sh -c 'kill -HUP ${MAINPID}'",
    "LoadCredential=token:/etc/ardoq/token", "Restart=on-failure",
])
def test_what_the_service_relies_on(line: str) -> None:
    assert line in UNIT.read_text().splitlines()


@pytest.mark.parametrize("line", ["ProcSubset=", "ProtectHostname=", "PrivateNetwork="])
def test_what_would_hide_facts(line: str) -> None:
    assert not re.search(f"^{line}", UNIT.read_text(), re.M)


@pytest.mark.parametrize("kind", ["service", "timer"])
def test_those_of_the_gateway_are_units(tmp_path: Path, kind: str) -> None:
    """nginx need not be installed here."""
    paths = [tmp_path / path.name for path in sorted(GATEWAY.glob(f"*.{kind}"))]
    for path in tmp_path / "ardoq-gateway-daily.service", *paths:
        text = (GATEWAY / path.name).read_text()
        path.write_text(text.replace("/usr/sbin/nginx", "/bin/true"))
    done = judge("verify", "--man=no", "--recursive-errors=no", *map(str, paths))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("line", ["StartLimitIntervalSec=0", "RestartSec=5", "Restart=on-failure"])
def test_the_gateway_does_not_give_up(line: str) -> None:
    """Without a server of names nginx ends at once, and that may take longer than five attempts."""
    assert line in (GATEWAY / "ardoq-gateway.service").read_text().splitlines()


def test_the_gateway_needs_nothing_that_is_not_installed() -> None:
    """Only nginx and what every Debian has: a small one has no procps, and so no kill."""
    for path in GATEWAY.glob("*.service"):
        programs = re.findall(r"^Exec\w+=(\S+)", path.read_text(), re.M)
        assert programs and {*programs} <= {"/usr/sbin/nginx", "/bin/sh", "/usr/bin/systemctl"}
