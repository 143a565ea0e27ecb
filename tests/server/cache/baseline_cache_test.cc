#include "server/cache/baseline_cache.h"

#include <memory>

#include "gtest/gtest.h"

namespace jalon::server {
namespace {

// A block of about 8 bytes a number.
std::shared_ptr<const sim::BaselineBlock> Block(size_t numbers) {
  auto block = std::make_shared<sim::BaselineBlock>();
  block->Add({.path_count = 256, .probability = std::vector<double>(numbers, 0.5)}, {});
  return block;
}

TEST(BaselineCacheTest, NamesABlockByItsSpecificationAndItsPaths) {
  BaselineCache cache(1 << 20);
  cache.Put(BaselineCache::Key("abc", 256), Block(10));
  EXPECT_NE(cache.Get(BaselineCache::Key("abc", 256)), nullptr);
  EXPECT_EQ(cache.Get(BaselineCache::Key("abc", 1'024)), nullptr);
  EXPECT_EQ(cache.Get(BaselineCache::Key("abd", 256)), nullptr);
}

TEST(BaselineCacheTest, CountsTheBytesOfItsBlocks) {
  BaselineCache cache(1 << 20);
  cache.Put("a", Block(1'000));
  const int64_t one = cache.bytes();
  EXPECT_EQ(one, cache.Get("a")->bytes());
  EXPECT_GE(one, 8'000);
  cache.Put("b", Block(1'000));
  EXPECT_EQ(cache.bytes(), 2 * one);
}

TEST(BaselineCacheTest, LetsGoOfTheOneUsedLongestAgo) {
  const int64_t one = Block(1'000)->bytes();
  BaselineCache cache(2 * one);
  cache.Put("a", Block(1'000));
  cache.Put("b", Block(1'000));
  ASSERT_NE(cache.Get("a"), nullptr);
  cache.Put("c", Block(1'000));
  EXPECT_EQ(cache.Get("b"), nullptr);
  EXPECT_NE(cache.Get("a"), nullptr);
}

TEST(BaselineCacheTest, GivesRoomAndLeavesReadersWhatTheyHave) {
  BaselineCache cache(1 << 20);
  cache.Put("a", Block(1'000));
  cache.Put("b", Block(1'000));
  const auto held = cache.Get("a");
  cache.ShrinkTo(held->bytes());
  EXPECT_EQ(cache.Get("b"), nullptr);
  EXPECT_NE(cache.Get("a"), nullptr);
  cache.ShrinkTo(-1);
  EXPECT_EQ(cache.Get("a"), nullptr);
  EXPECT_EQ(cache.bytes(), 0);
  EXPECT_EQ(held->checkpoints[0].probability.size(), 1'000u);
}

TEST(BaselineCacheTest, SaysWhatCannotBeHeldAtAll) {
  BaselineCache cache(1'000);
  EXPECT_TRUE(cache.Fits(1'000));
  EXPECT_FALSE(cache.Fits(1'001));
  cache.Put("a", Block(1'000));
  EXPECT_EQ(cache.bytes(), 0);
}

}  // namespace
}  // namespace jalon::server
