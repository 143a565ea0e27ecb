// Cells in vectors against the quantiles of sim/random, cell by cell.
#include "sim/kernel/cell_laws.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "sim/random/laws.h"
#include "sim/random/stream.h"
#include "tests/sim/kernel/counting_memo.h"
#include "tests/sim/kernel/every_isa.h"

namespace jalon::sim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> kShapes = {0.3, 1.0, 4.0};

// Shared by the tests: building the surfaces takes longer than reading them.
const CellLaws& Laws() {
  static const CellLaws laws(kShapes);
  return laws;
}

// Both ends, their neighbours, and draws.
std::vector<uint32_t> Words(int count) {
  std::vector<uint32_t> words = {0, 1, 1000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};
  for (int i = 0; static_cast<int>(words.size()) < count; ++i) {
    words.push_back(DrawBits(17, {.path = static_cast<uint64_t>(i)}));
  }
  words.resize(count);
  return words;
}

using Draw = std::function<void(const CellBatch&)>;

std::vector<double> Cells(const std::vector<double>& means, const std::vector<uint32_t>& words,
                          const Draw& draw) {
  std::vector<double> cells(means.size(), -7.0);
  draw({means, words, absl::MakeSpan(cells)});
  return cells;
}

std::vector<double> CellsAt(double mean, const std::vector<uint32_t>& words, const Draw& draw) {
  return Cells(std::vector<double>(words.size(), mean), words, draw);
}

using CellLawsTest = EveryIsaTest;
INSTANTIATE_TEST_SUITE_P(Isa, CellLawsTest, ::testing::ValuesIn(KernelIsas()), NameOfIsa);

