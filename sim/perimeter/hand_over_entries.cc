#include "sim/perimeter/hand_over_entries.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace jalon::sim {
namespace {

bool ReadAtTheEnd(const Network& network, int indicator) {
  return network.indicator(indicator).aggregation == Aggregation::kLast;
}

}  // namespace

int FirstAfter(const Window& window, Period date) {
  return std::clamp(date - window.first, 0, window.size());
}

int Connections::Root(int i) const {
  while (parent_[i] != i) i = parent_[i];
  return i;
}

void Connections::Connect(int a, int b) {
  parent_[std::max(Root(a), Root(b))] = std::min(Root(a), Root(b));
}

int HandOverEntries::Insert(const Place& place) {
  const auto [known, is_new] = by_place_.emplace(place, count());
  if (!is_new) return known->second;
  entries_.push_back({.place = place, .profile = std::vector<double>(place.window.size())});
  connections_.Add();
  return known->second;
}

void HandOverEntries::Add(const Objective& objective, const Place& place,
                          const MonthWeights& weights) {
  Entry& entry = entries_[Insert(place)];
  entry.before = objective;
  entry.source = weights.source;
  if (ReadAtTheEnd(network_, place.indicator)) {
    entry.profile.back() = 1.0;
  } else {
    entry.profile = weights.weights;
  }
  const double sum = std::accumulate(entry.profile.begin(), entry.profile.end(), 0.0);
  for (double& ticks : entry.profile) ticks *= static_cast<double>(objective.ticks) / sum;
}

Place HandOverEntries::Landing(const Place& wanted) const {
  for (int segment = wanted.segment; segment >= 0; segment = network_.segment_parent(segment)) {
    Place place = wanted;
    place.segment = segment;
    if (by_place_.contains(place)) return place;
  }
  return wanted;
}

void HandOverEntries::Move(const std::vector<Piece>& pieces, Period date) {
  std::map<int, std::vector<double>> before;
  for (const Piece& piece : pieces) before.emplace(piece.from, entries_[piece.from].profile);
  for (const Piece& piece : pieces) {
    MovePiece(piece, before.at(piece.from), FirstAfter(entries_[piece.from].place.window, date));
  }
}

void HandOverEntries::MovePiece(const Piece& piece, const std::vector<double>& profile, int first) {
  const int to = piece.to ? Insert(Landing(*piece.to)) : -1;
  Entry& from = entries_[piece.from];
  from.touched = true;
  from.cut |= first > 0 && !ReadAtTheEnd(network_, from.place.indicator);
  for (int t = first; t < from.place.window.size(); ++t) {
    const double part = profile[t] * piece.share;
    from.profile[t] -= part;
    (to < 0 ? from.unassigned : entries_[to].profile[t]) += part;
  }
  if (to < 0) return;
  // What was made on the way spreads as what it came from.
  if (!entries_[to].before) entries_[to].source = from.source;
  entries_[to].touched = true;
  entries_[to].reasons.push_back(piece.reason);
  connections_.Connect(piece.from, to);
}

void HandOverEntries::Round() {
  std::map<int, std::vector<int>> groups;
  for (const auto& [place, i] : by_place_) {
    if (entries_[i].touched) {
      groups[connections_.Root(i)].push_back(i);
    } else {
      entries_[i].ticks = entries_[i].before->ticks;
    }
  }
  for (const auto& [root, members] : groups) RoundGroup(members);
}

void HandOverEntries::RoundGroup(const std::vector<int>& members) {
  struct Part {
    double remainder = 0.0;
    int64_t* ticks = nullptr;
  };
  std::vector<Part> parts;
  int64_t rest = 0;
  const auto add = [&](double quota, int64_t& ticks) {
    // Sums of a profile miss whole numbers by roundings.
    const double nearest = std::round(quota);
    const double exact = std::fabs(quota - nearest) < 1e-6 ? nearest : quota;
    ticks = static_cast<int64_t>(std::floor(exact));
    rest -= ticks;
    parts.push_back({exact - std::floor(exact), &ticks});
  };
  for (const int i : members) {
    Entry& entry = entries_[i];
    if (entry.before) rest += entry.before->ticks;
    add(std::accumulate(entry.profile.begin(), entry.profile.end(), 0.0), entry.ticks);
    if (entry.unassigned != 0.0) add(entry.unassigned, entry.lost_ticks);
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.remainder > b.remainder; });
  for (size_t j = 0; rest != 0; j = (j + 1) % parts.size()) {
    const int64_t step = rest > 0 ? 1 : -1;
    *parts[j].ticks += step;
    rest -= step;
  }
}

}  // namespace jalon::sim
