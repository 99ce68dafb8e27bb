# mbedTLS and cmocka for a machine that the distribution has no packages for: from their sources, with
# their own default options. CMake reads this at the end of project(), as the preset says.

set(sources $ENV{ARDOQ_SOURCES})
foreach(file mbedtls-2.28/library/ssl_tls.c cmocka-1.1/src/cmocka.c)
    if(NOT EXISTS ${sources}/${file})
        message(FATAL_ERROR "${sources}/${file} was not found: set ARDOQ_SOURCES to what "
            "scripts/cached_sources.sh mbedtls-2.28 cmocka-1.1 prints")
    endif()
endforeach()

file(GLOB mbedtls_sources ${sources}/mbedtls-2.28/library/*.c)
add_library(mbedtls STATIC ${mbedtls_sources})
target_include_directories(mbedtls SYSTEM PUBLIC ${sources}/mbedtls-2.28/include)

add_library(cmocka STATIC ${sources}/cmocka-1.1/src/cmocka.c)
target_compile_definitions(cmocka PRIVATE
    _GNU_SOURCE HAVE_CLOCK_GETTIME HAVE_CLOCK_REALTIME HAVE_GCC_THREAD_LOCAL_STORAGE
    HAVE_SIGNAL_H HAVE_STRINGS_H HAVE_STRSIGNAL HAVE_STRUCT_TIMESPEC)
target_include_directories(cmocka SYSTEM PUBLIC ${sources}/cmocka-1.1/include)
# What tests/CMakeLists.txt looks for.
set(CMOCKA_INCLUDE_DIR ${sources}/cmocka-1.1/include CACHE PATH "")
set(CMOCKA_LIBRARY cmocka CACHE STRING "")
