// A memo of surfaces that says how it was used.
#ifndef JALON_TESTS_SIM_KERNEL_COUNTING_MEMO_H_
#define JALON_TESTS_SIM_KERNEL_COUNTING_MEMO_H_

#include <map>
#include <memory>
#include <utility>

#include "sim/kernel/surface_memo.h"

namespace jalon::sim {

// Keeps everything. One thread at a time: preparation is.
class CountingMemo final : public SurfaceMemo {
 public:
  std::shared_ptr<const Surface> Get(double shape) override {
    const auto found = held_.find(shape);
    if (found == held_.end()) return nullptr;
    ++found_count_;
    return found->second;
  }
  void Put(double shape, std::shared_ptr<const Surface> surface) override {
    ++made_count_;
    held_[shape] = std::move(surface);
  }

  int found_count() const { return found_count_; }
  // Whoever makes a surface puts it.
  int made_count() const { return made_count_; }

 private:
  std::map<double, std::shared_ptr<const Surface>> held_;
  int found_count_ = 0;
  int made_count_ = 0;
};

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_KERNEL_COUNTING_MEMO_H_
