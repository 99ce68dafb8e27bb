"""A terminal of tmux in which somebody works with the tool."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tool import BOUND, Tool

# The shell says how a command has ended, and whether the terminal shows what is typed.
_SCRIPT = """
trap : INT QUIT
"$@"
code=$?
case " $(stty -a) " in *" -echo "*) typing=hidden ;; *) typing=shown ;; esac
printf '\\nended %s, typing is %s\\n' "$code" "$typing"
exec cat
"""


class Terminal:
    """What is shown on it stays, so a text is looked for after the one that was found last."""

    def __init__(self, socket: Path, tool: Tool) -> None:
        self._socket = socket
        self._tool = tool
        self._seen = 0

    def run(self, *words: str) -> None:
        """Starts tmux with this command in it."""
        options = ("-f", "/dev/null", "new-session", "-d", "-x", "200", "-y", "50")
        self._tmux(*options, *words)

    def signal(self, number: int) -> None:
        """Sends it to the command alone."""
        shell = self._tmux("display-message", "-p", "#{pane_pid}").strip()
        children = Path(f"/proc/{shell}/task/{shell}/children").read_text("ascii")
        os.kill(int(children), number)

    def screen(self) -> str:
        lines = self._tmux("capture-pane", "-p", "-J", "-S", "-").splitlines()
        return "\n".join(line.rstrip() for line in lines)

    def expect(self, *texts: str) -> str:
        """Waits for these, one after the other. Gives what was shown up to the last one."""
        first = self._seen
        deadline = time.monotonic() + BOUND
        for text in texts:
            while (at := self.screen().find(text, self._seen)) < 0:
                assert time.monotonic() < deadline, f"no {text!r} in\n{self.screen()}"
                time.sleep(0.02)
            self._seen = at + len(text)
        return self.screen()[first : self._seen]

    def type(self, text: str) -> None:
        if text:
            self._tmux("send-keys", "-l", "--", text)
        self.press("Enter")

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def expect_end(self, code: int) -> str:
        """It has ended so, and typing is shown."""
        return self.expect("\nended ", f"{code}, typing is shown\n")

    def _tmux(self, *words: str) -> str:
        # The first one becomes the server, whose environment the command gets.
        done = subprocess.run(
            ["/usr/bin/tmux", "-S", self._socket, *words],
            env={"TERM": "screen", "PATH": "/usr/bin:/bin", **self._tool.environment},
            cwd=self._tool.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self) -> None:
        self._tool.logs.add_output("in tmux", self.screen().encode(), b"")
        self._tmux("kill-server")


@contextmanager
def terminal(tool: Tool, *arguments: str) -> Iterator[Terminal]:
    """One in which the tool has been started with these."""
    started = Terminal(tool.home / "tmux", tool)
    started.run("/bin/sh", "-c", _SCRIPT, "sh", *tool.prefix, str(tool.path), *arguments)
    try:
        yield started
    finally:
        started.stop()


@contextmanager
def shell(tool: Tool) -> Iterator[Terminal]:
    """One with a shell that can stop a command and go on with it."""
    started = Terminal(tool.home / "tmux", tool)
    started.run("/bin/sh", "-i")
    try:
        yield started
    finally:
        started.stop()
