# One place for the flags every target shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

# -ffp-contract=off: a*b+c is fused only where the code says so, hence the same bits everywhere.
add_compile_options(-Wall -Wextra -Wno-missing-field-initializers -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(-Wthread-safety)
endif()
if(JALON_WARNINGS_ARE_ERRORS)
  add_compile_options(-Werror)
endif()

if(JALON_SANITIZE)
  add_compile_options(-fsanitize=${JALON_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=${JALON_SANITIZE})
  add_compile_definitions(JALON_SANITIZED)
endif()
# Vectors of sim/kernel and sim/engine/conditional: AVX-512, AVX2, SSE4, and plain scalar code below it
# (emulated vectors are miscompiled by g++ 12.2). Accumulators live in registers only where loops of
# constant length are unrolled, hence -O3. Sanitizers see one source: two of its compilations do, at
# -O1 (a file takes clang 200 s at -O3 for all four).
set(jalon_disabled_vectors HWY_SSSE3)
set(jalon_vector_options $<$<CONFIG:Release>:-O3>)
if(JALON_SANITIZE)
  set(jalon_disabled_vectors "(HWY_SSSE3|HWY_SSE4|HWY_AVX3)")
  set(jalon_vector_options "")
endif()
set(jalon_vector_definitions "HWY_DISABLED_TARGETS=${jalon_disabled_vectors}" HWY_BROKEN_EMU128=1)

if(JALON_BUILD_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "JALON_BUILD_FUZZ needs clang: use the preset asan or fuzz")
  endif()
endif()

# The run-time options every sanitized executable of ours carries; empty without sanitizers.
add_library(jalon_sanitizer_defaults INTERFACE)
if(JALON_SANITIZE)
  add_library(jalon_sanitizer_defaults_objects OBJECT ${CMAKE_CURRENT_LIST_DIR}/sanitizer_defaults.cc)
  target_link_libraries(jalon_sanitizer_defaults
                        INTERFACE $<TARGET_OBJECTS:jalon_sanitizer_defaults_objects>)
endif()

include_directories(${PROJECT_SOURCE_DIR})
