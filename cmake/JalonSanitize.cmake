# What makes the sanitized builds affordable (docs/adr/0015). They are compiled from nothing twice in
# every .ci/run, so they share precompiled headers and do not optimize the code of tests. The release
# build has no precompiled headers: there a file that forgets an include does not compile.

# jalon_precompile(TARGET HEADER...): the target whose precompiled headers others reuse.
function(jalon_precompile target)
  add_library(${target} OBJECT ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/precompiled.cc)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  # Without a time stamp inside, a compiler cache can know the file again.
  target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
endfunction()

# jalon_sanitized_library(TARGET), jalon_sanitized_test(TARGET): nothing without JALON_SANITIZE.
# Fuzzing is guided by what it covers of the libraries, not of the tests.
function(jalon_sanitized_library target)
  if(JALON_SANITIZE)
    target_precompile_headers(${target} REUSE_FROM jalon_precompiled)
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp"
                                             $<$<BOOL:${JALON_BUILD_FUZZ}>:-fsanitize=fuzzer-no-link>)
  endif()
endfunction()

function(jalon_sanitized_test target)
  if(JALON_SANITIZE)
    target_precompile_headers(${target} REUSE_FROM jalon_precompiled_tests)
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp" -fPIC -O0)
  endif()
endfunction()

if(JALON_SANITIZE)
  # A precompiled header fits only where this option is the same.
  add_compile_options(-pthread)
  set(headers
      <algorithm>
      <cmath>
      <cstdint>
      <functional>
      <limits>
      <map>
      <memory>
      <optional>
      <string>
      <string_view>
      <utility>
      <vector>
      <absl/container/flat_hash_map.h>
      <absl/status/status.h>
      <absl/status/statusor.h>
      <absl/strings/str_cat.h>
      <absl/strings/str_format.h>
      <absl/strings/str_join.h>
      <absl/types/span.h>)
  jalon_precompile(jalon_precompiled ${headers})
  if(JALON_BUILD_FUZZ)
    target_compile_options(jalon_precompiled PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  jalon_precompile(jalon_precompiled_tests ${headers} <gmock/gmock.h> <gtest/gtest.h>)
  target_link_libraries(jalon_precompiled_tests PRIVATE GTest::gmock GTest::gtest_main)
  target_compile_options(jalon_precompiled_tests PRIVATE -fPIC -O0)
  unset(headers)
endif()
