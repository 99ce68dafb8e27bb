#!/usr/bin/python3
"""Compares the declarations in include/ with the headers of an ESP-IDF.

The port is tested against declarations of our own. This tells whether a version of ESP-IDF declares
the same: each function with the same type, each macro and each constant with the same value, each
member that is used with the same type, each header in the component that is named here. Of macros
with parameters only their number can be compared. A header of C++ is not read: what includes it is
compiled with that of ESP-IDF.

    IDF_PATH=... tests/esp_idf/compare_declarations.py
"""

import argparse
import itertools
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

INCLUDE = Path(__file__).resolve().parent / "include"

# The component of each header: what the port has to require.
COMPONENTS = {
    "esp_app_desc.h": "esp_app_format",
    "esp_attr.h": "esp_common",
    "esp_chip_info.h": "esp_hw_support",
    "esp_console.h": "console",
    "esp_crt_bundle.h": "mbedtls",
    "esp_err.h": "esp_common",
    "esp_event.h": "esp_event",
    "esp_flash.h": "spi_flash",
    "esp_flash_encrypt.h": "bootloader_support",
    "esp_idf_version.h": "esp_common",
    "esp_log.h": "log",
    "esp_mac.h": "esp_hw_support",
    "esp_netif.h": "esp_netif",
    "esp_netif_ip_addr.h": "esp_netif",
    "esp_netif_sntp.h": "esp_netif",
    "esp_netif_types.h": "esp_netif",
    "esp_partition.h": "esp_partition",
    "esp_random.h": "esp_hw_support",
    "esp_secure_boot.h": "bootloader_support",
    "esp_sleep.h": "esp_hw_support",
    "esp_timer.h": "esp_timer",
    "freertos/FreeRTOS.h": "freertos",
    "freertos/FreeRTOSConfig.h": "freertos",
    "freertos/portmacro.h": "freertos",
    "freertos/projdefs.h": "freertos",
    "freertos/queue.h": "freertos",
    "freertos/semphr.h": "freertos",
    "freertos/task.h": "freertos",
    "nvs.h": "nvs_flash",
    "nvs_flash.h": "nvs_flash",
    "nvs_handle.hpp": "nvs_flash",
    "protocol_examples_common.h": "protocol_examples_common",
}
COMPONENT_FOLDERS = ("components", "examples/common_components")

# What includes a header of C++.
INCLUDED_BY = {"nvs_handle.hpp": INCLUDE.parents[2] / "port/esp_idf/nvs_write.cpp"}

# What is never compiled into an application, and the kernel that is not the default.
OTHER_FOLDERS = re.compile(r"(host_)?(sim|stubs|tests?|test_apps|mocks?)|FreeRTOS-Kernel-SMP")

# Of a usual configuration; everything else counts as off.
CONFIGURATION = {
    "CONFIG_ESP_CONSOLE_UART_DEFAULT": "1",
    "CONFIG_FREERTOS_HZ": "100",
    "CONFIG_LWIP_IPV6": "1",
    "CONFIG_LWIP_SNTP_MAX_SERVERS": "1",
    "configSUPPORT_DYNAMIC_ALLOCATION": "1",
    "configSUPPORT_STATIC_ALLOCATION": "1",
}

# Names in our headers that are the tests' own.
OWN = "fake_"

SKIPPED_DIRECTIVE = re.compile(
    r"^[ \t]*#[ \t]*(?:include|include_next|error|warning|pragma)\b(?:[^\n]*\\\n)*[^\n]*",
    re.MULTILINE,
)
DEFINE = re.compile(r"#define (\w+)(\([^)]*\))?(.*)")
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\w+|\.\.\.|[^\s\w]')
ATTRIBUTE = re.compile(r"extern|inline|static|[A-Z_]+_ATTR")
ERROR = re.compile(r"^([^:\n]+):\d+:(?:\d+:)? (?:fatal )?error: (.*)$", re.MULTILINE)


# ---- Reading a header ----------------------------------------------------------------------------


