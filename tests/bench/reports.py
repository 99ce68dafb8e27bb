"""What one report costs the network and the processor, with the library and with libcurl."""

import itertools
import statistics
from pathlib import Path
from ssl import TLSVersion

from counted import count, run
from server import Server
from servers import DEVICE_TYPE, TOKEN, WORKSPACE

# The kinds of a report, as the regions of the programs are named.
KINDS = {"full": "whole handshake", "resumed": "resumed session", "kept": "kept connection"}
VERSIONS = {TLSVersion.TLSv1_2: "1.2", TLSVersion.TLSv1_3: "1.3"}
BYTES, WORK = "bytes", "instructions, x86-64"
COUNTED = (BYTES, "segments", "round trips", WORK)

# What a program reports on a kept connection, after one that pays for it.
KEPT = 10
# The bytes of a handshake differ by its random numbers: the median of some runs counts.
RUNS = 5


def row_of(version: TLSVersion, kind: str, counted: str) -> str:
    return f"TLS {VERSIONS[version]}, {KINDS[kind]}: {counted}"


def unchanged_row(counted: str) -> str:
    return f"nothing has changed: {counted}"


ROWS = [*(row_of(*which) for which in itertools.product(VERSIONS, KINDS, COUNTED)),
        *map(unchanged_row, COUNTED)]


def environment(folder: Path, server: Server) -> dict[str, str]:
    """The settings of the reporter, and a place for what it remembers."""
    folder.mkdir(parents=True)
    return {"STATE_DIRECTORY": str(folder), "XDG_CONFIG_HOME": str(folder),
            "ARDOQ_API_HOST": f"localhost:{server.port}", "ARDOQ_API_TOKEN": TOKEN,
            "ARDOQ_WORKSPACE": WORKSPACE, "ARDOQ_COMPONENT_TYPE": DEVICE_TYPE}


class Measured:
    """One of the programs, with a version of TLS."""

    def __init__(self, folder: Path, server: Server, *command: str | Path) -> None:
        self._version = server.version
        connections = []
        for number in range(RUNS):
            run(environment(folder / str(number), server), *command)
            connections.append(server.costs())
        self._costs = [[statistics.median_low(figures) for figures in zip(*costs)]
                       for costs in zip(*connections)]
        self.work = count(folder, environment(folder / "counted", server), *command)
        server.costs()

    def figures(self) -> dict[str, int]:
        """Of the connections: a new one, one that resumes it, one that does so too and is kept."""
        full, resumed, kept = self._costs[:3]
        kept = [(all_ - first) // KEPT for all_, first in zip(kept, resumed)]
        found = {}
        for kind, costs in zip(KINDS, (full, resumed, kept)):
            work = self.work[kind].all // (KEPT if kind == "kept" else 1)
            for counted, figure in zip(COUNTED, (*costs, work)):
                found[row_of(self._version, kind, counted)] = figure
        return found

    def unchanged(self) -> dict[str, int]:
        """After the first report of the reporter, the fourth connection."""
        costs = [sum(figures) for figures in zip((0, 0, 0), *self._costs[4:])]
        work = self.work["unchanged"].all
        return dict(zip(map(unchanged_row, COUNTED), (*costs, work)))
