#!/bin/sh
# Installs the Debian packages of the named groups, unless they are installed already. Silent if
# nothing is missing, because it runs at each make.

set -eu

usage() {
    cat >&2 <<'END'
usage: scripts/setup.sh GROUP...

  build     for `make demo`
  firmware  for `make firmware-run`, in addition to `build`
  size      for `make size`, in addition to both
  test      for `make test`, in addition to all above
  lint      for `make lint`, in addition to all above
  prove     for `make prove`, in addition to `build`
  coverage  for `make coverage`, in addition to `build` and `test`
  bench     for `make bench`, in addition to `build` and `firmware`
  deb       for `make deb`, in addition to `build`
  test-deb  for `make test-deb`
  site      for `make site`
END
    exit 2
}

# Package, its groups (separated by commas), and its purpose. No quotes allowed.
packages='
gcc                     build     C compiler, with the address and undefined behaviour sanitizers
libc6-dev               build     C library headers
cmake                   build     build system
ninja-build             build     runs the build
make                    build     short commands
libmbedtls-dev          build     TLS, certificates and random numbers
libjsmn-dev             build     JSON tokenizer (one header)
python3                 build     runs the scripts and the local stand-in for Ardoq
python3-kconfiglib      build     generates sdkconfig.h from Kconfig
python3-starlette       build     stand-in: routes and requests
python3-uvicorn         build     stand-in: HTTPS server
python3-jsonschema      build     stand-in: checks requests against the documented schema
python3-cryptography    build     creates certificates for the stand-in
ca-certificates         build     root certificates for the real Ardoq
gcc-arm-none-eabi       firmware  compiler for Cortex-M
libnewlib-arm-none-eabi firmware  C library for Cortex-M
qemu-system-arm         firmware  emulates the board
python3-dnslib          firmware  name server for the board
dpkg-dev                firmware,deb  unpacks source packages of mbedTLS, lwIP and others; builds packages
debian-archive-keyring  firmware,prove  verifies source packages and CBMC
gcc-riscv64-unknown-elf size      compiler for RISC-V
libslirp-dev            test      network of lwIP on this host
libcmocka-dev           test      unit tests in C
python3-pytest          test      tests in Python
openssl                 test      independent TLS server to test the tool with
gnutls-bin              test      another one
nginx                   test      another one, and the gateway; its service is not started
libnginx-mod-http-js    test      filter of the gateway
apache2-bin             test      another one, without its service
faketime                test      makes clocks jump, for the service
systemd                 test      checks the unit of the service; it need not run
python3-yaml            test      reads the manifests for ESP-IDF
clang                   test      second compiler, with other warnings than gcc
libclang-rt-dev         test      libFuzzer and the sanitizers of clang
libhttp-parser-dev      test,bench  compared with the HTTP layer
gcc-powerpc-linux-gnu   test      compiler for a big-endian 32-bit machine
libc6-dev-powerpc-cross test      C library for it
qemu-user               test      runs its programs on this machine
clang-19                test      compiles the public headers as C23, which older versions only know in part
g++                     test,bench  compiles the public headers as C++17, and C++ code for ESP-IDF
chromium-headless-shell test      opens the page of the stand-in; 98 MB with dependencies, 306 MB installed
ccache                  test      speeds up the builds of the next clone
curl                    test      sends what the tool prints for curl
zsh                     test      runs the completion for zsh
tmux                    test      a terminal, in which the tool asks questions
mandoc                  test      checks the man page
git                     test,lint,deb,test-deb,site  lists the files of the project, to check its rules
clang-format            lint      formats C
clang-tidy              lint      finds defects in C
cppcheck                lint      finds others
doxygen                 lint,test,site  checks the comments of the public headers
python3-sphinx          lint,test,site  builds the site of the docs, with its search
python3-myst-parser     lint,test,site  reads Markdown for it
furo                    lint,test,site  the look of the site, also on a phone
linkchecker             lint      checks links and anchors in the site
codespell               lint      finds misspelled words
python3-pyflakes        lint      finds defects in Python
shellcheck              lint      finds defects in shell scripts
build-essential         test,deb  the tools that Debian expects for every package build
debhelper               test,deb  the usual steps of a package build
pkgconf                 test,deb  finds the installed library
lintian                 test,deb  checks the packages
fakeroot                test      installs them in a folder without root
debootstrap             test-deb  creates a fresh Debian in a folder
gcovr                   coverage  measures test coverage
valgrind                bench     counts instructions
libcurl4-openssl-dev    bench     compared with the client
libcjson-dev            bench     compared with the JSON layer
libsimdjson-dev         bench     compared with the JSON layer
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
    # One call for all. It complains about unknown packages, which are those to install.
    # shellcheck disable=SC2016,SC2046 # the ${} are dpkg-query's; one word per package
    status=$newline$(dpkg-query -W -f='${Package} ${Architecture} ${db:Status-Abbrev}\n' \
        $(first_words "$rows") 2>/dev/null || true)
    printf '%s\n' "$rows" | while read -r package why; do
        case "$status" in
            # The architecture matters too: a library for another one does not help.
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

# Sets `sudo` to the prefix of commands that need root; fails if there is no way.
find_root() {
    sudo=
    if [ "$(id -u)" -eq 0 ]; then
        return
    fi
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        sudo=sudo
        return
    fi
    fail "root is needed to install them. Run this command as root, then try again:$newline$by_hand"
}

# Uses root's search path: after a plain `su` it lacks directories that dpkg needs, and the user's
# path may have another python, which the packages' scripts would run. The lock: another apt may be
# running.
apt_get() {
    $sudo env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
        apt-get -q -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" \
        </dev/null >>"$log" 2>&1
}

# The tests start servers themselves. The package nginx would start one too, on port 80: this is
# Debian's way to prevent that (invoke-rc.d(8)), unless it is prevented already.
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
    # One unreachable source may not matter: the installation will show.
    apt_get update || note 'apt-get update failed; trying with the current package lists'
    case " $1 " in
        *' nginx '*) deny_services ;;
    esac
    note 'apt-get install (some minutes on a slow line)'
    # shellcheck disable=SC2086 # one word per package
    if ! apt_get install -y --no-install-recommends $1; then
        tail -n 20 "$log" >&2
        fail "apt-get failed, see the messages above. To install by hand, as root:$newline$by_hand"
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
        build | firmware | size | test | lint | prove | coverage | bench | deb | test-deb | site) ;;
        *) usage ;;
    esac
done
chosen_groups=$*

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    note 'this system has no dpkg and apt-get: please install these packages (Debian'\''s names):'
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
