"""Links in the documents to files, headings and tests are valid; quoted hints are right."""

import re
import subprocess
from pathlib import Path

import pytest
from source import HINTS

ROOT = Path(__file__).resolve().parents[2]


def tracked(*patterns: str) -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def prose(path: Path) -> str:
    """Without blocks of code, fenced or indented."""
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^    .*$", "", text, flags=re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """As GitHub makes them from headings."""
    headings = re.findall(r"^#+ (.*)$", prose(path), flags=re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain}


def broken_links(path: Path) -> list[str]:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    return broken


def missing_files(path: Path) -> list[str]:
    """Of the files of this repository that the text names; test_SUBJECT.c stands for many."""
    missing = []
    for name in re.findall(r"`([\w.-]+/[\w./*-]+\.[a-z]+)`", prose(path)):
        if name.split("/")[0] in FOLDERS and not re.search("_[A-Z]{3}", name):
            if not any(ROOT.glob(name)) and not any(path.parent.glob(name)):
                missing.append(name)
    return missing


DOCUMENTS = tracked("*.md")
FOLDERS = {path.relative_to(ROOT).parts[0] for path in tracked("*/*")}


@pytest.mark.parametrize("path", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS])
def test_what_a_document_points_at_is_there(path: Path) -> None:
    assert (broken_links(path), missing_files(path)) == ([], [])


def test_the_tests_that_the_security_page_names_are_there() -> None:
    table = re.findall(r"^\| .* \| (.*) \|$", (ROOT / "docs/security.md").read_text(), re.MULTILINE)
    sources = {path.name: path.read_text() for path in tracked("tests/*.c", "tests/*.py")}
    named = re.findall(r"`(\w+\.(?:c|py))`(?:: ((?:`\w+`(?:, )?)+))?", "\n".join(table))
    assert len(named) > 20
    missing = [file for file, _ in named if file not in sources]
    for file, names in named:
        for name in re.findall(r"`(\w+)`", names):
            if not re.search(rf"\b{name}\((?:void \*\*state)?", sources.get(file, "")):
                missing.append(f"{file}: {name}")
    assert missing == []


def test_documents_quote_the_hints() -> None:
    quoted = [quote for path in DOCUMENTS
              for quote in re.findall(r"\b([A-Z_]+) \([a-z ]+\)\n +(.*)", path.read_text("utf-8"))]
    assert len(quoted) > 5
    assert [(name, hint) for name, hint in quoted if hint != HINTS[name]] == []


FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+")
SIZE, FIRMWARE, SPEED = "docs/size.md", "docs/firmware-size.md", "docs/performance.md"

# Figures that a page rounds: how its line begins, and for each figure in that line where it is
# measured: how the line there begins, and which figure of that line it is.
ROUNDED = {
    "README.md": {
        "| this library, in": [(SIZE, "| report only: our code", 0)],
        "| coreHTTP with llhttp": [(SIZE, "| coreHTTP with its parser", 0)],
        "| esp_http_client": [(SIZE, "| esp_http_client", 0)],
        "| cJSON: JSON": [(SIZE, "| cJSON", 0)],
        "| whole firmware": [(FIRMWARE, "| text: all", 0), (FIRMWARE, "| ram: all", 0)],
        "| x86-64: report on": [
            (SPEED, "| x86-64: report on", 0),
            (SPEED, "| x86-64: report on", 2),
            (SPEED, "| coreHTTP and coreJSON", 0),
        ],
        "| x86-64: 1,000 bytes": [(SPEED, "| x86-64: 1,000 bytes", at) for at in (0, 2, 4, 6)],
        "| Cortex-M3: compose": [(SPEED, "| Cortex-M3: compose", at) for at in (0, 2)],
        "| Cortex-M3: read an": [
            (SPEED, "| Cortex-M3: read an HTTP answer", 0),
            (SPEED, "| Cortex-M3: read an HTTP answer", 2),
            (SPEED, "| picohttpparser", 1),
        ],
        "| Cortex-M3: find": [
            (SPEED, "| Cortex-M3: validate a component", 0),
            (SPEED, "| Cortex-M3: validate a component", 2),
            (SPEED, "| coreHTTP and coreJSON", 3),
        ],
        "A report with a full": [
            (SPEED, "| Cortex-M3: report with a whole handshake, curve", 0),
            (SPEED, "| Cortex-M3: report on a resumed session of TLS 1.2", 0),
        ],
    },
    "docs/board.md": {
        "| flash for the": [(FIRMWARE, "| text: all", 0)],
        "| of that, the library": [(FIRMWARE, "| text: library", 0)],
        "| RAM, with TLS records of 16": [(FIRMWARE, "| ram: all", 0)],
        "| RAM, with TLS records of 4": [(FIRMWARE, "| ram: all", 3)],
    },
}


def figures_of(page: str, start: str) -> list[int]:
    """Those of the one line that begins so."""
    text = (ROOT / page).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith(start)]
    assert len(lines) == 1, f"{page}: {start}"
    return [int(figure.replace(",", "")) for figure in FIGURE.findall(lines[0])]


@pytest.mark.parametrize("page", ROUNDED)
def test_rounded_figures_are_the_measured_ones(page: str) -> None:
    wrong = []
    for start, sources in ROUNDED[page].items():
        said = figures_of(page, start)
        measured = [figures_of(source, row)[at] for source, row, at in sources]
        pairs = zip(said, measured, strict=True)
        if any(abs(rounded - exact) > 0.01 * exact for rounded, exact in pairs):
            wrong.append((start, said, measured))
    assert wrong == []
