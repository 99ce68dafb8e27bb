#!/bin/sh
# Fetches the current source package of a Debian suite, whatever release this system is, and unpacks
# it as upstream wrote it: without Debian's patches. Root is not needed, and apt's own lists, caches
# and settings stay as they are.

set -eu

usage() {
    cat >&2 <<'END'
usage: scripts/debian_source.sh SUITE PACKAGE DEST

  SUITE           bookworm, trixie, ...
  PACKAGE         name of the source package
  DEST            absolute path of the folder to make; it must not exist

  DEBIAN_MIRROR   (environment) address of a Debian mirror; default: the one that apt uses here

Prints package, version and suite.
END
    exit 2
}

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fail() {
    printf 'debian_source: %s\n' "$*" >&2
    exit 1
}

check_arguments() {
    case $suite in
        '' | *[!a-z-]*) usage ;;
    esac
    case $package in
        '' | [!a-z0-9]* | *[!a-z0-9+.-]*) usage ;;
    esac
    case $dest in
        /*) ;;
        *) usage ;;
    esac
    if [ -e "$dest" ] || [ -L "$dest" ]; then
        fail "$dest exists already"
    fi
}

check_tools() {
    for tool in apt-get dpkg-source; do
        command -v "$tool" >/dev/null || fail "$tool is missing: run scripts/setup.sh firmware"
    done
    [ -r "$keyring" ] || fail "$keyring is missing: run scripts/setup.sh firmware"
}

# Prints the addresses that apt has for packages of the component main, filtered further by $@.
configured_mirrors() {
    # shellcheck disable=SC2016 # the $() is apt's
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' "$@" |
        sed '/^cdrom:/d' | sort -u
}

# Prints the addresses to try. The label is known once `apt-get update` has run here. Without it, as
# in a fresh container, the suite's name must do; another archive that calls a suite as Debian does
# is then tried too, and refused for its signature.
candidate_mirrors() {
    if [ -n "${DEBIAN_MIRROR:-}" ]; then
        printf '%s\n' "$DEBIAN_MIRROR"
        return
    fi
    found=$(configured_mirrors 'Label: Debian')
    if [ -z "$found" ] && grep -qsx 'ID=debian' /etc/os-release; then
        codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
        found=$(for name in $codename stable oldstable testing sid; do
            configured_mirrors --no-release-info "Release: $name"
        done)
    fi
    printf '%s' "$found"
}

# A configuration of apt that shares nothing with the system's but the way to the network (proxies).
# Read last, so it has the last word: unsigned archives are refused whatever the system allows.
write_configuration() {
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/download"
    : >"$work/status"
    cat >"$work/apt.conf" <<END
#clear APT::Update;
#clear APT::Default-Release;
APT::Update::Error-Mode "any";
APT::Sandbox::User "root";
APT::Get::Only-Source "true";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
END
}

private_apt_get() {
    apt-get -c "$work/apt.conf" -qq "$@" >>"$work/log" 2>&1
}

# Finds the first mirror that has the suite, and reads its index.
read_index() {
    mirrors=$(candidate_mirrors)
    [ -n "$mirrors" ] ||
        fail "no Debian mirror is configured here: set DEBIAN_MIRROR to the address of one"
    for mirror in $mirrors; do
        printf 'deb-src [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" \
            >"$work/sources.list"
        if private_apt_get update; then
            return
        fi
    done
    cat "$work/log" >&2
    fail "cannot read the sources of $suite (DEBIAN_MIRROR names another mirror); tried:" "$mirrors"
}

download() {
    (cd "$work/download" && private_apt_get source --download-only "$package") || {
        cat "$work/log" >&2
        fail "cannot fetch the source package $package of $suite from $mirror"
    }
}

# apt has checked the chain from the archive's signature to each file, so dpkg-source need not.
unpack() {
    set -- "$work/download"/*.dsc
    dpkg-source --no-check --skip-patches -x "$1" "$work/tree" >>"$work/log" 2>&1 || {
        cat "$work/log" >&2
        fail "cannot unpack $package"
    }
}

version() {
    sed -n 's/^Version: //p' "$work/download"/*.dsc
}

if [ $# -ne 3 ]; then
    usage
fi
suite=$1
package=$2
dest=$3
check_arguments
check_tools

# Aside, but on the same file system: the rename at the end is all or nothing.
parent=$(dirname "$dest")
mkdir -p "$parent"
work=$(mktemp -d "$parent/.debian_source.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

write_configuration
read_index
download
unpack
mv -T "$work/tree" "$dest"
printf '%s %s %s\n' "$package" "$(version)" "$suite"