@dataclass
class Macro:
    parameters: list[str] | None
    body: list[str]


@dataclass
class Type:
    kind: str  # "struct", "enum", or "alias" for all others
    declaration: list[str]  # of an alias with the name theirs_t
    members: dict[str, list[str]] = field(default_factory=dict)  # of an enum: its constants


@dataclass
class Header:
    functions: dict[str, list[str]] = field(default_factory=dict)
    macros: dict[str, Macro] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=dict)


def definitions(values: dict[str, str]) -> list[str]:
    return [f"-D{name}={value}" for name, value in values.items()]


def preprocess(compiler: str, path: Path, values: dict[str, str]) -> str:
    """The header alone: conditions are decided, macros kept; what it includes is not looked at."""
    text = SKIPPED_DIRECTIVE.sub("", path.read_text("utf-8"))
    command = [compiler, "-E", "-P", "-dD", "-undef", "-x", "c", *definitions(values), "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{path} cannot be preprocessed:\n{done.stderr}")
    return done.stdout


def split(tokens: list[str], separator: str) -> list[list[str]]:
    """Splits where no bracket is open."""
    parts: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token in "([{") - (token in ")]}")
        if token == separator and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def end_of_brackets(tokens: list[str], start: int) -> int:
    depth = 0
    for at in range(start, len(tokens)):
        depth += (tokens[at] in "([{") - (tokens[at] in ")]}")
        if depth == 0:
            return at
    return len(tokens) - 1


def declarations(tokens: list[str]) -> Iterator[list[str]]:
    """What is at the top level; of a function's definition what is before its body."""
    at = 0
    current: list[str] = []
    while at < len(tokens):
        token = tokens[at]
        if token == ";":
            yield current
            current = []
        elif token == "{" and "(" in current and current[0] != "typedef":
            at = end_of_brackets(tokens, at)
            yield current
            current = []
        elif token in "([{":
            end = end_of_brackets(tokens, at)
            current += tokens[at : end + 1]
            at = end
        else:
            current.append(token)
        at += 1


def without_attributes(tokens: list[str]) -> list[str]:
    kept = []
    at = 0
    while at < len(tokens):
        if tokens[at] == "__attribute__":
            at = end_of_brackets(tokens, at + 1)
        elif not ATTRIBUTE.fullmatch(tokens[at]):
            kept.append(tokens[at])
        at += 1
    return kept


def place_of_name(tokens: list[str]) -> int:
    """Of a member or an alias: behind `(*`, or last but for a macro with arguments."""
    for at, token in enumerate(tokens):
        if token == "(" and tokens[at + 1] == "*":
            return at + 2
        if token in ("[", ":"):
            return at - 1
        if token == "(":
            return at - 2
    return len(tokens) - 1


def members_of(kind: str, body: list[str]) -> dict[str, list[str]]:
    if kind == "enum":
        return {part[0]: part for part in split(body, ",")}
    return {part[place_of_name(part)]: part for part in split(body, ";")}


def add_type(header: Header, tokens: list[str]) -> None:
    is_alias = tokens[0] == "typedef"
    tokens = tokens[1:] if is_alias else tokens
    if tokens[0] in ("struct", "enum") and "{" in tokens:
        begin = tokens.index("{")
        end = end_of_brackets(tokens, begin)
        kind = tokens[0]
        members = members_of(kind, tokens[begin + 1 : end])
        found = Type(kind, tokens[: end + 1], members)
        if begin > 1:
            header.types[f"{kind} {tokens[1]}"] = found
        if is_alias:
            header.types[tokens[-1]] = found
    elif is_alias:
        at = place_of_name(tokens)
        header.types[tokens[at]] = Type("alias", [*tokens[:at], "theirs_t", *tokens[at + 1 :]])


def add_declaration(header: Header, tokens: list[str]) -> None:
    tokens = without_attributes(tokens)
    if not tokens:
        return
    if tokens[0] == "typedef" or "{" in tokens:
        add_type(header, tokens)
    elif "(" in tokens[2:]:
        begin = tokens.index("(")
        end = end_of_brackets(tokens, begin)
        header.functions[tokens[begin - 1]] = tokens[: end + 1]


