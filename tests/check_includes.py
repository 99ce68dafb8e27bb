#!/usr/bin/python3
"""Checks the include rules of the layers in components/, port/ and esp_idf/.

Also that docs/layers.svg shows these rules. With --include also that each public header compiles
alone, and all of them in two more languages; with --object also what the core's object files need and
define, and that no two of them call each other in a circle.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from draw_layers import PICTURE, DrawingError, draw  # noqa: E402

# Of each layer those that it may include; all may include themselves and `base`. `port` is the
# contract, port/include. A port itself is named by its folder, such as port/posix.
LAYERS = {
    "base": (),
    "http": (),
    "json": (),
    "settings": ("http", "port"),
    "tls": ("port",),
    "https": ("tls", "http", "port"),
    "ardoq": ("settings", "https", "tls", "http", "json", "port"),
    "reporter": ("ardoq", "settings", "https", "tls", "http", "json", "port"),
    "commands": ("reporter", "ardoq", "settings", "https", "tls", "http", "json", "port"),
    "port": (),
    "esp_idf": ("commands", "reporter", "ardoq", "settings", "https", "tls", "http", "json", "port"),
}

FREESTANDING = {"limits.h", "stdbool.h", "stddef.h", "stdint.h", "string.h"}
TLS = re.compile("(mbedtls|psa)/.*")
# What a port may use of mbedTLS by way of the core.
SHA256 = "ardoq/tls_sha256.h"
# Where a port may use mbedTLS: there it gives the roots.
TRUST = re.compile(r"port/(\w+/trust|fake/.*|template/port_template)\.[ch]")
JSON_TOKENISER = ("jsmn.h", "components/json/json.c")
CONFIGURATION = ("sdkconfig.h", "components/base/include/ardoq/build_config.h")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]*)"|<([^>]*)>|(\S.*))', re.MULTILINE)
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)

COMPILER = ("gcc", "-x", "c", "-std=c11")
OTHER_LANGUAGES = (
    ("clang-19", "-x", "c", "-std=c23"),
    ("g++", "-x", "c++", "-std=c++17"),
)

# What the core may need of others; everything else costs space, or differs between platforms. The
# last line is what compilers call by themselves: on this host, and for 64 bits on Cortex-M and RISC-V.
NEEDED = re.compile(
    "(ardoq|mbedtls|psa)_.*"
    "|mem(chr|cmp|cpy|move|set)|str(chr|cmp|cspn|len|ncmp|rchr|spn|str)"
    "|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__aeabi_u?ldivmod|__u?(div|mod)di3"
)

# What mbedtls_calloc() and mbedtls_free() are where mbedTLS was built without its own allocator.
# One file asks them whether memory has run out.
ALLOCATOR = {
    (name, function)
    for name in ("mbedtls_seam.c.o", "tls_session.c.o")
    for function in ("calloc", "free")
}

# Sections of variables; RISC-V has some of its own for small ones. Constants that the loader fills in
# are in .data.rel.ro.
MUTABLE = re.compile(r"^\.s?(data|bss)(?!\.rel\.ro)\S*\s+(\d+)", re.MULTILINE)


# ---- Includes ------------------------------------------------------------------------------------


def sources(root: Path) -> Iterator[Path]:
    for folder in ("components", "port", "esp_idf"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".c", ".cpp", ".h", ".def"):
                yield path.relative_to(root)


def layer_of(path: Path) -> str:
    """A layer's name, or the folder of a port."""
    if path.parts[0] == "components":
        return path.parts[1]
    if path.parts[0] == "esp_idf":
        return "esp_idf"
    return "port" if path.parts[1] == "include" else f"port/{path.parts[1]}"


def public_headers(root: Path) -> dict[str, Path]:
    """The name that a header is included by, and where it stands."""
    found = {}
    for path in sources(root):
        if "include" in path.parts:
            found[path.as_posix().split("/include/")[1]] = path
    return found


