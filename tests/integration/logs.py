"""What tests leave in the log folder of a build, for check_logs.py to search for secrets.

Of each test file: NAME.output holds all that programs wrote, NAME.journal what servers received,
NAME.tokens every token that was used, one on a line.
"""

import secrets
from pathlib import Path

PREFIX = "test-token-"


class Logs:
    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._output = folder / f"{name}.output"
        self._journal = folder / f"{name}.journal"
        self._tokens = folder / f"{name}.tokens"

    def new_token(self) -> str:
        """A unique token, recorded before it can be used."""
        token = PREFIX + secrets.token_hex(16)
        with self._tokens.open("a", encoding="ascii") as file:
            file.write(f"{token}\n")
        return token

    def add_output(self, title: str, *texts: bytes) -> None:
        with self._output.open("ab") as file:
            file.write(f"\n==== {title}\n".encode("utf-8", "backslashreplace"))
            file.writelines(texts)

    def add_server(self, stderr: str, journal: Path) -> None:
        """To be called when the server has stopped."""
        self.add_output("fake_ardoq", stderr.encode())
        if journal.exists():
            with self._journal.open("ab") as file:
                file.write(journal.read_bytes())
