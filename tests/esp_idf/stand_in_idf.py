"""ESP-IDF's part in reading a component, by the stand-in for it: what it asks, and what it is told."""

import itertools
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STAND_IN = HERE / "stand_in"
EXAMPLE = ROOT / "examples/esp_idf/report_identity"

VERSIONS = ["5.1", "5.2", "5.3", "5.4", "5.5", "6.0"]
CHIPS = ["esp32", "esp32c3"]
TARGETS = [*CHIPS, "linux"]

# Those of them that this component may require.
COMPONENTS = {"esp_partition", "mbedtls", "nvs_flash", "jsmn", "lwip", "console", "esp_app_format",
              "esp_netif", "esp_event", "esp_timer", "spi_flash", "efuse", "bootloader_support"}
# What ESP-IDF lacks on linux, or cannot build there, and in which versions.
MISSING_ON_LINUX = {"esp_app_format": {"5.2", "5.3"}, "console": {"5.1", "5.2"},
                    "esp_timer": {"5.1"}, "spi_flash": {"5.1"}, "efuse": {"5.1", "5.2", "5.3"},
                    "bootloader_support": {*VERSIONS}}

CONFIGURED = {*re.findall(r"(?:if\(|NOT |{)(CONFIG_[A-Z]\w+)",
                          (ROOT / "esp_idf/component.cmake").read_text())}

Lists = dict[str, list[str]]


def existing(target: str, version: str) -> set[str]:
    if target != "linux":
        return COMPONENTS
    missing = {name for name, versions in MISSING_ON_LINUX.items() if version in versions}
    return COMPONENTS - missing


def cmake(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["cmake", *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, **environment})


def lists_in(text: str) -> Lists:
    """What the stand-in prints: a name, then a list of CMake."""
    lines = re.findall(r"^([A-Z_]+) (.*)$", text, re.MULTILINE)
    return {name: [part for part in values.split(";") if part] for name, values in lines}


def output(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stderr


def words_of(done: subprocess.CompletedProcess[str]) -> str:
    """Why CMake stopped, without its line breaks."""
    assert done.returncode != 0
    return " ".join(done.stderr.split())


def read_first(
    target: str, version: str, folder: Path = ROOT, environment: dict[str, str] | None = None,
    **config: str,
) -> subprocess.CompletedProcess[str]:
    major, minor = version.split(".")
    values = {"COMPONENT_DIR": folder, "IDF_TARGET": target, "IDF_VERSION_MAJOR": major,
              "IDF_VERSION_MINOR": minor, **config}
    return cmake(*[f"-D{name}={value}" for name, value in values.items()],
                 "-P", STAND_IN / "requirements.cmake", **(environment or {}))


def requirements(*arguments: object, **options: object) -> Lists:
    return lists_in(output(read_first(*arguments, **options)))


@dataclass(frozen=True)
class Case:
    target: str
    version: str
    config: tuple[str, ...] = ()  # NAME=VALUE

    @property
    def name(self) -> str:
        names = (value.split("=")[0] for value in self.config)
        return "-".join([self.target, self.version, *names])

    def has(self, name: str) -> bool:
        return any(value.startswith(f"{name}=") for value in self.config)


def possible_cases() -> Iterator[Case]:
    """Each target and version, with what sdkconfig can say there."""
    for target, version in itertools.product(TARGETS, VERSIONS):
        everything = [f"CONFIG_ARDOQ_CA_FILE={ROOT}/LICENSE"]
        if "console" in existing(target, version):
            everything.append("CONFIG_ARDOQ_CONSOLE=y")
        if target != "linux":
            everything.append("CONFIG_ARDOQ_SESSION_IN_NVS=y")
        with_lwip = ("CONFIG_LWIP_ENABLE=y",)
        networks = [with_lwip]
        if version == "5.1":
            networks = [()]  # there is no such option yet
        elif target == "linux":
            networks = [with_lwip, ()]
        for network, more in itertools.product(networks, [(), everything]):
            yield Case(target, version, (*network, *more))


def configure_cases(
    temporary: Path, *tried: Case, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Reads a component once for each case, as one project: a project takes CMake half a second."""
    calls = [[case.name, folder, case.target, *case.version.split("."), *case.config]
             for case in tried]
    lines = ["read_component({})\n".format(" ".join(f'"{part}"' for part in call))
             for call in calls]
    (temporary / "cases.cmake").write_text("".join(lines))
    return cmake("-S", STAND_IN / "project", "-B", temporary / "build", "-G", "Ninja",
                 "-DCMAKE_C_COMPILER_FORCED=ON", f"-DCASES={temporary}/cases.cmake")


def cases_in(text: str) -> dict[str, Lists]:
    _, *parts = re.split(r"^CASE (.*)$", text, flags=re.MULTILINE)
    return {name: lists_in(lines) for name, lines in zip(parts[::2], parts[1::2])}
