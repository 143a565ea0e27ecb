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
if(JALON_WARNINGS_ARE_ERRORS)
  add_compile_options(-Werror)
endif()
if(JALON_SANITIZE)
  add_compile_options(-fsanitize=${JALON_SANITIZE} -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=${JALON_SANITIZE})
endif()
include_directories(${PROJECT_SOURCE_DIR})
