// Targets as sums of slots: what each indicator is made of.
#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "sim/engine/elimination_terms.h"
#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

uint64_t Packed(int high, int low) {
  return static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | static_cast<uint32_t>(low);
}

size_t HashOf(const PlanSlot& slot) {
  const NodeRange& range = slot.range;
  const SlotReading& reading = slot.reading;
  return absl::HashOf(Packed(range.unit_first, range.unit_end),
                      Packed(range.segment_first, range.segment_end),
                      Packed(reading.window.first.index, reading.window.last.index),
                      Packed(range.indicator, 2 * reading.rate + (reading.mean_of_stock ? 1 : 0)));
}

// Numbers slots as they come; equal ones share a number. The table holds numbers alone: few are
// asked for twice, and tens of thousands of slots do not fit into a cache.
class SlotNumbering {
 public:
  SlotNumbering() : numbers_(0, OfNumbers{&slots_}, OfNumbers{&slots_}) {}
  SlotNumbering(const SlotNumbering&) = delete;
  SlotNumbering& operator=(const SlotNumbering&) = delete;

  void Reserve(size_t count) {
    slots_.reserve(count);
    numbers_.reserve(count);
  }
  int NumberOf(const PlanSlot& slot) {
    const auto found = numbers_.find(slot);
    if (found != numbers_.end()) return *found;
    const int number = static_cast<int>(slots_.size());
    slots_.push_back(slot);
    numbers_.insert(number);
    return number;
  }
  std::vector<PlanSlot> Take() { return std::move(slots_); }

 private:
  struct OfNumbers {
    using is_transparent = void;
    size_t operator()(int number) const { return HashOf((*slots)[number]); }
    size_t operator()(const PlanSlot& slot) const { return HashOf(slot); }
    bool operator()(int a, int b) const { return a == b; }
    bool operator()(int a, const PlanSlot& b) const { return (*slots)[a] == b; }

    const std::vector<PlanSlot>* slots;
  };

  std::vector<PlanSlot> slots_;
  absl::flat_hash_set<int, OfNumbers, OfNumbers> numbers_;
};

// Numbers rates as they come; equal ones share a number.
class RateNumbering {
 public:
  int NumberOf(const PlanRate& rate) {
    const auto [it, is_new] = numbers_.emplace(rate, static_cast<int>(rates_.size()));
    if (is_new) rates_.push_back(rate);
    return it->second;
  }
  std::vector<PlanRate> Take() { return std::move(rates_); }

 private:
  std::map<PlanRate, int> numbers_;
  std::vector<PlanRate> rates_;
};

// An indicator over a window, as a target or a ratio reads it.
struct Reading {
  int indicator = 0;
  Window window;
  Aggregation aggregation = Aggregation::kSum;
};

class QuantityMaker {
 public:
  explicit QuantityMaker(const PlanInput& input)
      : network_(input.revision.network),
        drivers_(input.model.drivers.driver_ids),
        derived_(input.model.derived_drivers),
        eliminations_(input) {
    part_.targets.reserve(input.targets.size());
    part_.terms.reserve(input.targets.size());
    slots_.Reserve(input.targets.size());
  }

  void Add(const Target& target) {
    range_ = target.range;
    PlanTarget made;
    const int k = target.range.indicator;
    if (network_.indicator(k).kind == IndicatorKind::kRatio) {
      made.value = PartOf(network_.numerator_index(k), target.window);
      made.denominator = PartOf(network_.denominator_index(k), target.window);
      made.ratio_part = part_.part_count;
      part_.part_count += 2;
    } else {
      made.value = Make({k, target.window, target.aggregation});
    }
    if (target.opening) AddOpening(target, made);
    part_.targets.push_back(made);
  }

  QuantityPart Take() {
    part_.slots = slots_.Take();
    part_.rates = rates_.Take();
    return std::move(part_);
  }

