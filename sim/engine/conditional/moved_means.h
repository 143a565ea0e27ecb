// Which means a variant moves so far that laws chosen at its baseline's are looked at again.
// Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_MOVED_MEANS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_MOVED_MEANS_H_

#include <vector>

#include "sim/engine/conditional/atoms.h"
#include "sim/engine/conditional/composition.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// A mean that moves by less than this share leaves laws by moments as good as they were: what they
// approximate (skewness, the lattice of counts, a denominator far from 0) changes by as little.
inline constexpr double kMovedFrom = 0.1;

// Series and rates of a plan with a period that moves by more than kMovedFrom between two sets of
// means.
class MovedMeans {
 public:
  // Nothing moves.
  MovedMeans() = default;
  MovedMeans(const Plan& plan, const PathMeans& from, const PathMeans& to);

  bool any() const { return any_; }
  // Whether something that `composition` is made of moves.
  bool Moves(const Composition& composition) const;
  // Targets made of atoms that something moves in, ascending: those whose compositions move.
  std::vector<int> TargetsOf(const AtomTable& table) const;

 private:
  bool Moves(const AtomTable& table, const AtomTable::Atom& atom) const;

  bool any_ = false;
  // [series], [rate]
  std::vector<char> series_;
  std::vector<char> rates_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_MOVED_MEANS_H_
