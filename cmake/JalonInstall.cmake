# What `cmake --install` gives: the two programs, and for C++ users the simulation library, the
# generated API and the client library, as the package `jalon` (targets jalon::sim_..., ...).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Headers keep their paths from the root of the repository below this folder.
set(JALON_INSTALL_HEADERS ${CMAKE_INSTALL_INCLUDEDIR}/jalon)
set(JALON_INSTALL_PACKAGE ${CMAKE_INSTALL_LIBDIR}/cmake/jalon)

# Installs the library jalon_NAME when its folder is one a C++ user may include from.
function(jalon_install_library name)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  if(NOT folder MATCHES "^(proto|sim|clients/cpp)(/|$)")
    return()
  endif()
  set_target_properties(jalon_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(jalon_${name} INTERFACE $<INSTALL_INTERFACE:${JALON_INSTALL_HEADERS}>)
  install(TARGETS jalon_${name} EXPORT jalon ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/jalon)
  set_property(GLOBAL PROPERTY JALON_HAS_EXPORT ON)
endfunction()

# Called once, after every folder has been added.
function(jalon_install_package)
  get_property(has_export GLOBAL PROPERTY JALON_HAS_EXPORT)
  if(NOT has_export)
    return()
  endif()
  foreach(program jalond jalon)
    if(TARGET ${program})
      install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
  endforeach()
  install(DIRECTORY sim DESTINATION ${JALON_INSTALL_HEADERS} FILES_MATCHING PATTERN "*.h")
  install(DIRECTORY clients/cpp DESTINATION ${JALON_INSTALL_HEADERS}/clients
          FILES_MATCHING PATTERN "*.h")
  install(EXPORT jalon NAMESPACE jalon:: DESTINATION ${JALON_INSTALL_PACKAGE}
          FILE jalonTargets.cmake)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/jalonConfig.cmake.in
                                ${PROJECT_BINARY_DIR}/jalonConfig.cmake
                                INSTALL_DESTINATION ${JALON_INSTALL_PACKAGE})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/jalonConfigVersion.cmake
                                   COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/jalonConfig.cmake
                ${PROJECT_BINARY_DIR}/jalonConfigVersion.cmake
          DESTINATION ${JALON_INSTALL_PACKAGE})
endfunction()
