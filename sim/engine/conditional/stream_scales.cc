#include "sim/engine/conditional/stream_scales.h"

#include <algorithm>
#include <map>

#include "sim/base/hash64.h"
#include "sim/base/square.h"
#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {}  // namespace

StreamScales::StreamScales(const Plan& plan) : plan_(plan) {
  for (int t = 0; t < plan.period_count(); ++t) {
    steps_.push_back(StepOf(plan, plan.horizon.first + t));
  }
  CountSeries();
  NameNational();
  NameRegional();
}

const StreamScale* StreamScales::Find(uint64_t id, int draw) const {
  const auto found = scales_.find({id, draw});
  return found == scales_.end() ? nullptr : &found->second;
}

void StreamScales::CountSeries() {
  share_of_group_.assign(plan_.group_count(), 0.0);
  int count = 0;
  for (const PlanSeries& series : plan_.series) {
    if (series.group < 0) continue;
    ++share_of_group_[series.group];
    ++count;
  }
  for (double& share : share_of_group_) share /= std::max(count, 1);
}

// Adds the streams of one row of a block, moving `share` of the series.
void StreamScales::AddRow(const LatentBlock& block, int indicator, double state_sd, double share,
                          StreamScale& own, std::vector<StreamScale>& common) {
  const LatentLaw& law = block.laws[indicator];
  double explained = 0.0;
  for (int j = 0; j < block.rank; ++j) {
    const double loading = Square(block.loadings[static_cast<size_t>(indicator) * block.rank + j]);
    explained += loading;
    StreamScale& factor = common[j];
    factor.innovation += share * loading * Square(law.innovation_sd);
    factor.shock += share * loading * Square(law.persistent_sd);
    factor.autoregression = std::max(factor.autoregression, law.autoregression);
  }
  const double rest = share * std::max(1.0 - explained, 0.0);
  own = {.autoregression = law.autoregression,
         .innovation = rest * Square(law.innovation_sd),
         .shock = rest * Square(law.persistent_sd),
         .state = share * Square(state_sd) * StateGain(law.autoregression)};
}

// Average over the horizon of the square of what is left of the state at as_of.
double StreamScales::StateGain(double autoregression) const {
  double sum = 0.0;
  for (int step : steps_) {
    double left = 1.0;
    for (int h = 0; h < step; ++h) left *= autoregression;
    sum += left * left;
  }
  return steps_.empty() ? 0.0 : sum / static_cast<double>(steps_.size());
}

void StreamScales::NameNational() {
  const LatentBlock& block = plan_.shared.national;
  std::vector<StreamScale> common(block.rank);
  for (int indicator : plan_.indicators) {
    double share = 0.0;
    for (int g = 0; g < plan_.group_count(); ++g) {
      if (plan_.groups[g].indicator == indicator) share += share_of_group_[g];
    }
    StreamScale own;
    AddRow(block, indicator, block.state_sd[indicator], share, own, common);
    scales_[{Hash64(plan_.shared.indicator_ids[indicator]), 0}] = own;
  }
  NameCommon(Hash64("national\x1f"), common);
}

void StreamScales::NameRegional() {
  const LatentBlock& block = plan_.shared.regional;
  std::vector<double> shares(plan_.region_rows.size(), 0.0);
  for (int g = 0; g < plan_.group_count(); ++g) {
    shares[plan_.groups[g].region_row] += share_of_group_[g];
  }
  std::map<uint64_t, std::vector<StreamScale>> common;
  for (size_t r = 0; r < plan_.region_rows.size(); ++r) {
    const PlanRegionRow& row = plan_.region_rows[r];
    const size_t pair = row.region * plan_.shared.indicator_ids.size() + row.indicator;
    std::vector<StreamScale>& factors = common[row.region_id64];
    factors.resize(block.rank);
    StreamScale own;
    AddRow(block, row.indicator, block.state_sd[pair], shares[r], own, factors);
    scales_[{row.id64, 0}] = own;
  }
  for (const auto& [id64, factors] : common) NameCommon(id64, factors);
}

void StreamScales::NameCommon(uint64_t id64, const std::vector<StreamScale>& factors) {
  for (size_t j = 0; j < factors.size(); ++j) {
    scales_[{id64, static_cast<int>(j)}] = factors[j];
  }
}

}  // namespace jalon::sim
