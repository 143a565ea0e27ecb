// Keeps the most recently used values within a budget of bytes.
#ifndef JALON_SERVER_CACHE_LRU_CACHE_H_
#define JALON_SERVER_CACHE_LRU_CACHE_H_

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/base/mutex.h"

namespace jalon::server {

// Values are shared: a run keeps the revision it started with after the cache has let go of it.
// Thread-safe.
template <typename Value>
class LruCache {
 public:
  explicit LruCache(int64_t max_bytes) : max_bytes_(max_bytes) {}

  // Null when the key is not held.
  std::shared_ptr<const Value> Get(absl::string_view key) JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    const auto found = by_key_.find(std::string(key));
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  // Holds a value of about `bytes`, letting go of the least recently used ones. A value larger than
  // the whole budget is not held.
  void Put(absl::string_view key, std::shared_ptr<const Value> value, int64_t bytes)
      JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    EraseLocked(key);
    if (bytes > max_bytes_) return;
    while (bytes_ + bytes > max_bytes_) EraseLocked(std::string(entries_.back().key));
    entries_.push_front({std::string(key), std::move(value), bytes});
    by_key_[std::string(key)] = entries_.begin();
    bytes_ += bytes;
  }

  // Lets go of the least recently used values until at most `bytes` are held.
  void ShrinkTo(int64_t bytes) JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    while (bytes_ > bytes && !entries_.empty()) EraseLocked(std::string(entries_.back().key));
  }

  void Erase(absl::string_view key) JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    EraseLocked(key);
  }

  // Lets go of the entries whose key satisfies `predicate`.
  template <typename Predicate>
  void EraseIf(Predicate predicate) JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      const std::string key = (entry++)->key;
      if (predicate(absl::string_view(key))) EraseLocked(key);
    }
  }

  int64_t bytes() const JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return bytes_;
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Value> value;
    int64_t bytes = 0;
  };

  void EraseLocked(absl::string_view key) JALON_REQUIRES(mu_) {
    const auto found = by_key_.find(std::string(key));
    if (found == by_key_.end()) return;
    bytes_ -= found->second->bytes;
    entries_.erase(found->second);
    by_key_.erase(found);
  }

  const int64_t max_bytes_;
  mutable Mutex mu_;
  std::list<Entry> entries_ JALON_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, typename std::list<Entry>::iterator> by_key_
      JALON_GUARDED_BY(mu_);
  int64_t bytes_ JALON_GUARDED_BY(mu_) = 0;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_CACHE_LRU_CACHE_H_
