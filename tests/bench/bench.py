#!/usr/bin/python3
"""What the library's work costs in instructions, beside what a user would take instead.

Compares with the table of docs/performance.md, and updates it where a figure changed. Time itself
is never measured: a busy machine changes nothing.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from ssl import TLSVersion

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(ROOT / "tests" / folder) for folder in (".", "integration", "firmware", "size")]

import reports  # noqa: E402
from counted import count  # noqa: E402
from certificates import write_rsa_chain  # noqa: E402
from emulator import COUNTING, NETWORK, NO_NETWORK, Board  # noqa: E402
from name_server import NameServer  # noqa: E402
from reports import Measured  # noqa: E402
from server import Server  # noqa: E402
from servers import DEVICE_TYPE, TOKEN, WORKSPACE, Certificates, make_certificates  # noqa: E402
from size_table import Figures, above, parse, table  # noqa: E402

PAGE = ROOT / "docs" / "performance.md"

# The page has another table after its own.
AFTER_TABLE = "\nWhat the rows are:\n"

OURS = "this library"
GOAL = "at most"
CURL, CJSON = "libcurl, cJSON", "cJSON"
HTTP_PARSER, JSMN, SIMDJSON = "http-parser", "jsmn", "simdjson"

# The handshakes whose median counts.
HANDSHAKES = 5

REPORT = "x86-64: report on a kept connection, outside TLS"
LIST = "x86-64: 1,000 bytes of a list of 10,000 components, outside TLS"
COMPOSE = "Cortex-M3: compose a report"
HTTP = "Cortex-M3: read an HTTP answer of 555 bytes with 15 headers"
JSON = "Cortex-M3: validate a component of 757 bytes, find its serial number"
LOAD_4 = "Cortex-M3: load the settings, sectors of 4 KB"
LOAD_128 = "Cortex-M3: load the settings, sectors of 128 KB"
COLD = "Cortex-M3: report with a whole handshake, curve chosen by the client"
RESUMED = "Cortex-M3: report on a resumed session of TLS 1.2"
RESUMED_LOAD = "Cortex-M3: the same, from loading the settings"
COLD_1_3 = "Cortex-M3: report with a whole handshake of TLS 1.3"
RESUMED_1_3 = "Cortex-M3: report on a resumed session of TLS 1.3"
STEP_ONE = "Cortex-M3: longest step of a handshake, one certificate on P-256"
STEP_EC = "Cortex-M3: longest step of a handshake, chain of two on P-256"
STEP_RSA = "Cortex-M3: longest step of a handshake, chain of two with RSA"
STEP_ELSE = "Cortex-M3: longest step outside a handshake"
ASLEEP = "microseconds asleep after the resolver has answered"

ROWS = (REPORT, LIST, COMPOSE, HTTP, JSON, LOAD_4, LOAD_128, COLD, RESUMED, RESUMED_LOAD, COLD_1_3,
        RESUMED_1_3, STEP_ONE, STEP_EC, STEP_RSA, STEP_ELSE, ASLEEP, *reports.ROWS)

# A step of a handshake: a verification with ECDSA on P-256 in one go.
GOALS = {
    REPORT: 35_000,
    LIST: 55_000,
    COMPOSE: 18_000,
    HTTP: 14_000,
    JSON: 20_000,
    LOAD_4: 200_000,
    LOAD_128: 200_000,
    COLD: 85_000_000,
    RESUMED: 1_600_000,
    RESUMED_LOAD: 2_000_000,
    RESUMED_1_3: 24_000_000,
    STEP_ONE: 28_200_000,
    STEP_EC: 28_200_000,
    STEP_RSA: 28_200_000,
    ASLEEP: 1000,
}

# How far a figure may be from the table before it counts as changed. Random numbers make handshakes
# differ; memory is copied by other instructions on another processor, and a program may wait for
# its server once more.
TOLERANCE = {
    **dict.fromkeys((REPORT, LIST, COLD, RESUMED, RESUMED_LOAD, COLD_1_3, RESUMED_1_3), 0.02),
    **dict.fromkeys((STEP_ONE, STEP_EC, STEP_RSA, STEP_ELSE), 0.05),
    **{row: 0.05 if row.endswith(reports.WORK) else 0.01 for row in reports.ROWS},
    ASLEEP: 0,
}
TOLERANCE_ELSE = 0.005

# What a program on the board prints, and where it goes.
BOARD = {
    "compose": (OURS, COMPOSE),
    "compose_cjson": (CJSON, COMPOSE),
    "http": (OURS, HTTP),
    "http_parser": (HTTP_PARSER, HTTP),
    "json": (OURS, JSON),
    "json_cjson": (CJSON, JSON),
    "json_jsmn": (JSMN, JSON),
    "load_4": (OURS, LOAD_4),
    "load_128": (OURS, LOAD_128),
}

Columns = dict[str, Figures]


# ---- Measuring -----------------------------------------------------------------------------------


def printed(output: str, name: str) -> int:
    return next(int(line.split()[1]) for line in output.splitlines() if line.startswith(f"{name} "))


def measure_reports(
    columns: Columns, builds: Path, folder: Path, chain: Certificates
) -> None:
    for version, name in reports.VERSIONS.items():
        with Server(chain.pem("server"), chain.key("server"), version) as server:
            address = f"localhost:{server.port}", chain.pem("ca")
            build = builds / ("bench" if version == TLSVersion.TLSv1_2 else "bench-tls13")
            ours = Measured(folder / name / "ardoq", server, build / "ardoq_report", *address)
            curl = Measured(folder / name / "curl", server, builds / "bench" / "curl_report",
                            *address, name)
        columns[OURS] |= ours.figures()
        columns[CURL] |= curl.figures()
        if version == TLSVersion.TLSv1_2:
            columns[OURS] |= ours.unchanged()
            columns[OURS][REPORT] = ours.work["kept"].outside_tls // reports.KEPT
            columns[CURL][REPORT] = curl.work["kept"].outside_tls // reports.KEPT
    for row in reports.ROWS:
        if row.endswith(reports.BYTES):
            columns[GOAL][row] = columns[CURL].get(row, 0)


def measure_list(columns: Columns, builds: Path, folder: Path, server: Server, ca: Path) -> None:
    program = builds / "ardoq_list", f"localhost:{server.port}", ca
    regions = count(folder / "ardoq_list", {}, *program)
    columns[OURS][LIST] = regions["list"].outside_tls * 1000 // len(server.components)


def measure_lists(columns: Columns, builds: Path, folder: Path, text: bytes) -> None:
    path = folder / "list.json"
    path.write_bytes(text)
    for name, program in ((CJSON, "list_cjson"), (JSMN, "list_jsmn"), (SIMDJSON, "list_simdjson")):
        regions = count(folder / program, {}, builds / program, path)
        columns[name][LIST] = regions["list"].outside_tls * 1000 // len(text)


def measure_sleep(columns: Columns, builds: Path) -> None:
    done = subprocess.run([builds / "resolve"], capture_output=True, text=True, check=True)
    columns[OURS][ASLEEP] = printed(done.stdout, "asleep") * 100


def measure_board(columns: Columns, board: Board) -> None:
    boot = board.boot(image="bench", options=(*NO_NETWORK, *COUNTING))
    if boot.code:
        sys.exit(f"the image bench failed:\n{boot.out}")
    for name, (column, row) in BOARD.items():
        columns[column][row] = boot.values[name][0]


def handshakes(board: Board, port: int, ca: Path) -> dict[str, list[int]]:
    """What the image that measures printed of each whole handshake."""
    board.set(host=f"localhost:{port}", token=TOKEN, workspace=WORKSPACE,
              component_type=DEVICE_TYPE, ca0=ca.read_text())
    counts: dict[str, list[int]] = {}
    for _ in range(HANDSHAKES):
        boot = board.boot(image="measure", options=(*NETWORK, *COUNTING))
        if boot.code:
            sys.exit(f"the report of the board failed:\n{boot.out}")
        for name, values in boot.values.items():
            counts.setdefault(name, []).append(values[0])
    return counts


def measure_handshake(columns: Columns, board: Board, port: int, ca: Path) -> None:
    counts = handshakes(board, port, ca)
    columns[OURS][COLD] = int(statistics.median(counts["instructions_call"]))
    columns[OURS][RESUMED] = int(statistics.median(counts["instructions_call_resumed"]))
    columns[OURS][RESUMED_LOAD] = int(statistics.median(counts["instructions_resumed"]))
    columns[OURS][STEP_ONE] = int(statistics.median(counts["instructions_handshake_step"]))


def measure_handshake_1_3(columns: Columns, board: Board, chain: Certificates) -> None:
    with Server(chain.pem("server"), chain.key("server"), TLSVersion.TLSv1_3) as server:
        counts = handshakes(board, server.port, chain.pem("ca"))
    columns[OURS][COLD_1_3] = int(statistics.median(counts["instructions_call"]))
    columns[OURS][RESUMED_1_3] = int(statistics.median(counts["instructions_call_resumed"]))


def measure_steps(columns: Columns, board: Board, folder: Path, chained: Certificates) -> None:
    """With chains of a server and an intermediate CA, as public servers show."""
    write_rsa_chain(folder / "rsa")
    rsa = Certificates(folder / "rsa")
    others = []
    for row, chain, name in ((STEP_EC, chained, "chained"), (STEP_RSA, rsa, "server")):
        with Server(chain.pem(name), chain.key(name), TLSVersion.TLSv1_2) as server:
            counts = handshakes(board, server.port, chain.pem("ca"))
        columns[OURS][row] = int(statistics.median(counts["instructions_handshake_step"]))
        others += counts["instructions_other_step"]
    columns[OURS][STEP_ELSE] = int(statistics.median(others))


def measure(builds: Path, flash_image: Path, folder: Path) -> Columns:
    names = (OURS, GOAL, CURL, CJSON, HTTP_PARSER, JSMN, SIMDJSON)
    columns: Columns = {name: {} for name in names}
    columns[GOAL] = dict(GOALS)
    certificates: Certificates = make_certificates(folder / "certificates", "ca", "server",
                                                   "chained")
    ca = certificates.pem("ca")
    server = Server(certificates.pem("server"), certificates.key("server"), TLSVersion.TLSv1_2)
    with server, NameServer(("localhost", "10.0.2.2")) as name_server:

        def board(image: str) -> Board:
            return Board(builds / image, flash_image, folder / f"{image}.bin", name_server.port)

        board_1_2 = board("firmware-bench")
        measure_board(columns, board_1_2)
        measure_handshake(columns, board_1_2, server.port, ca)
        measure_steps(columns, board_1_2, folder, certificates)
        measure_handshake_1_3(columns, board("firmware-tls13"), certificates)
        measure_sleep(columns, builds / "bench")
        measure_list(columns, builds / "bench", folder, server, ca)
        measure_lists(columns, builds / "bench", folder, server.components)
    measure_reports(columns, builds, folder, certificates)
    # In the order of the page.
    columns[OURS] = {row: columns[OURS][row] for row in ROWS}
    return columns


# ---- Comparing -----------------------------------------------------------------------------------


def allowed(row: str, before: int) -> float:
    return before * TOLERANCE.get(row, TOLERANCE_ELSE)


def growth(old: Figures, new: Figures) -> Iterator[str]:
    for row, value in new.items():
        before = old.get(row)
        if before is None:
            yield f"{row} is {value:,}, and not in the table"
        elif value - before > allowed(row, before):
            yield f"{row} is {value:,}, and {before:,} in the table"


def settled(old: Columns, new: Columns) -> Columns:
    """The new figures, but for those that did not change: they stay as the table has them."""
    columns: Columns = {}
    for name, column in new.items():
        columns[name] = {}
        for row, value in column.items():
            before = old.get(name, {}).get(row)
            is_kept = before is not None and abs(value - before) <= allowed(row, before)
            columns[name][row] = before if is_kept else value
    return columns


# ---- The page ------------------------------------------------------------------------------------


def first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0].strip()


def package(name: str) -> str:
    return first_line("dpkg-query", "-W", "-f=${Version}\n", name)


def heading() -> str:
    """What makes the instructions."""
    return (f"gcc {first_line('gcc', '-dumpfullversion')}, "
            f"arm-none-eabi-gcc {first_line('arm-none-eabi-gcc', '-dumpfullversion')}, "
            f"glibc {package('libc6').partition('-')[0]}")


def versions() -> str:
    names = ("libmbedtls-dev", "libcurl4-openssl-dev", "libcjson-dev", "libhttp-parser-dev",
             "libjsmn-dev", "libsimdjson-dev", "valgrind", "qemu-system-arm")
    return "\n".join(f"- {name} {package(name)}" for name in names)


def page(columns: Columns) -> str:
    text = (HERE / "performance.md.in").read_text("utf-8")
    return text.replace("@VERSIONS@", versions()).replace("@TABLE@", table(heading(), columns))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builds", type=Path, required=True, help="folder of the builds")
    parser.add_argument("--flash-image", type=Path, required=True, help="the tool of that name")
    parser.add_argument("--write", action="store_true", help="write the table also if it grew")
    arguments = parser.parse_args()
    folder = arguments.builds.resolve() / "bench" / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    columns = measure(arguments.builds, arguments.flash_image, folder)
    print(table(heading(), columns))
    faults = list(above(columns[OURS], columns[GOAL]))
    committed = PAGE.read_text("utf-8") if PAGE.exists() else ""
    measured_with, before = parse(committed.partition(AFTER_TABLE)[0]) if committed else ("", {})
    if arguments.write:
        before = {}
    elif measured_with == heading():
        faults += growth(before[OURS], columns[OURS])
    else:
        print(f"The table is of {measured_with}: only the goals are checked.")
    if faults:
        sys.exit("\n".join([*faults, "Give the reason in CHANGELOG.md, then `make bench-table`."]))
    if arguments.write or measured_with == heading():
        PAGE.write_text(page(settled(before, columns)), "utf-8")


if __name__ == "__main__":
    main()
