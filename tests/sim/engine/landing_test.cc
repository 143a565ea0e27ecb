// The landing of a year in progress: realised months as they are, the others drawn.
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

// A bank whose history ends in 2026-06, in a year that began well: 30 a month against 20 expected.
TinyBank MidYear() {
  TinyBank bank = MakeTinyBank({.region_count = 2, .mean = 20.0});
  const Realisations& old = bank.revision.realisations;
  std::vector<double> values;
  for (int i = 0; i < old.series_count(); ++i) {
    values.insert(values.end(), old.row(i).begin(), old.row(i).end());
    values.insert(values.end(), 6, 30.0);
  }
  bank.revision.realisations =
      Realisations::Create(bank.revision.network, old.first(), old.keys(), values).value();
  bank.as_of = Period::Month(2026, 6);
  bank.model.as_of = bank.as_of;
  bank.model.drivers.last = bank.as_of;
  bank.targets = {bank.YearOf("bank")};
  return bank;
}

TEST(LandingTest, AddsTheDrawnMonthsToTheRealisedOnes) {
  const std::vector<double> year = TargetPaths(MidYear().plan(), 4'096)[0];
  EXPECT_NEAR(Mean(year), 2 * (6 * 30.0 + 6 * 20.0), 4.0 * StandardError(year));
  EXPECT_NEAR(StandardError(year) * 64.0, std::sqrt(240.0), 0.6);
}

TEST(LandingTest, IsCertainOnceTheYearIsOver) {
  TinyBank bank = MidYear();
  bank.targets = {bank.On("bank", Year(2025))};
  const std::vector<double> year = TargetPaths(bank.plan(), 16)[0];
  EXPECT_THAT(year, testing::Each(2 * 12 * 20.0));
}

TEST(LandingTest, UsesRealisedMonthsThatCameAfterTheModel) {
  TinyBank bank = MidYear();
  bank.model.as_of = Period::Month(2025, 12);
  bank.model.drivers.last = bank.model.as_of;
  const std::vector<double> year = TargetPaths(bank.plan(), 4'096)[0];
  EXPECT_NEAR(Mean(year), 2 * (6 * 30.0 + 6 * 20.0), 4.0 * StandardError(year));
}

TEST(LandingTest, HidesWhatCameAfterAnEarlierAsOf) {
  TinyBank bank = MidYear();
  bank.model.as_of = Period::Month(2025, 12);
  bank.model.drivers.last = bank.model.as_of;
  bank.as_of = Period::Month(2025, 12);
  const std::vector<double> year = TargetPaths(bank.plan(), 4'096)[0];
  EXPECT_NEAR(Mean(year), 2 * 12 * 20.0, 4.0 * StandardError(year));
}

TEST(LandingTest, MovesTheStateOnFromTheModelsAsOf) {
  // Six months later the latent of a model is six steps from its state.
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount}, .mean = 100.0});
  bank.model.series[0].dispersion = 1e-12;
  bank.model.national.laws[0] = {.autoregression = 0.5};
  bank.model.national.state_mean[0] = 0.64;
  const Window june = {Period::Month(2026, 6), Period::Month(2026, 6)};
  bank.targets = {bank.On("bank", june)};
  EXPECT_NEAR(ReplayPath(bank.plan(), 0)->target_values[0], 100.0 * std::exp(0.01), 1e-3);
}

TEST(LandingTest, DrawsTheSameMonthsWhateverWasRealisedBefore) {
  TinyBank late = MidYear();
  late.model.as_of = Period::Month(2025, 12);
  late.model.drivers.last = late.model.as_of;
  late.model.national.laws[0] = {.autoregression = 0.5, .innovation_sd = 0.1, .persistent_sd = 0.1};
  const Window july = {Period::Month(2026, 7), Period::Month(2026, 7)};
  late.targets = {late.On("bank", july)};
  TinyBank early = late;
  early.as_of = early.model.as_of;
  EXPECT_EQ(TargetPaths(late.plan(), 64), TargetPaths(early.plan(), 64));
}

}  // namespace
}  // namespace jalon::sim
