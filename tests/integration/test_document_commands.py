"""Each command line of the docs is run, here or elsewhere, and prints what the page shows.

A page's commands run one after the other in one folder, against a stand-in. By default a command
must succeed, and its output must have the shape of what the page shows after it: `...` is anything,
a number any number, an id any id; white space does not count. Exceptions are in CASES. What is not
run here is in ELSEWHERE, with the test that runs it, or in NOT_RUN, with the reason.
"""

import json
import os
import re
import shutil
import subprocess
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import built
from logs import Logs
from servers import Certificates, Serve
from test_documents import tracked

MISSING = [name for name in ("jq", "script", "openssl") if not shutil.which(name)]
BOUND = 60.0

# A line of an indented block that begins so is a command; so is each after a `$ `, or under ```sh.
BEGINS = re.compile(
    r"(?:ardoq|make|idf\.py|cmake|ctest|export|cd|git|python3?|pip|sudo|read|parttool\.py|openssl"
    r"|qemu-\S+|\S*/\S+|(?:[A-Z_]+=\S+ )+\S+)(?: |$)"
)

# ---- What is not run here ------------------------------------------------------------------------

# Beginnings of commands, and what runs them; a whole page as "docs/page.md:".
ELSEWHERE = {
    "docs/gateway.md:": "test_gateway_document.py",
    "make demo": "test_demo.py",
    "ardoq report --set serial=DEMO-0001": "test_demo.py",
    "/usr/bin/python3 tests/fake_ardoq serve": "test_demo.py",
    "/usr/bin/python3 ../../../tests/fake_ardoq show": "test_fake_ardoq.py",
    "cmake --install build/tool": "test_consumer.py",
    "ardoq setup": "test_setup.py",
    "docs/packages.md:": "test_packages.py",
    "scripts/release.py": "test_release.py",
    "ardoq run": "test_service.py",
    "sudo ardoq status": "test_service.py",
}
ESP_IDF = "needs ESP-IDF"
BUILDS = "builds and tests what is tested here; .ci/run does it"
INSTALLS = "installs packages"
NOT_RUN = {
    "idf.py": ESP_IDF,
    "python $IDF_PATH": ESP_IDF,
    "parttool.py": ESP_IDF,
    "ARDOQ_API_HOST=https://acme.ardoq.com ARDOQ_API_TOKEN=...": ESP_IDF,
    "ARDOQ_API_HOST=https://localhost:PORT": ESP_IDF,
    "git submodule add": "needs a repository that is reached by an address",
    "sudo apt-get": INSTALLS,
    "scripts/setup.sh": INSTALLS,
    "cmake": BUILDS,
    "ctest": BUILDS,
    "make": BUILDS,
    "export ARDOQ_SOURCES=$(scripts/cached_sources.sh": "fetches sources",
    "tests/bench/counted.py": "needs the results of make bench",
    "qemu-system-arm": "needs the firmware; tests/firmware/run.py starts it",
}
IDF_COMMANDS = {"add-dependency", "build", "flash", "menuconfig", "monitor", "set-target"}


# What must not be run here, whatever page names it.
NEVER_RUN = re.compile(r"(?<![\w-])(?:sudo|apt|apt-get|dpkg|pip3?|make|git|curl|wget|ssh|release\.py)\b")


# ---- How the others are run ----------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """How a command is run that is not just run."""

    before: str = ""  # in the shell; must succeed
    after: str = ""
    code: int = 0
    switches: tuple[str, ...] = ()  # of a stand-in for this command alone
    replace: dict[str, str] = field(default_factory=dict)  # in the command
    shown: dict[str, str] = field(default_factory=dict)  # in what the page shows
    terminal: bool = False


DEVICES = """
ardoq config set fields 'serial model firmware_version'
ardoq report --set serial=A-0044 --set model=Hub
ardoq config set fields 'serial model firmware_version last_seen'
for device in 2:1 3:151; do
    ardoq report --set serial=A-004${device%:*} --set model='Pump controller' \\
        --set last_seen=$(date -u -d "-${device#*:} days" +%FT%TZ)
done
"""
CONFIGURED = """
export ARDOQ_API_HOST=https://acme.ardoq.com ARDOQ_API_TOKEN=$(cat token.txt)
export ARDOQ_WORKSPACE=5e00000000000000000000aa ARDOQ_COMPONENT_TYPE=p1700000000000
"""
SENSORS = """
printf 'serial,model\n00158d0001,Sensor\n00158d0002,Sensor\n' >sensors.csv
printf '00158d0003,Sensor,more\n' >>sensors.csv
"""


