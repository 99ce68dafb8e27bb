"""Each rule of check_includes.py: the tree keeps it, and one wrong line is found."""

import shutil
import subprocess
from pathlib import Path

import pytest

from check_includes import (
    COMPILER,
    OTHER_LANGUAGES,
    ROOT,
    compile_fault,
    configuration_faults,
    include_faults,
    linkage_fault,
    object_faults,
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("components", "port"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def add(tree: Path, path: str, text: str) -> None:
    with (tree / path).open("a") as file:
        file.write(f"{text}\n")


def test_the_tree_keeps_the_rules(tree: Path) -> None:
    assert [*include_faults(tree), *configuration_faults(tree)] == []


@pytest.mark.parametrize(
    ("path", "line", "why"),
    [
        # Layers: each may include only what stands below it.
        ("components/base/err.c", '"ardoq/http_url.h"', "base may not include http"),
        ("components/base/include/ardoq/err.h", '"ardoq/port.h"', "base may not include port"),
        ("components/http/http_url.c", '"ardoq/json_read.h"', "http may not include json"),
        ("components/http/http_url.c", '"ardoq/port.h"', "http may not include port"),
        ("components/json/json.c", '"ardoq/http_url.h"', "json may not include http"),
        ("components/json/json_write.c", '"ardoq/settings.h"', "json may not include settings"),
        ("components/settings/settings.c", '"ardoq/json_read.h"', "settings may not include json"),
        ("components/settings/settings.c", '"ardoq/https.h"', "settings may not include https"),
        ("components/https/tls.h", '"ardoq/settings.h"', "https may not include settings"),
        ("components/https/https.c", '"ardoq/json_read.h"', "https may not include json"),
        ("components/ardoq/me.c", '"ardoq/commands.h"', "ardoq may not include commands"),
        # Ports: they know the contract, and nobody knows them.
        ("components/commands/console.c", '"ardoq/port_posix.h"', "may not include port/posix"),
        ("port/posix/store.c", '"ardoq/http_url.h"', "port/posix may not include http"),
        ("port/posix/store.c", '"ardoq/settings.h"', "port/posix may not include settings"),
        ("port/fake/fake.c", '"ardoq/port_posix.h"', "port/fake may not include port/posix"),
        ("port/include/ardoq/port.h", '"ardoq/https.h"', "port may not include https"),
        ("port/include/ardoq/port.h", "<sys/socket.h>", "no platform header"),
        # Private headers stay private.
        ("components/commands/console.c", '"../ardoq/log.h"', "nor in the same folder"),
        ("components/commands/console.c", '"log.h"', "nor in the same folder"),
        ("components/ardoq/me.c", '"ardoq/tls.h"', "nor in the same folder"),
        # The core and the world outside.
        ("components/base/text.c", "<stdio.h>", "no platform header"),
        ("components/base/text.c", "<stdlib.h>", "no platform header"),
        ("components/ardoq/client.c", "<errno.h>", "no platform header"),
        ("components/ardoq/client.c", "<mbedtls/ssl.h>", "mbedTLS lives in https"),
        ("components/http/http_url.c", "<psa/crypto.h>", "mbedTLS lives in https"),
        ("components/json/json_write.c", "<jsmn.h>", "only components/json/json.c may"),
        ("components/json/include/ardoq/json_read.h", "<jsmn.h>", "only components/json/json.c"),
        ("components/ardoq/client.c", '"sdkconfig.h"', "build_config.h may"),
        ("components/ardoq/client.c", "<sdkconfig.h>", "in quotes"),
        ("port/posix/store.c", '"sdkconfig.h"', "build_config.h may"),
        ("components/ardoq/client.c", "HEADER", "cannot be read"),
        ("components/settings/include/ardoq/settings.def", "<stdio.h>", "no platform header"),
    ],
)
def test_a_wrong_include_is_found(tree: Path, path: str, line: str, why: str) -> None:
    add(tree, path, f"#  include {line}")
    [fault] = include_faults(tree)
    assert fault.startswith(f"{path}: includes {line.strip('<>').strip(chr(34))}: ")
    assert why in fault


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("components/https/https.c", "<mbedtls/ssl.h>"),
        ("components/ardoq/include/ardoq/client.h", "<mbedtls/ssl.h>"),
        ("components/commands/console.c", '"ardoq/json_read.h"'),
        ("port/posix/store.c", "<sys/stat.h>"),
        ("port/posix/store.c", '"ardoq/text.h"'),
        ("components/http/http_url.c", "<stdint.h>"),
    ],
)
def test_what_is_allowed_is_not_found(tree: Path, path: str, line: str) -> None:
    add(tree, path, f"#include {line}")
    assert list(include_faults(tree)) == []


