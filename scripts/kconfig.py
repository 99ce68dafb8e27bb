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


HOW_TO_AGREE = ("take CONFIG_ARDOQ_... out of your sdkconfig.h, or build the library from its source "
                "with it")
INSTALLED_HEAD = """\
/* What the library was built with. Its structures have these sizes, so a program must see the same: the
 * values of an sdkconfig.h of its own are compared with them. */
#ifndef ARDOQ_INSTALLED_SDKCONFIG_H
#define ARDOQ_INSTALLED_SDKCONFIG_H

#include <mbedtls/version.h>
#if MBEDTLS_VERSION_MAJOR != {major} || MBEDTLS_VERSION_MINOR != {minor}
#error "the installed library ardoq was built with mbedTLS {major}.{minor}: put that one first"
#endif

#ifdef __has_include
#if __has_include(<sdkconfig.h>)
#include <sdkconfig.h>
#endif
#endif
"""


def refusal(condition, name, value):
    return (f'{condition}\n'
            f'#error "{name}: the installed library ardoq was built {value}; {HOW_TO_AGREE}"\n'
            f'#endif\n')


def compared(symbol):
    """Lines that stop a program in which the symbol has another value."""
    name = f"CONFIG_{symbol.name}"
    if not symbol.config_string or symbol.str_value == "n":
        return refusal(f"#ifdef {name}", name, "without it")
    if symbol.orig_type == kconfiglib.STRING:
        return f"#undef {name}\n"  # it cannot be compared here, and nothing depends on it
    if symbol.orig_type == kconfiglib.BOOL:
        return refusal(f"#ifndef {name}", name, "with it")
    number = symbol.str_value
    return refusal(f"#if {name} + 0 != {number}", name, f"with {number}") + f"#undef {name}\n"


def installed_header(kconfig, values, mbedtls):
    """The sdkconfig.h that goes with an installed library."""
    major, minor = mbedtls.split(".")
    checks = "".join(compared(symbol) for symbol in kconfig.unique_defined_syms)
    return (
        INSTALLED_HEAD.format(major=major, minor=minor)
        + f"\n#ifdef CONFIG_ARDOQ_BUFFER_SIZE\n{checks}#endif\n\n{values}\n#endif\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kconfig", type=pathlib.Path, required=True)
    parser.add_argument("--defaults", type=pathlib.Path, help="values that differ from Kconfig's")
    parser.add_argument("--sdkconfig", type=pathlib.Path, help="values from menuconfig, if it exists")
    parser.add_argument("--header", type=pathlib.Path, help="the sdkconfig.h to write")
    parser.add_argument(
        "--installed-header", type=pathlib.Path,
        help="the sdkconfig.h to write for an installed library; it refuses others; with --header"
    )
    parser.add_argument("--mbedtls", help="for that: the series of mbedTLS, such as 3.6")
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
    if arguments.installed_header:
        values = arguments.header.read_text()
        arguments.installed_header.write_text(installed_header(kconfig, values, arguments.mbedtls))
    if arguments.save:
        kconfig.write_config(str(arguments.sdkconfig))


if __name__ == "__main__":
    main()
