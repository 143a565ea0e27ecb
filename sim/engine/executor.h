// How sim/ runs work on several cores without owning a thread: the caller passes this in.
#ifndef JALON_SIM_ENGINE_EXECUTOR_H_
#define JALON_SIM_ENGINE_EXECUTOR_H_

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace jalon::sim {

// Runs independent tasks. The order and the number of threads never change a result: tasks write to
// places of their own and their results are folded in index order afterwards.
class Executor {
 public:
  virtual ~Executor() = default;

  // Calls task(0) ... task(count - 1), each once, in any order, from any threads; returns when all
  // are done. Tasks do not throw.
  virtual void ParallelFor(int64_t count, absl::FunctionRef<void(int64_t)> task) = 0;
  // Tasks that may run at once, >= 1: how far ahead it pays to ask for work.
  virtual int concurrency() const = 0;
};

// Runs tasks one after the other on the calling thread.
class InlineExecutor final : public Executor {
 public:
  void ParallelFor(int64_t count, absl::FunctionRef<void(int64_t)> task) override {
    for (int64_t i = 0; i < count; ++i) task(i);
  }
  int concurrency() const override { return 1; }
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_EXECUTOR_H_
