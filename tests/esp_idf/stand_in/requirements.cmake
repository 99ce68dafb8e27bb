# The first reading of a component, as ESP-IDF does it: in script mode (cmake -P), where no CONFIG_* is
# known, no target can be made, and idf_component_register() ends the file that it stands in.

cmake_policy(SET CMP0057 NEW) # alone, as there
include(${CMAKE_CURRENT_LIST_DIR}/component.cmake)
set(CMAKE_BUILD_EARLY_EXPANSION 1)

macro(idf_component_register)
    parse_registration(${ARGN})
    set(requires "${COMPONENT_REQUIRES}" PARENT_SCOPE)
    set(private_requires "${COMPONENT_PRIV_REQUIRES}" PARENT_SCOPE)
    set(is_registered ON PARENT_SCOPE)
    return()
endmacro()

function(read_component)
    include(${COMPONENT_DIR}/CMakeLists.txt)
endfunction()

read_component()
if(NOT is_registered)
    message(FATAL_ERROR "${COMPONENT_DIR} registers no component")
endif()
message("REQUIRES ${requires}")
message("PRIV_REQUIRES ${private_requires}")
