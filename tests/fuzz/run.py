#!/usr/bin/python3
"""Runs fuzz targets: in `make fuzz` for some time, in `make test` a fixed number of times."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# A run that takes longer than this is a failure; the slowest of the corpus takes milliseconds.
RUN_SECONDS_MAX = 20
# Targets whose inputs hold JSON after at most two lines.
READ_JSON = ("answers", "json_read", "json_stream", "json_validate")


def dictionary(name):
    """Options for the dictionary that fits: json.dict is that of json_read, and so on."""
    family = {"answers": "json"}.get(name, name.partition("_")[0])
    path = HERE / "dictionaries" / f"{family}.dict"
    return [f"-dict={path}"] if path.exists() else []


class Target:
    def __init__(self, build, name):
        self.name = name
        self.program = build / "tests" / "fuzz" / f"fuzz_{name}"
        self.corpus = HERE / "corpus" / name
        self.found = build / "found" / name
        self.failures = build / "failures" / name
        self.log = build / "logs" / f"{name}.log"

    def command(self, *options):
        common = (f"-timeout={RUN_SECONDS_MAX}", f"-artifact_prefix={self.failures}/")
        return [self.program, *options, *common, *dictionary(self.name)]

    def run_some(self, runs):
        """Always the same inputs: first the corpus, then what a fixed seed makes of it."""
        self.failures.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as new:
            result = subprocess.run(
                [*self.command(f"-runs={runs}", "-seed=1"), new, self.corpus],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        if result.returncode:
            print(result.stdout)
            print(f"The input is in {self.failures}; to repeat: {self.program} FILE")
        return result.returncode

    def run_long(self, seconds):
        """Keeps what it finds, and begins with what was found before."""
        for folder in (self.found, self.failures, self.log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        options = (f"-max_total_time={seconds}", "-print_final_stats=1")
        with self.log.open("w") as log:
            code = subprocess.run(
                [*self.command(*options), self.found, self.corpus],
                stdout=log,
                stderr=subprocess.STDOUT,
            ).returncode
        log = self.log.read_text(errors="replace")
        self.report(code, log)
        return code, re.findall(r"Test unit written to (\S+)", log)

    def report(self, code, log):
        runs = re.findall(r"number_of_executed_units: (\d+)", log) or ["?"]
        features = re.findall(r" ft: (\d+)", log) or ["?"]
        state = "failed" if code else "ok"
        figures = f"{runs[-1]:>10} runs {features[-1]:>6} features"
        print(f"{self.name:16} {state:7} {figures}", flush=True)


def compare_json(build, names):
    """What the targets found is also compared with Python."""
    folders = [folder / name for folder in (HERE / "corpus", build / "found") for name in names]
    program = build / "tests" / "fuzz" / "json_verdicts"
    command = [sys.executable, "-B", HERE / "compare_json.py", "--mutations", "50000"]
    return subprocess.run([*command, "--program", program, *folders]).returncode


def fuzz(build, names, seconds):
    print(f"{len(names)} targets, {seconds} seconds each", flush=True)
    targets = [Target(build, name) for name in names]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda target: target.run_long(seconds), targets))
    failed = False
    for target, (code, inputs) in zip(targets, results):
        if code:
            failed = True
            print(f"\n{target.name} FAILED; what it said: {target.log}")
            for path in inputs:
                print(f"to repeat: {target.program} {path}")
    json_names = [name for name in names if name in READ_JSON]
    if json_names and compare_json(build, json_names):
        failed = True
        print("\nThe JSON layer and Python DIFFER, see above")
    print(f"\nNew inputs are in {build / 'found'}")
    print("Something was found" if failed else "Nothing was found")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="the build's folder")
    parser.add_argument("--seconds", type=int, help="for each target")
    parser.add_argument("--runs", type=int, help="a fixed number instead, of one target")
    parser.add_argument("names", nargs="*", help="targets; all if none is named")
    arguments = parser.parse_args()

    build = arguments.build.resolve()
    if arguments.runs:
        sys.exit(max(Target(build, name).run_some(arguments.runs) for name in arguments.names))
    names = arguments.names or sorted(path.name for path in (HERE / "corpus").iterdir())
    sys.exit(fuzz(build, names, arguments.seconds))


if __name__ == "__main__":
    main()
