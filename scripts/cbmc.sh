#!/bin/sh
# Prints the path of a CBMC that runs here: the system's if it is installed, or else that of Debian
# 13, unpacked in the user's cache folder and run with its own C library. The system is not changed.

set -eu

usage() {
    cat >&2 <<'END'
usage: scripts/cbmc.sh

  ARDOQ_CACHE     (environment) cache folder; default: ardoq-device in the user's cache folder
  DEBIAN_MIRROR   (environment) see scripts/debian_source.sh

To fetch it again, remove its folder.
END
    exit 2
}

note() {
    printf 'cbmc: %s\n' "$*" >&2
}

fail() {
    note "$@"
    exit 1
}

# apt checks the chain from the archive's signature to each file.
download() {
    # shellcheck disable=SC2046 # one word per package
    (cd "$work/download" && private_apt_get download $(packages)) || {
        cat "$work/log" >&2
        fail "cannot fetch $(packages) of $suite from $mirror"
    }
}

# CBMC and the newer C library that it needs.
packages() {
    echo cbmc minisat libc6 libgcc-s1 libstdc++6
}

unpack() {
    mkdir "$work/made"
    for file in "$work/download"/*.deb; do
        dpkg-deb -x "$file" "$work/made"
    done
    loader=$(cd "$work/made" && find usr -name 'ld-linux*.so.*' | head -n 1)
    [ -n "$loader" ] || fail "libc6 of $suite has no loader"
    triplet=$(basename "$(dirname "$(find "$work/made/usr/lib" -name 'libstdc++.so.6')")")
    # No absolute paths: the folder is renamed when it is complete.
    cat >"$work/made/cbmc" <<END
#!/bin/sh
root=\$(dirname "\$0")
exec "\$root/$loader" --library-path "\$root/usr/lib/$triplet:\$root/usr/lib" \\
    "\$root/usr/bin/cbmc" "\$@"
END
    chmod +x "$work/made/cbmc"
    "$work/made/cbmc" --version >>"$work/log" 2>&1 || {
        cat "$work/log" >&2
        fail "the unpacked cbmc does not run"
    }
}

fetch() {
    note "fetching $(packages) of $suite (once; kept in $target)"
    check_tools dpkg-deb flock
    rm -rf "$work"
    mkdir "$work"
    write_configuration
    read_index deb
    download
    unpack
    mv -T "$work/made" "$target"
    rm -rf "$work"
}

[ $# -eq 0 ] || usage
if command -v cbmc; then
    exit
fi
here=$(dirname "$0")
# shellcheck source=scripts/cache.sh
. "$here/cache.sh"
# shellcheck source=scripts/private_apt.sh
. "$here/private_apt.sh"

suite=trixie
group=prove
target=$(cache_folder)/cbmc
work=$target.work
if [ ! -d "$target" ]; then
    mkdir -p "$(dirname "$target")"
    take_lock "$target"
    [ -d "$target" ] || fetch
fi
printf '%s\n' "$target/cbmc"
