"""The committed tables: a row for each figure, a column for each thing that was measured."""

import sys
from collections.abc import Iterator

Figures = dict[str, int]

# Rows that are above their ceiling, known and weighed in CHANGELOG.md. They may not grow either.
MISSED = {
    "report only: our code",
    "README's program: our code",
    "Cortex-M3: validate a component of 757 bytes, find its serial number",
    # Since they run the reporter, and resume sessions.
    "firmware: text: all",
    "firmware-lean: text: all",
    # docs/performance.md says why libcurl needs fewer.
    "TLS 1.2, whole handshake: bytes",
    "TLS 1.2, resumed session: bytes",
    "TLS 1.3, kept connection: bytes",
}


def above(figures: Figures, most: Figures) -> Iterator[str]:
    """The rows that are above what they may be at most, and those that no longer are."""
    for row, ceiling in most.items():
        is_above = figures[row] > ceiling
        if is_above and row not in MISSED:
            yield f"{row} is {figures[row]:,}, and may be {ceiling:,} at most"
        elif row in MISSED and not is_above:
            yield f"{row} is {figures[row]:,}: take it out of MISSED in tests/size/size_table.py"


def stop_at(faults: list[str]) -> None:
    """Ends the program if there are any, and says what to do."""
    if faults:
        sys.exit("\n".join([*faults, "Give the reason in CHANGELOG.md, then `make size-table`."]))


def table(heading: str, figures: dict[str, Figures]) -> str:
    """The figures of each column. The heading tells what they were measured with."""
    rows = list(dict.fromkeys(row for column in figures.values() for row in column))
    lines = [f"| {heading} | {' | '.join(f'`{name}`' for name in figures)} |"]
    lines.append(f"| --- |{' ---: |' * len(figures)}")
    for row in rows:
        cells = (f"{column[row]:,}" if row in column else "" for column in figures.values())
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def parse(text: str) -> tuple[str, dict[str, Figures]]:
    """The heading and the figures of the last table of a document."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    start = max(i for i, line in enumerate(lines) if line.startswith("| --- |")) - 1
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start:]]
    names = [name.strip("`") for name in cells[0][1:]]
    figures: dict[str, Figures] = {name: {} for name in names}
    for row, *values in cells[2:]:
        for name, value in zip(names, values):
            if value:
                figures[name][row] = int(value.replace(",", ""))
    return cells[0][0], figures
