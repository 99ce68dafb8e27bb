#!/bin/sh
# Installs the packages of Debian that the named groups need, and nothing that is there already.
# Silent when nothing is missing: it runs at each make.

set -eu

usage() {
    cat >&2 <<'END'
usage: scripts/setup.sh GROUP...

  build     what `make demo` needs
  firmware  what `make firmware-run` needs on top of `build`
  size      what `make size` needs on top of both
  test      what `make test` needs on top of all
  lint      what `make lint` needs on top of all
  prove     what `make prove` needs on top of `build`
  coverage  what `make coverage` needs on top of `build` and `test`
  bench     what `make bench` needs on top of `build` and `firmware`
END
    exit 2
}

# The one table: package, its groups (comma between them), what it is for. No quotes in it.
packages='
gcc                     build     C compiler; brings the address and undefined behaviour sanitizers
libc6-dev               build     headers of the C library
cmake                   build     describes the build
ninja-build             build     runs the build
make                    build     the short commands of the README
libmbedtls-dev          build     TLS, certificates and random numbers
libjsmn-dev             build     JSON tokenizer (one header)
python3                 build     runs the scripts and the local stand-in for Ardoq
python3-kconfiglib      build     turns Kconfig into sdkconfig.h
python3-starlette       build     the stand-in: routes and requests
python3-uvicorn         build     the stand-in: HTTPS server
python3-jsonschema      build     the stand-in: checks requests against the documented schema
python3-cryptography    build     makes the certificates of the stand-in
ca-certificates         build     the roots that a connection to the real Ardoq is checked against
gcc-arm-none-eabi       firmware  compiler for Cortex-M
libnewlib-arm-none-eabi firmware  C library for Cortex-M
qemu-system-arm         firmware  emulates the board
python3-dnslib          firmware  the name server that the board asks
dpkg-dev                firmware  unpacks the source packages of mbedTLS, lwIP and others
debian-archive-keyring  firmware,prove  verifies them, and CBMC
gcc-riscv64-unknown-elf size      compiler for RISC-V
libslirp-dev            test      the network of lwIP on this host
libcmocka-dev           test      unit tests in C
python3-pytest          test      tests in Python
openssl                 test      a TLS server that knows nothing of us, for the tool to talk to
gnutls-bin              test      another
nginx                   test      another, and the gateway; its service is not started
libnginx-mod-http-js    test      the filter of the gateway
apache2-bin             test      another: the server without a service
faketime                test      clocks that jump, for the service
systemd                 test      judges the unit of the service; it need not run
python3-yaml            test      the manifests for ESP-IDF
clang                   test      second compiler: other warnings than those of gcc
libclang-rt-dev         test      libFuzzer, and the sanitizers of clang
libhttp-parser-dev      test,bench  what the HTTP layer is compared with
gcc-powerpc-linux-gnu   test      compiler for a 32-bit machine with the highest byte first
libc6-dev-powerpc-cross test      C library for it
qemu-user               test      runs its programs on this machine
clang-19                test      the public headers as C23, which an older clang knows only in part
g++                     test,bench  the public headers as C++17, and what is C++ for ESP-IDF
chromium-headless-shell test      opens the page of the stand-in; with what it needs 98 MB, installed 306
ccache                  test      keeps what was compiled for the next clone
curl                    test      sends what the tool prints for curl
zsh                     test      a shell that completes the commands of the tool
mandoc                  test      judges the man page
git                     test,lint lists the files of the project for the checks of its own rules
clang-format            lint      the format of C
clang-tidy              lint      defects in C, read as Clang does
cppcheck                lint      defects in C, read in another way
doxygen                 lint      the comments of the public headers
python3-pyflakes        lint      defects in Python
shellcheck              lint      defects in scripts of the shell
gcovr                   coverage  counts lines and branches that tests reach
valgrind                bench     counts instructions
libcurl4-openssl-dev    bench     what the client is compared with
libcjson-dev            bench     what the JSON layer is compared with
libsimdjson-dev         bench     another
'

