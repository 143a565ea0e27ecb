#include "sim/engine/conditional/atoms.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

void Append(std::string& key, const void* data, size_t size) {
  key.append(static_cast<const char*>(data), size);
}
template <typename T>
void Append(std::string& key, const T& value) {
  Append(key, &value, sizeof(value));
}

// Everything an atom's numbers depend on besides the plan.
std::string KeyOf(const Composition& branch) {
  std::string key;
  key.push_back(branch.two_sided ? 'r' : 's');
  for (const Part& part : branch.parts) {
    Append(key, part.series);
    for (int r = part.first_reading; r < part.end_reading; ++r) {
      const PartReading& reading = branch.readings[r];
      for (const int number : {reading.side, reading.first, reading.last, reading.rate,
                               static_cast<int>(reading.mean_of_stock)}) {
        Append(key, number);
      }
      Append(key, reading.coefficient);
    }
    key.push_back('|');
  }
  return key;
}

FlowAtom WithCumulants(FlowAtom flow, const PartLaw& law, double loading) {
  const double w = flow.weight;
  const double a2 = Exp(loading * loading);
  const double a3 = Exp(3.0 * loading * loading);
  const double own = law.variance_by_mean;
  const double second = law.effect_second;
  flow.pair[0] = own * w * w;
  flow.pair[1] = (second * a2 + (a2 - 1.0)) * w * w;
  flow.triple[0] = law.third_by_mean * w * w * w;
  flow.triple[1] = 3.0 * own * (second * a2 + (a2 - 1.0)) * w * w * w;
  flow.triple[2] =
      (law.effect_third * a3 + 3.0 * second * (a3 - a2) + (a3 - 3.0 * a2 + 2.0)) * w * w * w;
  return flow;
}

}  // namespace

Composition BranchOf(const Composition& from, int branch, int period_count) {
  Composition made;
  made.two_sided = from.two_sided;
  const int first = from.branch_first[branch];
  const int end = from.branch_first[branch + 1];
  made.branch_first = {0, end - first};
  std::vector<int> row_of(from.loadings.size(), -1);
  for (int p = first; p < end; ++p) {
    Part part = from.parts[p];
    const auto readings = from.readings.begin();
    made.readings.insert(made.readings.end(), readings + part.first_reading,
                         readings + part.end_reading);
    for (int f = part.first_flow; f < part.end_flow; ++f) {
      made.flows.push_back({.part = from.flows[f].part - first, .sign = from.flows[f].sign});
    }
    int& row = row_of[part.loading];
    if (row < 0) {
      row = static_cast<int>(made.loadings.size());
      made.loadings.push_back(from.loadings[part.loading]);
    }
    part.loading = row;
    part.end_reading = static_cast<int>(made.readings.size());
    part.first_reading =
        part.end_reading - (from.parts[p].end_reading - from.parts[p].first_reading);
    part.end_flow = static_cast<int>(made.flows.size());
    part.first_flow = part.end_flow - (from.parts[p].end_flow - from.parts[p].first_flow);
    made.parts.push_back(part);
  }
  made.moves = from.moves;
  if (made.moves) return made;
  const auto weights = from.weights.begin();
  for (int side = 0; side < kSides; ++side) {
    const size_t row = static_cast<size_t>(side) * from.part_count();
    made.weights.insert(made.weights.end(), weights + (row + first) * period_count,
                        weights + (row + end) * period_count);
  }
  return made;
}

// Until all are there an atom counts its uses in `end_use`.
void AtomCollector::AddBranch(const Composition& composition, int branch) {
  const int atom = FindOrMake(BranchOf(composition, branch, plan_.period_count()));
  ++made_.atoms[atom].end_use;
  pairs_.push_back({atom, target_count_});
}

void AtomCollector::EndTarget(int branch_count) {
  made_.atom_count.push_back(branch_count);
  ++target_count_;
}

int AtomCollector::FindOrMake(Composition branch) {
  const std::string key = KeyOf(branch);
  const auto found = place_of_.find(key);
  if (found != place_of_.end()) return found->second;
  const int atom = static_cast<int>(made_.atoms.size());
  place_of_.emplace(Keep(key), atom);
  Make(std::move(branch));
  return atom;
}

absl::string_view AtomCollector::Keep(absl::string_view key) {
  constexpr size_t kPiece = size_t{1} << 16;
  if (keys_.empty() || keys_.back().capacity() - keys_.back().size() < key.size()) {
    keys_.emplace_back().reserve(std::max(kPiece, key.size()));
  }
  std::string& piece = keys_.back();
  const size_t first = piece.size();
  piece.append(key.data(), key.size());
  return absl::string_view(piece).substr(first);
}