def test_a_layer_without_a_rule_is_found(tree: Path) -> None:
    (tree / "components/extra").mkdir()
    (tree / "components/extra/extra.c").write_text("")
    assert list(include_faults(tree)) == [
        "components/extra/extra.c: there is no rule for the layer extra"
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("components/https/tls.c", "CONFIG_ARDOQ_BUFFER_SIZE"),
        ("components/https/tls.c", "CONFIG_LWIP_IPV6"),
        ("port/posix/store.c", "CONFIG_ARDOQ_TOKEN"),
    ],
)
def test_configuration_that_is_read_elsewhere_is_found(tree: Path, path: str, name: str) -> None:
    add(tree, path, f"#if {name} > 1\n#endif")
    [fault] = configuration_faults(tree)
    assert fault.startswith(f"{path}: reads {name}: only ")


def test_configuration_may_be_spoken_of(tree: Path) -> None:
    add(tree, "components/https/tls.c", '/* CONFIG_ARDOQ_A */ "CONFIG_ARDOQ_B" // CONFIG_ARDOQ_C')
    assert list(configuration_faults(tree)) == []


# Public headers


def header_faults(folder: Path, text: str) -> list[str]:
    """The languages that a header with this text is not."""
    (folder / "components/base/include/ardoq").mkdir(parents=True)
    (folder / "components/base/include/ardoq/some.h").write_text(text)
    compilers = (COMPILER, *OTHER_LANGUAGES)
    return [c[-1] for c in compilers if compile_fault(folder, ["ardoq/some.h"], c, [])]


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("#pragma once\n#include <stddef.h>\ntypedef size_t some_t;\n", []),
        ("#pragma once\ntypedef size_t some_t;\n", ["-std=c11", "-std=c23", "-std=c++17"]),
        ("typedef struct { int a; } some_t;\n", ["-std=c11", "-std=c23", "-std=c++17"]),
        ("#pragma once\nextern int class;\n", ["-std=c++17"]),
        ("#pragma once\ntypedef int bool;\n", ["-std=c23", "-std=c++17"]),
        ("#pragma once\nextern int *some = nullptr;\n", ["-std=c11", "-std=c23", "-std=c++17"]),
    ],
)
def test_a_header_is_tried_in_every_language(
    tmp_path: Path, text: str, languages: list[str]
) -> None:
    assert header_faults(tmp_path, text) == languages


def test_a_header_for_c_plus_plus_names_the_linkage() -> None:
    declaration = "int ardoq_some(int a,\n    int b);"
    assert linkage_fault("some.h", declaration) == 'some.h: lacks extern "C"'
    assert linkage_fault("some.h", f'extern "C" {{\n{declaration}\n}}') is None
    assert linkage_fault("some.h", f"/* {declaration} */ #define ARDOQ_SOME 1") is None


# Object files


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ("#include <string.h>\nunsigned long ardoq_a(const char *t) { return strlen(t); }", []),
        ("int ardoq_b(void); int ardoq_a(void) { return ardoq_b(); }", []),
        ("static const char *const names[] = {\"a\"};\n"
         "const char *ardoq_a(int i) { return names[i]; }", []),
        ("#include <stdlib.h>\nvoid *ardoq_a(void) { return malloc(9); }", ["needs malloc"]),
        ("#include <stdlib.h>\nvoid ardoq_a(void *p) { free(p); }", ["needs free"]),
        ("#include <stdio.h>\nint ardoq_a(char *t, int i) { return snprintf(t, 9, \"%d\", i); }",
         ["needs snprintf"]),
        ("#include <stdio.h>\nint ardoq_a(int i) { return printf(\"%d\", i); }", ["needs printf"]),
        ("#include <stdlib.h>\ndouble ardoq_a(char *t) { return strtod(t, 0); }", ["needs strtod"]),
        ("#include <errno.h>\nint ardoq_a(void) { return errno; }", ["needs __errno_location"]),
        ("int other(void) { return 1; }", ["defines other: external names begin with ardoq_"]),
        ("static int n; int ardoq_a(void) { return n++; }",
         ["has mutable state, 4 bytes of .bss"]),
        ("static int n = 5; int ardoq_a(void) { return n++; }",
         ["has mutable state, 4 bytes of .data"]),
    ],
)
def test_objects_show_what_the_core_may_not_do(
    tmp_path: Path, code: str, faults: list[str]
) -> None:
    path = tmp_path / "some.o"
    command = ["gcc", "-std=c11", "-O1", "-fPIE", "-x", "c", "-c", "-o", str(path), "-"]
    subprocess.run(command, input=code, text=True, check=True)
    assert list(object_faults(path)) == [f"some.o: {fault}" for fault in faults]
