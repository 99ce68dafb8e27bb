# Dependencies of the library: mbedTLS, jsmn, and threads for POSIX. Nothing is downloaded.

if(NOT ARDOQ_PORT STREQUAL "lwip")
    set(THREADS_PREFER_PTHREAD_FLAG ON)
    find_package(Threads REQUIRED)
endif()

if(TARGET mbedtls)
    # The larger project builds its own.
    add_library(ardoq::mbedtls INTERFACE IMPORTED GLOBAL)
    target_link_libraries(ardoq::mbedtls INTERFACE mbedtls)
else()
    include(cmake/mbedtls.cmake)
    if(ardoq_mbedtls_missing)
        message(FATAL_ERROR "${ardoq_mbedtls_missing} was not found: run scripts/setup.sh build, or "
            "install libmbedtls-dev, or define a target mbedtls before add_subdirectory")
    endif()
endif()

# One header without code, so this host's can be used; CMake does not search there for a cross
# compiler.
find_path(JSMN_INCLUDE_DIR jsmn.h PATHS /usr/local/include /usr/include)
if(NOT JSMN_INCLUDE_DIR)
    message(FATAL_ERROR "jsmn.h was not found: run scripts/setup.sh build, install libjsmn-dev, or "
        "set JSMN_INCLUDE_DIR to its folder")
endif()
# Copied, because it may be among the headers of this host's C library, which a cross compiler must
# not see.
configure_file(${JSMN_INCLUDE_DIR}/jsmn.h ${PROJECT_BINARY_DIR}/jsmn/jsmn.h COPYONLY)
add_library(ardoq_jsmn INTERFACE)
target_include_directories(ardoq_jsmn SYSTEM INTERFACE ${PROJECT_BINARY_DIR}/jsmn)
