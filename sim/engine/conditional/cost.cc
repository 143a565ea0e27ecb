// What a conditional run costs: counted where it is held, predicted from the plan for admission.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "sim/base/bytes_of.h"
#include "sim/engine/cell_cost.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/conditional/sampled_part.h"
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
  // Parts of all targets, each as often as targets are made of it.
  double target_parts = 0.0;
};

// What a slot is read for.
struct SlotUse {
  // An opening value that is known makes no atom.
  bool read = false;
  // Read through something else than one term: stocks, ratios, derived.
  bool mixed = false;
  // Of one flow or several: whether they have zeros.
  bool compound = false;
  double parts = 0.0;
};

// Thresholds, by what a block does for them.
struct ThresholdCounts {
  // A curve or a table; of sums with zeros, whose curves take longer to make.
  double curves = 0.0;
  double compound_curves = 0.0;
  // A law by moments.
  double moments = 0.0;
  // The same against a denominator; against an opening value that is still to come.
  double ratios = 0.0;
  double variations = 0.0;
  // Of the last two, parts looked at once for every threshold.
  double two_sided_parts = 0.0;

  double count() const { return curves + compound_curves + moments + ratios + variations; }
};

// Readings of a series that differ: each makes an atom, or a part of one.
int ReadingsOf(const Plan& plan, const std::vector<SlotUse>& slots, int i) {
  int count = 0;
  const SlotReading* last = nullptr;
  for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
    if (!slots[plan.series_slots[k]].read) continue;
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

// What target i is made of; empty quantities are left out by their terms.
std::array<PlanQuantity, 3> QuantitiesOf(const Plan& plan, size_t i) {
  const PlanTarget& target = plan.target_parts[i];
  return {target.value, target.denominator,
          OpeningMoves(plan, i) ? target.opening : PlanQuantity()};
}

bool IsTwoSided(const Plan& plan, size_t i) {
  return plan.target_parts[i].denominator.exists() || OpeningMoves(plan, i);
}

// [slot], by its targets alone.
std::vector<SlotUse> SlotsByTarget(const Plan& plan) {
  std::vector<SlotUse> slots(plan.slots.size());
  for (size_t i = 0; i < plan.target_parts.size(); ++i) {
    const bool two_sided = IsTwoSided(plan, i);
    for (const PlanQuantity& quantity : QuantitiesOf(plan, i)) {
      const bool alone = !two_sided && quantity.end_term == quantity.first_term + 1;
      for (int j = quantity.first_term; j < quantity.end_term; ++j) {
        SlotUse& slot = slots[plan.terms[j].slot];
        slot.read = true;
        slot.mixed |= !alone;
      }
    }
  }
  return slots;
}

// Counts the atoms of series i, and marks the slots that read it.
void AddSeries(const Plan& plan, int i, std::vector<SlotUse>& slots, AtomCount& count) {
  const PlanSeries& series = plan.series[i];
  bool is_mixed = series.stock >= 0 || series.link != Link::kLog;
  const bool sees_moments = is_mixed;
  for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
    const SlotUse& slot = slots[plan.series_slots[k]];
    is_mixed |= slot.read && slot.mixed;
  }
  // A stock brings its flows along.
  const PlanStock* stock = series.stock < 0 ? nullptr : &plan.stocks[series.stock];
  const double parts = 1.0 + (stock == nullptr ? 0.0 : stock->end_flow - stock->first_flow);
  for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
    SlotUse& slot = slots[plan.series_slots[k]];
    if (!slot.read) continue;
    slot.mixed |= sees_moments;
    slot.compound |= series.law == Law::kCompoundGamma;
    slot.parts += parts;
    count.uses += 1.0;
    count.target_parts += parts;
  }
  (is_mixed ? count.mixed_parts : count.flows) += ReadingsOf(plan, slots, i) * parts;
}

// Completes what `slots` says.
AtomCount CountAtoms(const Plan& plan, std::vector<SlotUse>& slots) {
  AtomCount count;
  for (int i = 0; i < plan.series_count(); ++i) AddSeries(plan, i, slots, count);
  return count;
}

