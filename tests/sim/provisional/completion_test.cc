#include "sim/provisional/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kAccounts = 0;
constexpr int kLoans = 1;
const Period kFirst = Period::Month(2025, 1);

// Loans of n1 and s1 up to month `last`: finally 1,000 and 3,000 a month. The last month is
// reported at 80 % at first, the one before at 95 %; both are provisional.
Revision LoansUpTo(int last, bool net_flow = false) {
  NetworkSpec spec = SmallSpec();
  const int indicator = net_flow ? 2 : kLoans;
  spec.indicators[net_flow ? 0 : 2].provisional_from = kFirst + (last - 1);
  Network network = *Network::Create(std::move(spec));
  std::vector<double> values;
  for (const double level : {1000.0, 3000.0}) {
    for (int t = 0; t <= last; ++t) {
      values.push_back(level * (t == last ? 0.8 : t == last - 1 ? 0.95 : 1.0));
    }
  }
  Realisations realisations =
      *Realisations::Create(network, kFirst, {{indicator, 2, 0}, {indicator, 5, 0}}, values);
  return {std::move(network), std::move(realisations), DriverTable()};
}

std::vector<CompletionFactor> Learn(const Revision& newest, int first, int end) {
  CompletionLearner learner(newest);
  for (int last = first; last < end; ++last) learner.Add(LoansUpTo(last));
  return learner.Factors();
}

TEST(CompletionTest, LearnsWhatFiguresOfAnAgeBecame) {
  const std::vector<CompletionFactor> factors = Learn(LoansUpTo(10), 4, 10);
  // Months 4 to 8 were last ones and are final at 10 (9 and 10 are not); 3 to 8 were last but one.
  ASSERT_EQ(factors.size(), 2);
  EXPECT_EQ(factors[0].indicator, "loans");
  EXPECT_EQ(factors[0].age, 0);
  EXPECT_DOUBLE_EQ(factors[0].factor, 1.0 / 0.8);
  EXPECT_EQ(factors[0].vintage_count, 5);
  EXPECT_EQ(factors[1].age, 1);
  EXPECT_DOUBLE_EQ(factors[1].factor, 1.0 / 0.95);
  EXPECT_EQ(factors[1].vintage_count, 6);
}

TEST(CompletionTest, LearnsNothingFromFewerThanThreePeriodsOfAnAge) {
  EXPECT_THAT(Learn(LoansUpTo(10), 8, 10), ElementsAre()) << "one and two periods";
  EXPECT_THAT(Learn(LoansUpTo(10), 6, 10), testing::SizeIs(2));
}

TEST(CompletionTest, CountsAPeriodOnceHoweverOftenItWasReported) {
  const Revision newest = LoansUpTo(10);
  CompletionLearner learner(newest);
  for (int again = 0; again < 5; ++again) learner.Add(LoansUpTo(6));
  EXPECT_THAT(learner.Factors(), IsEmpty());
}

TEST(CompletionTest, LeavesNetFlowsAlone) {
  const Revision newest = LoansUpTo(10, /*net_flow=*/true);
  CompletionLearner learner(newest);
  for (int last = 3; last < 10; ++last) learner.Add(LoansUpTo(last, /*net_flow=*/true));
  EXPECT_THAT(learner.Factors(), IsEmpty());
}

TEST(CompletionTest, CompletesAndMakesFinalWhatItHasFactorsFor) {
  const Revision newest = LoansUpTo(10);
  const auto completed = CompleteProvisional(newest, Learn(newest, 4, 10));
  ASSERT_TRUE(completed.ok()) << completed.status();
  const Revision& revision = completed->revision;
  for (int t = 0; t <= 10; ++t) {
    EXPECT_NEAR(revision.realisations.row(0)[t], 1000.0, 1e-9);
    EXPECT_NEAR(revision.realisations.row(1)[t], 3000.0, 1e-9);
  }
  EXPECT_FALSE(revision.network.indicator(kLoans).provisional_from.has_value());
  ASSERT_EQ(completed->notes.size(), 1);
  EXPECT_EQ(completed->notes[0].Sentence(),
            "loans: 2025-10..2025-11 provisional: 2025-10 completed x 1.0526 (age 1, learnt from 6 "
            "periods), 2025-11 completed x 1.2500 (age 0, learnt from 5 periods)");
}

TEST(CompletionTest, LeavesOutFromTheFirstPeriodWithoutAFactor) {
  const Revision newest = LoansUpTo(10);
  std::vector<CompletionFactor> factors = Learn(newest, 4, 10);
  factors.erase(factors.begin());  // the last month's
  const auto completed = CompleteProvisional(newest, factors);
  ASSERT_TRUE(completed.ok());
  EXPECT_EQ(completed->revision.network.indicator(kLoans).provisional_from, kFirst + 10);
  EXPECT_EQ(completed->revision.realisations.row(0)[10], 800.0);
  EXPECT_THAT(completed->notes[0].Sentence(), HasSubstr("later ones left out"));
}

TEST(CompletionTest, ChangesNothingWithoutFactorsAndSaysSo) {
  const Revision newest = LoansUpTo(10);
  const auto completed = CompleteProvisional(newest, {});
  ASSERT_TRUE(completed.ok());
  EXPECT_EQ(completed->revision.realisations, newest.realisations);
  EXPECT_EQ(completed->notes[0].Sentence(),
            "loans: 2025-10..2025-11 provisional: left out of the fit");
}

TEST(CompletionTest, KeepsCountsWholeAndTheirMonthsTotal) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].provisional_from = kFirst + 1;
  Network network = *Network::Create(std::move(spec));
  std::vector<SeriesKey> keys;
  std::vector<double> values;
  for (const int unit : {2, 3, 5, 6, 7}) {
    keys.push_back({kAccounts, unit, 0});
    values.insert(values.end(), {3.0, 3.0});
  }
  Realisations realisations = *Realisations::Create(network, kFirst, keys, values);
  const Revision revision{std::move(network), std::move(realisations), DriverTable()};
  const auto completed = CompleteProvisional(revision, {{"accounts", 0, 1.1, 5}});
  ASSERT_TRUE(completed.ok()) << completed.status();
  double sum = 0.0;
  for (int i = 0; i < 5; ++i) {
    const double value = completed->revision.realisations.row(i)[1];
    EXPECT_EQ(value, std::floor(value));
    sum += value;
  }
  EXPECT_NEAR(sum, 16.5, 0.5) << "five series that would each round to 3 make 15";
}

TEST(CompletionTest, ListsProvisionalPeriodsInsideTheHistoryOnly) {
  Revision revision = LoansUpTo(10);
  EXPECT_EQ(ProvisionalPeriods(revision).size(), 1);
  revision.realisations = revision.realisations.Truncated(kFirst + 8);
  EXPECT_THAT(ProvisionalPeriods(revision), IsEmpty());
}

}  // namespace
}  // namespace jalon::sim
