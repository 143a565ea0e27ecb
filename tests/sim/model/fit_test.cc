#include "sim/model/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/math.h"
#include "sim/base/missing.h"
#include "sim/base/violation.h"
#include "sim/demo/demo.h"
#include "sim/random/stream.h"
#include "tests/sim/model/small_revision.h"

namespace jalon::sim {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

absl::StatusOr<Model> TryFit(const Revision& revision, const FitOptions& options = {}) {
  return FitModel(revision, options, StopToken(), [](double) {});
}

Model Fit(const Revision& revision, const FitOptions& options = {}) {
  absl::StatusOr<Model> model = TryFit(revision, options);
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

std::string ReasonOf(const absl::Status& status) {
  const Violations violations = ViolationsFromStatus(status);
  return violations.empty() ? "" : violations.kept()[0].reason;
}

Demo SmallDemo(int months = 48) {
  return MakeDemo({.size = DemoSize::kSmall, .month_count = months}).value();
}

// Several tests look at the same two fits; those run in one process make them once.
const Demo& SharedDemo() {
  static const auto* const kDemo = new Demo(SmallDemo());
  return *kDemo;
}

const Model& SharedModel() {
  static const auto* const kModel = new Model(Fit(SharedDemo().revision));
  return *kModel;
}

Period AYearAgo() { return SharedDemo().revision.realisations.last() - 12; }

const Model& SharedModelOfAYearAgo() {
  static const auto* const kModel = new Model(Fit(SharedDemo().revision, {.as_of = AYearAgo()}));
  return *kModel;
}

// The demo's history with every cell and driver value after `as_of` replaced.
Revision WithAnotherFuture(const Revision& revision, Period as_of) {
  const Realisations& old = revision.realisations;
  std::vector<double> values;
  for (int i = 0; i < old.series_count(); ++i) {
    for (int t = 0; t < old.period_count(); ++t) {
      const bool later = as_of < old.first() + t;
      values.push_back(later ? 3.0 * (t % 7) : old.row(i)[t]);
    }
  }
  Revision other = revision;
  other.realisations =
      Realisations::Create(revision.network, old.first(), old.keys(), std::move(values)).value();
  for (Driver& driver : other.drivers.drivers) {
    for (size_t t = 0; t < driver.values.size(); ++t) {
      if (as_of < driver.first + static_cast<int>(t)) driver.values[t] = 9.0;
    }
  }
  return other;
}

// A gamma amount of this mean and dispersion, rounded to the unit.
double RoundedAmount(double mean, double dispersion, int branch, int period) {
  const double uniform = DrawUniform(20261129, {.purpose = Purpose::kGenerator,
                                                .id = static_cast<uint64_t>(branch),
                                                .path = static_cast<uint64_t>(period)});
  return std::nearbyint(dispersion * GammaQuantile(mean / dispersion, uniform));
}

Law LawOfAmounts(const CellFn& cell) {
  const Model model = Fit(MakeSmallRevision(
      {.kind = IndicatorKind::kAmount, .branches_per_region = 20, .period_count = 60}, cell));
  return model.series[0].law;
}

// One cell in ten is a zero here.
TEST(FitModelTest, TakesZerosThatRoundingMakesForSmallAmounts) {
  EXPECT_EQ(LawOfAmounts([](int b, int t) { return RoundedAmount(30, 60, b, t); }), Law::kGamma);
}

TEST(FitModelTest, TakesMoreZerosThanRoundingMakesForMonthsWithoutADeal) {
  EXPECT_EQ(LawOfAmounts([](int b, int t) {
              return (b + 3 * t) % 10 < 3 ? 0.0 : RoundedAmount(1'000, 250, b, t);
            }),
            Law::kCompoundGamma);
}

TEST(FitModelTest, TakesZerosAmongAmountsOfNoStepForMonthsWithoutADeal) {
  EXPECT_EQ(LawOfAmounts([](int b, int t) {
              return (b + t) % 20 == 0 ? 0.0 : RoundedAmount(1'000, 250, b, t) + 1.0 / 3.0;
            }),
            Law::kCompoundGamma);
}

TEST(FitModelTest, GivesAModelThatIsValid) {
  EXPECT_THAT(ValidateModel(SharedModel()).kept(), IsEmpty());
}

TEST(FitModelTest, GivesTheSameBitsTwice) { EXPECT_EQ(Fit(SharedDemo().revision), SharedModel()); }

TEST(FitModelTest, NeverLooksAfterAsOf) {
  EXPECT_EQ(SharedModelOfAYearAgo(),
            Fit(WithAnotherFuture(SharedDemo().revision, AYearAgo()), {.as_of = AYearAgo()}));
}

TEST(FitModelTest, FitsATruncatedHistoryAlike) {
  Revision truncated = SharedDemo().revision;
  truncated.realisations = truncated.realisations.Truncated(AYearAgo());
  EXPECT_EQ(SharedModelOfAYearAgo(), Fit(truncated));
}

TEST(FitModelTest, TakesTheLastPeriodBeforeProvisionalFigures) {
  const Period last = SharedDemo().revision.realisations.last();
  NetworkSpec spec = SharedDemo().revision.network.spec();
  spec.indicators[0].provisional_from = last - 1;
  Revision revision = SharedDemo().revision;
  revision.network = Network::Create(spec).value();
  EXPECT_EQ(Fit(revision).as_of, last - 2);
}

TEST(FitModelTest, RefusesTwelveMonths) {
  const Revision revision = MakeSmallRevision({.period_count = 12}, PlainCell);
  EXPECT_EQ(ReasonOf(TryFit(revision).status()), "HISTORY_TOO_SHORT");
}

TEST(FitModelTest, AcceptsThirteenMonths) {
  const Model model = Fit(MakeSmallRevision({.period_count = 13}, PlainCell));
  EXPECT_EQ(model.fit_period_count, 13);
  EXPECT_THAT(model.notes, Contains(HasSubstr("Less than two years")));
}

TEST(FitModelTest, RefusesFourQuarters) {
  const Revision revision =
      MakeSmallRevision({.frequency = Frequency::kQuarter, .period_count = 4}, PlainCell);
  EXPECT_EQ(ReasonOf(TryFit(revision).status()), "HISTORY_TOO_SHORT");
}

TEST(FitModelTest, FitsQuarterlyNetworks) {
  const Model model =
      Fit(MakeSmallRevision({.frequency = Frequency::kQuarter, .period_count = 20}, PlainCell));
  EXPECT_EQ(model.season.mean.size(), 4 * model.groups.size());
}

TEST(FitModelTest, RefusesAnAsOfOutsideTheHistory) {
  const Revision revision = MakeSmallRevision({}, PlainCell);
  EXPECT_EQ(ReasonOf(TryFit(revision, {.as_of = Period::Month(2030, 1)}).status()),
            "AS_OF_OUT_OF_RANGE");
}

TEST(FitModelTest, ReportsEveryBadOptionAtOnce) {
  const Revision revision = MakeSmallRevision({}, PlainCell);
  const absl::Status status =
      TryFit(revision,
             {.trend_damping = kMissing, .level_half_life_periods = 0, .ended_after_missing = 0})
          .status();
  const Violations violations = ViolationsFromStatus(status);
  EXPECT_EQ(violations.kept().size(), 3);
  EXPECT_THAT(violations.kept(), Each(Field(&Violation::reason, "OUT_OF_RANGE")));
}

TEST(FitModelTest, RefusesARevisionWithoutHistory) {
  Revision revision = MakeSmallRevision({}, PlainCell);
  revision.realisations = Realisations();
  EXPECT_EQ(ReasonOf(TryFit(revision).status()), "NO_REALISATIONS");
}

TEST(FitModelTest, StopsWhenAsked) {
  const std::atomic<bool> stop = true;
  const Revision revision = MakeSmallRevision({}, PlainCell);
  const auto model = FitModel(revision, {}, StopToken(&stop), [](double) {});
  EXPECT_EQ(model.status().code(), absl::StatusCode::kCancelled);
}

TEST(FitModelTest, TellsItsProgressUpToOne) {
  std::vector<double> shares;
  const Revision revision = MakeSmallRevision({}, PlainCell);
  ASSERT_TRUE(
      FitModel(revision, {}, StopToken(), [&](double share) { shares.push_back(share); }).ok());
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_EQ(shares.back(), 1.0);
}

TEST(FitModelTest, EndsASeriesThatStopped) {
  const Model model = Fit(MakeSmallRevision({}, [](int branch, int period) {
    return branch == 2 && period >= 33 ? kMissing : PlainCell(branch, period);
  }));
  EXPECT_TRUE(model.series[2].ended);
  EXPECT_FALSE(model.series[1].ended);
  EXPECT_EQ(model.diagnostics[0].ended_count, 1);
}

// A branch of the demo closes, so every indicator has series that end.
TEST(FitModelTest, TellsOfEndedSeriesInOneSentence) {
  const Model& model = SharedModel();
  int ended = 0;
  for (const IndicatorDiagnostics& diagnostics : model.diagnostics) {
    ended += diagnostics.ended_count;
  }
  ASSERT_GT(ended, model.diagnostics[0].ended_count);
  const std::string first =
      std::to_string(model.diagnostics[0].ended_count) + " of " + model.indicator_ids[0] + ", ";
  std::vector<std::string> about;
  std::copy_if(model.notes.begin(), model.notes.end(), std::back_inserter(about),
               [](const std::string& note) { return note.find("have ended") != note.npos; });
  EXPECT_THAT(about, ElementsAre(AllOf(StartsWith(std::to_string(ended) + " series (" + first),
                                       EndsWith(") have ended by as_of: their future is 0."))));
}

TEST(FitModelTest, KeepsASeriesWithTwoMissingMonthsAtTheEnd) {
  const Model model = Fit(MakeSmallRevision({}, [](int branch, int period) {
    return branch == 2 && period >= 34 ? kMissing : PlainCell(branch, period);
  }));
  EXPECT_FALSE(model.series[2].ended);
}

TEST(FitModelTest, GivesASeriesOfZerosASmallLevel) {
  const Model model = Fit(MakeSmallRevision(
      {}, [](int branch, int period) { return branch == 0 ? 0.0 : PlainCell(branch, period); }));
  EXPECT_LT(model.level.mean[0], std::log(0.5));
  EXPECT_GT(model.level.own_variance[0], model.level.own_variance[1]);
}

TEST(FitModelTest, FitsANetworkOfZeros) {
  for (const auto kind : {IndicatorKind::kCount, IndicatorKind::kAmount, IndicatorKind::kNetFlow}) {
    EXPECT_TRUE(TryFit(MakeSmallRevision({.kind = kind}, [](int, int) { return 0.0; })).ok());
  }
}

TEST(FitModelTest, GivesANewSeriesTheLevelOfItsGroupWithDoubt) {
  // Branch 1 opened three months ago and sold as much as its neighbours.
  const Model model = Fit(MakeSmallRevision({}, [](int branch, int period) {
    return branch == 1 && period < 33 ? kMissing : PlainCell(branch, period);
  }));
  EXPECT_NEAR(model.level.mean[1], model.level.mean[0], 0.3);
  EXPECT_GT(model.level.own_variance[1], model.level.own_variance[0]);
}

// Five branches whose second closes in `closed`.
Revision WithAClosing(Period closed) {
  Revision revision = MakeSmallRevision({}, PlainCell);
  NetworkSpec spec = revision.network.spec();
  spec.units[revision.realisations.key(1).unit].closed = closed;
  revision.network = Network::Create(spec).value();
  return revision;
}

TEST(FitModelTest, DoesNotKnowAClosingThatCameAfterAnAsOfInThePast) {
  const Period last = MakeSmallRevision({}, PlainCell).realisations.last();
  const FitOptions then{.as_of = last - 2};
  EXPECT_FALSE(Fit(WithAClosing(last - 1), then).series[1].ended);
  EXPECT_FALSE(Fit(WithAClosing(last), then).series[1].ended);
  EXPECT_TRUE(Fit(WithAClosing(last - 2), then).series[1].ended);
}

TEST(FitModelTest, KnowsTheClosingThatFollowsItsPresent) {
  const Period last = MakeSmallRevision({}, PlainCell).realisations.last();
  EXPECT_TRUE(Fit(WithAClosing(last + 1)).series[1].ended);
  EXPECT_FALSE(Fit(WithAClosing(last + 2)).series[1].ended) << "it has a month to go";
}

TEST(FitModelTest, FitsASeriesNeverSeen) {
  const Model model = Fit(MakeSmallRevision({}, [](int branch, int period) {
    return branch == 4 ? kMissing : PlainCell(branch, period);
  }));
  EXPECT_TRUE(model.series[4].ended);
  EXPECT_TRUE(std::isfinite(model.level.mean[4]));
}

TEST(FitModelTest, DoesNotMoveTheLevelForMissingMonths) {
  const Model whole = Fit(MakeSmallRevision({}, PlainCell));
  const Model holed = Fit(MakeSmallRevision({}, [](int branch, int period) {
    return (period * 5 + branch) % 11 == 0 ? kMissing : PlainCell(branch, period);
  }));
  for (size_t i = 0; i < whole.series.size(); ++i) {
    EXPECT_NEAR(holed.level.mean[i], whole.level.mean[i], 0.1) << i;
  }
}

TEST(FitModelTest, StaysFiniteOnHugeAndTinyValues) {
  for (const double scale : {1e-9, 1e12}) {
    for (const auto kind : {IndicatorKind::kAmount, IndicatorKind::kNetFlow}) {
      const auto model = TryFit(MakeSmallRevision({.kind = kind}, [&](int branch, int period) {
        return scale * PlainCell(branch, period) * (branch == 0 ? 1e6 : 1.0);
      }));
      EXPECT_TRUE(model.ok()) << scale << model.status();
    }
  }
}

TEST(FitModelTest, FitsOneRegionWithoutRegionalLatents) {
  const Model model = Fit(MakeSmallRevision({.region_count = 1}, PlainCell));
  EXPECT_EQ(model.regional.laws[0], LatentLaw());
}

TEST(FitModelTest, FitsANetworkWithoutDrivers) {
  const Model model = Fit(MakeSmallRevision({}, PlainCell));
  EXPECT_THAT(model.elasticities, IsEmpty());
  EXPECT_THAT(model.drivers.driver_ids, IsEmpty());
}

TEST(FitModelTest, LeavesOutADriverOfOneUnitAndSaysSo) {
  Demo demo = SmallDemo();
  for (Driver& driver : demo.revision.drivers.drivers) {
    if (driver.id == "unemployment-rate") driver.scope = demo.revision.network.unit(1).id;
  }
  const Model model = Fit(demo.revision);
  EXPECT_EQ(model.elasticities.size(), demo.truth.elasticities.size() - 1);
  EXPECT_THAT(model.notes, Contains(HasSubstr("unemployment-rate")));
}

}  // namespace
}  // namespace jalon::sim
