#include "sim/engine/conditional/chosen_laws.h"

#include "sim/base/bytes_of.h"
#include "sim/base/free_parts.h"
#include "sim/base/missing.h"
#include "sim/base/same_bits.h"

namespace jalon::sim {
namespace {

int64_t HeapBytes(const AtomTable& table) {
  int64_t bytes = BytesOf(table.atoms) + BytesOf(table.flows) + BytesOf(table.mixed) +
                  BytesOf(table.parts) + BytesOf(table.readings) + BytesOf(table.stock_flows) +
                  BytesOf(table.atom_loadings) + BytesOf(table.weights) + BytesOf(table.plains) +
                  BytesOf(table.level_parts) + BytesOf(table.laws) + BytesOf(table.loadings) +
                  BytesOf(table.levels) + BytesOf(table.uses) + BytesOf(table.atom_count) +
                  BytesOf(table.costs);
  for (const StockLevels& levels : table.levels) {
    bytes += BytesOf(levels.stocks) + BytesOf(levels.flows) + BytesOf(levels.ends);
  }
  return bytes;
}

std::vector<double> KnownRates(const Plan& plan, const SlotSeries& slots) {
  std::vector<double> rates(plan.slots.size());
  for (size_t k = 0; k < rates.size(); ++k) {
    rates[k] = slots.KnownRate(static_cast<int>(k)).value_or(kMissing);
  }
  return rates;
}

}  // namespace

int64_t ChosenLaws::bytes() const {
  int64_t total = HeapBytes(program.table) + BytesOf(program.targets) +
                  BytesOf(program.first_threshold) + BytesOf(program.first_row) +
                  BytesOf(program.thresholds) + BytesOf(program.counts) + BytesOf(program.curves) +
                  BytesOf(program.tables) + BytesOf(program.summed) + BytesOf(floors) +
                  BytesOf(wrong) + BytesOf(laws);
  for (const ReachTable& table : program.tables) total += table.allocated_bytes();
  for (const TargetLaw& law : laws) {
    total += BytesOf(law.thresholds) + BytesOf(law.opening_weights);
  }
  return total;
}

int64_t LawInputs::bytes() const {
  int64_t total = BytesOf(series) + BytesOf(realised) + BytesOf(stocks) + BytesOf(stock_flows) +
                  BytesOf(targets) + BytesOf(target_parts) + BytesOf(terms) + BytesOf(slots) +
                  BytesOf(rates) + BytesOf(series_slot_first) + BytesOf(series_slots) +
                  BytesOf(known_rates);
  for (const Target& target : targets) {
    total += BytesOf(target.thresholds);
    if (target.opening) total += BytesOf(target.opening->weights);
  }
  for (const PlanRate& rate : rates) {
    total += BytesOf(rate.factors);
    for (const PlanDriverFactor& factor : rate.factors) total += BytesOf(factor.weights);
  }
  return total;
}

bool FreePart(ChosenLaws& laws) {
  // Levels of a branch hold three arrays.
  constexpr size_t kLevelsAtOnce = kFreedAtOnce / 3;
  return FreeLast(laws.laws) && FreeLast(laws.program.table.levels, kLevelsAtOnce) &&
         FreeLast(laws.program.tables);
}

bool LetGo(std::shared_ptr<const ChosenLaws>& laws) {
  if (laws == nullptr) return true;
  // A holder more and less: what others did before they let go is then behind us.
  std::shared_ptr<const ChosenLaws>(laws).reset();
  // They were made as what may change, and nobody else can come to hold them.
  if (laws.use_count() == 1 && !FreePart(const_cast<ChosenLaws&>(*laws))) return false;
  laws = nullptr;
  return true;
}

LawInputs LawInputsOf(const Plan& plan, const SlotSeries& slots) {
  return {.as_of = plan.as_of,
          .horizon = plan.horizon,
          .regime_count = plan.regime_count(),
          .series = plan.series,
          .realised = plan.realised,
          .stocks = plan.stocks,
          .stock_flows = plan.stock_flows,
          .targets = plan.targets,
          .target_parts = plan.target_parts,
          .terms = plan.terms,
          .slots = plan.slots,
          .rates = plan.rates,
          .series_slot_first = plan.series_slot_first,
          .series_slots = plan.series_slots,
          .known_rates = KnownRates(plan, slots)};
}

bool HasSameInputs(const LawInputs& inputs, const Plan& plan, const SlotSeries& slots) {
  return inputs.as_of == plan.as_of && inputs.horizon == plan.horizon &&
         inputs.regime_count == plan.regime_count() && inputs.series == plan.series &&
         HaveSameBits(inputs.realised, plan.realised) && inputs.stocks == plan.stocks &&
         inputs.stock_flows == plan.stock_flows && inputs.targets == plan.targets &&
         inputs.target_parts == plan.target_parts && inputs.terms == plan.terms &&
         inputs.slots == plan.slots && inputs.rates == plan.rates &&
         inputs.series_slot_first == plan.series_slot_first &&
         inputs.series_slots == plan.series_slots &&
         HaveSameBits(inputs.known_rates, KnownRates(plan, slots));
}

}  // namespace jalon::sim
