"""What programs link of the library, of mbedTLS and of the C library, for a Cortex-M3 at -Os with
--gc-sections; and whether the help texts of Kconfig tell the cost of each option."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from compiling import BUILD, ROOT, Compiler, compiler_for, configuration, core_sources, fresh_folder
from compiling import layer_of, run
from linker_map import map_entries
from size_table import Figures

ARCHITECTURE = "Cortex-M3"
LINK = (
    "-mcpu=cortex-m3 -mthumb --specs=nano.specs --specs=nosys.specs -nostartfiles -Wl,-e,main"
    " -Wl,--gc-sections"
)
MBEDTLS = ("libmbedtls.a", "libmbedx509.a", "libmbedcrypto.a")

# It has every function of the contract, and next to no code.
PORT = "port/template/port_template.c"

# How rows begin that are a part of a program.
PART = "part: "

# Kconfig's defaults; and only what a report needs, with all that TLS can do.
FRIENDLY: tuple[str, ...] = ()
BARE = ("ERROR_NAMES=n", "HINTS=n", "LOG_LEVEL_NONE=y")
# What came later has its own row.
AS_BEFORE = ("SESSION_RESUMPTION=n",)

# Programs of this folder, how they are configured, and what the table calls them.
PROGRAMS = {
    "report only": ("report_program", BARE + AS_BEFORE),
    "README's program": ("readme_program", AS_BEFORE),
    "reporter": ("reporter_program", AS_BEFORE),
}

# Whose help texts say what an option costs: the program that is linked with and without it, and the
# other options of both.
OPTIONS = {
    "CERTIFICATE_SUBJECT": ("report_program", BARE),
    "CLIENT_CERTIFICATE": ("report_program", BARE),
    "ERROR_NAMES": ("readme_program", FRIENDLY),
    "HINTS": ("readme_program", FRIENDLY),
    "LAST_SEEN": ("report_program", BARE),
    "MODEL": ("reporter_program", FRIENDLY),
    "OBSOLETE_SETTINGS": ("report_program", BARE),
    "PINS": ("report_program", BARE),
    "SESSION_RESUMPTION": ("report_program", BARE),
    "STORE_PEM": ("report_program", BARE),
}

# A program that only reports links nothing of these, whatever its build options.
APART = {"batch", "device_list", "devices", "model", "model_check", "model_report"}

# What resumption adds to a program that only reports, with what it needs of mbedTLS for TLS 1.2.
RESUMPTION = "resumption: whole"

# A claim is wrong when it is off by more than both.
CLAIM_TOLERANCE = 0.10
CLAIM_BYTES = 100


# ---- Kconfig -------------------------------------------------------------------------------------


class Kconfig:
    """The options that there are, and what their help texts say of flash."""

    def __init__(self) -> None:
        text = (ROOT / "Kconfig").read_text("utf-8")
        # From an option's name up to that of the next one.
        block = r"^ *(?:config|choice) ARDOQ_(\w+)\n(.*?)(?=^ *(?:config|choice) |\Z)"
        self._texts = dict(re.findall(block, text, re.MULTILINE | re.DOTALL))

    def has(self, option: str) -> bool:
        return option in self._texts

    @cached_property
    def claims(self) -> dict[str, int]:
        """Bytes of flash that the help text of each option names."""
        figure = re.compile(r"[Cc]osts\s+(?:about\s+)?([\d,]+)\s+(bytes|KB)\s+of\s+flash")
        found = {option: figure.search(text) for option, text in self._texts.items()}
        return {option: int(match[1].replace(",", "")) * (1000 if match[2] == "KB" else 1)
                for option, match in found.items() if match}

    def lines(self, options: tuple[str, ...]) -> list[str]:
        """The lines of a file of defaults, of those options that there are."""
        known = [option for option in options if self.has(option.partition("=")[0])]
        return [f"CONFIG_ARDOQ_{option}" for option in known]


# ---- Linking -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Image:
    """Bytes of text by part: a layer, the port, the program, mbedTLS, the C library; and the files
    of the core that have some."""

    parts: Counter[str]
    files: set[str]

    @property
    def ours(self) -> int:
        """The core and its port: neither the program nor what others wrote."""
        return sum(size for part, size in self.parts.items()
                   if part not in ("program", "mbedTLS", "C library"))

    @property
    def all(self) -> int:
        return self.parts.total()


def part_of(path: str, layers: dict[str, str]) -> str:
    """The part of an object file, by its path in the map. The layers are by the file's name."""
    place = Path(path)
    if place.parent.name == "core":
        return layers[place.stem]
    if place.stem in ("program", "port"):
        return place.stem
    return "mbedTLS" if place.name.startswith("libmbed") else "C library"


