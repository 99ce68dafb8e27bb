# shellcheck shell=sh
# Sourced by the scripts that use the user's cache folder.

# Prints the cache folder: $ARDOQ_CACHE, or else ardoq-device in the user's cache folder.
cache_folder() {
    cache=${ARDOQ_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set: set ARDOQ_CACHE}/.cache}/ardoq-device}
    case $cache in
        /*) printf '%s\n' "$cache" ;;
        *) printf '%s\n' "$PWD/$cache" ;;
    esac
}

# If two calls run at once, the second waits, then uses the first one's result. The lock ends with
# the last process that holds it, including compilers, so nothing is removed while it is being
# written.
take_lock() {
    exec 9>"$1.lock"
    flock -n 9 || {
        note "another call is working on $1; waiting"
        flock 9
    }
}

# Prints the Debian suite that has this series of a source package, such as lwip-2.1; fails for any
# other.
suite_of() {
    case $1 in
        mbedtls-2.28 | lwip-2.1 | http-parser-2.9 | cjson-1.7 | cmocka-1.1) echo bookworm ;;
        mbedtls-3.6 | lwip-2.2) echo trixie ;;
        *) return 1 ;;
    esac
}
