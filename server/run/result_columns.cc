#include "server/run/result_columns.h"

#include <algorithm>

#include "server/convert/law_check.h"
#include "sim/base/missing.h"

namespace jalon::server {
namespace {

v1::StatisticSpec Spec(v1::Statistic statistic, double level = 0) {
  v1::StatisticSpec spec;
  spec.set_statistic(statistic);
  spec.set_level(level);
  return spec;
}

bool IsRatio(const sim::Target& target) { return target.aggregation == sim::Aggregation::kRatio; }

double At(const std::vector<double>& values, size_t i) {
  return i < values.size() ? values[i] : sim::kMissing;
}

// P(R/O >= level): missing where R/O has a meaning on no path.
double RoProbability(const sim::TargetEstimate& estimate, size_t place) {
  return estimate.ro_undefined_share == 1.0 ? sim::kMissing : At(estimate.probability, 1 + place);
}

// Statistics that only some rows have.
double KindCell(v1::Statistic statistic, const sim::Target& target,
                const sim::TargetEstimate& estimate) {
  switch (statistic) {
    case v1::STATISTIC_OPENING_VALUE:
      return target.opening ? estimate.opening_mean : sim::kMissing;
    case v1::STATISTIC_RO_UNDEFINED_PROBABILITY:
      return target.opening ? estimate.ro_undefined_share : sim::kMissing;
    case v1::STATISTIC_NO_RATIO_PROBABILITY:
      return IsRatio(target) ? estimate.no_ratio_share : sim::kMissing;
    default:
      return sim::kMissing;
  }
}

// The value of one statistic of one row; `place` counts columns of one statistic from 0.
double CellOf(const v1::StatisticSpec& spec, const sim::Target& target,
              const sim::TargetEstimate& estimate, size_t place) {
  switch (spec.statistic()) {
    case v1::STATISTIC_ATTAINMENT_PROBABILITY:
      return At(estimate.probability, 0);
    case v1::STATISTIC_ATTAINMENT_LOW:
      return At(estimate.probability_low, 0);
    case v1::STATISTIC_ATTAINMENT_HIGH:
      return At(estimate.probability_high, 0);
    case v1::STATISTIC_ATTAINMENT_KNOWLEDGE_LOW:
      return estimate.knowledge_low;
    case v1::STATISTIC_ATTAINMENT_KNOWLEDGE_HIGH:
      return estimate.knowledge_high;
    case v1::STATISTIC_RO_PROBABILITY:
      return RoProbability(estimate, place);
    case v1::STATISTIC_MEAN:
      return estimate.mean;
    case v1::STATISTIC_MEAN_STANDARD_ERROR:
      return estimate.mean_standard_error;
    case v1::STATISTIC_STANDARD_DEVIATION:
      return estimate.standard_deviation;
    case v1::STATISTIC_QUANTILE:
      return At(estimate.quantiles, place);
    default:
      return KindCell(spec.statistic(), target, estimate);
  }
}

std::vector<double> LawColumn(const std::vector<sim::LawUsed>& laws) {
  std::vector<double> column;
  column.reserve(laws.size());
  for (const sim::LawUsed law : laws) column.push_back(ToProto(law));
  return column;
}

}  // namespace

std::vector<v1::StatisticSpec> ColumnSpecs(const TargetRequest& request, bool has_objectives) {
  std::vector<v1::StatisticSpec> specs;
  if (has_objectives) {
    specs.push_back(Spec(v1::STATISTIC_OBJECTIVE));
    specs.push_back(Spec(v1::STATISTIC_ATTAINMENT_PROBABILITY));
    specs.push_back(Spec(v1::STATISTIC_ATTAINMENT_LOW));
    specs.push_back(Spec(v1::STATISTIC_ATTAINMENT_HIGH));
    for (const double level : request.ro_levels) {
      specs.push_back(Spec(v1::STATISTIC_RO_PROBABILITY, level));
    }
  }
  specs.push_back(Spec(v1::STATISTIC_MEAN));
  specs.push_back(Spec(v1::STATISTIC_MEAN_STANDARD_ERROR));
  specs.push_back(Spec(v1::STATISTIC_STANDARD_DEVIATION));
  for (const double level : request.quantile_levels) {
    specs.push_back(Spec(v1::STATISTIC_QUANTILE, level));
  }
  specs.push_back(Spec(v1::STATISTIC_REALISED_TO_DATE));
  return specs;
}

void AddKindColumns(const std::vector<sim::Target>& targets,
                    std::vector<v1::StatisticSpec>* specs) {
  if (std::any_of(targets.begin(), targets.end(),
                  [](const sim::Target& target) { return target.opening.has_value(); })) {
    specs->push_back(Spec(v1::STATISTIC_OPENING_VALUE));
    specs->push_back(Spec(v1::STATISTIC_RO_UNDEFINED_PROBABILITY));
  }
  if (std::any_of(targets.begin(), targets.end(), IsRatio)) {
    specs->push_back(Spec(v1::STATISTIC_NO_RATIO_PROBABILITY));
  }
}

void AddConditionalColumns(RunRows& rows) {
  if (rows.has_objectives) {
    rows.specs.push_back(Spec(v1::STATISTIC_ATTAINMENT_KNOWLEDGE_LOW));
    rows.specs.push_back(Spec(v1::STATISTIC_ATTAINMENT_KNOWLEDGE_HIGH));
  }
  rows.specs.push_back(Spec(v1::STATISTIC_LAW));
}

ResultTable MakeTable(const RunRows& rows, const sim::Checkpoint& checkpoint,
                      const std::vector<double>& realised_to_date) {
  const std::vector<sim::TargetEstimate>& estimates = checkpoint.estimates;
  ResultTable table{.path_count = checkpoint.path_count, .specs = rows.specs};
  v1::Statistic last = v1::STATISTIC_UNSPECIFIED;
  size_t place = 0;
  for (const v1::StatisticSpec& spec : rows.specs) {
    place = spec.statistic() == last ? place + 1 : 0;
    last = spec.statistic();
    if (spec.statistic() == v1::STATISTIC_OBJECTIVE) {
      table.columns.push_back(rows.objectives);
      continue;
    }
    if (spec.statistic() == v1::STATISTIC_REALISED_TO_DATE) {
      table.columns.push_back(realised_to_date);
      continue;
    }
    if (spec.statistic() == v1::STATISTIC_LAW) {
      table.columns.push_back(LawColumn(checkpoint.laws));
      continue;
    }
    std::vector<double>& column = table.columns.emplace_back();
    column.reserve(estimates.size());
    for (size_t row = 0; row < estimates.size(); ++row) {
      column.push_back(CellOf(spec, rows.targets[row], estimates[row], place));
    }
  }
  return table;
}

}  // namespace jalon::server
