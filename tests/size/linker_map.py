"""What an image consists of, from the map that the linker writes."""

import re
from collections.abc import Iterator

# The stacks of the processor and of main() are bss too.
SECTIONS = {".text": "text", ".rodata": "text", ".ARM.exidx": "text", ".stacks": "bss",
            ".data": "data", ".bss": "bss"}


def map_entries(text: str) -> Iterator[tuple[str, int, str]]:
    """Section, size and object file of each piece of an image.

    The size is what lies before the next piece, because the map names the sizes of merged strings
    more than once.
    """
    _, _, memory_map = text.partition("Linker script and memory map")
    # A long name has its own line.
    memory_map = re.sub(r"\n( ?\.\S+)\n +0x", r"\n\1 0x", memory_map)
    line = r"^( ?)(\.\S+|COMMON) +0x([0-9a-f]+) +0x([0-9a-f]+)(?: (.*))?$"
    section, start, end, pieces = "", 0, 0, []
    for indent, name, address, size, path in re.findall(line, memory_map, re.MULTILINE):
        if not indent:
            yield from _split(section, start, end, pieces)
            section, start, pieces = name, int(address, 16), []
            end = start + int(size, 16)
        elif int(size, 16) > 0:
            pieces.append((int(address, 16), path))


def _split(
    section: str, start: int, end: int, pieces: list[tuple[int, str]]
) -> Iterator[tuple[str, int, str]]:
    """The pieces of a section, each up to the next one. A gap before the first belongs to it."""
    if section in SECTIONS and pieces:
        starts = [start] + [address for address, _ in pieces[1:]]
        for (_, path), begin, limit in zip(pieces, starts, [*starts[1:], end]):
            yield SECTIONS[section], limit - begin, path
