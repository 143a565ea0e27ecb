# The functions every folder's CMakeLists.txt uses. Sources are listed, never globbed.

# All tests (and fuzz targets) of this configuration: what the sanitizer presets build.
add_custom_target(jalon_tests)
set_property(GLOBAL PROPERTY JALON_FUZZ_TARGETS "")

# jalon_library(NAME sim_base SRCS a.cc ... DEPS x::y ... APART b.cc ... OWN n ... FOREIGN): one library
# per folder, alias jalon::NAME. Headers are listed among SRCS; dependencies are public. APART and OWN
# are for jalon_batches, FOREIGN is for jalon_foreign_library. Libraries of proto/, sim/ and clients/cpp are installed with their headers
# (see JalonInstall.cmake).
function(jalon_library)
  cmake_parse_arguments(ARG "FOREIGN" "NAME" "SRCS;DEPS;APART;OWN" ${ARGN})
  add_library(jalon_${ARG_NAME} STATIC ${ARG_SRCS})
  add_library(jalon::${ARG_NAME} ALIAS jalon_${ARG_NAME})
  target_link_libraries(jalon_${ARG_NAME} PUBLIC ${ARG_DEPS})
  if(ARG_FOREIGN)
    jalon_foreign_library(jalon_${ARG_NAME})
  else()
    jalon_sanitized_library(jalon_${ARG_NAME})
  endif()
  jalon_batches(jalon_${ARG_NAME} APART ${ARG_APART} OWN ${ARG_OWN})
  jalon_install_library(${ARG_NAME})
endfunction()

# Whether this configuration builds the test executable NAME (JALON_BUILD_TESTS, JALON_TEST_FILTER).
function(jalon_test_wanted name result)
  set(wanted ${JALON_BUILD_TESTS})
  if(JALON_TEST_FILTER AND NOT name MATCHES "${JALON_TEST_FILTER}")
    set(wanted OFF)
  endif()
  set(${result} ${wanted} PARENT_SCOPE)
endfunction()

# The suites that the sources `ARGN` define tests of.
function(jalon_suites result)
  set(suites "")
  foreach(source ${ARGN})
    file(STRINGS ${source} tests REGEX "^(TEST|TEST_F|TEST_P|RC_GTEST_PROP)\\(")
    list(TRANSFORM tests REPLACE "^[A-Z_]+\\(([A-Za-z0-9_]+).*" "\\1")
    list(APPEND suites ${tests})
  endforeach()
  list(REMOVE_DUPLICATES suites)
  set(${result} ${suites} PARENT_SCOPE)
endfunction()

# jalon_test(NAME sim_base_test SRCS ... DEPS ... LABELS ... TIMEOUT s SUITES ... APART ... OWN ... RPC
# HEAVY): one executable, one ctest entry per TEST; the SUITES named, whose tests share a costly
# fixture, are one entry each, and so is every suite of a sanitized build, where a process is dear.
# RPC is for jalon_cheap_test, which a HEAVY test does without: its own code computes for long, and is
# compiled like a library's. APART and OWN are for jalon_batches. Tests run with the build folder as
# working directory. One label at most (CMake's discovery would lose others): `slow` is left to
# .ci/run, `long` to .ci/long, and sanitized builds leave both out. Sanitizers get fifteen times the
# TIMEOUT (default 60 s).
function(jalon_test)
  cmake_parse_arguments(ARG "HEAVY;RPC" "NAME;TIMEOUT" "SRCS;DEPS;LABELS;SUITES;APART;OWN" ${ARGN})
  list(LENGTH ARG_LABELS label_count)
  if(label_count GREATER 1)
    message(FATAL_ERROR "${ARG_NAME}: one label, not ${ARG_LABELS}")
  endif()
  jalon_test_wanted(${ARG_NAME} wanted)
  if(NOT wanted OR (JALON_SANITIZE AND "${ARG_LABELS}" MATCHES "slow|long"))
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  if(JALON_SANITIZE)
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 15")
    jalon_suites(ARG_SUITES ${ARG_SRCS})
  endif()
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main
                                            jalon_sanitizer_defaults)
  jalon_batches(${ARG_NAME} APART ${ARG_APART} OWN ${ARG_OWN})
  if(ARG_RPC)
    jalon_cheap_test(${ARG_NAME} RPC)
  elseif(JALON_SANITIZE OR NOT ARG_HEAVY)
    jalon_cheap_test(${ARG_NAME})
  endif()
  add_dependencies(jalon_tests ${ARG_NAME})
  set(properties TIMEOUT ${ARG_TIMEOUT})
  if(ARG_LABELS)
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  set(others "-")
  foreach(suite ${ARG_SUITES})
    # Tests with parameters have a prefix. Two programs may have suites of one name.
    set(filter "${suite}.*:*/${suite}.*")
    set(name ${JALON_TEST_PREFIX}${ARG_NAME}.${suite})
    add_test(NAME ${name} COMMAND ${ARG_NAME} --gtest_filter=${filter})
    set_tests_properties(${name} PROPERTIES ${properties})
    string(APPEND others "${filter}:")
  endforeach()
  gtest_discover_tests(
    ${ARG_NAME}
    TEST_PREFIX "${JALON_TEST_PREFIX}"
    TEST_FILTER "${others}"
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 30
    PROPERTIES ${properties})
