# Short commands. Each build is in build/PRESET, see CMakePresets.json.

PYTHON := /usr/bin/python3
# Most tests spend more time waiting for a socket than computing.
JOBS := $(shell expr 3 \* $$(nproc))

# Presets that are tested: the tool's own settings, sanitizers, the other compiler, the mbedTLS
# series that the distribution does not have, lwIP, the fuzz targets with their corpora, and another
# machine.
TESTED := linux sanitize clang other-mbedtls lwip fuzz big-endian
FIRMWARE := firmware firmware-ipv6 firmware-tls13 firmware-small firmware-gateway
# Without tests: only its size is measured.
MEASURED := firmware-lean
OTHER_MBEDTLS := $(if $(wildcard /usr/include/mbedtls/build_info.h),2.28,3.6)
# Sources that the presets name.
SOURCES := lwip-2.1 lwip-2.2 mbedtls-2.28 mbedtls-3.6
TEST_SOURCES := $(SOURCES) cmocka-1.1
# Libraries that `make bench` compares with on the board.
PEERS := cjson-1.7 http-parser-2.9

# For each target of `make fuzz`.
FUZZ_SECONDS := 60

# If ccache is installed, a new clone reuses the objects of the last one; paths of the clone are not
# compared.
ifneq ($(shell command -v ccache),)
export CMAKE_C_COMPILER_LAUNCHER := ccache
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
endif

.PHONY: help demo demo-web screenshot test exhaustive coverage lint tool firmware firmware-run size \
	size-table bench bench-table fleet fleet-table fuzz mutate prove deb test-deb menuconfig docs site format clean $(TESTED:%=build-%) \
	$(FIRMWARE:%=build-%) $(MEASURED:%=build-%) build-bench build-bench-tls13 build-firmware-bench
.SILENT:

help:
	echo "make demo         a device appears in Ardoq, or in a local stand-in for it"
	echo "make demo-web     the same in a browser, while devices keep reporting"
	echo "make test         build and test everything"
	echo "make exhaustive   fail at every byte, call and allocation, not only at some; minutes"
	echo "make lint         check the sources with clang-tidy, cppcheck and others"
	echo "make coverage     lines and branches of components/ that the unit tests reach"
	echo "make firmware     build an image for a Cortex-M3: build/firmware/firmware.elf"
	echo "make firmware-run boot it on an emulated board, with a local stand-in for Ardoq"
	echo "make size         compare the sizes of core and firmware with the tables"
	echo "make size-table   update the tables: docs/size.md, docs/firmware-size.md"
	echo "make bench        count instructions, and compare with docs/performance.md"
	echo "make bench-table  update that page, even if figures grew"
	echo "make fleet        simulate 100,000 devices, and compare with docs/fleet.md; a minute"
	echo "make fleet-table  update the table and the picture of that page"
	echo "make fuzz         search for inputs that break it, FUZZ_SECONDS=60 per target"
	echo "make mutate       check that unit tests notice MUTANTS=200 changes of the code; minutes"
	echo "make prove        prove memory safety with CBMC; some minutes"
	echo "make tool         build the command-line tool: build/tool/ardoq"
	echo "make deb          build Debian packages of the tool and the library: build/deb"
	echo "make test-deb     install, upgrade and purge them in a fresh Debian 12 and 13; as root, minutes"
	echo "make menuconfig   change the build options of the tool"
	echo "make docs         update docs/errors.md, docs/settings.md and docs/layers.svg"
	echo "make site         build the docs as a site with offline search: build/site"
	echo "make screenshot   update docs/stand-in.png"
	echo "make format       format the sources"
	echo "make clean        remove build/"

demo: tool
	scripts/demo.sh build/tool/ardoq

demo-web: tool
	scripts/demo.sh --web build/tool/ardoq

# The picture in the README.
screenshot:
	scripts/setup.sh build test
	scripts/screenshot.py

tool:
	scripts/setup.sh build
	mkdir -p build
	cmake --preset tool > build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	cmake --build --preset tool

test:
	scripts/setup.sh build firmware test
	set -e; ARDOQ_OTHER_MBEDTLS=$$(scripts/build_mbedtls.sh $(OTHER_MBEDTLS)); \
	ARDOQ_SOURCES=$$(scripts/cached_sources.sh $(TEST_SOURCES)); \
	export ARDOQ_OTHER_MBEDTLS ARDOQ_SOURCES; \
	$(MAKE) -j $$(nproc) --output-sync=target $(TESTED:%=build-%) $(FIRMWARE:%=build-%)
	# One ctest over all builds, so that they share the cores.
	echo 'subdirs($(TESTED) $(FIRMWARE))' > build/CTestTestfile.cmake
	ctest --test-dir build -j $(JOBS) --output-on-failure

# Parts of `make test`, which sets the variables of their presets. They run in parallel, so that one
# is compiled while another is configured or linked.
$(TESTED:%=build-%) build-bench build-bench-tls13: build-%:
	cmake --preset $*
	cmake --build --preset $*

$(FIRMWARE:%=build-%) $(MEASURED:%=build-%) build-firmware-bench: build-%:
	cmake -S examples/qemu_cortex_m3 --preset $*
	cmake --build build/$*

EXHAUSTIVE := linux sanitize other-mbedtls

