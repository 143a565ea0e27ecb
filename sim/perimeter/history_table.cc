#include "sim/perimeter/history_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/missing.h"

namespace jalon::sim {
namespace {

bool HasValue(std::span<const double> row) {
  return std::any_of(row.begin(), row.end(), [](double value) { return !std::isnan(value); });
}

}  // namespace

HistoryTable::HistoryTable(const Network& network, const Realisations& original)
    : network_(network), original_(original), keys_of_unit_(network.unit_count()) {
  for (const SeriesKey& key : original.keys()) keys_of_unit_[key.unit].insert(key);
}

std::span<const double> HistoryTable::OriginalRow(const SeriesKey& key) const {
  const std::optional<int> row = original_.Find(key);
  return row ? original_.row(*row) : std::span<const double>();
}

std::span<const double> HistoryTable::Row(const SeriesKey& key) const {
  const auto row = touched_.find(key);
  return row == touched_.end() ? OriginalRow(key) : std::span<const double>(row->second);
}

std::vector<double> HistoryTable::Sum(const NodeRange& range) const {
  std::vector<double> sums(period_count(), kMissing);
  for (int unit = range.unit_first; unit < range.unit_end; ++unit) {
    const std::set<SeriesKey>& keys = keys_of_unit_[unit];
    for (auto key = keys.lower_bound({range.indicator, unit, range.segment_first});
         key != keys.end() && range.contains(*key); ++key) {
      const std::span<const double> row = Row(*key);
      for (size_t t = 0; t < row.size(); ++t) {
        if (!std::isnan(row[t])) sums[t] = std::isnan(sums[t]) ? row[t] : sums[t] + row[t];
      }
    }
  }
  return sums;
}

std::vector<double>& HistoryTable::Edit(const SeriesKey& key) {
  const auto [row, is_new] = touched_.try_emplace(key);
  if (!is_new) return row->second;
  const std::span<const double> before = OriginalRow(key);
  row->second.assign(before.begin(), before.end());
  row->second.resize(period_count(), kMissing);
  keys_of_unit_[key.unit].insert(key);
  return row->second;
}

std::optional<SeriesKey> HistoryTable::Landing(const SeriesKey& key) const {
  const std::set<SeriesKey>& keys = keys_of_unit_[key.unit];
  if (keys.contains(key)) return key;
  auto place = keys.lower_bound({key.indicator, key.unit, 0});
  for (; place != keys.end() && place->indicator == key.indicator; ++place) {
    const int segment = place->segment;
    if (segment < key.segment && key.segment < network_.segment_end(segment)) return *place;
    if (key.segment < segment && segment < network_.segment_end(key.segment)) return std::nullopt;
  }
  return key;
}

absl::StatusOr<Realisations> HistoryTable::Finish() const {
  std::vector<SeriesKey> keys;
  std::vector<double> values;
  const auto add = [&](const SeriesKey& key, std::span<const double> row) {
    keys.push_back(key);
    values.insert(values.end(), row.begin(), row.end());
  };
  auto edited = touched_.begin();
  const auto add_edited_before = [&](const SeriesKey* limit) {
    for (; edited != touched_.end() && (limit == nullptr || edited->first < *limit); ++edited) {
      if (HasValue(edited->second)) add(edited->first, edited->second);
    }
  };
  for (int i = 0; i < original_.series_count(); ++i) {
    const SeriesKey& key = original_.key(i);
    add_edited_before(&key);
    if (edited == touched_.end() || edited->first != key) {
      add(key, original_.row(i));
      continue;
    }
    // A row that never had a value stays as it was imported.
    if (HasValue(edited->second) || !HasValue(original_.row(i))) add(key, edited->second);
    ++edited;
  }
  add_edited_before(nullptr);
  return Realisations::Create(network_, original_.first(), std::move(keys), std::move(values));
}

}  // namespace jalon::sim
