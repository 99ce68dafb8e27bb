#!/bin/sh
# Builds one series of mbedTLS from Debian's source package, so that the tests can run with the
# series that this system does not have. The result is cached for each user.

set -eu

usage() {
    cat >&2 <<'END'
usage: scripts/build_mbedtls.sh SERIES

  SERIES          2.28 (what Debian 12 has) or 3.6 (what Debian 13 has)

  ARDOQ_CACHE     (environment) cache folder; default: ardoq-device in the user's cache folder
  DEBIAN_MIRROR   (environment) see scripts/debian_source.sh

The last line on stdout is the folder with include/ and lib/ (static libraries). To build again, for
example when Debian has a newer version, remove that folder.
END
    exit 2
}

note() {
    printf 'build_mbedtls: %s\n' "$*" >&2
}

fail() {
    note "$@"
    exit 1
}

# Runs a command, and shows its output only if it fails.
quietly() {
    "$@" >>"$log" 2>&1 || {
        tail -n 30 "$log" >&2
        rm -rf "$work"
        fail "mbedTLS $series: failed; the whole log is $log"
    }
}

check_tools() {
    for tool in cmake ninja gcc python3 flock; do
        command -v "$tool" >/dev/null || fail "$tool is missing: run scripts/setup.sh build firmware test"
    done
}

# Sets Debian's options for the package (threads are the important one), so that tests use the same
# mbedTLS as on the release that ships it.
configure_as_debian() {
    options=$(sed -n 's|^[[:space:]]*scripts/config\.py set \(MBEDTLS_[A-Z0-9_]*\)$|\1|p' \
        "$work/source/debian/rules")
    [ -n "$options" ] || return 1
    for option in $options; do
        (cd "$work/source" && python3 scripts/config.py set "$option") || return 1
    done
}

# GEN_FILES: the source package contains the generated files, and generating them needs more Python
# packages. Warnings: this is not our code, and each new compiler has new ones.
compile() {
    cmake -S "$work/source" -B "$work/build" -G Ninja \
        -DCMAKE_C_COMPILER=gcc \
        -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
        -DCMAKE_INSTALL_PREFIX="$prefix" \
        -DCMAKE_INSTALL_LIBDIR=lib \
        -DLIB_INSTALL_DIR=lib \
        -DUSE_STATIC_MBEDTLS_LIBRARY=ON \
        -DUSE_SHARED_MBEDTLS_LIBRARY=OFF \
        -DENABLE_PROGRAMS=OFF \
        -DENABLE_TESTING=OFF \
        -DGEN_FILES=OFF \
        -DMBEDTLS_FATAL_WARNINGS=OFF &&
        cmake --build "$work/build" &&
        cmake --install "$work/build" --prefix "$work/installed"
}

# The tests rely on TLS 1.3 in 3.6, which is upstream's default and must not get lost.
check_result() {
    for library in mbedtls mbedx509 mbedcrypto; do
        [ -s "$work/installed/lib/lib$library.a" ] || {
            echo "lib$library.a was not built"
            return 1
        }
    done
    [ "$series" = 2.28 ] || grep -qx '#define MBEDTLS_SSL_PROTO_TLS1_3' \
        "$work/installed/include/mbedtls/mbedtls_config.h" || {
        echo 'TLS 1.3 is not in the configuration'
        return 1
    }
}

build() {
    note "fetching and compiling mbedTLS $series (once; kept in $prefix)"
    rm -rf "$work"
    mkdir "$work"
    : >"$log"
    sources=$("$here/cached_sources.sh" "mbedtls-$series")
    quietly cp -a "$sources/mbedtls-$series" "$work/source"
    quietly configure_as_debian
    quietly compile
    quietly check_result
    # Renamed only when complete.
    mv -T "$work/installed" "$prefix"
    rm -rf "$work" "$log"
}

here=$(dirname "$0")
# shellcheck source=scripts/cache.sh
. "$here/cache.sh"

[ $# -eq 1 ] || usage
series=$1
suite_of "mbedtls-$series" >/dev/null || usage
cache=$(cache_folder)
prefix=$cache/mbedtls-$series
work=$cache/mbedtls-$series.work
log=$cache/mbedtls-$series.log

if [ ! -d "$prefix" ]; then
    check_tools
    # The build is shared, so it must not depend on the caller's flags.
    unset CFLAGS CPPFLAGS LDFLAGS DESTDIR CMAKE_TOOLCHAIN_FILE
    mkdir -p "$cache"
    take_lock "$prefix"
    [ -d "$prefix" ] || build
fi
printf '%s\n' "$prefix"