# For each page the commands that begin so, one case for each time that it comes.
CASES: dict[str, dict[str, list[Case]]] = {
    "docs/ardoq-setup.md": {
        "ardoq check": [Case(
            "ardoq config set fields 'serial mac=device_macc'", after="ardoq config unset fields",
            code=3, shown={"device_mac:": "device_macc:"}, terminal=True,
        )],
        "export ARDOQ_API_TOKEN=...": [Case(replace={"...": "$(cat token.txt)"})],
    },
    "docs/board.md": {
        "/usr/bin/python3 scripts/kconfig.py": [
            Case("echo CONFIG_ARDOQ_WINDOW=0 >ardoq.defaults", after="grep -q WINDOW sdkconfig.h")
        ],
    },
    "docs/devices.md": {
        "ardoq report --from": [Case(f"{CONFIGURED}\n{SENSORS}", code=3)],
    },
    "docs/esp-idf.md": {
        "cd examples": [Case(), Case("cd $REPOSITORY")],
        "/usr/bin/python3 tests/certificates.py": [Case("cd $REPOSITORY")],
    },
    "docs/tool.md": {
        "ardoq help": [Case(terminal=True)],
        "ardoq reprot": [Case(code=2)],
        "ardoq config get hots": [Case(code=3)],
        "ardoq config set timeout_ms 10": [Case(code=3)],
        "ardoq config set relations '\"Lives": [Case(code=3)],
        "ardoq config list": [
            Case("ardoq config set fields 'serial=sn mac model firmware_version'\n"
                 "ardoq config unset relations", terminal=True),
            Case(),
            Case("echo 'host = again' >>$HOME/.config/ardoq/store", code=3),
        ],
        "ardoq check": [
            Case("ardoq config unset fields", terminal=True),
            Case("ardoq config set component_type p1\n"
                 "ardoq config set fields 'serial mac=device_macc model=device_managed'", code=3,
                 terminal=True),
            Case(after="ardoq config unset fields\n"
                       "ardoq config set component_type p1700000000000"),
        ],
        "ardoq config set cert": [Case(
            "cp root.pem device.pem", after="ardoq config unset cert\nardoq config unset key",
        )],
        "ardoq me": [Case(), Case(switches=("--fail-with", "429", "--retry-after", "17"), code=4)],
        "ardoq components -q rootWorkspace": [Case(
            "for n in 2 3; do ardoq report --set serial=A-004$n --set model=Hub; done"
        )],
        "ardoq workspaces": [Case(terminal=True)],
        "ardoq workspaces --json": [Case()],
        "ardoq context": [Case(terminal=True), Case()],
        "ardoq devices": [Case(DEVICES, terminal=True)],
        "ardoq retire": [Case(code=1)],
        "ardoq request DELETE": [Case(replace={
            "0e38724a6430695f1f39b8c3":
                "$(ardoq components -q customFields.device_serial=A-0042 | jq -r ._id)",
        })],
        "ardoq request '/api/v2/components?name=a&name=b'": [Case(code=3)],
        "ardoq -v request": [Case(
            switches=("--fail-with", "502", "--error-body", "html"), code=5,
            shown={"<html>": "...", "<head><title>502 Bad Gateway</title></head>": ""},
        )],
        "ardoq report --set firmware_version=": [Case("ardoq config set serial A-0042")],
        "ardoq --ca other-root.pem me": [Case(code=3)],
        "ARDOQ_API_HOST=https://no-such-host.example": [Case(code=5)],
    },
}


@dataclass(frozen=True)
class Command:
    text: str
    shown: str


def blocks(page: Path) -> list[tuple[bool, str]]:
    """The blocks of a page, and whether each is a script."""
    found: list[tuple[bool, str]] = []
    block: list[str] = []
    fence = None
    for line in [*page.read_text("utf-8").splitlines(), "# end"]:
        opened = re.match(r" *```(\w*)", line)
        if fence is not None and opened:
            if fence == "sh":
                found.append((True, "\n".join(block)))
            fence, block = None, []
        elif fence is not None or not opened and (line.startswith("    ") or not line.strip()):
            block.append(line)
        else:
            # Without a blank line before it, it is the text of a list that goes on.
            if block and not block[0].strip() and "".join(block).strip():
                found.append((False, textwrap.dedent("\n".join(block)).strip("\n")))
            fence, block = opened[1] if opened else None, []
    return found


def in_block(text: str) -> list[Command]:
    found: list[tuple[str, list[str]]] = []
    goes_on = prompts = False
    for line in text.splitlines():
        prompts = prompts or line.startswith("$ ")
        begins = line.startswith("$ ") if prompts else BEGINS.match(line)
        if goes_on:
            found[-1] = (f"{found[-1][0]}\n{line}", [])
        elif begins:
            found.append((line.removeprefix("$ "), []))
        elif found:
            found[-1][1].append(line)
        goes_on = bool(begins or goes_on) and line.endswith(("\\", "|"))
    return [Command(re.sub(r" {2,}# .*$", "", text), "\n".join(shown)) for text, shown in found]


