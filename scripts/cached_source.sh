#!/bin/sh
# Unpacks one series of a source package of Debian, as upstream wrote it. Once for each user: the
# result stays in a cache folder, and is not to be written to.

set -eu

usage() {
    cat >&2 <<'END'
usage: scripts/cached_source.sh PACKAGE SERIES

  PACKAGE SERIES  mbedtls 2.28, mbedtls 3.6, lwip 2.1 or lwip 2.2

  ARDOQ_CACHE     (environment) cache folder; default: ardoq-device in the user's cache folder
  DEBIAN_MIRROR   (environment) see scripts/debian_source.sh

The last line on stdout is the folder. To fetch anew, for example when Debian has a newer version,
remove that folder.
END
    exit 2
}

note() {
    printf 'cached_source: %s\n' "$*" >&2
}

fetch() {
    note "fetching the source of $package $series (once; kept in $source)"
    rm -rf "$source.work"
    version=$("$here/debian_source.sh" "$suite" "$package" "$source.work")
    case $version in
        "$package $series".*) ;;
        *)
            rm -rf "$source.work"
            note "Debian's $suite now has $version, not $series: scripts/cache.sh names the suites"
            exit 1
            ;;
    esac
    # Complete, and only now under the name that counts as finished.
    mv -T "$source.work" "$source"
    note "$version"
}

here=$(dirname "$0")
# shellcheck source=scripts/cache.sh
. "$here/cache.sh"

[ $# -eq 2 ] || usage
package=$1
series=$2
suite=$(suite_of "$package" "$series") || usage
cache=$(cache_folder)
source=$cache/source/$package-$series

if [ ! -d "$source" ]; then
    mkdir -p "$cache/source"
    take_lock "$source"
    [ -d "$source" ] || fetch
fi
printf '%s\n' "$source"
