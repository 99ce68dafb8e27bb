"""What is published of this repository as a component of ESP-IDF: the files, and that they are enough.

The rules are those of the component manager's documentation (idf_component.yml, `files`): all files,
without its default list, without `exclude`, and then again what `include` names.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from stand_in_idf import ROOT, cases_in, configure_cases, output, possible_cases

# As the documentation lists them.
DEFAULT_EXCLUDE = [
    "**/__pycache__", "**/*.pyc", "**/*.pyd", "**/*.pyo", "**/.DS_Store", "**/.git/**/*",
    "**/.svn/**/*", "**/dist/**/*", "**/build/**/*", "**/build_*/**/*",
    "**/managed_components/**/*", "**/dependencies.lock", "**/.github/**/*", "**/.gitlab-ci.yml",
    "**/.idea/**/*", "**/.vscode/**/*", "**/.settings/**/*", "**/sdkconfig", "**/sdkconfig.old",
    "**/.component_hash",
]

MANIFEST = yaml.safe_load((ROOT / "idf_component.yml").read_text())
EXAMPLE = "examples/esp_idf/report_identity"

# What a person reads, and what ESP-IDF and its component manager do.
TEXTS = {"CHANGELOG.md", "LICENSE", "README.md", *(
    f"docs/{name}.md" for name in ("ardoq-setup", "errors", "esp-idf", "firmware-size", "gateway",
                                   "reporter", "security", "settings", "size", "tool"))}
READ_BY_ESP_IDF = {"CMakeLists.txt", "Kconfig", "idf_component.yml", "esp_idf/component.cmake",
                   "cmake/check_defaults.cmake"}


def packed(folder: Path) -> set[str]:
    """The files that the component manager would put into the package."""
    files = MANIFEST["files"]
    paths = {*folder.glob("**/*")}
    for pattern in [*DEFAULT_EXCLUDE, *files["exclude"]]:
        paths.difference_update(folder.glob(pattern))
    for pattern in files["include"]:
        paths.update(folder.glob(pattern))
    return {path.relative_to(folder).as_posix() for path in paths if path.is_file()}


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True,
                          capture_output=True, text=True)
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository, without what a build made."""
    folder = tmp_path_factory.mktemp("checkout") / "ardoq-device"
    for name in tracked():
        if not name.startswith("tests/fuzz/corpus/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def package(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The component as the registry hands it out, in the folder that it is unpacked to."""
    folder = tmp_path_factory.mktemp("project") / "managed_components/ardoq__ardoq-device"
    for name in packed(checkout):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(checkout / name, folder / name)
    return folder


def test_each_pattern_is_needed(checkout: Path) -> None:
    include = MANIFEST["files"]["include"]
    assert [pattern for pattern in include if not any(checkout.glob(pattern))] == []
    assert [name for name in include if "*" not in name and not (checkout / name).is_file()] == []


def test_what_a_build_or_a_person_leaves_is_not_packed(checkout: Path) -> None:
    expected = packed(checkout)
    left = ["build/a.c", "sdkconfig", ".env", "token.txt", "components/ardoq/client.o", "components/.h/x",
            f"{EXAMPLE}/sdkconfig", f"{EXAMPLE}/sdkconfig.old", f"{EXAMPLE}/dependencies.lock",
            f"{EXAMPLE}/build/main.c", f"{EXAMPLE}/managed_components/a/a.c",
            f"{EXAMPLE}/components/jsmn/CMakeLists.txt", "port/esp_idf/nvs.csv", ".git/config"]
    for name in left:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).touch()
    assert packed(checkout) == expected


def test_a_package_packed_again_is_the_same(package: Path) -> None:
    """The component manager checks a component that it unpacked by the same rules."""
    assert packed(package) == {path.relative_to(package).as_posix()
                               for path in package.glob("**/*") if path.is_file()}


# ---- Enough, and no more -------------------------------------------------------------------------

# Between them every source is built.
CASES = [case for case in possible_cases() if case.version == "5.5" and case.target != "esp32"]


