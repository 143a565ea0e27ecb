#include "server/run/row_axis.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/sha256.h"
#include "server/convert/key_columns.h"
#include "server/convert/serialize.h"

namespace jalon::server {
namespace {

// Indices in use, renumbered from 0 in ascending order.
std::map<int, uint32_t> Renumber(const std::vector<AxisRow>& rows, int AxisRow::*member) {
  std::map<int, uint32_t> numbers;
  for (const AxisRow& row : rows) numbers[row.*member] = 0;
  uint32_t next = 0;
  for (auto& [index, number] : numbers) number = next++;
  return numbers;
}

// Marks the dictionary entries whose text is asked for; all when nothing is asked.
template <typename Repeated, typename Asked>
std::vector<bool> Mark(absl::string_view field, const Repeated& texts, const Asked& asked,
                       Checks& checks) {
  std::vector<bool> marked(texts.size(), asked.empty());
  for (int i = 0; i < asked.size(); ++i) {
    const auto found = std::find(texts.begin(), texts.end(), asked[i]);
    if (found != texts.end()) {
      marked[found - texts.begin()] = true;
      continue;
    }
    checks.Add(absl::StrCat(field, "[", i, "]"), asked[i], "must be in the result",
               "NOT_IN_RESULT");
  }
  return marked;
}

std::vector<bool> MarkUnits(const store::v1::RowAxis& axis, const v1::View& view, Checks& checks) {
  std::vector<bool> marked(axis.units_size(), view.units().empty());
  for (int i = 0; i < view.units_size(); ++i) {
    const auto top = std::find_if(axis.units().begin(), axis.units().end(),
                                  [&](const auto& unit) { return unit.id() == view.units(i); });
    if (top == axis.units().end()) {
      checks.Add(absl::StrCat("view.units[", i, "]"), view.units(i), "must be in the result",
                 "NOT_IN_RESULT");
      continue;
    }
    // Units are by position, so a subtree is a run of them.
    for (auto unit = top; unit != axis.units().end() && unit->position() < top->end(); ++unit) {
      if (unit->depth() - top->depth() <= view.depth()) marked[unit - axis.units().begin()] = true;
    }
  }
  return marked;
}

bool IndicesFit(const store::v1::RowAxis& axis) {
  const int rows = axis.unit_index_size();
  if (axis.segment_index_size() != rows || axis.indicator_index_size() != rows ||
      axis.window_index_size() != rows) {
    return false;
  }
  const auto below = [](const auto& indices, int size) {
    return std::all_of(indices.begin(), indices.end(),
                       [size](uint32_t i) { return i < static_cast<uint32_t>(size); });
  };
  return below(axis.unit_index(), axis.units_size()) &&
         below(axis.segment_index(), axis.segments_size()) &&
         below(axis.indicator_index(), axis.indicators_size()) &&
         below(axis.window_index(), axis.windows_size());
}

std::vector<uint32_t> AllRows(const store::v1::RowAxis& axis) {
  std::vector<uint32_t> rows(axis.unit_index_size());
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

}  // namespace

RowAxis::RowAxis(const sim::Network& network, std::vector<sim::Window> windows,
                 const std::vector<AxisRow>& rows) {
  const std::map<int, uint32_t> units = Renumber(rows, &AxisRow::unit);
  const std::map<int, uint32_t> segments = Renumber(rows, &AxisRow::segment);
  const std::map<int, uint32_t> indicators = Renumber(rows, &AxisRow::indicator);
  for (const auto& [u, number] : units) {
    store::v1::RowAxis::UnitNode* node = proto_.add_units();
    node->set_id(network.unit(u).id);
    node->set_position(u);
    node->set_end(network.unit_end(u));
    node->set_depth(network.unit_depth(u));
  }
  for (const auto& [s, number] : segments) proto_.add_segments(network.segment(s).id);
  for (const auto& [k, number] : indicators) proto_.add_indicators(network.indicator(k).id);
  for (const sim::Window& window : windows) proto_.add_windows(window.ToString());
  for (const AxisRow& row : rows) {
    proto_.add_unit_index(units.at(row.unit));
    proto_.add_segment_index(segments.at(row.segment));
    proto_.add_indicator_index(indicators.at(row.indicator));
    proto_.add_window_index(row.window);
  }
  whole_hash_ = HashKeys(AllRows(proto_));
}

RowAxis::RowAxis(store::v1::RowAxis proto) : proto_(std::move(proto)) {
  whole_hash_ = HashKeys(AllRows(proto_));
}

RowAxis RowAxis::OfUnits(const sim::Network& network, std::vector<sim::Window> windows,
                         const std::vector<AxisRow>& rows) {
  store::v1::RowAxis proto = RowAxis(network, std::move(windows), rows).proto_;
  for (std::string& segment : *proto.mutable_segments()) segment.clear();
  for (std::string& indicator : *proto.mutable_indicators()) indicator.clear();
  return RowAxis(std::move(proto));
}

absl::StatusOr<RowAxis> RowAxis::FromProto(store::v1::RowAxis proto) {
  if (!IndicesFit(proto)) return absl::DataLossError("a stored row axis cannot be read back");
  return RowAxis(std::move(proto));
}

std::vector<uint32_t> RowAxis::Select(const v1::View& view, Checks& checks) const {
  if (view.depth() < 0 || view.depth() > 8) {
    checks.Add("view.depth", absl::StrCat(view.depth()), "must be 0 to 8", "OUT_OF_RANGE");
  }
  const std::vector<bool> units = MarkUnits(proto_, view, checks);
  const auto segments = Mark("view.segments", proto_.segments(), view.segments(), checks);
  const auto indicators = Mark("view.indicators", proto_.indicators(), view.indicators(), checks);
  const auto windows = Mark("view.windows", proto_.windows(), view.windows(), checks);
  std::vector<uint32_t> rows;
  for (int i = 0; i < proto_.unit_index_size(); ++i) {
    if (units[proto_.unit_index(i)] && segments[proto_.segment_index(i)] &&
        indicators[proto_.indicator_index(i)] && windows[proto_.window_index(i)]) {
      rows.push_back(i);
    }
  }
  return rows;
}

v1::KeyColumns RowAxis::Keys(const std::vector<uint32_t>& rows, int64_t first,
                             int64_t count) const {
  v1::KeyColumns keys;
  KeyColumnsBuilder builder(&keys);
  for (int64_t i = first; i < first + count; ++i) {
    const int row = static_cast<int>(rows[i]);
    builder.Add(proto_.units(proto_.unit_index(row)).id(),
                proto_.segments(proto_.segment_index(row)),
                proto_.indicators(proto_.indicator_index(row)));
    builder.AddWindow(proto_.windows(proto_.window_index(row)));
  }
  return keys;
}

std::string RowAxis::Hash(const std::vector<uint32_t>& rows) const {
  // Selected rows are ascending and distinct, so that many are all of them.
  return static_cast<int64_t>(rows.size()) == row_count() ? whole_hash_ : HashKeys(rows);
}

std::string RowAxis::HashKeys(const std::vector<uint32_t>& rows) const {
  const v1::KeyColumns keys = Keys(rows, 0, static_cast<int64_t>(rows.size()));
  return ToHex(Sha256(DeterministicBytes(keys)));
}

}  // namespace jalon::server
