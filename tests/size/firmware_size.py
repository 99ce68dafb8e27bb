#!/usr/bin/python3
"""What the firmware takes: flash and RAM by part, heap, stacks, and instructions of one cold report.

Compares the builds with the committed table and with the ceilings; --write updates the table.
"""

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(ROOT / "tests" / folder) for folder in (".", "integration", "firmware")]

from built import FLASH_IMAGE  # noqa: E402
from emulator import COUNTING, NETWORK, Board  # noqa: E402
from name_server import NameServer  # noqa: E402
from certificates import write_rsa_chain  # noqa: E402
from servers import Certificates, FakeArdoq, make_certificates  # noqa: E402
from linker_map import map_entries  # noqa: E402
from size_table import Figures, above, parse, stop_at, table  # noqa: E402

TABLE = ROOT / "docs" / "firmware-size.md"
COMPILER = "arm-none-eabi-gcc"

# What each build is, and how many bytes it may take at most.
BUILDS = {
    "firmware": (
        "mbedTLS 2.28 with TLS 1.2, lwIP 2.1 with IPv4, records of 16 KB, linked for 64 KB of RAM",
        {"text: all": 132_500, "ram: all": 46_000},
    ),
    "firmware-ipv6": ("the same with IPv6", {"text: all": 185_000}),
    "firmware-tls13": (
        "mbedTLS 3.6 with TLS 1.3, lwIP 2.2 with IPv6, records of 16 KB, linked for 72 KB of RAM",
        {"text: all": 215_000},
    ),
    "firmware-small": ("as `firmware` with records of 4 KB, linked for 48 KB of RAM", {"text: all": 165_000}),
    "firmware-lean": (
        "as `firmware` without hints, client certificate and pins, a root in the image",
        {"text: all": 122_500},
    ),
}

# Built to be counted; it is not run.
NOT_RUN = ("firmware-lean",)

# Who owns an object file, by its path in the linker's map.
PARTS = (
    ("library", r"libardoq\.a"),
    ("mbedTLS", r"libmbed\w+\.a"),
    ("lwIP", r"liblwip\.a"),
    ("C library", r"/lib(c|g|gcc|m|nosys)(_nano)?\.a|crt\w+\.o"),
    ("board, kernel and main", r"\.dir/"),
)

RUNS = 3

# How far a figure may be above the table before it counts as grown: none of these is exact, since
# random numbers and the time at which frames arrive differ from run to run.
TOLERANCE = {"text": 0.005, "data": 0.02, "bss": 0.02, "heap": 0.03, "ram": 0.02, "stack": 0.10,
             "instructions": 0.02}

# A stack is deeper by a frame when an interrupt comes at a rare moment.
LEAST_BYTES = {"stack": 64}


# ---- The images ----------------------------------------------------------------------------------


def part_of(path: str) -> str:
    for part, pattern in PARTS:
        if re.search(pattern, path):
            return part
    raise ValueError(f"nobody owns {path}")


def image_figures(build: Path) -> Figures:
    sizes: Counter[str] = Counter()
    for section in ("text", "data", "bss"):
        for part in ("all", *(part for part, _ in PARTS)):
            sizes[f"{section}: {part}"] = 0
    for section, size, path in map_entries((build / "firmware.map").read_text("utf-8")):
        sizes[f"{section}: {part_of(path)}"] += size
        sizes[f"{section}: all"] += size
    return {row: size for row, size in sizes.items() if size > 0}


# ---- A run ---------------------------------------------------------------------------------------


def run_figures(board: Board) -> Figures:
    """Of one cold report. Counting instructions changes the board's time, not what it does."""
    boots = [board.boot(image="measure", options=(*NETWORK, *COUNTING)) for _ in range(RUNS)]
    for boot in boots:
        if boot.code:
            sys.exit(f"the report failed:\n{boot.out}")
    figures = {}
    for name in boots[0].values:
        if name.startswith("instructions"):
            continue
        label = name.replace("_", ": ", 1).replace("_", " ")
        figures[label] = max(boot.values[name][0] for boot in boots)
    figures["instructions"] = int(statistics.median(b.values["instructions"][0] for b in boots))
    return figures


def build_figures(board: Board, folder: Path, *chains: Certificates) -> Figures:
    """With a server for each chain of certificates; of the second one only what it changes."""
    figures = image_figures(board.build)
    if board.build.name in NOT_RUN:
        return figures
    with ExitStack() as stack:
        ec, rsa = [
            stack.enter_context(FakeArdoq(folder / str(i), certificates=chain))
            for i, chain in enumerate(chains)
        ]
        board.provision(ec)
        figures |= run_figures(board)
        board.provision(rsa)
        for row, value in run_figures(board).items():
            # Not the instructions: they differ by 3 % from one set of keys to the next.
            if row.startswith("heap: peak"):
                figures[f"{row}, RSA chain"] = value
    figures["ram: all"] = sum(figures[row] for row in ("data: all", "bss: all", "heap: peak total"))
    return figures


