# The port on fakes, which behave as ESP-IDF documents and fail as they are told.

# FROM: the test's source, if it is not test_NAME.c. WRAP: functions that the test stands in for, as
# __wrap_NAME().
function(add_esp_idf_test name)
    cmake_parse_arguments(TEST "" "FROM" "SOURCES;DEFINITIONS;WRAP" ${ARGN})
    if(NOT TEST_FROM)
        set(TEST_FROM test_${name}.c)
    endif()
    set(target test_esp_idf_${name})
    add_executable(${target} ${TEST_FROM} ${TEST_SOURCES})
    target_compile_definitions(${target} PRIVATE
        _GNU_SOURCE CERTIFICATES="${certificates}" CONFIG_FREERTOS_HZ=100 ${TEST_DEFINITIONS})
    target_include_directories(${target} PRIVATE
        ${CMOCKA_INCLUDE_DIR} include fakes ${PROJECT_SOURCE_DIR}/esp_idf/include)
    target_link_libraries(${target} PRIVATE ardoq_fake ardoq_options ${CMOCKA_LIBRARY})
    list(TRANSFORM TEST_WRAP PREPEND -Wl,--wrap=)
    target_link_options(${target} PRIVATE ${TEST_WRAP})
    add_test(NAME ${build_name}.esp_idf.${name} COMMAND ${target})
    set_tests_properties(${build_name}.esp_idf.${name} PROPERTIES TIMEOUT 120)
endfunction()

enable_language(CXX)
add_library(esp_idf_nvs_write OBJECT ${port}/nvs_write.cpp fakes/fake_nvs_handle.cpp)
target_compile_features(esp_idf_nvs_write PRIVATE cxx_std_17)
target_compile_options(esp_idf_nvs_write PRIVATE ${cpp_options})
target_include_directories(esp_idf_nvs_write PRIVATE include fakes)

set(store_sources ${port}/store.c $<TARGET_OBJECTS:esp_idf_nvs_write> fakes/fake_nvs.c fakes/fake_log.c)

add_esp_idf_test(store SOURCES ${store_sources} DEFINITIONS ${chip})
add_esp_idf_test(store_simulator FROM test_store.c
    SOURCES ${store_sources} ${PROJECT_SOURCE_DIR}/port/posix/environment.c
    DEFINITIONS ${simulator})
add_esp_idf_test(log SOURCES ${port}/log.c DEFINITIONS ${chip})
add_esp_idf_test(console
    SOURCES ${PROJECT_SOURCE_DIR}/esp_idf/console.c fakes/fake_freertos.c
    DEFINITIONS ${chip}
    WRAP free malloc)
add_esp_idf_test(reporter_task
    SOURCES ${PROJECT_SOURCE_DIR}/esp_idf/reporter_task.c fakes/fake_freertos.c
    DEFINITIONS ${chip})
# The port's own store and log in place of the fake port's.
set(own store_each store_get store_set store_erase log)
list(TRANSFORM own PREPEND ardoq_port_)
list(TRANSFORM own REPLACE "(.+)" "\\1=__wrap_\\1" OUTPUT_VARIABLE own_definitions)
add_esp_idf_test(secrets
    SOURCES ${store_sources} ${port}/log.c
        ${PROJECT_SOURCE_DIR}/esp_idf/console.c fakes/fake_freertos.c
    DEFINITIONS ${chip} ${own_definitions}
    WRAP ${own})
add_esp_idf_test(wait
    SOURCES ${PROJECT_SOURCE_DIR}/port/sockets/sockets.c fakes/fake_freertos.c
    DEFINITIONS ${simulator} ARDOQ_SOCKETS_FREERTOS_SIMULATOR
    WRAP poll)

# What the target decides.
foreach(target chip simulator)
    add_esp_idf_test(clock_${target} FROM test_clock.c
        SOURCES ${port}/clock.c fakes/fake_freertos.c DEFINITIONS ${${target}} WRAP gettimeofday)
    add_esp_idf_test(random_${target} FROM test_random.c
        SOURCES ${port}/random.c DEFINITIONS ${${target}} WRAP getentropy)
endforeach()

add_esp_idf_test(session
    SOURCES ${port}/session.c DEFINITIONS ${chip} CONFIG_SOC_RTC_MEM_SUPPORTED=1)
add_esp_idf_test(session_nvs
    SOURCES ${port}/session_nvs.c fakes/fake_nvs.c fakes/fake_log.c DEFINITIONS ${chip})
add_esp_idf_test(session_simulator FROM test_session.c
    SOURCES ${port}/session.c DEFINITIONS ${simulator})

# What the application configures.
add_esp_idf_test(trust_bundle FROM test_trust.c
    SOURCES ${port}/trust.c DEFINITIONS ${chip} CONFIG_MBEDTLS_CERTIFICATE_BUNDLE=1)
add_esp_idf_test(trust_nothing FROM test_trust.c SOURCES ${port}/trust.c DEFINITIONS ${chip})
foreach(roots 0 1 2 "1;SPOILT" "1;UNREAD")
    list(JOIN roots _ name)
    string(TOLOWER trust_roots_${name} name)
    add_esp_idf_test(${name} FROM test_trust_embedded.c
        SOURCES ${port}/trust.c
        DEFINITIONS ${chip} CONFIG_MBEDTLS_CERTIFICATE_BUNDLE=1 ARDOQ_EMBEDDED_ROOTS ROOTS=${roots}
        WRAP mbedtls_x509_crt_parse)
endforeach()

# What chip and version decide.
function(add_identity_test name)
    add_esp_idf_test(identity_${name} FROM test_identity.c
        SOURCES ${port}/identity.c DEFINITIONS ${ARGN})
endfunction()
foreach(model ESP32 ESP32-S3 ESP32-C3 ESP32-C61)
    string(REPLACE - "" target ${model})
    string(TOLOWER ${target} target)
    set(with_ipv6)
    if(target MATCHES c)
        set(with_ipv6 CONFIG_LWIP_IPV6=1)
    endif()
    add_identity_test(${target} EXPECTED_CHIP="${model}" EXPECTED_APPLICATION
        "CONFIG_IDF_TARGET=\"${target}\"" ${with_ipv6})
endforeach()
# The simulator lacked the application's description in two versions, and the address in the first.
set(expected_5_1 EXPECTED_APPLICATION WITHOUT_MAC)
set(expected_5_2)
set(expected_5_3)
set(expected_5_4 EXPECTED_APPLICATION)
foreach(minor 1 2 3 4)
    add_identity_test(simulator_5_${minor} ${simulator} ${expected_5_${minor}}
        ESP_IDF_VERSION_MAJOR=5 ESP_IDF_VERSION_MINOR=${minor} ESP_IDF_VERSION_PATCH=0)
endforeach()
add_identity_test(simulator_6_0 ${simulator} EXPECTED_APPLICATION)
