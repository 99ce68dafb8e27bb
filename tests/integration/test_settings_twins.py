"""What settings.def, build_config.h, identity.def and Kconfig each know of the settings agrees."""

import re
import subprocess
from pathlib import Path

import kconfiglib
import pytest

import built
from source import COMPONENTS

# NVS takes keys of 15 characters (ESP-IDF, nvs.h, NVS_KEY_NAME_MAX_SIZE).
KEY = "[a-z][a-z0-9_]{0,14}"


def rows(kind: str) -> list[list[str]]:
    """The arguments of each row of this kind in settings.def."""
    text = (COMPONENTS / "settings/include/ardoq/settings.def").read_text("utf-8")
    found = re.findall(rf"^ARDOQ_SETTING_{kind}\(([^)]*)\)", text, re.MULTILINE)
    return [[part.strip().strip('"') for part in row.split(",")] for row in found]


TEXTS = {row[2]: dict(zip(("member", "size", "key", "default", "rule"), row))
         for row in rows("TEXT")}
NUMBERS = {row[3]: dict(zip(("member", "min", "max", "key", "default"), row))
           for row in rows("NUMBER")}
STORED_FIELDS = {row[2]: row[0] for row in rows("IDENTITY")}
PEM_KEYS = [row[0] for row in rows("PEM")]
SETTINGS = {**TEXTS, **NUMBERS}

BUILD_CONFIG = (COMPONENTS / "base/include/ardoq/build_config.h").read_text("utf-8")
# Name in the code, name in Kconfig.
DEFINES = dict(re.findall(r"^#define (ARDOQ_\w+) +CONFIG_(\w+)$", BUILD_CONFIG, re.MULTILINE))
READ = {*re.findall(r"^#(?:define|ifdef) .*\bCONFIG_(\w+)", BUILD_CONFIG, re.MULTILINE)}
# What decides which sources a component of ESP-IDF has.
COMPONENT = (built.ROOT / "esp_idf/component.cmake").read_text("utf-8")
READ_BY_CMAKE = {*re.findall(r"^if\(CONFIG_(ARDOQ_\w+)\)", COMPONENT, re.MULTILINE)}

KCONFIG = kconfiglib.Kconfig(str(built.ROOT / "Kconfig"), warn_to_stderr=False)
SYMBOLS = {symbol.name: symbol for symbol in KCONFIG.unique_defined_syms}


def symbol_of(setting: dict[str, str]) -> kconfiglib.Symbol:
    return SYMBOLS[DEFINES[setting["default"]]]


def start_menu() -> set[str]:
    """The symbols of the menu 'Settings that a device starts with'."""
    [menu] = [node for node in KCONFIG.node_iter() if node.item == kconfiglib.MENU
              and node.prompt[0] == "Settings that a device starts with"]
    node, found = menu.list, set()
    while node:
        found.add(node.item.name)
        node = node.next
    return found


def help_of(symbol: kconfiglib.Symbol) -> str:
    """A choice helps for all of its members."""
    node = symbol.choice.nodes[0] if symbol.choice else symbol.nodes[0]
    return " ".join((node.help or "").split())


def test_the_rows_are_read() -> None:
    text = (COMPONENTS / "settings/include/ardoq/settings.def").read_text("utf-8")
    assert len(re.findall(r"^ARDOQ_SETTING_\w+\(", text, re.MULTILINE)) == (
        len(SETTINGS) + len(STORED_FIELDS) + len(PEM_KEYS)
    )
    assert len(SETTINGS) == 10 and len(STORED_FIELDS) == 3 and len(PEM_KEYS) == 4
    assert KCONFIG.warnings == []


# From settings.def to Kconfig, and back


