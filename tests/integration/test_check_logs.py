"""The search of the logs finds what it is there to find, and says when it proves nothing."""

from pathlib import Path

import pytest

from check_logs import VERBOSE, check, log_level
from logs import Logs

LEVEL = 3


def write(folder: Path, name: str = "test_x") -> str:
    """Logs as they should be; gives the token."""
    logs = Logs(folder, name)
    token = logs.new_token()
    logs.add_output("ardoq me", b"{}", VERBOSE[LEVEL] + b"\n")
    (folder / f"{name}.journal").write_text(f'["authorization", "Bearer {token}"]')
    return token


def add(folder: Path, text: str) -> None:
    Logs(folder, "test_other").add_output("other", text.encode())


def test_good_logs_pass(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "test_y")
    assert check(tmp_path, LEVEL) == []


@pytest.mark.parametrize("part", [slice(None), slice(-9, -1), slice(11, 19)])
def test_a_token_or_a_piece_of_it_is_found(tmp_path: Path, part: slice) -> None:
    token = write(tmp_path)
    add(tmp_path, f"before{token[part]}after")
    assert check(tmp_path, LEVEL) == [
        f"{tmp_path}/test_other.output: holds (a piece of) {token}"
    ]


def test_its_last_four_characters_are_no_leak(tmp_path: Path) -> None:
    add(tmp_path, f"********{write(tmp_path)[-4:]}")
    assert check(tmp_path, LEVEL) == []


def test_no_logs_prove_nothing(tmp_path: Path) -> None:
    assert check(tmp_path, LEVEL) == [f"{tmp_path}: no test has used a token"]


def test_empty_logs_prove_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "test_x.output").write_bytes(b"\n")
    assert "test_x: nothing was written" in check(tmp_path, LEVEL)


def test_terse_logs_prove_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "test_x.output").write_bytes(b"connected")
    assert check(tmp_path, LEVEL) == ["test_x: no verbose log among what was written"]


def test_a_token_that_nobody_received_proves_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "test_x.journal").write_text('["authorization", "Bearer other"]')
    assert check(tmp_path, LEVEL) == ["test_x: no server received any of the tokens"]


def test_the_log_level_is_the_builds(tmp_path: Path) -> None:
    header = tmp_path / "sdkconfig.h"
    header.write_text("#define CONFIG_ARDOQ_LOG_LEVEL_INFO 1\n#define CONFIG_ARDOQ_LOG_LEVEL 2\n")
    assert log_level(header) == 2
