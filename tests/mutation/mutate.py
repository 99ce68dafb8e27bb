#!/usr/bin/python3
"""Changes the sources in small ways, one at a time, and looks whether the unit tests notice.

What they do not notice must be in survivors.txt with a reason. Works in a copy under build/. A
sample is drawn by what the change says, wherever it stands.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SURVIVORS = ROOT / "tests/mutation/survivors.txt"
COPY = ROOT / "build/mutation"
# The programs tests/unit/test_NAME that are asked about a file: the longest prefix counts, and the
# next pattern's where those of the one before noticed nothing.
TESTS = json.loads((ROOT / "tests/mutation/tests.json").read_text())
OTHER = dict(zip("< <= > >= == != && || + - true false".split(),
                 "<= < >= > != == || && - + false true".split()))
NOT_CODE = r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|^[ \t]*#(?:\\\n|[^\n])*'
# What is changed, as the first group of a pattern, and what becomes of it.
CHANGES = [
    (r"(?<= )(<=?|>=?|[=!]=|&&|\|\||[-+])(?=\s)|\b(?:true|false)\b", OTHER.get),
    (r"(?<![\w.])(\d+)(?![\w.])", lambda number: str(int(number) + 1)),
    (r"\breturn (ARDOQ_ERR_\w+|err);", lambda _: "(ardoq_err_t)0"),
    (r"\bif \((.*)\) \{$", "0 && ({})".format),
    (r"(?<=[;{}\x01]\n) +((?!return|break|goto|case|static|const|else|[\w ]+ \**\w+(?: =|;|\[))"
     r"[\w*(].*;)$", lambda _: ";"),
]


def mutants_of(path):
    """Yields (name, text of the changed file). The name stays when lines move."""
    text = Path(path).read_text()
    masked = re.sub(NOT_CODE, lambda m: re.sub(r"[^\n]", "\x01", m[0]), text, flags=re.S | re.M)
    for body in re.finditer(r"^(\w[^;={}]*)\n\{\n.*?^\}", masked, re.S | re.M):
        function = re.search(r"(\w+)\(", body[1])[1]
        for pattern, change in CHANGES:
            for place in re.finditer(pattern, body[0], re.M):
                start, end = (body.start() + at for at in place.span(1 if place[1] else 0))
                first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
                after = text[:start] + change(text[start:end]) + text[end:]
                lines = text[first:last], after[first:last + len(after) - len(text)]
                before_and_after = " => ".join(" ".join(line.split()) for line in lines)
                yield f"{path}: {function}: {before_and_after}", after


def read_survivors():
    lines = [line for line in SURVIVORS.read_text().splitlines() if line and line[0] != "#"]
    for name, reason in zip(lines[::2], lines[1::2] + [""]):
        if name[0] == " " or not re.match(" {4}[a-zA-Z]", reason):
            sys.exit(f"{SURVIVORS}: {name}\n  a mutant, then its reason after four blanks, on a line each")
    return lines[::2]


def files(*patterns):
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


class Build:
    def __init__(self):
        COPY.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "--parents", *filter(os.path.isfile, files()), COPY], check=True)
        self.folder, self.path, self.seconds = COPY / "build/linux", None, {}
        # A mutant may leave a variable unused.
        configure = "cmake --preset linux -DCMAKE_C_FLAGS=-w -DCMAKE_C_FLAGS_RELWITHDEBINFO=-O2"
        subprocess.run(configure.split(), cwd=COPY, check=True, capture_output=True)
        rules = (self.folder / "build.ninja").read_text()
        self.tests = re.findall(r"^build (tests/unit/test_\w+): C_EXEC", rules, re.M)

    def run(self, command):
        return not subprocess.run(command.split(), cwd=self.folder, capture_output=True).returncode

    def passes(self, name):
        """Within processor time, so that a busy machine decides nothing; it writes to the copy alone."""
        cpu = int(3 + 5 * self.seconds.get(name, 12))
        limits = f"timeout {60 + 20 * cpu} prlimit --core=0 --cpu={cpu}"
        environment = f"env -u HOME -u XDG_CONFIG_HOME TMPDIR={self.folder} CMOCKA_TEST_ABORT=1"
        return self.run(f"ninja {name}") and self.run(f"{environment} {limits} {name}")

    def prepare(self, path):
        """Builds the tests of a file and takes their times."""
        self.path, self.groups, self.caught = COPY / path, [], Counter()
        for pattern in TESTS[max((prefix for prefix in TESTS if path.startswith(prefix)), key=len)]:
            names = [name for name in self.tests if re.fullmatch(f".*/test_({pattern})", name)]
            for name in set(names) - self.seconds.keys():
                self.run(f"ninja {name}")
                before = os.times().children_user
                if not self.passes(name):
                    sys.exit(f"{name} fails without a mutant")
                self.seconds[name] = os.times().children_user - before
            self.groups.append(names)
        self.object = next(made for made in self.folder.rglob(f"{self.path.name}.o")
                           if str(made).endswith(f"{path}.o") and "/test_" not in str(made))
        self.code = self.machine_code()

    def machine_code(self):
        subprocess.run(["objcopy", "--strip-debug", self.object, COPY / "bare.o"], check=True)
        return (COPY / "bare.o").read_bytes()

    def judge(self, text):
        self.path.write_text(text)
        if not self.run(f"ninja {self.object.relative_to(self.folder)}"):
            return "not compiled"
        if self.machine_code() == self.code:
            return "equivalent"
        for names in self.groups:
            # What caught many before, and takes little time, is asked first.
            for name in sorted(names, key=lambda name: self.seconds[name] / (1 + self.caught[name])):
                if not self.passes(name):
                    self.caught[name] += 1
                    return "caught"
        return "survived"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="how many of the mutants; default: all")
    parser.add_argument("files", nargs="*", default=["components", "port"])
    options = parser.parse_args()
    os.chdir(ROOT)
    paths = [path for path in files(*options.files) if re.match(f"({'|'.join(TESTS)}).*\\.c$", path)]
    mutants = [(path, *mutant) for path in paths for mutant in mutants_of(path)]
    mutants.sort(key=lambda mutant: hashlib.sha256(mutant[1].encode()).digest())
    chosen, known = sorted(mutants[:options.sample], key=lambda mutant: mutant[0]), read_survivors()
    build, verdicts = Build(), {}
    for path, name, text in chosen:
        if build.path != COPY / path:
            build.prepare(path)
        verdicts.setdefault(name, []).append(build.judge(text))
        build.path.write_text(Path(path).read_text())
        print(f"{verdicts[name][-1]}: {name}", flush=True)
    print(len(chosen), "of", len(mutants), "mutants:", dict(Counter(sum(verdicts.values(), []))))
    present = {name for _, name, _ in mutants}
    for name in (name for name in known if name.split(":")[0] in paths):
        if name not in present or "survived" not in verdicts.get(name, ["survived"]):
            print(f"{SURVIVORS.name} has what applies no more: {name}")
    new = [name for name, found in verdicts.items() if "survived" in found and name not in known]
    sys.exit("\n".join([f"not in {SURVIVORS.name}:", *new]) if new else 0)


main()