def measure(builds: Path, flash_image: Path) -> dict[str, Figures]:
    """All builds at once: a board mostly waits for its network."""
    with (
        tempfile.TemporaryDirectory() as path,
        NameServer(("localhost", "10.0.2.2")) as names,
        ThreadPoolExecutor(len(BUILDS)) as pool,
    ):
        folder = Path(path)
        write_rsa_chain(folder / "rsa")
        chains = make_certificates(folder / "ec", "ca", "server"), Certificates(folder / "rsa")
        runs = {}
        for name in BUILDS:
            board = Board(builds / name, flash_image, folder / f"{name}.bin", names.port)
            runs[name] = pool.submit(build_figures, board, folder / name, *chains)
        return {name: run.result() for name, run in runs.items()}


# ---- The table -----------------------------------------------------------------------------------

HEAD = """\
# What the firmware takes

`make size` measures this and compares; `make size-table` writes it anew. Bytes, and instructions.
The builds are those of [examples/qemu_cortex_m3](../examples/qemu_cortex_m3), compiled for size
(`-Os`) for a Cortex-M3:

{builds}

`text` holds constants too; `library` is this project's core and lwIP port, with its hints. `bss`
holds all stacks. The heap serves mbedTLS and the frames of lwIP; `heap: peak tls` is mbedTLS's own
peak, in the handshake. `ram: all` is what suffices: data, bss and the peak of the whole heap. A
stack is shown as far as it was used; `interrupts` is the processor's main stack. The instructions
are those of one cold report, from loading the settings to the answer: DNS, TCP, a whole handshake,
one request. The report is the same in all. The server's chain is one certificate with ECDSA on
P-256; in the rows `RSA chain` it is a server and an intermediate CA with 2048 bits below a root with
4096. What is not run has only sizes. [CHANGELOG.md](../CHANGELOG.md) has the reason for each figure
above its ceiling.

"""


def head() -> str:
    rows = ["| Build | What it is | Ceiling of text |", "| --- | --- | ---: |"]
    rows += [f"| `{name}` | {what} | {ceilings['text: all']:,} |"
             for name, (what, ceilings) in BUILDS.items()]
    return HEAD.format(builds="\n".join(rows))


def compiler() -> str:
    """What the figures are measured with; it heads the table."""
    command = [COMPILER, "-dumpfullversion"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return f"{COMPILER} {done.stdout.strip()}"


# ---- Comparing -----------------------------------------------------------------------------------


def ceiling_faults(figures: dict[str, Figures]) -> Iterator[str]:
    for name, (_, ceilings) in BUILDS.items():
        yield from above({f"{name}: {row}": figures[name][row] for row in ceilings},
                         {f"{name}: {row}": ceiling for row, ceiling in ceilings.items()})


def allowed_difference(kind: str, before: int) -> float:
    return max(before * TOLERANCE.get(kind, 0), LEAST_BYTES.get(kind, 16))


def growth(old: dict[str, Figures], new: dict[str, Figures]) -> Iterator[str]:
    for name, column in new.items():
        before_all = old.get(name, {})
        for row in before_all.keys() - column.keys():
            yield f"{name}: {row} is in the table, and was not measured"
        for row, value in column.items():
            before = before_all.get(row)
            kind = re.match(r"\w+", row)[0]
            if before is None:
                yield f"{name}: {row} is {value:,}, and not in the table"
            elif value - before > allowed_difference(kind, before):
                yield f"{name}: {row} is {value:,}, and {before:,} in the table"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builds", type=Path, required=True, help="folder of the builds")
    parser.add_argument(
        "--flash-image", type=Path, default=FLASH_IMAGE, help="the tool of that name"
    )
    parser.add_argument("--write", action="store_true", help="rewrite the table")
    arguments = parser.parse_args()
    figures = measure(arguments.builds, arguments.flash_image)
    print(table(compiler(), figures))
    faults = list(ceiling_faults(figures))
    if arguments.write:
        TABLE.write_text(head() + table(compiler(), figures), "utf-8")
    else:
        measured_with, committed = parse(TABLE.read_text("utf-8"))
        if measured_with == compiler():
            faults += growth(committed, figures)
        else:
            print(f"The table is of {measured_with}: only the ceilings are checked.")
    stop_at(faults)


if __name__ == "__main__":
    main()
