# What makes builds affordable (docs/adr/0015): files of libraries compiled in batches, precompiled
# headers, and little optimization of the code of tests. Sanitized builds precompile headers for
# libraries too. `.ci/long` compiles every file of a library alone, without either, so that one that
# forgets an include does not compile.

option(JALON_UNITY "Compile libraries in batches of files: a third of the time, coarser rebuilds" OFF)

# jalon_batches(TARGET APART a.cc ... OWN name ...): with JALON_UNITY, ten files of a target are one
# compile unit, so that headers are parsed once for all of them. OWN: names that several files each
# have in their anonymous namespace; a batch lets the preprocessor tell them apart. APART: files that
# stay alone, such as those Highway compiles for every instruction set.
function(jalon_batches target)
  cmake_parse_arguments(ARG "" "" "APART;OWN" ${ARGN})
  if(NOT JALON_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
  # Types of anonymous namespaces are in the fields of ours: right in a batch too.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  set_source_files_properties(${ARG_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  if(ARG_OWN)
    set(renamed "#undef JALON_JOIN\n#undef JALON_JOIN_\n#define JALON_JOIN_(a, b) a##b\n"
                "#define JALON_JOIN(a, b) JALON_JOIN_(a, b)\n")
    foreach(name ${ARG_OWN})
      list(APPEND renamed "#undef ${name}\n#define ${name} JALON_JOIN(${name}_, JALON_FILE)\n")
    endforeach()
    string(CONCAT renamed ${renamed})
    set_target_properties(${target} PROPERTIES UNITY_BUILD_UNIQUE_ID JALON_FILE
                                               UNITY_BUILD_CODE_BEFORE_INCLUDE "${renamed}")
  endif()
endfunction()

# jalon_generated(TARGET): for what protoc writes. Sanitizers leave it alone, as they do the library it
# calls: it is half as dear so.
function(jalon_generated target)
  jalon_batches(${target} OWN schemas file_default_instances)
  if(JALON_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=all)
  endif()
endfunction()

# Without a time stamp inside, a compiler cache can know a precompiled header again.
set(jalon_precompile_options "")
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  set(jalon_precompile_options "SHELL:-Xclang -fno-pch-timestamp")
endif()

# jalon_precompile(TARGET HEADERS ... OPTIONS ... DEPS ...): the target whose precompiled headers
# others reuse. They fit only where OPTIONS are the same.
function(jalon_precompile target)
  cmake_parse_arguments(ARG "" "" "HEADERS;OPTIONS;DEPS" ${ARGN})
  add_library(${target} OBJECT EXCLUDE_FROM_ALL
                        ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/precompiled.cc)
  target_precompile_headers(${target} PRIVATE ${ARG_HEADERS})
  target_compile_options(${target} PRIVATE ${jalon_precompile_options} ${ARG_OPTIONS})
  target_link_libraries(${target} PRIVATE ${ARG_DEPS})
endfunction()

# jalon_sanitized_library(TARGET): nothing without JALON_SANITIZE. Fuzzing is guided by what it
# covers of the libraries, not of the tests.
function(jalon_sanitized_library target)
  if(JALON_SANITIZE)
    target_precompile_headers(${target} REUSE_FROM jalon_precompiled)
    target_compile_options(${target} PRIVATE ${jalon_precompile_options}
                                             ${jalon_library_options})
  endif()
endfunction()

# jalon_foreign_library(TARGET): for a library that is a thin cover of another one's templates.
# Sanitizers leave those alone, as they do libraries that are installed, and the compiler optimizes
# them: without, a fit takes thirty times as long as in the release build.
function(jalon_foreign_library target)
  if(JALON_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=all -O2)
  endif()
endfunction()

# jalon_cheap_test(TARGET [RPC]): for tests and what only they link. RPC: in the release build with the
# headers of gRPC and of the API; its dependencies must reach them.
function(jalon_cheap_test target)
  cmake_parse_arguments(ARG "RPC" "" "" ${ARGN})
  if(ARG_RPC AND NOT JALON_SANITIZE)
    target_precompile_headers(${target} REUSE_FROM jalon_precompiled_rpc_tests)
  else()
    target_precompile_headers(${target} REUSE_FROM jalon_precompiled_tests)
  endif()
  target_compile_options(${target} PRIVATE ${jalon_precompile_options} ${jalon_test_options})
endfunction()

# -pthread because some dependencies bring it and others do not.
set(jalon_library_options -pthread $<$<BOOL:${JALON_BUILD_FUZZ}>:-fsanitize=fuzzer-no-link>)
set(jalon_test_options -pthread -fPIC -O0)
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
if(JALON_SANITIZE)
  jalon_precompile(jalon_precompiled HEADERS ${headers} OPTIONS ${jalon_library_options})
endif()
jalon_precompile(
  jalon_precompiled_tests
  HEADERS ${headers} <gmock/gmock.h> <gtest/gtest.h>
  OPTIONS ${jalon_test_options}
  DEPS GTest::gmock GTest::gtest_main)
jalon_precompile(
  jalon_precompiled_rpc_tests
  HEADERS ${headers}
          <gmock/gmock.h>
          <grpcpp/grpcpp.h>
          <gtest/gtest.h>
          <jalon/v1/model_service.grpc.pb.h>
          <jalon/v1/network_service.grpc.pb.h>
          <jalon/v1/objective_service.grpc.pb.h>
          <jalon/v1/scenario_service.grpc.pb.h>
          <jalon/v1/simulation_service.grpc.pb.h>
  OPTIONS ${jalon_test_options}
  DEPS jalon::proto GTest::gmock GTest::gtest_main)
unset(headers)
