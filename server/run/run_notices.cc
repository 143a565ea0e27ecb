#include "server/run/run_notices.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/engine/event_reach.h"
#include "sim/network/known_dates.h"
#include "sim/network/mean_ratios.h"

namespace jalon::server {
namespace {

constexpr size_t kMaxNotices = 50;

std::string PlaceOf(const sim::ChannelShareRow& row) {
  std::string place = !row.unit.empty()        ? row.unit
                      : !row.unit_kind.empty() ? absl::StrCat("kind ", row.unit_kind)
                                               : "everywhere";
  if (!row.indicator.empty()) absl::StrAppend(&place, ", ", row.indicator);
  if (!row.segment.empty()) absl::StrAppend(&place, ", ", row.segment);
  return place;
}

// Branches each assumed share stands for in an event, by row of the table.
std::map<int, std::set<int>> AssumedShares(const sim::Revision& revision, const sim::Event& event) {
  const sim::EventFilter filter(revision.network, event);
  const sim::ChannelShares shares(revision.network, revision.channels);
  std::map<int, std::set<int>> units;
  for (const sim::SeriesKey& key : revision.realisations.keys()) {
    if (!filter.Covers(key)) continue;
    const std::optional<int> row = shares.RowAt(key, event.channel, event.start);
    if (row && shares.row(*row).assumption) units[*row].insert(key.unit);
  }
  return units;
}

void AddChannelNotices(const sim::Revision& revision, const sim::Event& event,
                       std::vector<std::string>& notices) {
  if (event.channel.empty() || event.channel_share_ratio) return;
  for (const auto& [row, units] : AssumedShares(revision, event)) {
    const sim::ChannelShareRow& share = revision.channels.shares[static_cast<size_t>(row)];
    notices.push_back(absl::StrFormat(
        "event %s: the share of channel %s (%s: %.1f %%) is an assumption; it stands for %d "
        "branches",
        event.id, event.channel, PlaceOf(share), share.share * 100.0, units.size()));
  }
}

void AddTransferNotices(const sim::Event& event, sim::Period as_of,
                        std::vector<std::string>& notices) {
  for (const sim::LostSalesTransfer& transfer : event.transfers) {
    if (transfer.unit.empty()) continue;
    notices.push_back(absl::StrFormat(
        "event %s: %.1f %% of the sales taken away move to %s, measured on the year up to %s with "
        "seasons assumed alike",
        event.id, transfer.share * 100.0, transfer.unit, as_of.ToString()));
  }
}

// Eliminations of the year up to as_of, per indicator that has some, which stay in proportion.
void AddEliminationNotices(const sim::Revision& revision, sim::Period as_of,
                           std::vector<std::string>& notices) {
  const sim::Window year{as_of - (sim::PeriodsPerYear(as_of.frequency) - 1), as_of};
  std::map<std::string, double> sums;
  for (const sim::CreditCell& cell : revision.credit.eliminations) {
    if (year.contains(cell.period)) sums[cell.indicator] += cell.value;
  }
  for (const auto& [indicator, sum] : sums) {
    notices.push_back(
        absl::StrFormat("%s: sums, and what is computed of them, hold eliminations, after as_of in "
                        "the proportion of the year up to it (%.6g in %s)",
                        indicator, sum, year.ToString()));
  }
}

// What looking back hides, and what it cannot: closings after as_of, history restated since.
void AddHindsightNotices(const sim::Revision& revision, sim::Period as_of,
                         std::vector<std::string>& notices) {
  const sim::KnownDates dates(revision, as_of);
  if (!dates.looks_back()) return;
  if (const size_t hidden = dates.Hidden().size(); hidden > 0) {
    notices.push_back(absl::StrCat("closings after ", as_of.ToString(),
                                   " are not known as of then, of units: ", hidden));
  }
  const sim::Period target =
      revision.perimeter.date.value_or(revision.realisations.window().last + 1);
  const auto restated = std::count_if(
      revision.perimeter.changes.begin(), revision.perimeter.changes.end(),
      [&](const sim::PerimeterChange& c) { return as_of < c.date && c.date <= target; });
  if (restated == 0) return;
  notices.push_back(absl::StrCat("history is restated by changes of perimeter after ",
                                 as_of.ToString(), ", which looks ahead: ", restated));
}

std::vector<std::string> NoticesOfEvent(const sim::Revision& revision, const sim::Event& event,
                                        sim::Period as_of) {
  std::vector<std::string> notices;
  if (event.size_is_assumption) {
    notices.push_back(absl::StrCat("event ", event.id, ": its size is an assumption"));
  }
  AddChannelNotices(revision, event, notices);
  AddTransferNotices(event, as_of, notices);
  return notices;
}

// Which worlds may come true, and how sure that is.
void AddMixtureNotice(const sim::Scenario& scenario, std::vector<std::string>& notices) {
  if (scenario.mixture.empty()) return;
  std::string regimes;
  for (const sim::Regime& regime : scenario.mixture) {
    absl::StrAppend(&regimes, regimes.empty() ? "" : ", ", regime.id,
                    absl::StrFormat(" %.4g %%", 100.0 * regime.weight));
  }
  const std::string sure =
      scenario.weight_confidence
          ? absl::StrFormat("; weights are worth %.4g observations", *scenario.weight_confidence)
          : "; weights are taken as known";
  notices.push_back(absl::StrCat("the scenario is a mixture: ", regimes, sure));
}

}  // namespace

std::vector<std::string> NoticesOf(const sim::Revision& revision, sim::Period as_of,
                                   const sim::Scenario& scenario) {
  std::vector<std::string> notices;
  AddMixtureNotice(scenario, notices);
  AddHindsightNotices(revision, as_of, notices);
  AddEliminationNotices(revision, as_of, notices);
  for (const sim::World& world : sim::WorldsOf(scenario)) {
    for (const sim::Event& event : world.events) {
      for (std::string& notice : NoticesOfEvent(revision, event, as_of)) {
        if (absl::c_linear_search(notices, notice)) continue;
        notices.push_back(std::move(notice));
      }
    }
  }
  if (notices.size() > kMaxNotices) {
    const size_t more = notices.size() - kMaxNotices + 1;
    notices.resize(kMaxNotices - 1);
    notices.push_back(absl::StrCat(more, " more notices of this kind"));
  }
  return notices;
}

std::vector<std::string> MeanNoticesOf(const sim::Revision& revision, const sim::Model& model,
                                       const sim::Plan& plan) {
  std::vector<std::string> notices;
  for (const sim::MeanEffect& effect : model.mean_effects) {
    if (!std::binary_search(plan.indicators.begin(), plan.indicators.end(), effect.indicator)) {
      continue;
    }
    const sim::MeanRatios ratios(revision.network, revision.means,
                                 {effect.mean, model.as_of, plan.as_of, plan.horizon});
    if (ratios.held_period_count() == 0) continue;
    notices.push_back(absl::StrFormat(
        "mean %s acts on %s: after %s, %d of %d branches have periods without a planned value (%d "
        "in all); the last value is held",
        effect.mean, model.indicator_ids[effect.indicator], plan.as_of.ToString(),
        ratios.held_branch_count(), ratios.branch_count(), ratios.held_period_count()));
  }
  return notices;
}

}  // namespace jalon::server
