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
#include "sim/engine/conditional/stock_levels.h"
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

// A series of a mixed atom. Ranges are of AtomTable::readings and AtomTable::stock_flows.
struct AtomPart {
  int series = 0;
  int first_reading = 0;
  int end_reading = 0;
  int first_flow = 0;
  int end_flow = 0;
  // Among the loadings of its atom.
  int loading = 0;
  // Index into AtomTable::laws.
  int law = 0;
  // Index into AtomTable::plains where it is a flow read with one weight that does not move on one
  // side, and that no stock feeds on; else -1.
  int plain = -1;
  // Sides, one bit each: those that weigh it; of weights that move, those that read it, and do not
  // only feed it by stocks.
  uint8_t sides = 0;
  uint8_t read = 0;
};

// A flow of a stock of a mixed atom.
struct AtomFlow {
  // Among the parts of the atom.
  int part = 0;
  double sign = 1.0;
  // Of weights that move, one bit each: sides on which it is the first to weigh a part that is not
  // read.
  uint8_t first_feed = 0;
};

// A loading of a mixed atom: index into AtomTable::loadings, and whether a flow has it.
struct AtomLoading {
  int moments = 0;
  bool used = false;
};

// Anything else inside a branch. What blocks read of atoms lies in arrays that they share, in the
// order of atoms: a block is limited by how fast these can be read.
struct MixedAtom {
  bool two_sided = false;
  // Whether its weights depend on the shared state.
  bool moves = false;
  // Whether u moves a net flow or a stock.
  bool moved = false;
  int first_part = 0;
  int end_part = 0;
  int first_loading = 0;
  int end_loading = 0;
  int used_count = 0;
  int last_used = 0;
  // Of weights that do not move, where a part is not plain: AtomTable::weights[side x part x
  // period], from here.
  size_t first_weight = 0;
  // Index into AtomTable::levels where its stocks are read by levels alone and all other parts are
  // plain, with the first of its AtomTable::level_parts [part]; else -1.
  int levels = -1;
  int first_level_part = 0;
  // [side]: period after the last one it reads; and that of both.
  int side_end[kSides] = {};
  int end = 0;

  int part_count() const { return end_part - first_part; }
};

// What targets are made of. Atoms that read the same levels are neighbours.
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
  // Of mixed atoms, in their order.
  std::vector<AtomPart> parts;
  std::vector<PartReading> readings;
  std::vector<AtomFlow> stock_flows;
  std::vector<AtomLoading> atom_loadings;
  std::vector<double> weights;
  // Cumulants are not set.
  std::vector<FlowAtom> plains;
  std::vector<LevelPart> level_parts;
  // Different ones.
  std::vector<PartLaw> laws;
  std::vector<LoadingMoments> loadings;
  std::vector<StockLevels> levels;
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
  explicit AtomCollector(const Plan& plan)
      : plan_(plan), levels_(plan), law_of_(plan.series.size(), -1) {}

  // A branch of the target in hand; then, once all of its branches are added, its end.
  void AddBranch(const Composition& composition, int branch);
  void EndTarget(int branch_count);
  // Tells up to `count` > 0 more uses of atoms which atom they are of; true once the table is
  // complete.
  bool Finish(size_t count);
  AtomTable Take() { return std::move(made_); }

 private:
  int FindOrMake(const Composition& branch);
  absl::string_view Keep(absl::string_view key);
  void MakeRoomForUses();
  void Make(const Composition& branch);
  void MakeMixed(const Composition& branch);
  AtomPart PartOf(const Composition& branch, int p);
  int LawOf(int series);
  int LoadingOf(double loading);
  void AddLoadings(const Composition& branch, MixedAtom& mixed);
  // Of weights that move.
  void SetFeeds(int side, const MixedAtom& mixed);
  void SetSides(const Composition& branch, const MixedAtom& mixed);
  static void SetEnds(const Composition& branch, MixedAtom& mixed);
  void SetLevels(const Composition& branch, MixedAtom& mixed);
  // Weights of a part that reads at the same weight on every path, by period; empty where both
  // sides or a stock weigh it, or a rate does.
  std::vector<double> FixedWeights(const Composition& branch, int p) const;
  // Whether part p of `branch` is a flow read with one weight; writes it, without cumulants.
  bool AsFlow(const Composition& branch, int p, FlowAtom& flow) const;
  // Brings atoms that read the same levels together.
  void GatherLevels();

  const Plan& plan_;
  LevelCollector levels_;
  AtomTable made_;
  // Keys, one after the other in few pieces of memory: they are freed at once.
  std::deque<std::string> keys_;
  absl::flat_hash_map<absl::string_view, int> place_of_;
  // [series]: its place in AtomTable::laws, -1 where none has asked.
  std::vector<int> law_of_;
  absl::flat_hash_map<std::string, int> place_of_law_;
  absl::flat_hash_map<double, int> place_of_loading_;
  // [use]: atom and target, in the order of targets.
  std::vector<std::pair<int, int>> pairs_;
  size_t next_pair_ = 0;
  int target_count_ = 0;
};

// The part of a composition inside one of its branches.
Composition BranchOf(const Composition& composition, int branch, int period_count);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_ATOMS_H_