 private:
  void AddOpening(const Target& target, PlanTarget& made) {
    const int k = target.range.indicator;
    const Window& window = target.opening->window;
    if (network_.indicator(k).kind == IndicatorKind::kRatio) {
      made.opening = PartOf(network_.numerator_index(k), window);
      made.opening_denominator = PartOf(network_.denominator_index(k), window);
    } else {
      const bool stock = IsStock(network_, k);
      made.opening = Make({k, window, stock ? Aggregation::kLast : target.aggregation});
    }
    made.opening_part = part_.part_count++;
  }

  // Numerator or denominator: by its own aggregation.
  PlanQuantity PartOf(int indicator, const Window& window) {
    return Make({indicator, window, network_.indicator(indicator).aggregation});
  }

  PlanQuantity Make(const Reading& reading) {
    PlanQuantity quantity{.first_term = static_cast<int>(part_.terms.size())};
    if (reading.aggregation == Aggregation::kMean) quantity.divisor = reading.window.size();
    const Indicator& indicator = network_.indicator(reading.indicator);
    if (indicator.kind == IndicatorKind::kDerived) {
      for (const DerivedTerm& term : network_.expression(reading.indicator).terms) {
        AddTerm(reading, term);
      }
    } else {
      AddTerm(reading, {.indicator = reading.indicator});
    }
    quantity.end_term = static_cast<int>(part_.terms.size());
    return quantity;
  }

  // A term, and the eliminations of what it sums.
  void AddTerm(const Reading& reading, const DerivedTerm& term) {
    Window window = reading.window;
    if (reading.aggregation == Aggregation::kLast) window.first = window.last;
    const NodeRange range = WithIndicator(range_, term.indicator);
    const SlotReading cells{.window = window,
                            .mean_of_stock = term.mean_of_stock,
                            .rate = term.factors.empty() ? -1 : RateOf(term)};
    AddSlot({range, cells}, term.coefficient);
    for (const EliminationTerm& own : eliminations_.Of(range, cells)) {
      AddSlot({own.range, own.reading}, term.coefficient * own.coefficient);
    }
  }

  void AddSlot(const PlanSlot& slot, double coefficient) {
    part_.terms.push_back({.slot = slots_.NumberOf(slot), .coefficient = coefficient});
  }

  int RateOf(const DerivedTerm& term) {
    PlanRate rate;
    for (const DriverFactor& factor : term.factors) {
      PlanDriverFactor resolved{.constant = factor.constant};
      for (const DriverWeight& weight : factor.weights) {
        resolved.weights.emplace_back(DriverIndex(weight.driver), weight.coefficient);
      }
      rate.factors.push_back(std::move(resolved));
    }
    return rates_.NumberOf(rate);
  }

  // Row of a driver's path: the model's own drivers, then the derived ones. A violation, once per
  // driver, when it has none.
  int DriverIndex(const std::string& id) {
    const auto found = std::find(drivers_.begin(), drivers_.end(), id);
    if (found != drivers_.end()) return static_cast<int>(found - drivers_.begin());
    const auto derived = std::find_if(derived_.begin(), derived_.end(),
                                      [&](const DerivedDriver& driver) { return driver.id == id; });
    if (derived != derived_.end()) {
      return static_cast<int>(drivers_.size() + (derived - derived_.begin()));
    }
    if (std::find(missing_.begin(), missing_.end(), id) == missing_.end()) {
      missing_.push_back(id);
      part_.violations.Add({.field = "model.drivers",
                            .value = id,
                            .rule = "must have every driver of the derived indicators asked for",
                            .reason = "DRIVER_NOT_IN_MODEL"});
    }
    return 0;
  }

  const Network& network_;
  const std::vector<std::string>& drivers_;
  const std::vector<DerivedDriver>& derived_;
  const EliminationTerms eliminations_;
  // Of the target at hand.
  NodeRange range_;
  SlotNumbering slots_;
  RateNumbering rates_;
  std::vector<std::string> missing_;
  QuantityPart part_;
};

}  // namespace

QuantityPart ResolveQuantities(const PlanInput& input) {
  QuantityMaker maker(input);
  for (const Target& target : input.targets) maker.Add(target);
  return maker.Take();
}

}  // namespace jalon::sim
