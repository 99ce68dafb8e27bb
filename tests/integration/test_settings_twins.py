"""settings.def, build_config.h, identity.def and Kconfig agree about the settings."""

import re
import subprocess
import sys
from pathlib import Path

import kconfiglib
import pytest

import built
from source import COMPONENTS
from tool import Tool

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
MODEL = {row[0]: {"member": row[0], "key": row[0], "size": "ARDOQ_FIELDS_SIZE", "default": row[1]}
         for row in rows("MODEL")}
SETTINGS = {**TEXTS, **NUMBERS, **MODEL}

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
    """The symbols of the menu 'Initial settings'."""
    [menu] = [node for node in KCONFIG.node_iter() if node.item == kconfiglib.MENU
              and node.prompt[0] == "Initial settings"]
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
    assert len(SETTINGS) == 15 and len(MODEL) == 3 and len(STORED_FIELDS) == 3 and len(PEM_KEYS) == 4
    assert KCONFIG.warnings == []


# From settings.def to Kconfig, and back


@pytest.mark.parametrize("key", SETTINGS)
def test_a_setting_has_its_twin_in_kconfig(key: str) -> None:
    setting = SETTINGS[key]
    assert setting["default"] == f"ARDOQ_DEFAULT_{setting['member'].upper()}"
    symbol = symbol_of(setting)
    assert symbol.name == f"ARDOQ_{setting['member'].upper()}"
    assert symbol.orig_type == (kconfiglib.INT if key in NUMBERS else kconfiglib.STRING)
    assert f"The setting `{key}` overrides this." in help_of(symbol)
    assert symbol.nodes[0].prompt


@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_has_the_range_of_its_twin(key: str) -> None:
    [(low, high, condition)] = symbol_of(NUMBERS[key]).ranges
    assert condition is KCONFIG.y
    assert (low.str_value, high.str_value) == (NUMBERS[key]["min"], NUMBERS[key]["max"])


@pytest.mark.parametrize("key", [*TEXTS, *MODEL])
def test_the_default_of_a_text_fits_it(key: str) -> None:
    size = SETTINGS[key]["size"]
    room = int(size) if size.isdigit() else int(SYMBOLS[size].str_value)
    assert len(symbol_of(SETTINGS[key]).str_value.encode()) < room


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
    kinds = ("TEXT", "NUMBER", "IDENTITY", "PEM", "MODEL")
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


# What the build and the device think of a value; the token is not shown.
DEFAULTS = [
    ("HOST", "acme .com", False), ("HOST", "https://acme.ardoq.com", True), ("HOST", " acme.com", True),
    ("HOST", "HTTPS://Acme.Com:8443/", True), ("HOST", "http://acme.com", False),
    ("HOST", "acme.com/api", False), ("HOST", "192.0.2.1", False), ("HOST", "a.1", False),
    ("HOST", "acme.com:0", False), ("HOST", "-a.com", False), ("HOST", "a..com", False),
    ("HOST", "'acme.com'", False), ("HOST", "ARDOQ_API_HOST=acme.com", False),
    ("HOST", "a" * 60 + "." + "b" * 60 + "." + "c" * 22, False),
    ("TOKEN", "0123456789abcdef", True), ("TOKEN", "two words", False), ("TOKEN", '"abcd"', False),
    ("TOKEN", "token=abcd", False), ("TOKEN", "abcd==", True), ("TOKEN", "a" * 4096, False),
    ("ORG_LABEL", "acme", True), ("ORG_LABEL", "a;b[c", True), ("ORG_LABEL", "a b", False),
    ("ORG_LABEL", "`acme`", False), ("ORG_LABEL", "a" * 64, False),
    ("WORKSPACE", "0123456789abcdef01234567", True), ("WORKSPACE", "0123456789abcdef0123456", False),
    ("WORKSPACE", "0123456789abcdef0123456g", False), ("WORKSPACE", "0" * 25, False),
    ("COMPONENT_TYPE", "p1", True), ("COMPONENT_TYPE", "Device", False), ("COMPONENT_TYPE", "p", False),
    ("NAME_TEMPLATE", "{modle}", False), ("NAME_TEMPLATE", "{model} [{serial}", True),
    ("NAME_TEMPLATE", "a}; \\ \"{serial}\"!", True), ("NAME_TEMPLATE", "{serial", False),
    ("NAME_TEMPLATE", "{ serial}", False), ("NAME_TEMPLATE", '"{serial}"', False),
    ("NAME_TEMPLATE", "{" + "x" * 95, False), ("NAME_TEMPLATE", "caf\u00e9 {mac}", True),
    ("FIELDS", "serial", True), ("FIELDS", " serial=sn,  model, ", True), ("FIELDS", "sn", False),
    ("FIELDS", "serial serial", False), ("FIELDS", "serial=a mac=a", False),
    ("FIELDS", "serial model=device_serial", False), ("FIELDS", "serial=", False),
    ("FIELDS", "serial=" + "x" * 32, False), ("FIELDS", "serial;mac", False),
    ("PIN0", "A" * 43 + "=", True), ("PIN1", "A" * 42 + "==", False), ("PIN0", "sha256/AA", False),
]


def kconfig_text(symbol: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'CONFIG_ARDOQ_{symbol}="{escaped}"\n'


@pytest.mark.parametrize(("symbol", "value", "is_right"), DEFAULTS)
def test_a_wrong_default_stops_the_build(
    tool: Tool, tmp_path: Path, symbol: str, value: str, is_right: bool
) -> None:
    defaults = tmp_path / "ardoq.defaults"
    defaults.write_text(kconfig_text(symbol, value), "utf-8")
    script = tmp_path / "configure.cmake"
    script.write_text(f"""
cmake_minimum_required(VERSION 3.16)
set(PROJECT_SOURCE_DIR {built.ROOT})
set(PROJECT_BINARY_DIR {tmp_path})
set(PYTHON {sys.executable})
set(ARDOQ_DEFAULTS {defaults})
macro(set_property)
endmacro()
macro(add_library)
endmacro()
macro(target_include_directories)
endmacro()
include({built.ROOT}/cmake/kconfig.cmake)
""", "utf-8")
    done = subprocess.run(["cmake", "-P", script], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == is_right, done.stderr
    assert is_right or f"CONFIG_ARDOQ_{symbol}" in done.stderr
    assert symbol != "TOKEN" or value not in done.stderr
    stored = tool.run("config", "set", symbol.lower(), value)
    assert (stored.code == 0) == is_right


@pytest.mark.parametrize(("option", "line"), [
    ("PINS", kconfig_text("PIN0", "A" * 43 + "=")), ("LAST_SEEN", kconfig_text("FIELDS", "serial last_seen"))])
def test_a_default_for_what_is_left_out_stops_the_build(tmp_path: Path, option: str, line: str) -> None:
    for more, is_right in (("", True), (f"# CONFIG_ARDOQ_{option} is not set\n", False)):
        (tmp_path / "ardoq.defaults").write_text(line + more, "utf-8")
        done = subprocess.run(
            ["cmake", "-S", built.ROOT, "-B", tmp_path / "build", f"-DARDOQ_DEFAULTS={tmp_path}/ardoq.defaults"],
            capture_output=True, text=True, check=False)
        assert (f" CONFIG_ARDOQ_{option} Call" in " ".join(done.stderr.split())) != is_right