@pytest.fixture(scope="module")
def sources(package: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What ESP-IDF builds of the package, by case."""
    found = cases_in(output(configure_cases(
        tmp_path_factory.mktemp("configure"), *CASES, folder=package)))
    return {name: lists["SRCS"] for name, lists in found.items()}



def options_of(kind: str) -> list[str]:
    """What the build says of its compiler, one option a line after its kind."""
    lines = Path(os.environ["ESP_IDF_OPTIONS"]).read_text().splitlines()
    return [line.removeprefix(f"{kind} ") for line in lines if line.startswith(f"{kind} ")]


def compile_as_esp_idf(package: Path, target: str, names: list[str], *options: str) -> set[str]:
    """Compiles sources of the package with its own headers alone. Returns those that they include."""
    folders = [*(package / "components").glob("*/include"), package / "port/include",
               package / "esp_idf/include"]
    done = subprocess.run(
        [*options_of("compiler"), *options_of(target), *options,
         *(f"-I{folder}" for folder in folders), "-fsyntax-only", "-H",
         *(str(package / name) for name in names)],
        capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    assert done.returncode == 0, done.stderr
    included = [Path(path).resolve() for path in re.findall(r"^\.+ (.*)$", done.stderr, re.MULTILINE)]
    return {path.relative_to(package).as_posix() for path in included if package in path.parents}


@pytest.fixture(scope="module")
def headers(package: Path, sources: dict[str, list[str]]) -> set[str]:
    """What the sources of one build for a chip, one for the simulator and the example include."""
    chip, simulator = (
        max((case for case in CASES if case.target == target and not case.has(without)),
            key=lambda case: len(case.config))
        for target, without in (("esp32c3", ""), ("linux", "CONFIG_LWIP_ENABLE")))
    # Nobody declares lwIP here, and what is C++ is compiled with others of its kind.
    on_chip = [name for name in sources[chip.name]
               if name.endswith(".c") and not name.startswith(("components/", "port/lwip/",
                                                               "port/sockets/"))]
    in_simulator = [name for name in sources[simulator.name] if name.endswith(".c")]
    example = [path.relative_to(package).as_posix() for path in package.glob(f"{EXAMPLE}/main/*.c")]
    assert len(on_chip) >= 10 and len(in_simulator) > 60 and len(example) > 2
    found = compile_as_esp_idf(package, "chip", on_chip, "-DARDOQ_SOCKETS_LWIP",
                               "-DARDOQ_EMBEDDED_ROOTS")
    found |= compile_as_esp_idf(package, "simulator", in_simulator, "-DARDOQ_EMBEDDED_ROOTS",
                                "-DARDOQ_SOCKETS_FREERTOS_SIMULATOR")
    return found | compile_as_esp_idf(package, "all_example", example, "-Wno-missing-prototypes")


def test_it_holds_what_is_built_and_read_and_nothing_else(
    package: Path, sources: dict[str, list[str]], headers: set[str]
) -> None:
    built = {name for names in sources.values() for name in names}
    example = {name for name in packed(package) if name.startswith(f"{EXAMPLE}/")}
    assert packed(package) - example == TEXTS | READ_BY_ESP_IDF | built | (headers - example)
    assert {name.removeprefix(f"{EXAMPLE}/") for name in example} == {
        "CMakeLists.txt", "README.md", "sdkconfig.defaults", "main/CMakeLists.txt",
        "main/Kconfig.projbuild", "main/idf_component.yml", "main/console.c", "main/console.h",
        "main/main.c", "main/network.c", "main/network.h", "main/sleep.c", "main/sleep.h"}


def test_the_example_is_the_only_one(package: Path) -> None:
    assert MANIFEST["examples"] == [{"path": EXAMPLE}]
    assert [path.parent.relative_to(package).as_posix()
            for path in package.glob("examples/**/CMakeLists.txt")
            if "project(" in path.read_text()] == [EXAMPLE]


@pytest.mark.parametrize("page", ["docs/esp-idf.md", f"{EXAMPLE}/README.md"])
def test_a_page_links_to_what_is_packed(package: Path, page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (package / page).read_text())
    assert [link for link in links if not ((package / page).parent / link).exists()] == []
