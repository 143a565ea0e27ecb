// Opening days in the fit: what they explain is not taken for season, trend or noise.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/math.h"
#include "sim/calendar/opening_days.h"
#include "sim/model/fit.h"
#include "sim/random/laws.h"
#include "sim/random/stream.h"
#include "tests/sim/model/small_revision.h"

namespace jalon::sim {
namespace {

const Window kHistory{Period::Month(2023, 1), Period::Month(2025, 12)};

// Branches of the first region open from Monday to Friday, those of the second from Tuesday to
// Saturday, both closed on the holidays of France.
CalendarTable TwoWeeks() {
  return {.rules = {{{}, OpeningWeek::kMonFri, HolidaySet::kFrance},
                    {{.unit = "r1"}, OpeningWeek::kTueSat, std::nullopt}}};
}

// The revision with its indicator exposed and `calendars` declared.
Revision Exposed(const Revision& plain, const CalendarTable& calendars) {
  NetworkSpec spec = plain.network.spec();
  spec.indicators[0].exposure = Exposure::kOpeningDays;
  Network network = *Network::Create(std::move(spec));
  Realisations realisations = *Rekeyed(plain.realisations, plain.network, network);
  return {.network = std::move(network),
          .realisations = std::move(realisations),
          .drivers = plain.drivers,
          .calendars = calendars};
}

// Cells that follow `mean` x exposure, by `cell` from their mean, branch and period.
template <typename Cell>
Revision MakeBank(IndicatorKind kind, const CalendarTable& calendars, const Cell& cell) {
  const SmallShape shape{.kind = kind, .branches_per_region = 6, .period_count = kHistory.size()};
  const Revision tree = MakeSmallRevision(shape, PlainCell);
  const OpeningDays days(tree.network, calendars, kHistory);
  const auto leaf_of = [&](int branch) {
    int seen = -1;
    for (int u = 0; u < tree.network.unit_count(); ++u) {
      if (tree.network.is_leaf(u) && ++seen == branch) return u;
    }
    return -1;
  };
  return Exposed(MakeSmallRevision(shape,
                                   [&](int branch, int t) {
                                     return cell(days.exposure(leaf_of(branch), kHistory.first + t),
                                                 branch, t);
                                   }),
                 calendars);
}

Model Fit(const Revision& revision) {
  return *FitModel(revision, {}, StopToken(), [](double) {});
}

double LargestSeason(const Model& model) {
  double largest = 0.0;
  for (const double season : model.season.mean) largest = std::max(largest, std::fabs(season));
  return largest;
}

TEST(ExposureTest, AmountsInProportionToDaysHaveNoSeason) {
  const Revision revision =
      MakeBank(IndicatorKind::kAmount, TwoWeeks(),
               [](double exposure, int, int) { return 100'000.0 * exposure; });
  const Model model = Fit(revision);
  EXPECT_LT(LargestSeason(model), 1e-3);
  for (const double level : model.level.mean) EXPECT_NEAR(level, Log(100'000.0), 1e-3);
  EXPECT_EQ(model.exposed_indicators, std::vector<int>{0});
}

TEST(ExposureTest, WithoutTheCalendarTheSameAmountsLookSeasonal) {
  Revision revision = MakeBank(IndicatorKind::kAmount, TwoWeeks(),
                               [](double exposure, int, int) { return 100'000.0 * exposure; });
  revision.calendars = {};
  const Model model = Fit(revision);
  EXPECT_GT(LargestSeason(model), 0.02);
  EXPECT_TRUE(model.exposed_indicators.empty());
}

TEST(ExposureTest, AnIndicatorThatIsNotExposedIsFittedAsBefore) {
  const Revision plain = MakeSmallRevision({}, PlainCell);
  Revision with = plain;
  with.calendars = TwoWeeks();
  EXPECT_EQ(Fit(plain), Fit(with));
}

// Poisson counts of mean 40 x exposure x season over 12 branches and 36 months. The season of a
// month is an average of 36 cells of relative error 1/sqrt(40): sd 0.026 without any shrinkage, so
// that 12 months stay within 4 sd, 0.11, but once in 1,300 seeds; noise around the fit is Poisson's
// within 25 %, 4 sd of 432 squared residuals, but once in 16,000. The seed is fixed.
TEST(ExposureTest, CountsFindTheirSeasonAndTheirNoiseAgain) {
  const auto season = [](int t) { return 0.3 * (t % 12 < 6 ? 1.0 : -1.0); };
  const Revision revision =
      MakeBank(IndicatorKind::kCount, TwoWeeks(), [&](double exposure, int branch, int t) {
        const double u = DrawUniform(
            20261128,
            {.purpose = Purpose::kGenerator, .id = static_cast<uint64_t>(branch), .draw = t});
        return Quantile(CountLaw{40.0 * exposure * Exp(season(t)), 1.0}, u);
      });
  const Model model = Fit(revision);
  for (size_t g = 0; g < model.groups.size(); ++g) {
    for (int m = 0; m < 12; ++m) {
      EXPECT_NEAR(model.season.mean[g * 12 + m], season(m), 0.11) << g << " " << m;
    }
  }
  double dispersion = 0.0;
  for (const ModelSeries& series : model.series) dispersion += series.dispersion;
  EXPECT_NEAR(dispersion / static_cast<double>(model.series.size()), 1.0, 0.25);
}

TEST(ExposureTest, MonthsWithoutAnOpeningDayAreLeftOutAndEndNothing) {
  CalendarTable calendars = TwoWeeks();
  for (int t = 32; t < 36; ++t) {
    calendars.days.push_back({{.unit = "b00"}, kHistory.first + t, 0.0});
  }
  const Revision revision =
      MakeBank(IndicatorKind::kAmount, calendars,
               [](double exposure, int, int) { return 100'000.0 * exposure; });
  const Model model = Fit(revision);
  EXPECT_FALSE(model.series[0].ended) << "closed for works, not for good";
  EXPECT_NEAR(model.level.mean[0], Log(100'000.0), 1e-3);
}

TEST(ExposureTest, ValuesOfMonthsWithoutAnOpeningDayAreCounted) {
  CalendarTable calendars = TwoWeeks();
  calendars.days.push_back({{.unit = "b00"}, kHistory.first + 3, 0.0});
  const Revision revision =
      MakeBank(IndicatorKind::kAmount, calendars, [](double, int, int) { return 100'000.0; });
  bool said = false;
  for (const std::string& note : Fit(revision).notes) {
    said = said || note == "1 values of periods without an opening day are left out.";
  }
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace jalon::sim
