#include "sim/network/realisations.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

#include "absl/strings/str_cat.h"
#include "sim/base/hash64.h"
#include "sim/base/missing.h"
#include "sim/base/rule_checker.h"

namespace jalon::sim {
namespace {

// One spelling of missing and of zero, so that equal realisations are equal bytes.
double Normalised(double value) { return std::isnan(value) ? kMissing : value + 0.0; }

struct Shape {
  Period first;
  int period_count = 0;
};

class SeriesChecker : public RuleChecker {
 public:
  SeriesChecker(const Network& network, const std::vector<SeriesKey>& keys)
      : network_(network), keys_(keys) {}

  void CheckShape(Period first, size_t value_count) {
    RequireFrequency(first, network_.frequency(), "first");
    const size_t rows = std::max<size_t>(keys_.size(), 1);
    Require(value_count % rows == 0 && (value_count == 0) == keys_.empty(), "values",
            absl::StrCat(value_count),
            {absl::StrCat("must be ", keys_.size(), " series x a number of periods"), "BAD_SHAPE"});
    Require(value_count / rows <= Realisations::kMaxPeriods, "values",
            absl::StrCat(value_count / rows), {"must be at most 600 periods", "BAD_SHAPE"});
  }

  void CheckKeys() {
    for (size_t i = 0; i < keys_.size(); ++i) {
      CheckOrder(i);
      if (InRange(keys_[i])) {
        CheckKey(i);
      } else {
        Require(false, Element("series", i), "",
                {"must be of a unit, a segment and an indicator of the network", "UNKNOWN_INDEX"});
        all_in_range_ = false;
      }
    }
    if (all_in_range_) CheckSegmentsDisjoint();
  }

  // Whether every key names something of the network; after CheckKeys.
  bool indices_known() const { return all_in_range_; }

  // Requires distinct keys inside the network.
  void CheckCollisions(const std::vector<uint64_t>& ids) {
    std::vector<int> by_id(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) by_id[i] = static_cast<int>(i);
    std::sort(by_id.begin(), by_id.end(),
              [&](int a, int b) { return ids[a] != ids[b] ? ids[a] < ids[b] : a < b; });
    for (size_t j = 1; j < by_id.size(); ++j) {
      if (ids[by_id[j]] != ids[by_id[j - 1]]) continue;
      Refuse(Element("series", by_id[j]), by_id[j],
             {absl::StrCat("must not have the 64-bit id of ", Name(by_id[j - 1]),
                           ": rename one of the two"),
              "ID_COLLISION"});
    }
  }

  void CheckValues(const std::vector<double>& values, const Shape& shape) {
    for (size_t cell = 0; cell < values.size(); ++cell) {
      const size_t i = cell / shape.period_count;
      if (const std::optional<Rule> rule = BrokenBy(values[cell], keys_[i].indicator)) {
        AddValue(cell, values[cell], *rule, shape);
      }
    }
  }

 private:
  bool InRange(const SeriesKey& key) const {
    return key.indicator >= 0 && key.indicator < network_.indicator_count() && key.unit >= 0 &&
           key.unit < network_.unit_count() && key.segment >= 0 &&
           key.segment < network_.segment_count();
  }

  std::string Name(size_t i) const { return SeriesName(network_, keys_[i]); }

  void Refuse(std::string field, size_t i, const Rule& rule) {
    Require(false, std::move(field), Name(i), rule);
  }

  void CheckOrder(size_t i) {
    Require(i == 0 || keys_[i - 1] < keys_[i], Element("series", i), "",
            {"must come after the series before it: by indicator, unit, segment, each once",
             "NOT_SORTED"});
  }

  void CheckKey(size_t i) {
    if (!network_.is_leaf(keys_[i].unit)) {
      Refuse(Element("series", i), i,
             {"must be of a branch: a unit without units below it", "NOT_A_LEAF"});
    } else if (!network_.Applies(keys_[i].indicator, keys_[i].unit)) {
      Refuse(Element("series", i), i,
             {absl::StrCat("must be of a kind of unit the indicator applies to, not ",
                           network_.unit(keys_[i].unit).kind),
              "NOT_APPLICABLE"});
    }
    if (!network_.HasSeries(keys_[i].indicator)) {
      Refuse(Element("series", i), i,
             {"must be left out: ratios and derived indicators are computed from others",
              "NO_SERIES_OF_ITS_OWN"});
    }
    CheckFlowsOf(i);
  }

