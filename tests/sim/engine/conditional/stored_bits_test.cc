// The same version gives the same bits: numbers of a small run and of one path, as an earlier
// program of the same version printed them (stored_bits.h).
// A failure says how to renew them.
#include "tests/sim/engine/conditional/stored_bits.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "sim/engine/sampled_estimator.h"
#include "tests/sim/engine/conditional/every_law_bank.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int64_t kPaths = 64;
constexpr int64_t kReplayed = 37;
constexpr char kHowToRenew[] =
    "renew tests/sim/engine/conditional/stored_bits.h: "
    "JALON_STORED_BITS=tests/sim/engine/conditional/stored_bits.h "
    "build/release/bin/sim_engine_conditional_test --gtest_filter='*StoredBitsTest.*'";

// Level R1: machines that multiply and add in one step, as the server tells them. The others give
// the same numbers to 1e-9 (docs/model/conditional.md).
bool SameBitsArePromised() {
  return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
}

struct Number {
  std::string name;
  double value = 0.0;
};

// Where the numbers of a version come from, and those stored.
struct Part {
  std::string name;
  std::string version;
  std::vector<Number> (*compute)(const Plan& plan);
  const char* stored_version;
  std::span<const StoredNumber> stored;
};

Plan MakePlan() {
  TinyBank bank = MakeEveryLawBank();
  // A branch, then the bank of four.
  for (size_t i = 0; i < bank.targets.size(); ++i) {
    Target& target = bank.targets[i];
    const double count = i % 2 == 0 ? 1.0 : 4.0;
    target.thresholds = {count * 230.0};
    if (target.aggregation == Aggregation::kLast) target.thresholds = {count * 1'230.0};
    if (target.aggregation == Aggregation::kRatio) target.thresholds = {1.0};
  }
  return bank.plan();
}

std::vector<Number> NumbersOfRun(std::unique_ptr<Estimator> estimator, const RunOptions& options) {
  InlineExecutor executor;
  const Checkpoint last =
      RunToPrecision(std::move(estimator), options, executor, {}, [](const Checkpoint&) {}).value();
  std::vector<Number> numbers;
  for (size_t i = 0; i < last.estimates.size(); ++i) {
    const TargetEstimate& estimate = last.estimates[i];
    const std::string target = absl::StrCat("target ", i);
    numbers.push_back({target + " mean", estimate.mean});
    numbers.push_back({target + " standard deviation", estimate.standard_deviation});
    numbers.push_back({target + " probability", estimate.probability[0]});
    numbers.push_back({target + " probability_low", estimate.probability_low[0]});
    numbers.push_back({target + " median", estimate.quantiles[0]});
    numbers.push_back({target + " 90 %", estimate.quantiles[1]});
  }
  return numbers;
}

RunOptions Options() {
  RunOptions options{.max_paths = kPaths};
  options.summary.quantile_levels = {0.5, 0.9};
  return options;
}

std::vector<Number> NumbersOfPath(const Plan& plan, const SharedSource* shared) {
  const CellLaws laws = MakeCellLaws(plan);
  const PathReplay path = ReplayPath(plan, kReplayed, shared, &laws).value();
  std::vector<Number> numbers;
  for (size_t i = 0; i < path.target_values.size(); ++i) {
    numbers.push_back({absl::StrCat("value of target ", i), path.target_values[i]});
  }
  // The first and the last month of every series.
  const size_t months = plan.period_count();
  for (size_t i = 0; i < path.cells.size(); i += months) {
    numbers.push_back({absl::StrCat("cell ", i), path.cells[i]});
    numbers.push_back({absl::StrCat("cell ", i + months - 1), path.cells[i + months - 1]});
  }
  return numbers;
}

std::vector<Number> Sampled(const Plan& plan) {
  return NumbersOfRun(std::make_unique<SampledEstimator>(plan, Options().summary), Options());
}
std::vector<Number> SampledPath(const Plan& plan) { return NumbersOfPath(plan, nullptr); }
std::vector<Number> Conditional(const Plan& plan) {
  return NumbersOfRun(std::make_unique<ConditionalEstimator>(plan, Options().summary), Options());
}
std::vector<Number> ConditionalPath(const Plan& plan) {
  return NumbersOfPath(plan, ConditionalSharedStates(plan).get());
}

std::vector<Part> Parts() {
  const std::string both = absl::StrCat(kConditionalVersion, "+", kEngineVersion);
  return {
      {"Sampled", kEngineVersion, Sampled, kSampledVersionStored, kSampledStored},
      {"SampledPath", kEngineVersion, SampledPath, kSampledPathVersionStored, kSampledPathStored},
      {"Conditional", kConditionalVersion, Conditional, kConditionalVersionStored,
       kConditionalStored},
      {"ConditionalPath", both, ConditionalPath, kConditionalPathVersionStored,
       kConditionalPathStored}};
}

// stored_bits.h as this program would have it.
std::string NewFile() {
  const Plan plan = MakePlan();
  std::string text =
      "// Written by stored_bits_test.cc, which says how.\n"
      "#ifndef JALON_TESTS_SIM_ENGINE_CONDITIONAL_STORED_BITS_H_\n"
      "#define JALON_TESTS_SIM_ENGINE_CONDITIONAL_STORED_BITS_H_\n\n"
      "namespace jalon::sim {\n\n"
      "struct StoredNumber {\n  const char* name;\n  double value;\n};\n";
  for (const Part& part : Parts()) {
    absl::StrAppend(&text, "\ninline constexpr char k", part.name, "VersionStored[] = \"",
                    part.version, "\";\ninline constexpr StoredNumber k", part.name,
                    "Stored[] = {\n");
    for (const Number& number : part.compute(plan)) {
      absl::StrAppendFormat(&text, "    {\"%s\", %a},\n", number.name, number.value);
    }
    absl::StrAppend(&text, "};\n");
  }
  return text +
         "\n}  // namespace jalon::sim\n\n#endif  // "
         "JALON_TESTS_SIM_ENGINE_CONDITIONAL_STORED_BITS_H_\n";
}

class StoredBitsTest : public testing::TestWithParam<int> {
 protected:
  static void TearDownTestSuite() {
    if (const char* path = std::getenv("JALON_STORED_BITS")) std::ofstream(path) << NewFile();
  }
};

TEST_P(StoredBitsTest, AreThoseOfEveryProgramOfTheVersion) {
  const Part part = Parts()[GetParam()];
  ASSERT_EQ(part.version, part.stored_version) << "of another version; " << kHowToRenew;
  const std::vector<Number> found = part.compute(MakePlan());
  ASSERT_EQ(found.size(), part.stored.size()) << kHowToRenew;
  for (size_t i = 0; i < found.size(); ++i) {
    const double stored = part.stored[i].value;
    EXPECT_EQ(found[i].name, part.stored[i].name) << kHowToRenew;
    if (SameBitsArePromised()) {
      EXPECT_EQ(std::bit_cast<uint64_t>(found[i].value), std::bit_cast<uint64_t>(stored))
          << found[i].name << " is " << found[i].value << " and was " << stored
          << ": an answer's bits change only with " << part.version << "; then " << kHowToRenew;
    } else {
      EXPECT_NEAR(found[i].value, stored, 1e-9 * std::max(1.0, std::fabs(stored))) << found[i].name;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Parts, StoredBitsTest, testing::Range(0, 4),
                         [](const auto& index) { return Parts()[index.param].name; });

}  // namespace
}  // namespace jalon::sim
