"""One version everywhere, and the script that sets it, run in a clone."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest

import built
from source import VERSION

sys.path.insert(0, str(built.ROOT / "scripts"))

import release  # noqa: E402

FILES = [*release.PLACES, release.CHANGELOG, "scripts/release.py"]
HEADER = release.HEADER


def text_of(root: Path, name: str) -> str:
    return (root / name).read_text("utf-8")


def change(root: Path, name: str, old: str, new: str) -> None:
    text = text_of(root, name)
    assert old in text
    (root / name).write_text(text.replace(old, new), "utf-8")


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false",
           "-c", "tag.gpgsign=false"]
    return subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True,
                          check=True).stdout


def commit(root: Path) -> None:
    git(root, "commit", "--quiet", "--all", "--message", "Change")


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-B", root / "scripts/release.py", *arguments],
                          capture_output=True, text=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """This working tree as a repository, in which something waits to be released."""
    root = tmp_path / "ardoq-device"
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(built.ROOT / name, root / name)
    text = text_of(root, release.CHANGELOG)
    released = text[re.search(release.SECTION, text).start():]
    (root / release.CHANGELOG).write_text(
        f"# Changelog\n\n{release.UNRELEASED}\n### Added\n\n- A thing.\n\n{released}", "utf-8")
    git(tmp_path, "init", "--quiet", str(root))
    git(root, "add", "--all")
    commit(root)
    return root


# ---- The tree as it is ---------------------------------------------------------------------------


def test_all_places_state_the_same_version_and_day() -> None:
    tree = release.Tree(built.ROOT)
    tree.check()
    assert {*tree.versions().values()} == {VERSION}


def test_cmake_has_it_too() -> None:
    cache = text_of(built.BUILD, "CMakeCache.txt")
    assert re.search(r"^CMAKE_PROJECT_VERSION:STATIC=(.*)$", cache, re.MULTILINE)[1] == VERSION


def test_no_other_file_states_it() -> None:
    done = subprocess.run(
        ["git", "grep", "-lF", "-e", f"ardoq-device/{VERSION}", "-e", f'"{VERSION}"', "-e",
         f"v{VERSION}"], cwd=built.ROOT, capture_output=True, text=True)
    # A header of HTTP as an example of one.
    assert {*done.stdout.split()} - {*release.PLACES, "tests/unit/test_http_request.c"} == set()


# ---- A release -----------------------------------------------------------------------------------


def test_a_release(clone: Path) -> None:
    done = run(clone, "99.0.1", "--date", "2031-02-03")
    assert done.returncode == 0, done.stderr
    assert "git tag -a v99.0.1 -m 'Release 99.0.1'" in done.stdout
    header = text_of(clone, HEADER)
    assert '#define ARDOQ_VERSION      "99.0.1"\n' in header
    assert "(2031-02-03)" in header
    stated = int(re.search(r"ARDOQ_RELEASE_TIME (\d+)", header)[1])
    assert datetime.fromtimestamp(stated, timezone.utc).isoformat() == "2031-02-03T00:00:00+00:00"
    assert 'version: "99.0.1"\n' in text_of(clone, "idf_component.yml")
    assert "User-Agent: ardoq-device/99.0.1\n" in text_of(clone, "docs/tool.md")
    assert text_of(clone, release.CHANGELOG).startswith(
        "# Changelog\n\n## [Unreleased]\n\n## [99.0.1] - 2031-02-03\n\n### Added\n\n- A thing.\n\n## [")
    changed = {*git(clone, "diff", "--name-only").split()}
    assert changed == {*release.PLACES, release.CHANGELOG}


def test_one_release_follows_another(clone: Path) -> None:
    assert run(clone, "99.0.0").returncode == 0
    change(clone, release.CHANGELOG, release.UNRELEASED, f"{release.UNRELEASED}\n- More.\n")
    commit(clone)
    assert run(clone, "99.0.1").returncode == 0
    sections = re.findall(r"^## \[(.*?)\]", text_of(clone, release.CHANGELOG), re.MULTILINE)
    assert sections[:3] == ["Unreleased", "99.0.1", "99.0.0"]


def dirty(root: Path) -> None:
    (root / "new.txt").touch()


def tagged(root: Path) -> None:
    git(root, "tag", "v99.0.0")


def with_nothing_new(root: Path) -> None:
    change(root, release.CHANGELOG, "### Added\n\n- A thing.\n", "### Added\n")
    commit(root)


def without_unreleased(root: Path) -> None:
    change(root, release.CHANGELOG, release.UNRELEASED, "")
    commit(root)


def without_release(root: Path) -> None:
    (root / release.CHANGELOG).write_text(f"{release.UNRELEASED}\n- A thing.\n")
    commit(root)


def with_another_manifest(root: Path) -> None:
    change(root, "idf_component.yml", f'"{VERSION}"', '"0.0.9"')
    commit(root)


def with_another_day(root: Path) -> None:
    change(root, HEADER, "RELEASE_TIME 1", "RELEASE_TIME 2")
    commit(root)


def with_two_versions(root: Path) -> None:
    change(root, "idf_component.yml", "description:", f'version: "{VERSION}"\ndescription:')
    commit(root)


def unchanged(root: Path) -> None:
    del root


@pytest.mark.parametrize(("prepare", "arguments", "words"), [
    (unchanged, [VERSION], f"{VERSION} is not higher than the last release, {VERSION}"),
    (unchanged, ["0.0.9"], "is not higher"),
    (unchanged, ["1.0"], "1.0 is not a version: write MAJOR.MINOR.PATCH"),
    (unchanged, ["v1.0.0"], "v1.0.0 is not a version"),
    (unchanged, ["99.0.0", "--date", "2020-01-01"], "2020-01-01 is before the last release"),
    (unchanged, ["99.0.0", "--date", "1.1.2031"], "--date"),
    (dirty, ["99.0.0"], "there are uncommitted changes"),
    (tagged, ["99.0.0"], "there is a tag v99.0.0 already"),
    (with_nothing_new, ["99.0.0"], "[Unreleased] in CHANGELOG.md is empty"),
    (without_unreleased, ["99.0.0"], "CHANGELOG.md has no section '## [Unreleased]'"),
    (without_release, ["99.0.0"], "CHANGELOG.md has no section '## [VERSION] - YYYY-MM-DD'"),
    (with_another_manifest, ["99.0.0"], "idf_component.yml has 0.0.9"),
    (with_another_day, ["99.0.0"], "does not have the day of the last release"),
    (with_two_versions, ["99.0.0"], "idf_component.yml: 2 places match"),
])
def test_no_release(
    clone: Path, prepare: Callable[[Path], None], arguments: list[str], words: str
) -> None:
    prepare(clone)
    before = git(clone, "status", "--porcelain")
    done = run(clone, *arguments)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert git(clone, "status", "--porcelain") == before


def test_versions_are_compared_as_numbers() -> None:
    assert release.numbers("0.10.0") > release.numbers("0.9.9")