def allowed_layers(layer: str) -> tuple[str, ...]:
    others = ("port",) if layer.startswith("port/") else LAYERS.get(layer, ())
    return (layer, "base", *others)


def quoted_fault(root: Path, path: Path, name: str, headers: dict[str, Path]) -> str | None:
    """What is wrong with an include in quotes."""
    if name == CONFIGURATION[0]:
        return None if path.as_posix() == CONFIGURATION[1] else f"only {CONFIGURATION[1]} may"
    if name in headers:
        target = layer_of(headers[name])
        allowed = allowed_layers(layer_of(path))
        is_hash = name == SHA256 and layer_of(path).startswith("port/")
        return None if is_hash or target in allowed else f"{layer_of(path)} may not include {target}"
    if "/" in name or not (root / path.parent / name).is_file():
        return "it is neither a public header nor in the same folder"
    return None


def bracketed_fault(path: Path, name: str) -> str | None:
    """What is wrong with an include in angle brackets."""
    layer = layer_of(path)
    if name == CONFIGURATION[0]:
        return "it is included in quotes"
    if TLS.fullmatch(name):
        is_allowed = layer == "tls" or TRUST.fullmatch(path.as_posix())
        return None if is_allowed else "mbedTLS lives in tls"
    if layer == "esp_idf" or layer.startswith("port/") or name in FREESTANDING:
        return None
    if name == JSON_TOKENISER[0]:
        return None if path.as_posix() == JSON_TOKENISER[1] else f"only {JSON_TOKENISER[1]} may"
    return "the core includes no platform header"


def include_faults(root: Path) -> Iterator[str]:
    headers = public_headers(root)
    for path in sources(root):
        layer = layer_of(path)
        if path.parts[0] == "components" and layer not in LAYERS:
            yield f"{path}: there is no rule for the layer {layer}"
        for quoted, bracketed, computed in INCLUDE.findall((root / path).read_text("utf-8")):
            if computed:
                fault = "its name cannot be read"
            elif quoted:
                fault = quoted_fault(root, path, quoted, headers)
            else:
                fault = bracketed_fault(path, bracketed)
            if fault:
                yield f"{path}: includes {quoted or bracketed or computed}: {fault}"


def configuration_faults(root: Path) -> Iterator[str]:
    """Ports may read what their platform configures; this library's settings stay in one place."""
    for path in sources(root):
        text = COMMENT_OR_STRING.sub("", (root / path).read_text("utf-8"))
        pattern = "CONFIG_" if path.parts[0] == "components" else "CONFIG_ARDOQ_"
        found = re.search(rf"\b{pattern}\w+", text)
        if found and path.as_posix() != CONFIGURATION[1]:
            yield f"{path}: reads {found[0]}: only {CONFIGURATION[1]} may"


def ports_of(root: Path) -> list[str]:
    """The folders that implement the contract; others hold what several of these share."""
    clock = re.compile(r"^\w+ ardoq_port_uptime_ms\(void\)\s*{", re.MULTILINE)
    files = [path for path in sources(root) if path.parts[0] == "port" and path.suffix == ".c"]
    return sorted({path.parts[1] for path in files if clock.search((root / path).read_text("utf-8"))})


def drawing_faults(root: Path) -> Iterator[str]:
    try:
        is_stale = draw(LAYERS, ports_of(root)) != (root / PICTURE).read_text("utf-8")
    except (DrawingError, OSError) as error:
        yield f"{PICTURE}: {error}"
    else:
        if is_stale:
            yield f"{PICTURE} is stale: run scripts/draw_layers.py"


# ---- Public headers ------------------------------------------------------------------------------


