# What ESP-IDF would compile and read.

# ---- Compiled as ESP-IDF does --------------------------------------------------------------------

# Warnings are errors. ESP-IDF 5 compiles with GCC as gnu17, ESP-IDF 6 as gnu23, which takes a newer
# compiler than the tests' GCC. On its chips char is unsigned.
set(compilers 17 ${CMAKE_C_COMPILER} 23 clang-19)
function(add_compile_test name standard)
    cmake_parse_arguments(COMPILE "" "" "SOURCES;DEFINITIONS;OPTIONS" ${ARGN})
    list(FIND compilers ${standard} at)
    math(EXPR at "${at} + 1")
    list(GET compilers ${at} compiler)
    list(TRANSFORM COMPILE_DEFINITIONS PREPEND -D)
    add_test(NAME ${build_name}.esp_idf.compile_${name}
        COMMAND ${compiler} -std=gnu${standard} -fsyntax-only -funsigned-char
            $<TARGET_PROPERTY:ardoq_options,INTERFACE_COMPILE_OPTIONS> -Wwrite-strings
            ${COMPILE_OPTIONS}
            -D_GNU_SOURCE -DESP_PLATFORM ${COMPILE_DEFINITIONS}
            "-I$<JOIN:$<TARGET_PROPERTY:ardoq_fake,INTERFACE_INCLUDE_DIRECTORIES>,;-I>"
            -I${PROJECT_SOURCE_DIR}/esp_idf/include -I${CMAKE_CURRENT_SOURCE_DIR}/include
            -isystem ${MBEDTLS_INCLUDE_DIR} -isystem ${PROJECT_BINARY_DIR}/jsmn
            ${COMPILE_SOURCES}
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        COMMAND_EXPAND_LISTS)
    set_tests_properties(${build_name}.esp_idf.compile_${name} PROPERTIES TIMEOUT 120)
endfunction()

