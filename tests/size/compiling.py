"""Compiles the core by itself, for the architectures of the tables."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "examples" / "qemu_cortex_m3"

# What is compiled stands here, in places that stay the same, so that ccache finds it again.
BUILD = ROOT / "build" / "size"

# Prefix of the tools, and flags. Those of the firmware; and of a RISC-V chip such as the ESP32-C3,
# for which the compiler has no C library: it brings the freestanding headers but <string.h>.
ARCHITECTURES = {
    "Cortex-M3": ("arm-none-eabi-", "-mcpu=cortex-m3 -mthumb --specs=nano.specs"),
    "RV32IMC": (
        "riscv64-unknown-elf-",
        "-march=rv32imc -mabi=ilp32 -ffreestanding -fbuiltin -isystem tests/size/include"
        " -DMBEDTLS_PLATFORM_NO_STD_FUNCTIONS",
    ),
}
FLAGS = (
    "-std=c11 -Os -ffunction-sections -fdata-sections"
    " -DMBEDTLS_CONFIG_FILE=<mbedtls_config.h> -DFIRMWARE_RECORD_SIZE=16384"
)
CALL_GRAPH = "-fcallgraph-info=su"


def run(*command: str | Path) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}:\n{done.stderr}")
    return done.stdout


def _set_in_cmake(name: str) -> list[str]:
    """From the lists that every build of the core reads."""
    [block] = re.findall(rf"set\({name}([^)]*)\)", (ROOT / "CMakeLists.txt").read_text())
    return block.split()


def core_sources() -> list[str]:
    """Each with its own name, by which its object file and its static functions go."""
    sources = _set_in_cmake("core_sources")
    names = [Path(source).stem for source in sources]
    if len(names) > len(set(names)):
        sys.exit(f"two sources of the core have one name: {', '.join(sorted(names))}")
    return sources


def layers() -> list[str]:
    return _set_in_cmake("layers")


def layer_of(path: str) -> str:
    return path.split("/")[1]


def fresh_folder(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def _jsmn() -> Path:
    for path in (Path("/usr/local/include/jsmn.h"), Path("/usr/include/jsmn.h")):
        if path.is_file():
            return path
    sys.exit("jsmn.h was not found: run scripts/setup.sh build")


def configuration(folder: Path, *lines: str) -> Path:
    """Makes a folder with sdkconfig.h: Kconfig's defaults, but for these lines."""
    fresh_folder(folder)
    (folder / "defaults").write_text("\n".join(lines), "utf-8")
    run("scripts/kconfig.py", "--kconfig", "Kconfig", "--defaults", folder / "defaults",
        "--header", folder / "sdkconfig.h")
    # Copied, because it is among the headers of this host's C library.
    shutil.copy(_jsmn(), folder)
    return folder


@dataclass(frozen=True)
class Compiler:
    """Compiles for one architecture."""

    prefix: str
    flags: list[str]

    def compile(self, source: str | Path, configured: Path, path: Path) -> Path:
        """Makes the object file of a source; with CALL_GRAPH a .ci with functions and calls too."""
        # ccache does not know of the call graph, so it would not bring it back.
        is_kept = shutil.which("ccache") and CALL_GRAPH not in self.flags
        wrapper = ["ccache"] if is_kept else []
        run(*wrapper, f"{self.prefix}gcc", *self.flags, f"-I{configured}", "-c", source, "-o", path)
        return path

    def compile_all(
        self, sources: Iterable[str], configured: Path, folder: Path
    ) -> dict[str, Path]:
        """Compiles into a folder, and gives the object file of each source."""
        fresh_folder(folder)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            paths = {s: folder / f"{Path(s).stem}.o" for s in sources}
            list(pool.map(lambda s: self.compile(s, configured, paths[s]), paths))
        return paths

    def addresses(self, paths: Iterable[Path]) -> dict[str, set[str]]:
        """Of each object file's stem the names whose address it takes."""
        listing = run(f"{self.prefix}objdump", "--reloc", *paths)
        files = re.split(r"^(\S+)\.o: +file format", listing, flags=re.MULTILINE)[1:]
        relocation = re.compile(r" R_(?:ARM_ABS|RISCV_|RISCV_HI)(?:32|20) +(\w+)$", re.MULTILINE)
        return {Path(name).name: set(relocation.findall(text))
                for name, text in zip(files[::2], files[1::2])}


def compiler_for(architecture: str, mbedtls: Path, *more: str) -> Compiler:
    prefix, flags = ARCHITECTURES[architecture]
    includes = [f"-Icomponents/{layer}/include" for layer in layers()] + ["-Iport/include"]
    includes += ["-isystem", str(mbedtls / "include"), "-isystem", str(FIRMWARE / "mbedtls")]
    return Compiler(prefix, [*FLAGS.split(), *flags.split(), *more, *includes])