newline='
'

note() {
    printf 'setup: %s\n' "$*" >&2
}

fail() {
    note "$@"
    exit 1
}

# Prints the rows of the chosen groups.
chosen_rows() {
    printf '%s' "$packages" | while read -r package groups why; do
        for group in $chosen_groups; do
            case ",$groups," in
                *",$group,"*)
                    printf '%-23s %s\n' "$package" "$why"
                    break
                    ;;
            esac
        done
    done
}

# Prints those rows of the chosen groups whose package is not installed.
missing_rows() {
    rows=$(chosen_rows)
    native=$(dpkg --print-architecture)
    # One call for all. It complains about each unknown package, which is what we want to find out.
    # shellcheck disable=SC2016,SC2046 # the ${} are dpkg-query's; one word per package
    status=$newline$(dpkg-query -W -f='${Package} ${Architecture} ${db:Status-Abbrev}\n' \
        $(first_words "$rows") 2>/dev/null || true)
    printf '%s\n' "$rows" | while read -r package why; do
        case "$status" in
            # A library of a foreign architecture does not help, so the architecture counts too.
            *"$newline$package $native "?i* | *"$newline$package all "?i*) ;;
            *) printf '%-23s %s\n' "$package" "$why" ;;
        esac
    done
}

first_words() {
    printf '%s\n' "$1" | while read -r word _; do
        printf '%s ' "$word"
    done
}

# Sets `sudo` to what must stand before a command that needs root; fails when there is no way.
find_root() {
    sudo=
    if [ "$(id -u)" -eq 0 ]; then
        return
    fi
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        sudo=sudo
        return
    fi
    fail "root is needed to install them. Run this line as root, then try again:$newline$by_hand"
}

# The search path is root's own: after a plain `su` it lacks what dpkg needs, and with the user's a
# python from elsewhere could run in the packages' scripts. The lock: another apt may be at work.
apt_get() {
    $sudo env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
        apt-get -q -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" \
        </dev/null >>"$log" 2>&1
}

# The tests start servers themselves. The package of nginx would start one too, on port 80: this is
# Debian's way to forbid that (invoke-rc.d(8)) where it is not forbidden already.
deny_services() {
    denied=/usr/sbin/policy-rc.d
    if [ -e "$denied" ]; then
        return
    fi
    trap 'rm -f "$log"; $sudo rm -f "$denied"' EXIT
    # shellcheck disable=SC2016 # $1 is that shell's
    $sudo sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh "$denied"
}

install_packages() {
    denied=
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    trap 'exit 130' INT TERM HUP
    note 'apt-get update'
    # One unreachable source among many need not matter: the installation tells.
    apt_get update || note 'apt-get update failed; trying with what apt knows'
    case " $1 " in
        *' nginx '*) deny_services ;;
    esac
    note 'apt-get install (some minutes on a slow line)'
    # shellcheck disable=SC2086 # one word per package
    if ! apt_get install -y --no-install-recommends $1; then
        tail -n 20 "$log" >&2
        fail "apt-get failed; its last words are above. By hand, as root:$newline$by_hand"
    fi
    if [ -n "$denied" ] && [ -d /run/systemd/system ]; then
        $sudo systemctl --quiet disable nginx
    fi
    note 'done'
}

if [ $# -eq 0 ]; then
    usage
fi
for group in "$@"; do
    case $group in
        build | firmware | size | test | lint | prove | coverage | bench) ;;
        *) usage ;;
    esac
done
chosen_groups=$*

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    note 'this system has no dpkg and apt-get, so these are yours to install (Debian'\''s names):'
    chosen_rows >&2
    exit 1
fi

missing=$(missing_rows)
if [ -z "$missing" ]; then
    exit 0
fi
names=$(first_words "$missing")
names=${names% }
by_hand="    apt-get update && apt-get install -y --no-install-recommends $names"
note "these packages are missing:$newline$missing"
find_root
install_packages "$names"
