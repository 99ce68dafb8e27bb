#!/usr/bin/python3
"""What the library takes: what programs link of it, and the core's stack and public structs.

Compares with the committed table and with the ceilings; --write updates the table.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(ROOT / "tests")]

import linked_size  # noqa: E402
from call_graph import Functions, deepest_chains, depth, follow_pointers  # noqa: E402
from call_graph import read_functions  # noqa: E402
from check_includes import object_faults, public_headers  # noqa: E402
from compiling import ARCHITECTURES, BUILD, CALL_GRAPH, Compiler, compiler_for  # noqa: E402
from compiling import configuration, core_sources, layer_of, layers, run  # noqa: E402
from size_table import Figures, above, parse, stop_at, table  # noqa: E402

TABLE = ROOT / "docs" / "size.md"

# Bytes that a row of the table may have at most.
CEILINGS = {
    "stack: deepest": 1024,
    "sizeof: client beside mbedTLS": 4368,
    "sizeof: client, report, config and identity, mbedTLS 3.6": 6500,
}

# The same of what is linked, which is measured for one architecture.
LINKED_CEILINGS = {
    "report only: our code": 15_800,
    "README's program: our code": 23_500,
    # 3,500 more than what the README's first program took that reported once.
    "reporter: our code": 33_101,
    linked_size.RESUMPTION: 1_228,
}

# What may be called through a pointer, by the pointer's name. Nothing: it is the program's own.
POINTERS = {
    "describe": (),
    "next": ("context.c:end_context", "me.c:end_me", "model_report.c:end_model_request",
             "report.c:end_report"),
    "devices.c:load_device next": (),
    # Called there too, but a list writes no body, and what it begins could: its chain begins here.
    "next of a list": ("list.c:end_page",),
    # Called there too, but by no command: its own chain.
    "next of devices": ("devices.c:end_devices_request",),
    "on_device": (),
    "on_listed": (),
    "on_result": ("devices.c:take_result", "model_report.c:take_model_result"),
    "on_body": ("list.c:on_list_body", "context.c:on_context_body", "devices.c:take_results",
                "model_report.c:on_look_up_body", "model_report.c:on_batch_body"),
    "on_element": ("device_list.c:take_*", "list_commands.c:write_component",
                   "list_commands.c:write_workspace"),
    # A program's, which may call these.
    "on_event": ("ardoq_reporter_explain", "ardoq_reporter_status"),
    "on_entry": ("context_check.c:take_entry", "list_commands.c:write_entry"),
    "on_wait": ("check.c:print_progress",),
    "own": (),
    "run": ("device_commands.c:run_*",),
    "print": ("check.c:print_addresses", "check.c:print_connection", "check.c:print_tls"),
    "write": ("check.c:write_result",),
    "ardoq_reporter_status write": ("device_commands.c:write_status",),
    "reporter.c:write_span write": ("device_commands.c:write_status",),
    "check.c:write_result write": (),
    "explain.c:put write": ("check.c:write_explanation", "console.c:write_error"),
    "write_body": ("client.c:write_body",),
    "client.c:write_body write_body": ("ardoq_report_write_body", "ardoq_model_write_body",
                                       "ardoq_devices_write_body"),
    "write_head": ("client.c:write_head",),
}

# What mbedTLS and the port call while they are called.
CALLED_BACK = {
    "ardoq_port_store_each": ("reporter.c:add_setting", "settings_identity.c:take_*",
                              "settings_load.c:take_setting"),
    "mbedtls_ssl_*": ("tls.c:*_bytes", "ardoq_tls_verify", "ardoq_seam_random_bytes"),
}


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


def stack_figures(functions: Functions, chains: dict[str, list[str]]) -> Figures:
    figures = {f"stack: {layer}": 0 for layer in layers()} | {"stack: deepest": 0}
    for name, chain in chains.items():
        if not functions[name].path.startswith("components/"):
            continue  # jsmn's, which one of ours calls
        for row in (f"stack: {layer_of(functions[name].path)}", "stack: deepest"):
            figures[row] = max(figures[row], depth(functions, chain))
    return figures


STRUCT = re.compile(r"^typedef struct \{.*?^\} (ardoq_\w+);", re.MULTILINE | re.DOTALL)
BESIDE_MBEDTLS = (
    "sizeof(ardoq_client_t) - sizeof(mbedtls_ssl_config) - sizeof(mbedtls_ssl_context)"
    " - 2 * sizeof(mbedtls_x509_crt) - sizeof(mbedtls_pk_context)"
)
OF_A_REPORT = ("ardoq_client_t", "ardoq_report_t", "ardoq_config_t", "ardoq_identity_t")


def headers_of_core() -> dict[str, Path]:
    return {name: path for name, path in public_headers(ROOT).items()
            if path.parts[0] == "components" and name.endswith(".h")}


def sizes_of(compiler: Compiler, configured: Path, expressions: dict[str, str]) -> Figures:
    """Each size is asked for as that of an array."""
    lines = [f'#include "{name}"' for name in headers_of_core()]
    lines += [f"char size_{name}[{expression}];" for name, expression in expressions.items()]
    source = BUILD / "structs.c"
    source.write_text("\n".join(lines) + "\n", "utf-8")
    path = compiler.compile(source, configured, source.with_suffix(".o"))
    listing = run(f"{compiler.prefix}nm", "-S", path)
    found = re.findall(r" (\w+) \w size_(\w+)$", listing, re.MULTILINE)
    return {name: int(size, 16) for size, name in found}


def struct_figures(compiler: Compiler, of_3_6: Compiler, configured: Path) -> Figures:
    names = sorted(name for path in headers_of_core().values()
                   for name in STRUCT.findall((ROOT / path).read_text("utf-8")))
    own = sizes_of(compiler, configured,
                   {"beside": BESIDE_MBEDTLS, **{name: f"sizeof({name})" for name in names}})
    in_all = " + ".join(f"sizeof({name})" for name in OF_A_REPORT)
    with_3_6 = sizes_of(of_3_6, configured, {"in_all": in_all})
    return {"sizeof: client beside mbedTLS": own["beside"],
            "sizeof: client, report, config and identity, mbedTLS 3.6": with_3_6["in_all"],
            **{f"sizeof: {name}": own[name] for name in names}}


# ---- Comparing -----------------------------------------------------------------------------------


def growth(old: dict[str, Figures], new: dict[str, Figures]) -> Iterator[str]:
    """What grew, or is new. A part of a program may grow as long as the program does not."""
    for name, column in new.items():
        for row, value in column.items():
            if row.startswith(linked_size.PART):
                continue
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


def measure(architecture: str, sources: Path, configured: Path) -> Measurement:
    """Stack and structs of the core as Kconfig's defaults make it, and what no object may have."""
    compiler = compiler_for(architecture, sources / "mbedtls-2.28", CALL_GRAPH)
    of_3_6 = compiler_for(architecture, sources / "mbedtls-3.6")
    objects = [*compiler.compile_all(core_sources(), configured, BUILD / architecture).values()]
    found = [fault for path in objects for fault in object_faults(path, compiler.prefix)]
    functions, faults = functions_of(compiler, objects, POINTERS, CALLED_BACK)
    chains, recursion = deepest_chains(functions)
    figures = {**stack_figures(functions, chains), **struct_figures(compiler, of_3_6, configured)}
    deepest = max(chains.values(), key=lambda chain: depth(functions, chain))
    frames = [f"{name} {functions[name].frame}" for name in deepest]
    return Measurement(figures, frames, found + faults + recursion)


