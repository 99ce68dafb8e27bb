#!/usr/bin/python3
"""What the core takes by itself: text and stack of each layer, and the size of each public struct.

Compiles it for two architectures, compares with the committed table and with the ceilings; --write
makes the table anew.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(ROOT / "tests")]

from call_graph import Functions, deepest_chains, depth, follow_pointers  # noqa: E402
from call_graph import read_functions  # noqa: E402
from check_includes import object_faults, public_headers  # noqa: E402
from size_table import Figures, parse, stop_at, table  # noqa: E402

TABLE = ROOT / "docs" / "size.md"
FIRMWARE = ROOT / "examples" / "qemu_cortex_m3"

# The layers of a firmware that reports; a console's commands come on top.
CORE = ("base", "http", "json", "settings", "https", "ardoq")
LAYERS = (*CORE, "commands")

# What only a program links that reads a workspace's context, to check its configuration.
CONTEXT = ("components/ardoq/context.c", "components/ardoq/context_check.c",
           "components/json/json_scan.c")
HINTS = "components/base/err.c"

# Prefix of the tools, and flags. Those of the firmware; and of a RISC-V chip such as the ESP32-C3,
# for which the compiler has no C library: it brings the freestanding headers but <string.h>.
ARCHITECTURES = {
    "Cortex-M3": ("arm-none-eabi-", "-mcpu=cortex-m3 -mthumb --specs=nano.specs"),
    "RV32IMC": (
        "riscv64-unknown-elf-",
        "-march=rv32imc -mabi=ilp32 -ffreestanding -fbuiltin -isystem tests/size/include",
    ),
}
FLAGS = (
    "-std=c11 -Os -ffunction-sections -fdata-sections -fcallgraph-info=su"
    " -DMBEDTLS_CONFIG_FILE=<mbedtls_config.h> -DFIRMWARE_RECORD_SIZE=16384"
)

# Bytes that a row of the table may have at most. Those of text are meant for Cortex-M, for which other
# libraries are measured too.
CEILINGS = {
    "text: http and json": 8192,
    "text: core": 21_504,
    "stack: deepest": 1024,
    "sizeof: client beside mbedTLS": 4368,
}
TEXT_CEILINGS_OF = "Cortex-M3"

# What may be called through a pointer, by the pointer's name. Nothing: it is the program's own.
POINTERS = {
    "accepts": ("settings.c:is_*",),
    "describe": (),
    "on_body": ("list.c:on_body", "context.c:on_body"),
    "on_element": ("list_commands.c:write_component", "list_commands.c:write_workspace"),
    "on_entry": ("context_check.c:take_entry", "list_commands.c:write_entry"),
    "own": (),
    "run": ("device_commands.c:run_*",),
    "take": ("http_response.c:take_*",),
    "tell": ("check.c:tell_*",),
    "write": ("check.c:write_result",),
    "check.c:write_result write": (),
    "write_head": ("client.c:write_head",),
}

# What mbedTLS calls while it is called.
CALLED_BACK = {
    "mbedtls_ssl_*": ("tls.c:*_bytes", "tls.c:verify_certificate", "mbedtls_seam.c:random_bytes"),
}


# ---- Compiling -----------------------------------------------------------------------------------


def run(*command: str | Path) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}:\n{done.stderr}")
    return done.stdout


def core_sources() -> list[str]:
    """From the list that every build of the core reads."""
    [block] = re.findall(r"set\(core_sources([^)]*)\)", (ROOT / "CMakeLists.txt").read_text())
    return block.split()


def layer_of(path: str) -> str:
    return path.split("/")[1]


def jsmn() -> Path:
    for path in (Path("/usr/local/include/jsmn.h"), Path("/usr/include/jsmn.h")):
        if path.is_file():
            return path
    sys.exit("jsmn.h was not found: run scripts/setup.sh build")


def configuration(folder: Path, *lines: str) -> Path:
    """Makes a folder with sdkconfig.h: Kconfig's defaults, but for these lines."""
    folder.mkdir()
    (folder / "defaults").write_text("\n".join(lines), "utf-8")
    run("scripts/kconfig.py", "--kconfig", "Kconfig", "--defaults", folder / "defaults",
        "--header", folder / "sdkconfig.h")
    # Copied, because it stands among the headers of this host's C library.
    shutil.copy(jsmn(), folder)
    return folder


