// An executor on threads of its own, for tests.
#ifndef JALON_TESTS_SIM_ENGINE_THREAD_EXECUTOR_H_
#define JALON_TESTS_SIM_ENGINE_THREAD_EXECUTOR_H_

#include <atomic>
#include <thread>
#include <vector>

#include "sim/engine/executor.h"

namespace jalon::sim {

// Starts `thread_count` threads for each loop; they take tasks from the end, so that blocks finish
// out of order.
class ThreadExecutor final : public Executor {
 public:
  explicit ThreadExecutor(int thread_count) : thread_count_(thread_count) {}

  void ParallelFor(int64_t count, absl::FunctionRef<void(int64_t)> task) override {
    std::atomic<int64_t> left{count};
    std::vector<std::thread> threads;
    for (int i = 0; i < thread_count_; ++i) {
      threads.emplace_back([&] {
        for (int64_t next = --left; next >= 0; next = --left) task(next);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  int concurrency() const override { return thread_count_; }

 private:
  int thread_count_;
};

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_THREAD_EXECUTOR_H_
