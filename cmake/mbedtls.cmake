# Finds mbedTLS and defines the target ardoq::mbedtls. Used by the library's own build and,
# installed next to ardoqConfig.cmake, by projects that use the installed library.
#
# By hand, because Debian's mbedTLS 2.28 has neither a CMake nor a pkg-config file. With
# ARDOQ_MBEDTLS only that prefix is searched.

set(ardoq_mbedtls_search)
if(ARDOQ_MBEDTLS)
    set(ardoq_mbedtls_search PATHS ${ARDOQ_MBEDTLS} NO_DEFAULT_PATH)
endif()
find_path(MBEDTLS_INCLUDE_DIR mbedtls/ssl.h ${ardoq_mbedtls_search} PATH_SUFFIXES include)
find_library(MBEDTLS_LIBRARY mbedtls ${ardoq_mbedtls_search} PATH_SUFFIXES lib)
find_library(MBEDX509_LIBRARY mbedx509 ${ardoq_mbedtls_search} PATH_SUFFIXES lib)
find_library(MBEDCRYPTO_LIBRARY
    NAMES mbedcrypto tfpsacrypto ${ardoq_mbedtls_search} PATH_SUFFIXES lib)

set(ardoq_mbedtls_missing)
foreach(found MBEDTLS_INCLUDE_DIR MBEDTLS_LIBRARY MBEDX509_LIBRARY MBEDCRYPTO_LIBRARY)
    if(NOT ${found})
        list(APPEND ardoq_mbedtls_missing ${found})
    endif()
endforeach()
if(ardoq_mbedtls_missing)
    return()
endif()

# Such as 2.28: structures and functions do not change within a series.
set(ardoq_mbedtls_version ${MBEDTLS_INCLUDE_DIR}/mbedtls/version.h)
if(EXISTS ${MBEDTLS_INCLUDE_DIR}/mbedtls/build_info.h)
    set(ardoq_mbedtls_version ${MBEDTLS_INCLUDE_DIR}/mbedtls/build_info.h) # mbedTLS 3 and later
endif()
file(STRINGS ${ardoq_mbedtls_version} ardoq_mbedtls_series REGEX "define MBEDTLS_VERSION_STRING ")
string(REGEX MATCH "[0-9]+\\.[0-9]+" ardoq_mbedtls_series "${ardoq_mbedtls_series}")

# Global, because in a larger project the library may be added in one folder and used in another.
if(NOT TARGET ardoq::mbedtls)
    add_library(ardoq::mbedtls INTERFACE IMPORTED GLOBAL)
    set_target_properties(ardoq::mbedtls PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES ${MBEDTLS_INCLUDE_DIR}
        INTERFACE_LINK_LIBRARIES "${MBEDTLS_LIBRARY};${MBEDX509_LIBRARY};${MBEDCRYPTO_LIBRARY}")
endif()
