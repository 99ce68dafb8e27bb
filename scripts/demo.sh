#!/bin/bash
# Shows how a device appears in Ardoq: in a local stand-in, or, with ARDOQ_API_HOST and
# ARDOQ_API_TOKEN in the environment, in the real one.
#
# With --web always in the stand-in, which shows its content in a browser, on the port
# ARDOQ_DEMO_PORT or a free one; devices keep reporting until Ctrl-C, with ARDOQ_DEMO_PAUSE seconds
# between two reports.
set -euo pipefail

usage() {
    echo "usage: scripts/demo.sh [--web] PATH-OF-ARDOQ-TOOL" >&2
    exit 2
}

web=
page=()
if [ "${1:-}" = --web ]; then
    web=1
    page=(--page-port "${ARDOQ_DEMO_PORT:-0}")
    shift
fi
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
if [ -n "$web" ]; then
    # The usual way to end it.
    trap 'exit 0' INT TERM
else
    trap 'exit 130' INT TERM
fi

say() {
    printf '\n\033[1m%s\033[0m\n' "$1"
}
[ -t 1 ] || say() { printf '\n%s\n' "$1"; }

# Shows a command as a person would type it, then runs it.
ardoq() {
    printf '\n$ ardoq'
    for argument; do
        if [[ $argument == *[!A-Za-z0-9_./=:-]* ]]; then
            argument=${argument@Q}
        fi
        printf ' %s' "$argument"
    done
    printf '\n'
    "$tool" "${options[@]}" "$@" 2>&1
}

start_server() {
    /usr/bin/python3 -B "$folder/tests/certificates.py" "$work" ca server
    mkfifo "$work/port"
    # If this script is killed, the stand-in ends too, because its standard input closes.
    mkfifo "$work/hold"
    /usr/bin/python3 -B "$folder/tests/fake_ardoq" serve --stop-with-stdin \
        --certificate "$work/server.pem" --key "$work/server.key" --database "$work/ardoq.db" \
        --token demo-token-5f0c --org-label acme "${page[@]}" \
        <"$work/hold" >"$work/port" 2>"$work/server.log" &
    server=$!
    exec 8>"$work/hold"
    exec 9<"$work/port"
    read -r -t 60 _ port <&9 || { echo "the stand-in did not start" >&2; exit 1; }
    if [ -n "$web" ]; then
        read -r -t 20 _ page_port <&9
    fi
}

# References of a device at this site: its product, its firmware and the site, which are created if
# missing. Products and locations are workspaces of the stand-in.
relations() {
    local products=5e00000000000000000000ac locations=5e00000000000000000000ab
    printf '%s' "3! $products+p2000000000000/{model}; " \
        "4! $products+p2100000000000/{firmware_name} {firmware_version}; " \
        "2! $locations+p1900000000000/$1"
}

# Reports a device at a site, then waits.
appear() {
    local serial=$1 site=$2 version=$3
    ARDOQ_RELATIONS=$(relations "$site") ardoq report --set "serial=$serial" \
        --set "model=Demo sensor" --set firmware_name=demo --set "firmware_version=$version"
    sleep "${ARDOQ_DEMO_PAUSE:-3}"
}

go_on_reporting() {
    say "Open http://localhost:$page_port/ in a browser; stop with Ctrl-C"
    local release=0
    while true; do
        appear DEMO-0001 Oslo "1.$release.0"
        appear DEMO-0002 Oslo "1.$release.0"
        appear DEMO-0003 Bergen "1.$release.0"
        release=$((release + 1))
    done
}

options=()
if [ -z "$web" ] && [ -n "${ARDOQ_API_HOST:-}" ] && [ -n "${ARDOQ_API_TOKEN:-}" ]; then
    say "Talking to $ARDOQ_API_HOST"
else
    start_server
    say "A stand-in for Ardoq is running at https://localhost:$port, with a temporary CA"
    export ARDOQ_API_HOST=https://localhost:$port ARDOQ_API_TOKEN=demo-token-5f0c
    export ARDOQ_ORG_LABEL=acme
    export ARDOQ_WORKSPACE=5e00000000000000000000aa ARDOQ_COMPONENT_TYPE=p1700000000000
    options=(--store "$work/store" --ca "$work/ca.pem")
fi

if [ -n "$web" ]; then
    go_on_reporting
fi

device=(--set "serial=DEMO-0001" --set "model=Demo sensor" --set "firmware_name=demo")

say "Who are we?"
ardoq me
if [ -n "$server" ]; then
    say "The device belongs to a product, a firmware and a site"
    ardoq config set relations "$(relations Bergen)"
fi
say "The device reports itself for the first time"
ardoq report "${device[@]}" --set firmware_version=1.0.0
if [ -n "$server" ]; then
    say "It moves to another site"
    ardoq config set relations "$(relations Oslo)"
fi
say "Its firmware is updated, and it reports again"
ardoq report "${device[@]}" --set firmware_version=1.1.0

if [ -n "$server" ]; then
    say "The stand-in now contains"
    echo
    /usr/bin/python3 -B "$folder/tests/fake_ardoq" show --database "$work/ardoq.db"
else
    say "Ardoq now contains"
    ardoq request GET /api/v2/components -q "name=Demo sensor DEMO-0001"
fi
