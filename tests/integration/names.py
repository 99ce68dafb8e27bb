"""The meaning of host names for the programs under test.

The host's own sockets find names in /etc/hosts. lwIP asks a name server, and its wire shows it this
host under other addresses.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import built
from name_server import NameServer
from tool import Tool

# How the device at the other end of the wire sees this host's loopback.
ON_THE_WIRE = {"127.0.0.1": "10.0.2.2", "::1": "fec0::2"}


def unshare(*namespaces: str) -> tuple[str, ...]:
    """A command prefix for separate namespaces; skips the test if that is not allowed."""
    as_root, as_user = ("unshare", *namespaces), ("unshare", "--map-root-user", *namespaces)
    for prefix in (as_root, as_user):
        if shutil.which("unshare") and subprocess.run(
            [*prefix, "true"], stderr=subprocess.DEVNULL
        ).returncode == 0:
            return prefix
    pytest.skip(f"this machine does not allow unshare {' '.join(namespaces)}")


def with_file(folder: Path, path: str, text: str) -> tuple[str, ...]:
    """A command prefix that replaces a file of the system by a text."""
    file = folder / Path(path).name
    file.write_text(text)
    script = f'mount --bind "{file}" {path} && exec "$@"'
    return (*unshare("--mount"), "/bin/sh", "-c", script, "sh")


@contextmanager
def variables(*names: tuple[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a program for which the names mean these addresses of the loopback.

    The host's own sockets need none: there they must be what /etc/hosts says.
    """
    if not built.ON_LWIP:
        yield {}
        return
    with NameServer(*((name, ON_THE_WIRE[address]) for name, address in names)) as server:
        yield {"TEST_DNS_PORT": str(server.port)}


@contextmanager
def naming(tool: Tool, *names: tuple[str, str]) -> Iterator[Tool]:
    """The tool, for which the names mean these addresses and there are no others."""
    if built.ON_LWIP:
        with variables(*names) as environment:
            yield tool.using(**environment)
    else:
        hosts = "".join(f"{address} {name}\n" for name, address in names)
        yield tool.behind(*with_file(tool.home, "/etc/hosts", hosts))
