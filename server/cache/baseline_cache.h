// What conditional runs leave for differences to them (DECISIONS D6): kept while there is room,
// computed again with the same bits when there was none.
#ifndef JALON_SERVER_CACHE_BASELINE_CACHE_H_
#define JALON_SERVER_CACHE_BASELINE_CACHE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "server/cache/lru_cache.h"
#include "sim/engine/conditional/baseline.h"

namespace jalon::server {

// A block is named by what it is the memo of: the hash of a whole specification (revision, model,
// scenario, objectives, targets, as_of, seed, scrambles, estimator, engine version) and the number
// of paths. The least recently used one goes first; a reader keeps the one it has. Thread-safe.
class BaselineCache {
 public:
  explicit BaselineCache(int64_t max_bytes) : max_bytes_(max_bytes), blocks_(max_bytes) {}

  static std::string Key(absl::string_view spec_hash, int64_t path_count);

  // Null when it is not held.
  std::shared_ptr<const sim::BaselineBlock> Get(absl::string_view key) { return blocks_.Get(key); }
  // Counts its bytes; one larger than the whole cache is not held.
  void Put(absl::string_view key, std::shared_ptr<const sim::BaselineBlock> block);
  // Lets go of the least recently used blocks until at most `bytes` are held: runs need the room.
  void ShrinkTo(int64_t bytes) { blocks_.ShrinkTo(bytes); }

  // Whether a block of so many bytes can be held at all.
  bool Fits(double bytes) const { return bytes <= static_cast<double>(max_bytes_); }
  int64_t bytes() const { return blocks_.bytes(); }

 private:
  const int64_t max_bytes_;
  LruCache<sim::BaselineBlock> blocks_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_CACHE_BASELINE_CACHE_H_
