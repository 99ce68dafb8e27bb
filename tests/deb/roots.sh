#!/bin/sh
# `make test-deb`: the packages in a fresh Debian 12 and 13. Each is a folder made by debootstrap, twice: the packages are
# built in the one, and installed, used, upgraded, removed and purged in the other, where nothing else of ours is.
# As root, with debootstrap and a network for apt.

set -eu

usage() {
    echo 'usage: tests/deb/roots.sh FOLDER [12] [13]    the roots are made in FOLDER, and removed after success' >&2
    exit 2
}

[ $# -ge 1 ] || usage
if [ "$(id -u)" -ne 0 ]; then
    echo 'roots.sh: run it as root: debootstrap and chroot need it' >&2
    exit 1
fi
mkdir -p "$1"
folder=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- 12 13
cd "$(dirname "$0")/../.."

# With mounts and processes that end with the command.
in_root() {
    # shellcheck disable=SC2016 # the variables are that shell's
    unshare --mount --pid --fork --kill-child sh -c '
        root=$1
        shift
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
            DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"' sh "$@"
}

name_of() {
    case $1 in
        12) echo bookworm ;;
        13) echo trixie ;;
        *) usage ;;
    esac
}

try_release() {
    name=$(name_of "$1")
    root=$folder/$1
    builder=$folder/$1-build
    [ -d "$root" ] || debootstrap --variant=minbase "$name" "$root"
    # It is thrown away, so dpkg need not wait for the disk.
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
    rm -rf "$builder"
    cp -a "$root" "$builder"

    git clone -q . "$builder/root/ardoq-device"
    in_root "$builder" sh -c 'apt-get -q update && apt-get -qy install --no-install-recommends make git'
    in_root "$builder" make -C /root/ardoq-device deb
    cp "$builder"/root/ardoq-device/build/deb/*.deb "$root/root"
    cp -r tests/deb tests/consumer "$root/root"
    in_root "$root" /root/deb/in_root.sh
    rm -rf "$root" "$builder"
}

for release in "$@"; do
    log=$folder/$release.log
    echo "Debian $release: $log"
    # In an `if` or before `||` the shell would go on after what fails.
    set +e
    (
        set -e
        try_release "$release"
    ) >"$log" 2>&1
    result=$?
    set -e
    if [ "$result" -ne 0 ]; then
        tail -n 30 "$log" >&2
        exit 1
    fi
done
echo 'the packages work in each'
