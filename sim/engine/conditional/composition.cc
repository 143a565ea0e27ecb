#include "sim/engine/conditional/composition.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "sim/base/free_parts.h"

namespace jalon::sim {
namespace {

class Composer {
 public:
  Composer(const Plan& plan, const SlotSeries& slots) : plan_(plan), slots_(slots) {}

  Composition Make(const PlanQuantity& value, const PlanQuantity& denominator) {
    made_.two_sided = denominator.exists();
    Read(value, 0);
    Read(denominator, 1);
    FindMembers();
    Place();
    if (!made_.moves) FixWeights();
    return std::move(made_);
  }

 private:
  // One reading of one series.
  struct SeriesReading {
    int series = 0;
    // Readings of a series keep the order of terms.
    int order = 0;
    PartReading reading;
  };

  void Read(const PlanQuantity& quantity, int side) {
    for (int j = quantity.first_term; j < quantity.end_term; ++j) {
      const PlanTerm& term = plan_.terms[j];
      const SlotReading& reading = plan_.slots[term.slot].reading;
      const std::optional<double> known = slots_.KnownRate(term.slot);
      if (!known) made_.moves = true;
      const PartReading read{
          .side = side,
          .first = reading.window.first - plan_.horizon.first,
          .last = reading.window.last - plan_.horizon.first,
          .coefficient = term.coefficient / quantity.divisor * known.value_or(1.0),
          .rate = known ? -1 : reading.rate,
          .mean_of_stock = reading.mean_of_stock};
      for (int i : slots_.Of(term.slot)) {
        reads_.push_back({i, static_cast<int>(reads_.size()), read});
      }
    }
  }

  // Series by the order of the plan, with the flows of stocks that have a level to compute.
  void FindMembers() {
    std::sort(reads_.begin(), reads_.end(), [](const SeriesReading& a, const SeriesReading& b) {
      return a.series != b.series ? a.series < b.series : a.order < b.order;
    });
    for (const SeriesReading& read : reads_) members_.push_back(read.series);
    for (const SeriesReading& read : reads_) AddFlows(read.series);
    std::sort(members_.begin(), members_.end());
    members_.erase(std::unique(members_.begin(), members_.end()), members_.end());
  }

  void AddFlows(int i) {
    if (plan_.series[i].stock < 0) return;
    made_.moves = true;
    const PlanStock& stock = plan_.stocks[plan_.series[i].stock];
    for (int j = stock.first_flow; j < stock.end_flow; ++j) {
      members_.push_back(plan_.stock_flows[j].series);
    }
  }

  // Parts by branch in the order branches first appear, stocks first.
  void Place() {
    absl::flat_hash_map<uint64_t, int> branches;
    std::vector<std::vector<int>> members;
    for (const int i : members_) {
      const auto [found, added] = branches.try_emplace(plan_.series[i].branch_id64, members.size());
      if (added) members.emplace_back();
      members[found->second].push_back(i);
    }
    made_.branch_first.push_back(0);
    for (std::vector<int>& branch : members) {
      std::stable_partition(branch.begin(), branch.end(),
                            [&](int i) { return plan_.series[i].stock >= 0; });
      for (int i : branch) AddPart(i);
      made_.branch_first.push_back(made_.part_count());
    }
    for (Part& part : made_.parts) LinkFlows(part);
  }

  void AddPart(int i) {
    Part part{.series = i, .first_reading = static_cast<int>(made_.readings.size())};
    const auto first = std::lower_bound(
        reads_.begin(), reads_.end(), i,
        [](const SeriesReading& read, int series) { return read.series < series; });
    for (auto read = first; read != reads_.end() && read->series == i; ++read) {
      made_.readings.push_back(read->reading);
    }
    part.end_reading = static_cast<int>(made_.readings.size());
    part.loading = LoadingRow(plan_.series[i].branch_loading);
    place_of_[i] = made_.part_count();
    made_.parts.push_back(part);
  }

  int LoadingRow(double loading) {
    const auto found = std::find(made_.loadings.begin(), made_.loadings.end(), loading);
    if (found != made_.loadings.end()) return static_cast<int>(found - made_.loadings.begin());
    made_.loadings.push_back(loading);
    return static_cast<int>(made_.loadings.size()) - 1;
  }

