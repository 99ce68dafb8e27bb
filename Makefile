# The short commands of the README. Each build stands in build/PRESET, see CMakePresets.json.

PYTHON := /usr/bin/python3
# Most tests wait for a socket more than they compute.
JOBS := $(shell expr 3 \* $$(nproc))

# What must hold together: the tool's own settings, sanitizers, the other compiler, the mbedTLS series
# that the distribution does not have, lwIP, the fuzz targets over their corpora, and another machine.
TESTED := linux sanitize clang other-mbedtls lwip fuzz big-endian
FIRMWARE := firmware firmware-ipv6 firmware-tls13 firmware-small firmware-gateway
# Without tests: only its size counts.
MEASURED := firmware-lean
OTHER_MBEDTLS := $(if $(wildcard /usr/include/mbedtls/build_info.h),2.28,3.6)
# Sources that the presets name.
SOURCES := lwip-2.1 lwip-2.2 mbedtls-2.28 mbedtls-3.6
TEST_SOURCES := $(SOURCES) cmocka-1.1
# Of what `make bench` compares with on the board.
PEERS := cjson-1.7 http-parser-2.9

# For each target of `make fuzz`.
FUZZ_SECONDS := 60

# The builds share no objects, but a new clone repeats those of the last one. Where ccache is
# installed, it keeps them; the paths of the clone are not part of what it compares.
ifneq ($(shell command -v ccache),)
export CMAKE_C_COMPILER_LAUNCHER := ccache
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
endif

.PHONY: help demo demo-web screenshot test exhaustive coverage lint tool firmware firmware-run size \
	size-table bench bench-table fleet fleet-table fuzz mutate prove menuconfig docs format clean $(TESTED:%=build-%) \
	$(FIRMWARE:%=build-%) $(MEASURED:%=build-%) build-bench build-bench-tls13 build-firmware-bench
.SILENT:

help:
	echo "make demo         a device appears in Ardoq, or in a local stand-in for it"
	echo "make demo-web     the same to look at in a browser, while devices go on reporting"
	echo "make test         everything is built and tested"
	echo "make exhaustive   failing at every byte, call and allocation, and not only at some: minutes"
	echo "make lint         clang-tidy, cppcheck and others read the sources"
	echo "make coverage     lines and branches of components/ that the unit tests reach"
	echo "make firmware     an image for a Cortex-M3: build/firmware/firmware.elf"
	echo "make firmware-run boots it on an emulated board, against a local stand-in for Ardoq"
	echo "make size         what the core and the firmware take, against the tables"
	echo "make size-table   write the tables anew: docs/size.md, docs/firmware-size.md"
	echo "make bench        instructions of its work beside others', against docs/performance.md"
	echo "make bench-table  write that page anew also where a figure grew"
	echo "make fleet        100,000 devices on a virtual clock, against docs/fleet.md; a minute"
	echo "make fleet-table  write the table and the picture of that page anew"
	echo "make fuzz         looks for inputs that break it, FUZZ_SECONDS=60 for each of its targets"
	echo "make mutate       changes the code in MUTANTS=200 places: does a unit test notice? minutes"
	echo "make prove        proofs of memory safety with CBMC; some minutes"
	echo "make tool         the command-line tool: build/tool/ardoq"
	echo "make menuconfig   change the build options of the tool"
	echo "make docs         write docs/errors.md, docs/settings.md and docs/layers.svg again"
	echo "make screenshot   write docs/stand-in.png anew"
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

# Parts of `make test`, which sets what their presets ask for. Several at once: one is compiled while
# another is configured or linked.
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

# Two builds, for what stands under #if; the table is of both together.
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
	# The core's, and what tests compile of it with settings of their own.
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

menuconfig: tool
	scripts/kconfig.py --kconfig Kconfig --defaults examples/linux_cli/sdkconfig.defaults \
		--sdkconfig build/tool/sdkconfig --save
	KCONFIG_CONFIG=build/tool/sdkconfig $(PYTHON) -m menuconfig Kconfig

docs:
	scripts/generate_docs.py
	scripts/draw_layers.py

format:
	git ls-files '*.c' '*.cpp' '*.h' '*.hpp' | xargs clang-format -i

clean:
	rm -rf build
