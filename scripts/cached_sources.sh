#!/bin/sh
# Unpacks Debian source packages, without Debian's patches. They are cached for each user, and must
# not be changed.

set -eu

usage() {
    cat >&2 <<'END'
usage: scripts/cached_sources.sh NAME...

  NAME            mbedtls-2.28, mbedtls-3.6, lwip-2.1, lwip-2.2, http-parser-2.9, cjson-1.7 or
                  cmocka-1.1

  ARDOQ_CACHE     (environment) cache folder; default: ardoq-device in the user's cache folder
  DEBIAN_MIRROR   (environment) see scripts/debian_source.sh

The last line on stdout is the folder that holds a folder of each name. To fetch one again, for
example when Debian has a newer version, remove that folder.
END
    exit 2
}

note() {
    printf 'cached_sources: %s\n' "$*" >&2
}

fetch() {
    package=${1%-*}
    series=${1##*-}
    target=$sources/$1
    note "fetching the source of $package $series (once; kept in $target)"
    rm -rf "$target.work"
    version=$("$here/debian_source.sh" "$(suite_of "$1")" "$package" "$target.work")
    case $version in
        "$package $series".*) ;;
        *)
            rm -rf "$target.work"
            note "Debian now has $version, not $series: scripts/cache.sh names the suites"
            exit 1
            ;;
    esac
    # Renamed only when complete.
    mv -T "$target.work" "$target"
    note "$version"
}

here=$(dirname "$0")
# shellcheck source=scripts/cache.sh
. "$here/cache.sh"

[ $# -gt 0 ] || usage
for name in "$@"; do
    suite_of "$name" >/dev/null || usage
done
sources=$(cache_folder)/source
mkdir -p "$sources"
for name in "$@"; do
    if [ ! -d "$sources/$name" ]; then
        take_lock "$sources/$name"
        [ -d "$sources/$name" ] || fetch "$name"
    fi
done
printf '%s\n' "$sources"
