#!/usr/bin/python3
"""Generates sdkconfig.h from Kconfig, as ESP-IDF does, and fails on any warning.

Values come from the defaults file, then from the sdkconfig file that `make menuconfig` writes, if
there is one.
"""

import argparse
import pathlib
import sys

import kconfiglib


def fail(reason):
    sys.exit(f"error: invalid configuration:\n{reason}")


def load(kconfig_path, value_files):
    """Reads Kconfig and values; every warning (undefined symbol, value out of range) is an error."""
    kconfig = kconfiglib.Kconfig(str(kconfig_path), warn_to_stderr=False)
    kconfig.warn_assign_undef = True
    # The sdkconfig file is meant to override the defaults file.
    kconfig.warn_assign_override = False
    kconfig.warn_assign_redun = False
    for path in value_files:
        kconfig.load_config(str(path), replace=False)
    for symbol in kconfig.unique_defined_syms:
        symbol.str_value  # reading it detects a value out of range
    if kconfig.warnings:
        reasons = list(kconfig.warnings)
        if any("ARDOQ_KEY_" in reason for reason in reasons):
            reasons.append("custom fields are named in CONFIG_ARDOQ_FIELDS, as serial=sn")
        fail("\n".join(reasons))
    return kconfig


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kconfig", type=pathlib.Path, required=True)
    parser.add_argument("--defaults", type=pathlib.Path, help="values that differ from Kconfig's")
    parser.add_argument("--sdkconfig", type=pathlib.Path, help="values from menuconfig, if it exists")
    parser.add_argument("--header", type=pathlib.Path, help="the sdkconfig.h to write")
    parser.add_argument(
        "--save", action="store_true", help="write the sdkconfig file, so that it can be edited"
    )
    arguments = parser.parse_args()

    value_files = [arguments.defaults] if arguments.defaults else []
    if arguments.sdkconfig and arguments.sdkconfig.exists():
        value_files.append(arguments.sdkconfig)
    try:
        kconfig = load(arguments.kconfig, value_files)
    except (kconfiglib.KconfigError, OSError) as error:
        fail(error)
    if arguments.header:
        kconfig.write_autoconf(str(arguments.header))
    if arguments.save:
        kconfig.write_config(str(arguments.sdkconfig))


if __name__ == "__main__":
    main()
