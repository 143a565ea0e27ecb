#include "sim/base/decimal.h"

#include <cmath>

namespace jalon::sim {
namespace {

// Whole numbers up to here are exact.
constexpr double kLargestExact = 9007199254740992.0;
// How far from a decimal a product of decimals may land in binary: a few hundred roundings.
constexpr double kTolerance = 1e-11;
constexpr double kPowersOfTen[] = {1.0, 1e2, 1e6};

}  // namespace

double NearestDecimal(double value) {
  for (const double power : kPowersOfTen) {
    const double scaled = value * power;
    if (!(std::fabs(scaled) < kLargestExact)) break;
    const double decimal = std::round(scaled) / power;
    if (std::fabs(decimal - value) <= kTolerance * std::fabs(value)) return decimal;
  }
  return value;
}

}  // namespace jalon::sim
