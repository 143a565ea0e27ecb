#include "server/base/freed_memory.h"

#include <malloc.h>

namespace jalon::server {
namespace {

// The largest that glibc takes: above, an array is a mapping of its own.
constexpr int kOwnMapping = 32 << 20;
constexpr int kKept = 256 << 20;

}  // namespace

void KeepFreedMemory() {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, kOwnMapping);
  mallopt(M_TRIM_THRESHOLD, kKept);
}

}  // namespace jalon::server