// Those of target i, `count` of them.
void AddThresholds(const Plan& plan, const std::vector<SlotUse>& slots, size_t i,
                   ThresholdCounts& made, double count) {
  double parts = 0.0;
  bool mixed = false;
  bool compound = false;
  for (const PlanQuantity& quantity : QuantitiesOf(plan, i)) {
    for (int j = quantity.first_term; j < quantity.end_term; ++j) {
      const SlotUse& slot = slots[plan.terms[j].slot];
      mixed |= slot.mixed;
      compound |= slot.compound;
      parts += slot.parts;
    }
  }
  if (IsTwoSided(plan, i)) {
    // A variation has the same parts on both sides.
    const bool varies = OpeningMoves(plan, i);
    (varies ? made.variations : made.ratios) += count;
    made.two_sided_parts += count * parts * (varies ? 0.5 : 1.0);
    return;
  }
  // Large sums of flows have moments too, which only the means tell: they are counted as the
  // dearer.
  (mixed ? made.moments : compound ? made.compound_curves : made.curves) += count;
}

// What a plan is made of, as far as its time goes.
struct PlanCounts {
  AtomCount atoms;
  // All; the first of each target that has one, which is all that the knowledge interval needs.
  ThresholdCounts thresholds;
  ThresholdCounts first_thresholds;
};

PlanCounts CountsOf(const Plan& plan) {
  std::vector<SlotUse> slots = SlotsByTarget(plan);
  PlanCounts counts{.atoms = CountAtoms(plan, slots)};
  for (size_t i = 0; i < plan.targets.size(); ++i) {
    const double asked = Size(plan.targets[i].thresholds.size());
    if (asked == 0.0) continue;
    AddThresholds(plan, slots, i, counts.thresholds, asked);
    AddThresholds(plan, slots, i, counts.first_thresholds, 1.0);
  }
  return counts;
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

// Rows of a shared state.
double StateRows(const Plan& plan) {
  const double latents = Size(plan.indicators.size() + plan.region_rows.size());
  return latents * (plan.step_count() + 2) + Size(plan.groups.size());
}

// Nanoseconds of one shared state.
double StateNanoseconds(const Plan& plan) {
  constexpr double kRow = 56.0;
  constexpr double kDriverCell = 130.0;
  const double drivers = plan.shared.drivers.driver_count() + plan.derived_drivers.count();
  return StateRows(plan) * kRow + drivers * plan.driver_window.size() * kDriverCell;
}

// Nanoseconds of what a block and the sums it is folded into take beyond what a core keeps at hand.
double FarNanoseconds(const Plan& plan, double threshold_count) {
  constexpr double kKeptBytes = 3e6;
  constexpr double kByte = 0.45;
  const double rows = threshold_count + Size(plan.targets.size());
  return std::max(rows * kLaneCount * sizeof(double) - kKeptBytes, 0.0) * kByte;
}

// Nanoseconds of a block, folded: sixteen shared states, the atoms, the targets.
double BlockNanoseconds(const Plan& plan, const AtomCount& atoms,
                        const ThresholdCounts& thresholds) {
  constexpr double kFlow = 30.0;
  constexpr double kPart = 75.0;
  constexpr double kUse = 18.0;
  constexpr double kTarget = 60.0;
  constexpr double kCurve = 45.0;
  constexpr double kMoments = 80.0;
  constexpr double kRatio = 450.0;
  constexpr double kVariation = 1'550.0;
  return kLaneCount * StateNanoseconds(plan) + atoms.flows * kFlow + atoms.mixed_parts * kPart +
         atoms.uses * kUse + Size(plan.targets.size()) * kTarget +
         (thresholds.curves + thresholds.compound_curves) * kCurve + thresholds.moments * kMoments +
         thresholds.ratios * kRatio + thresholds.variations * kVariation +
         FarNanoseconds(plan, thresholds.count());
}

double Cells(const Plan& plan) { return Size(plan.series.size()) * plan.period_count(); }

// Nanoseconds of the choice of all laws by the middle of one regime, curves made.
double ChoiceNanoseconds(const Plan& plan, const PlanCounts& counts) {
  constexpr double kTarget = 1'000.0;
  // A part of a target, and of an atom, which is made once: looked at in every period.
  constexpr double kTargetPart = 150.0;
  constexpr double kTargetPartPeriod = 17.0;
  constexpr double kFlow = 400.0;
  constexpr double kPart = 500.0;
  constexpr double kPartPeriod = 62.0;
  constexpr double kCurve = 2'800.0;
  // Of few pieces some need a table.
  constexpr double kCompoundCurve = 12'000.0;
  constexpr double kTwoSidedPart = 210.0;
  const double periods = plan.period_count();
  const ThresholdCounts& thresholds = counts.thresholds;
  return Size(plan.targets.size()) * kTarget +
         counts.atoms.target_parts * (kTargetPart + periods * kTargetPartPeriod) +
         counts.atoms.flows * kFlow + counts.atoms.mixed_parts * (kPart + periods * kPartPeriod) +
         thresholds.curves * kCurve + thresholds.compound_curves * kCompoundCurve +
         thresholds.two_sided_parts * kTwoSidedPart;
}

// Nanoseconds of means, of the order of dimensions and of the middle of each regime.
double MiddlesNanoseconds(const Plan& plan) {
  constexpr double kBaseCell = 3.5;
  constexpr double kMiddleCell = 3.0;
  constexpr double kBasisRow = 1'500.0;
  return Cells(plan) * (kBaseCell + kMiddleCell * plan.regime_count()) +
         StateRows(plan) * kBasisRow;
}

// Nanoseconds of the blocks that show where means fall, where they are not the run's own first.
double PilotNanoseconds(const Plan& plan, const AtomCount& atoms) {
  if (plan.regime_count() == 1 && !HasScores(plan)) return 0.0;
  return kPilotPoints * plan.regime_count() * BlockNanoseconds(plan, atoms, ThresholdCounts());
}

// Nanoseconds of the middle of the baseline, and of seeing whether all that laws are chosen by is
// the same.
double ComparisonNanoseconds(const Plan& plan) {
  constexpr double kCell = 8.0;
  constexpr double kTarget = 100.0;
  constexpr double kThreshold = 10.0;
  return Cells(plan) * kCell + Size(plan.targets.size()) * kTarget +
         ThresholdCount(plan) * kThreshold;
}

// Nanoseconds of the estimates of all targets.
double CheckpointNanoseconds(const Plan& plan, int quantile_level_count) {
  constexpr double kTarget = 180.0;
  constexpr double kThreshold = 40.0;
  constexpr double kMixture = 500.0;
  constexpr double kLevel = 190.0;
  const double quantiles =
      quantile_level_count > 0 ? kMixture + quantile_level_count * kLevel : 0.0;
  return Size(plan.targets.size()) * (kTarget + quantiles) + ThresholdCount(plan) * kThreshold;
}

}  // namespace