endfunction()

# jalon_data_test(NAME x_data_test SRCS ... DEPS ...): tests of real data that is not part of the
# project. Always built; ctest knows them (label `data`) only when JALON_DATA names the folder of the
# data, and then a file that is missing there fails its test.
function(jalon_data_test)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  jalon_test_wanted(${ARG_NAME} wanted)
  if(NOT wanted)
    return()
  endif()
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main
                                            jalon_sanitizer_defaults)
  jalon_cheap_test(${ARG_NAME})
  add_dependencies(jalon_tests ${ARG_NAME})
  if(NOT JALON_DATA)
    message(STATUS "${ARG_NAME}: built but not registered, JALON_DATA names no folder of data")
    return()
  endif()
  gtest_discover_tests(
    ${ARG_NAME}
    TEST_PREFIX "${JALON_TEST_PREFIX}"
    DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT 300 LABELS data ENVIRONMENT "JALON_DATA=${JALON_DATA}")
endfunction()

# jalon_bench(NAME server_ingest_bench SRCS ... DEPS ...): a Google Benchmark executable in bench/,
# built by the preset bench, elsewhere by the target jalon_benches alone. Benches are run by hand on
# a quiet machine, never by ctest; their figures stand in bench/BASELINE.md.
function(jalon_bench)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} benchmark::benchmark_main)
  if(NOT JALON_BUILD_BENCH)
    set_target_properties(${ARG_NAME} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  add_dependencies(jalon_benches ${ARG_NAME})
endfunction()

# jalon_bench_program(NAME bench_w_jalon SRCS ... DEPS ...): a program that scripts/bench runs; built
# when jalon_bench's are.
function(jalon_bench_program)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS})
  if(NOT JALON_BUILD_BENCH)
    set_target_properties(${ARG_NAME} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  add_dependencies(jalon_benches ${ARG_NAME})
endfunction()

# jalon_fuzz_target(NAME csv SRCS csv_fuzz.cc DEPS jalon::server_ingest): from one
# LLVMFuzzerTestOneInput makes
# - in every build, the test fuzz_csv_corpus, which replays tests/fuzz/corpus/csv/*: what was once
#   found stays found;
# - with JALON_BUILD_FUZZ (clang), the libFuzzer binary fuzz_csv and the test fuzz_csv, which fuzzes
#   for JALON_FUZZ_SECONDS; its findings and the corpus it grows stay in the build folder.
function(jalon_fuzz_target)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  set(name fuzz_${ARG_NAME})
  jalon_test_wanted(${name} wanted)
  if(NOT wanted)
    return()
  endif()
  set(corpus ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${ARG_NAME})

  add_library(${name}_target OBJECT EXCLUDE_FROM_ALL ${ARG_SRCS})
  target_link_libraries(${name}_target PUBLIC ${ARG_DEPS})
  add_executable(${name}_corpus)
  target_link_libraries(${name}_corpus PRIVATE ${name}_target jalon_fuzz_replay
                                               jalon_sanitizer_defaults)
  add_dependencies(jalon_tests ${name}_corpus)
  add_test(NAME ${JALON_TEST_PREFIX}${name}_corpus COMMAND ${name}_corpus ${corpus})
  set_tests_properties(${JALON_TEST_PREFIX}${name}_corpus PROPERTIES TIMEOUT 120)
  set_property(GLOBAL APPEND PROPERTY JALON_FUZZ_TARGETS ${ARG_NAME})

  if(JALON_BUILD_FUZZ)
    add_executable(${name})
    target_link_libraries(${name} PRIVATE ${name}_target jalon_sanitizer_defaults)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(jalon_tests ${name})
    set(work ${PROJECT_BINARY_DIR}/fuzz/${ARG_NAME})
    file(MAKE_DIRECTORY ${work}/grown)
    add_test(NAME ${JALON_TEST_PREFIX}${name}
             COMMAND ${name} -max_total_time=${JALON_FUZZ_SECONDS} -timeout=10 -rss_limit_mb=2048
                     -print_final_stats=1 -artifact_prefix=${work}/ ${work}/grown ${corpus})
    math(EXPR timeout "${JALON_FUZZ_SECONDS} + 120")
    set_tests_properties(${JALON_TEST_PREFIX}${name} PROPERTIES LABELS "fuzz;slow"
                                                                TIMEOUT ${timeout})
  endif()
endfunction()
