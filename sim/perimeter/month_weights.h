// How an objective of a year spreads over its periods, and who says so.
#ifndef JALON_SIM_PERIMETER_MONTH_WEIGHTS_H_
#define JALON_SIM_PERIMETER_MONTH_WEIGHTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "sim/objective/objective.h"

namespace jalon::sim {

// Where the weights of an objective's periods come from.
enum class PhasingSource {
  // The set's own cumulated objectives of the node.
  kOwn,
  // Imported shares.
  kImported,
  // The indicator's season of past years.
  kSeason,
  // Opening days.
  kOpeningDays,
  // Equal periods.
  kEqual,
};
inline constexpr size_t kPhasingSourceCount = 5;

struct MonthWeights {
  // [period of the objective's window]: >= 0, of any positive sum.
  std::vector<double> weights;
  PhasingSource source = PhasingSource::kEqual;
};

using Phasing = absl::FunctionRef<MonthWeights(const Objective&)>;

// Objectives by source: [PhasingSource].
using PhasingCounts = std::array<int64_t, kPhasingSourceCount>;

// What a reason says of a source: `months by the season of past years`.
const char* PhasingPhrase(PhasingSource source);

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_MONTH_WEIGHTS_H_
