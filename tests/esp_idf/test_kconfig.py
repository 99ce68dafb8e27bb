"""Kconfig as ESP-IDF reads it."""

import re
from pathlib import Path

import kconfiglib
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = sorted((ROOT / "examples").rglob("Kconfig.projbuild"))
FILES = {ROOT / "Kconfig": "ARDOQ_", **dict.fromkeys(EXAMPLES, "EXAMPLE_")}

# What is left of ESP-IDF's own Kconfig.
TARGETS = {"chip": "IDF_TARGET_ARCH_RISCV", "linux": "IDF_TARGET_LINUX"}

# Espressif's Kconfig language has lost these (esp-idf-kconfig 3, its migration guide).
GONE = re.compile(
    r"^\s*(---help---|tristate\b|def_bool\b|def_int\b|def_string\b|def_hex\b|def_tristate\b|option\b|"
    r"optional\b|mainmenu\b)",
    re.MULTILINE,
)

ids = [path.relative_to(ROOT).as_posix() for path in FILES]


def read(tmp_path: Path, target: str | None, *more: str) -> kconfiglib.Kconfig:
    given = [TARGETS[target], *more] if target else []
    lines = [f'config {name}\n    bool\n    default y\n' for name in given]
    lines += [f'source "{path}"\n' for path in FILES]
    (tmp_path / "Kconfig").write_text("".join(lines))
    kconfig = kconfiglib.Kconfig(str(tmp_path / "Kconfig"), warn_to_stderr=False)
    for symbol in kconfig.unique_defined_syms:
        symbol.str_value  # a value out of range is noticed only when it is read
    return kconfig


@pytest.mark.parametrize("target", [*TARGETS, None])
def test_it_is_read_without_a_warning(tmp_path: Path, target: str | None) -> None:
    assert read(tmp_path, target).warnings == []


@pytest.mark.parametrize(("target", "visibility"), [("chip", 2), ("linux", 2), (None, 0)])
def test_the_options_of_esp_idf_are_shown_there_only(
    tmp_path: Path, target: str | None, visibility: int
) -> None:
    symbols = read(tmp_path, target).syms
    assert [symbols[name].visibility for name in ("ARDOQ_CONSOLE", "ARDOQ_CA_FILE")] == [
        visibility, visibility]


def test_a_session_is_in_flash_by_option_and_encrypted_alone(tmp_path: Path) -> None:
    name = "ARDOQ_SESSION_IN_NVS"
    assert read(tmp_path, "chip").syms[name].visibility == 0
    encrypted = read(tmp_path, "chip", "NVS_ENCRYPTION")
    assert (encrypted.syms[name].visibility, encrypted.syms[name].str_value) == (2, "n")
    encrypted.syms["ARDOQ_SESSION_RESUMPTION"].set_value("n")
    assert encrypted.syms[name].visibility == 0


@pytest.mark.parametrize(("path", "prefix"), FILES.items(), ids=ids)
def test_names(path: Path, prefix: str) -> None:
    names = re.findall(r"^\s*(?:menu)?(?:config|choice) (\S+)$", path.read_text(), re.MULTILINE)
    assert names
    assert [name for name in names if not re.fullmatch(f"{prefix}[A-Z0-9_]+", name)] == []
    assert [name for name in names if len(name) > 50] == []


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_nothing_is_used_that_is_gone(path: Path) -> None:
    assert GONE.findall(path.read_text()) == []
