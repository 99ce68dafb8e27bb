"""The repository as a component of ESP-IDF, read twice as ESP-IDF does, by a stand-in for it."""

import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from stand_in_idf import (
    CHIPS,
    COMPONENTS,
    CONFIGURED,
    EXAMPLE,
    ROOT,
    STAND_IN,
    TARGETS,
    VERSIONS,
    Case,
    Lists,
    cases_in,
    cmake,
    configure_cases,
    existing,
    lists_in,
    output,
    possible_cases,
    read_first,
    requirements,
    words_of,
)

# ---- The first reading ---------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("target", TARGETS)
def test_requirements_exist(target: str, version: str) -> None:
    found = requirements(target, version)
    assert found["REQUIRES"] == ["mbedtls"]
    assert {*found["PRIV_REQUIRES"]} <= existing(target, version)
    assert {"esp_partition", "jsmn", "nvs_flash"} <= {*found["PRIV_REQUIRES"]}


@pytest.mark.parametrize("target", CHIPS)
def test_a_chip_requires_what_its_sources_include(target: str) -> None:
    assert {*requirements(target, "5.5")["PRIV_REQUIRES"]} == COMPONENTS - {"mbedtls", "esp_event"}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("version", ["5.1", "6.0"])
def test_requirements_do_not_depend_on_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, version: str
) -> None:
    config = {"CONFIG_LWIP_ENABLE": "y", "CONFIG_ARDOQ_CA_FILE": f"{ROOT}/LICENSE",
              "CONFIG_ARDOQ_CONSOLE": "y", "CONFIG_ARDOQ_SESSION_IN_NVS": "y"}
    assert {*config} == CONFIGURED
    if (target, version) == ("linux", "5.1"):
        del config["CONFIG_ARDOQ_CONSOLE"]
    monkeypatch.chdir(tmp_path)
    assert requirements(target, version, **config) == requirements(target, version)


@pytest.mark.parametrize("name", ["packtest", "ardoq__ardoq-device", "a folder"])
def test_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(ROOT)
    assert requirements("esp32c3", "5.5", tmp_path / name) == requirements("esp32c3", "5.5")


@pytest.mark.parametrize("name", ["SDKCONFIG", "SDKCONFIG_DEFAULTS"])
def test_an_option_of_an_earlier_version(tmp_path: Path, name: str) -> None:
    values = tmp_path / "some values"
    values.write_text('CONFIG_ARDOQ_HOST="acme"\n# CONFIG_ARDOQ_KEY_MAC is not set\n')
    files = {name: f"{values};{tmp_path}/missing"}
    assert requirements("esp32", "5.5", **files)
    with values.open("a") as file:
        file.write('CONFIG_ARDOQ_KEY_SERIAL="sn"\nCONFIG_ARDOQ_KEY_MODEL="product"\n')
    words = words_of(read_first("esp32", "5.5", **files))
    assert f"{values} has options of an earlier version:" in words
    assert 'CONFIG_ARDOQ_KEY_SERIAL="sn" CONFIG_ARDOQ_KEY_MODEL="product"' in words
    assert "CONFIG_ARDOQ_FIELDS" in words


# ---- The second reading --------------------------------------------------------------------------


CASES = [*possible_cases()]

Configure = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def configure(tmp_path_factory: pytest.TempPathFactory) -> Configure:
    return lambda *tried, **options: configure_cases(
        tmp_path_factory.mktemp("configure"), *tried, **options)


@pytest.fixture(scope="module")
def registered(configure: Configure) -> dict[str, Lists]:
    return cases_in(output(configure(*CASES)))


def sources_under(folder: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*")
            if path.suffix in (".c", ".cpp")}


def by_name(value: object) -> str | None:
    return value.name if isinstance(value, Case) else None


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_what_is_registered(registered: dict[str, Lists], case: Case) -> None:
    found = registered[case.name]
    on_lwip = case.target != "linux" or case.has("CONFIG_LWIP_ENABLE")
    sources = sources_under("components") | sources_under("port/esp_idf") | {
        "esp_idf/reporter_task.c", "port/sockets/sockets.c", "port/store/state.c",
        f"port/{'lwip' if on_lwip else 'posix'}/resolve.c"}
    # The session has one place.
    sources.remove("port/esp_idf/session.c" if case.has("CONFIG_ARDOQ_SESSION_IN_NVS") else
                   "port/esp_idf/session_nvs.c")
    if case.target == "linux":
        sources.add("port/posix/environment.c")
    if case.has("CONFIG_ARDOQ_CONSOLE"):
        sources |= sources_under("esp_idf")
    assert sorted(found["SRCS"]) == sorted(sources)
    definitions = ["ARDOQ_SOCKETS_LWIP" if on_lwip else "ARDOQ_SOCKETS_FREERTOS_SIMULATOR"]
    embedded = []
    if case.has("CONFIG_ARDOQ_CA_FILE"):
        definitions.append("ARDOQ_EMBEDDED_ROOTS")
        # The port reads the symbols that ESP-IDF makes of this name.
        embedded.append("ardoq_roots.pem")
    assert found["DEFINITIONS"] == definitions
    assert [Path(path).name for path in found["EMBED_TXTFILES"]] == embedded
    for path in found["EMBED_TXTFILES"]:
        assert Path(path).read_text() == (ROOT / "LICENSE").read_text()
    assert sorted(found["INCLUDE_DIRS"]) == sorted(
        ["port/include", "esp_idf/include",
         *(f"components/{path.name}/include" for path in (ROOT / "components").iterdir())])


