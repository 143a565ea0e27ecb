#include "server/cache/surface_cache.h"

#include <cmath>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace jalon::server {
namespace {

std::shared_ptr<const sim::Surface> SurfaceOf(double value) {
  auto surface = std::make_shared<sim::Surface>(sim::EmptySurface(0.0, 4.0, 0.5));
  while (!sim::AddLevel([&](double, double) { return value; }, *surface)) {
  }
  return surface;
}

TEST(SurfaceCacheTest, GivesTheSurfaceOfAShape) {
  SurfaceCache cache;
  const auto put = SurfaceOf(1.0);
  cache.Put(0.5, put);
  EXPECT_EQ(cache.Get(0.5), put);
  EXPECT_EQ(cache.bytes(), put->allocated_bytes());
}

TEST(SurfaceCacheTest, TakesNoShapeForItsNeighbour) {
  SurfaceCache cache;
  const double next = std::nextafter(0.5, 1.0);
  cache.Put(0.5, SurfaceOf(1.0));
  EXPECT_EQ(cache.Get(next), nullptr);
  cache.Put(next, SurfaceOf(2.0));
  EXPECT_EQ(cache.Get(0.5)->values[0], 1.0f);
  EXPECT_EQ(cache.Get(next)->values[0], 2.0f);
}

TEST(SurfaceCacheTest, LetsGoOfTheOneUsedLongestAgoAndLeavesReadersWhatTheyHave) {
  SurfaceCache cache(2 * SurfaceOf(0.0)->allocated_bytes());
  cache.Put(1.0, SurfaceOf(1.0));
  cache.Put(2.0, SurfaceOf(2.0));
  const auto held = cache.Get(2.0);
  ASSERT_NE(cache.Get(1.0), nullptr);
  cache.Put(3.0, SurfaceOf(3.0));
  EXPECT_EQ(cache.Get(2.0), nullptr);
  EXPECT_NE(cache.Get(1.0), nullptr);
  EXPECT_EQ(held->values[0], 2.0f);
}

TEST(SurfaceCacheTest, HoldsNothingLargerThanItself) {
  SurfaceCache cache(1'000);
  cache.Put(1.0, SurfaceOf(1.0));
  EXPECT_EQ(cache.Get(1.0), nullptr);
  EXPECT_EQ(cache.bytes(), 0);
}

TEST(SurfaceCacheTest, IsSharedByThreads) {
  SurfaceCache cache(3 * SurfaceOf(0.0)->allocated_bytes());
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 200; ++i) {
        const double shape = 1.0 + i % 5;
        const auto held = cache.Get(shape);
        if (held == nullptr) {
          cache.Put(shape, SurfaceOf(shape));
        } else {
          EXPECT_EQ(held->values[0], static_cast<float>(shape));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace jalon::server
