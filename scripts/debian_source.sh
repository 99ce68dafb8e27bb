#!/bin/sh
# Fetches the current source package of a Debian suite, on any release, and unpacks it without
# Debian's patches. Needs no root, and does not change apt's lists, caches and settings.

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

fail() {
    printf 'debian_source: %s\n' "$*" >&2
    exit 1
}

check_arguments() {
    is_suite "$suite" || usage
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
here=$(dirname "$0")
# shellcheck source=scripts/private_apt.sh
. "$here/private_apt.sh"

group=firmware
suite=$1
package=$2
dest=$3
check_arguments
check_tools dpkg-source

# On the same file system, so that the rename at the end is atomic.
parent=$(dirname "$dest")
mkdir -p "$parent"
work=$(mktemp -d "$parent/.debian_source.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

write_configuration
read_index deb-src
download
unpack
mv -T "$work/tree" "$dest"
printf '%s %s %s\n' "$package" "$(version)" "$suite"
