#include "server/cache/lru_cache.h"

#include <memory>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace jalon::server {
namespace {

std::shared_ptr<const int> Number(int value) { return std::make_shared<const int>(value); }

TEST(LruCacheTest, LetsGoOfWhatWasUsedLongestAgo) {
  LruCache<int> cache(20);
  cache.Put("a", Number(1), 10);
  cache.Put("b", Number(2), 10);
  ASSERT_NE(cache.Get("a"), nullptr);
  cache.Put("c", Number(3), 10);
  EXPECT_EQ(cache.Get("b"), nullptr);
  EXPECT_EQ(*cache.Get("a"), 1);
  EXPECT_EQ(*cache.Get("c"), 3);
}

TEST(LruCacheTest, DoesNotHoldWhatExceedsItsBudgetAlone) {
  LruCache<int> cache(20);
  cache.Put("a", Number(1), 10);
  cache.Put("b", Number(2), 21);
  EXPECT_EQ(cache.Get("b"), nullptr);
  EXPECT_NE(cache.Get("a"), nullptr);
}

TEST(LruCacheTest, CountsAReplacedValueOnce) {
  LruCache<int> cache(20);
  cache.Put("a", Number(1), 10);
  cache.Put("a", Number(2), 15);
  EXPECT_EQ(*cache.Get("a"), 2);
  EXPECT_EQ(cache.bytes(), 15);
}

TEST(LruCacheTest, ForgetsByRule) {
  LruCache<int> cache(100);
  cache.Put("networks/fr/runs/1", Number(1), 10);
  cache.Put("networks/be/runs/1", Number(2), 10);
  cache.EraseIf([](absl::string_view key) { return absl::StartsWith(key, "networks/fr/"); });
  EXPECT_EQ(cache.Get("networks/fr/runs/1"), nullptr);
  EXPECT_NE(cache.Get("networks/be/runs/1"), nullptr);
  EXPECT_EQ(cache.bytes(), 10);
}

TEST(LruCacheTest, SharesAValueThatItHasLetGo) {
  LruCache<int> cache(10);
  cache.Put("a", Number(1), 10);
  const std::shared_ptr<const int> kept = cache.Get("a");
  cache.Erase("a");
  EXPECT_EQ(*kept, 1);
}

}  // namespace
}  // namespace jalon::server
