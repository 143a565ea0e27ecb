#include "server/run/row_axis.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/base/sha256.h"
#include "server/convert/serialize.h"

namespace jalon::server {
namespace {

// Indices in use, ascending, and [index]: its place among them.
struct Numbers {
  std::vector<int> used;
  std::vector<uint32_t> place_of;
};

Numbers Renumber(const std::vector<AxisRow>& rows, int AxisRow::*member) {
  Numbers numbers;
  int end = 0;
  for (const AxisRow& row : rows) end = std::max(end, row.*member + 1);
  numbers.place_of.resize(end, 0);
  for (const AxisRow& row : rows) numbers.place_of[row.*member] = 1;
  for (int index = 0; index < end; ++index) {
    if (numbers.place_of[index] == 0) continue;
    numbers.place_of[index] = static_cast<uint32_t>(numbers.used.size());
    numbers.used.push_back(index);
  }
  return numbers;
}

using Texts = google::protobuf::RepeatedPtrField<std::string>;

std::vector<absl::string_view> IdsOf(const store::v1::RowAxis& axis) {
  std::vector<absl::string_view> ids;
  ids.reserve(axis.units_size());
  for (const store::v1::RowAxis::UnitNode& unit : axis.units()) ids.push_back(unit.id());
  return ids;
}

// Makes the dictionary of some rows: their texts in the order of first use, equal ones once.
class Renaming {
 public:
  // [index]: the text of what rows hold; it must outlive this.
  Renaming(std::vector<absl::string_view> texts, Texts* made)
      : texts_(std::move(texts)), made_(made), number_of_(texts_.size(), kNone) {
    absl::flat_hash_map<absl::string_view, int> first;
    first.reserve(texts_.size());
    alike_.reserve(texts_.size());
    for (const absl::string_view text : texts_) {
      alike_.push_back(first.emplace(text, static_cast<int>(alike_.size())).first->second);
    }
  }
  Renaming(const Texts& texts, Texts* made)
      : Renaming(std::vector<absl::string_view>(texts.begin(), texts.end()), made) {}

  uint32_t NumberOf(uint32_t index) {
    uint32_t& number = number_of_[alike_[index]];
    if (number == kNone) {
      number = static_cast<uint32_t>(made_->size());
      *made_->Add() = std::string(texts_[index]);
    }
    return number;
  }

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};

  const std::vector<absl::string_view> texts_;
  Texts* const made_;
  // [index]: the first index of the same text, and its number once it is in use.
  std::vector<int> alike_;
  std::vector<uint32_t> number_of_;
};

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

RowAxis::RowAxis(const sim::Network& network, const std::vector<sim::Window>& windows,
                 const std::vector<AxisRow>& rows) {
  const Numbers units = Renumber(rows, &AxisRow::unit);
  const Numbers segments = Renumber(rows, &AxisRow::segment);
  const Numbers indicators = Renumber(rows, &AxisRow::indicator);
  for (const int u : units.used) {
    store::v1::RowAxis::UnitNode* node = proto_.add_units();
    node->set_id(network.unit(u).id);
    node->set_position(u);
    node->set_end(network.unit_end(u));
    node->set_depth(network.unit_depth(u));
  }
  for (const int s : segments.used) proto_.add_segments(network.segment(s).id);
  for (const int k : indicators.used) proto_.add_indicators(network.indicator(k).id);
  for (const sim::Window& window : windows) proto_.add_windows(window.ToString());
  const int row_count = static_cast<int>(rows.size());
  proto_.mutable_unit_index()->Reserve(row_count);
  proto_.mutable_segment_index()->Reserve(row_count);
  proto_.mutable_indicator_index()->Reserve(row_count);
  proto_.mutable_window_index()->Reserve(row_count);
  for (const AxisRow& row : rows) {
    proto_.add_unit_index(units.place_of[row.unit]);
    proto_.add_segment_index(segments.place_of[row.segment]);
    proto_.add_indicator_index(indicators.place_of[row.indicator]);
    proto_.add_window_index(row.window);
  }
  whole_hash_ = HashKeys(AllRows(proto_));
}

RowAxis::RowAxis(store::v1::RowAxis proto) : proto_(std::move(proto)) {
  whole_hash_ = HashKeys(AllRows(proto_));
}

RowAxis RowAxis::OfUnits(const sim::Network& network, const std::vector<sim::Window>& windows,
                         const std::vector<AxisRow>& rows) {
  store::v1::RowAxis proto = RowAxis(network, windows, rows).proto_;
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
  Renaming units(IdsOf(proto_), keys.mutable_units());
  Renaming segments(proto_.segments(), keys.mutable_segments());
  Renaming indicators(proto_.indicators(), keys.mutable_indicators());
  Renaming windows(proto_.windows(), keys.mutable_windows());
  keys.mutable_unit_index()->Reserve(static_cast<int>(count));
  keys.mutable_segment_index()->Reserve(static_cast<int>(count));
  keys.mutable_indicator_index()->Reserve(static_cast<int>(count));
  keys.mutable_window_index()->Reserve(static_cast<int>(count));
  for (int64_t i = first; i < first + count; ++i) {
    const int row = static_cast<int>(rows[i]);
    keys.add_unit_index(units.NumberOf(proto_.unit_index(row)));
    keys.add_segment_index(segments.NumberOf(proto_.segment_index(row)));
    keys.add_indicator_index(indicators.NumberOf(proto_.indicator_index(row)));
    keys.add_window_index(windows.NumberOf(proto_.window_index(row)));
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
