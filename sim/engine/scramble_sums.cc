#include "sim/engine/scramble_sums.h"

#include <cmath>
#include <utility>

#include "sim/base/missing.h"
#include "sim/engine/path_value.h"

namespace jalon::sim {
namespace {

size_t RowsOfThresholds(const Plan& plan, const std::vector<int>& targets) {
  size_t count = 0;
  for (const int target : targets) count += plan.targets[target].thresholds.size();
  return count;
}

}  // namespace

ScrambleSums::ScrambleSums(const Plan& plan, std::vector<int> targets)
    : plan_(plan),
      targets_(std::move(targets)),
      hits_(RowsOfThresholds(plan, targets_) * kPathsPerBlock, 0),
      sums_(targets_.size() * kPathsPerBlock, 0.0),
      centers_(targets_.size() * kPathsPerBlock, kMissing),
      counts_(targets_.size() * kPathsPerBlock, 0) {
  size_t row = 0;
  for (const int target : targets_) {
    first_row_.push_back(row);
    row += plan.targets[target].thresholds.size();
  }
}

void ScrambleSums::Add(const BlockOutcome& outcome, TargetRange places) {
  for (int place = places.first; place < places.end; ++place) {
    const Target& target = plan_.targets[targets_[place]];
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      const PathValue path = PathValueOf(plan_, outcome, targets_[place], lane);
      for (size_t j = 0; j < target.thresholds.size(); ++j) {
        hits_[(first_row_[place] + j) * kPathsPerBlock + lane] += Attains(target, j, path);
      }
      if (std::isnan(path.value)) continue;
      const size_t cell = static_cast<size_t>(place) * kPathsPerBlock + lane;
      if (counts_[cell]++ == 0) centers_[cell] = path.value;
      sums_[cell] += path.value - centers_[cell];
    }
  }
}

ScrambleMeans ScrambleSums::Means() const {
  ScrambleMeans made;
  made.probability.reserve(hits_.size());
  for (const int64_t hits : hits_) {
    made.probability.push_back(static_cast<double>(hits) / static_cast<double>(blocks_));
  }
  made.mean.reserve(sums_.size());
  for (size_t cell = 0; cell < sums_.size(); ++cell) {
    const auto count = static_cast<double>(counts_[cell]);
    made.mean.push_back(count > 0.0 ? centers_[cell] + sums_[cell] / count : kMissing);
  }
  return made;
}

}  // namespace jalon::sim
