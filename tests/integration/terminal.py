"""The tool on a terminal."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import time
from contextlib import suppress

import pytest

from tool import Result, Tool


def _read_to_end(terminal: int) -> bytes:
    """Linux reports an error, instead of an end, when the other side has closed."""
    content = b""
    with suppress(OSError):
        while part := os.read(terminal, 4096):
            content += part
    return content


def run_with_output_on_a_terminal(tool: Tool, *arguments: str, width: int) -> Result:
    """Standard output goes to a terminal of so many columns; standard error is a file."""
    try:
        terminal, other = pty.openpty()
    except OSError as error:
        pytest.skip(f"this machine has no pseudo terminals: {error}")
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    began = time.monotonic()
    with (tool.home / "stderr").open("wb+") as said:
        process: subprocess.Popen[bytes] = tool.start(*arguments, stdout=other, stderr=said)
        os.close(other)
        out = _read_to_end(terminal).replace(b"\r\n", b"\n")
        os.close(terminal)
        code = process.wait(10)
        said.seek(0)
        err = said.read()
    tool.logs.add_output("on a terminal", out, err)
    return Result(code, out.decode(), err.decode(), time.monotonic() - began)