@dataclass(frozen=True)
class Compiler:
    """Compiles for one architecture into a folder."""

    prefix: str
    flags: list[str]
    folder: Path

    def compile(self, source: str | Path, configured: Path, name: str) -> Path:
        """Makes NAME.o, and NAME.ci with its functions and calls."""
        path = self.folder / f"{name}.o"
        run(f"{self.prefix}gcc", *self.flags, f"-I{configured}", "-c", source, "-o", path)
        return path

    def text(self, paths: Iterable[Path]) -> list[int]:
        """Bytes of code and constants of each object file."""
        lines = run(f"{self.prefix}size", *paths).splitlines()[1:]
        return [int(line.split()[0]) for line in lines]

    def addresses(self, paths: Iterable[Path]) -> dict[str, set[str]]:
        """Of each object file's stem the names whose address it takes."""
        listing = run(f"{self.prefix}objdump", "--reloc", *paths)
        files = re.split(r"^(\S+)\.o: +file format", listing, flags=re.MULTILINE)[1:]
        relocation = re.compile(r" R_(?:ARM_ABS|RISCV_|RISCV_HI)(?:32|20) +(\w+)$", re.MULTILINE)
        return {Path(name).name: set(relocation.findall(text))
                for name, text in zip(files[::2], files[1::2])}

    def faults(self, path: Path) -> list[str]:
        return list(object_faults(path, self.prefix))


def compiler_for(architecture: str, mbedtls: Path, folder: Path) -> Compiler:
    prefix, flags = ARCHITECTURES[architecture]
    folder.mkdir()
    includes = [f"-Icomponents/{layer}/include" for layer in LAYERS] + ["-Iport/include"]
    includes += ["-isystem", str(mbedtls / "include"), "-isystem", str(FIRMWARE / "mbedtls")]
    return Compiler(prefix, [*FLAGS.split(), *flags.split(), *includes], folder)


# ---- Calls ---------------------------------------------------------------------------------------

Reach = dict[str, tuple[str, ...]]


def address_faults(
    functions: Functions, addresses: dict[str, set[str]], patterns: list[str]
) -> Iterator[str]:
    """Functions whose address an object file takes, and which none of the patterns names."""
    for stem, names in addresses.items():
        for name in sorted({*names, *(f"{stem}.c:{name}" for name in names)} & functions.keys()):
            if not any(fnmatchcase(name, pattern) for pattern in patterns):
                yield f"{name}: its address is taken, and no table says who calls it"


def functions_of(
    compiler: Compiler, paths: list[Path], pointers: Reach, called_back: Reach
) -> tuple[Functions, list[str]]:
    """The functions of object files with all their calls; and what is wrong with those."""
    functions = read_functions(ROOT, (path.with_suffix(".ci").read_text() for path in paths))
    faults = list(follow_pointers(functions, pointers, called_back))
    patterns = [p for reach in (pointers, called_back) for row in reach.values() for p in row]
    faults += address_faults(functions, compiler.addresses(paths), patterns)
    return functions, faults


# ---- Figures -------------------------------------------------------------------------------------


def text_figures(compiler: Compiler, objects: dict[str, Path], with_hints: Path) -> Figures:
    layers = dict.fromkeys((*LAYERS, "context"), 0)
    sizes = dict(zip([*objects, "hints"], compiler.text([*objects.values(), with_hints])))
    for source in objects:
        layers["context" if source in CONTEXT else layer_of(source)] += sizes[source]
    return {
        **{f"text: {layer}": size for layer, size in layers.items() if layer in CORE},
        "text: http and json": layers["http"] + layers["json"],
        "text: core": sum(layers[layer] for layer in CORE),
        "text: hints": sizes["hints"] - sizes[HINTS],
        "text: context": layers["context"],
        "text: commands": layers["commands"],
    }


def stack_figures(functions: Functions, chains: dict[str, list[str]]) -> Figures:
    figures = {f"stack: {layer}": 0 for layer in LAYERS} | {"stack: deepest": 0}
    for name, chain in chains.items():
        for row in (f"stack: {layer_of(functions[name].path)}", "stack: deepest"):
            figures[row] = max(figures[row], depth(functions, chain))
    return figures


STRUCT = re.compile(r"^typedef struct \{.*?^\} (ardoq_\w+);", re.MULTILINE | re.DOTALL)
BESIDE_MBEDTLS = (
    "sizeof(ardoq_client_t) - sizeof(mbedtls_ssl_config) - sizeof(mbedtls_ssl_context)"
    " - 2 * sizeof(mbedtls_x509_crt) - sizeof(mbedtls_pk_context)"
)


