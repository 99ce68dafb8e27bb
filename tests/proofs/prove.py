#!/usr/bin/python3
"""Runs the proofs of this folder with CBMC, and says of each one whether it holds.

A proof is a function prove_...() in NAME/proof.c, with its bounds in NAME/proof.json. It holds when
every property that CBMC checked is true for all inputs within the bounds, and every place that the
proof marks as REACHED() can be reached: otherwise its assumptions may leave no input at all.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LAYERS = "base http json settings tls https ardoq reporter commands".split()
# Processor time, so that a busy machine does not decide what is proved.
CPU_SECONDS = 120
MEMORY_BYTES = 6 << 30

CHECKS = [
    "--bounds-check",
    "--pointer-check",
    "--pointer-overflow-check",
    "--signed-overflow-check",
    "--unsigned-overflow-check",
    "--conversion-check",
    "--undefined-shift-check",
    "--div-by-zero-check",
    "--unwinding-assertions",
]
REACHED = "reached: "


@dataclasses.dataclass
class Proof:
    folder: str
    function: str
    bounds: str  # for people
    unwind: int  # passes of each loop, plus one
    loops: dict = dataclasses.field(default_factory=dict)  # of those that need another number
    sources: list = dataclasses.field(default_factory=list)  # beside the one that proof.c includes
    wraps: list = dataclasses.field(default_factory=list)  # expressions that are meant to wrap
    flags: list = dataclasses.field(default_factory=list)  # more of CBMC's

    @property
    def name(self):
        return f"{self.folder}.{self.function}"


def read_proofs(here):
    for path in sorted(here.glob("*/proof.json")):
        common = json.loads(path.read_text())
        functions = common.pop("proofs")
        for function, own in functions.items():
            yield Proof(folder=path.parent.name, function=function, **common, **own)


def command(cbmc, proof, kconfig):
    loops = ",".join(f"{loop}:{passes}" for loop, passes in proof.loops.items())
    includes = [kconfig, ROOT / "port/include"]
    includes += [ROOT / "components" / layer / "include" for layer in LAYERS]
    sources = [HERE / proof.folder / "proof.c", HERE / "string_functions.c"]
    sources += [ROOT / source for source in proof.sources]
    return [
        cbmc,
        *sources,
        *(word for folder in includes for word in ("-I", folder)),
        *("--c11", "--json-ui", "--drop-unused-functions", "--function", f"prove_{proof.function}"),
        *CHECKS,
        *proof.flags,
        *("--unwind", str(proof.unwind), *(("--unwindset", loops) if loops else ())),
    ]


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def properties_of(output):
    """What CBMC says of each property; empty when it did not finish."""
    try:
        messages = json.loads(output)
    except ValueError:
        return []
    return [row for message in messages for row in message.get("result", [])]


def last_words(output):
    try:
        texts = [message["messageText"] for message in json.loads(output) if "messageText" in message]
    except ValueError:
        texts = output.splitlines()
    return " / ".join(texts[-3:])


def is_wrap(proof, description):
    is_overflow = description.startswith("arithmetic overflow")
    return is_overflow and any(description.endswith(f" in {wrap}") for wrap in proof.wraps)


def judge(proof, status, output):
    """Returns how many properties were proved, and what speaks against the proof."""
    rows = properties_of(output)
    if status not in (0, 10) or not rows:
        return 0, [f"not finished (status {status}): {last_words(output)}"]
    marks = [row for row in rows if row["description"].startswith(REACHED)]
    checks = [row for row in rows if row not in marks and not is_wrap(proof, row["description"])]
    faults = [
        f"{row['property']}, line {row.get('sourceLocation', {}).get('line', '?')}: "
        f"{row['description']}: {row['status']}"
        for row in checks
        if row["status"] != "SUCCESS"
    ]
    # A mark is an assertion that is false: where it holds, nothing came by.
    faults += [f"not {row['description']}" for row in marks if row["status"] != "FAILURE"]
    if not marks:
        faults.append("no place that must be reached")
    if not checks:
        faults.append("nothing was checked")
    return len(checks), faults


def run(cbmc, proof, kconfig):
    process = subprocess.Popen(
        command(cbmc, proof, kconfig),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=limit,
    )
    with process.stdout:
        output = process.stdout.read()
    # Not process.wait(): that does not tell the processor time of this one.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    checked, faults = judge(proof, process.returncode, output)
    return proof, checked, faults, usage.ru_utime + usage.ru_stime


def say(proof, checked, faults, seconds):
    result = "FAILED" if faults else "proved"
    print(
        f"{result}  {proof.name:38} {checked:5} properties {seconds:6.1f} s  {proof.bounds}",
        flush=True,
    )
    # What CBMC does not know behind a failure says nothing.
    for fault in [fault for fault in faults if not fault.endswith(": UNKNOWN")] or faults[:1]:
        print(f"        {fault}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cbmc", required=True, help="as scripts/cbmc.sh prints it")
    parser.add_argument("--kconfig", type=pathlib.Path, required=True, help="folder of sdkconfig.h")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("names", nargs="*", help="begin of FOLDER.FUNCTION; all if none is given")
    arguments = parser.parse_args()

    chosen = [
        proof
        for proof in read_proofs(HERE)
        if not arguments.names or proof.name.startswith(tuple(arguments.names))
    ]
    if not chosen:
        sys.exit("error: there is no such proof")
    failed = 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        runs = [pool.submit(run, arguments.cbmc, proof, arguments.kconfig) for proof in chosen]
        for done in as_completed(runs):
            proof, checked, faults, seconds = done.result()
            say(proof, checked, faults, seconds)
            failed += bool(faults)
    if failed:
        sys.exit(f"error: {failed} of {len(chosen)} proofs failed")
    print(f"{len(chosen)} proofs hold")


if __name__ == "__main__":
    main()
