#include "sim/demo/demo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>

#include "sim/base/math.h"
#include "sim/base/violation.h"
#include "sim/calendar/calendar_rules.h"
#include "sim/calendar/opening_days.h"
#include "sim/drivers/derived_history.h"
#include "sim/network/expression_rules.h"
#include "sim/perimeter/perimeter_rules.h"
#include "sim/score/weights.h"

namespace jalon::sim {
namespace {

using ::testing::Contains;
using ::testing::Field;

Demo Small(uint64_t seed = DemoOptions{}.seed, int months = 60) {
  absl::StatusOr<Demo> demo =
      MakeDemo({.size = DemoSize::kSmall, .seed = seed, .month_count = months});
  EXPECT_TRUE(demo.ok()) << demo.status();
  return *std::move(demo);
}

// Realised cells of an indicator, missing ones left out.
std::vector<double> CellsOf(const Demo& demo, absl::string_view indicator) {
  const Realisations& realisations = demo.revision.realisations;
  const auto [first, end] =
      realisations.IndicatorRows(*demo.revision.network.FindIndicator(indicator));
  std::vector<double> cells;
  for (int i = first; i < end; ++i) {
    for (double y : realisations.row(i)) {
      if (!std::isnan(y)) cells.push_back(y);
    }
  }
  return cells;
}

// Twenty-one series a branch; the branch that merged gave its own away.
TEST(DemoTest, MakesEightHundredSeriesInTheSmallSize) {
  const Demo demo = Small();
  EXPECT_EQ(demo.revision.network.unit_count(), 1 + 4 + 40);
  EXPECT_EQ(demo.revision.network.indicator_count(), 15);
  EXPECT_EQ(demo.revision.realisations.series_count(), 39 * 21);
  EXPECT_EQ(demo.revision.original->series_count(), 40 * 21);
  EXPECT_EQ(demo.revision.realisations.period_count(), 60);
  EXPECT_EQ(demo.revision.realisations.last(), Period::Month(2026, 10));
}

TEST(DemoTest, MakesThirtyThousandSeriesInTheDefaultSize) {
  const absl::StatusOr<Demo> demo = MakeDemo({.month_count = 13});
  ASSERT_TRUE(demo.ok()) << demo.status();
  EXPECT_EQ(demo->revision.network.unit_count(), 1 + 11 + 1500);
  EXPECT_EQ(demo->revision.realisations.series_count(), 1499 * 21);
}

TEST(DemoTest, DeclaresScoresThatItsNetworkAccepts) {
  const Demo demo = Small();
  const ScorePolicy& policy = demo.revision.score;
  EXPECT_EQ(ValidateScorePolicy(demo.revision.network, policy).ToStatus(), absl::OkStatus());
  const WeightTable table(demo.revision.network, policy);
  const Window year{Period::Month(2027, 1), Period::Month(2027, 12)};
  std::map<std::string, size_t> sizes;
  for (int u = 0; u < demo.revision.network.unit_count(); ++u) {
    if (!demo.revision.network.is_leaf(u)) continue;
    sizes[demo.revision.network.unit(u).kind] = table.Of(u, year).size();
  }
  EXPECT_EQ(sizes["proximity"], 11u);
  EXPECT_EQ(sizes["private"], 4u) << "a grid of its own";
}

TEST(DemoTest, GivesTheSameDemoToTheSameOptions) {
  const Demo a = Small();
  const Demo b = Small();
  EXPECT_EQ(a.revision.realisations, b.revision.realisations);
  EXPECT_EQ(a.truth, b.truth);
  EXPECT_EQ(a.objectives, b.objectives);
}

TEST(DemoTest, GivesAnotherHistoryToAnotherSeed) {
  EXPECT_FALSE(Small(1).revision.realisations == Small(2).revision.realisations);
}

TEST(DemoTest, KeepsTheLastMonthWhenMoreHistoryIsAsked) {
  const Demo shorter = Small(3, 24);
  const Demo longer = Small(3, 36);
  const Realisations& a = shorter.revision.realisations;
  const Realisations& b = longer.revision.realisations;
  ASSERT_EQ(a.series_count(), b.series_count());
  for (int i = 0; i < a.series_count(); ++i) {
    if (std::isnan(a.at(i, a.last()))) continue;
    EXPECT_EQ(a.at(i, a.last()), b.at(i, b.last())) << i;
  }
}

TEST(DemoTest, HasATruthThatIsAValidModel) {
  const Violations violations = ValidateModel(Small().truth);
  EXPECT_TRUE(violations.empty()) << violations.ToStatus();
}

TEST(DemoTest, HasCalendarsThatItsTruthKnows) {
  const Demo demo = Small();
  const Network& network = demo.revision.network;
  EXPECT_TRUE(ValidateCalendars(network, demo.revision.calendars).empty());
  EXPECT_EQ(demo.revision.calendars, SortedCalendars(network, demo.revision.calendars));
  const Period may = Period::Month(2027, 5);
  const OpeningDays days(network, demo.revision.calendars, {may, may});
  int tue_sat = 0, mon_fri = 0, alsace_moselle = 0;
  for (int u = 0; u < network.unit_count(); ++u) {
    if (!network.is_leaf(u)) continue;
    (days.week(u) == OpeningWeek::kTueSat ? tue_sat : mon_fri) += 1;
    alsace_moselle += days.holidays(u) == HolidaySet::kAlsaceMoselle ? 1 : 0;
  }
  EXPECT_GT(tue_sat, 20);
  EXPECT_GT(mon_fri, 10);
  EXPECT_EQ(alsace_moselle, 10);
  for (int k = 0; k < network.indicator_count(); ++k) {
    const bool exposed = network.indicator(k).exposure == Exposure::kOpeningDays;
    EXPECT_EQ(
        std::count(demo.truth.exposed_indicators.begin(), demo.truth.exposed_indicators.end(), k),
        exposed ? 1 : 0);
  }
  EXPECT_GT(demo.truth.exposed_indicators.size(), 5u);
}

TEST(DemoTest, HasScenariosAndObjectivesThatAreValid) {
  const Demo demo = Small();
  for (const Scenario& scenario : demo.scenarios) {
    const Violations violations =
        ValidateScenario(demo.revision.network, demo.revision.drivers, scenario);
    EXPECT_TRUE(violations.empty()) << violations.ToStatus();
  }
  EXPECT_TRUE(ValidateDrivers(demo.revision.drivers).empty());
  const Violations violations =
      ValidateObjectives(demo.revision.network, demo.objectives.objectives);
  EXPECT_TRUE(violations.empty()) << violations.ToStatus();
}

TEST(DemoTest, OffersTheScenariosItPromises) {
  const Demo demo = Small();
  for (const char* id :
       {"base", "neobank-offensive", "phone-signature", "rate-rise", "recession"}) {
    EXPECT_THAT(demo.scenarios, Contains(Field(&Scenario::id, id)));
  }
}

TEST(DemoTest, SaysThatThePhoneSignatureIsAnAssumption) {
  const Demo demo = Small();
  const auto it = std::find_if(demo.scenarios.begin(), demo.scenarios.end(),
                               [](const Scenario& s) { return s.id == "phone-signature"; });
  ASSERT_NE(it, demo.scenarios.end());
  ASSERT_EQ(it->events.size(), 1);
  EXPECT_EQ(it->events[0].start, Period::Month(2027, 1));
  EXPECT_EQ(it->events[0].channel, "phone");
  EXPECT_EQ(it->events[0].effect.kind, EffectLaw::Kind::kTriangular);
  EXPECT_TRUE(it->events[0].size_is_assumption);
  EXPECT_FALSE(it->events[0].channel_share_ratio.has_value()) << "each branch by its own share";
}

TEST(DemoTest, HasSmallCells) {
  std::vector<double> cells = CellsOf(Small(), "housing-loans");
  const double zeros = std::count(cells.begin(), cells.end(), 0.0);
  EXPECT_GT(zeros / cells.size(), 0.02);
  std::sort(cells.begin(), cells.end());
  EXPECT_LE(cells[cells.size() * 95 / 100], 30);
}

TEST(DemoTest, HasNetFlowsOfBothSigns) {
  const std::vector<double> cells = CellsOf(Small(), "net-savings");
  EXPECT_GT(std::count_if(cells.begin(), cells.end(), [](double y) { return y < 0; }), 100);
  EXPECT_GT(std::count_if(cells.begin(), cells.end(), [](double y) { return y > 0; }), 100);
}

TEST(DemoTest, OpensOneBranchAndClosesTwoInsideTheHistory) {
  const Demo demo = Small();
  const Network& network = demo.revision.network;
  const Realisations& realisations = demo.revision.realisations;
  ASSERT_EQ(realisations.series_count(), static_cast<int>(demo.truth.series.size()));
  int opened = 0, closed = 0;
  for (int i = 0; i < realisations.series_count(); ++i) {
    const Unit& unit = network.unit(realisations.key(i).unit);
    if (unit.opened.has_value()) {
      ++opened;
      EXPECT_TRUE(std::isnan(realisations.at(i, *unit.opened - 1)));
    }
    if (unit.closed.has_value()) {
      ++closed;
      EXPECT_TRUE(std::isnan(realisations.at(i, *unit.closed)));
      EXPECT_TRUE(demo.truth.series[i].ended);
    }
  }
  EXPECT_EQ(opened, 21);
  EXPECT_EQ(closed, 21) << "of the branch that closed, what was lost with it; none of the merged";
}

// All but the derived one.
TEST(DemoTest, GivesObjectivesToEveryBranchThatIsOpenOnEveryIndicatorForTwoYears) {
  const Demo demo = Small();
  EXPECT_EQ(demo.objectives.objectives.size(), 38 * 14 * 2);
}

// The total of an indicator over the history is a sum of thousands of cells around means that the
// truth gives; 10 % covers what the latents of one seed do.
TEST(DemoTest, DrawsAHistoryOfTheSizeItsTruthSays) {
  const Demo demo = Small();
  const Model& truth = demo.truth;
  const Realisations& realisations = demo.revision.realisations;
  const int k = *demo.revision.network.FindIndicator("appointments");
  const auto [first, end] = realisations.IndicatorRows(k);
  double expected = 0.0, realised = 0.0;
  const Period last = realisations.last();
  for (int i = first; i < end; ++i) {
    for (int back = 0; back < 12; ++back) {
      const double y = realisations.at(i, last - back);
      if (std::isnan(y)) continue;
      const int season = truth.series[i].group * 12 + (last - back).season();
      realised += y;
      expected += Exp(truth.level.mean[i] + truth.season.mean[season]);
    }
  }
  EXPECT_NEAR(realised / expected, 1.0, 0.1);
}

// Cells of one series of `indicator`, missing ones NaN.
std::span<const double> RowOf(const Demo& demo, absl::string_view indicator, const SeriesKey& at) {
  SeriesKey key = at;
  key.indicator = *demo.revision.network.FindIndicator(indicator);
  return demo.revision.realisations.row(*demo.revision.realisations.Find(key));
}

TEST(DemoTest, HasEveryKindOfIndicator) {
  const Demo demo = Small();
  std::map<IndicatorKind, int> kinds;
  for (const Indicator& indicator : demo.revision.network.spec().indicators)
    ++kinds[indicator.kind];
  EXPECT_EQ(kinds[IndicatorKind::kCount], 6);
  EXPECT_EQ(kinds[IndicatorKind::kAmount], 4);
  EXPECT_EQ(kinds[IndicatorKind::kNetFlow], 1);
  EXPECT_EQ(kinds[IndicatorKind::kStock], 2);
  EXPECT_EQ(kinds[IndicatorKind::kRatio], 1);
  EXPECT_EQ(kinds[IndicatorKind::kDerived], 1);
  EXPECT_TRUE(CheckExpressions(demo.revision.network, demo.revision.drivers).empty());
}

// Also where customers moved: three cells of the large size once missed the flow of a giver.
TEST(DemoTest, MovesSavingsByTheirFlowAloneInEverySize) {
  for (const DemoSize size : {DemoSize::kSmall, DemoSize::kLarge}) {
    const Demo demo = *MakeDemo({.size = size});
    const Realisations& realisations = demo.revision.realisations;
    const int k = *demo.revision.network.FindIndicator("savings-outstandings");
    const auto [first, end] = realisations.IndicatorRows(k);
    for (int i = first; i < end; ++i) {
      const auto levels = realisations.row(i);
      const auto flows = RowOf(demo, "net-savings", realisations.key(i));
      for (size_t t = 1; t < levels.size(); ++t) {
        const double other = levels[t] - levels[t - 1] - flows[t];
        EXPECT_TRUE(std::isnan(other) || other == 0) << i << " " << t;
      }
    }
  }
}

// Young adults leave twice as often as the others: 2.1 of the mean attrition against 0.8.
TEST(DemoTest, LosesCustomersAtARateOfTheirSegment) {
  const Demo demo = Small();
  const Network& network = demo.revision.network;
  const Realisations& realisations = demo.revision.realisations;
  const auto [first, end] = realisations.IndicatorRows(*network.FindIndicator("customers"));
  std::map<std::string, double> lost, opening;
  for (int i = first; i < end; ++i) {
    const auto levels = realisations.row(i);
    const auto won = RowOf(demo, "customers-won", realisations.key(i));
    const std::string& segment = network.segment(realisations.key(i).segment).id;
    for (size_t t = 1; t < levels.size(); ++t) {
      const double leavers = levels[t - 1] + won[t] - levels[t];
      if (std::isnan(leavers)) continue;
      lost[segment] += leavers;
      opening[segment] += levels[t - 1];
    }
  }
  EXPECT_NEAR(lost["young"] / opening["young"], 0.0034 * 0.30 / 0.14, 0.0008);
  EXPECT_NEAR(lost["mass-market"] / opening["mass-market"], 0.0034 * 0.38 / 0.50, 0.0004);
}

TEST(DemoTest, WantsFewerComplaints) {
  const Demo demo = Small();
  const int k = *demo.revision.network.FindIndicator("service-complaints");
  const Indicator& complaints = demo.revision.network.indicator(k);
  EXPECT_EQ(complaints.direction, Direction::kLowerIsBetter);
  EXPECT_EQ(complaints.exposure, Exposure::kNone);
  double asked = 0.0, realised = 0.0;
  for (const Objective& objective : demo.objectives.objectives) {
    if (objective.indicator != complaints.id || objective.window.first.year() != 2027) continue;
    asked += static_cast<double>(objective.ticks);
    const int unit = *demo.revision.network.FindUnit(objective.unit);
    const std::span<const double> row =
        demo.revision.realisations.row(*demo.revision.realisations.Find({k, unit, 0}));
    for (double y : row.last(12)) realised += std::isnan(y) ? 0.0 : y;
  }
  EXPECT_LT(asked, 0.95 * realised);
  EXPECT_GT(asked, 0.93 * realised) << "5 % fewer, rounded down";
}

// Since its rule of 2020 the rate is what the formula gives, but for the four dates at which it was
// held at 3 %.
TEST(DemoTest, SetsTheLivretAByItsFormulaButWhenItWasHeld) {
  const Demo demo = Small();
  const DriverTable& drivers = demo.revision.drivers;
  const int livret = *drivers.Find("livret-a-rate");
  std::vector<Period> held;
  int dates = 0;
  for (const FormulaCheck& check : CheckFormula(drivers, livret)) {
    if (check.period < Period::Month(2020, 1)) continue;
    ++dates;
    if (std::fabs(check.deviation()) > 1e-6) held.push_back(check.period);
  }
  EXPECT_EQ(dates, 14);
  EXPECT_THAT(held, ::testing::ElementsAre(Period::Month(2023, 2), Period::Month(2023, 8),
                                           Period::Month(2024, 2), Period::Month(2024, 8)));
  ASSERT_EQ(demo.truth.derived_drivers.size(), 1u);
  EXPECT_EQ(demo.truth.derived_drivers[0].last_value, 1.5);
  EXPECT_THAT(demo.truth.elasticities,
              Contains(Field(&Elasticity::driver, demo.truth.drivers.driver_count())).Times(2));
}

TEST(DemoTest, DeclaresAPerimeterThatItsNetworkAccepts) {
  const Revision revision = Small().revision;
  const Violations violations =
      CheckPerimeter(revision.network, revision.perimeter, revision.original->window());
  EXPECT_TRUE(violations.empty()) << violations.ToStatus();
  std::map<PerimeterChangeKind, int> kinds;
  for (const PerimeterChange& change : revision.perimeter.changes) ++kinds[change.kind];
  EXPECT_EQ(kinds[PerimeterChangeKind::kOpening], 1);
  EXPECT_EQ(kinds[PerimeterChangeKind::kClosure], 1);
  EXPECT_EQ(kinds[PerimeterChangeKind::kMerger], 1);
  EXPECT_EQ(kinds[PerimeterChangeKind::kTransfer], 1);
}

TEST(DemoTest, ConservesNetworkTotalsWhenItIsRestated) {
  const Revision revision = Small().revision;
  const Network& network = revision.network;
  for (int k = 0; k < network.indicator_count(); ++k) {
    if (!network.HasSeries(k)) continue;
    const NodeRange all = RangeOf(network, k, 0, 0);
    const std::vector<double> before =
        SumRealised(*revision.original, all, revision.original->window());
    const std::vector<double> after =
        SumRealised(revision.realisations, all, revision.original->window());
    for (size_t t = 0; t < before.size(); ++t) {
      EXPECT_NEAR(after[t], before[t], 1e-12 * std::fabs(before[t])) << k << " " << t;
    }
  }
}

// Sum over the months of [first, last] of what unit `id` realised of appointments.
double HeldBy(const Realisations& realisations, const Network& network, absl::string_view id,
              const Window& window) {
  const int k = *network.FindIndicator("appointments");
  double sum = 0.0;
  for (double y :
       SumRealised(realisations, RangeOf(network, k, *network.FindUnit(id), 0), window)) {
    sum += std::isnan(y) ? 0.0 : y;
  }
  return sum;
}

// As imported, the giver falls by the quarter that moves, on top of what it does by itself, and the
// receiver grows by it. Whole things: some 800 appointments in each window leave a half percent.
TEST(DemoTest, MovesAQuarterOfABranchAtOneDate) {
  const Revision revision = Small().revision;
  const auto transfer = std::find_if(
      revision.perimeter.changes.begin(), revision.perimeter.changes.end(),
      [](const PerimeterChange& c) { return c.kind == PerimeterChangeKind::kTransfer; });
  const Window before{transfer->date - 12, transfer->date - 1};
  const Window after{transfer->date, transfer->date + 11};
  const auto growth = [&](const Realisations& realisations, const std::string& unit) {
    return HeldBy(realisations, revision.network, unit, after) /
           HeldBy(realisations, revision.network, unit, before);
  };
  EXPECT_NEAR(
      growth(*revision.original, transfer->unit) / growth(revision.realisations, transfer->unit),
      0.75, 0.005);
  EXPECT_GT(growth(*revision.original, transfer->receiver),
            1.1 * growth(revision.realisations, transfer->receiver));
}

// The truth of the branch that took another over is of both together: its last year agrees.
TEST(DemoTest, TellsTheTruthOfTheMergedBranch) {
  const Demo demo = Small();
  const Network& network = demo.revision.network;
  const auto merger =
      std::find_if(demo.revision.perimeter.changes.begin(), demo.revision.perimeter.changes.end(),
                   [](const PerimeterChange& c) { return c.kind == PerimeterChangeKind::kMerger; });
  const SeriesKey key{*network.FindIndicator("appointments"), *network.FindUnit(merger->receiver),
                      0};
  const int i = *demo.revision.realisations.Find(key);
  const Period last = demo.revision.realisations.last();
  const double year =
      HeldBy(demo.revision.realisations, network, merger->receiver, {last - 11, last});
  EXPECT_NEAR(year / 12 / Exp(demo.truth.level.mean[i]), 1.0, 0.12);
  const SeriesKey merged{key.indicator, *network.FindUnit(merger->unit), 0};
  EXPECT_FALSE(demo.revision.realisations.Find(merged).has_value());
  EXPECT_GT(HeldBy(*demo.revision.original, network, merger->unit, {last - 40, last - 30}), 0.0);
}

TEST(DemoTest, RefusesTwelveMonths) {
  const absl::Status status = MakeDemo({.month_count = 12}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ViolationsFromStatus(status).kept().at(0).reason, "OUT_OF_RANGE");
}

}  // namespace
}  // namespace jalon::sim
