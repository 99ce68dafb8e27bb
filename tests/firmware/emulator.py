"""The emulated board: its flash, which outlives a boot, and QEMU for the length of a boot."""

import os
import re
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers import DEVICE_TYPE, WORKSPACE, FakeArdoq

BOUND = 120.0

# The board's Ethernet on its own network with the host's loopback at 10.0.2.2, or on a wire with
# nobody at the other end.
NETWORK = ("-nic", "user,model=lan9118")
NO_NETWORK = ("-netdev", "hubport,id=wire,hubid=0", "-net", "nic,model=lan9118,netdev=wire")

# The firmware goes on for ever. When it says when it reports next, after it has said what came of
# an attempt, nothing happens for a while.
SETTLED = re.compile(rb"^(?:created|updated|unchanged|error): .*^next report: [^\n]*\n", re.M | re.S)

# One instruction takes one nanosecond of the board's time.
COUNTING = ("-icount", "shift=0")


@dataclass(frozen=True)
class Boot:
    """What came of a boot."""

    code: int | None  # the exit status, if the firmware has ended by itself
    out: str

    @property
    def error(self) -> str:
        """Name of the error that was explained, "" if none was."""
        found = re.search(r"^error: ([A-Z0-9_]+) \(", self.out, re.MULTILINE)
        return found[1] if found else ""

    @property
    def values(self) -> dict[str, list[int]]:
        """The lines of a name and numbers, as the images that measure print them."""
        lines = re.findall(r"^([a-z0-9_]+)((?: \d+)+)$", self.out, re.MULTILINE)
        return {name: [int(number) for number in numbers.split()] for name, numbers in lines}


class Running:
    """A boot in progress, for the length of a `with` block; its end is that of the board's
    power."""

    def __init__(self, command: list[str]) -> None:
        self._out = b""
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def follow(self, bound: float, until: re.Pattern[bytes] | None = None) -> bool:
        """Reads what it prints, for a time; true as soon as that is what was waited for, or all."""
        deadline = time.monotonic() + bound
        output = self._process.stdout.fileno()
        while not (until and until.search(self._out)):
            ready, _, _ = select.select([output], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return False
            part = os.read(output, 65536)
            if not part:
                self._process.wait()
                return True
            self._out += part.replace(b"\r", b"")
        return True

    @property
    def boot(self) -> Boot:
        """What came of it up to now."""
        return Boot(self._process.poll(), self._out.decode("utf-8", "replace"))


class Board:
    def __init__(self, build: Path, flash_image: Path, flash: Path, dns_port: int) -> None:
        self.build = build
        self.flash = flash
        self._flash_image = flash_image
        self._dns_port = dns_port

    def set(self, **settings: str) -> None:
        """Writes settings to the flash, as a programmer in a factory would."""
        for key, value in settings.items():
            self._run_flash_image("set", key, "-", text=value)

    def unset(self, key: str) -> None:
        self._run_flash_image("unset", key)

    def get(self, key: str) -> str:
        return self._run_flash_image("get", key).strip()

    def provision(self, server: FakeArdoq) -> None:
        self.set(
            host=f"localhost:{server.port}",
            token=server.token,
            workspace=WORKSPACE,
            component_type=DEVICE_TYPE,
            ca0=server.ca_path.read_text(),
        )

    def _run_flash_image(self, verb: str, *arguments: str, text: str = "") -> str:
        command = [self._flash_image, self.flash, verb, *arguments]
        done = subprocess.run(command, input=text, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def command(
        self, *arguments: str, image: str = "firmware", options: tuple[str, ...] = NETWORK
    ) -> list[str]:
        """The command line of QEMU. Its exit status is the firmware's."""
        words = [image, f"flash={self.flash}", f"dns-port={self._dns_port}", *arguments]
        passed = "".join(f",arg={word.replace(',', ',,')}" for word in words)
        return [
            *("qemu-system-arm", "-M", "mps2-an385", "-kernel", str(self.build / f"{image}.elf")),
            *("-nographic", "-monitor", "none", "-serial", "stdio"),
            *("-semihosting-config", f"enable=on,target=native{passed}"),
            *options,
        ]

    def power_on(self, *arguments: str, **how: Any) -> Running:
        """How: the image and QEMU's options, as for command()."""
        return Running(self.command(*arguments, **how))

    def boot(self, *arguments: str, bound: float = BOUND, **how: Any) -> Boot:
        """Boots, and waits for the end of a first attempt, or of an image that ends."""
        with self.power_on(*arguments, **how) as running:
            if not running.follow(bound, SETTLED):
                raise TimeoutError(running.boot.out)
            return running.boot
