#include "sim/engine/conditional/atoms.h"

#include <algorithm>
#include <cmath>
#include <numeric>
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

int AtomCollector::FindOrMake(const Composition& branch) {
  const std::string key = KeyOf(branch);
  const auto found = place_of_.find(key);
  if (found != place_of_.end()) return found->second;
  const int atom = static_cast<int>(made_.atoms.size());
  place_of_.emplace(Keep(key), atom);
  Make(branch);
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

void AtomCollector::Make(const Composition& branch) {
  AtomTable::Atom atom;
  FlowAtom flow;
  if (!branch.two_sided && branch.part_count() == 1 && AsFlow(branch, 0, flow)) {
    flow = WithCumulants(flow, made_.laws[LawOf(flow.series)], branch.loadings[0]);
    atom.flow = static_cast<int>(made_.flows.size());
    made_.flows.push_back(flow);
  } else {
    atom.mixed = static_cast<int>(made_.mixed.size());
    MakeMixed(branch);
  }
  made_.atoms.push_back(atom);
}

void AtomCollector::MakeMixed(const Composition& branch) {
  MixedAtom mixed{.two_sided = branch.two_sided,
                  .moves = branch.moves,
                  .first_part = static_cast<int>(made_.parts.size()),
                  .first_weight = made_.weights.size()};
  const int first_flow = static_cast<int>(made_.stock_flows.size());
  for (const PartFlow& flow : branch.flows) {
    made_.stock_flows.push_back({.part = flow.part, .sign = flow.sign});
  }
  bool all_plain = true;
  for (int p = 0; p < branch.part_count(); ++p) {
    AtomPart part = PartOf(branch, p);
    part.first_flow += first_flow;
    part.end_flow += first_flow;
    mixed.moved |= made_.laws[part.law].loading != 0.0;
    all_plain &= part.plain >= 0;
    made_.parts.push_back(part);
  }
  mixed.end_part = static_cast<int>(made_.parts.size());
  made_.readings.insert(made_.readings.end(), branch.readings.begin(), branch.readings.end());
  if (branch.moves) {
    for (int side = 0; side < kSides; ++side) SetFeeds(side, mixed);
  } else {
    SetSides(branch, mixed);
    if (!all_plain) {
      made_.weights.insert(made_.weights.end(), branch.weights.begin(), branch.weights.end());
    }
  }
  AddLoadings(branch, mixed);
  SetEnds(branch, mixed);
  SetLevels(branch, mixed);
  made_.mixed.push_back(mixed);
}

AtomPart AtomCollector::PartOf(const Composition& branch, int p) {
  const Part& from = branch.parts[p];
  const int first_reading = static_cast<int>(made_.readings.size());
  AtomPart part{.series = from.series,
                .first_reading = first_reading + from.first_reading,
                .end_reading = first_reading + from.end_reading,
                .first_flow = from.first_flow,
                .end_flow = from.end_flow,
                .loading = from.loading,
                .law = LawOf(from.series)};
  FlowAtom plain;
  if (!AsFlow(branch, p, plain)) return part;
  part.plain = static_cast<int>(made_.plains.size());
  made_.plains.push_back(plain);
  return part;
}

int AtomCollector::LawOf(int series) {
  int& its = law_of_[series];
  if (its >= 0) return its;
  const PartLaw law = PartLawOf(plan_, series);
  std::string key;
  Append(key, static_cast<int>(law.kind));
  for (const double number : {law.variance_by_mean, law.third_by_mean, law.effect_second,
                              law.effect_third, law.noise, law.loading, law.effect_sd}) {
    Append(key, number);
  }
  const auto [found, added] =
      place_of_law_.try_emplace(std::move(key), static_cast<int>(made_.laws.size()));
  if (added) made_.laws.push_back(law);
  return its = found->second;
}

int AtomCollector::LoadingOf(double loading) {
  const auto [found, added] =
      place_of_loading_.try_emplace(loading, static_cast<int>(made_.loadings.size()));
  if (added) made_.loadings.push_back(MomentsOf(loading));
  return found->second;
}

void AtomCollector::AddLoadings(const Composition& branch, MixedAtom& mixed) {
  mixed.first_loading = static_cast<int>(made_.atom_loadings.size());
  for (const double loading : branch.loadings) {
    made_.atom_loadings.push_back({.moments = LoadingOf(loading)});
  }
  mixed.end_loading = static_cast<int>(made_.atom_loadings.size());
  for (int p = mixed.first_part; p < mixed.end_part; ++p) {
    const AtomPart& part = made_.parts[p];
    if (made_.laws[part.law].kind != PartLaw::Kind::kLogFlow) continue;
    made_.atom_loadings[mixed.first_loading + part.loading].used = true;
  }
  for (int row = mixed.first_loading; row < mixed.end_loading; ++row) {
    if (!made_.atom_loadings[row].used) continue;
    ++mixed.used_count;
    mixed.last_used = row - mixed.first_loading;
  }
}

// Stocks come first and weigh their flows in the order of parts.
void AtomCollector::SetFeeds(int side, const MixedAtom& mixed) {
  const auto bit = static_cast<uint8_t>(1 << side);
  for (int p = mixed.first_part; p < mixed.end_part; ++p) {
    AtomPart& part = made_.parts[p];
    const bool is_read = std::any_of(made_.readings.begin() + part.first_reading,
                                     made_.readings.begin() + part.end_reading,
                                     [side](const PartReading& it) { return it.side == side; });
    if (!is_read) continue;
    part.read |= bit;
    part.sides |= bit;
  }
  for (int p = mixed.first_part; p < mixed.end_part; ++p) {
    const AtomPart& part = made_.parts[p];
    if ((part.read & bit) == 0) continue;
    for (int f = part.first_flow; f < part.end_flow; ++f) {
      AtomFlow& flow = made_.stock_flows[f];
      uint8_t& sides = made_.parts[mixed.first_part + flow.part].sides;
      if ((sides & bit) == 0) flow.first_feed |= bit;
      sides |= bit;
    }
  }
}

// Of weights that do not move.
void AtomCollector::SetSides(const Composition& branch, const MixedAtom& mixed) {
  const auto row = static_cast<size_t>(plan_.period_count());
  for (size_t cell = 0; cell < branch.weights.size(); ++cell) {
    if (branch.weights[cell] == 0.0) continue;
    AtomPart& part = made_.parts[mixed.first_part + cell / row % branch.parts.size()];
    part.sides |= static_cast<uint8_t>(1 << (cell / row / branch.parts.size()));
  }
}

// A level's weights reach back to the periods before, never ahead.
void AtomCollector::SetEnds(const Composition& branch, MixedAtom& mixed) {
  for (const PartReading& reading : branch.readings) {
    int& end = mixed.side_end[reading.side];
    end = std::max(end, reading.last + 1);
    mixed.end = std::max(mixed.end, end);
  }
}

void AtomCollector::SetLevels(const Composition& branch, MixedAtom& mixed) {
  if (!levels_.CanRead(branch)) return;
  for (int p = mixed.first_part; p < mixed.end_part; ++p) {
    const AtomPart& part = made_.parts[p];
    const bool is_stock = plan_.series[part.series].stock >= 0;
    if (!is_stock && part.read != 0 && part.plain < 0) return;
  }
  mixed.first_level_part = static_cast<int>(made_.level_parts.size());
  mixed.levels = levels_.Add(branch, made_.level_parts);
}

std::vector<double> AtomCollector::FixedWeights(const Composition& branch, int p) const {
  const Part& part = branch.parts[p];
  const int side =
      part.first_reading < part.end_reading ? branch.readings[part.first_reading].side : 0;
  for (int r = part.first_reading; r < part.end_reading; ++r) {
    const PartReading& reading = branch.readings[r];
    if (reading.side != side || reading.rate >= 0) return {};
  }
  for (const PartFlow& flow : branch.flows) {
    if (flow.part == p) return {};
  }
  std::vector<double> weights(plan_.period_count(), 0.0);
  AddReadings(branch, p, side, plan_.period_count(), nullptr, weights.data());
  return weights;
}

bool AtomCollector::AsFlow(const Composition& branch, int p, FlowAtom& flow) const {
  flow = {.series = branch.parts[p].series};
  const PlanSeries& series = plan_.series[flow.series];
  if (series.group < 0 || series.stock >= 0 || series.link != Link::kLog) return false;
  const std::vector<double> weights = FixedWeights(branch, p);
  if (weights.empty()) return false;
  const int period_count = plan_.period_count();
  const size_t row = static_cast<size_t>(flow.series) * period_count;
  flow.first = period_count;
  flow.last = -1;
  for (int t = 0; t < period_count; ++t) {
    const double weight = weights[t];
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

void AtomCollector::GatherLevels() {
  made_.levels = levels_.Finish();
  const int count = static_cast<int>(made_.atoms.size());
  // [atom]: the first one that reads its levels, itself without.
  std::vector<int> leader(count);
  std::vector<int> first(made_.levels.size(), -1);
  for (int a = 0; a < count; ++a) {
    leader[a] = a;
    if (made_.atoms[a].mixed < 0) continue;
    const MixedAtom& mixed = made_.mixed[made_.atoms[a].mixed];
    if (mixed.levels < 0) continue;
    LevelCollector::Place(
        made_.levels[mixed.levels],
        absl::MakeSpan(made_.level_parts).subspan(mixed.first_level_part, mixed.part_count()));
    int& its = first[mixed.levels];
    leader[a] = its = its < 0 ? a : its;
  }
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return leader[a] < leader[b]; });
  std::vector<AtomTable::Atom> atoms(count);
  std::vector<int>& place = leader;
  for (int k = 0; k < count; ++k) {
    atoms[k] = made_.atoms[order[k]];
    place[order[k]] = k;
  }
  made_.atoms = std::move(atoms);
  for (auto& [atom, target] : pairs_) atom = place[atom];
}

// Uses of an atom stand together, in the order of targets.
bool AtomCollector::Finish(size_t count) {
  if (made_.uses.empty()) {
    GatherLevels();
    MakeRoomForUses();
  }
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
