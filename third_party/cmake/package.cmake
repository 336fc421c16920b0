# What `cmake --install` lays down, so that another project's find_package(vit) finds the library:
# headers, both archives, the targets vit::vit and vit::base, and the modules that find what they are
# linked with (LibTorch is not copied; it is looked for where this build found it).
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/vit)
set_target_properties(vit_base PROPERTIES EXPORT_NAME base)
install(TARGETS vit vit_base EXPORT vit_targets)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/vit" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(EXPORT vit_targets NAMESPACE vit:: FILE vitTargets.cmake DESTINATION ${package_folder})
install(FILES "${PROJECT_SOURCE_DIR}/third_party/cmake/FindLibTorch.cmake"
              "${PROJECT_SOURCE_DIR}/third_party/cmake/FindOpenCV.cmake"
        DESTINATION ${package_folder}/modules)
install(PROGRAMS "${PROJECT_SOURCE_DIR}/third_party/libtorch.sh" DESTINATION ${package_folder})
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/third_party/cmake/vitConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/vitConfig.cmake" INSTALL_DESTINATION ${package_folder})
# 0.x: every minor version may change what is public.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/vitConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/vitConfig.cmake"
              "${PROJECT_BINARY_DIR}/vitConfigVersion.cmake" DESTINATION ${package_folder})