def read_header(compiler: str, path: Path, values: dict[str, str]) -> Header:
    header = Header()
    code = []
    for line in preprocess(compiler, path, values).splitlines():
        macro = DEFINE.match(line)
        if macro:
            parameters = macro[2] and [name.strip() for name in macro[2][1:-1].split(",")]
            header.macros[macro[1]] = Macro(parameters, TOKEN.findall(macro[3]))
        elif not line.startswith("#"):
            code.append(line)
    for tokens in declarations(TOKEN.findall("\n".join(code))):
        add_declaration(header, tokens)
    return header


def read_own_header(compiler: str, name: str, values: dict[str, str]) -> Header:
    header = read_header(compiler, INCLUDE / name, values)
    text = (INCLUDE / name).read_text("utf-8")
    guard = re.search(r"#ifndef (\w+)", text)
    own_macros = set(re.findall(r"#[ \t]*define[ \t]+(\w+)", text)) - {guard and guard[1]}
    header.macros = {name: macro for name, macro in header.macros.items() if name in own_macros}
    for found in (header.functions, header.macros, header.types):
        for own in [name for name in found if name.startswith(OWN)]:
            del found[own]
    return header


# ---- Comparing -----------------------------------------------------------------------------------


@dataclass
class Result:
    what: str
    name: str
    header: str
    place: str
    fault: str = ""

    def shown_name(self) -> str:
        return f"{self.name}()" if self.what in ("function", "macro()") else self.name