  // A stock's flows are known in its segment or below, or not at all.
  void CheckFlowsOf(size_t i) {
    const SeriesKey& stock = keys_[i];
    for (const auto* flows :
         {&network_.inflow_indices(stock.indicator), &network_.outflow_indices(stock.indicator)}) {
      for (const int flow : *flows) {
        int above = network_.segment_parent(stock.segment);
        for (; above >= 0; above = network_.segment_parent(above)) {
          const SeriesKey key{flow, stock.unit, above};
          if (!std::binary_search(keys_.begin(), keys_.end(), key)) continue;
          Refuse(Element("series", i), i,
                 {absl::StrCat("must not be split finer than its flow ", SeriesName(network_, key)),
                  "FLOW_ABOVE_STOCK"});
        }
      }
    }
  }

  // Segments come depth-first, so what lies below one follows it.
  void CheckSegmentsDisjoint() {
    size_t above = 0;
    for (size_t i = 1; i < keys_.size(); ++i) {
      const bool same_place =
          keys_[i].indicator == keys_[above].indicator && keys_[i].unit == keys_[above].unit;
      if (same_place && keys_[i].segment < network_.segment_end(keys_[above].segment) &&
          keys_[i].segment > keys_[above].segment) {
        Refuse(Element("series", i), i,
               {absl::StrCat("must not be part of another series, ", Name(above)),
                "OVERLAPPING_SEGMENTS"});
      } else {
        above = i;
      }
    }
  }

  std::optional<Rule> BrokenBy(double value, int k) const {
    if (std::isnan(value)) return std::nullopt;
    if (std::isinf(value)) return Rule{"must be a finite number", "NOT_FINITE"};
    const IndicatorKind kind = network_.indicator(k).kind;
    const bool is_whole =
        kind == IndicatorKind::kCount ||
        (kind == IndicatorKind::kStock && network_.indicator(k).measure == Measure::kCount);
    if (kind != IndicatorKind::kAmount && !is_whole) return std::nullopt;
    if (value < 0) return Rule{"must be >= 0", "NEGATIVE"};
    if (is_whole && value != std::floor(value)) {
      return Rule{"must be a whole number", "NOT_WHOLE"};
    }
    return std::nullopt;
  }

  void AddValue(size_t cell, double value, const Rule& rule, const Shape& shape) {
    const int i = static_cast<int>(cell / shape.period_count);
    const int j = static_cast<int>(cell % shape.period_count);
    Add(Violation{.field = absl::StrCat("series[", i, "].values[", j, "]"),
                  .value = absl::StrCat(value),
                  .rule = std::string(rule.text),
                  .reason = std::string(rule.reason),
                  .message = absl::StrCat(Name(i), " in ", (shape.first + j).ToString(), ": ",
                                          rule.text, " (found \"", value, "\")")});
  }

  const Network& network_;
  const std::vector<SeriesKey>& keys_;
  bool all_in_range_ = true;
};

std::vector<uint64_t> HashAll(const Network& network, const std::vector<SeriesKey>& keys,
                              SeriesHash hash) {
  std::vector<uint64_t> ids;
  ids.reserve(keys.size());
  for (const SeriesKey& key : keys) {
    ids.push_back(hash(network.unit(key.unit).id, network.segment(key.segment).id,
                       network.indicator(key.indicator).id));
  }
  return ids;
}

// Sorts rows by key; the values follow.
struct Rows {
  std::vector<SeriesKey> keys;
  std::vector<double> values;
};

Rows SortedRows(const std::vector<SeriesKey>& keys, const Realisations& realisations) {
  std::vector<int> order(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) order[i] = static_cast<int>(i);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return keys[a] < keys[b]; });
  Rows rows;
  rows.keys.reserve(keys.size());
  for (const int i : order) {
    rows.keys.push_back(keys[i]);
    const std::span<const double> row = realisations.row(i);
    rows.values.insert(rows.values.end(), row.begin(), row.end());
  }
  return rows;
}

std::optional<SeriesKey> MapKey(const SeriesKey& key, const Network& from, const Network& to) {
  const std::optional<int> k = to.FindIndicator(from.indicator(key.indicator).id);
  const std::optional<int> u = to.FindUnit(from.unit(key.unit).id);
  const std::optional<int> s = to.FindSegment(from.segment(key.segment).id);
  if (!k || !u || !s) return std::nullopt;
  return SeriesKey{*k, *u, *s};
}

