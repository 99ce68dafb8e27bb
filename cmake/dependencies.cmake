# What the library needs of others: mbedTLS, jsmn, and threads for POSIX. Nothing is downloaded.

if(NOT ARDOQ_PORT STREQUAL "lwip")
    set(THREADS_PREFER_PTHREAD_FLAG ON)
    find_package(Threads REQUIRED)
endif()

add_library(ardoq_mbedtls INTERFACE)
if(TARGET mbedtls)
    # The larger project builds its own.
    target_link_libraries(ardoq_mbedtls INTERFACE mbedtls)
else()
    # By hand, because mbedTLS 2.28 as packaged brings neither a CMake nor a pkg-config file. A
    # prefix that was asked for is the only one that counts.
    set(search)
    if(ARDOQ_MBEDTLS)
        set(search PATHS ${ARDOQ_MBEDTLS} NO_DEFAULT_PATH)
    endif()
    find_path(MBEDTLS_INCLUDE_DIR mbedtls/ssl.h ${search} PATH_SUFFIXES include)
    find_library(MBEDTLS_LIBRARY mbedtls ${search} PATH_SUFFIXES lib)
    find_library(MBEDX509_LIBRARY mbedx509 ${search} PATH_SUFFIXES lib)
    find_library(MBEDCRYPTO_LIBRARY NAMES mbedcrypto tfpsacrypto ${search} PATH_SUFFIXES lib)
    foreach(found MBEDTLS_INCLUDE_DIR MBEDTLS_LIBRARY MBEDX509_LIBRARY MBEDCRYPTO_LIBRARY)
        if(NOT ${found})
            message(FATAL_ERROR "${found} was not found: run scripts/setup.sh build, or install "
                "libmbedtls-dev, or make a target mbedtls before add_subdirectory")
        endif()
    endforeach()
    target_include_directories(ardoq_mbedtls SYSTEM INTERFACE ${MBEDTLS_INCLUDE_DIR})
    target_link_libraries(ardoq_mbedtls INTERFACE
        ${MBEDTLS_LIBRARY} ${MBEDX509_LIBRARY} ${MBEDCRYPTO_LIBRARY})
endif()

# One header without code, so this host's will do; for a cross compiler CMake does not look there.
find_path(JSMN_INCLUDE_DIR jsmn.h PATHS /usr/local/include /usr/include)
if(NOT JSMN_INCLUDE_DIR)
    message(FATAL_ERROR "jsmn.h was not found: run scripts/setup.sh build, install libjsmn-dev, or "
        "set JSMN_INCLUDE_DIR to its folder")
endif()
# Copied, because it may stand among the headers of this host's C library, which no other compiler
# may see.
configure_file(${JSMN_INCLUDE_DIR}/jsmn.h ${PROJECT_BINARY_DIR}/jsmn/jsmn.h COPYONLY)
add_library(ardoq_jsmn INTERFACE)
target_include_directories(ardoq_jsmn SYSTEM INTERFACE ${PROJECT_BINARY_DIR}/jsmn)
