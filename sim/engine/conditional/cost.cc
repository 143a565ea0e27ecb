// What a conditional run costs: counted where it is held, predicted from the plan for admission.
#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "sim/base/bytes_of.h"
#include "sim/engine/cell_cost.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/run.h"

namespace jalon::sim {
namespace {

double Size(size_t n) { return static_cast<double>(n); }

// How the series of a plan become atoms.
struct AtomCount {
  // Flows read with one weight, parts of anything else, and atoms that targets consist of.
  double flows = 0.0;
  double mixed_parts = 0.0;
  double uses = 0.0;
};

// Readings of a series that differ: each makes an atom, or a part of one.
int ReadingsOf(const Plan& plan, int i) {
  int count = 0;
  const SlotReading* last = nullptr;
  for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
    const SlotReading& reading = plan.slots[plan.series_slots[k]].reading;
    count += last == nullptr || reading != *last;
    last = &reading;
  }
  return count;
}

// Whether target i is a variation whose opening value is still to come.
bool OpeningMoves(const Plan& plan, size_t i) {
  const std::optional<TargetOpening>& opening = plan.targets[i].opening;
  return opening && plan.as_of < opening->window.last;
}

double OpeningBytes(const Plan& plan) {
  double count = 0.0;
  for (size_t i = 0; i < plan.targets.size(); ++i) count += OpeningMoves(plan, i) ? 1.0 : 0.0;
  return count * sizeof(ConditionalBlock::Opening);
}

AtomCount CountAtoms(const Plan& plan) {
  // What slots a target reads through something else than one term: stocks, ratios, derived.
  std::vector<char> mixed(plan.slots.size(), 0);
  for (size_t i = 0; i < plan.target_parts.size(); ++i) {
    const PlanTarget& target = plan.target_parts[i];
    const bool opening_moves = OpeningMoves(plan, i);
    const bool two_sided = target.denominator.exists() || opening_moves;
    for (const PlanQuantity& quantity :
         {target.value, target.denominator, opening_moves ? target.opening : PlanQuantity()}) {
      const bool alone = !two_sided && quantity.end_term == quantity.first_term + 1;
      for (int j = quantity.first_term; j < quantity.end_term && !alone; ++j) {
        mixed[plan.terms[j].slot] = 1;
      }
    }
  }
  AtomCount count;
  for (int i = 0; i < plan.series_count(); ++i) {
    const double readings = ReadingsOf(plan, i);
    bool is_mixed = plan.series[i].stock >= 0 || plan.series[i].link != Link::kLog;
    for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
      is_mixed |= mixed[plan.series_slots[k]] != 0;
    }
    const double slots = Size(plan.series_slot_first[i + 1] - plan.series_slot_first[i]);
    count.uses += slots;
    // A stock brings its flows along.
    const PlanStock* stock =
        plan.series[i].stock < 0 ? nullptr : &plan.stocks[plan.series[i].stock];
    const double flows = stock == nullptr ? 0.0 : stock->end_flow - stock->first_flow;
    (is_mixed ? count.mixed_parts : count.flows) += readings * (1.0 + flows);
  }
  return count;
}

// Bytes of a part of a mixed atom: itself, its readings, its weights.
double PartBytes(const Plan& plan) {
  return sizeof(AtomPart) + sizeof(PartReading) + sizeof(AtomFlow) + sizeof(AtomLoading) +
         sizeof(FlowAtom) + sizeof(LevelPart) + sizeof(StockLevels) +
         2.0 * kSides * plan.period_count() * sizeof(double);
}

// Of ChosenLaws.
double LawBytes(const Plan& plan, const AtomCount& atoms) {
  const double thresholds = ThresholdCount(plan);
  const double per_target =
      sizeof(TargetLaw) + sizeof(LaneTarget) + 2.0 * sizeof(size_t) + sizeof(double);
  return Size(plan.targets.size()) * per_target +
         thresholds * (sizeof(double) + sizeof(LaneThreshold) + sizeof(ScoreCurve)) +
         atoms.flows * (sizeof(AtomTable::Atom) + sizeof(FlowAtom) + sizeof(float)) +
         atoms.mixed_parts * (sizeof(AtomTable::Atom) + sizeof(MixedAtom) + PartBytes(plan)) +
         atoms.uses * sizeof(int);
}

double ProgramBytes(const Plan& plan, const AtomCount& atoms) {
  return LawBytes(plan, atoms) + Size(plan.targets.size()) * (sizeof(MeanPlaces) + sizeof(size_t)) +
         // Means; while laws are chosen, those of every regime but one beside.
         plan.regime_count() * Size(plan.series.size()) * plan.period_count() * sizeof(double);
}