double PredictKeptLawsBytes(const Plan& plan) {
  std::vector<SlotUse> slots = SlotsByTarget(plan);
  return LawBytes(plan, CountAtoms(plan, slots)) + InputBytes(plan);
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
  const PlanCounts counts = CountsOf(plan);
  const AtomCount& atoms = counts.atoms;
  const int blocks = BlocksInHand(thread_count);
  const auto paths_ms = [&](const ThresholdCounts& thresholds) {
    return 256.0 / kLaneCount * BlockNanoseconds(plan, atoms, thresholds) * 1e-6;
  };
  const double common_ns = MiddlesNanoseconds(plan) + PilotNanoseconds(plan, atoms);
  const double choice_ns = plan.regime_count() * ChoiceNanoseconds(plan, counts);
  ConditionalCost cost{
      .run = {.peak_bytes = PlanBytes(plan) + ProgramBytes(plan, atoms) +
                            blocks * BlockBytes(plan) +
                            AccumulatorBytes(plan, quantile_level_count) +
                            EstimateBytes(plan, quantile_level_count),
              .cpu_ms_per_256_paths = paths_ms(counts.thresholds),
              .preparation_cpu_ms = (common_ns + choice_ns) * 1e-6},
      .variant_preparation_cpu_ms = (common_ns + ComparisonNanoseconds(plan)) * 1e-6,
      .checkpoint_cpu_ms = CheckpointNanoseconds(plan, quantile_level_count) * 1e-6};
  if (counts.first_thresholds.count() > 0.0) {
    cost.knowledge_cpu_ms = paths_ms(counts.first_thresholds);
  }
  return cost;
}

PlanCost PredictConditionalCost(const Plan& plan, int thread_count, int quantile_level_count) {
  return PredictConditionalCosts(plan, thread_count, quantile_level_count).run;
}

double PredictKnowledgeCpuMs(const Plan& plan) {
  return PredictConditionalCosts(plan, 1, 0).knowledge_cpu_ms;
}

}  // namespace jalon::sim
