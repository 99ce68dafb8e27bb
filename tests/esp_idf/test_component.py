"""The repository as a component of ESP-IDF, read twice as ESP-IDF does, by a stand-in for it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

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
CHIPS_ONLY = {"bootloader_support"}
# What ESP-IDF lacks on linux, and in which versions.
MISSING_ON_LINUX = {"esp_app_format": {"5.2", "5.3"}, "console": {"5.1", "5.2"},
                    "esp_timer": {"5.1"}}

CONFIGURED = {*re.findall(r"\bCONFIG_[A-Z]\w+", (ROOT / "esp_idf/component.cmake").read_text())}


def existing(target: str, version: str) -> set[str]:
    if target != "linux":
        return COMPONENTS
    missing = {name for name, versions in MISSING_ON_LINUX.items() if version in versions}
    return COMPONENTS - CHIPS_ONLY - missing


def definitions(target: str, version: str, folder: Path, config: dict[str, str]) -> list[str]:
    major, minor = version.split(".")
    values = {"COMPONENT_DIR": folder, "IDF_TARGET": target, "IDF_VERSION_MAJOR": major,
              "IDF_VERSION_MINOR": minor, **config}
    return [f"-D{name}={value}" for name, value in values.items()]


def cmake(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["cmake", *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, **environment})


def read_lists(done: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    """What the stand-in prints: a name, then a list of CMake."""
    assert done.returncode == 0, done.stderr
    lines = re.findall(r"^([A-Z_]+) (.*)$", done.stderr, re.MULTILINE)
    return {name: [part for part in text.split(";") if part] for name, text in lines}


def requirements(
    target: str, version: str, folder: Path = ROOT, environment: dict[str, str] | None = None,
    **config: str,
) -> dict[str, list[str]]:
    return read_lists(cmake(*definitions(target, version, folder, config), "-P",
                            STAND_IN / "requirements.cmake", **(environment or {})))


@pytest.fixture
def configure(tmp_path: Path) -> Iterator[object]:
    def run(
        target: str, version: str, folder: Path = ROOT, **config: str
    ) -> subprocess.CompletedProcess[str]:
        return cmake("-S", STAND_IN / "project", "-B", tmp_path / "build", "-G", "Ninja",
                     "-DCMAKE_C_COMPILER_FORCED=ON", *definitions(target, version, folder, config))

    yield run


def chip_config(version: str, **config: str) -> dict[str, str]:
    return config if version == "5.1" else {"CONFIG_LWIP_ENABLE": "y", **config}


# ---- The first reading ---------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("target", TARGETS)
def test_requirements_exist(target: str, version: str) -> None:
    found = requirements(target, version)
    assert found["REQUIRES"] == ["mbedtls"]
    assert {*found["PRIV_REQUIRES"]} <= existing(target, version)
    assert {"jsmn", "nvs_flash"} <= {*found["PRIV_REQUIRES"]}


@pytest.mark.parametrize("target", CHIPS)
def test_a_chip_requires_what_its_sources_include(target: str) -> None:
    assert {*requirements(target, "5.5")["PRIV_REQUIRES"]} == COMPONENTS - {"mbedtls", "esp_event"}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("version", ["5.1", "6.0"])
def test_requirements_do_not_depend_on_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, version: str
) -> None:
    config = {"CONFIG_LWIP_ENABLE": "y", "CONFIG_ARDOQ_CA_FILE": f"{ROOT}/LICENSE",
              "CONFIG_ARDOQ_CONSOLE": "y"}
    assert {*config} == CONFIGURED
    if (target, version) == ("linux", "5.1"):
        del config["CONFIG_ARDOQ_CONSOLE"]
    monkeypatch.chdir(tmp_path)
    assert requirements(target, version, **config) == requirements(target, version)


@pytest.mark.parametrize("name", ["packtest", "ardoq__ardoq-device", "a folder"])
def test_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(ROOT)
    assert requirements("esp32c3", "5.5", tmp_path / name) == requirements("esp32c3", "5.5")


# ---- The second reading --------------------------------------------------------------------------



def sources_under(folder: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.c")}


CHIP_SOURCES = {"port/lwip/resolve.c", "port/sockets/sockets.c"}
HOST_SOURCES = {"port/posix/resolve.c", "port/sockets/sockets.c"}


@pytest.mark.parametrize(("target", "version", "config", "extra", "definition"), [
    ("esp32c3", "5.1", {}, CHIP_SOURCES, "ARDOQ_SOCKETS_LWIP"),
    ("esp32", "6.0", {"CONFIG_ARDOQ_CONSOLE": "y"}, {*CHIP_SOURCES, "esp_idf/console.c"},
     "ARDOQ_SOCKETS_LWIP"),
    ("linux", "5.1", {}, HOST_SOURCES, "ARDOQ_SOCKETS_FREERTOS_SIMULATOR"),
    ("linux", "5.5", {}, HOST_SOURCES, "ARDOQ_SOCKETS_FREERTOS_SIMULATOR"),
    ("linux", "5.5", {"CONFIG_LWIP_ENABLE": "y"}, CHIP_SOURCES, "ARDOQ_SOCKETS_LWIP"),
    ("linux", "5.3", {"CONFIG_ARDOQ_CONSOLE": "y"}, {*HOST_SOURCES, "esp_idf/console.c"},
     "ARDOQ_SOCKETS_FREERTOS_SIMULATOR"),
])
def test_what_is_registered(
    configure: object, target: str, version: str, config: dict[str, str], extra: set[str],
    definition: str,
) -> None:
    if target != "linux":
        config = chip_config(version, **config)
    found = read_lists(configure(target, version, **config))
    assert {*found["SRCS"]} == sources_under("components") | sources_under("port/esp_idf") | extra
    assert len(found["SRCS"]) == len({*found["SRCS"]})
    assert found["DEFINITIONS"] == [definition]
    assert found["EMBED_TXTFILES"] == []
    assert {f"components/{path.name}/include" for path in (ROOT / "components").iterdir()} | {
        "port/include", "esp_idf/include"} == {*found["INCLUDE_DIRS"]}
    first = requirements(target, version)
    assert (found["REQUIRES"], found["PRIV_REQUIRES"]) == (first["REQUIRES"], first["PRIV_REQUIRES"])


def test_a_copy_in_a_folder_of_another_name(configure: object, tmp_path: Path) -> None:
    copy = tmp_path / "some folder/ardoq__ardoq-device"
    for name in ("components", "port", "esp_idf"):
        shutil.copytree(ROOT / name, copy / name)
    shutil.copy(ROOT / "CMakeLists.txt", copy)
    found = read_lists(configure("esp32c3", "5.5", copy, **chip_config("5.5")))
    assert "components/base/err.c" in found["SRCS"]


def test_the_file_of_roots_is_embedded(configure: object, tmp_path: Path) -> None:
    (tmp_path / "my-roots.pem").write_text("PEM")
    found = read_lists(configure("linux", "5.5", CONFIG_ARDOQ_CA_FILE=f"{tmp_path}/my-roots.pem"))
    [embedded] = found["EMBED_TXTFILES"]
    # The port reads the symbols that ESP-IDF makes of this name.
    assert Path(embedded).name == "ardoq_roots.pem"
    assert Path(embedded).read_text() == "PEM"
    assert "ARDOQ_EMBEDDED_ROOTS" in found["DEFINITIONS"]


@pytest.mark.parametrize(("target", "version", "config", "words"), [
    ("linux", "5.5", {"CONFIG_ARDOQ_CA_FILE": "missing.pem"}, "project/missing.pem"),
    ("linux", "5.2", {"CONFIG_ARDOQ_CONSOLE": "y"}, "CONFIG_ARDOQ_CONSOLE"),
    ("esp32c3", "5.5", {}, "CONFIG_LWIP_ENABLE"),
])
def test_what_cannot_be_built_is_told(
    configure: object, target: str, version: str, config: dict[str, str], words: str
) -> None:
    done = configure(target, version, **config)
    assert done.returncode != 0
    assert words in " ".join(done.stderr.split())


# ---- The stand-in --------------------------------------------------------------------------------


@pytest.mark.parametrize(("registration", "words"), [
    ("NONSENSE SRCS a.c", "unknown NONSENSE"),
    ("SRCS missing.c", "missing.c is no file"),
    ("SRCS a.c INCLUDE_DIRS missing", "missing is no folder"),
    ("SRCS a.c EMBED_TXTFILES missing.pem", "missing.pem is no file"),
    ("SRCS a.c)\ntarget_compile_options(${COMPONENT_LIB} PUBLIC -w", "INTERFACE_COMPILE_OPTIONS"),
])
def test_the_stand_in_refuses(
    configure: object, tmp_path: Path, registration: str, words: str
) -> None:
    (tmp_path / "a.c").write_text("int a;\n")
    (tmp_path / "CMakeLists.txt").write_text(f"idf_component_register({registration})\n")
    done = configure("linux", "5.5", tmp_path)
    assert done.returncode != 0
    assert re.search(words, " ".join(done.stderr.split())), done.stderr


@pytest.mark.parametrize("text", [
    "project(x)\nidf_component_register()\n", "add_library(x a.c)\nidf_component_register()\n", "",
    "idf_component_register(NONSENSE)\n",
])
def test_script_mode_refuses(tmp_path: Path, text: str) -> None:
    (tmp_path / "CMakeLists.txt").write_text(text)
    done = cmake(*definitions("linux", "5.5", tmp_path, {}), "-P", STAND_IN / "requirements.cmake")
    assert done.returncode != 0


# ---- The example ---------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["5.1", "6.0"])
@pytest.mark.parametrize("target", ["esp32c3", "linux"])
@pytest.mark.parametrize(("manager", "library"), [("0", "ardoq-device"), ("1", ROOT.name)])
def test_main_of_the_example(target: str, version: str, manager: str, library: str) -> None:
    environment = {"IDF_COMPONENT_MANAGER": manager}
    found = requirements(target, version, EXAMPLE / "main", environment)["PRIV_REQUIRES"]
    chip = ["esp_event", "esp_netif", "protocol_examples_common"] if target != "linux" else []
    assert found == [library, "nvs_flash", *chip]


def test_the_example_alone_leaves_the_name_to_the_component_manager(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE / "main", tmp_path / "a/b/main")
    assert "ardoq-device" in requirements("linux", "5.5", tmp_path / "a/b/main")["PRIV_REQUIRES"]


@pytest.mark.parametrize("name", ["main", "ardoq-device"])
def test_without_the_component_manager_the_example_finds_this_repository(
    tmp_path: Path, name: str
) -> None:
    repository = tmp_path / name
    shutil.copytree(EXAMPLE, repository / "examples/esp_idf/report_identity")
    shutil.copy(ROOT / "CMakeLists.txt", repository)
    own = tmp_path / "jsmn"
    own.mkdir()
    (own / "CMakeLists.txt").touch()
    found = read_lists(cmake(
        "-S", repository / "examples/esp_idf/report_identity", "-B", tmp_path / "build", "-G",
        "Ninja", f"-DEXTRA_COMPONENT_DIRS={own}",
        IDF_PATH=str(STAND_IN / "idf"), IDF_COMPONENT_MANAGER="0",
    ))
    assert found["COMPONENTS"] == ["main", "jsmn", "ardoq-device", "protocol_examples_common"]


def test_with_the_component_manager_the_manifests_say_it_all(tmp_path: Path) -> None:
    found = read_lists(cmake("-S", EXAMPLE, "-B", tmp_path, "-G", "Ninja",
                             IDF_PATH=str(STAND_IN / "idf"), IDF_COMPONENT_MANAGER="1"))
    assert found["COMPONENTS"] == ["main"]
