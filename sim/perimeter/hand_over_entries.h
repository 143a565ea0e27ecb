// Objectives on their way from branch to branch: ticks by place and period. Internal to
// sim/perimeter.
#ifndef JALON_SIM_PERIMETER_HAND_OVER_ENTRIES_H_
#define JALON_SIM_PERIMETER_HAND_OVER_ENTRIES_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/period.h"
#include "sim/network/network.h"
#include "sim/objective/objective.h"
#include "sim/perimeter/month_weights.h"

namespace jalon::sim {

// Indices; in canonical order of objectives.
struct Place {
  int indicator = 0;
  int unit = 0;
  int segment = 0;
  Window window;

  friend auto operator<=>(const Place&, const Place&) = default;
};

// An objective being handed over.
struct Entry {
  Place place;
  // Absent: made on the way.
  std::optional<Objective> before;
  // Ticks asked in each period of the window, and who said how they spread.
  std::vector<double> profile;
  PhasingSource source = PhasingSource::kEqual;
  // Ticks that found no receiver.
  double unassigned = 0.0;
  bool touched = false;
  // A part of its periods moved, and a part stayed.
  bool cut = false;
  // What happened, one phrase each.
  std::vector<std::string> reasons;
  // Whole numbers of both; after Round.
  int64_t ticks = 0;
  int64_t lost_ticks = 0;

  // Ticks won, those lost without a receiver not counted as given.
  int64_t moved() const { return ticks + lost_ticks - (before ? before->ticks : 0); }
};

// A share of an entry's later periods on its way to a place.
struct Piece {
  int from = 0;
  // Absent: no receiver.
  std::optional<Place> to;
  double share = 0.0;
  std::string reason;
};

// Groups of entries that shares moved between (union-find).
class Connections {
 public:
  void Add() { parent_.push_back(static_cast<int>(parent_.size())); }
  int Root(int i) const;
  void Connect(int a, int b);

 private:
  std::vector<int> parent_;
};

// Entries in the order they were made; also by place. Thread-compatible.
class HandOverEntries {
 public:
  explicit HandOverEntries(const Network& network) : network_(network) {}

  void Add(const Objective& objective, const Place& place, const MonthWeights& weights);

  int count() const { return static_cast<int>(entries_.size()); }
  Entry& operator[](int i) { return entries_[i]; }
  const Entry& operator[](int i) const { return entries_[i]; }
  // In canonical order.
  const std::map<Place, int>& by_place() const { return by_place_; }

  // Moves pieces of the periods from `date` on; each is of its entry as it stood before all.
  void Move(const std::vector<Piece>& pieces, Period date);
  // Whole ticks: over entries that shares moved between, their sum is what it was, lost ones
  // included (largest remainders).
  void Round();

 private:
  int Insert(const Place& place);
  // The objective that a place belongs to: its own, or the nearest around its segment.
  Place Landing(const Place& wanted) const;
  void MovePiece(const Piece& piece, const std::vector<double>& profile, int first);
  void RoundGroup(const std::vector<int>& members);

  const Network& network_;
  std::vector<Entry> entries_;
  std::map<Place, int> by_place_;
  Connections connections_;
};

// Periods of a window from a date on: [result, size).
int FirstAfter(const Window& window, Period date);

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_HAND_OVER_ENTRIES_H_
