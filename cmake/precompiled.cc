// The source file CMake wants of a target that only precompiles headers.