def commands(page: Path) -> list[Command]:
    found = []
    for is_script, text in blocks(page):
        found += [Command(text, "")] if is_script else in_block(text)
    return found


def shape(shown: str) -> str:
    """A pattern for output without white space."""
    kinds = {
        r"\.\.\.": ".*",
        r"\*{8}\w{4}": r"\*{8}\w{4}",
        r"TLSv1\.\dTLS[A-Z\d-]+": r"TLSv1\.\dTLS[A-Z\d-]+",
        "[0-9a-f]{24}": "[0-9a-f]{24}",
        "0x[0-9a-f]+": "0x[0-9a-f]+",
        r"\d+": r"\d+",
    }
    parts = re.split(f"({'|'.join(kinds)})", re.sub(r"\s", "", shown))
    patterns = []
    for index, part in enumerate(parts):
        fitting = (new for old, new in kinds.items() if re.fullmatch(old, part))
        patterns.append(next(fitting) if index % 2 else re.escape(part))
    return "".join(patterns)


class Shell:
    """A folder with a copy of the repository in it, a home and a stand-in; what is exported stays."""

    def __init__(self, folder: Path, certificates: Certificates, serve: Serve, logs: Logs) -> None:
        self.folder, self.serve, self.logs = folder, serve, logs
        self.server = serve()
        self.work = folder / "work"
        for name in ("work", "home", "etc", "bin"):
            (folder / name).mkdir()
        # A copy: commands of a page write files, and must not write into this tree.
        for path in tracked("*"):
            copy = self.work / path.relative_to(built.ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        (self.work / "build").symlink_to(built.ROOT / "build")
        (folder / "bin/ardoq").symlink_to(built.TOOL.resolve())
        (folder / "bin/systemctl").symlink_to("/bin/true")
        (self.work / "token.txt").write_text(f"{self.server.token}\n")
        shutil.copy(certificates.pem("ca"), self.work / "root.pem")
        shutil.copy(certificates.pem("other_ca"), self.work / "other-root.pem")
        self.variables = {
            "PATH": f"{folder}/bin:{os.environ['PATH']}", "HOME": str(folder / "home"),
            "SSL_CERT_FILE": str(certificates.pem("ca")), "LC_ALL": "C.UTF-8",
            "REPOSITORY": str(self.work),
        }
        self.place = str(self.work)

    def here(self, text: str, port: int) -> str:
        for old, new in (
            ("https://acme.ardoq.com", f"https://localhost:{port}"),
            ("/etc/ardoq", f"{self.folder}/etc/ardoq"),
            ("/tmp/", f"{self.folder}/"),
            ("/home/me/", f"{self.folder}/home/"),
        ):
            text = text.replace(old, new)
        return text

    def run(self, text: str, **variables: str) -> tuple[int, str]:
        """What is typed at a question is the token. The environment and the folder are kept."""
        kept = self.folder / "kept"
        script = (
            f'trap \'code=$?; env -0 >"{kept}"; pwd >"{kept}.place"; exit $code\' EXIT\n'
            f"{text}\n"
        )
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.place, env={**self.variables, **variables},
            input=f"{self.server.token}\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=BOUND,
        )
        self.logs.add_output(text.splitlines()[0][:20], done.stdout.encode())
        entries = (entry.partition("=") for entry in kept.read_text().split("\0") if entry)
        self.variables = {name: value for name, _, value in entries if name not in variables}
        self.place = Path(f"{kept}.place").read_text().removesuffix("\n")
        return done.returncode, done.stdout

    def prepare(self, text: str) -> None:
        code, output = self.run(f"set -e\n{text}")
        assert code == 0, f"{text}\n{output}"

    def problem(self, command: Command, case: Case) -> str:
        """What is wrong with it, "" for nothing."""
        if case.before:
            self.prepare(self.here(case.before, self.server.port))
        variables, port = {}, self.server.port
        if case.switches:
            other = self.serve(*case.switches)
            port = other.port
            variables = {
                "ARDOQ_API_HOST": f"https://localhost:{port}", "ARDOQ_API_TOKEN": other.token,
            }
        text = command.text
        for old, new in case.replace.items():
            assert old in text, (old, text)
            text = text.replace(old, new)
        assert not NEVER_RUN.search(text), f"name it in ELSEWHERE or NOT_RUN: {text}"
        text = self.here(text, port)
        if case.terminal:
            wide = f"stty cols 120; {text}"
            text = f"script -qec {json.dumps(wide)} /dev/null </dev/null"
        code, output = self.run(text, **variables)
        if case.after:
            self.prepare(case.after)
        shown = command.shown
        for old, new in case.shown.items():
            assert old in shown, (old, shown)
            shown = shown.replace(old, new)
        fits = re.fullmatch(shape(self.here(shown, port)), re.sub(r"\s", "", output))
        if code == case.code and (not shown or fits):
            return ""
        return f"$ {command.text}\n{output}(exit status {code}, expected {case.code})\n" + (
            f"the page shows:\n{command.shown}\n" if shown else ""
        )