  void LinkFlows(Part& part) {
    part.first_flow = part.end_flow = static_cast<int>(made_.flows.size());
    if (plan_.series[part.series].stock < 0) return;
    const PlanStock& stock = plan_.stocks[plan_.series[part.series].stock];
    for (int j = stock.first_flow; j < stock.end_flow; ++j) {
      const PlanStockFlow& flow = plan_.stock_flows[j];
      made_.flows.push_back({.part = place_of_.at(flow.series), .sign = flow.sign});
    }
    part.end_flow = static_cast<int>(made_.flows.size());
  }

  void FixWeights() {
    const int period_count = plan_.period_count();
    made_.weights.assign(static_cast<size_t>(kSides) * made_.part_count() * period_count, 0.0);
    for (int side = 0; side < kSides; ++side) {
      for (int p = 0; p < made_.part_count(); ++p) {
        const size_t row = static_cast<size_t>(side) * made_.part_count() + p;
        AddReadings(made_, p, side, period_count, nullptr,
                    made_.weights.data() + row * period_count);
      }
    }
  }

  const Plan& plan_;
  const SlotSeries& slots_;
  Composition made_;
  // By series, then in the order of terms.
  std::vector<SeriesReading> reads_;
  // Series of the plan, ascending.
  std::vector<int> members_;
  absl::flat_hash_map<int, int> place_of_;
};

}  // namespace

SlotSeries::SlotSeries(const Plan& plan, const std::vector<double>& rates)
    : plan_(plan), rates_(rates), series_(plan.slots.size()) {
  for (int i = 0; i < plan.series_count(); ++i) {
    for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
      series_[plan.series_slots[k]].push_back(i);
    }
  }
}

bool SlotSeries::LetGo() { return FreeLast(series_); }

// Derived drivers never count as known: a departure of their authority may come.
bool SlotSeries::IsKnown(const PlanRate& rate, Period period) const {
  if (period <= plan_.as_of) return true;
  const int t = period - plan_.as_of - 1;
  const std::optional<DriverSimulator>& simulator = plan_.regimes.front().driver_simulator;
  for (const PlanDriverFactor& factor : rate.factors) {
    for (const auto& [driver, coefficient] : factor.weights) {
      if (!simulator || driver >= simulator->driver_count()) return false;
      if (!simulator->is_imposed(driver, t)) return false;
    }
  }
  return true;
}

std::optional<double> SlotSeries::KnownRate(int slot) const {
  const SlotReading& reading = plan_.slots[slot].reading;
  if (reading.rate < 0) return 1.0;
  // Another regime may impose another rate.
  if (plan_.regime_count() > 1) return std::nullopt;
  const auto value = [&](Period period) {
    const size_t row = static_cast<size_t>(reading.rate) * plan_.period_count();
    return rates_[row + (period - plan_.horizon.first)];
  };
  const double first = value(reading.window.first);
  for (Period period = reading.window.first; period <= reading.window.last; period = period + 1) {
    if (value(period) != first || !IsKnown(plan_.rates[reading.rate], period)) return std::nullopt;
  }
  return first;
}

Composition Compose(const Plan& plan, const SlotSeries& slots, const PlanQuantity& value,
                    const PlanQuantity& denominator) {
  return Composer(plan, slots).Make(value, denominator);
}

void AddReadings(const Composition& composition, int p, int side, int period_count,
                 const double* rates, double* weights) {
  const Part& part = composition.parts[p];
  for (int r = part.first_reading; r < part.end_reading; ++r) {
    const PartReading& reading = composition.readings[r];
    if (reading.side != side) continue;
    for (int t = reading.first; t <= reading.last; ++t) {
      const double rate =
          reading.rate < 0 ? 1.0 : rates[static_cast<size_t>(reading.rate) * period_count + t];
      const double weight = reading.coefficient * rate;
      if (reading.mean_of_stock) {
        weights[t - 1] += 0.5 * weight;
        weights[t] += 0.5 * weight;
      } else {
        weights[t] += weight;
      }
    }
  }
}

}  // namespace jalon::sim
