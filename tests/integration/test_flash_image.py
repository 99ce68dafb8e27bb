"""`flash_image`: settings in the flash of the emulated board, written on this host."""

import subprocess
from pathlib import Path

import pytest

import built
from servers import Certificates

IMAGE_SIZE = 2 * 8192


class FlashImage:
    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        command = [built.FLASH_IMAGE, self.path, *arguments]
        return subprocess.run(command, input=text, capture_output=True, text=True)

    def get(self, key: str) -> str:
        done = self.run("get", key)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout


@pytest.fixture
def image(tmp_path: Path) -> FlashImage:
    return FlashImage(tmp_path / "flash.bin")


def expect_error(done: subprocess.CompletedProcess[str], words: str, code: int) -> None:
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr


def test_a_value_is_set_read_and_unset(image: FlashImage) -> None:
    assert image.run("set", "host", "acme.ardoq.com").returncode == 0
    assert image.get("host") == "acme.ardoq.com\n"
    assert image.path.stat().st_size == IMAGE_SIZE
    assert image.path.stat().st_mode & 0o777 == 0o600
    assert image.run("unset", "host").returncode == 0
    expect_error(image.run("get", "host"), "error: NOT_SET", 3)


def test_a_secret_is_read_from_elsewhere_and_never_shown(
    image: FlashImage, tmp_path: Path, certificates: Certificates
) -> None:
    expect_error(image.run("set", "token", "secret-1"), "as @FILE or -", 2)
    assert not image.path.exists()
    assert image.run("set", "token", "-", text="secret-2\n").returncode == 0
    assert image.get("token") == "(set)\n"
    assert b"secret-2" in image.path.read_bytes()
    assert image.run("set", "key", f"@{certificates.key('client')}").returncode == 0
    assert image.get("key") == "(set)\n"


def test_a_removed_token_is_nowhere_in_the_flash(image: FlashImage) -> None:
    image.run("set", "token", "-", text="secret-3")
    image.run("set", "token", "-", text="secret-4")
    assert image.run("unset", "token").returncode == 0
    assert b"secret" not in image.path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        ([], "the command line is wrong", 2),
        (["set", "host"], "the command line is wrong", 2),
        (["get", "nonsense"], "error: SETTING_UNKNOWN", 3),
        (["set", "host", "http://acme.ardoq.com"], "error: HOST_INVALID", 3),
        (["set", "token", "@/nonexistent"], "cannot be read", 2),
        (["get", "host"], "No such file", 3),
        (["unset", "host"], "No such file", 3),
    ],
)
def test_what_is_wrong_is_told(
    image: FlashImage, arguments: list[str], words: str, code: int
) -> None:
    expect_error(image.run(*arguments), words, code)


def test_another_file_is_left_alone(image: FlashImage) -> None:
    image.path.write_text("my diary")
    expect_error(image.run("set", "host", "h.example"), "not an image of the board's flash", 3)
    assert image.path.read_text() == "my diary"


def test_a_damaged_image_is_left_alone(image: FlashImage) -> None:
    image.path.write_bytes(b"\x00" * IMAGE_SIZE)
    for arguments in (["get", "host"], ["set", "host", "h.example"], ["unset", "host"]):
        expect_error(image.run(*arguments), "error: STORE_DAMAGED", 3)
    assert image.path.read_bytes() == b"\x00" * IMAGE_SIZE


def test_a_result_that_cannot_be_written_is_no_success(image: FlashImage) -> None:
    image.run("set", "host", "h.example")
    with open("/dev/full", "wb") as full:
        command = [built.FLASH_IMAGE, image.path, "get", "host"]
        assert subprocess.run(command, stdout=full, stderr=subprocess.DEVNULL).returncode == 1
