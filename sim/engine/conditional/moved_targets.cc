#include "sim/engine/conditional/moved_targets.h"

#include <algorithm>
#include <iterator>

#include "sim/engine/conditional/chosen_laws.h"

namespace jalon::sim {
namespace {

// [slot]: whether the sum it reads may differ.
std::vector<char> MovedSlots(const Plan& plan, const FirstMoves& first) {
  std::vector<int> last(plan.slots.size());
  std::vector<char> moved(plan.slots.size());
  for (size_t k = 0; k < plan.slots.size(); ++k) {
    const SlotReading& reading = plan.slots[k].reading;
    last[k] = reading.window.last - plan.horizon.first;
    moved[k] = reading.rate >= 0 && first.rates <= last[k] ? 1 : 0;
  }
  for (int i = 0; i < plan.series_count(); ++i) {
    if (first.series[i] == plan.period_count()) continue;
    for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
      const int slot = plan.series_slots[k];
      if (first.series[i] <= last[slot]) moved[slot] = 1;
    }
  }
  return moved;
}

bool Reads(const Plan& plan, const PlanQuantity& quantity, const std::vector<char>& slots) {
  return std::any_of(plan.terms.begin() + quantity.first_term,
                     plan.terms.begin() + quantity.end_term,
                     [&](const PlanTerm& term) { return slots[term.slot] != 0; });
}

bool Reads(const Plan& plan, const PlanTarget& target, const std::vector<char>& slots) {
  const PlanQuantity quantities[] = {target.value, target.denominator, target.opening,
                                     target.opening_denominator};
  return std::any_of(std::begin(quantities), std::end(quantities),
                     [&](const PlanQuantity& read) { return Reads(plan, read, slots); });
}

// [target]; sampled ones have no law, and nothing is computed for them.
std::vector<TargetSource> SourcesOf(const Plan& plan, const FirstMoves* first,
                                    const LawsTakenOver& laws) {
  std::vector<TargetSource> sources(plan.targets.size(), TargetSource::kLaw);
  if (first != nullptr) {
    const std::vector<char> slots = MovedSlots(plan, *first);
    for (size_t i = 0; i < sources.size(); ++i) {
      const bool is_sampled = laws.chosen.laws[i].law == LawUsed::kSampled;
      if (is_sampled || Reads(plan, plan.target_parts[i], slots)) continue;
      sources[i] = TargetSource::kBaseline;
    }
  }
  for (const int target : laws.refused) sources[target] = TargetSource::kWholePaths;
  return sources;
}

}  // namespace

MovedTargets MovedTargetsOf(const Plan& plan, const FirstMoves* first, const LawsTakenOver& laws) {
  MovedTargets made{.targets = SourcesOf(plan, first, laws)};
  const AtomTable& table = laws.chosen.program.table;
  made.atoms.reserve(table.atoms.size());
  for (const AtomTable::Atom& atom : table.atoms) {
    const bool is_needed =
        std::any_of(table.uses.begin() + atom.first_use, table.uses.begin() + atom.end_use,
                    [&](int target) { return made.IsComputed(target); });
    made.atoms.push_back(is_needed ? 1 : 0);
  }
  return made;
}

}  // namespace jalon::sim