@cache
def first_requirements(target: str, version: str) -> Lists:
    return requirements(target, version)


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_both_readings_name_the_same_requirements(
    registered: dict[str, Lists], case: Case
) -> None:
    first = first_requirements(case.target, case.version)
    assert {name: registered[case.name][name] for name in first} == first


def test_the_ordinary_build_has_the_same_sources() -> None:
    text = (ROOT / "CMakeLists.txt").read_text()
    listed = re.search(r"^set\(core_sources\n([^)]*)\)", text, re.MULTILINE)[1].split()
    assert sorted(listed) == sorted(sources_under("components"))
    assert "add_library(ardoq_core OBJECT ${core_sources})" in text


def test_a_copy_in_a_folder_of_another_name(configure: Configure, tmp_path: Path) -> None:
    copy = tmp_path / "some folder/ardoq__ardoq-device"
    for name in ("cmake", "components", "port", "esp_idf"):
        shutil.copytree(ROOT / name, copy / name)
    shutil.copy(ROOT / "CMakeLists.txt", copy)
    [found] = cases_in(output(configure(Case("linux", "5.5"), folder=copy))).values()
    assert "components/base/err.c" in found["SRCS"]


@pytest.mark.parametrize(("case", "words"), [
    (Case("linux", "5.5", ("CONFIG_ARDOQ_CA_FILE=missing.pem",)),
     "project/missing.pem: name a PEM file"),
    (Case("linux", "5.1", ("CONFIG_ARDOQ_CONSOLE=y",)), "CONFIG_ARDOQ_CONSOLE"),
    (Case("linux", "5.2", ("CONFIG_ARDOQ_CONSOLE=y",)), "CONFIG_ARDOQ_CONSOLE"),
    (Case("esp32c3", "5.2"), "CONFIG_LWIP_ENABLE"),
    (Case("esp32c3", "5.1", ("CONFIG_ARDOQ_HOST=acme .com",)), 'CONFIG_ARDOQ_HOST="acme .com"'),
    (Case("esp32c3", "5.1", ("CONFIG_ARDOQ_NAME_TEMPLATE={modle}",)), "CONFIG_ARDOQ_NAME_TEMPLATE"),
], ids=by_name)
def test_what_cannot_be_built_is_told(configure: Configure, case: Case, words: str) -> None:
    assert words in words_of(configure(case))


# ---- The example ---------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a checkout with this name, as far as the example looks at it."""

    def make(name: str) -> Path:
        folder = tmp_path / name
        shutil.copytree(EXAMPLE, folder / EXAMPLE.relative_to(ROOT))
        for file in ("CMakeLists.txt", "idf_component.yml"):
            shutil.copy(ROOT / file, folder)
        return folder

    return make


def example_in(folder: Path) -> Path:
    return folder / EXAMPLE.relative_to(ROOT)


@pytest.mark.parametrize("version", ["5.1", "6.0"])
@pytest.mark.parametrize("target", ["esp32c3", "linux"])
@pytest.mark.parametrize(("manager", "library"), [("0", "ardoq-device"), ("1", "packtest")])
def test_main_of_the_example(
    repository: Callable[[str], Path], target: str, version: str, manager: str, library: str
) -> None:
    main = example_in(repository("packtest")) / "main"
    found = requirements(target, version, main, {"IDF_COMPONENT_MANAGER": manager})
    chip = ["esp_event", "esp_netif", "protocol_examples_common"] if target != "linux" else []
    console = ["console"] if "console" in existing(target, version) else []
    assert found["PRIV_REQUIRES"] == [library, "nvs_flash", *chip, *console]


def test_the_component_manager_looks_behind_a_link(
    repository: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(repository("packtest"))
    found = requirements("linux", "5.5", example_in(tmp_path / "link") / "main",
                         {"IDF_COMPONENT_MANAGER": "1"})
    assert found["PRIV_REQUIRES"][0] == "packtest"


def test_the_example_alone_leaves_the_name_to_the_component_manager(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE / "main", tmp_path / "a/b/main")
    assert "ardoq-device" in requirements("linux", "5.5", tmp_path / "a/b/main")["PRIV_REQUIRES"]


def open_project(
    folder: Path, manager: str, *options: str
) -> subprocess.CompletedProcess[str]:
    return cmake("-S", folder, "-B", folder / "build", "-G", "Ninja", *options,
                 IDF_PATH=str(STAND_IN / "idf"), IDF_COMPONENT_MANAGER=manager)


@pytest.mark.parametrize("name", ["main", "ardoq-device"])
def test_without_the_component_manager_the_example_finds_this_repository(
    repository: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    for component in ("own", "more/jsmn", "more/other"):
        (tmp_path / component).mkdir(parents=True)
        (tmp_path / component / "CMakeLists.txt").touch()
    done = open_project(example_in(repository(name)), "0",
                        f"-DEXTRA_COMPONENT_DIRS={tmp_path}/own;{tmp_path}/more")
    assert lists_in(output(done))["COMPONENTS"] == [
        "main", "own", "jsmn", "other", "ardoq-device", "protocol_examples_common"]


def test_with_the_component_manager_the_manifests_say_it_all(
    repository: Callable[[str], Path]
) -> None:
    done = open_project(example_in(repository("packtest")), "1")
    assert lists_in(output(done))["COMPONENTS"] == ["main"]


def test_with_the_component_manager_this_repository_may_not_be_called_main(
    repository: Callable[[str], Path]
) -> None:
    assert "call it ardoq-device" in words_of(open_project(example_in(repository("main")), "1"))
