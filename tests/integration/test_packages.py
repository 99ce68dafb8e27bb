"""The Debian packages, as `make deb` builds them and lintian takes them: what is in them, and what
installing, upgrading, removing and purging leave in a folder that stands for the root of a machine.

A whole Debian 12 and 13 is for `make test-deb`."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

import built

SCRIPT = built.ROOT / "scripts/deb.py"
UNITS = re.compile(r"^(usr/)?lib/systemd/system/ardoq\.service$")
# Of a build and lintian on a machine with much else to do.
BOUND = 800.0


def run(*command: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*map(str, command)], env={**os.environ, "LC_ALL": "C", **environment},
                          capture_output=True, text=True, timeout=BOUND)


def output_of(*command: str | Path, **environment: str) -> str:
    done = run(*command, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Package:
    path: Path

    def field(self, name: str) -> str:
        return output_of("dpkg-deb", "-f", self.path, name).strip()

    def files(self) -> set[str]:
        """Without folders."""
        listed = output_of("sh", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar t', "sh", self.path)
        names = {name.removeprefix("./") for name in listed.splitlines()}
        return {name for name in names if name and not name.endswith("/")}

    def script(self, name: str) -> str:
        return output_of("sh", "-c", 'dpkg-deb --ctrl-tarfile "$1" | tar xO "./$2"', "sh", self.path, name)

    def with_version(self, version: str, folder: Path) -> "Package":
        """The same as another version."""
        tree = folder / "tree"
        output_of("dpkg-deb", "-R", self.path, tree)
        control = tree / "DEBIAN/control"
        control.write_text(re.sub("(?m)^Version: .*$", f"Version: {version}", control.read_text()))
        target = folder / f"{version}.deb"
        output_of("dpkg-deb", "--root-owner-group", "-b", tree, target)
        shutil.rmtree(tree)
        return Package(target)


@pytest.fixture(scope="module")
def packages() -> dict[str, Package]:
    """By their names. lintian takes them, else there are none."""
    folder = built.BUILD / "packages"
    output_of(SCRIPT, folder)
    found = {path.name.split("_")[0]: Package(path) for path in folder.glob("*.deb")}
    assert found.keys() >= {"ardoq", "libardoq-dev"}
    return found


# ---- What is in them -----------------------------------------------------------------------------


def test_the_tool_has_its_page_its_completion_and_its_unit(packages: dict[str, Package]) -> None:
    files = packages["ardoq"].files()
    assert files >= {
        "usr/bin/ardoq",
        "usr/share/man/man1/ardoq.1.gz",
        "usr/share/bash-completion/completions/ardoq",
        "usr/share/zsh/vendor-completions/_ardoq",
        "usr/share/doc/ardoq/README.md",
        "usr/share/doc/ardoq/changelog.gz",
        "usr/share/doc/ardoq/copyright",
        "usr/share/doc/ardoq/docs/tool.md",
    }
    assert len([name for name in files if UNITS.match(name)]) == 1
    assert not [name for name in files if name.startswith(("etc/", "usr/include/"))]


def test_the_tool_depends_on_what_it_links(packages: dict[str, Package]) -> None:
    depends = packages["ardoq"].field("Depends")
    for library in ("libc6", "libmbedtls", "libmbedx509-", "libmbedcrypto"):
        assert re.search(rf"\b{library}\d* \(>= ", depends), depends


def test_a_service_that_runs_is_restarted_by_an_upgrade_and_stopped_at_the_end(
    packages: dict[str, Package]
) -> None:
    """Not so where the package is installed in a folder; and what is not enabled is not started."""
    assert re.search("deb-systemd-invoke (restart|[$]_dh_action)", packages["ardoq"].script("postinst"))
    assert "deb-systemd-invoke stop" in packages["ardoq"].script("prerm")


def test_the_library_is_for_one_series_of_mbedtls(packages: dict[str, Package]) -> None:
    depends = packages["libardoq-dev"].field("Depends")
    found = re.search(r"libmbedtls-dev \(>= (\d+)\.(\d+)\), libmbedtls-dev \(<< (\d+)\.(\d+)~\)", depends)
    assert found, depends
    assert (found[3], int(found[4])) == (found[1], int(found[2]) + 1)
    installed = output_of("dpkg-query", "-W", "-f", "${Version}", "libmbedtls-dev")
    assert installed.startswith(f"{found[1]}.{found[2]}.")


def test_the_library_has_what_a_program_needs(packages: dict[str, Package]) -> None:
    names = {Path(name).name for name in packages["libardoq-dev"].files()}
    assert names >= {"libardoq.a", "libardoq_fake.a", "ardoq.pc", "ardoqConfig.cmake", "sdkconfig.h",
                     "reporter.h"}
    assert not [name for name in names if re.search(r"template|nor_flash|\.service$", name)]


# ---- Their life in a root ------------------------------------------------------------------------


@dataclass(frozen=True)
class Root:
    """Without a shell in it, so dpkg runs the packages' scripts outside, with DPKG_ROOT."""

    folder: Path
    shims: Path

    def dpkg(self, *arguments: str | Path) -> None:
        path = f"{self.shims}:/usr/sbin:/usr/bin:/sbin:/bin"
        output_of("fakeroot", "dpkg", "--force-not-root", "--force-depends", "--force-script-chrootless",
                  f"--root={self.folder}", *arguments, PATH=path)

    def version(self) -> str:
        return output_of("dpkg-query", f"--admindir={self.folder}/var/lib/dpkg", "-W", "-f",
                         "${Version}", "ardoq")

    def enabled(self) -> str:
        return run("systemctl", f"--root={self.folder}", "is-enabled", "ardoq").stdout.strip()

    def tool(self, *arguments: str) -> str:
        store = self.folder / "etc/ardoq/ardoq.conf"
        return output_of(self.folder / "usr/bin/ardoq", "--store", store, *arguments).strip()

    def ours(self) -> list[str]:
        """Every file that has our name or stands in a folder of ours, but dpkg's own."""
        names = (str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))
        return sorted(name for name in names if "ardoq" in name and not name.startswith("var/lib/dpkg/"))