// The smallest window around both; one without columns counts for nothing.
Window Around(const Realisations& a, const Realisations& b) {
  if (a.period_count() == 0) return b.window();
  if (b.period_count() == 0) return a.window();
  return {std::min(a.first(), b.first()), std::max(a.last(), b.last())};
}

// A table being merged: rows of `keys`, columns of `window`, missing at first.
class MergeTable {
 public:
  MergeTable(std::vector<SeriesKey> keys, const Window& window)
      : keys_(std::move(keys)),
        window_(window),
        values_(keys_.size() * static_cast<size_t>(window.size()), kMissing) {}

  void Overlay(const Realisations& layer) {
    size_t row = 0;
    for (int i = 0; i < layer.series_count(); ++i) {
      while (keys_[row] < layer.key(i)) ++row;
      OverlayRow(row, layer, i);
    }
  }

  std::vector<RestatedCell> TakeRestated() { return std::move(restated_); }
  Rows TakeRows() { return {std::move(keys_), std::move(values_)}; }

 private:
  void OverlayRow(size_t row, const Realisations& layer, int i) {
    double* cells = values_.data() + row * static_cast<size_t>(window_.size());
    const int shift = layer.first() - window_.first;
    const std::span<const double> update = layer.row(i);
    for (size_t j = 0; j < update.size(); ++j) {
      if (std::isnan(update[j])) continue;
      double& cell = cells[shift + static_cast<int>(j)];
      if (!std::isnan(cell) && cell != update[j]) {
        restated_.push_back({keys_[row], layer.first() + static_cast<int>(j), cell, update[j]});
      }
      cell = update[j];
    }
  }

  std::vector<SeriesKey> keys_;
  Window window_;
  std::vector<double> values_;
  std::vector<RestatedCell> restated_;
};

}  // namespace

NodeRange RangeOf(const Network& network, int indicator, int unit, int segment) {
  return {indicator, unit, network.unit_end(unit), segment, network.segment_end(segment)};
}

std::string SeriesName(const Network& network, const SeriesKey& key) {
  return absl::StrCat(network.unit(key.unit).id, "/", network.segment(key.segment).id, "/",
                      network.indicator(key.indicator).id);
}

absl::StatusOr<Realisations> Realisations::Create(const Network& network, Period first,
                                                  std::vector<SeriesKey> keys,
                                                  std::vector<double> values) {
  return CreateWithHash(network, first, std::move(keys), std::move(values), SeriesId64);
}

absl::StatusOr<Realisations> Realisations::CreateWithHash(const Network& network, Period first,
                                                          std::vector<SeriesKey> keys,
                                                          std::vector<double> values,
                                                          SeriesHash hash) {
  SeriesChecker checker(network, keys);
  checker.CheckShape(first, values.size());
  const bool shape_is_right = checker.violations().empty();
  const int period_count = keys.empty() ? 0 : static_cast<int>(values.size() / keys.size());
  checker.CheckKeys();
  if (shape_is_right && checker.indices_known()) {
    checker.CheckValues(values, {first, period_count});
  }
  if (!checker.violations().empty()) return checker.violations().ToStatus();

  Realisations realisations;
  realisations.ids_ = HashAll(network, keys, hash);
  checker.CheckCollisions(realisations.ids_);
  if (!checker.violations().empty()) return checker.violations().ToStatus();
  for (double& value : values) value = Normalised(value);
  realisations.first_ = first;
  realisations.period_count_ = period_count;
  realisations.keys_ = std::move(keys);
  realisations.values_ = std::move(values);
  return realisations;
}

double Realisations::at(int i, Period period) const {
  const int column = period - first_;
  return column < 0 || column >= period_count_ ? kMissing : row(i)[column];
}

std::optional<int> Realisations::Find(const SeriesKey& key) const {
  const auto place = std::lower_bound(keys_.begin(), keys_.end(), key);
  if (place == keys_.end() || *place != key) return std::nullopt;
  return static_cast<int>(place - keys_.begin());
}

std::pair<int, int> Realisations::IndicatorRows(int indicator) const {
  const auto first =
      std::lower_bound(keys_.begin(), keys_.end(), indicator,
                       [](const SeriesKey& key, int k) { return key.indicator < k; });
  const auto end = std::upper_bound(first, keys_.end(), indicator,
                                    [](int k, const SeriesKey& key) { return k < key.indicator; });
  return {static_cast<int>(first - keys_.begin()), static_cast<int>(end - keys_.begin())};
}

