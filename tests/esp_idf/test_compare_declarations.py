"""compare_declarations.py: a tree that declares the same passes, each kind of difference is found.

The tree is made of our own headers, as if ESP-IDF held nothing else.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compare_declarations import (
    COMPONENTS,
    CONFIGURATION,
    INCLUDE,
    compare_header,
    idf_version,
    places,
)

SCRIPT = INCLUDE.parent / "compare_declarations.py"


def place_of(tree: Path, name: str) -> Path:
    return tree / "components" / COMPONENTS[name] / "include" / name


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in COMPONENTS:
        place_of(tmp_path, name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(INCLUDE / name, place_of(tmp_path, name))
    version = tmp_path / "tools/cmake/version.cmake"
    version.parent.mkdir(parents=True)
    version.write_text(
        "set(IDF_VERSION_MAJOR 6)\nset(IDF_VERSION_MINOR 0)\nset(IDF_VERSION_PATCH 0)\n"
        'set(ENV{IDF_VERSION} "${IDF_VERSION_MAJOR}.${IDF_VERSION_MINOR}")\n'
    )
    return tmp_path


def faults(tree: Path, name: str) -> dict[str, str]:
    results = compare_header("cc", tree, name, CONFIGURATION | idf_version(tree))
    return {result.name: result.fault for result in results if result.fault}


def change(tree: Path, name: str, before: str, after: str) -> None:
    path = place_of(tree, name)
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", str(SCRIPT), *arguments]
    variables = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, capture_output=True, text=True, env=variables)


# ---- The same ------------------------------------------------------------------------------------


# Not all of them: each costs three compilers.
SOME = ("esp_err.h", "freertos/task.h", "nvs.h", "nvs_handle.hpp", "protocol_examples_common.h")


def test_the_same_tree(tree: Path) -> None:
    done = run(*SOME, IDF_PATH=str(tree))
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.startswith("ESP-IDF 6.0.0\n")
    assert "OK       nvs.h                       nvs_flash\n         nvs_open() " in done.stdout
    assert done.stdout.endswith(" compared, 0 of them missing or different\n")
    for name in SOME:
        assert f"OK       {name:27} {COMPONENTS[name]}\n" in done.stdout


# Spelt in another way; for another configuration; what is included is not looked at.
SAME = {
    "esp_app_desc.h": [
        ("char version[32];", "int more; char version[16 + 16];"),
        ("typedef struct {", "typedef struct description {"),
    ],
    "esp_err.h": [
        ("0x101", "(0x100 | 1) // no memory"),
        ("ESP_ERROR_CHECK(x)", "ESP_ERROR_CHECK(expression)"),
    ],
    "esp_mac.h": [
        ("uint8_t *mac, esp_mac_type_t type", "unsigned char * const mac2, const esp_mac_type_t"),
        ("esp_err_t esp_read_mac(", "extern int\nesp_read_mac ("),
        (");", ") __attribute__((nonnull(1)));"),
        ("ESP_MAC_BASE,", "ESP_MAC_BASE = ESP_MAC_IEEE802154 + 1, /* ; { */"),
    ],
    "esp_secure_boot.h": [
        ("bool esp", "static inline IRAM_ATTR bool esp"),
        ("enabled(void);", "enabled(void)\n{ if (1) { return true; } }"),
    ],
    "esp_timer.h": [
        ("int64_t esp", "#if CONFIG_OTHER\nint esp_timer_get_time(int);\n#endif\nint64_t esp"),
        ("#include <stdint.h>", '#include "soc/not_there.h"\n#error no'),
    ],
    "nvs.h": [
        ("typedef uint32_t nvs_handle_t;", "typedef unsigned nvs_handle_t;"),
        ("NVS_READONLY,", "NVS_READONLY = 0,"),
        ("NVS_READWRITE,", "NVS_READWRITE, NVS_MORE"),
        ("nvs_open_mode_t;", 'nvs_open_mode_t;\ntypedef nvs_handle_t old OLD("nvs_handle_t");'),
    ],
    "nvs_handle.hpp": [
        ("#include <memory>", '#include "sdkconfig.h"\n#include <memory>\n#include <string_view>'),
        ("const char *value) = 0;", "const char *) = 0;\n    virtual bool more() = 0;"),
        ("open_nvs_handle(const char *ns_name,", "open_nvs_handle(std::string_view ns_name,"),
    ],
}


@pytest.mark.parametrize("name", SAME)
def test_what_is_the_same(tree: Path, name: str) -> None:
    for before, after in SAME[name]:
        change(tree, name, before, after)
    assert faults(tree, name) == {}


def test_own_names_are_not_looked_for(tree: Path) -> None:
    change(tree, "freertos/semphr.h", "SemaphoreHandle_t fake_", "int other_")
    assert faults(tree, "freertos/semphr.h") == {}


# ---- Differences ---------------------------------------------------------------------------------


# What is changed, and what is then said of what.
DIFFERENT = {
    "esp_app_desc.h": [
        ("version[32]", "version[33]", "esp_app_desc_t.version", "has another type"),
        ("project_name[32]", "name[32]", "esp_app_desc_t.project_name", "missing"),
    ],
    "esp_chip_info.h": [
        ("esp_chip_info_t;", "other_t;", "esp_chip_info_t", "missing"),
    ],
    "esp_console.h": [
        ("char **argv)", "char *argv)", "esp_console_cmd_func_t", "is another type"),
        ("const char *command;", "char *command;", "esp_console_cmd_t.command", "has another type"),
    ],
    "esp_err.h": [
        ("0x101", "0x201", "ESP_ERR_NO_MEM", "has another value"),
        ("0x102", '"0x102"', "ESP_ERR_INVALID_ARG", 'is "0x102", not 0x102'),
        ("define ESP_FAIL ", "define ESP_FAILED ", "ESP_FAIL", "missing"),
        ("CHECK(x)", "CHECK(x, y)", "ESP_ERROR_CHECK", "has 2 parameters, not 1"),
        ("#define ESP_OK ", "int ESP_OK(int);\n#define OK ", "ESP_OK", "is a function"),
    ],
    "esp_idf_version.h": [
        ("#ifndef ESP", "#if 1 //", "", ""),
        ("_MAJOR 6", "_MAJOR 5", "ESP_IDF_VERSION_MAJOR", "has another value"),
        ("(major, minor, patch)", "(major, minor)", "ESP_IDF_VERSION_VAL", "has 2 parameters"),
    ],
    "esp_netif.h": [
        ("CONFIG_LWIP_IPV6", "CONFIG_OTHER", "esp_netif_get_ip6_global", "missing"),
    ],
    "esp_netif_types.h": [
        ("typedef struct {", "typedef enum {", "esp_netif_ip_info_t", "is enum, not struct"),
    ],
    "esp_partition.h": [
        ("TYPE_DATA = 0x01", "TYPE_DATA = 0x02", "ESP_PARTITION_TYPE_DATA", "has another value"),
        ("SUBTYPE_DATA_NVS", "SUBTYPE_NVS", "ESP_PARTITION_SUBTYPE_DATA_NVS", "missing"),
    ],
    "nvs.h": [
        ("*namespace_name", "*name, int size", "nvs_open", "conflicting types"),
        ("void nvs_close", "int nvs_close", "nvs_close", "conflicting types"),
        ("nvs_commit(nvs_handle_t", "nvs_commit(nvs_ref_t", "nvs_commit", "nvs_ref_t"),
        ("char *out_value", "const char *out_value", "nvs_get_str", "conflicting types"),
        ("esp_err_t nvs_set_str(", "esp_err_t nvs_set_string(", "nvs_set_str", "missing"),
        ("esp_err_t nvs_erase_key(", "#define nvs_erase_key(a, b) ", "nvs_erase_key", "is a macro"),
        ("typedef uint32_t", "typedef uint64_t", "nvs_handle_t", "is another type"),
        ('"nvs"', '"nvs2"', "NVS_DEFAULT_PART_NAME", 'is "nvs2", not "nvs"'),
        ("NVS_READONLY,", "NVS_OTHER, NVS_READONLY,", "NVS_READONLY", "has another value"),
    ],
    "nvs_handle.hpp": [
        ("set_string(", "set_text(", "nvs_write.cpp", "has no member named"),
    ],
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs(tree: Path, name: str) -> None:
    for before, after, _, _ in DIFFERENT[name]:
        change(tree, name, before, after)
    found = faults(tree, name)
    for _, _, what, why in DIFFERENT[name]:
        assert not what or why in found[what]


def test_a_difference_is_the_result(tree: Path) -> None:
    change(tree, "nvs.h", "typedef uint32_t", "typedef uint64_t")
    place_of(tree, "esp_timer.h").unlink()
    done = run("--idf-path", str(tree), "nvs.h", "esp_timer.h", "esp_mac.h")
    assert done.returncode == 1
    assert "OK       esp_mac.h                   esp_hw_support\n" in done.stdout
    assert "DIFFERS  nvs.h                       nvs_flash\n" in done.stdout
    assert '      -> nvs_handle_t: static assertion failed: "is another type"\n' in done.stdout
    assert "missing  esp_timer.h                 esp_timer\n" in done.stdout


def test_missing_header(tree: Path) -> None:
    place_of(tree, "esp_timer.h").unlink()
    assert faults(tree, "esp_timer.h") == {"esp_timer.h": "missing"}


def test_header_of_another_component(tree: Path) -> None:
    moved = tree / "components/esp_clock/include/esp_timer.h"
    moved.parent.mkdir(parents=True)
    place_of(tree, "esp_timer.h").rename(moved)
    assert faults(tree, "esp_timer.h") == {"esp_timer.h": "is in esp_clock"}


# ---- The tree ------------------------------------------------------------------------------------


def test_stand_ins_do_not_count(tree: Path) -> None:
    for folder in ("test_apps/include", "host_test/stubs", "sim/stubs/esp_timer/include"):
        other = tree / "components/esp_timer" / folder / "esp_timer.h"
        other.parent.mkdir(parents=True)
        other.write_text("")
    assert places(tree, "esp_timer", "esp_timer.h") == [place_of(tree, "esp_timer.h")]
    place_of(tree, "esp_timer.h").unlink()
    assert faults(tree, "esp_timer.h") == {"esp_timer.h": "missing"}


def test_each_kind_of_processor(tree: Path) -> None:
    name = "freertos/portmacro.h"
    common = place_of(tree, name)
    for kind in ("linux", "riscv"):
        path = tree / "components/freertos/kernel/portable" / kind / "include" / name
        path.parent.mkdir(parents=True)
        shutil.copy(common, path)
    common.unlink()
    assert faults(tree, name) == {}
    riscv = tree / "components/freertos/kernel/portable/riscv/include" / name
    riscv.write_text(riscv.read_text().replace("unsigned int UBase", "unsigned char UBase"))
    results = compare_header("cc", tree, name, CONFIGURATION | idf_version(tree))
    assert [(r.name, r.place) for r in results if r.fault] == [("UBaseType_t", "freertos (riscv)")]


@pytest.mark.parametrize("path", ["", "/nonexistent"])
def test_no_tree(path: str) -> None:
    done = run(IDF_PATH=path)
    assert done.returncode == 1
    assert "is no ESP-IDF" in done.stderr
    assert "IDF_PATH" in done.stderr


def test_folder_that_is_no_tree(tmp_path: Path) -> None:
    done = run("--idf-path", str(tmp_path))
    assert done.returncode == 1
    assert f"'{tmp_path}' is no ESP-IDF" in done.stderr
