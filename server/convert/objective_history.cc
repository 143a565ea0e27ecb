#include "server/convert/objective_history.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace jalon::server {
namespace {

v1::HistoryStatistic StatisticToProto(const sim::HistoryStatistic& statistic) {
  v1::HistoryStatistic proto;
  proto.set_value(statistic.value);
  proto.set_standard_error(statistic.standard_error);
  proto.set_low(statistic.interval.low);
  proto.set_high(statistic.interval.high);
  if (statistic.p_value) proto.set_p_value(*statistic.p_value);
  proto.set_case_count(statistic.count);
  return proto;
}

v1::ExcessMass MassToProto(const sim::ExcessMass& mass) {
  v1::ExcessMass proto;
  proto.set_observed_count(mass.observed);
  proto.set_expected_count(mass.expected);
  proto.set_z(mass.z());
  proto.set_p_value(mass.p_value());
  proto.set_case_count(mass.case_count);
  return proto;
}

}  // namespace

sim::HistoryQuestion ReadHistoryQuestion(const v1::AnalyzeObjectiveHistoryRequest& request,
                                         const sim::Network& network, Checks& checks) {
  sim::HistoryQuestion question{.as_published = request.as_published()};
  for (int i = 0; i < request.levels_size(); ++i) {
    const std::optional<int> depth = network.FindLevel(request.levels(i));
    if (depth) {
      question.depths.push_back(*depth);
    } else {
      checks.Add(absl::StrCat("levels[", i, "]"), request.levels(i),
                 "must be the name of a level of the network", "UNKNOWN_LEVEL");
    }
  }
  if (request.levels().empty()) question.depths.push_back(network.depth_count() - 1);
  for (int i = 0; i < request.indicators_size(); ++i) {
    const std::optional<int> k = network.FindIndicator(request.indicators(i));
    if (k) {
      question.indicators.push_back(*k);
    } else {
      checks.Add(absl::StrCat("indicators[", i, "]"), request.indicators(i),
                 "must be an indicator of the network", "UNKNOWN_INDICATOR");
    }
  }
  return question;
}

v1::ObjectiveHistoryRow ToProto(const sim::HistoryRow& row, const sim::Network& network) {
  v1::ObjectiveHistoryRow proto;
  if (row.window) proto.set_window(row.window->ToString());
  if (row.indicator) proto.set_indicator(network.indicator(*row.indicator).id);
  proto.set_objective_count(row.objective_count);
  proto.set_left_out_count(row.left_out_count);
  proto.set_changed_count(row.changed_count);
  if (row.attained_share) {
    *proto.mutable_attained_share() = StatisticToProto(*row.attained_share);
  }
  if (!std::isnan(row.median_ratio)) proto.set_median_ro(row.median_ratio);
  if (row.ratio_persistence) {
    *proto.mutable_ro_persistence() = StatisticToProto(*row.ratio_persistence);
  }
  if (row.growth_persistence) {
    *proto.mutable_growth_persistence() = StatisticToProto(*row.growth_persistence);
  }
  if (row.excess_mass) *proto.mutable_excess_mass() = MassToProto(*row.excess_mass);
  if (row.ratchet) *proto.mutable_ratchet() = StatisticToProto(*row.ratchet);
  return proto;
}

}  // namespace jalon::server
