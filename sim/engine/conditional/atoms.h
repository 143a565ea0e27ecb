// What targets are sums of: the readings of one branch, computed once a path for all targets that
// contain them. Internal to sim/engine/conditional.
//
// Given the shared state branches are independent, so the cumulants of a target are the sums of
// those of its atoms. A year of a branch, of its region and of the network share one atom.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_ATOMS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_ATOMS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "sim/engine/conditional/composition.h"
#include "sim/engine/conditional/cumulants.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// One flow on the log link, read with one weight over periods [first, last]. Given its conditional
// mean m (of the periods to draw, without the weight), with u and v integrated:
//   mean = constant + weight m, variance = pair[0] m + pair[1] m^2,
//   third = triple[0] m + triple[1] m^2 + triple[2] m^3.
struct FlowAtom {
  int series = 0;
  int first = 0;
  int last = 0;
  double constant = 0.0;
  double weight = 1.0;
  double pair[2] = {};
  double triple[3] = {};
};

// Anything else inside a branch.
struct MixedAtom {
  Composition composition;
  // [part]
  std::vector<PartLaw> laws;
  // [row of composition.loadings], and whether a flow has it.
  std::vector<LoadingMoments> loadings;
  std::vector<char> used;
  int used_count = 0;
  int last_used = 0;
  // Whether u moves a net flow or a stock.
  bool moved = false;
  // [part]: its reading, where it is a flow read with one weight that does not move on one side;
  // `last` before `first` elsewhere. Cumulants are not set.
  std::vector<FlowAtom> plain;
  // [side]: period after the last one it reads; and that of both.
  int side_end[kSides] = {};
  int end = 0;
  // Sides, one bit each. [part]: those that weigh it. Of weights that move, [part]: those that read
  // it, and do not only feed it by stocks; [entry of composition.flows]: those on which it is the
  // first to weigh a part that is not read.
  std::vector<uint8_t> sides;
  std::vector<uint8_t> read;
  std::vector<uint8_t> first_feed;
};

// What targets are made of.
struct AtomTable {
  struct Atom {
    // Index into `flows` or into `mixed`; -1 for the other.
    int flow = -1;
    int mixed = -1;
    // Targets it belongs to: uses[first_use .. end_use).
    int first_use = 0;
    int end_use = 0;
  };
  std::vector<Atom> atoms;
  std::vector<FlowAtom> flows;
  std::vector<MixedAtom> mixed;
  // Targets, each once per atom.
  std::vector<int> uses;
  // [target]: its atoms.
  std::vector<int> atom_count;
  // [atom]: nanoseconds on a 2022 server; they size slices.
  std::vector<float> costs;
};

// Collects the compositions of targets, in order, branch by branch. Deterministic; O(parts x
// periods) a target.
class AtomCollector {
 public:
  explicit AtomCollector(const Plan& plan) : plan_(plan) {}

  // A branch of the target in hand; then, once all of its branches are added, its end.
  void AddBranch(const Composition& composition, int branch);
  void EndTarget(int branch_count);
  // Tells up to `count` > 0 more uses of atoms which atom they are of; true once the table is
  // complete.
  bool Finish(size_t count);
  AtomTable Take() { return std::move(made_); }

 private:
  int FindOrMake(Composition branch);
  absl::string_view Keep(absl::string_view key);
  void MakeRoomForUses();
  void Make(Composition branch);
  static void SetFeeds(MixedAtom& mixed);
  static void SetFeedsOf(int side, MixedAtom& mixed);
  void SetSides(MixedAtom& mixed) const;
  static void SetEnds(MixedAtom& mixed);
  // Whether part p of `branch` is a flow read with one weight; writes it, without cumulants.
  bool AsFlow(const Composition& branch, int p, FlowAtom& flow) const;

  const Plan& plan_;
  AtomTable made_;
  // Keys, one after the other in few pieces of memory: they are freed at once.
  std::deque<std::string> keys_;
  absl::flat_hash_map<absl::string_view, int> place_of_;
  // [use]: atom and target, in the order of targets.
  std::vector<std::pair<int, int>> pairs_;
  size_t next_pair_ = 0;
  int target_count_ = 0;
};

// The part of a composition inside one of its branches.
Composition BranchOf(const Composition& composition, int branch, int period_count);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_ATOMS_H_
