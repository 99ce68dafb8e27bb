# Generates sdkconfig.h from Kconfig, as ESP-IDF does; `make menuconfig` writes the sdkconfig file.

set(sdkconfig ${PROJECT_BINARY_DIR}/sdkconfig)
set(sdkconfig_header ${PROJECT_BINARY_DIR}/kconfig/sdkconfig.h)
set(kconfig_command ${PYTHON} ${PROJECT_SOURCE_DIR}/scripts/kconfig.py
    --kconfig ${PROJECT_SOURCE_DIR}/Kconfig --sdkconfig ${sdkconfig} --header ${sdkconfig_header})
if(ARDOQ_DEFAULTS)
    get_filename_component(defaults ${ARDOQ_DEFAULTS} ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
    list(APPEND kconfig_command --defaults ${defaults})
endif()

# At configure time, so that a wrong value fails here; CMake runs again if an input changes.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/kconfig)
execute_process(COMMAND ${kconfig_command} RESULT_VARIABLE kconfig_result)
if(kconfig_result)
    message(FATAL_ERROR "Kconfig: see the message above")
endif()

# Sets the values to check, as ESP-IDF does. One line at a time: a list would be split at brackets.
foreach(symbol IN ITEMS HOST TOKEN ORG_LABEL WORKSPACE COMPONENT_TYPE NAME_TEMPLATE FIELDS PIN0 PIN1
        TOKEN_SIZE FIELDS_SIZE PINS LAST_SEEN)
    file(STRINGS ${sdkconfig_header} line REGEX "^#define CONFIG_ARDOQ_${symbol} ")
    string(REGEX REPLACE "^#define [A-Z0-9_]+ (.*)$" "\\1" value "${line}")
    string(REGEX REPLACE "^\"(.*)\"$" "\\1" value "${value}")
    string(REPLACE "\\;" ";" value "${value}")
    string(REGEX REPLACE "\\\\(.)" "\\1" CONFIG_ARDOQ_${symbol} "${value}")
endforeach()
include(${PROJECT_SOURCE_DIR}/cmake/check_defaults.cmake)
ardoq_check_defaults()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/Kconfig ${PROJECT_SOURCE_DIR}/scripts/kconfig.py ${defaults})
if(EXISTS ${sdkconfig})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sdkconfig})
endif()

add_library(ardoq_kconfig INTERFACE)
target_include_directories(ardoq_kconfig INTERFACE ${PROJECT_BINARY_DIR}/kconfig)