file(GLOB chip_sources ${port}/*.c ${PROJECT_SOURCE_DIR}/esp_idf/*.c)
set(simulator_sources ${chip_sources}
    ${PROJECT_SOURCE_DIR}/port/posix/environment.c
    ${PROJECT_SOURCE_DIR}/port/posix/resolve.c ${PROJECT_SOURCE_DIR}/port/sockets/sockets.c)
file(GLOB example_sources ${PROJECT_SOURCE_DIR}/examples/esp_idf/report_identity/main/*.c)
set(configuration CONFIG_LWIP_IPV6=1 CONFIG_LWIP_SNTP_MAX_SERVERS=1 CONFIG_FREERTOS_HZ=100)
set(example_configuration
    "CONFIG_EXAMPLE_MODEL=\"Pump\"" "CONFIG_EXAMPLE_SNTP_SERVER=\"pool.ntp.org\"")
set(example_options
    CONFIG_EXAMPLE_DEEP_SLEEP=1 CONFIG_ARDOQ_CONSOLE=1 CONFIG_ESP_CONSOLE_UART_DEFAULT=1)
set(simulator_configuration ${configuration} ${simulator} ARDOQ_SOCKETS_FREERTOS_SIMULATOR)
set(chip_configuration ${configuration} ${chip}
    CONFIG_MBEDTLS_CERTIFICATE_BUNDLE=1 CONFIG_SOC_RTC_MEM_SUPPORTED=1)

foreach(target chip simulator)
    foreach(version 5.1 5.2 5.4 6.0)
        string(REGEX MATCH "(.*)[.](.*)" name ${version})
        set(name ${target}_${CMAKE_MATCH_1}_${CMAKE_MATCH_2})
        set(standard 17)
        set(sources ${${target}_sources})
        if(version VERSION_GREATER_EQUAL 6.0)
            set(standard 23)
        elseif(NOT version VERSION_EQUAL 5.1)
            set(sources ${port}/identity.c) # alone looks at the version
        endif()
        add_compile_test(${name} ${standard} SOURCES ${sources}
            DEFINITIONS ${${target}_configuration}
                ESP_IDF_VERSION_MAJOR=${CMAKE_MATCH_1} ESP_IDF_VERSION_MINOR=${CMAKE_MATCH_2}
                ESP_IDF_VERSION_PATCH=0)
    endforeach()
    foreach(standard 17 23)
        add_compile_test(example_${target}_${standard} ${standard} SOURCES ${example_sources}
            DEFINITIONS ${${target}_configuration} ${example_configuration}
            OPTIONS -Wno-missing-prototypes) # nobody declares app_main()
    endforeach()
endforeach()
foreach(standard 17 23)
    add_compile_test(example_options_${standard} ${standard} SOURCES ${example_sources}
        DEFINITIONS ${chip_configuration} ${example_configuration} ${example_options}
        OPTIONS -Wno-missing-prototypes)
endforeach()
foreach(standard 17 23)
    add_compile_test(no_bundle_${standard} ${standard}
        SOURCES ${port}/trust.c DEFINITIONS ${configuration} ${chip})
    add_compile_test(embedded_roots_${standard} ${standard}
        SOURCES ${port}/trust.c DEFINITIONS ${chip_configuration} ARDOQ_EMBEDDED_ROOTS)
endforeach()
# As C of 2011 every build compiles it.
add_compile_test(core 23
    SOURCES $<TARGET_PROPERTY:ardoq_core,SOURCES> DEFINITIONS ${chip_configuration})

# The one source in C++, which needs nothing of the library, as ESP-IDF 5 and 6 compile it.
set(as_cpp_5 g++ -std=gnu++2b)
set(as_cpp_6 clang++-19 -std=gnu++26)
foreach(major 5 6)
    add_test(NAME ${build_name}.esp_idf.compile_cpp_${major}
        COMMAND ${as_cpp_${major}} -fsyntax-only -funsigned-char ${cpp_options}
            -I${CMAKE_CURRENT_SOURCE_DIR}/include ${port}/nvs_write.cpp)
    set_tests_properties(${build_name}.esp_idf.compile_cpp_${major} PROPERTIES TIMEOUT 120)
endforeach()

# Never built: `make lint` sees here how the example is compiled.
add_library(esp_idf_example OBJECT EXCLUDE_FROM_ALL ${example_sources})
target_compile_definitions(esp_idf_example PRIVATE
    _GNU_SOURCE ESP_PLATFORM ${chip_configuration} ${example_configuration})
target_include_directories(esp_idf_example PRIVATE
    ${PROJECT_SOURCE_DIR}/esp_idf/include ${CMAKE_CURRENT_SOURCE_DIR}/include)
target_link_libraries(esp_idf_example PRIVATE ardoq_fake)

# ---- The programs of the guide -------------------------------------------------------------------

add_test(NAME ${build_name}.esp_idf.guide
    COMMAND ${PYTHON} -B ${PROJECT_SOURCE_DIR}/tests/readme_examples.py
        --text ${PROJECT_SOURCE_DIR}/docs/esp-idf.md
        ${CMAKE_C_COMPILER} -std=gnu17 -Wall -Wextra -Werror -DCONFIG_FREERTOS_HZ=100
        "-I$<JOIN:$<TARGET_PROPERTY:ardoq_fake,INTERFACE_INCLUDE_DIRECTORIES>,;-I>"
        -I${PROJECT_SOURCE_DIR}/esp_idf/include -I${CMAKE_CURRENT_SOURCE_DIR}/include
        -isystem ${MBEDTLS_INCLUDE_DIR} -DCONFIG_IDF_TARGET_LINUX=1
    COMMAND_EXPAND_LISTS)

# ---- What ESP-IDF reads of this repository -------------------------------------------------------

# How test_package.py compiles: each option on a line, after what it is for.
set(compiler_options ${CMAKE_C_COMPILER} -std=gnu17 -funsigned-char -D_GNU_SOURCE -DESP_PLATFORM
    $<TARGET_PROPERTY:ardoq_options,INTERFACE_COMPILE_OPTIONS>
    -I$<JOIN:$<TARGET_PROPERTY:ardoq_kconfig,INTERFACE_INCLUDE_DIRECTORIES>,$<SEMICOLON>-I>
    -I${CMAKE_CURRENT_SOURCE_DIR}/include
    -isystem ${MBEDTLS_INCLUDE_DIR} -isystem ${PROJECT_BINARY_DIR}/jsmn)
set(versions ESP_IDF_VERSION_MAJOR=5 ESP_IDF_VERSION_MINOR=5 ESP_IDF_VERSION_PATCH=0)
set(chip_options ${chip_configuration} ${versions})
set(simulator_options ${simulator_configuration} ${versions})
list(REMOVE_ITEM simulator_options ARDOQ_SOCKETS_FREERTOS_SIMULATOR)
set(all_example_options ${chip_options} ${example_configuration} ${example_options})
set(options_file ${CMAKE_CURRENT_BINARY_DIR}/esp_idf_options.txt)
set(option_lines "compiler $<JOIN:${compiler_options},\ncompiler >\n")
foreach(kind chip simulator all_example)
    string(APPEND option_lines "${kind} -D$<JOIN:${${kind}_options},\n${kind} -D>\n")
endforeach()
file(GENERATE OUTPUT ${options_file} CONTENT "${option_lines}")

foreach(name component example kconfig manifests package)
    add_test(NAME ${build_name}.esp_idf.${name}
        COMMAND ${CMAKE_COMMAND} -E env ESP_IDF_OPTIONS=${options_file} ${PYTHON} -B -m pytest -q -p no:cacheprovider
            ${CMAKE_CURRENT_SOURCE_DIR}/test_${name}.py)
    set_tests_properties(${build_name}.esp_idf.${name} PROPERTIES TIMEOUT 180 COST 10)
endforeach()