exhaustive:
	scripts/setup.sh build firmware test
	set -e; ARDOQ_OTHER_MBEDTLS=$$(scripts/build_mbedtls.sh $(OTHER_MBEDTLS)); \
	export ARDOQ_OTHER_MBEDTLS; \
	for preset in $(EXHAUSTIVE); do \
		cmake --preset $$preset; \
		cmake --build --preset $$preset; \
		ctest --test-dir build/$$preset -C Exhaustive -R exhaustive -j $(JOBS) --output-on-failure; \
	done

lint:
	scripts/setup.sh build firmware test lint
	scripts/lint.py

# Two builds, to cover both sides of each #if; the table combines them.
COVERAGE := coverage coverage-opposite
coverage:
	scripts/setup.sh build test coverage
	set -e; ARDOQ_OTHER_MBEDTLS=$$(scripts/build_mbedtls.sh $(OTHER_MBEDTLS)); \
	export ARDOQ_OTHER_MBEDTLS; \
	for preset in $(COVERAGE); do \
		cmake --preset $$preset; cmake --build --preset $$preset; \
		find build/$$preset -name '*.gcda' -delete; \
		ctest --test-dir build/$$preset -j $(JOBS) --output-on-failure \
			-R '\.unit\.' -E '\.unit\.(lwip|posix|template)_'; \
	done
	mkdir -p build/coverage/report
	# The core's objects, and those that tests compile with other settings.
	gcovr --root . --filter '.*components/.*\.[ch]$$' --branches --exclude-unreachable-branches \
		--html-details build/coverage/report/index.html --txt - \
		--fail-under-line 99 --fail-under-branch 97 \
		$(foreach preset,$(COVERAGE),build/$(preset)/CMakeFiles build/$(preset)/tests/unit)

firmware: tool
	scripts/setup.sh firmware
	set -e; ARDOQ_SOURCES=$$(scripts/cached_sources.sh lwip-2.1 mbedtls-2.28); \
	export ARDOQ_SOURCES; $(MAKE) --no-print-directory build-firmware

firmware-run: firmware
	tests/firmware/run.py --build build/firmware --flash-image build/tool/flash_image

size size-table: tool
	scripts/setup.sh firmware size
	set -e; ARDOQ_SOURCES=$$(scripts/cached_sources.sh $(SOURCES)); export ARDOQ_SOURCES; \
	$(MAKE) --no-print-directory $(FIRMWARE:%=build-%) $(MEASURED:%=build-%); \
	tests/size/core_size.py --sources "$$ARDOQ_SOURCES" --builds build \
		$(if $(filter size-table,$@),--write)
	tests/size/firmware_size.py --builds build --flash-image build/tool/flash_image \
		$(if $(filter size-table,$@),--write)

bench bench-table: tool
	scripts/setup.sh firmware bench
	set -e; ARDOQ_TLS13_MBEDTLS=$$(scripts/build_mbedtls.sh 3.6); \
	ARDOQ_SOURCES=$$(scripts/cached_sources.sh $(SOURCES) $(PEERS)); \
	export ARDOQ_TLS13_MBEDTLS ARDOQ_SOURCES; \
	$(MAKE) --no-print-directory build-bench build-bench-tls13 build-firmware-bench \
		build-firmware-tls13
	tests/bench/bench.py --builds build --flash-image build/tool/flash_image \
		$(if $(filter bench-table,$@),--write)

fleet fleet-table:
	scripts/setup.sh build test
	cmake --preset fleet
	cmake --build --preset fleet
	build/fleet/tests/fleet/test_reporters
	tests/fleet/fleet.py --build build/fleet $(if $(filter fleet-table,$@),--write)

fuzz:
	scripts/setup.sh build test
	cmake --preset fuzz
	cmake --build --preset fuzz
	tests/fuzz/run.py --build build/fuzz --seconds $(FUZZ_SECONDS) $(FUZZ_TARGETS)

# All mutants of some files: make mutate FILES="components/tls port/lwip/store.c" MUTANTS=10000
MUTANTS := 200
mutate:
	scripts/setup.sh build test
	tests/mutation/mutate.py --sample $(MUTANTS) $(FILES)

prove:
	scripts/setup.sh build prove
	mkdir -p build/proofs
	scripts/kconfig.py --kconfig Kconfig --header build/proofs/sdkconfig.h
	set -e; cbmc=$$(scripts/cbmc.sh); tests/proofs/prove.py --cbmc "$$cbmc" --kconfig build/proofs

deb:
	scripts/setup.sh build deb
	scripts/deb.py build/deb

test-deb:
	scripts/setup.sh test-deb
	tests/deb/roots.sh build/test-deb

menuconfig: tool
	scripts/kconfig.py --kconfig Kconfig --defaults examples/linux_cli/sdkconfig.defaults \
		--sdkconfig build/tool/sdkconfig --save
	KCONFIG_CONFIG=build/tool/sdkconfig $(PYTHON) -m menuconfig Kconfig

docs:
	scripts/generate_docs.py
	scripts/draw_layers.py

site:
	scripts/setup.sh site
	scripts/make_site.py

format:
	git ls-files '*.c' '*.cpp' '*.h' '*.hpp' | xargs clang-format -i

clean:
	rm -rf build