def compile_fault(
    root: Path, names: Iterable[str], compiler: tuple[str, ...], includes: Iterable[Path]
) -> str | None:
    """What the compiler says of a source that includes these headers, twice."""
    command = [*compiler, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-pedantic-errors"]
    owners = {str(path).split("/include/")[0] for path in public_headers(root).values()}
    command += [f"-I{root}/{owner}/include" for owner in sorted(owners)]
    for folder in includes:
        command += ["-isystem", str(folder)]
    text = "".join(f'#include "{name}"\n' for name in names) * 2 + "typedef int something_t;\n"
    try:
        done = subprocess.run([*command, "-"], input=text, capture_output=True, text=True)
    except FileNotFoundError:
        return f"{compiler[0]} is not installed: run scripts/setup.sh build firmware test"
    return None if done.returncode == 0 else f"as {compiler[-1]}:\n{done.stderr}"


def linkage_fault(name: str, text: str) -> str | None:
    """A C++ program could not link a function that was declared as one of its own."""
    declares = re.search(r"\bardoq_\w+\([^;{}]*\);", COMMENT_OR_STRING.sub("", text))
    return f'{name}: lacks extern "C"' if declares and 'extern "C"' not in text else None


def header_faults(root: Path, includes: Iterable[Path]) -> Iterator[str]:
    headers = {name: path for name, path in public_headers(root).items() if name.endswith(".h")}
    jobs = [([name], COMPILER) for name in headers]
    jobs += [(list(headers), compiler) for compiler in OTHER_LANGUAGES]
    with ThreadPoolExecutor() as pool:
        faults = list(pool.map(lambda job: compile_fault(root, *job, includes), jobs))
    faults += [linkage_fault(name, (root / path).read_text()) for name, path in headers.items()]
    yield from (fault for fault in faults if fault)


# ---- Object files --------------------------------------------------------------------------------


def tool_output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def object_faults(path: Path, binutils: str = "") -> Iterator[str]:
    """What is wrong with an object file; `binutils` is the prefix of the tools that can read it."""
    for line in tool_output(f"{binutils}nm", "--format=posix", str(path)).splitlines():
        name, kind = line.split()[:2]
        if kind == "U" and not NEEDED.fullmatch(name) and (path.name, name) not in ALLOCATOR:
            yield f"{path.name}: needs {name}"
        if kind in "ABCDGRST" and not name.startswith("ardoq_"):
            yield f"{path.name}: defines {name}: external names begin with ardoq_"
    sections = tool_output(f"{binutils}size", "--format=sysv", "--radix=10", str(path))
    for section, size in MUTABLE.findall(sections):
        if int(size) > 0:
            yield f"{path.name}: has mutable state, {size} bytes of .{section}"


def symbols(path: Path) -> tuple[set[str], set[str]]:
    """The external names that an object file defines, and those that it needs."""
    defined, needed = set(), set()
    for line in tool_output("nm", "--format=posix", str(path)).splitlines():
        name, kind = line.split()[:2]
        if name.startswith("ardoq_"):
            (needed if kind == "U" else defined).add(name)
    return defined, needed


def circle_faults(objects: Iterable[Path]) -> Iterator[str]:
    """Files that need one another, directly or by way of others."""
    found = {path.name.split(".")[0]: symbols(path) for path in objects}
    home = {name: file for file, (defined, _) in found.items() for name in defined}
    graph = {file: {home[name] for name in needed & home.keys()}
             for file, (_, needed) in found.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield "these files call each other in a circle: " + ", ".join(error.args[1])


# ---- The whole -----------------------------------------------------------------------------------


def all_faults(root: Path, includes: list[Path], objects: list[Path]) -> Iterator[str]:
    yield from include_faults(root)
    yield from configuration_faults(root)
    yield from drawing_faults(root)
    if includes:
        yield from header_faults(root, includes)
    for path in objects:
        yield from object_faults(path)
    yield from circle_faults(objects)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument(
        "--include", type=Path, nargs="+", default=[], help="folders of sdkconfig.h and mbedTLS"
    )
    parser.add_argument(
        "--object", type=Path, nargs="+", default=[], help="object files of the core"
    )
    arguments = parser.parse_args()
    faults = list(all_faults(arguments.root, arguments.include, arguments.object))
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
