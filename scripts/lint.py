#!/usr/bin/python3
"""Checks the sources with static analysis. Every finding is an error.

  format      clang-format     C, C++ and headers are formatted
  tidy        clang-tidy       bugs and readability of both, by the checks that .clang-tidy names
  cppcheck    cppcheck         the same by another hand
  analyzer    gcc -fanalyzer   memory and files along every path of a function; it cannot read C++
  shellcheck  shellcheck       scripts of the shell
  pyflakes    pyflakes         Python: names that do not exist, imports that nobody uses
  doxygen     doxygen          comments of the public headers, by docs/Doxyfile
  spelling    codespell        misspelled words, in everything that people write here
  links       linkchecker      links and anchors of the docs, in the site that is made of them

The three that read as a compiler does know from CMake's presets how each file is compiled. They
read what is shipped: tests are compiled with the same warnings, and run under sanitizers instead.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tracked import ROOT, tracked

DATABASE = ROOT / "build/lint"

PUBLIC = "*/include/ardoq/*.h"
SHIPPED = ("components/", "port/", "esp_idf/", "examples/")
# A file is checked as compiled in the first of these builds that contains it: with a
# microcontroller's sizes, as for ESP-IDF, on lwIP, for the board.
PRESETS = (
    ("sanitize", "."),
    ("linux", "."),
    ("lwip", "."),
    ("firmware", "examples/qemu_cortex_m3"),
)
SOURCES = ("lwip-2.1", "lwip-2.2", "mbedtls-2.28")
NEWLIB = "/usr/lib/arm-none-eabi/include"

# Each version formats slightly differently.
FORMAT_VERSION = 14
FORMATTED = ("*.c", "*.cpp", "*.h", "*.hpp")

# Inputs of the fuzz targets are no words, nor are these, which tests misspell or cut on purpose.
UNSPELLED = ("tests/fuzz/corpus/", "docs/stand-in.png")
WORDS = (
    "caf", "fals", "keep-alives", "modell", "modle", "nam", "nd", "nulll", "reprot", "te",
    "tru", "ue", "valu",
)

CPPCHECK = [
    "--enable=warning,style,performance,portability",
    "--inline-suppr",
    "--error-exitcode=1",
    "--quiet",
    # It only sees one file at a time; some structs have a layout defined by hardware.
    "--suppress=unusedStructMember",
    # It does not read third-party headers, and the compiler has checked each #error.
    "--suppress=preprocessorErrorDirective",
]


class LintError(Exception):
    """The tools cannot be run."""


@dataclass
class Job:
    tool: str
    command: list
    folder: Path = ROOT


def shipped_sources():
    return [name for name in tracked("*.c", "*.cpp") if name.startswith(SHIPPED)]


# ---- How each file is compiled -------------------------------------------------------------------


def quietly(command, **environment):
    """Returns the output, or raises an error with it."""
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )
    if done.returncode:
        raise LintError(f"{shlex.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def configure():
    sources = quietly(["scripts/cached_sources.sh", *SOURCES])
    for preset, folder in PRESETS:
        quietly(["cmake", "-S", folder, "--preset", preset], ARDOQ_SOURCES=sources)


def compile_commands():
    """For each shipped source its working folder and compile command, from CMake."""
    wanted = set(shipped_sources())
    commands = {}
    for preset, _ in PRESETS:
        for entry in json.loads((ROOT / "build" / preset / "compile_commands.json").read_text()):
            name = os.path.relpath(entry["file"], ROOT)
            if name in wanted and name not in commands:
                commands[name] = Path(entry["directory"]), plain(shlex.split(entry["command"]))
    missing = sorted(wanted - commands.keys())
    if missing:
        presets = ", ".join(preset for preset, _ in PRESETS)
        raise LintError(f"none of the presets {presets} compiles {', '.join(missing)}")
    return commands


def plain(command):
    """The compiler and its options, without ccache and sanitizers."""
    if Path(command[0]).name == "ccache":
        command = command[1:]
    return [word for word in command if not word.startswith(("-fsanitize", "-fno-sanitize"))]


def for_clang(command):
    """Clang knows the board's processor, but not the specs and the C library of its compiler."""
    if "arm-none-eabi" not in Path(command[0]).name:
        return command
    options = [word for word in command[1:] if not word.startswith("--specs")]
    return [command[0], "--target=arm-none-eabi", "-isystem", NEWLIB, *options]


def write_database(commands):
    DATABASE.mkdir(parents=True, exist_ok=True)
    entries = [
        {"file": str(ROOT / name), "directory": str(folder), "arguments": for_clang(command)}
        for name, (folder, command) in commands.items()
    ]
    (DATABASE / "compile_commands.json").write_text(json.dumps(entries, indent=1))


# ---- The tools -----------------------------------------------------------------------------------


def jobs_tidy(commands):
    return [Job("tidy", ["clang-tidy", "--quiet", "-p", "build/lint", name]) for name in commands]


