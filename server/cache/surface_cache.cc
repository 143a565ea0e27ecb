#include "server/cache/surface_cache.h"

#include <bit>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace jalon::server {
namespace {

// By all bits of a shape: a decimal would take near ones for the same.
std::string KeyOf(double shape) { return absl::StrCat(absl::Hex(std::bit_cast<uint64_t>(shape))); }

}  // namespace

std::shared_ptr<const sim::Surface> SurfaceCache::Get(double shape) {
  return surfaces_.Get(KeyOf(shape));
}

void SurfaceCache::Put(double shape, std::shared_ptr<const sim::Surface> surface) {
  const int64_t bytes = surface->allocated_bytes();
  surfaces_.Put(KeyOf(shape), std::move(surface), bytes);
}

}  // namespace jalon::server
