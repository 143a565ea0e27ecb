// What an event takes from each series: channel shares, and where lost sales go.
#ifndef JALON_SIM_ENGINE_EVENT_REACH_H_
#define JALON_SIM_ENGINE_EVENT_REACH_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/violation.h"
#include "sim/channel/channel_shares.h"
#include "sim/engine/plan.h"
#include "sim/scenario/scenario.h"

namespace jalon::sim {

// Network indices an event's filter names; everything where it names nothing.
class EventFilter {
 public:
  EventFilter(const Network& network, const Event& event);

  // Whether it covers the units [unit_first, unit_end) of an indicator and segment whole.
  bool Covers(int indicator, int segment, int unit_first, int unit_end) const;
  bool Covers(const SeriesKey& key) const {
    return Covers(key.indicator, key.segment, key.unit, key.unit + 1);
  }

 private:
  using Ranges = std::vector<std::pair<int, int>>;
  static bool Inside(const Ranges& ranges, int first, int end);

  std::vector<int> indicators_;
  Ranges segments_;
  Ranges units_;
};

// How an event acts on single series. A series' mean is multiplied by
//   1 + coefficient x effect x weight(t),     effect < 0 where sales are taken away
// with coefficient = channel share x (1 - what returns to the same branch)
//                    - sum over transfers to its unit of share x gain,
// gain = sales of the channel that the event may take elsewhere / own sales, both realised over the
// year up to the model's as_of (one indicator, one segment; seasons assumed alike). Borrows all its
// parts.
class EventReach {
 public:
  EventReach(const PlanInput& input, const Event& event);

  const EventFilter& filter() const { return filter_; }
  // Whether series differ: shares of a table, or sales that move to a unit. Otherwise
  // uniform_coefficient() stands for all covered series.
  bool by_series() const { return by_series_; }
  double uniform_coefficient() const;

  // Share of the channel in the sales of `key`; 1 without channel, nullopt where the table has
  // none.
  std::optional<double> ShareAt(const SeriesKey& key, Period period) const;
  // Index of the table's row behind it; nullopt where there is none or the event brings its own.
  std::optional<int> RowAt(const SeriesKey& key, Period period) const;
  // Whether shares may change between periods.
  bool is_dated() const { return is_dated_; }

  // The coefficient of a series in a period; 0 for one the event neither covers nor feeds.
  double CoefficientAt(const SeriesKey& key, Period period) const;

  // Covered series without a share in some period of `horizon` in which the event may act, and
  // transfers to units that sell nothing of what would move, at `path`.channel and
  // `path`.transfers[j].unit. Reasons: MISSING_CHANNEL_SHARE, TRANSFER_TO_NOTHING.
  Violations Check(const std::string& path, const Window& horizon) const;

 private:
  struct UnitTransfer {
    int unit = 0;
    double share = 0.0;
    size_t index = 0;
    // By (indicator, segment): sales that may move per own sales; negative without own sales.
    std::map<std::pair<int, int>, double> gain;
  };

  Violations CheckShares(const std::string& path, const Window& horizon) const;
  double Returned(int unit) const;
  void MeasureGain(UnitTransfer& transfer) const;

  const PlanInput& input_;
  const Event& event_;
  EventFilter filter_;
  // Nullopt but for a channel whose shares a table says.
  std::optional<ChannelShares> shares_;
  // Sum of the transfers to other channels.
  double returned_by_channel_ = 0.0;
  std::vector<UnitTransfer> unit_transfers_;
  bool from_table_ = false;
  bool is_dated_ = false;
  bool by_series_ = false;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_EVENT_REACH_H_