double InputBytes(const Plan& plan) {
  const double cells = Size(plan.series.size()) * plan.period_count();
  return Size(plan.series.size()) * sizeof(PlanSeries) + cells * sizeof(double) +
         Size(plan.series_slot_first.size() + plan.series_slots.size()) * sizeof(int) +
         Size(plan.slots.size()) * (sizeof(PlanSlot) + sizeof(double)) +
         Size(plan.terms.size()) * sizeof(PlanTerm) + Size(plan.stocks.size()) * sizeof(PlanStock) +
         Size(plan.stock_flows.size()) * sizeof(PlanStockFlow) +
         Size(plan.targets.size()) * (sizeof(Target) + sizeof(PlanTarget)) +
         // A variation has a weight for each threshold.
         2.0 * ThresholdCount(plan) * sizeof(double);
}

double BlockBytes(const Plan& plan) {
  const double rows = 2.0 * Size(plan.groups.size()) + Size(plan.events.size() + plan.rates.size());
  const double sums = 3.0 * Size(plan.targets.size());
  return kLaneCount * sizeof(double) *
             (rows * plan.period_count() + ThresholdCount(plan) + Size(plan.targets.size())) +
         sums * sizeof(double) + OpeningBytes(plan);
}

double AccumulatorBytes(const Plan& plan, int quantile_level_count) {
  const int most_places = plan.regime_count() > 1 ? kMostPlaces : kLaneCount;
  const double places = quantile_level_count > 0 ? most_places : 0.0;
  const double numbers = kLaneCount + 4.0 + places;
  return sizeof(double) *
             (kLaneCount * ThresholdCount(plan) + numbers * Size(plan.targets.size())) +
         OpeningBytes(plan);
}

double EstimateBytes(const Plan& plan, int quantile_level_count) {
  return Size(plan.targets.size()) *
             (sizeof(TargetEstimate) + quantile_level_count * sizeof(double)) +
         3.0 * ThresholdCount(plan) * sizeof(double);
}

// Nanoseconds of a block: sixteen shared states, the atoms, the targets.
double BlockNanoseconds(const Plan& plan, const AtomCount& atoms, double threshold_count) {
  constexpr double kStateRow = 60.0;
  constexpr double kFlow = 45.0;
  constexpr double kPart = 450.0;
  constexpr double kUse = 12.0;
  constexpr double kThreshold = 90.0;
  constexpr double kTarget = 60.0;
  const double latents = Size(plan.indicators.size() + plan.region_rows.size());
  const double rows = latents * (plan.step_count() + 2) + Size(plan.groups.size());
  return kLaneCount * rows * kStateRow + atoms.flows * kFlow + atoms.mixed_parts * kPart +
         atoms.uses * kUse + threshold_count * kThreshold + Size(plan.targets.size()) * kTarget;
}

}  // namespace

double PredictKeptLawsBytes(const Plan& plan) {
  return LawBytes(plan, CountAtoms(plan)) + InputBytes(plan);
}

int64_t ConditionalPlan::allocated_bytes() const {
  const Plan& plan = state_->plan;
  return state_->chosen->bytes() + BytesOf(state_->places) + BytesOf(state_->first_place) +
         static_cast<int64_t>(plan.series.size()) * plan.period_count() * sizeof(double);
}

int64_t ConditionalBlockBytes(const ConditionalBlock& block) {
  return BytesOf(block.probability) + BytesOf(block.mean) + BytesOf(block.variance) +
         BytesOf(block.variance_by_mean) + BytesOf(block.third) + BytesOf(block.openings);
}

ConditionalCost PredictConditionalCosts(const Plan& plan, int thread_count,
                                        int quantile_level_count) {
  const AtomCount atoms = CountAtoms(plan);
  const int blocks = BlocksInHand(thread_count);
  const auto cpu_ms = [&](double threshold_count) {
    return 256.0 / kLaneCount * BlockNanoseconds(plan, atoms, threshold_count) * 1e-6;
  };
  ConditionalCost cost{.run = {.peak_bytes = PlanBytes(plan) + ProgramBytes(plan, atoms) +
                                             blocks * BlockBytes(plan) +
                                             AccumulatorBytes(plan, quantile_level_count) +
                                             EstimateBytes(plan, quantile_level_count),
                               .cpu_ms_per_256_paths = cpu_ms(ThresholdCount(plan))}};
  double first_thresholds = 0.0;
  for (const Target& target : plan.targets) first_thresholds += target.thresholds.empty() ? 0 : 1;
  if (first_thresholds > 0.0) cost.knowledge_cpu_ms = cpu_ms(first_thresholds);
  return cost;
}

PlanCost PredictConditionalCost(const Plan& plan, int thread_count, int quantile_level_count) {
  return PredictConditionalCosts(plan, thread_count, quantile_level_count).run;
}

double PredictKnowledgeCpuMs(const Plan& plan) {
  return PredictConditionalCosts(plan, 1, 0).knowledge_cpu_ms;
}

}  // namespace jalon::sim