class Comparison:
    """Of one header with one of ESP-IDF. What takes a compiler to judge is gathered for it."""

    def __init__(self, name: str, place: str, ours: Header, theirs: Header) -> None:
        self.name = name
        self.place = place
        self.ours = ours
        self.theirs = theirs
        self.results: dict[str, Result] = {}
        self.code = [f"#include <{name}>"]

    def add(self, what: str, name: str, fault: str = "", code: str = "") -> None:
        key = f"{what} {name}"
        self.results[key] = Result(what, name, self.name, self.place, fault)
        if code and not fault:
            self.code.append(f'#line 1 "{key}"\n{code}')

    def add_function(self, name: str) -> None:
        theirs = self.theirs.functions.get(name)
        fault = "" if theirs else "is a macro" if name in self.theirs.macros else "missing"
        self.add("function", name, fault, f"{' '.join(theirs or [])};")

    def add_macro(self, name: str, ours: Macro) -> None:
        theirs = self.theirs.macros.get(name)
        what = "macro()" if ours.parameters else "macro"
        if theirs is None:
            self.add(what, name, "is a function" if name in self.theirs.functions else "missing")
        elif ours.parameters is not None or theirs.parameters is not None:
            wanted, found = (len(macro.parameters or []) for macro in (ours, theirs))
            fault = f"has {found} parameters, not {wanted}" if wanted != found else ""
            self.add(what, name, fault)
        elif ours.body == theirs.body:
            self.add(what, name)
        elif any(token.startswith('"') for token in ours.body + theirs.body):
            self.add(what, name, f"is {' '.join(theirs.body)}, not {' '.join(ours.body)}")
        else:
            values = f"({' '.join(ours.body)}) == ({' '.join(theirs.body)})"
            self.add(what, name, code=f'_Static_assert({values}, "has another value");')

    def add_members(self, name: str, ours: Type, theirs: Type) -> None:
        for member in ours.members:
            full_name = f"{name}.{member}"
            if member not in theirs.members:
                self.add("member", full_name, "missing")
                continue
            declaration = " ".join(theirs.members[member])
            same = (
                f"__builtin_types_compatible_p(__typeof__((({name} *)0)->{member}), "
                f"__typeof__(theirs.{member}))"
            )
            code = f'_Static_assert({same}, "has another type");'
            code = f"void judge(void) {{ struct {{ {declaration}; }} theirs; {code} }}"
            self.add("member", full_name, code=code)

    def add_constants(self, ours: Type, theirs: Type) -> None:
        """The value is known only where the whole enumeration is read again."""
        for constant in ours.members:
            fault = "" if constant in theirs.members else "missing"
            code = (
                f"enum {{ ours_{constant} = {constant} }};"
                f"void judge(void) {{ {' '.join(theirs.declaration)};"
                f'_Static_assert(ours_{constant} == {constant}, "has another value"); }}'
            )
            self.add("constant", constant, fault, code)

    def add_type(self, name: str, ours: Type) -> None:
        theirs = self.theirs.types.get(name)
        if not theirs:
            self.add("type", name, "missing")
        elif ours.kind != theirs.kind:
            self.add("type", name, f"is {theirs.kind}, not {ours.kind}")
        elif ours.kind == "alias":
            declaration = " ".join(theirs.declaration)
            same = f"__builtin_types_compatible_p({name} *, theirs_t *)"
            code = f'typedef {declaration}; _Static_assert({same}, "is another type");'
            self.add("type", name, code=f"void judge(void) {{ {code} }}")
        else:
            self.add("type", name)
            if ours.kind == "enum":
                self.add_constants(ours, theirs)
            else:
                self.add_members(name, ours, theirs)

    def judge(self, compiler: str, values: dict[str, str]) -> None:
        for at, code in enumerate(self.code):
            self.code[at] = code.replace("judge(", f"judge_{at}(")
        command = [compiler, "-std=gnu17", "-fsyntax-only", "-w", f"-I{INCLUDE}", "-x", "c"]
        done = subprocess.run(
            [*command, *definitions(values), "-"],
            input="\n".join(self.code) + "\n",
            capture_output=True,
            text=True,
        )
        errors = ERROR.findall(done.stderr)
        for key, message in errors:
            if key not in self.results:
                sys.exit(f"{self.name}: {message}")
            self.results[key].fault = self.results[key].fault or message
        if done.returncode != 0 and not errors:
            sys.exit(f"{compiler} failed:\n{done.stderr}")

    def run(self, compiler: str, values: dict[str, str]) -> list[Result]:
        for name in self.ours.functions:
            self.add_function(name)
        for name, macro in self.ours.macros.items():
            self.add_macro(name, macro)
        # A structure may have two names, its own and that of a typedef.
        types = self.ours.types
        for name, found in {id(found): (name, found) for name, found in types.items()}.values():
            self.add_type(name, found)
        self.judge(compiler, values)
        return list(self.results.values())


# ---- The whole -----------------------------------------------------------------------------------


def idf_version(idf: Path) -> dict[str, str]:
    path = idf / "tools/cmake/version.cmake"
    text = path.read_text("utf-8") if path.is_file() else ""
    found = dict(re.findall(r"set\(IDF_VERSION_(MAJOR|MINOR|PATCH) (\d+)\)", text))
    if len(found) != 3:
        sys.exit(
            f"'{idf}' is no ESP-IDF, as there is no version in tools/cmake/version.cmake: set "
            "IDF_PATH to its folder, or give --idf-path"
        )
    return {f"ESP_IDF_VERSION_{part}": number for part, number in found.items()}


def places(idf: Path, component: str, name: str) -> list[Path]:
    """Where a component has a header: once, or once for each kind of processor."""
    found = []
    for folder in COMPONENT_FOLDERS:
        root = idf / folder / component
        for path in sorted(root.rglob(Path(name).name)):
            folders = path.relative_to(root).parts
            is_other = any(OTHER_FOLDERS.fullmatch(folder) for folder in folders)
            if path.as_posix().endswith(f"/{name}") and not is_other:
                found.append(path)
    return found


def component_that_has(idf: Path, name: str) -> str:
    for folder in COMPONENT_FOLDERS:
        for component in sorted((idf / folder).glob("*")):
            if places(idf, component.name, name):
                return component.name
    return ""