class Linker:
    """Links programs against a core in any configuration, and keeps what it made for the next."""

    def __init__(self, compiler: Compiler, libraries: Path, kconfig: Kconfig) -> None:
        self._compiler = compiler
        self._libraries = [libraries / name for name in MBEDTLS]
        self._kconfig = kconfig
        self._layers = {Path(source).stem: layer_of(source) for source in core_sources()}
        self._images: dict[tuple[str, tuple[str, ...]], Image] = {}

    def image(self, program: str, options: tuple[str, ...]) -> Image:
        lines = self._kconfig.lines(options)
        key = program, tuple(lines)
        if key not in self._images:
            self._images[key] = self._link(program, lines)
        return self._images[key]

    def _link(self, program: str, lines: list[str]) -> Image:
        name = re.sub(r"CONFIG_ARDOQ_|\W", "", "".join(lines)) or "defaults"
        folder = BUILD / "linked" / name
        if not (folder / "port.o").exists():
            configured = configuration(folder / "kconfig", *lines)
            self._compiler.compile_all(core_sources(), configured, folder / "core")
            self._compiler.compile(PORT, configured, folder / "port.o")
        source = f"tests/size/{program}.c"
        linked = self._compiler.compile(source, folder / "kconfig", folder / "program.o")
        path = folder / f"{program}.map"
        run(f"{self._compiler.prefix}gcc", *LINK.split(), f"-Wl,-Map={path}", linked,
            folder / "port.o", *sorted((folder / "core").glob("*.o")), *self._libraries,
            "-o", path.with_suffix(".elf"))
        parts: Counter[str] = Counter()
        files: set[str] = set()
        for section, size, owner in map_entries(path.read_text("utf-8")):
            if section == "text":
                parts[part_of(owner, self._layers)] += size
                files.add(Path(owner).stem)
        return Image(parts, files & self._layers.keys())


# ---- Figures -------------------------------------------------------------------------------------


def program_figures(linker: Linker) -> Figures:
    figures = {}
    for name, (program, options) in PROGRAMS.items():
        image = linker.image(program, options)
        figures[f"{name}: our code"] = image.ours
        figures[f"{name}: whole"] = image.all
        for part, size in sorted(image.parts.items()):
            figures[f"{PART}{part}, {name}"] = size
    figures[RESUMPTION] = cost(linker, "SESSION_RESUMPTION")
    return figures


def cost(linker: Linker, option: str) -> int:
    """Bytes of a whole image."""
    program, others = OPTIONS[option]
    return (linker.image(program, (*others, f"{option}=y")).all
            - linker.image(program, (*others, f"{option}=n")).all)


def costs(linker: Linker, kconfig: Kconfig) -> Figures:
    """What each option adds to a program."""
    figures = {option: cost(linker, option) for option in OPTIONS if kconfig.has(option)}
    # Of a log the most; of the console, which is ESP-IDF's, the commands.
    figures["LOG_LEVEL_CHOICE"] = (linker.image("readme_program", ("LOG_LEVEL_DEBUG=y",)).all
                                   - linker.image("readme_program", ("LOG_LEVEL_NONE=y",)).all)
    figures["CONSOLE"] = (linker.image("console_program", FRIENDLY).all
                          - linker.image("readme_program", FRIENDLY).all)
    return figures


def claim_faults(kconfig: Kconfig, measured: Figures) -> Iterator[str]:
    for option in sorted(kconfig.claims.keys() | measured.keys()):
        claim, size = kconfig.claims.get(option), measured.get(option)
        if size is None:
            yield f"Kconfig: {option} claims {claim:,} bytes of flash, which nobody measures"
        elif claim is None:
            yield f"Kconfig: {option} does not say that it costs {size:,} bytes of flash"
        elif abs(claim - size) > max(CLAIM_BYTES, CLAIM_TOLERANCE * abs(size)):
            yield f"Kconfig: {option} costs {size:,} bytes of flash, and its help says {claim:,}"


def apart_faults(linker: Linker) -> Iterator[str]:
    for name in sorted(APART & linker.image("report_program", (*BARE, "MODEL=y")).files):
        yield f"a program that only reports links code of {name}.c"
    if missing := APART - {Path(source).stem for source in core_sources()}:
        yield f"there is no {', '.join(sorted(missing))}"


@dataclass(frozen=True)
class Linked:
    programs: Figures
    costs: Figures
    faults: list[str]


def measure(mbedtls: Path, builds: Path) -> Linked:
    """With the mbedTLS that the firmware was linked with."""
    fresh_folder(BUILD / "linked")
    kconfig = Kconfig()
    libraries = builds / "firmware" / "mbedtls" / "library"
    linker = Linker(compiler_for(ARCHITECTURE, mbedtls), libraries, kconfig)
    measured = costs(linker, kconfig)
    return Linked(program_figures(linker), measured,
                  [*claim_faults(kconfig, measured), *apart_faults(linker)])
