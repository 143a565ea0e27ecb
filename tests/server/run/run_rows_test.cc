// Rows, thresholds and columns of stocks, ratios and derived indicators.
#include "server/run/run_rows.h"

#include <algorithm>
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/run/realised_to_date.h"
#include "server/run/result_columns.h"
#include "sim/base/missing.h"
#include "tests/sim/network/kinds_network.h"

namespace jalon::server {
namespace {

using testing::ElementsAre;

const sim::Period kFirst{sim::Frequency::kMonth, 1500};
const sim::Window kLastYear{kFirst + 12, kFirst + 23};
const sim::Window kNextYear{kFirst + 24, kFirst + 35};

// Rows of every kind at the root over `window`, with an objective on some.
struct Question {
  sim::Revision revision = sim::KindsRevision();
  std::vector<sim::Objective> objectives;

  void Ask(const std::string& indicator, int64_t ticks, const sim::Window& window = kNextYear) {
    objectives.push_back({.unit = revision.network.unit(0).id,
                          .indicator = indicator,
                          .window = window,
                          .ticks = ticks});
  }

  absl::StatusOr<RunRows> Rows(const std::vector<sim::Window>& windows = {kNextYear}) const {
    v1::TargetSpec spec;
    for (const sim::Window& window : windows) spec.add_windows(window.ToString());
    spec.add_levels(revision.network.level_name(0));
    for (const double level : {0.9, 1.0, 1.1}) spec.add_ro_levels(level);
    Checks checks;
    const TargetRequest request = ReadTargets(spec, revision.network, true, checks);
    EXPECT_TRUE(checks.ok());
    const PlacedObjectives placed = *PlaceObjectives(revision.network, objectives);
    return MakeRows({.network = revision.network,
                     .realisations = revision.realisations,
                     .request = request,
                     .objectives = &placed,
                     .max_cells = 100'000});
  }
};

int RowOf(const Question& question, const RunRows& rows, const std::string& indicator) {
  const int k = *question.revision.network.FindIndicator(indicator);
  for (size_t row = 0; row < rows.rows.size(); ++row) {
    if (rows.rows[row].indicator == k) return static_cast<int>(row);
  }
  ADD_FAILURE() << "no row of " << indicator;
  return 0;
}

bool HasColumn(const RunRows& rows, v1::Statistic statistic) {
  return std::any_of(rows.specs.begin(), rows.specs.end(),
                     [&](const auto& spec) { return spec.statistic() == statistic; });
}

double Cell(const ResultTable& table, v1::Statistic statistic, int row, double level = 0) {
  for (size_t c = 0; c < table.specs.size(); ++c) {
    if (table.specs[c].statistic() == statistic && table.specs[c].level() == level) {
      return table.columns[c][row];
    }
  }
  ADD_FAILURE() << v1::Statistic_Name(statistic);
  return 0;
}

TEST(RunRowsTest, MakesRowsOfEveryKind) {
  Question question;
  const RunRows rows = *question.Rows();
  for (const char* indicator : {"accounts", "deposits", "equipment", "fees", "holders"}) {
    const sim::Target& target = rows.targets[RowOf(question, rows, indicator)];
    EXPECT_EQ(target.aggregation,
              question.revision.network.indicator(target.range.indicator).aggregation);
  }
  EXPECT_TRUE(HasColumn(rows, v1::STATISTIC_NO_RATIO_PROBABILITY));
  EXPECT_FALSE(HasColumn(rows, v1::STATISTIC_OPENING_VALUE)) << "nothing is asked on a variation";
}

TEST(RunRowsTest, StandInCanonicalOrderOnceEachWithTheirObjectives) {
  Question question;
  question.Ask("fees", 4'200);
  question.Ask("accounts", 900);
  const RunRows rows = *question.Rows({kNextYear, kLastYear, kNextYear});
  ASSERT_EQ(rows.windows, (std::vector<sim::Window>{kLastYear, kNextYear}));
  int with_objective = 0;
  for (size_t row = 0; row < rows.rows.size(); ++row) {
    EXPECT_TRUE(row == 0 || rows.rows[row - 1] < rows.rows[row]) << row;
    with_objective += std::isnan(rows.objectives[row]) ? 0 : 1;
  }
  EXPECT_EQ(with_objective, 2);
  const int fees = RowOf(question, rows, "fees");
  EXPECT_TRUE(std::isnan(rows.objectives[fees])) << "of last year";
  EXPECT_FALSE(std::isnan(rows.objectives[fees + 1]));
}

TEST(RunRowsTest, WeighsTheOpeningInThresholdsOnTheVariation) {
  Question question;
  question.Ask("holders", 3'000);
  const RunRows rows = *question.Rows();
  const sim::Target& target = rows.targets[RowOf(question, rows, "holders")];
  EXPECT_THAT(target.thresholds, ElementsAre(3'000, 2'700, 3'000, 3'300));
  ASSERT_TRUE(target.opening.has_value());
  EXPECT_THAT(target.opening->weights, ElementsAre(0, 0.1, 0, -0.1));
  EXPECT_EQ(target.opening->window, (sim::Window{kFirst + 23, kFirst + 23}));
  EXPECT_EQ(target.opening->objective, 3'000);
  EXPECT_TRUE(HasColumn(rows, v1::STATISTIC_OPENING_VALUE));
}

TEST(RunRowsTest, LeavesOutTheLadderWhereTheOpeningLiesBeforeTheHistory) {
  Question question;
  const sim::Window first{kFirst, kFirst + 11};
  question.Ask("holders", 3'000, first);
  const RunRows rows = *question.Rows({first});
  const sim::Target& target = rows.targets[RowOf(question, rows, "holders")];
  EXPECT_THAT(target.thresholds, ElementsAre(3'000));
  EXPECT_FALSE(target.opening.has_value());
}

TEST(RunRowsTest, KeepsTheLadderOfScaledObjectivesAtAndBelowZero) {
  for (const int64_t ticks : {int64_t{0}, int64_t{-250}}) {
    Question question;
    sim::NetworkSpec spec = sim::KindsSpec();
    for (sim::Indicator& indicator : spec.indicators) {
      if (indicator.id != "savings") continue;
      indicator.basis = sim::AttainmentBasis::kScaled;
      indicator.attainment_scale = 1'000;
    }
    question.revision = sim::KindsRevision(spec);
    question.Ask("savings", ticks);
    const RunRows rows = *question.Rows();
    const sim::Target& target = rows.targets[RowOf(question, rows, "savings")];
    const double o = rows.objectives[RowOf(question, rows, "savings")];
    EXPECT_THAT(target.thresholds, ElementsAre(o, o - 100, o, o + 100));
  }
}

TEST(RunRowsTest, SaysWhatDoesNotExist) {
  Question question;
  question.Ask("holders", 3'000);
  const RunRows rows = *question.Rows();
  const int holders = RowOf(question, rows, "holders");
  const int equipment = RowOf(question, rows, "equipment");
  std::vector<sim::TargetEstimate> estimates(rows.targets.size());
  estimates[holders] = {.probability = {0.4, 0, 0.4, 0},
                        .probability_low = {0.3, 0, 0.3, 0},
                        .probability_high = {0.5, 0, 0.5, 0},
                        .opening_mean = 3'100,
                        .ro_undefined_share = 1.0};
  estimates[equipment] = {.mean = sim::kMissing, .no_ratio_share = 1.0};
  for (sim::TargetEstimate& estimate : estimates) estimate.quantiles.assign(7, 0.0);
  const ResultTable table = MakeTable(rows, {.path_count = 256, .estimates = estimates},
                                      std::vector<double>(rows.rows.size(), sim::kMissing));
  EXPECT_EQ(Cell(table, v1::STATISTIC_ATTAINMENT_PROBABILITY, holders), 0.4);
  EXPECT_TRUE(std::isnan(Cell(table, v1::STATISTIC_RO_PROBABILITY, holders, 0.9)));
  EXPECT_EQ(Cell(table, v1::STATISTIC_OPENING_VALUE, holders), 3'100);
  EXPECT_EQ(Cell(table, v1::STATISTIC_RO_UNDEFINED_PROBABILITY, holders), 1);
  EXPECT_TRUE(std::isnan(Cell(table, v1::STATISTIC_NO_RATIO_PROBABILITY, holders)));
  EXPECT_TRUE(std::isnan(Cell(table, v1::STATISTIC_MEAN, equipment)));
  EXPECT_EQ(Cell(table, v1::STATISTIC_NO_RATIO_PROBABILITY, equipment), 1);
  EXPECT_TRUE(std::isnan(Cell(table, v1::STATISTIC_OPENING_VALUE, equipment)));
}

TEST(ColumnsWorkTest, MakesATableSomeThousandRowsOfAColumnAtATime) {
  constexpr size_t kRows = 40'000;
  RunRows rows{.targets = std::vector<sim::Target>(kRows)};
  rows.specs.emplace_back().set_statistic(v1::STATISTIC_MEAN);
  rows.specs.emplace_back().set_statistic(v1::STATISTIC_REALISED_TO_DATE);
  sim::Checkpoint checkpoint{.path_count = 256};
  std::vector<double> means;
  std::vector<double> realised;
  for (size_t row = 0; row < kRows; ++row) {
    means.push_back(static_cast<double>(row));
    realised.push_back(-means.back());
    checkpoint.estimates.push_back({.mean = means.back()});
  }
  ColumnsWork work(rows, checkpoint, realised);
  int steps = 1;
  while (!work.Step()) ++steps;
  // 16,384, as many again, and the rest; of two columns.
  EXPECT_EQ(steps, 6);
  EXPECT_THAT(work.Take().columns, ElementsAre(means, realised));
}

TEST(ColumnsWorkTest, HasNothingToDoForATableWithoutColumns) {
  const RunRows rows;
  const sim::Checkpoint checkpoint;
  const std::vector<double> realised;
  ColumnsWork work(rows, checkpoint, realised);
  EXPECT_TRUE(work.Step());
}

TEST(RunRowsTest, SaysWhatIsRealisedSoFarOfEveryKind) {
  Question question;
  const sim::Revision& revision = question.revision;
  const RunRows rows = *question.Rows({kLastYear});
  const sim::Period as_of = kFirst + 17;
  const std::vector<double> realised = RealisedToDate(revision, rows, as_of);
  const sim::Window past{kLastYear.first, as_of};
  const auto range = [&](const std::string& indicator) {
    return sim::RangeOf(revision.network, *revision.network.FindIndicator(indicator), 0, 0);
  };
  double accounts = 0;
  for (const double value : sim::SumRealised(revision.realisations, range("accounts"), past)) {
    accounts += value;
  }
  const double holders = sim::SumRealised(revision.realisations, range("holders"), past).back();
  EXPECT_EQ(realised[RowOf(question, rows, "accounts")], accounts);
  EXPECT_EQ(realised[RowOf(question, rows, "holders")], holders);
  EXPECT_EQ(realised[RowOf(question, rows, "equipment")], accounts / holders);
  EXPECT_EQ(realised[RowOf(question, rows, "fees")], 0.5 * accounts);
}

}  // namespace
}  // namespace jalon::server
