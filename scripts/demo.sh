#!/bin/bash
# Shows a device appearing in Ardoq: in a local stand-in, or, with ARDOQ_API_HOST and
# ARDOQ_API_TOKEN in the environment, in the real one.
set -euo pipefail

usage() {
    echo "usage: scripts/demo.sh PATH-OF-ARDOQ-TOOL" >&2
    exit 2
}

[ $# -eq 1 ] || usage
tool=$1
folder=$(dirname "$0")/..
work=$(mktemp -d)
server=

finish() {
    status=$?
    trap - EXIT
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    if [ "$status" -ne 0 ]; then
        cat "$work/server.log" 2>/dev/null || true
        echo "The demo failed: see the message above." >&2
    fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() {
    printf '\n\033[1m%s\033[0m\n' "$1"
}
[ -t 1 ] || say() { printf '\n%s\n' "$1"; }

# Shows a command as a person would type it, then runs it.
ardoq() {
    printf '\n$ ardoq'
    printf ' %q' "$@"
    printf '\n'
    "$tool" "${options[@]}" "$@" 2>&1
}

start_server() {
    /usr/bin/python3 -B "$folder/tests/certificates.py" "$work" ca server
    mkfifo "$work/port"
    # It ends by itself if this script is killed: the held end of its standard input closes then.
    mkfifo "$work/hold"
    /usr/bin/python3 -B "$folder/tests/fake_ardoq" serve --stop-with-stdin \
        --certificate "$work/server.pem" --key "$work/server.key" --database "$work/ardoq.db" \
        --token demo-token-5f0c --org-label acme \
        <"$work/hold" >"$work/port" 2>"$work/server.log" &
    server=$!
    exec 8>"$work/hold"
    exec 9<"$work/port"
    read -r -t 20 _ port <&9 || { echo "the stand-in did not start" >&2; exit 1; }
}

options=()
if [ -n "${ARDOQ_API_HOST:-}" ] && [ -n "${ARDOQ_API_TOKEN:-}" ]; then
    say "Talking to $ARDOQ_API_HOST"
else
    start_server
    say "A stand-in for Ardoq listens on https://localhost:$port, with a throw-away CA"
    export ARDOQ_API_HOST=https://localhost:$port ARDOQ_API_TOKEN=demo-token-5f0c
    export ARDOQ_ORG_LABEL=acme
    export ARDOQ_WORKSPACE=5e00000000000000000000aa ARDOQ_COMPONENT_TYPE=p1700000000000
    options=(--store "$work/store" --ca "$work/ca.pem")
fi

device=(--set "serial=DEMO-0001" --set "model=Demo sensor" --set "firmware_name=demo")

say "Who are we?"
ardoq me
say "The device reports itself for the first time"
ardoq report "${device[@]}" --set firmware_version=1.0.0
say "Its firmware is updated, and it reports again"
ardoq report "${device[@]}" --set firmware_version=1.1.0

if [ -n "$server" ]; then
    say "What the stand-in now holds"
    echo
    /usr/bin/python3 -B "$folder/tests/fake_ardoq" show --database "$work/ardoq.db"
else
    say "What Ardoq now holds"
    ardoq request GET /api/v2/components -q "name=Demo sensor DEMO-0001"
fi
