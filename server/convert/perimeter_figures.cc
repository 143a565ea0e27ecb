#include "server/convert/perimeter_figures.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "sim/base/missing.h"

namespace jalon::server {
namespace {

std::vector<double> RowOf(const sim::Realisations& history, const sim::SeriesKey& key,
                          const sim::Window& window) {
  const std::optional<int> row = history.Find(key);
  std::vector<double> values(window.size(), sim::kMissing);
  for (int t = 0; row && t < window.size(); ++t) values[t] = history.at(*row, window.first + t);
  return values;
}

}  // namespace

PerimeterFigures::PerimeterFigures(const sim::Revision& revision, v1::PerimeterView view)
    : shown_(&revision.realisations) {
  const sim::Realisations& original = ImportedHistory(revision);
  if (view == v1::PERIMETER_VIEW_ORIGINAL) shown_ = &original;
  if (view != v1::PERIMETER_VIEW_EFFECT) {
    keys_ = shown_->keys();
    return;
  }
  taken_ = &original;
  std::set_union(shown_->keys().begin(), shown_->keys().end(), taken_->keys().begin(),
                 taken_->keys().end(), std::back_inserter(keys_));
}

void PerimeterFigures::CheckView(v1::PerimeterView view, Checks& checks) {
  if (v1::PerimeterView_IsValid(view)) return;
  checks.Add("perimeter", absl::StrCat(view), "must be target, original or effect", "OUT_OF_RANGE");
}

std::vector<double> PerimeterFigures::Row(const sim::SeriesKey& key,
                                          const sim::Window& window) const {
  std::vector<double> row = RowOf(*shown_, key, window);
  return taken_ == nullptr ? row : Minus(std::move(row), RowOf(*taken_, key, window));
}

std::vector<double> PerimeterFigures::Minus(std::vector<double> a, const std::vector<double>& b) {
  for (size_t t = 0; t < a.size(); ++t) {
    if (std::isnan(b[t])) continue;
    a[t] = (std::isnan(a[t]) ? 0.0 : a[t]) - b[t];
  }
  return a;
}

}  // namespace jalon::server
