// The folding of a block in slices. Internal to the estimators.
#ifndef JALON_SIM_ENGINE_FOLD_WORK_H_
#define JALON_SIM_ENGINE_FOLD_WORK_H_

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "sim/engine/estimator.h"
#include "sim/engine/target.h"

namespace jalon::sim {

// Adds a block to accumulators part by part: targets, scores. What it reads stands in a subclass.
class FoldWork : public SlicedWork {
 public:
  bool Step() override {
    if (next_ == parts_.size()) return true;
    const Part& part = parts_[next_];
    const TargetRange range{.first = first_, .end = std::min(first_ + part.grain, part.count)};
    part.add(range);
    first_ = range.end;
    if (first_ == part.count) {
      ++next_;
      first_ = 0;
    }
    return next_ == parts_.size();
  }

 protected:
  // `count` things of which `grain` >= 1 are a slice, added by `add`.
  void AddPart(int count, int grain, std::function<void(TargetRange)> add) {
    if (count == 0) return;
    parts_.push_back({.count = count, .grain = grain, .add = std::move(add)});
  }

 private:
  struct Part {
    int count = 0;
    int grain = 1;
    std::function<void(TargetRange)> add;
  };
  std::vector<Part> parts_;
  size_t next_ = 0;
  int first_ = 0;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_FOLD_WORK_H_
