// Realisations of a revision on the perimeter a reader asks for.
#ifndef JALON_SERVER_CONVERT_PERIMETER_FIGURES_H_
#define JALON_SERVER_CONVERT_PERIMETER_FIGURES_H_

#include <vector>

#include "jalon/v1/perimeter.pb.h"
#include "server/convert/checks.h"
#include "sim/network/revision.h"

namespace jalon::server {

// Refers to the revision. Thread-compatible.
class PerimeterFigures {
 public:
  // `view` is known (CheckView); unspecified means target.
  PerimeterFigures(const sim::Revision& revision, v1::PerimeterView view);

  // OUT_OF_RANGE for a view that is none.
  static void CheckView(v1::PerimeterView view, Checks& checks);

  // Series that have figures; of the effect, those of either history. Ascending.
  const std::vector<sim::SeriesKey>& keys() const { return keys_; }
  // [period of window]; NaN where missing.
  std::vector<double> Row(const sim::SeriesKey& key, const sim::Window& window) const;
  // a - b; missing on one side counts as 0 there, and missing on both is missing.
  static std::vector<double> Minus(std::vector<double> a, const std::vector<double>& b);

 private:
  // The history shown, and the one taken from it (null unless the effect is asked for).
  const sim::Realisations* shown_;
  const sim::Realisations* taken_ = nullptr;
  std::vector<sim::SeriesKey> keys_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_PERIMETER_FIGURES_H_