def listed(page: str, command: Command, names: dict[str, str]) -> str:
    """The entry with the longest beginning."""
    fitting = [
        name for name in names
        if f"{page}:" == name or re.match(rf"{re.escape(name)}(?!\w)", command.text)
    ]
    return max(fitting, key=len, default="")


def is_synopsis(command: Command) -> bool:
    return bool(re.search(r" \[|[A-Z]\.\.\.", command.text))


PAGES = tracked("README.md", "CONTRIBUTING.md", "docs/*.md", "examples/*/README.md")
NAMES = [str(page.relative_to(built.ROOT)) for page in PAGES]
ALL = {name: commands(page) for name, page in zip(NAMES, PAGES)}


def in_lists(page: str, command: Command) -> bool:
    return bool(listed(page, command, ELSEWHERE) or listed(page, command, NOT_RUN))


RUN = {
    page: found for page, all_of_it in ALL.items()
    if (found := [c for c in all_of_it if not in_lists(page, c) and not is_synopsis(c)])
}


@pytest.mark.skipif(bool(MISSING), reason=f"no {' and no '.join(MISSING)}")
@pytest.mark.parametrize("page", RUN)
def test_commands_do_what_the_page_shows(
    page: str, tmp_path: Path, certificates: Certificates, serve_once: Serve, logs: Logs,
    network: dict[str, str],
) -> None:
    shell = Shell(tmp_path, certificates, serve_once, logs)
    shell.variables.update(network)
    cases = {start: list(several) for start, several in CASES.get(page, {}).items()}
    problems = []
    for command in RUN[page]:
        start = max(
            (start for start in cases if command.text.startswith(start)), key=len, default=""
        )
        several = cases.get(start)
        case = several.pop(0) if several else Case()
        if problem := shell.problem(command, case):
            problems.append(problem)
    assert not problems, "\n".join(problems)
    assert {start: several for start, several in cases.items() if several} == {}


# ---- The lists -----------------------------------------------------------------------------------

LISTED = [(page, c) for page, found in ALL.items() for c in found if in_lists(page, c)]


def test_the_lists_have_no_more_than_the_pages() -> None:
    used = {listed(page, c, names) for page, c in LISTED for names in (ELSEWHERE, NOT_RUN)}
    assert {*ELSEWHERE, *NOT_RUN} - used == set()
    tests = [Path(__file__).parent / name for name in ELSEWHERE.values()]
    assert [test.name for test in tests if not test.exists()] == []


def missing_in(text: str) -> list[str]:
    """What a command that is not run asks of the repository, and is not there."""
    makefile = (built.ROOT / "Makefile").read_text()
    presets = "".join(path.read_text() for path in tracked("*CMakePresets.json"))
    named = re.findall(r"(?<![\w./-])(?:scripts|tests|examples)/[\w./-]*\w", text)
    missing = [word for word in named
               if not (built.ROOT / word).exists()]
    missing += [name for name in re.findall(r"\bmake ([a-z][\w-]*)", text)
                if not re.search(rf"^(?:[\w -]+ )?{name}(?: [\w -]+)?:", makefile, re.MULTILINE)]
    missing += [name for name in re.findall(r"--preset ([\w-]+)", text)
                if f'"name": "{name}"' not in presets]
    if text.startswith("idf.py"):
        words = re.findall(r"(?<= )[a-z][a-z-]+(?= |$)", text)
        missing += [] if IDF_COMMANDS & {*words} else [text]
    return missing


@pytest.mark.parametrize("page", NAMES)
def test_what_is_not_run_asks_for_what_is_there(page: str) -> None:
    texts = [command.text for of, command in LISTED if of == page]
    # Also in a sentence.
    text = (built.ROOT / page).read_text("utf-8")
    texts += re.findall(r"`((?:make|scripts/|cmake) ?[^`]*)`", text)
    missing = [(text, wrong) for text in texts if (wrong := missing_in(text))]
    assert missing == []


def test_each_command_of_the_tool_that_a_page_names_is_there() -> None:
    done = subprocess.run([built.TOOL, "--help"], check=True, capture_output=True, text=True)
    named = {
        found[1] for name, all_of_it in ALL.items() for found in [
            *(re.match("ardoq ([a-z]+)", c.text) for c in all_of_it if is_synopsis(c)),
            *re.finditer(r"`ardoq ([a-z]+)[` ]", (built.ROOT / name).read_text("utf-8")),
        ] if found
    }
    assert len(named) > 10
    # The console of a device has these.
    named -= {"get", "set", "unset"}
    assert [name for name in sorted(named) if not re.search(rf"\b{name}\b", done.stdout)] == []
