# What a component's CMakeLists.txt meets in ESP-IDF, and the checks that ESP-IDF makes, or should.
# The caller has set COMPONENT_DIR, IDF_TARGET, IDF_VERSION_MAJOR and IDF_VERSION_MINOR.

set(ESP_PLATFORM 1)
get_filename_component(COMPONENT_NAME ${COMPONENT_DIR} NAME)

function(idf_build_get_property variable property)
    if(property MATCHES "^IDF_TARGET$")
        set(${variable} ${IDF_TARGET} PARENT_SCOPE)
    elseif(property MATCHES "^PROJECT_DIR$")
        set(${variable} ${PROJECT_FOLDER} PARENT_SCOPE)
    elseif(property MATCHES "^SDKCONFIG(_DEFAULTS)?$")
        set(${variable} "${${property}}" PARENT_SCOPE)
    else()
        message(FATAL_ERROR "idf_build_get_property(): the stand-in knows no ${property}")
    endif()
endfunction()

# Sets COMPONENT_SRCS, COMPONENT_REQUIRES and so on.
macro(parse_registration)
    cmake_parse_arguments(COMPONENT "WHOLE_ARCHIVE" "KCONFIG;KCONFIG_PROJBUILD"
        "SRCS;SRC_DIRS;EXCLUDE_SRCS;INCLUDE_DIRS;PRIV_INCLUDE_DIRS;LDFRAGMENTS;REQUIRES;PRIV_REQUIRES;\
REQUIRED_IDF_TARGETS;EMBED_FILES;EMBED_TXTFILES" ${ARGN})
    if(COMPONENT_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "idf_component_register(): unknown ${COMPONENT_UNPARSED_ARGUMENTS}")
    endif()
endmacro()