def struct_figures(compiler: Compiler, configured: Path) -> Figures:
    """Each size is asked for as that of an array."""
    headers = {name: path for name, path in public_headers(ROOT).items()
               if path.parts[0] == "components" and name.endswith(".h")}
    names = sorted(name for path in headers.values()
                   for name in STRUCT.findall((ROOT / path).read_text("utf-8")))
    lines = [f'#include "{name}"' for name in headers]
    lines += [f"char size_{name}[sizeof({name})];" for name in names]
    lines += [f"char size_client[{BESIDE_MBEDTLS}];"]
    source = compiler.folder / "structs.c"
    source.write_text("\n".join(lines) + "\n", "utf-8")
    listing = run(f"{compiler.prefix}nm", "-S", compiler.compile(source, configured, "structs"))
    found = re.findall(r" (\w+) \w size_(\w+)$", listing, re.MULTILINE)
    sizes = {name: int(size, 16) for size, name in found}
    return {"sizeof: client beside mbedTLS": sizes["client"],
            **{f"sizeof: {name}": sizes[name] for name in names}}


# ---- Comparing -----------------------------------------------------------------------------------


def ceiling_faults(figures: dict[str, Figures]) -> Iterator[str]:
    for name, column in figures.items():
        for row, ceiling in CEILINGS.items():
            is_meant = name == TEXT_CEILINGS_OF or not row.startswith("text:")
            if is_meant and column[row] > ceiling:
                yield f"{name}: {row} is {column[row]:,}, above its ceiling of {ceiling:,}"


def growth(old: dict[str, Figures], new: dict[str, Figures]) -> Iterator[str]:
    for name, column in new.items():
        for row, value in column.items():
            before = old.get(name, {}).get(row)
            if before is None:
                yield f"{name}: {row} is {value:,}, and not in the table"
            elif value > before:
                yield f"{name}: {row} is {value:,}, and {before:,} in the table"


# ---- The whole -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measurement:
    figures: Figures
    deepest: list[str]
    faults: list[str]


def measure(compiler: Compiler, without_hints: Path, with_hints: Path) -> Measurement:
    """The core as Kconfig's defaults make it."""
    sources = core_sources()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hints = pool.submit(compiler.compile, HINTS, with_hints, "hints")
        structs = pool.submit(struct_figures, compiler, without_hints)
        paths = pool.map(lambda s: compiler.compile(s, without_hints, Path(s).stem), sources)
        objects = dict(zip(sources, paths))
        found = list(pool.map(compiler.faults, objects.values()))
    functions, faults = functions_of(compiler, list(objects.values()), POINTERS, CALLED_BACK)
    chains, recursion = deepest_chains(functions)
    faults += [*recursion, *(fault for faults in found for fault in faults)]
    figures = {
        **text_figures(compiler, objects, hints.result()),
        **stack_figures(functions, chains),
        **structs.result(),
    }
    deepest = max(chains.values(), key=lambda chain: depth(functions, chain))
    return Measurement(figures, [f"{name} {functions[name].frame}" for name in deepest], faults)


def measure_all(mbedtls: Path) -> dict[str, Measurement]:
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        configurations = (
            configuration(folder / "without_hints", "# CONFIG_ARDOQ_HINTS is not set"),
            configuration(folder / "with_hints"),
        )
        return {name: measure(compiler_for(name, mbedtls, folder / name), *configurations)
                for name in ARCHITECTURES}


def heading() -> str:
    """What the figures are measured with."""
    compilers = [f"{prefix}gcc" for prefix, _ in ARCHITECTURES.values()]
    return ", ".join(f"{name} {run(name, '-dumpfullversion').strip()}" for name in compilers)


def document(text: str, new_table: str) -> str:
    """The document with its last table replaced."""
    return text[: text.rindex("\n\n|") + 2] + new_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sources", type=Path, required=True, help="folder with mbedtls-2.28")
    parser.add_argument("--write", action="store_true", help="write the table anew")
    arguments = parser.parse_args()
    measured = measure_all(arguments.sources / "mbedtls-2.28")
    figures = {name: measurement.figures for name, measurement in measured.items()}
    faults = list(ceiling_faults(figures))
    figures["ceiling"] = CEILINGS
    text = table(heading(), figures)
    print(text)
    for name, measurement in measured.items():
        print(f"{name}: the deepest stack is that of {', '.join(measurement.deepest)}")
        faults += [f"{name}: {fault}" for fault in measurement.faults]
    committed = TABLE.read_text("utf-8")
    measured_with, before = parse(committed)
    if arguments.write:
        TABLE.write_text(document(committed, text), "utf-8")
    elif measured_with == heading():
        faults += growth(before, figures)
    else:
        print(f"The table is of {measured_with}: only the ceilings are checked.")
    stop_at(faults)


if __name__ == "__main__":
    main()