def compile_with(compiler: str, idf: Path, name: str, found: Path) -> list[Result]:
    source = INCLUDED_BY[name]
    folders = [path.parent for path in (found, *places(idf, COMPONENTS["esp_err.h"], "esp_err.h"))]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sdkconfig.h").touch()
        command = [compiler, "-std=gnu++17", "-fsyntax-only", "-w", "-x", "c++", str(source)]
        command += [f"-I{path}" for path in (*folders, folder)]
        done = subprocess.run(command, capture_output=True, text=True)
    errors = ERROR.findall(done.stderr)
    if done.returncode != 0 and not errors:
        sys.exit(f"{compiler} failed:\n{done.stderr}")
    place = COMPONENTS[name]
    fault = errors[0][1] if errors else ""
    return [Result("header", name, name, place), Result("source", source.name, name, place, fault)]


def compare_header(compiler: str, idf: Path, name: str, values: dict[str, str]) -> list[Result]:
    component = COMPONENTS[name]
    found = places(idf, component, name)
    if not found:
        other = component_that_has(idf, name)
        fault = f"is in {other}" if other else "missing"
        return [Result("header", name, name, component, fault)]
    if name in INCLUDED_BY:
        return compile_with(compiler, idf, name, found[0])
    results = []
    for path in found:
        values_here = dict(values)
        architecture = path.relative_to(idf).parts[-4] if len(found) > 1 else ""
        if architecture == "linux":
            values_here["CONFIG_IDF_TARGET_LINUX"] = "1"
        ours = read_own_header(compiler, name, values_here)
        theirs = read_header(compiler, path, values_here)
        place = f"{component} ({architecture})" if architecture else component
        results.append(Result("header", name, name, place))
        results += Comparison(name, place, ours, theirs).run(compiler, values_here)
    return results


def compare(compiler: str, idf: Path, names: list[str]) -> list[Result]:
    values = CONFIGURATION | idf_version(idf)
    with ThreadPoolExecutor() as pool:
        found = pool.map(lambda name: compare_header(compiler, idf, name, values), names)
        return [result for results in found for result in results]


def print_header(results: list[Result]) -> None:
    header = results[0]
    faults = [result for result in results if result.fault]
    status = "OK" if not faults else "missing" if header.fault == "missing" else "DIFFERS"
    print(f"{status:8} {header.name:27} {header.place}")
    names = " ".join(result.shown_name() for result in results[1:])
    for line in textwrap.wrap(names, 90, break_on_hyphens=False):
        print(f"         {line}")
    for result in faults:
        print(f"      -> {result.shown_name()}: {result.fault}")


def print_results(idf: Path, results: list[Result]) -> None:
    print("ESP-IDF", ".".join(idf_version(idf).values()))
    groups = itertools.groupby(results, lambda result: (result.header, result.place))
    for _, group in groups:
        print_header(list(group))
    faults = sum(1 for result in results if result.fault)
    print(f"{len(results)} compared, {faults} of them missing or different")


def main() -> None:
    own_headers = {path.relative_to(INCLUDE).as_posix() for path in INCLUDE.rglob("*.h*")}
    if own_headers != set(COMPONENTS):
        sys.exit(f"{own_headers ^ set(COMPONENTS)}: what is in include/ must be in COMPONENTS too")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("header", nargs="*", default=sorted(COMPONENTS), help="all by default")
    parser.add_argument("--idf-path", type=Path, default=os.environ.get("IDF_PATH", ""))
    parser.add_argument("--compiler", default="cc", help="a compiler of this host, for C and C++")
    arguments = parser.parse_args()
    unknown = set(arguments.header) - own_headers
    if unknown:
        parser.error(f"not in include/: {', '.join(sorted(unknown))}")
    idf = Path(arguments.idf_path)
    results = compare(arguments.compiler, idf, arguments.header)
    print_results(idf, results)
    sys.exit(any(result.fault for result in results))


if __name__ == "__main__":
    main()
