#include "sim/network/known_dates.h"

#include <cmath>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kN1 = 2;
const Period kFirst = Period::Month(2025, 1);
const Period kLast = Period::Month(2025, 12);

// A year of accounts of n1, which opens in 2025-02 and closes in `closed`; n2 closes in 2027.
Revision Closing(Period closed, std::vector<double> values = std::vector<double>(12, 5.0)) {
  NetworkSpec spec = SmallNetwork().spec();
  spec.units[kN1].opened = Period::Month(2025, 2);
  spec.units[kN1].closed = closed;
  spec.units[kN1 + 1].closed = Period::Month(2027, 1);
  Revision revision{.network = Network::Create(spec).value()};
  revision.realisations =
      Realisations::Create(revision.network, kFirst, {{.unit = kN1}}, std::move(values)).value();
  return revision;
}

TEST(KnownDatesTest, TakesTheLastPeriodWithAValueForThePresent) {
  std::vector<double> values(12, 5.0);
  values[10] = values[11] = std::nan("");
  EXPECT_EQ(PresentOf(Closing(kLast, values)), Period::Month(2025, 10));
}

TEST(KnownDatesTest, CountsNothingProvisionalToThePresent) {
  Revision revision = Closing(kLast);
  NetworkSpec spec = revision.network.spec();
  spec.indicators[0].provisional_from = Period::Month(2025, 11);
  revision.network = Network::Create(spec).value();
  EXPECT_EQ(PresentOf(revision), Period::Month(2025, 10));
  EXPECT_FALSE(KnownDates(revision, Period::Month(2025, 10)).looks_back());
}

TEST(KnownDatesTest, KnowsWhatIsPlannedAtThePresent) {
  const Revision revision = Closing(Period::Month(2026, 3));
  const KnownDates dates(revision, kLast);
  EXPECT_EQ(dates.closed(kN1), Period::Month(2026, 3));
  EXPECT_TRUE(dates.IsOpen(kN1, Period::Month(2026, 2)));
  EXPECT_FALSE(dates.IsOpen(kN1, Period::Month(2026, 3)));
  EXPECT_FALSE(dates.HasClosed(kN1));
  EXPECT_THAT(dates.Hidden(), IsEmpty());
}

TEST(KnownDatesTest, HidesTheClosingsThatCameLaterWhenLookingBack) {
  const Revision revision = Closing(Period::Month(2025, 11));
  const KnownDates dates(revision, Period::Month(2025, 10));
  EXPECT_EQ(dates.closed(kN1), std::nullopt);
  EXPECT_TRUE(dates.IsOpen(kN1, kLast));
  EXPECT_FALSE(dates.HasClosed(kN1));
  EXPECT_THAT(dates.Hidden(), ElementsAre(kN1, kN1 + 1));
}

TEST(KnownDatesTest, KnowsAClosingOfItsOwnPeriodWhenLookingBack) {
  const Revision revision = Closing(Period::Month(2025, 10));
  const KnownDates dates(revision, Period::Month(2025, 10));
  EXPECT_TRUE(dates.HasClosed(kN1));
  EXPECT_FALSE(dates.IsOpen(kN1, Period::Month(2025, 10)));
}

TEST(KnownDatesTest, KnowsOpeningsAheadOfTheirDate) {
  const Revision revision = Closing(kLast);
  const KnownDates dates(revision, kFirst);
  EXPECT_FALSE(dates.IsOpen(kN1, kFirst));
  EXPECT_TRUE(dates.IsOpen(kN1, Period::Month(2025, 2)));
}

}  // namespace
}  // namespace jalon::sim
