#!/usr/bin/python3
"""Makes the working tree a release: sets its version and date, and moves [Unreleased] in CHANGELOG.md.

    scripts/release.py 0.2.0

It changes files and prints the commands that come next; it commits and uploads nothing. Nothing is
changed when something is wrong: uncommitted changes, a version that is not higher than the last one or
has a tag already, an empty [Unreleased], or files that disagree about the version they have now.
"""

import argparse
import re
import subprocess
import sys
from datetime import date, datetime, timezone
from pathlib import Path

HEADER = "components/base/include/ardoq/version.h"
CHANGELOG = "CHANGELOG.md"
UNRELEASED = "## [Unreleased]\n"
VERSION = r"[0-9]+\.[0-9]+\.[0-9]+"

# Each place that states the version, as a pattern in which it is the second group. CMake and the
# programs read it from the header.
PLACES = {
    HEADER: rf'(?m)^(#define ARDOQ_VERSION +")({VERSION})(")$',
    "idf_component.yml": rf'(?m)^(version: ")({VERSION})(")$',
    "docs/tool.md": rf"(User-Agent: ardoq-device/)({VERSION})()",
}
TIME = r"(?m)^(#define ARDOQ_RELEASE_TIME +)([0-9]+)()$"
DAY = r"(seconds since 1970 \()([0-9-]{10})(\))"
SECTION = rf"(?m)^## \[({VERSION})\] - ([0-9-]{{10}})$"


class ReleaseError(Exception):
    """Why there is no release."""


def numbers(version):
    if not re.fullmatch(VERSION, version):
        raise ReleaseError(f"{version} is not a version: write MAJOR.MINOR.PATCH, such as 0.2.0")
    return tuple(map(int, version.split(".")))


def seconds(day):
    return int(datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp())


def find(pattern, text, path):
    found = re.findall(pattern, text)
    if len(found) != 1:
        raise ReleaseError(f"{path}: {len(found)} places match {pattern}, one is needed")
    return found[0][1]


def replace(pattern, text, value):
    return re.sub(pattern, lambda match: f"{match[1]}{value}{match[3]}", text)


class Tree:
    """The files that state the version, read into memory."""

    def __init__(self, root):
        self.root = root
        self.texts = {path: (root / path).read_text("utf-8") for path in (*PLACES, CHANGELOG)}

    def versions(self):
        """Version by file. The changelog has that of the last release."""
        found = {path: find(pattern, self.texts[path], path) for path, pattern in PLACES.items()}
        return {**found, CHANGELOG: self.last_release()[0]}

    def last_release(self):
        """Version and day of the newest section of the changelog."""
        match = re.search(SECTION, self.texts[CHANGELOG])
        if not match:
            raise ReleaseError(f"{CHANGELOG} has no section '## [VERSION] - YYYY-MM-DD'")
        return match[1], date.fromisoformat(match[2])

    def unreleased(self):
        """What the changelog says since the last release."""
        before, heading, after = self.texts[CHANGELOG].partition(UNRELEASED)
        if not heading:
            raise ReleaseError(f"{CHANGELOG} has no section '{UNRELEASED.strip()}'")
        return re.split(r"(?m)^## ", after)[0].strip()

    def check(self):
        """Raises an error unless all agree."""
        versions = self.versions()
        if len({*versions.values()}) != 1:
            listed = ", ".join(f"{path} has {version}" for path, version in versions.items())
            raise ReleaseError(f"the versions differ: {listed}")
        _, day = self.last_release()
        stated = (find(DAY, self.texts[HEADER], HEADER), find(TIME, self.texts[HEADER], HEADER))
        if stated != (day.isoformat(), str(seconds(day))):
            raise ReleaseError(f"{HEADER} does not have the day of the last release in {CHANGELOG}: "
                               f"{day} is {seconds(day)}")

    def release(self, version, day):
        """Sets everything in memory."""
        last, last_day = self.last_release()
        if numbers(version) <= numbers(last):
            raise ReleaseError(f"{version} is not higher than the last release, {last}")
        if day < last_day:
            raise ReleaseError(f"{day} is before the last release, {last_day}")
        if not re.search(r"(?m)^- ", self.unreleased()):
            raise ReleaseError(f"[Unreleased] in {CHANGELOG} is empty: there is nothing to release")
        for path, pattern in PLACES.items():
            self.texts[path] = replace(pattern, self.texts[path], version)
        header = replace(DAY, self.texts[HEADER], day.isoformat())
        self.texts[HEADER] = replace(TIME, header, seconds(day))
        self.texts[CHANGELOG] = self.texts[CHANGELOG].replace(
            UNRELEASED, f"{UNRELEASED}\n## [{version}] - {day}\n", 1)

    def write(self):
        for path, text in self.texts.items():
            (self.root / path).write_text(text, "utf-8")


def git(root, *arguments):
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def make_release(root, version, day):
    numbers(version)
    if git(root, "status", "--porcelain"):
        raise ReleaseError("there are uncommitted changes: commit or remove them first")
    if git(root, "tag", "--list", f"v{version}"):
        raise ReleaseError(f"there is a tag v{version} already")
    tree = Tree(root)
    tree.check()
    tree.release(version, day)
    tree.check()
    tree.write()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version", help="MAJOR.MINOR.PATCH, higher than the last")
    parser.add_argument("--date", type=date.fromisoformat, metavar="YYYY-MM-DD",
                        default=datetime.now(timezone.utc).date(), help="day of the release (today)")
    arguments = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    try:
        make_release(root, arguments.version, arguments.date)
    except ReleaseError as error:
        sys.exit(f"release.py: {error}")
    print(f"The tree is now {arguments.version}. Look at `git diff`, run `make test`, then:\n"
          f"    git commit -a -m 'Release {arguments.version}'\n"
          f"    git tag -a v{arguments.version} -m 'Release {arguments.version}'\n"
          "    compote component upload --namespace ardoq --name ardoq-device")


if __name__ == "__main__":
    main()