def jobs_cppcheck(commands):
    return [Job("cppcheck", ["cppcheck", "--project=build/lint/compile_commands.json", *CPPCHECK])]


def analyzed(commands):
    return {name: command for name, command in commands.items() if name.endswith(".c")}


def jobs_analyzer(commands):
    jobs = []
    for folder, command in analyzed(commands).values():
        output = command.index("-o")
        words = command[:output] + command[output + 2 :]
        jobs.append(Job("analyzer", [*words, "-fanalyzer", "-o", "/dev/null"], folder))
    return jobs


def jobs_format():
    names = tracked(*FORMATTED)
    try:
        version = quietly(["clang-format", "--version"])
    except FileNotFoundError:
        version = ""
    if version and f"version {FORMAT_VERSION}." not in version:
        print(f"format: NOT CHECKED: the sources have the format of clang-format {FORMAT_VERSION}, "
              f"and this is {version}")
        return []
    return [Job("format", ["clang-format", "--dry-run", "--Werror", *names])]


def jobs_shellcheck():
    return [Job("shellcheck", ["shellcheck", *tracked("*.sh", ".ci/run")])]


def jobs_pyflakes():
    return [Job("pyflakes", ["/usr/bin/python3", "-m", "pyflakes", *tracked("*.py")])]


def jobs_doxygen():
    # Doxygen ignores a file without this.
    silent = [name for name in tracked(PUBLIC) if "@file" not in (ROOT / name).read_text()]
    if silent:
        raise LintError(f"no @file in {', '.join(silent)}")
    (DATABASE / "doxygen").mkdir(parents=True, exist_ok=True)
    return [Job("doxygen", ["doxygen", "docs/Doxyfile"])]


def jobs_spelling():
    names = [name for name in tracked() if not name.startswith(UNSPELLED)]
    return [Job("spelling", ["codespell", f"--ignore-words-list={','.join(WORDS)}", *names])]


def jobs_links():
    return [Job("links", ["scripts/make_site.py", "--into", "build/lint/site", "--check-links"])]


# The slow ones first, so that no core waits at the end.
COMPILER_TOOLS = {"cppcheck": jobs_cppcheck, "tidy": jobs_tidy, "analyzer": jobs_analyzer}
OTHER_TOOLS = {
    "links": jobs_links,
    "format": jobs_format,
    "pyflakes": jobs_pyflakes,
    "shellcheck": jobs_shellcheck,
    "doxygen": jobs_doxygen,
    "spelling": jobs_spelling,
}


def covered(tool, commands):
    """A description of what the tool has checked."""
    if tool in COMPILER_TOOLS:
        return f"{len(analyzed(commands) if tool == 'analyzer' else commands)} sources"
    if tool == "doxygen":
        return f"{len(tracked(PUBLIC))} public headers"
    files = {
        "format": FORMATTED, "pyflakes": ("*.py",), "shellcheck": ("*.sh", ".ci/run"),
        "spelling": (), "links": ("*.md",),
    }
    return f"{len(tracked(*files[tool]))} files"


# ---- Running -------------------------------------------------------------------------------------


def run(job):
    try:
        done = subprocess.run(job.command, cwd=job.folder, capture_output=True, text=True)
    except FileNotFoundError as error:
        return f"{error.filename} is not installed: run scripts/setup.sh build firmware test lint\n"
    return None if done.returncode == 0 else done.stdout + done.stderr


def again(job):
    """The command to repeat a finding, without hundreds of file names."""
    if job.tool not in ("tidy", "analyzer"):
        return f"scripts/lint.py {job.tool}"
    folder = "" if job.folder == ROOT else f"cd {shlex.quote(str(job.folder))} && "
    return folder + shlex.join(job.command)


def report(jobs, findings, tools, commands):
    for tool in tools:
        failed = [(job, text) for job, text in zip(jobs, findings) if job.tool == tool and text]
        for job, text in failed:
            print(text.rstrip())
            print(f"repeat with: {again(job)}\n")
        if any(job.tool == tool for job in jobs):
            print(f"{tool}: {'FAILED' if failed else covered(tool, commands)}")
    return 1 if any(findings) else 0


def main():
    names = [*COMPILER_TOOLS, *OTHER_TOOLS]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tool", nargs="*", help="default: all")
    tools = parser.parse_args().tool or names
    for tool in tools:
        if tool not in names:
            parser.error(f"there is no {tool}; the tools are {', '.join(names)}")
    jobs = []
    commands = {}
    if set(tools) & COMPILER_TOOLS.keys():
        configure()
        commands = compile_commands()
        write_database(commands)
        for tool in tools:
            if tool in COMPILER_TOOLS:
                jobs += COMPILER_TOOLS[tool](commands)
    for tool in tools:
        if tool in OTHER_TOOLS:
            jobs += OTHER_TOOLS[tool]()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return report(jobs, list(pool.map(run, jobs)), tools, commands)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LintError as error:
        sys.exit(f"lint: {error}")
