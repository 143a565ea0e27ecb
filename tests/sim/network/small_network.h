// A small network for tests: one head office, two regions, five branches, three segments, three
// indicators. Everything below is the caller's to change before Create.
#ifndef JALON_TESTS_SIM_NETWORK_SMALL_NETWORK_H_
#define JALON_TESTS_SIM_NETWORK_SMALL_NETWORK_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Canonical order: 0 bank, 1 north (2 n1, 3 n2), 4 south (5 s1, 6 s2, 7 s3);
// segments 0 all, 1 private, 2 retail (3 families, 4 young);
// indicators 0 accounts (count), 1 loans (amount), 2 savings (net flow, scaled).
inline NetworkSpec SmallSpec() {
  NetworkSpec spec{.id = "small", .label = "Small bank"};
  spec.units = {{.id = "s2", .parent = "south", .level = "branch", .kind = "remote"},
                {.id = "bank", .level = "bank"},
                {.id = "south", .parent = "bank", .level = "region"},
                {.id = "n1", .parent = "north", .level = "branch", .kind = "proximity"},
                {.id = "north", .parent = "bank", .level = "region"},
                {.id = "s3", .parent = "south", .level = "branch", .kind = "proximity"},
                {.id = "n2", .parent = "north", .level = "branch", .kind = "proximity"},
                {.id = "s1", .parent = "south", .level = "branch", .kind = "proximity"}};
  spec.segments = {{.id = "young", .parent = "retail"},
                   {.id = "retail"},
                   {.id = "private", .parent = "all"},
                   {.id = "families", .parent = "retail"}};
  spec.indicators = {{.id = "savings",
                      .measure = Measure::kMoney,
                      .kind = IndicatorKind::kNetFlow,
                      .basis = AttainmentBasis::kScaled,
                      .attainment_scale = 1000.0,
                      .rounding_step = 100.0},
                     {.id = "accounts", .label_fr = "Comptes ouverts"},
                     {.id = "loans",
                      .measure = Measure::kMoney,
                      .kind = IndicatorKind::kAmount,
                      .rounding_step = 0.01}};
  return spec;
}

inline Network SmallNetwork() { return *Network::Create(SmallSpec()); }

// True when `violations` has one at `field` with `reason`.
inline bool HasViolation(const Violations& violations, absl::string_view field,
                         absl::string_view reason) {
  for (const Violation& violation : violations.kept()) {
    if (violation.field == field && violation.reason == reason) return true;
  }
  return false;
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_NETWORK_SMALL_NETWORK_H_
