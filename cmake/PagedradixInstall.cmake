# Headers to include/, the CMake package to lib/cmake/pagedradix. The destinations are relative
# and fixed: a wheel installs below site-packages/pagedradix, where find_package looks for
# exactly these names, and header-only files have no need of a multiarch directory.
include(CMakePackageConfigHelpers)

set(package_dir lib/cmake/pagedradix)

install(
    TARGETS pagedradix
    EXPORT pagedradixTargets
    FILE_SET HEADERS DESTINATION include COMPONENT devel
)
install(EXPORT pagedradixTargets NAMESPACE pagedradix:: DESTINATION ${package_dir} COMPONENT devel)

configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/pagedradixConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/pagedradixConfig.cmake"
    INSTALL_DESTINATION ${package_dir}
)
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/pagedradixConfigVersion.cmake"
    # Before 1.0 a minor release may change the interface.
    COMPATIBILITY SameMinorVersion
    ARCH_INDEPENDENT
)
install(
    FILES
        "${PROJECT_BINARY_DIR}/pagedradixConfig.cmake"
        "${PROJECT_BINARY_DIR}/pagedradixConfigVersion.cmake"
    DESTINATION ${package_dir}
    COMPONENT devel
)
