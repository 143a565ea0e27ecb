// Curves of many thresholds from few distribution functions. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_CURVE_FAMILIES_H_
#define JALON_SIM_ENGINE_CONDITIONAL_CURVE_FAMILIES_H_

#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "sim/engine/conditional/curve_terms.h"
#include "sim/engine/conditional/law_table.h"
#include "sim/engine/conditional/sum_reach.h"

namespace jalon::sim {

// Curves before effects. The score of P(Y >= x) at a place of its range moves little with x: it is
// computed for thresholds an eighth of an octave apart, once, and read between them by a cubic. All
// amounts of one kind (and shape) are one family, by their thresholds in scales; counts are one by
// dispersion, whose chance goes on smoothly between whole numbers. What a threshold gets depends on
// nothing but the threshold and its law. Thread-compatible.
class CurveFamilies {
 public:
  // The curve of a threshold without effects; nullopt where the family's polynomial is not within
  // `tolerance` of the law about there (few pieces), or leaves out too much at an end. 0.3 us once
  // its four rows are there; a row is 10 distribution functions, 20 below 13 pieces (a threshold of
  // 13 dispersions).
  std::optional<ScoreCurve> Find(const SumLaw& law, const SumReach& reach, double tolerance);

 private:
  // A threshold of the family: where its curve runs, in dispersions, and scores at kCurvePlaces.
  struct Row {
    bool exists = true;
    CurveRange range;
    CurveTerms scores{};
  };
  struct Family {
    // Its dispersion is 1 for amounts.
    SumLaw law;
    // By place of the threshold on a logarithmic scale, and whether there are few pieces.
    absl::flat_hash_map<std::pair<int, bool>, Row> rows;
    // By interval of places: whether curves are near the law in its middle.
    absl::flat_hash_map<int, bool> is_good;
  };

  Family& FamilyOf(const SumLaw& law);
  static const Row& RowOf(Family& family, int row, bool few);
  static Row MakeRow(const SumLaw& law, double pieces, bool few);
  // nullopt where a row does not exist.
  static std::optional<ScoreCurve> Between(Family& family, double pieces, bool few);
  static bool IsGood(Family& family, int interval, double tolerance);

  // By law, dispersion and shape.
  std::map<std::tuple<Law, double, double>, Family> families_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_CURVE_FAMILIES_H_