@pytest.mark.parametrize("key", SETTINGS)
def test_a_setting_has_its_twin_in_kconfig(key: str) -> None:
    setting = SETTINGS[key]
    assert setting["default"] == f"ARDOQ_DEFAULT_{setting['member'].upper()}"
    symbol = symbol_of(setting)
    assert symbol.name == f"ARDOQ_{setting['member'].upper()}"
    assert symbol.orig_type == (kconfiglib.INT if key in NUMBERS else kconfiglib.STRING)
    assert f"The setting `{key}` overrides it." in help_of(symbol)
    assert symbol.nodes[0].prompt


@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_has_the_range_of_its_twin(key: str) -> None:
    [(low, high, condition)] = symbol_of(NUMBERS[key]).ranges
    assert condition is KCONFIG.y
    assert (low.str_value, high.str_value) == (NUMBERS[key]["min"], NUMBERS[key]["max"])


@pytest.mark.parametrize("key", TEXTS)
def test_the_default_of_a_text_fits_it(key: str) -> None:
    size = TEXTS[key]["size"]
    room = int(size) if size.isdigit() else int(SYMBOLS[size].str_value)
    assert len(symbol_of(TEXTS[key]).str_value.encode()) < room


def test_every_symbol_of_the_menu_is_a_setting() -> None:
    assert start_menu() == {symbol_of(setting).name for setting in SETTINGS.values()}


# From Kconfig to build_config.h, and back


def is_read(symbol: kconfiglib.Symbol) -> bool:
    """A member of a choice is read through the number that follows from it."""
    if symbol.choice:
        numbers = [SYMBOLS[name] for name in READ]
        return any(condition is symbol for number in numbers for _, condition in number.defaults)
    return symbol.name in READ | READ_BY_CMAKE


@pytest.mark.parametrize("name", SYMBOLS)
def test_every_symbol_is_read(name: str) -> None:
    assert name.startswith("ARDOQ_")
    assert is_read(SYMBOLS[name])


def test_only_symbols_of_kconfig_are_read() -> None:
    assert READ | READ_BY_CMAKE <= SYMBOLS.keys()
    assert len(READ) > len(SETTINGS)


@pytest.mark.parametrize("name", [name for name in SYMBOLS if SYMBOLS[name].nodes[0].prompt])
def test_every_symbol_has_a_help(name: str) -> None:
    assert len(help_of(SYMBOLS[name])) > 20


# Names


def test_keys_are_short_enough_and_unique() -> None:
    keys = [*SETTINGS, *STORED_FIELDS, *PEM_KEYS]
    kinds = ("TEXT", "NUMBER", "IDENTITY", "PEM")
    assert [key for key in keys if not re.fullmatch(KEY, key)] == []
    assert len({*keys}) == sum(len(rows(kind)) for kind in kinds)


def test_the_default_list_has_names_of_fields() -> None:
    text = (COMPONENTS / "base/include/ardoq/identity.def").read_text("utf-8")
    fields = re.findall(r"^ARDOQ_IDENTITY_FIELD\((\w+),", text, re.MULTILINE)
    listed = SYMBOLS["ARDOQ_FIELDS"].str_value.split()
    assert [field for field in fields if field in listed] == listed
    assert {*STORED_FIELDS.values()} <= {*fields}


def test_every_size_of_the_identity_fits() -> None:
    text = (COMPONENTS / "settings/include/ardoq/settings.h").read_text("utf-8")
    [size] = re.findall(r"#define ARDOQ_SETTING_IDENTITY_SIZE (\d+)", text)
    assert max(int(row[1]) for row in rows("IDENTITY")) == int(size)


def test_a_symbol_of_an_earlier_version_stops_the_build(tmp_path: Path) -> None:
    defaults = tmp_path / "ardoq.defaults"
    defaults.write_text('CONFIG_ARDOQ_KEY_MAC=""\n')
    command = [built.ROOT / "scripts/kconfig.py", "--kconfig", built.ROOT / "Kconfig",
               "--defaults", defaults]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ARDOQ_KEY_MAC" in done.stderr and "CONFIG_ARDOQ_FIELDS" in done.stderr
