#!/usr/bin/python3
"""Writes docs/layers.svg: the layers, and how a report goes through them.

Rows and arrows follow from the rules of tests/check_includes.py. What a layer does, its column and the
steps of a report are written here. tests/check_includes.py fails when the picture is stale.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = "docs/layers.svg"

Rules = dict[str, tuple[str, ...]]

WIDTH, MARGIN, GAP = 400, 12, 10
COLUMNS = 4
BOX, STEP = 40, 64
INK, QUIET, LINE, WAY = "#1b2530", "#4a5763", "#7b8894", "#0b7a4b"

# The first and the last column of each layer, and what it does.
LAYERS = {
    "esp_idf": (3, 3, "component"),
    "commands": (2, 3, "for tool and console"),
    "reporter": (0, 3, "when to report, for years"),
    "ardoq": (0, 3, "client, report, lists"),
    "https": (1, 2, "one exchange"),
    "settings": (0, 0, "checked"),
    "tls": (2, 2, "mbedTLS"),
    "http": (1, 1, "pure"),
    "json": (3, 3, "pure"),
    "port": (0, 3, "port.h: all that a platform supplies"),
}

# Who uses the library: not layers, so drawn with dashes.
PROGRAMS = (
    (0, 1, "your program", "reporter"),
    (2, 2, "the tool", "commands"),
)

# A report: who does it, called by whom, and what it does.
REPORT = (
    ("reporter", "", "sees that something has changed"),
    ("settings", "reporter", "reads and checks them"),
    ("ardoq", "reporter", "composes the report"),
    ("json", "ardoq", "escapes its texts"),
    ("https", "ardoq", "looks up the host and connects"),
    ("tls", "https", "checks the certificate, then encrypts"),
    ("http", "https", "writes the request, reads the response"),
    ("port", "tls", "sends and receives the bytes"),
    ("json", "ardoq", "reads the body of the response"),
    ("ardoq", "reporter", "finds out whether it was created or updated"),
    ("reporter", "", "remembers it, and waits"),
)


class DrawingError(Exception):
    """The rules have something that this script does not know how to draw."""


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def rank(rules: Rules, layer: str) -> int:
    """How many layers there are below it, at most."""
    return 1 + max((rank(rules, below) for below in rules[layer]), default=-1)


def direct(rules: Rules) -> Iterator[tuple[str, str]]:
    """What a layer may include, but for what it reaches through another one."""
    for layer, below in rules.items():
        for target in below:
            if not any(target in rules[other] for other in below):
                yield layer, target


def place(first: int, last: int, row: int) -> Box:
    column = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS
    left = MARGIN + first * (column + GAP)
    return Box(left, MARGIN + 8 + row * STEP, left + (last - first + 1) * (column + GAP) - GAP)


def places(rules: Rules) -> dict[str, Box]:
    """The port is a row below everything else."""
    highest = max(rank(rules, layer) for layer in rules)
    rows = {layer: highest - rank(rules, layer) for layer in rules}
    rows["port"] = highest + 1
    return {layer: place(*LAYERS[layer][:2], rows[layer]) for layer in rules if layer != "base"}


def box(at: Box, name: str, text: str, dashed: bool = False) -> Iterator[str]:
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    yield (f'<rect x="{at.left:.0f}" y="{at.top:.0f}" width="{at.right - at.left:.0f}"'
           f' height="{BOX}" rx="5" fill="#f3f6f9" stroke="{LINE}"{dash}/>')
    name_at = at.top + (18 if text else 25)
    yield (f'<text x="{at.middle:.0f}" y="{name_at:.0f}" text-anchor="middle" font-weight="bold"'
           f' fill="{INK}">{escape(name)}</text>')
    if text:
        yield (f'<text x="{at.middle:.0f}" y="{at.top + 33:.0f}" text-anchor="middle" font-size="11.5"'
               f' fill="{QUIET}">{escape(text)}</text>')


def arrow(above: Box, below: Box, on_way: bool = False) -> str:
    """Straight down where both are in a column, else across."""
    left, right = max(above.left, below.left), min(above.right, below.right)
    if left < right:
        start = end = (left + right) / 2
    elif above.right < below.left:
        start, end = above.right - 12, below.left + 30
    else:
        start, end = above.left + 12, below.right - 12
    colour, width, head = (WAY, 2.5, "way") if on_way else (LINE, 1.2, "line")
    return (f'<line x1="{start:.0f}" y1="{above.top + BOX:.0f}" x2="{end:.0f}" y2="{below.top - 2:.0f}"'
            f' stroke="{colour}" stroke-width="{width}" marker-end="url(#{head})"/>')


def number(x: float, y: float, text: int) -> str:
    return (f'<circle cx="{x:.0f}" cy="{y:.0f}" r="9" fill="{WAY}"/>'
            f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle" font-size="11.5" font-weight="bold"'
            f' fill="#fff">{text}</text>')


def marker(name: str, colour: str, size: int) -> str:
    return (f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="{size}"'
            f' markerHeight="{size}" orient="auto"><path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>')


def steps(rules: Rules, at: dict[str, Box]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for step, (layer, caller, _) in enumerate(REPORT, 1):
        if caller and layer not in rules[caller]:
            raise DrawingError(f"step {step} of a report: {caller} may not include {layer}")
        index = seen[layer] = seen.get(layer, -1) + 1
        yield number(at[layer].left + 3 + 20 * index, at[layer].top, step)


def legend(top: float) -> Iterator[str]:
    yield (f'<text x="{MARGIN}" y="{top:.0f}" font-weight="bold" fill="{INK}">How a report goes through them</text>')
    for step, (layer, _, text) in enumerate(REPORT, 1):
        y = top + 5 + 22 * step
        yield number(MARGIN + 9, y - 4, step)
        yield (f'<text x="{MARGIN + 26}" y="{y:.0f}" fill="{QUIET}"><tspan font-weight="bold"'
               f' fill="{INK}">{layer}</tspan>: {escape(text)}</text>')


def body(rules: Rules, ports: list[str]) -> Iterator[str]:
    if set(rules) != {*LAYERS, "base"}:
        raise DrawingError(f"no place for {sorted(set(rules) ^ {*LAYERS, 'base'})}")
    for layer, below in rules.items():
        # Else the arrows would not show all that it may include.
        if not all(set(rules[target]) <= set(below) for target in below):
            raise DrawingError(f"{layer} may not include all that is below it")
    at = places(rules)
    way = {(caller, layer) for layer, caller, _ in REPORT}
    edges = sorted(direct(rules), key=lambda edge: edge in way)
    bottom = at["port"].top + STEP
    for first, last, name, target in PROGRAMS:
        program = place(first, last, 0)
        yield arrow(program, at[target])
        yield from box(program, name, "", dashed=True)
    for above, below in edges:
        yield arrow(at[above], at[below], (above, below) in way)
    for layer, where in at.items():
        yield from box(where, layer, LAYERS[layer][2])
    yield from steps(rules, at)
    width = (WIDTH - 2 * MARGIN - (len(ports) - 1) * 5) / len(ports)
    for index, port in enumerate(ports):
        left = MARGIN + index * (width + 5)
        where = Box(left, bottom, left + width)
        yield (f'<line x1="{where.middle:.0f}" y1="{bottom:.0f}" x2="{where.middle:.0f}"'
               f' y2="{at["port"].top + BOX:.0f}" stroke="{LINE}" stroke-width="1.2"/>')
        yield from box(where, port, "port")
    base = Box(MARGIN, bottom + STEP - 8, WIDTH - MARGIN)
    yield from box(base, "base", "errors, identity, version: every layer may use it", dashed=True)
    yield from legend(base.top + BOX + 32)


def height(rules: Rules) -> int:
    return int(places(rules)["port"].top + 2 * STEP - 8 + BOX + 32 + 22 * len(REPORT) + 18)


def draw(rules: Rules, ports: list[str]) -> str:
    size = f'width="{WIDTH}" height="{height(rules)}" viewBox="0 0 {WIDTH} {height(rules)}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13">',
        "<title>The layers of the library, and how a report goes through them</title>",
        "<!-- Written by scripts/draw_layers.py. Do not edit. -->",
        f"<defs>{marker('line', LINE, 7)}{marker('way', WAY, 5)}</defs>",
        f'<rect width="{WIDTH}" height="{height(rules)}" rx="8" fill="#fff"/>',
        *body(rules, ports),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from check_includes import LAYERS as RULES, ports_of

    (ROOT / PICTURE).write_text(draw(RULES, ports_of(ROOT)), "utf-8")


if __name__ == "__main__":
    main()
