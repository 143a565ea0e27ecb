// A made-up bank network whose truth is known, for tests, demonstrations and first steps.
#ifndef JALON_SIM_DEMO_DEMO_H_
#define JALON_SIM_DEMO_DEMO_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "sim/model/model.h"
#include "sim/network/revision.h"
#include "sim/objective/objective.h"
#include "sim/scenario/scenario.h"

namespace jalon::sim {

enum class DemoSize {
  // Series of the target perimeter: a branch that merged into another has none.
  kSmall,    // 1 head office, 4 regions, 40 branches: 819 series
  kDefault,  // 11 regions, 1,500 branches: 31,479 series
  kLarge,    // 11 regions, 1,500 branches, every indicator by 5 segments: 97,435 series
};

struct DemoOptions {
  DemoSize size = DemoSize::kDefault;
  uint64_t seed = 20261125;
  // Months of history, 13 to 120; the last is 2026-10, so that 2026 is in landing.
  int month_count = 60;
};

// The network, what generated it, and things to run on it.
struct Demo {
  // History restated to the target perimeter, the original beside it.
  Revision revision;
  // The parameters the history was drawn from, on the target perimeter: same equations, true
  // values, no uncertainty.
  Model truth;
  // Objectives of 2026 and 2027 for every branch and indicator but the derived one.
  ObjectiveSet objectives;
  // `base`: nothing assumed; `rate-rise`, `phone-signature`, `neobank-offensive`...
  std::vector<Scenario> scenarios;
};

// Generates a demo. Deterministic in its options. Cost: about a second for kDefault.
absl::StatusOr<Demo> MakeDemo(const DemoOptions& options);

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_DEMO_H_