TEST_P(CellLawsTest, AmountsAreTheGammaQuantiles) {
  const std::vector<uint32_t> words = Words(3'000);
  for (double dispersion : {0.2, 7.0, 5e4}) {
    for (double shape : {0.07, 0.2, 0.5, 0.77, 1.0, 3.3, 20.0, 333.0, 1e4, 9e6, 1e8}) {
      const double mean = shape * dispersion;
      const double tolerance = shape < 0.5 ? 1e-3 * mean : 5e-5 * std::sqrt(dispersion * mean);
      const std::vector<double> cells =
          CellsAt(mean, words, [&](const CellBatch& batch) { Laws().Amounts(dispersion, batch); });
      for (size_t i = 0; i < words.size(); ++i) {
        const double expected = Quantile(AmountLaw{mean, dispersion}, UniformFrom(words[i]));
        ASSERT_NEAR(cells[i], expected, tolerance + 2e-6 * mean + 1e-4 * std::abs(expected - mean))
            << "shape " << shape << " word " << words[i];
      }
    }
  }
}

TEST_P(CellLawsTest, SmallCountsAreEqualToTheLast) {
  const std::vector<uint32_t> words = Words(2'000);
  for (double dispersion : {1.0, 1.3, 4.0, 40.0}) {
    for (double mean : {0.0, 1e-9, 0.03, 0.9, 5.0, 17.0, 59.9}) {
      const std::vector<double> cells =
          CellsAt(mean, words, [&](const CellBatch& batch) { Laws().Counts(dispersion, batch); });
      for (size_t i = 0; i < words.size(); ++i) {
        ASSERT_EQ(cells[i], Quantile(CountLaw{mean, dispersion}, UniformFrom(words[i])))
            << "mean " << mean << " dispersion " << dispersion << " word " << words[i];
      }
    }
  }
}

TEST_P(CellLawsTest, LargeCountsAreEqualButForOneInAHundred) {
  const std::vector<uint32_t> words = Words(4'000);
  for (double dispersion : {1.0, 1.3, 4.0, 40.0}) {
    for (double mean : {60.1, 200.0, 1e3, 2e4}) {
      const std::vector<double> cells =
          CellsAt(mean, words, [&](const CellBatch& batch) { Laws().Counts(dispersion, batch); });
      int different = 0;
      for (size_t i = 0; i < words.size(); ++i) {
        const double expected = Quantile(CountLaw{mean, dispersion}, UniformFrom(words[i]));
        different += cells[i] != expected ? 1 : 0;
        ASSERT_NEAR(cells[i], expected, 1.0 + 1e-3 * expected)
            << "mean " << mean << " dispersion " << dispersion << " word " << words[i];
      }
      EXPECT_LE(different, 40) << "mean " << mean << " dispersion " << dispersion;
    }
  }
}

TEST_P(CellLawsTest, CompoundsHaveTheSameZerosAndNearlyTheSameAmounts) {
  const std::vector<uint32_t> words = Words(500);
  for (double shape : kShapes) {
    for (double number : {0.01, 0.3, 2.0, 11.0, 90.0, 500.0}) {
      const double dispersion = 3.0;
      const CompoundLaw law = {number * shape * dispersion / (1.0 + shape), dispersion, shape};
      const std::vector<double> cells = CellsAt(law.mean, words, [&](const CellBatch& batch) {
        Laws().Compounds(dispersion, shape, batch);
      });
      const double sd = std::sqrt(dispersion * law.mean);
      for (size_t i = 0; i < words.size(); ++i) {
        const double expected = Quantile(law, UniformFrom(words[i]));
        ASSERT_EQ(cells[i] == 0.0, expected == 0.0) << "number " << number << " word " << words[i];
        // A conditional uniform has 32 bits too: in the farthest tails its neighbours are far.
        const double relative = words[i] > 0xffffff00u ? 0.03 : 1e-3;
        ASSERT_NEAR(cells[i], expected, 2e-3 * sd + relative * expected)
            << "shape " << shape << " number " << number << " word " << words[i];
      }
    }
  }
}

TEST_P(CellLawsTest, StudentsAreTheStretchedQuantiles) {
  const std::vector<uint32_t> words = Words(3'000);
  for (double degrees : {2.1, 3.0, 4.4, 7.0, 30.0, 1e3}) {
    const StudentTLaw law = {-5.0, 3.0, degrees};
    const std::vector<double> cells = CellsAt(
        law.mean, words, [&](const CellBatch& batch) { Laws().StudentTs(3.0, degrees, batch); });
    for (size_t i = 0; i < words.size(); ++i) {
      const double expected = Quantile(law, UniformFrom(words[i]));
      ASSERT_NEAR(cells[i], expected, 1.5e-4 + 1e-4 * std::abs(expected + 5.0))
          << "degrees " << degrees << " word " << words[i];
    }
  }
}

TEST_P(CellLawsTest, TakesAnyNumberOfCells) {
  for (int count : {0, 1, 3, 7, 16, 17, 33}) {
    const std::vector<uint32_t> words = Words(count);
    std::vector<double> means;
    for (int i = 0; i < count; ++i) means.push_back(0.5 + 9.0 * i);
    const auto counts =
        Cells(means, words, [](const CellBatch& batch) { Laws().Counts(1.7, batch); });
    for (int i = 0; i < count; ++i) {
      EXPECT_NEAR(counts[i], Quantile(CountLaw{means[i], 1.7}, UniformFrom(words[i])), 1.0);
    }
  }
}

// Everything that surfaces do not reach is the scalar quantile itself, NaN included.
TEST_P(CellLawsTest, LeavesTheRestToTheScalarQuantile) {
  const std::vector<double> means = {-1.0, 0.0, 1e-12, 1e300, kInfinity, kNan, 2.0};
  const std::vector<uint32_t> words = Words(7);
  const auto expect_same = [&](const Draw& draw, const std::function<double(double, double)>& one) {
    const std::vector<double> cells = Cells(means, words, draw);
    for (size_t i = 0; i + 1 < means.size(); ++i) {
      const double expected = one(means[i], UniformFrom(words[i]));
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(cells[i])) << means[i];
      } else {
        EXPECT_EQ(cells[i], expected) << means[i];
      }
    }
  };
  expect_same([](const CellBatch& batch) { Laws().Counts(2.0, batch); },
              [](double mean, double u) {
                return Quantile(CountLaw{mean, 2.0}, u);
              });
  expect_same([](const CellBatch& batch) { Laws().Counts(0.5, batch); },
              [](double mean, double u) {
                return Quantile(CountLaw{mean, 0.5}, u);
              });
  expect_same([](const CellBatch& batch) { Laws().Amounts(3.0, batch); },
              [](double mean, double u) {
                return Quantile(AmountLaw{mean, 3.0}, u);
              });
  expect_same([](const CellBatch& batch) { Laws().Amounts(0.0, batch); },
              [](double mean, double u) {
                return Quantile(AmountLaw{mean, 0.0}, u);
              });
  expect_same([](const CellBatch& batch) { Laws().Compounds(3.0, 1.0, batch); },
              [](double mean, double u) {
                return Quantile(CompoundLaw{mean, 3.0, 1.0}, u);
              });
  expect_same([](const CellBatch& batch) { Laws().Compounds(3.0, 0.77, batch); },
              [](double mean, double u) {
                return Quantile(CompoundLaw{mean, 3.0, 0.77}, u);
              });
  expect_same([](const CellBatch& batch) { Laws().StudentTs(3.0, 2.0, batch); },
              [](double mean, double u) {
                return Quantile(StudentTLaw{mean, 3.0, 2.0}, u);
              });
}

TEST_P(CellLawsTest, CellsDoNotFallAsTheirWordRises) {
  std::vector<uint32_t> words;
  for (uint64_t u = 0; u < uint64_t{1} << 32; u += 1 << 21) {
    words.push_back(static_cast<uint32_t>(u));
  }
  const std::vector<Draw> draws = {
      [](const CellBatch& batch) { Laws().Counts(2.0, batch); },
      [](const CellBatch& batch) { Laws().Amounts(9.0, batch); },
      [](const CellBatch& batch) { Laws().Compounds(9.0, 1.0, batch); },
      [](const CellBatch& batch) { Laws().StudentTs(9.0, 4.0, batch); }};
  for (const Draw& draw : draws) {
    for (double mean : {3.0, 30.0, 300.0}) {
      const std::vector<double> cells = CellsAt(mean, words, draw);
      for (size_t i = 1; i < cells.size(); ++i) {
        // Interpolation may fall where a quantile is flat: by 1e-6 of the mean.
        ASSERT_GE(cells[i], cells[i - 1] - 1e-6 * mean) << "mean " << mean << " word " << words[i];
      }
    }
  }
}

// What a compound cell may be off by, over its standard tolerance: more where sizes are nearly
// equal.
double SteepnessOf(double shape) { return shape <= 1.0 ? 1.0 : shape <= 4.0 ? 2.5 : 7.0; }

// Most shapes that a fit may find (0.05 to 50), and the ends of the reach.
TEST(CellLawsShapesTest, CompoundsOfEveryShapeAreNearTheQuantile) {
  const std::vector<uint32_t> words = Words(300);
  for (double shape : {1.0 / 32.0, 0.05, 0.1, 0.3, 1.0, 3.0, 8.0}) {
    const CellLaws laws({shape});
    for (double number : {0.008, 0.05, 0.3, 2.0, 11.0, 90.0, 2'000.0}) {
      const double dispersion = 3.0;
      const CompoundLaw law = {number * shape * dispersion / (1.0 + shape), dispersion, shape};
      ASSERT_TRUE(DrawsCompoundsInVectors(dispersion, shape, law.mean));
      const std::vector<double> cells = CellsAt(law.mean, words, [&](const CellBatch& batch) {
        laws.Compounds(dispersion, shape, batch);
      });
      const double sd = std::sqrt(dispersion * law.mean);
      for (size_t i = 0; i < words.size(); ++i) {
        const double expected = Quantile(law, UniformFrom(words[i]));
        ASSERT_EQ(cells[i] == 0.0, expected == 0.0) << "shape " << shape << " number " << number;
        const double relative = words[i] > 0xffffff00u ? 0.03 : 1e-3;
        ASSERT_NEAR(cells[i], expected, SteepnessOf(shape) * (2e-3 * sd + relative * expected))
            << "shape " << shape << " number " << number << " word " << words[i];
      }
    }
  }
}

TEST(CellLawsShapesTest, LeavesShapesOutOfReachToTheScalarQuantile) {
  const std::vector<uint32_t> words = Words(50);
  const std::vector<double> shapes = {1e-6, 0.03, 8.5, 1e9, 0.0, -1.0, kInfinity, kNan};
  const CellLaws laws(shapes);
  EXPECT_EQ(laws.allocated_bytes(), 0);
  for (double shape : {1e-6, 0.03, 8.5, 1e9}) {
    const CompoundLaw law = {4.0, 3.0, shape};
    EXPECT_FALSE(DrawsCompoundsInVectors(law.dispersion, shape, law.mean));
    const std::vector<double> cells = CellsAt(law.mean, words, [&](const CellBatch& batch) {
      laws.Compounds(law.dispersion, shape, batch);
    });
    for (size_t i = 0; i < words.size(); ++i) {
      EXPECT_EQ(cells[i], Quantile(law, UniformFrom(words[i]))) << shape;
    }
  }
}

// A cell is its law's, mean's and word's alone: that is what lets a path be replayed among others.
TEST_P(CellLawsTest, ACellDoesNotDependOnItsNeighbours) {
  const std::vector<uint32_t> words = Words(41);
  std::vector<double> means;
  for (int i = 0; i < 41; ++i) means.push_back(0.01 * std::pow(1.4, i));
  const std::vector<Draw> draws = {
      [](const CellBatch& batch) { Laws().Counts(2.0, batch); },
      [](const CellBatch& batch) { Laws().Amounts(9.0, batch); },
      [](const CellBatch& batch) { Laws().Compounds(9.0, 0.3, batch); },
      [](const CellBatch& batch) { Laws().StudentTs(9.0, 4.0, batch); }};
  for (const Draw& draw : draws) {
    const std::vector<double> together = Cells(means, words, draw);
    for (size_t i = 0; i < words.size(); ++i) {
      EXPECT_EQ(Cells({means[i]}, {words[i]}, draw)[0], together[i]) << "mean " << means[i];
    }
  }
}

// Steps of one level of nodes: what keeps a slice of a run short.
TEST(CellLawsMakerTest, MakesTheSameInManySteps) {
  const std::vector<double> shapes = {4.0, 0.3, 4.0, 1.0};
  CellLawsMaker maker(shapes);
  int step_count = 1;
  while (!maker.Step()) ++step_count;
  EXPECT_GT(step_count, 3 * 30);
  const CellLaws laws = maker.Take();
  const std::vector<uint32_t> words = Words(200);
  for (double shape : {0.3, 1.0, 4.0}) {
    const auto draw = [&](const CellLaws& made) {
      return CellsAt(5.0, words,
                     [&](const CellBatch& batch) { made.Compounds(2.0, shape, batch); });
    };
    EXPECT_EQ(draw(laws), draw(Laws()));
  }
}

int StepsOf(CellLawsMaker& maker) {
  int step_count = 1;
  while (!maker.Step()) ++step_count;
  return step_count;
}

TEST(CellLawsMakerTest, TakesWhatAMemoHoldsAndPutsWhatItMakes) {
  const std::vector<double> first = {0.3, 1.0};
  const std::vector<double> second = {4.0, 0.3, 1.0};
  CountingMemo memo;
  CellLawsMaker cold(first, &memo);
  EXPECT_GT(StepsOf(cold), 2 * 30);
  EXPECT_EQ(memo.made_count(), 2);
  EXPECT_EQ(memo.found_count(), 0);
  CellLawsMaker mixed(second, &memo);
  StepsOf(mixed);
  EXPECT_EQ(memo.made_count(), 3);
  EXPECT_EQ(memo.found_count(), 2);
  CellLawsMaker warm(second, &memo);
  EXPECT_EQ(StepsOf(warm), 2 + 3);
  EXPECT_EQ(memo.made_count(), 3);
  const std::vector<uint32_t> words = Words(200);
  for (CellLawsMaker* maker : {&mixed, &warm}) {
    const CellLaws laws = maker->Take();
    for (double shape : second) {
      const auto draw = [&](const CellLaws& made) {
        return CellsAt(5.0, words,
                       [&](const CellBatch& batch) { made.Compounds(2.0, shape, batch); });
      };
      EXPECT_EQ(draw(laws), draw(Laws())) << shape;
    }
  }
}

TEST(CellLawsMakerTest, AsksAMemoForNoShapeOutOfReach) {
  CountingMemo memo;
  const CellLaws laws({0.01, 100.0}, &memo);
  EXPECT_EQ(memo.made_count(), 0);
  EXPECT_EQ(laws.allocated_bytes(), 0);
}

TEST(CellLawsMakerTest, PutsNothingThatIsNotWhole) {
  CountingMemo memo;
  {
    CellLawsMaker maker({1.0}, &memo);
    for (int step = 0; step < 20; ++step) ASSERT_FALSE(maker.Step());
  }
  EXPECT_EQ(memo.made_count(), 0);
  EXPECT_EQ(memo.Get(1.0), nullptr);
}

TEST(CellLawsMakerTest, ForeseesTheBytesOfTheLaws) {
  EXPECT_EQ(CellLawsBytes(0), 0.0);
  const double held = static_cast<double>(Laws().allocated_bytes());
  EXPECT_GE(CellLawsBytes(3), held);
  EXPECT_LE(CellLawsBytes(3), 1.25 * held);
}

TEST(CellLawsBitsTest, AreTheSameOnEveryInstructionSet) {
  const std::vector<uint32_t> words = Words(1'000);
  std::vector<double> means;
  for (int i = 0; i < 1'000; ++i) means.push_back(0.01 * std::pow(1.02, i));
  const auto results = UnderEach(KernelIsas(), [&] {
    std::vector<std::vector<double>> cells;
    cells.push_back(Cells(means, words, [](const CellBatch& b) { Laws().Counts(1.5, b); }));
    cells.push_back(Cells(means, words, [](const CellBatch& b) { Laws().Amounts(1.5, b); }));
    cells.push_back(Cells(means, words, [](const CellBatch& b) { Laws().Compounds(1.5, 1.0, b); }));
    cells.push_back(Cells(means, words, [](const CellBatch& b) { Laws().StudentTs(1.5, 5.0, b); }));
    return cells;
  });
  for (const auto& result : results) EXPECT_EQ(result, results.front());
}

}  // namespace
}  // namespace jalon::sim
