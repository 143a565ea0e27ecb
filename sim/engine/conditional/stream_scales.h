// What the streams of a plan's latents are worth: the variance they give an average series.
// Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_STREAM_SCALES_H_
#define JALON_SIM_ENGINE_CONDITIONAL_STREAM_SCALES_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// How a latent block moves series: the variance its streams give an average series.
struct StreamScale {
  double autoregression = 0.0;
  double innovation = 0.0;  // variances
  double shock = 0.0;
  double state = 0.0;
};

// Deterministic; O(series + latents). `plan` must outlive it.
class StreamScales {
 public:
  explicit StreamScales(const Plan& plan);

  // Of the innovations of stream `id`, draw number `draw`; null where it moves nothing.
  const StreamScale* Find(uint64_t id, int draw) const;
  // [period]: step of each period of the horizon.
  const std::vector<int>& steps() const { return steps_; }
  // [plan group]: share of the plan's series.
  const std::vector<double>& share_of_group() const { return share_of_group_; }

 private:
  void CountSeries();
  void AddRow(const LatentBlock& block, int indicator, double state_sd, double share,
              StreamScale& own, std::vector<StreamScale>& common);
  double StateGain(double autoregression) const;
  void NameNational();
  void NameRegional();
  void NameCommon(uint64_t id64, const std::vector<StreamScale>& factors);

  const Plan& plan_;
  std::vector<int> steps_;
  std::vector<double> share_of_group_;
  absl::flat_hash_map<std::pair<uint64_t, int>, StreamScale> scales_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_STREAM_SCALES_H_
