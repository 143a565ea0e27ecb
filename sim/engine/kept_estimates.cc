#include "sim/engine/kept_estimates.h"

#include <iterator>

namespace jalon::sim {
namespace {

constexpr double TargetEstimate::*kKept[] = {&TargetEstimate::mean,
                                             &TargetEstimate::mean_standard_error,
                                             &TargetEstimate::standard_deviation,
                                             &TargetEstimate::knowledge_low,
                                             &TargetEstimate::knowledge_high,
                                             &TargetEstimate::opening_mean,
                                             &TargetEstimate::ro_undefined_share};

}  // namespace

KeptEstimates::KeptEstimates(size_t target_count, int quantile_count)
    : quantile_count_(quantile_count) {
  numbers_.reserve(target_count * stride());
}

size_t KeptEstimates::stride() const { return std::size(kKept) + quantile_count_; }

void KeptEstimates::Add(const TargetEstimate& estimate) {
  for (const auto part : kKept) numbers_.push_back(estimate.*part);
  numbers_.insert(numbers_.end(), estimate.quantiles.begin(), estimate.quantiles.end());
}

TargetEstimate KeptEstimates::At(size_t target) const {
  const double* number = numbers_.data() + target * stride();
  TargetEstimate estimate;
  for (const auto part : kKept) estimate.*part = *number++;
  estimate.quantiles.assign(number, number + quantile_count_);
  return estimate;
}

double KeptEstimates::PredictBytes(int quantile_count) {
  return static_cast<double>((std::size(kKept) + quantile_count) * sizeof(double));
}

}  // namespace jalon::sim