@pytest.fixture
def root(tmp_path: Path) -> Root:
    folder, shims = tmp_path / "root", tmp_path / "shims"
    for name in ("etc", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"):
        (folder / name).mkdir(parents=True)
    (folder / "var/lib/dpkg/status").touch()
    shims.mkdir()
    # The services of this machine are none of its business.
    for name in ("deb-systemd-invoke", "systemctl"):
        (shims / name).write_text("#!/bin/sh\n")
        (shims / name).chmod(0o755)
    return Root(folder, shims)


@pytest.fixture
def older(packages: dict[str, Package], tmp_path: Path) -> Package:
    return packages["ardoq"].with_version("0.0.1-1", tmp_path)


SECRETS = {
    "etc/ardoq/token": "secret\n",
    "etc/ardoq/root.pem": "a certificate\n",
    "var/lib/private/ardoq/state": "a state\n",
}


def configure(root: Root) -> None:
    """As docs/tool.md says, and as systemd keeps the state."""
    root.tool("config", "set", "host", "https://acme.ardoq.com")
    for name, text in SECRETS.items():
        (root.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (root.folder / name).write_text(text)
    (root.folder / "var/lib/ardoq").symlink_to("private/ardoq")


def assert_configured(root: Root) -> None:
    assert "host = https://acme.ardoq.com\n" in (root.folder / "etc/ardoq/ardoq.conf").read_text()
    for name, text in SECRETS.items():
        assert (root.folder / name).read_text() == text


def test_it_is_installed_and_waits_for_settings(root: Root, packages: dict[str, Package]) -> None:
    root.dpkg("-i", packages["ardoq"].path)
    settings = root.folder / "etc/ardoq/ardoq.conf"
    assert (settings.read_text(), settings.stat().st_mode & 0o777) == ("", 0o644)
    assert root.enabled() == "disabled"
    # It still is for everybody to read, because the service has another user.
    root.tool("config", "set", "host", "https://acme.ardoq.com")
    assert settings.stat().st_mode & 0o777 == 0o644


def test_an_upgrade_keeps_settings(root: Root, older: Package, packages: dict[str, Package]) -> None:
    root.dpkg("-i", older.path)
    configure(root)
    output_of("systemctl", f"--root={root.folder}", "enable", "ardoq")
    root.dpkg("-i", packages["ardoq"].path)
    assert root.version() == packages["ardoq"].field("Version")
    assert_configured(root)
    assert root.enabled() == "enabled"


def test_settings_that_were_deleted_stay_away(root: Root, older: Package, packages: dict[str, Package]) -> None:
    root.dpkg("-i", older.path)
    (root.folder / "etc/ardoq/ardoq.conf").unlink()
    root.dpkg("-i", packages["ardoq"].path)
    assert not (root.folder / "etc/ardoq/ardoq.conf").exists()


def test_settings_that_were_there_are_kept(root: Root, packages: dict[str, Package]) -> None:
    settings = root.folder / "etc/ardoq/ardoq.conf"
    settings.parent.mkdir()
    settings.write_text("host = https://acme.ardoq.com\n")
    root.dpkg("-i", packages["ardoq"].path)
    assert settings.read_text() == "host = https://acme.ardoq.com\n"


def test_a_removed_package_leaves_settings_and_a_purged_one_nothing(
    root: Root, packages: dict[str, Package]
) -> None:
    root.dpkg("-i", packages["ardoq"].path)
    configure(root)
    output_of("systemctl", f"--root={root.folder}", "enable", "ardoq")
    root.dpkg("-r", "ardoq")
    assert_configured(root)
    assert not (root.folder / "usr/bin/ardoq").exists()
    root.dpkg("-P", "ardoq")
    assert root.ours() == []


def test_other_state_of_the_machine_stays(root: Root, packages: dict[str, Package]) -> None:
    root.dpkg("-i", packages["ardoq"].path)
    configure(root)
    other = root.folder / "var/lib/private/other"
    other.mkdir()
    root.dpkg("-P", "ardoq")
    assert other.exists()


# ---- Their versions ------------------------------------------------------------------------------


@pytest.fixture
def deb():
    specification = importlib.util.spec_from_file_location("deb", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


RELEASED = "# Changelog\n\n## [Unreleased]\n{}\n## [3.4.0] - 2026-11-23\n\n- First.\n"


def changelog_of(deb, folder: Path, unreleased: str, release: str = "", stated: str = "3.4.0") -> str:
    for name in ("components/base/include/ardoq", "debian"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "components/base/include/ardoq/version.h").write_text(f'#define ARDOQ_VERSION "{stated}"\n')
    (folder / "debian/control").write_text("Maintainer: Somebody <somebody@example.com>\n")
    (folder / "CHANGELOG.md").write_text(RELEASED.format(unreleased))
    (folder / "os-release").write_text(release)
    deb.ROOT, deb.OS_RELEASE = folder, folder / "os-release"
    return deb.changelog()


def versions(text: str) -> list[str]:
    return re.findall(r"(?m)^ardoq-device \((.*)\) ", text)


def test_a_release_has_its_version(deb, tmp_path: Path) -> None:
    text = changelog_of(deb, tmp_path, "", 'ID=debian\nVERSION_ID="12"\n')
    assert versions(text) == ["3.4.0-1~deb12"]
    assert text.endswith("\n -- Somebody <somebody@example.com>  Mon, 23 Nov 2026 00:00:00 +0000\n")


def test_what_came_after_it_has_a_higher_one(deb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795946542")
    twelve = changelog_of(deb, tmp_path, "\n- More.\n", 'ID=debian\nVERSION_ID="12"\n')
    thirteen = changelog_of(deb, tmp_path, "", 'ID=debian\nVERSION_ID="13"\n')
    assert versions(twelve) == ["3.4.0+20261129.100222-1~deb12", "3.4.0-1~deb12"]
    rising = ["3.4.0-1~deb12", *versions(thirteen), versions(twelve)[0], "3.4.1-1~deb12"]
    for lower, higher in zip(rising, rising[1:]):
        output_of("dpkg", "--compare-versions", lower, "lt", higher)


def test_a_distribution_without_versions_adds_nothing(deb, tmp_path: Path) -> None:
    assert versions(changelog_of(deb, tmp_path, "", "ID=debian\n")) == ["3.4.0-1"]


def test_files_that_disagree_are_refused(deb, tmp_path: Path) -> None:
    with pytest.raises(deb.PackageError, match="version.h has 0.2.0"):
        changelog_of(deb, tmp_path, "", stated="0.2.0")
