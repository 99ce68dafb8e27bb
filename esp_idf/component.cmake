# The component for ESP-IDF. Also read in script mode, where CONFIG_* is unknown: the requirements
# only depend on target and version.

idf_build_get_property(target IDF_TARGET)
set(idf_version ${IDF_VERSION_MAJOR}.${IDF_VERSION_MINOR})

set(include_folders)
foreach(layer IN LISTS layers)
    list(APPEND include_folders components/${layer}/include)
endforeach()
list(APPEND include_folders port/include esp_idf/include)

# ---- Requirements -------------------------------------------------------------------------------

set(private_requirements jsmn esp_partition nvs_flash)
if(NOT target STREQUAL "linux")
    list(APPEND private_requirements
        bootloader_support efuse esp_app_format esp_netif esp_timer lwip spi_flash)
endif()
if(target STREQUAL "linux" AND NOT idf_version VERSION_EQUAL 5.1)
    # Since this version lwIP is optional in the simulator, and off by default.
    list(APPEND private_requirements lwip)
endif()
if(target STREQUAL "linux" AND NOT idf_version MATCHES "^5\\.[23]$")
    list(APPEND private_requirements esp_app_format)
endif()
if(NOT target STREQUAL "linux" OR idf_version VERSION_GREATER_EQUAL 5.3)
    # Also without CONFIG_ARDOQ_CONSOLE: requirements cannot depend on it. The linker drops it.
    list(APPEND private_requirements console)
endif()

# ---- Options of earlier versions ----------------------------------------------------------------

# ESP-IDF drops them silently, and a device would report to other custom fields than before. Checked
# in script mode, because afterwards ESP-IDF rewrites sdkconfig without them.
idf_build_get_property(value_files SDKCONFIG_DEFAULTS)
idf_build_get_property(sdkconfig SDKCONFIG)
foreach(value_file IN LISTS sdkconfig value_files)
    if(EXISTS ${value_file})
        file(STRINGS ${value_file} obsolete REGEX "^CONFIG_ARDOQ_KEY_")
        if(obsolete)
            list(JOIN obsolete "\n  " obsolete)
            message(FATAL_ERROR "${value_file} has options of an earlier version:\n  ${obsolete}\n"
                "Remove them, and name their custom fields in CONFIG_ARDOQ_FIELDS, such as serial=sn.")
        endif()
    endif()
endforeach()

# ---- Defaults ----------------------------------------------------------------------------------

if(NOT CMAKE_BUILD_EARLY_EXPANSION)
    include(${CMAKE_CURRENT_LIST_DIR}/../cmake/check_defaults.cmake)
    ardoq_check_defaults()
endif()

# ---- Sources ------------------------------------------------------------------------------------

set(port_sources
    port/esp_idf/clock.c
    port/esp_idf/identity.c
    port/esp_idf/log.c
    port/esp_idf/nvs_write.cpp
    port/esp_idf/random.c
    port/esp_idf/store.c
    port/esp_idf/trust.c
    port/sockets/sockets.c
    port/store/state.c
    esp_idf/reporter_task.c)
set(definitions)
set(embedded_files)

if(NOT target STREQUAL "linux" AND NOT idf_version VERSION_EQUAL 5.1 AND NOT CONFIG_LWIP_ENABLE
        AND NOT CMAKE_BUILD_EARLY_EXPANSION)
    message(FATAL_ERROR "CONFIG_LWIP_ENABLE is off: turn it on, the connection to Ardoq needs lwIP")
endif()
if(target STREQUAL "linux")
    list(APPEND port_sources port/posix/environment.c)
endif()
if(target STREQUAL "linux" AND NOT CONFIG_LWIP_ENABLE)
    list(APPEND port_sources port/posix/resolve.c)
    list(APPEND definitions ARDOQ_SOCKETS_FREERTOS_SIMULATOR)
else()
    list(APPEND port_sources port/lwip/resolve.c)
    list(APPEND definitions ARDOQ_SOCKETS_LWIP)
endif()

if(CONFIG_ARDOQ_SESSION_IN_NVS)
    list(APPEND port_sources port/esp_idf/session_nvs.c)
else()
    list(APPEND port_sources port/esp_idf/session.c)
endif()

if(CONFIG_ARDOQ_CONSOLE)
    if(NOT "console" IN_LIST private_requirements)
        message(FATAL_ERROR "CONFIG_ARDOQ_CONSOLE: ESP-IDF has no console for the linux target before "
            "version 5.3: turn it off, or use a later version")
    endif()
    list(APPEND port_sources esp_idf/console.c)
endif()

if(CONFIG_ARDOQ_CA_FILE)
    idf_build_get_property(project_folder PROJECT_DIR)
    get_filename_component(ca_file ${CONFIG_ARDOQ_CA_FILE} ABSOLUTE BASE_DIR ${project_folder})
    if(NOT EXISTS ${ca_file})
        message(FATAL_ERROR "CONFIG_ARDOQ_CA_FILE: there is no ${ca_file}: name a PEM file, from the "
            "project's folder on")
    endif()
    # The symbols of an embedded file contain its name.
    configure_file(${ca_file} ${CMAKE_CURRENT_BINARY_DIR}/ardoq_roots.pem COPYONLY)
    list(APPEND embedded_files ${CMAKE_CURRENT_BINARY_DIR}/ardoq_roots.pem)
    list(APPEND definitions ARDOQ_EMBEDDED_ROOTS)
endif()
