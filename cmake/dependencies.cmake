# What the library needs of the system: threads, mbedTLS, jsmn. Nothing is downloaded.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# By hand, because mbedTLS 2.28 as packaged brings neither a CMake nor a pkg-config file. A prefix
# that was asked for is the only one that counts.
set(search)
if(ARDOQ_MBEDTLS)
    set(search PATHS ${ARDOQ_MBEDTLS} NO_DEFAULT_PATH)
endif()
find_path(MBEDTLS_INCLUDE_DIR mbedtls/ssl.h ${search} PATH_SUFFIXES include)
find_library(MBEDTLS_LIBRARY mbedtls ${search} PATH_SUFFIXES lib)
find_library(MBEDX509_LIBRARY mbedx509 ${search} PATH_SUFFIXES lib)
find_library(MBEDCRYPTO_LIBRARY NAMES mbedcrypto tfpsacrypto ${search} PATH_SUFFIXES lib)
find_path(JSMN_INCLUDE_DIR jsmn.h)
foreach(found MBEDTLS_INCLUDE_DIR MBEDTLS_LIBRARY MBEDX509_LIBRARY MBEDCRYPTO_LIBRARY
        JSMN_INCLUDE_DIR)
    if(NOT ${found})
        message(FATAL_ERROR "${found} was not found: run scripts/setup.sh build, or install "
            "libmbedtls-dev and libjsmn-dev")
    endif()
endforeach()

add_library(ardoq_mbedtls INTERFACE)
target_include_directories(ardoq_mbedtls SYSTEM INTERFACE ${MBEDTLS_INCLUDE_DIR})
target_link_libraries(ardoq_mbedtls INTERFACE
    ${MBEDTLS_LIBRARY} ${MBEDX509_LIBRARY} ${MBEDCRYPTO_LIBRARY})

add_library(ardoq_jsmn INTERFACE)
target_include_directories(ardoq_jsmn SYSTEM INTERFACE ${JSMN_INCLUDE_DIR})
