#include "server/run/result_columns.h"

#include <algorithm>

#include "server/convert/law_check.h"
#include "sim/base/missing.h"

namespace jalon::server {
namespace {

constexpr size_t kRowsOfSlice = 16'384;

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

ColumnsWork::ColumnsWork(const RunRows& rows, const sim::Checkpoint& checkpoint,
                         const std::vector<double>& realised_to_date)
    : rows_(rows),
      checkpoint_(checkpoint),
      realised_to_date_(realised_to_date),
      table_{.path_count = checkpoint.path_count, .specs = rows.specs} {
  table_.columns.reserve(rows.specs.size());
}

bool ColumnsWork::Step() {
  const size_t row_count = checkpoint_.estimates.size();
  if (table_.columns.empty() || table_.columns.back().size() == row_count) {
    if (table_.columns.size() == rows_.specs.size()) return true;
    BeginColumn();
  }
  std::vector<double>& column = table_.columns.back();
  const size_t end = std::min(column.size() + kRowsOfSlice, row_count);
  for (size_t row = column.size(); row < end; ++row) column.push_back(CellAt(row));
  return end == row_count && table_.columns.size() == rows_.specs.size();
}

void ColumnsWork::BeginColumn() {
  const size_t c = table_.columns.size();
  const bool is_next = c > 0 && rows_.specs[c].statistic() == rows_.specs[c - 1].statistic();
  place_ = is_next ? place_ + 1 : 0;
  table_.columns.emplace_back().reserve(checkpoint_.estimates.size());
}

double ColumnsWork::CellAt(size_t row) const {
  const v1::StatisticSpec& spec = rows_.specs[table_.columns.size() - 1];
  switch (spec.statistic()) {
    case v1::STATISTIC_OBJECTIVE:
      return rows_.objectives[row];
    case v1::STATISTIC_REALISED_TO_DATE:
      return realised_to_date_[row];
    case v1::STATISTIC_LAW:
      return ToProto(checkpoint_.laws[row]);
    default:
      return CellOf(spec, rows_.targets[row], checkpoint_.estimates[row], place_);
  }
}

ResultTable MakeTable(const RunRows& rows, const sim::Checkpoint& checkpoint,
                      const std::vector<double>& realised_to_date) {
  ColumnsWork work(rows, checkpoint, realised_to_date);
  while (!work.Step()) {
  }
  return work.Take();
}

}  // namespace jalon::server
