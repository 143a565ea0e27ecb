// Splits one figure by shares without losing anything.
#ifndef JALON_SIM_PERIMETER_APPORTION_H_
#define JALON_SIM_PERIMETER_APPORTION_H_

#include <span>
#include <vector>

namespace jalon::sim {

// `value`, a whole number in [0, 2^53), in whole parts that sum to it: the floor of each quota
// value x share, and the rest one by one to the largest remainders. `shares` sum to 1 (to 1e-9);
// [part]. `carry` [part] holds what earlier calls left each part short of and is updated: over a
// row of months the parts stay within about one of their quotas, where rounding each month alone
// would never move a tenth of 3. Empty: nothing is carried.
// Ties go to the larger share, then to the earlier part. A share of 0 gets nothing.
// Source: largest remainders, [Balinski1982]. O(n log n).
std::vector<double> SplitWhole(double value, std::span<const double> shares,
                               std::span<double> carry);

// `value` in parts that sum to it exactly in any order of addition: every part is a multiple of
// the unit in the last place of `value`, within it of value x share, and what that leaves goes to
// the largest share. Any sign. [part]. O(n).
std::vector<double> SplitExact(double value, std::span<const double> shares);

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_APPORTION_H_