def heading() -> str:
    """What the figures are measured with."""
    compilers = [f"{prefix}gcc" for prefix, _ in ARCHITECTURES.values()]
    return ", ".join(f"{name} {run(name, '-dumpfullversion').strip()}" for name in compilers)


def document(text: str, new_table: str) -> str:
    """The document with its last table replaced."""
    return text[: text.rindex("\n\n|") + 2] + new_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sources", type=Path, required=True, help="folder of mbedTLS")
    parser.add_argument("--builds", type=Path, required=True, help="folder with firmware")
    parser.add_argument("--write", action="store_true", help="rewrite the table")
    arguments = parser.parse_args()
    configured = configuration(BUILD / "defaults")
    measured = {name: measure(name, arguments.sources, configured) for name in ARCHITECTURES}
    linked = linked_size.measure(arguments.sources / "mbedtls-2.28", arguments.builds)
    faults = [*above(linked.programs, LINKED_CEILINGS), *linked.faults]
    for name, measurement in measured.items():
        print(f"{name}: the deepest stack is that of {', '.join(measurement.deepest)}")
        found = [*measurement.faults, *above(measurement.figures, CEILINGS)]
        faults += [f"{name}: {fault}" for fault in found]
    figures = {name: measurement.figures for name, measurement in measured.items()}
    figures[linked_size.ARCHITECTURE] = linked.programs | figures[linked_size.ARCHITECTURE]
    text = table(heading(), {**figures, "at most": CEILINGS | LINKED_CEILINGS})
    print(text)
    for option, size in linked.costs.items():
        print(f"The option {option} costs {size:,} bytes of flash.")
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
