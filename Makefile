# The short commands of the README. Each build stands in build/PRESET, see CMakePresets.json.

PYTHON := /usr/bin/python3
# Most tests wait for a socket more than they compute.
JOBS := $(shell expr 2 \* $$(nproc))

# What must hold together: the tool's own settings, sanitizers, the other compiler, the mbedTLS series
# that the distribution does not have, and lwIP.
TESTED := linux sanitize clang other-mbedtls lwip
OTHER_MBEDTLS := $(if $(wildcard /usr/include/mbedtls/build_info.h),2.28,3.6)
# Sources that the presets name.
SOURCES := lwip-2.1 lwip-2.2 mbedtls-2.28 mbedtls-3.6

.PHONY: help demo test tool menuconfig docs format clean
.SILENT:

help:
	echo "make demo         a device appears in Ardoq, or in a local stand-in for it"
	echo "make test         everything is built and tested"
	echo "make tool         the command-line tool: build/tool/ardoq"
	echo "make menuconfig   change the build options of the tool"
	echo "make docs         write docs/errors.md and docs/settings.md anew"
	echo "make format       format the C sources"
	echo "make clean        remove build/"

demo: tool
	scripts/demo.sh build/tool/ardoq

tool:
	scripts/setup.sh build
	mkdir -p build
	cmake --preset tool > build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	cmake --build --preset tool

test:
	scripts/setup.sh build firmware test
	set -e; ARDOQ_OTHER_MBEDTLS=$$(scripts/build_mbedtls.sh $(OTHER_MBEDTLS)); \
	ARDOQ_SOURCES=$$(scripts/cached_sources.sh $(SOURCES)); \
	export ARDOQ_OTHER_MBEDTLS ARDOQ_SOURCES; \
	for preset in $(TESTED); do cmake --preset $$preset; cmake --build --preset $$preset; done
	# One ctest over all builds, so that they share the cores.
	echo 'subdirs($(TESTED))' > build/CTestTestfile.cmake
	ctest --test-dir build -j $(JOBS) --output-on-failure

menuconfig: tool
	scripts/kconfig.py --kconfig Kconfig --defaults examples/linux_cli/sdkconfig.defaults \
		--sdkconfig build/tool/sdkconfig --save
	KCONFIG_CONFIG=build/tool/sdkconfig $(PYTHON) -m menuconfig Kconfig

docs:
	scripts/generate_docs.py

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build
