# cmake --install: the libraries, what find_package(ardoq) reads, the unit of the service, and the
# documents. The tool installs itself.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/ardoq)

install(TARGETS ardoq ardoq_fake EXPORT ardoq
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT ardoq NAMESPACE ardoq:: FILE ardoqTargets.cmake DESTINATION ${package_folder})

set(header_folders port/include port/posix/include port/fake/include)
foreach(layer IN LISTS layers)
    list(APPEND header_folders components/${layer}/include)
endforeach()
foreach(folder IN LISTS header_folders)
    install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endforeach()
# Next to build_config.h, whose #include "sdkconfig.h" looks there first. It refuses a program that sees
# other values than the library was built with.
set(installed_header ${PROJECT_BINARY_DIR}/installed/sdkconfig.h)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/installed)
execute_process(
    COMMAND ${kconfig_command} --installed-header ${installed_header} --mbedtls ${ardoq_mbedtls_series}
    RESULT_VARIABLE kconfig_result)
if(kconfig_result)
    message(FATAL_ERROR "Kconfig: see the message above")
endif()
install(FILES ${installed_header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ardoq)

configure_package_config_file(cmake/ardoqConfig.cmake.in ${PROJECT_BINARY_DIR}/ardoqConfig.cmake
    INSTALL_DESTINATION ${package_folder})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ardoqConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/ardoqConfig.cmake
    ${PROJECT_BINARY_DIR}/ardoqConfigVersion.cmake
    cmake/mbedtls.cmake
    DESTINATION ${package_folder})

# For pkg-config. mbedTLS where the linker looks anyway goes by its names, another one by its paths.
file(RELATIVE_PATH path_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" path_to_prefix "${path_to_prefix}")
if(ARDOQ_MBEDTLS)
    set(mbedtls_include " -I${MBEDTLS_INCLUDE_DIR}")
    set(mbedtls_libraries "${MBEDTLS_LIBRARY} ${MBEDX509_LIBRARY} ${MBEDCRYPTO_LIBRARY}")
else()
    set(mbedtls_include)
    set(mbedtls_libraries "-lmbedtls -lmbedx509 -lmbedcrypto")
endif()
configure_file(cmake/ardoq.pc.in ${PROJECT_BINARY_DIR}/ardoq.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/ardoq.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(ARDOQ_TOOL)
    # The unit directory of systemd below /usr and /usr/local, whatever CMAKE_INSTALL_LIBDIR is.
    install(FILES examples/linux_cli/ardoq.service DESTINATION lib/systemd/system)
endif()

install(FILES CHANGELOG.md LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
