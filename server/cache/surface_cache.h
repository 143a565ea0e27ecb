// Surfaces of quantiles that runs leave for the next: kept while there is room, made again with the
// same bits when there was none.
#ifndef JALON_SERVER_CACHE_SURFACE_CACHE_H_
#define JALON_SERVER_CACHE_SURFACE_CACHE_H_

#include <cstdint>
#include <memory>

#include "server/cache/lru_cache.h"
#include "sim/kernel/surface_memo.h"

namespace jalon::server {

// Of every network and model: a surface is a function of its shape alone. The least recently used
// one goes first; a run keeps those it has. Thread-safe.
class SurfaceCache final : public sim::SurfaceMemo {
 public:
  // 1,300 shapes of 12 KB; a fitted model has one for each indicator that is a compound. Beside
  // what runs are promised: a run's predicted memory counts its surfaces too, held here or not.
  static constexpr int64_t kDefaultBytes = 16 << 20;

  explicit SurfaceCache(int64_t max_bytes = kDefaultBytes) : surfaces_(max_bytes) {}

  std::shared_ptr<const sim::Surface> Get(double shape) override;
  void Put(double shape, std::shared_ptr<const sim::Surface> surface) override;
  int64_t bytes() const { return surfaces_.bytes(); }

 private:
  LruCache<sim::Surface> surfaces_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_CACHE_SURFACE_CACHE_H_