void AtomCollector::Make(Composition branch) {
  AtomTable::Atom atom;
  FlowAtom flow;
  if (branch.part_count() == 1 && AsFlow(branch, 0, flow)) {
    flow = WithCumulants(flow, PartLawOf(plan_, flow.series), branch.loadings[0]);
    atom.flow = static_cast<int>(made_.flows.size());
    made_.flows.push_back(flow);
    made_.atoms.push_back(atom);
    return;
  }
  MixedAtom mixed{.composition = std::move(branch)};
  mixed.used.assign(mixed.composition.loadings.size(), 0);
  for (const double loading : mixed.composition.loadings) {
    mixed.loadings.push_back(MomentsOf(loading));
  }
  for (const Part& part : mixed.composition.parts) {
    const PartLaw law = PartLawOf(plan_, part.series);
    if (law.kind == PartLaw::Kind::kLogFlow) mixed.used[part.loading] = 1;
    mixed.moved |= law.loading != 0.0;
    mixed.laws.push_back(law);
    FlowAtom plain;
    const int p = static_cast<int>(mixed.plain.size());
    if (!AsFlow(mixed.composition, p, plain)) plain = {.first = 0, .last = -1};
    mixed.plain.push_back(plain);
  }
  for (size_t row = 0; row < mixed.used.size(); ++row) {
    if (!mixed.used[row]) continue;
    ++mixed.used_count;
    mixed.last_used = static_cast<int>(row);
  }
  SetFeeds(mixed);
  if (!mixed.composition.moves) SetSides(mixed);
  SetEnds(mixed);
  atom.mixed = static_cast<int>(made_.mixed.size());
  made_.mixed.push_back(std::move(mixed));
  made_.atoms.push_back(atom);
}

void AtomCollector::SetFeeds(MixedAtom& mixed) {
  const Composition& composition = mixed.composition;
  mixed.read.assign(composition.parts.size(), 0);
  mixed.sides.assign(composition.parts.size(), 0);
  mixed.first_feed.assign(composition.flows.size(), 0);
  for (int side = 0; side < kSides; ++side) SetFeedsOf(side, mixed);
}

// Stocks come first and weigh their flows in the order of parts.
void AtomCollector::SetFeedsOf(int side, MixedAtom& mixed) {
  const Composition& composition = mixed.composition;
  const auto bit = static_cast<uint8_t>(1 << side);
  for (int p = 0; p < composition.part_count(); ++p) {
    const Part& part = composition.parts[p];
    const bool is_read = std::any_of(composition.readings.begin() + part.first_reading,
                                     composition.readings.begin() + part.end_reading,
                                     [side](const PartReading& it) { return it.side == side; });
    if (is_read) mixed.read[p] |= bit;
  }
  for (int p = 0; p < composition.part_count(); ++p) mixed.sides[p] |= mixed.read[p] & bit;
  for (int p = 0; p < composition.part_count(); ++p) {
    if ((mixed.read[p] & bit) == 0) continue;
    const Part& part = composition.parts[p];
    for (int f = part.first_flow; f < part.end_flow; ++f) {
      uint8_t& sides = mixed.sides[composition.flows[f].part];
      if ((sides & bit) == 0) mixed.first_feed[f] |= bit;
      sides |= bit;
    }
  }
}

// Of weights that do not move.
void AtomCollector::SetSides(MixedAtom& mixed) const {
  const Composition& composition = mixed.composition;
  mixed.sides.assign(composition.parts.size(), 0);
  const auto row = static_cast<size_t>(plan_.period_count());
  for (size_t cell = 0; cell < composition.weights.size(); ++cell) {
    if (composition.weights[cell] == 0.0) continue;
    const size_t p = cell / row % composition.parts.size();
    mixed.sides[p] |= static_cast<uint8_t>(1 << (cell / row / composition.parts.size()));
  }
}

// A level's weights reach back to the periods before, never ahead.
void AtomCollector::SetEnds(MixedAtom& mixed) {
  for (const PartReading& reading : mixed.composition.readings) {
    int& end = mixed.side_end[reading.side];
    end = std::max(end, reading.last + 1);
    mixed.end = std::max(mixed.end, end);
  }
}

bool AtomCollector::AsFlow(const Composition& branch, int p, FlowAtom& flow) const {
  if (branch.moves || branch.two_sided) return false;
  flow = {.series = branch.parts[p].series};
  const PlanSeries& series = plan_.series[flow.series];
  if (series.group < 0 || series.stock >= 0 || series.link != Link::kLog) return false;
  const int period_count = plan_.period_count();
  const size_t row = static_cast<size_t>(flow.series) * period_count;
  flow.first = period_count;
  flow.last = -1;
  for (int t = 0; t < period_count; ++t) {
    const double weight = branch.weights[static_cast<size_t>(p) * period_count + t];
    if (weight == 0.0) continue;
    if (flow.last >= 0 && (weight != flow.weight || flow.last != t - 1)) return false;
    flow.weight = weight;
    flow.first = std::min(flow.first, t);
    flow.last = t;
    // Known cells have no base.
    if (!std::isnan(plan_.realised[row + t])) flow.constant += weight * plan_.realised[row + t];
  }
  return true;
}

// Uses of an atom stand together, in the order of targets.
bool AtomCollector::Finish(size_t count) {
  if (made_.uses.empty()) MakeRoomForUses();
  const size_t end = std::min(next_pair_ + count, pairs_.size());
  for (; next_pair_ < end; ++next_pair_) {
    const auto& [atom, target] = pairs_[next_pair_];
    made_.uses[made_.atoms[atom].end_use++] = target;
  }
  return next_pair_ == pairs_.size();
}

void AtomCollector::MakeRoomForUses() {
  made_.uses.resize(pairs_.size());
  int first = 0;
  for (AtomTable::Atom& atom : made_.atoms) {
    const int count = std::exchange(atom.end_use, first);
    atom.first_use = first;
    first += count;
  }
}

}  // namespace jalon::sim
