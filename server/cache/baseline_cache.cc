#include "server/cache/baseline_cache.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace jalon::server {

std::string BaselineCache::Key(absl::string_view spec_hash, int64_t path_count) {
  return absl::StrCat(spec_hash, "-", path_count);
}

void BaselineCache::Put(absl::string_view key, std::shared_ptr<const sim::BaselineBlock> block) {
  const int64_t bytes = block->bytes();
  blocks_.Put(key, std::move(block), bytes);
}

}  // namespace jalon::server
