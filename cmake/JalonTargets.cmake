# jalon_library(NAME sim_base SRCS a.cc ... DEPS x::y ...): one library per folder, alias jalon::NAME.
# Headers are listed among SRCS; dependencies are public.
function(jalon_library)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_library(jalon_${ARG_NAME} STATIC ${ARG_SRCS})
  add_library(jalon::${ARG_NAME} ALIAS jalon_${ARG_NAME})
  target_link_libraries(jalon_${ARG_NAME} PUBLIC ${ARG_DEPS})
endfunction()

# jalon_test(NAME sim_base_test SRCS ... DEPS ... LABELS ... TIMEOUT s): one executable, one ctest
# entry per TEST. Tests run with the build folder as working directory.
function(jalon_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SRCS;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  set(properties TIMEOUT ${ARG_TIMEOUT})
  if(ARG_LABELS)
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  gtest_discover_tests(${ARG_NAME} DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
endfunction()
