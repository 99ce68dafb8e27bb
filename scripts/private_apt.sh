# shellcheck shell=sh
# Sourced by the scripts that fetch from a Debian suite other than this system's. Needs no root, and
# does not change apt's lists, caches and settings.
#
# shellcheck disable=SC2154 # $suite, $work and $group
# They set $suite, $work (an empty folder) and $group (their group in scripts/setup.sh), and define
# fail(). The output of apt is in $work/log.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

is_suite() {
    case $1 in
        '' | *[!a-z-]*) return 1 ;;
    esac
}

# Checks that the tools $@ and apt's keyring are installed.
check_tools() {
    for tool in apt-get "$@"; do
        command -v "$tool" >/dev/null || fail "$tool is missing: run scripts/setup.sh $group"
    done
    [ -r "$keyring" ] || fail "$keyring is missing: run scripts/setup.sh $group"
}

# Prints apt's addresses for packages of the component main, filtered further by $@.
configured_mirrors() {
    # shellcheck disable=SC2016 # the $() is apt's
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' "$@" |
        sed '/^cdrom:/d' | sort -u
}

# Prints the addresses to try. The label is known after `apt-get update`. Before that, as in a fresh
# container, the suite's name is used; another archive with a suite of the same name is then tried
# too, and rejected for its signature.
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

# A configuration of apt that shares only the proxies with the system's. It is read last and so
# takes precedence: unsigned archives are always rejected.
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

# Finds the first mirror with the suite, and reads its index: $1 is deb or deb-src.
read_index() {
    mirrors=$(candidate_mirrors)
    [ -n "$mirrors" ] ||
        fail "no Debian mirror is configured here: set DEBIAN_MIRROR to the address of one"
    for mirror in $mirrors; do
        printf '%s [arch=%s signed-by=%s] %s %s main\n' "$1" "$(dpkg --print-architecture)" \
            "$keyring" "$mirror" "$suite" >"$work/sources.list"
        if private_apt_get update; then
            return
        fi
    done
    cat "$work/log" >&2
    fail "cannot read the index of $suite (DEBIAN_MIRROR names another mirror); tried:" "$mirrors"
}
