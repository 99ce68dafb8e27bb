#!/usr/bin/python3
"""Builds the Debian packages and lets lintian judge them.

Debian's tools write into the source and beside it, so they get a copy, with a debian/changelog that is
made from CHANGELOG.md: its releases, and the state since the last one. A package of a state after release 0.1.0 has a version such as 0.1.0+20261129.101500: it is newer than
0.1.0 and older than 0.1.1. What changed is in CHANGELOG.md, which the packages have, so an entry says no
more than which release it is.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OS_RELEASE = Path("/etc/os-release")
SECTION = r"(?m)^## \[([0-9.]+)\] - ([0-9-]{10})$"


class PackageError(Exception):
    """Why there are no packages."""


def has_unreleased(text):
    return re.search(r"(?m)^- ", re.split(SECTION, text)[0]) is not None


def last_change():
    """Seconds since 1970."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True)
    return int(done.stdout) if done.returncode == 0 and done.stdout else int(time.time())


def distribution():
    """Packages for Debian 12 and 13 differ in what they depend on. The newer one's is the newer version."""
    try:
        text = OS_RELEASE.read_text("utf-8")
    except OSError:
        return ""
    found = dict(re.findall(r'(?m)^(ID|VERSION_ID)="?([a-z0-9.]+)"?$', text))
    if "VERSION_ID" not in found:
        return ""
    name = {"debian": "deb"}.get(found.get("ID"), found.get("ID", ""))
    return f"~{name}{found['VERSION_ID']}"


def maintainer():
    return re.search(r"(?m)^Maintainer: (.+)$", (ROOT / "debian/control").read_text("utf-8"))[1]


def entry(version, text, moment):
    return (f"ardoq-device ({version}-1{distribution()}) unstable; urgency=medium\n\n"
            f"  * {text}\n\n"
            f" -- {maintainer()}  {format_datetime(moment)}\n")


def changelog():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    releases = re.findall(SECTION, text)
    header = (ROOT / "components/base/include/ardoq/version.h").read_text("utf-8")
    stated = re.search(r'ARDOQ_VERSION +"([0-9.]+)"', header)[1]
    if not releases or releases[0][0] != stated:
        raise PackageError(f"version.h has {stated}, and it is not the last release in CHANGELOG.md")
    entries = []
    if has_unreleased(text):
        now = datetime.fromtimestamp(last_change(), timezone.utc)
        entries.append(entry(f"{stated}+{now:%Y%m%d.%H%M%S}", f"What came after release {stated}.", now))
    for version, day in releases:
        moment = datetime.fromisoformat(f"{day}T00:00:00+00:00")
        entries.append(entry(version, f"Release {version}.", moment))
    return "\n".join(entries)


def source_files():
    """What git knows or would take; of an unpacked archive everything but what was built."""
    if not (ROOT / ".git").exists():
        return [path.relative_to(ROOT) for path in ROOT.rglob("*")
                if not path.is_dir() and path.relative_to(ROOT).parts[0] != "build"]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).exists()]


def copy_source(folder):
    for name in source_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    (folder / "debian/changelog").write_text(changelog(), "utf-8")


def build(source):
    # Debian's flags and nothing of the make that calls this.
    kept = {name: value for name, value in os.environ.items()
            if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "CFLAGS", "LDFLAGS", "DESTDIR")}
    # debhelper gives the build an empty home.
    kept.setdefault("CCACHE_DIR", str(Path.home() / ".cache/ccache"))
    log = source.parent / "build.log"
    with log.open("w") as output:
        done = subprocess.run(["dpkg-buildpackage", "-us", "-uc", "-b"], cwd=source, env=kept,
                              stdout=output, stderr=subprocess.STDOUT)
    if done.returncode:
        raise PackageError(f"dpkg-buildpackage failed:\n{tail(log)}\nAll of it: {log}")


def tail(log):
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-30:])


def lint(folder):
    # It warns when root calls it, which a container's build does.
    changes = [str(path) for path in folder.glob("*.changes")]
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", *changes],
                          capture_output=True, text=True)
    if done.returncode:
        raise PackageError(f"lintian:\n{done.stdout}{done.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the packages go; it is emptied first")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    try:
        if ROOT.is_relative_to(folder):
            raise PackageError(f"the source is in {folder}, which would be emptied: give another folder")
        shutil.rmtree(folder, ignore_errors=True)
        copy_source(folder / "source")
        build(folder / "source")
        lint(folder)
    except (PackageError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"deb.py: {error}")
    for path in sorted(folder.glob("*.deb")):
        print(os.path.relpath(path))


if __name__ == "__main__":
    main()
