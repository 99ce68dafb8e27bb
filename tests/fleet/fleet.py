#!/usr/bin/python3
"""Runs the fleet, and compares its table and its picture with docs/fleet.md and docs/fleet.svg.

The same numbers come out on each machine: the clock is virtual, and the random numbers are computed.
"""

import argparse
import math
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fleet.md"
PICTURE = ROOT / "docs" / "fleet.svg"

BEGIN = "<!-- make fleet-table writes this table -->\n"
END = "<!-- end of the table -->\n"

DEVICES = 100_000

# In the series each value is of ten seconds; in the picture each is of thirty.
SPAN, JOINED = 10, 3

# Of the rules, in the order in which they are drawn.
COLOURS = {
    "every 30 s": "#c62828",
    "full jitter": "#ef6c00",
    "window 300 s": "#757575",
    "window 3,600 s": "#1565c0",
}
LABELS = {
    "every 30 s": "again every 30 s",
    "full jitter": "full jitter, at most 60 s",
    "window 300 s": "this library, window 300 s: too narrow",
    "window 3,600 s": "this library, window 3,600 s",
}
LIMIT = 50


def run(program: Path, series: Path) -> list[list[str]]:
    """@return its rows, of cells; ends this program if it misses a goal"""
    done = subprocess.run([program, str(DEVICES), series], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}fleet: failed, see above")
    return [line.split("\t") for line in done.stdout.splitlines()]


# ---- The table ----------------------------------------------------------------------------------

def span(seconds: str) -> str:
    if seconds == "-":
        return ""
    minutes = int(seconds) / 60
    return f"{minutes:.0f} min" if minutes < 180 else f"{minutes / 60:.1f} h"


def times(peak: str) -> str:
    return f"{float(peak):.2f}" if float(peak) < 10 else f"{float(peak):.0f}"


def row(cells: list[str]) -> str:
    rule, name, peak, until_99, until_100, requests, per_report, dead, broken = cells
    a_day = next((value for value in (dead, broken) if float(value) > 0), "")
    shown = (name, rule, times(peak), span(until_99), span(until_100), f"{int(requests):,}",
             per_report, a_day)
    return f"| {' | '.join(shown)} |\n"


def table(rows: list[list[str]]) -> str:
    heading = ("| What happens | Rule | Peak | 99 % | All | Requests | A report | A device a day |\n"
               "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
    names = list(dict.fromkeys(cells[1] for cells in rows))
    rows = sorted(rows, key=lambda cells: names.index(cells[1]))
    return heading + "".join(row(cells) for cells in rows)


# ---- The picture --------------------------------------------------------------------------------

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 64, 44
DECADES = 5  # from 1 request a second


def x_of(seconds: float, most: float) -> float:
    return LEFT + seconds / most * (WIDTH - LEFT - RIGHT)


def y_of(rate: float) -> float:
    height = HEIGHT - TOP - BOTTOM
    return HEIGHT - BOTTOM - max(math.log10(max(rate, 1)), 0) / DECADES * height


def curve(rates: list[float], seconds: float, colour: str) -> str:
    while rates and rates[-1] == 0:
        rates = rates[:-1]
    rates = [*rates, 0]
    points = " ".join(f"{x_of((i + 0.5) * SPAN * JOINED, seconds):.1f},{y_of(rate):.1f}"
                      for i, rate in enumerate(rates))
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>\n'


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>\n'


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>\n'


def axes(seconds: float) -> str:
    grid, end = 'stroke="#ddd"', WIDTH - RIGHT
    drawn = ""
    for decade in range(DECADES + 1):
        y = y_of(10 ** decade)
        drawn += line(LEFT, y, end, y, grid) + text(LEFT - 6, y + 4, f"{10 ** decade:,}", "end")
    for minutes in range(0, int(seconds / 60) + 1, 30):
        x = x_of(minutes * 60, seconds)
        drawn += line(x, TOP, x, HEIGHT - BOTTOM, grid)
        drawn += text(x, HEIGHT - BOTTOM + 16, str(minutes), "middle")
    drawn += line(LEFT, y_of(LIMIT), end, y_of(LIMIT), 'stroke="#2e7d32" stroke-dasharray="6 4"')
    # Where no curve is.
    drawn += text(x_of(62 * 60, seconds), y_of(LIMIT) - 5, f"what the service takes: {LIMIT}",
                  colour="#2e7d32")
    drawn += text((LEFT + end) / 2, HEIGHT - 8, "minutes since all devices returned", "middle")
    return drawn + text(8, TOP - 8, "requests a second")


def legend() -> str:
    drawn = ""
    for i, (rule, colour) in enumerate(COLOURS.items()):
        x, y = LEFT + i % 2 * 330, 18 + i // 2 * 18
        drawn += line(x, y - 4, x + 22, y - 4, f'stroke="{colour}" stroke-width="3"')
        drawn += text(x + 28, y, LABELS[rule])
    return drawn


def picture(series: Path) -> str:
    curves, seconds = {}, 0.0
    for row_of_series in series.read_text().splitlines():
        rule, *counts = row_of_series.split("\t")
        numbers = [int(count) for count in counts]
        curves[rule] = [sum(numbers[i:i + JOINED]) / (SPAN * JOINED)
                        for i in range(0, len(numbers), JOINED)]
        seconds = float(len(numbers) * SPAN)
    drawn = "".join(curve(curves[rule], seconds, colour) for rule, colour in COLOURS.items())
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="sans-serif" font-size="12">\n'
            '<title>Requests a second of 100,000 devices that return at once</title>\n'
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
            f'{axes(seconds)}{drawn}{legend()}</svg>\n')


# ---- The documents ------------------------------------------------------------------------------

def renew(path: Path, text_of_it: str, write: bool) -> bool:
    """@return whether it is as it should be"""
    if path.exists() and path.read_text() == text_of_it:
        return True
    if write:
        path.write_text(text_of_it)
    else:
        print(f"fleet: {path.relative_to(ROOT)} is another one: make fleet-table writes it anew",
              file=sys.stderr)
    return write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="rewrite table and picture")
    arguments = parser.parse_args()
    series = arguments.build / "series.tsv"
    new = table(run(arguments.build / "fleet", series))
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    fits = [renew(PAGE, f"{before}{BEGIN}{new}{END}{after}", arguments.write),
            renew(PICTURE, picture(series), arguments.write)]
    print(new)
    sys.exit(not all(fits))


if __name__ == "__main__":
    main()
