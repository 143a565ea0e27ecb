// Formulas of derived drivers: read without harm, and bounded where they are accepted.
#include <cmath>

#include "sim/base/violation.h"
#include "sim/drivers/derived.h"
#include "sim/drivers/formula.h"
#include "tests/fuzz/fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using jalon::Require;
  const absl::string_view text = jalon::TextOf(data, size);
  const absl::StatusOr<jalon::sim::Formula> formula = jalon::sim::Formula::Parse(text);
  if (!formula.ok()) {
    Require(!jalon::sim::ViolationsFromStatus(formula.status()).empty());
    return 0;
  }
  Require(formula->reach() >= 0 && formula->reach() <= jalon::sim::kMaxFormulaReach);
  int calls = 0;
  int oldest = 0;
  const double value = formula->At(0, [&](int index, int period) {
    Require(index >= 0 && index < static_cast<int>(formula->drivers().size()));
    oldest = std::min(oldest, period);
    return ++calls % 3 == 0 ? 0.0 : 1.5;
  });
  Require(std::isnan(value) || std::isfinite(value));
  Require(calls <= jalon::sim::kMaxFormulaSteps && -oldest <= formula->reach());
  Require(jalon::sim::ValidateDerivedRule({.formula = std::string(text)}, "derived").empty());
  return 0;
}