std::vector<int> Realisations::RowsIn(const NodeRange& range) const {
  // Keys of one indicator and a range of units are contiguous; only segments may stick out.
  constexpr int kLowest = std::numeric_limits<int>::min();
  auto key = std::lower_bound(keys_.begin(), keys_.end(),
                              SeriesKey{range.indicator, range.unit_first, kLowest});
  const SeriesKey end{range.indicator, range.unit_end, kLowest};
  std::vector<int> rows;
  for (; key != keys_.end() && *key < end; ++key) {
    if (range.contains(*key)) rows.push_back(static_cast<int>(key - keys_.begin()));
  }
  return rows;
}

Realisations Realisations::Restricted(const Window& window) const {
  const int begin = std::clamp(window.first - first_, 0, period_count_);
  const int end = std::clamp(window.last - first_ + 1, begin, period_count_);
  Realisations restricted;
  restricted.first_ = first_ + begin;
  restricted.period_count_ = end - begin;
  restricted.keys_ = keys_;
  restricted.ids_ = ids_;
  restricted.values_.reserve(keys_.size() * static_cast<size_t>(end - begin));
  for (int i = 0; i < series_count(); ++i) {
    const std::span<const double> kept = row(i).subspan(begin, end - begin);
    restricted.values_.insert(restricted.values_.end(), kept.begin(), kept.end());
  }
  return restricted;
}

bool operator==(const Realisations& a, const Realisations& b) {
  return a.first_ == b.first_ && a.period_count_ == b.period_count_ && a.keys_ == b.keys_ &&
         a.ids_ == b.ids_ && a.values_.size() == b.values_.size() &&
         (a.values_.empty() ||
          std::memcmp(a.values_.data(), b.values_.data(), a.values_.size() * sizeof(double)) == 0);
}

std::vector<double> SumRealised(const Realisations& realisations, const NodeRange& range,
                                const Window& window) {
  std::vector<double> sums(window.size(), kMissing);
  // Columns of the history inside the window.
  const int shift = window.first - realisations.first();
  const int begin = std::max(0, -shift);
  const int end = std::min(window.size(), realisations.period_count() - shift);
  for (const int i : realisations.RowsIn(range)) {
    const std::span<const double> row = realisations.row(i);
    for (int t = begin; t < end; ++t) {
      const double value = row[shift + t];
      if (std::isnan(value)) continue;
      sums[t] = std::isnan(sums[t]) ? value : sums[t] + value;
    }
  }
  return sums;
}

absl::StatusOr<Realisations> Rekeyed(const Realisations& realisations, const Network& from,
                                     const Network& to) {
  std::vector<SeriesKey> keys;
  Violations violations;
  for (int i = 0; i < realisations.series_count(); ++i) {
    if (const auto key = MapKey(realisations.key(i), from, to)) {
      keys.push_back(*key);
    } else {
      violations.Add({.field = Element("series", i),
                      .value = SeriesName(from, realisations.key(i)),
                      .rule = "must be of a unit, a segment and an indicator of the network",
                      .reason = "UNKNOWN_SERIES"});
    }
  }
  if (!violations.empty()) return violations.ToStatus();
  Rows rows = SortedRows(keys, realisations);
  return Realisations::Create(to, realisations.first(), std::move(rows.keys),
                              std::move(rows.values));
}

absl::StatusOr<MergedRealisations> MergeRealisations(const Network& network,
                                                     const Realisations& base,
                                                     const Realisations& update) {
  std::vector<SeriesKey> keys;
  std::set_union(base.keys().begin(), base.keys().end(), update.keys().begin(), update.keys().end(),
                 std::back_inserter(keys));
  const Window window = Around(base, update);
  MergeTable table(std::move(keys), window);
  table.Overlay(base);
  table.Overlay(update);
  MergedRealisations result;
  result.restated = table.TakeRestated();
  Rows rows = table.TakeRows();
  absl::StatusOr<Realisations> merged =
      Realisations::Create(network, window.first, std::move(rows.keys), std::move(rows.values));
  if (!merged.ok()) return merged.status();
  result.merged = *std::move(merged);
  return result;
}

}  // namespace jalon::sim
