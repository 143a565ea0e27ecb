#include "server/base/mutex.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace jalon::server {
namespace {

TEST(MutexTest, LetsOneThreadInAtATime) {
  Mutex mu;
  int64_t count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        MutexLock lock(mu);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 40'000);
}

TEST(MutexTest, TryLockFailsWhileHeld) {
  Mutex mu;
  MutexLock lock(mu);
  bool taken = true;
  std::thread([&] {
    if (mu.TryLock()) {
      mu.Unlock();
    } else {
      taken = false;
    }
  }).join();
  EXPECT_FALSE(taken);
}

TEST(CondVarTest, WakesWhenThePredicateHolds) {
  Mutex mu;
  CondVar changed;
  bool ready = false;
  std::thread setter([&] {
    MutexLock lock(mu);
    ready = true;
    changed.NotifyAll();
  });
  {
    MutexLock lock(mu);
    changed.Wait(mu, [&] { return ready; });
    EXPECT_TRUE(ready);
  }
  setter.join();
}

TEST(CondVarTest, GivesUpAtTheDeadline) {
  Mutex mu;
  CondVar never;
  MutexLock lock(mu);
  EXPECT_FALSE(never.WaitFor(mu, std::chrono::milliseconds(2), [] { return false; }));
}

TEST(CondVarTest, LooksOnceMoreAtAPastDeadline) {
  Mutex mu;
  CondVar never;
  MutexLock lock(mu);
  EXPECT_TRUE(never.WaitUntil(mu, std::chrono::steady_clock::now() - std::chrono::seconds(1),
                              [] { return true; }));
}

}  // namespace
}  // namespace jalon::server
