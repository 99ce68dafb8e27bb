#!/bin/sh
# Builds one variant of the firmware in build/PRESET. Silent but for what is compiled.

set -eu

if [ $# -ne 1 ]; then
    echo 'usage: scripts/build_firmware.sh PRESET     (of examples/qemu_cortex_m3/CMakePresets.json)' >&2
    exit 2
fi
cd "$(dirname "$0")/.."
mkdir -p build
log=build/configure-$1.log
cmake -S examples/qemu_cortex_m3 --preset "$1" >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}
cmake --build "build/$1"
