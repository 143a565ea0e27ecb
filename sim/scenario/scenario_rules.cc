#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/rule_checker.h"
#include "sim/scenario/scenario.h"

namespace jalon::sim {
namespace {

// Ramps and anticipations longer than the longest history say nothing.
constexpr int kMaxPeriods = 600;
// What an anticipation may take away at most.
constexpr double kMostTakenAway = 0.95;

class HeaderChecker : public RuleChecker {
 public:
  explicit HeaderChecker(const Scenario& scenario) {
    Add(SlugProblem(scenario.id, "id"));
    RequireLabel(scenario.label, "label");
  }
};

class AssumptionChecker : public RuleChecker {
 public:
  AssumptionChecker(const Network& network, const DriverTable& drivers, const World& world)
      : network_(network), drivers_(drivers), list_(world.path) {
    for (const ElasticityPrior& prior : drivers.priors) {
      if (prior.transform == ElasticityPrior::Transform::kLog) logged_.insert(prior.driver);
    }
    for (size_t i = 0; i < world.drivers.size(); ++i) {
      path_ = world.path + Element("drivers", i);
      CheckDriver(world.drivers[i], i);
      CheckValues(world.drivers[i]);
    }
  }

 private:
  std::string Field(absl::string_view name) const { return absl::StrCat(path_, ".", name); }

  void CheckDriver(const DriverAssumption& assumption, int64_t i) {
    const std::optional<int> known = drivers_.Find(assumption.driver);
    Require(known.has_value(), Field("driver"), assumption.driver,
            {"must be the id of a driver", "UNKNOWN_DRIVER"});
    const bool derived = known && drivers_.drivers[*known].derived.has_value();
    Require(!derived || !assumption.moves_others, Field("moves_others"), assumption.driver,
            {"must not be set for a derived driver: its formula follows others, not the reverse",
             "DERIVED_DRIVER"});
    if (const auto earlier = ids_.Earlier(assumption.driver, i)) {
      Require(false, Field("driver"), assumption.driver,
              {absl::StrCat("must differ from ", list_, "drivers[", *earlier, "].driver"),
               "DUPLICATE_DRIVER"});
    }
    RequireFrequency(assumption.first, network_.frequency(), Field("first"));
  }

  void CheckValues(const DriverAssumption& assumption) {
    Require(!assumption.values.empty(), Field("values"), "", {"must not be empty", "EMPTY"});
    const bool positive =
        assumption.mode == DriverAssumption::Mode::kImpose && logged_.count(assumption.driver) > 0;
    for (size_t j = 0; j < assumption.values.size(); ++j) {
      const double value = assumption.values[j];
      const std::string field = Field(Element("values", j));
      RequireFinite(value, field);
      Require(!positive || !(value <= 0.0), field, absl::StrCat(value),
              {"must be > 0: an elasticity takes its logarithm", "LOG_OF_NON_POSITIVE"});
    }
  }

  const Network& network_;
  const DriverTable& drivers_;
  std::set<std::string> logged_;
  const std::string list_;
  DuplicateFinder ids_;
  std::string path_;
};

class EventChecker : public RuleChecker {
 public:
  EventChecker(const Network& network, const World& world) : network_(network), list_(world.path) {
    for (size_t i = 0; i < world.events.size(); ++i) {
      const Event& event = world.events[i];
      path_ = world.path + Element("events", i);
      CheckIdentity(event, i);
      CheckDates(event);
      CheckShape(event);
      CheckFilters(event);
      CheckChannel(event);
      CheckTransfers(event);
      CheckEffect(event.effect);
      CheckAnticipatedSize(event);
      CheckHistory(event);
    }
  }

 private:
  std::string Field(absl::string_view name) const { return absl::StrCat(path_, ".", name); }

  void RequireBetween(double number, absl::string_view name, double low, double high) {
    Require(low <= number && number <= high, Field(name), absl::StrCat(number),
            {absl::StrCat("must be from ", low, " to ", high), "OUT_OF_RANGE"});
  }

  void CheckIdentity(const Event& event, int64_t i) {
    RequireId(event.id, Field("id"));
    if (const auto earlier = ids_.Earlier(event.id, i)) {
      Require(
          false, Field("id"), event.id,
          {absl::StrCat("must differ from ", list_, "events[", *earlier, "].id"), "DUPLICATE_ID"});
    }
    RequireLabel(event.label_fr, Field("label_fr"));
    RequireLabel(event.label_en, Field("label_en"));
    RequireLabel(event.source, Field("source"));
  }

  void CheckDates(const Event& event) {
    RequireFrequency(event.start, network_.frequency(), Field("start"));
    if (!event.end) return;
    RequireFrequency(*event.end, network_.frequency(), Field("end"));
    if (event.end->frequency != event.start.frequency) return;
    Require(event.start <= *event.end, Field("end"), event.end->ToString(),
            {absl::StrCat("must not be before the start, ", event.start.ToString()),
             "END_BEFORE_START"});
  }

  void CheckShape(const Event& event) {
    RequireBetween(event.ramp_periods, "ramp_periods", 0, kMaxPeriods);
    RequireBetween(event.anticipation_periods, "anticipation_periods", 0, kMaxPeriods);
    RequireBetween(event.anticipation_share, "anticipation_share", 0, 1);
  }

  void CheckFilters(const Event& event) {
    CheckFilter(event.indicators, "indicators", "UNKNOWN_INDICATOR",
                [&](const std::string& id) { return network_.FindIndicator(id).has_value(); });
    CheckFilter(event.segments, "segments", "UNKNOWN_SEGMENT",
                [&](const std::string& id) { return network_.FindSegment(id).has_value(); });
    CheckFilter(event.units, "units", "UNKNOWN_UNIT",
                [&](const std::string& id) { return network_.FindUnit(id).has_value(); });
  }

  template <typename Known>
  void CheckFilter(const std::vector<std::string>& ids, absl::string_view list,
                   absl::string_view reason, Known known) {
    std::set<std::string> seen;
    for (size_t j = 0; j < ids.size(); ++j) {
      const std::string field = Field(Element(list, j));
      Require(known(ids[j]), field, ids[j],
              {absl::StrCat("must be one of the network's ", list), reason});
      Require(seen.insert(ids[j]).second, field, ids[j], {"must not be repeated", "DUPLICATE"});
    }
  }

  void CheckChannel(const Event& event) {
    RequireLabel(event.channel, Field("channel"));
    const double share = event.channel_share_ratio.value_or(1.0);
    RequireBetween(share, "channel_share_ratio", 0, 1);
    Require(!event.channel.empty() || share == 1.0, Field("channel"), "",
            {"must be named when channel_share_ratio is not 1", "MISSING_CHANNEL"});
    if (!event.channel.empty()) CheckAddsOverChannels(event);
  }

  // A channel's part of an indicator means something where channels make up a total.
  void CheckAddsOverChannels(const Event& event) {
    for (const Indicator& indicator : network_.spec().indicators) {
      const auto named = std::find(event.indicators.begin(), event.indicators.end(), indicator.id);
      const bool covered =
          event.indicators.empty() ? HasSeries(indicator) : named != event.indicators.end();
      Require(
          indicator.adds_over_channels || !covered, Field("channel"), indicator.id,
          {"must be left out for an indicator that does not add over channels", "NOT_ADDITIVE"});
    }
  }

  static bool HasSeries(const Indicator& indicator) {
    return indicator.kind != IndicatorKind::kRatio && indicator.kind != IndicatorKind::kDerived;
  }

  void CheckTransfers(const Event& event) {
    double sum = 0.0;
    std::set<std::pair<std::string, std::string>> places;
    for (size_t j = 0; j < event.transfers.size(); ++j) {
      const std::string list = Element("transfers", j);
      CheckTransfer(event, event.transfers[j], list);
      const auto place = std::pair(event.transfers[j].channel, event.transfers[j].unit);
      Require(places.insert(place).second, Field(list), place.first + place.second,
              {"must not be repeated", "DUPLICATE"});
      sum += event.transfers[j].share;
    }
    Require(!(sum > 1.0 + 1e-12), Field("transfers"), absl::StrCat(sum),
            {"must not sum to more than 1: no more can come back than is taken away",
             "TRANSFERS_OVER_ONE"});
    Require(event.transfers.empty() || !CanGain(event.effect), Field("transfers"), "",
            {"must be left out of an event that may raise sales: nothing is taken away then",
             "TRANSFER_OF_A_GAIN"});
  }

  void CheckTransfer(const Event& event, const LostSalesTransfer& transfer,
                     const std::string& list) {
    RequireBetween(transfer.share, absl::StrCat(list, ".share"), 0, 1);
    Require(transfer.channel.empty() != transfer.unit.empty(), Field(list), transfer.channel,
            {"must name a channel or a unit, one of the two", "TRANSFER_WITHOUT_PLACE"});
    RequireLabel(transfer.channel, Field(absl::StrCat(list, ".channel")));
    Require(transfer.channel.empty() || transfer.channel != event.channel,
            Field(absl::StrCat(list, ".channel")), transfer.channel,
            {"must differ from the event's own channel", "TRANSFER_TO_ITSELF"});
    if (transfer.unit.empty()) return;
    const std::string field = Field(absl::StrCat(list, ".unit"));
    const std::optional<int> unit = network_.FindUnit(transfer.unit);
    Require(unit.has_value(), field, transfer.unit, {"must be the id of a unit", "UNKNOWN_UNIT"});
    Require(!unit || network_.is_leaf(*unit), field, transfer.unit,
            {"must be a branch", "NOT_A_LEAF"});
  }

  static bool CanGain(const EffectLaw& effect) {
    const bool fixed = effect.kind == EffectLaw::Kind::kFixed;
    return effect.mode > 0.0 || (!fixed && effect.high > 0.0);
  }

  void CheckEffect(const EffectLaw& effect) {
    CheckSize(effect.mode, "effect.mode");
    if (effect.kind == EffectLaw::Kind::kFixed) return;
    CheckSize(effect.low, "effect.low");
    CheckSize(effect.high, "effect.high");
    Require(!(effect.low > effect.mode), Field("effect.low"), absl::StrCat(effect.low),
            {"must not be above effect.mode", "NOT_ORDERED"});
    Require(!(effect.mode > effect.high), Field("effect.high"), absl::StrCat(effect.high),
            {"must not be below effect.mode", "NOT_ORDERED"});
  }

  void CheckSize(double size, absl::string_view name) {
    RequireFinite(size, Field(name));
    Require(!(size <= -1.0) || std::isinf(size), Field(name), absl::StrCat(size),
            {"must be above -1: an event cannot take away more than everything", "EFFECT_TOO_LOW"});
  }

  // An anticipation changes sales by minus share x effect: a large gain to come would leave none.
  void CheckAnticipatedSize(const Event& event) {
    if (event.anticipation_periods <= 0) return;
    // The largest uniform draw is 1 - 2^-33.
    const double largest = EffectAt(event.effect, 1.0 - 0x1p-33);
    const double taken =
        event.anticipation_share * event.channel_share_ratio.value_or(1.0) * largest;
    Require(!(taken > kMostTakenAway), Field("anticipation_share"),
            absl::StrCat(event.anticipation_share),
            {"must not let the anticipation take away more than 95 % of sales",
             "ANTICIPATION_TOO_LARGE"});
  }

  void CheckHistory(const Event& event) {
    const std::string field = Field("in_history_since");
    const bool partly = event.history_status == HistoryStatus::kPartlyIn;
    Require(!partly || event.in_history_since, field, "",
            {"must be given when the event is partly in the history", "MISSING_HISTORY_DATE"});
    if (!event.in_history_since) return;
    RequireFrequency(*event.in_history_since, network_.frequency(), field);
    Require(event.history_status != HistoryStatus::kAbsent, field,
            event.in_history_since->ToString(),
            {"must be left out when the event is absent from the history",
             "HISTORY_DATE_WITHOUT_STATUS"});
  }

  const Network& network_;
  const std::string list_;
  DuplicateFinder ids_;
  std::string path_;
};

class MixtureChecker : public RuleChecker {
 public:
  explicit MixtureChecker(const Scenario& scenario) {
    CheckConfidence(scenario);
    if (scenario.mixture.empty()) return;
    Require(
        scenario.drivers.empty(), "drivers", "",
        {"must be left out of a mixture: they are those of its regimes", "MIXTURE_WITH_CONTENT"});
    Require(
        scenario.events.empty(), "events", "",
        {"must be left out of a mixture: they are those of its regimes", "MIXTURE_WITH_CONTENT"});
    const size_t count = scenario.mixture.size();
    Require(count <= kMaxRegimes, "mixture", absl::StrCat(count),
            {absl::StrCat("must be at most ", kMaxRegimes, " regimes"), "TOO_MANY_REGIMES"});
    for (size_t i = 0; i < count; ++i) CheckRegime(scenario.mixture[i], i);
    CheckSum(scenario.mixture);
  }

 private:
  void CheckConfidence(const Scenario& scenario) {
    if (!scenario.weight_confidence) return;
    const double confidence = *scenario.weight_confidence;
    Require(!scenario.mixture.empty(), "weight_confidence", absl::StrCat(confidence),
            {"must be left out without a mixture", "CONFIDENCE_WITHOUT_MIXTURE"});
    Require(
        kLeastConfidence <= confidence && confidence <= kMostConfidence, "weight_confidence",
        absl::StrCat(confidence),
        {absl::StrCat("must be from ", kLeastConfidence, " to ", kMostConfidence), "OUT_OF_RANGE"});
  }

  void CheckRegime(const Regime& regime, int64_t i) {
    const std::string path = Element("mixture", i);
    Add(SlugProblem(regime.id, path + ".scenario"));
    RequireLabel(regime.label, path + ".display_name");
    if (const auto earlier = ids_.Earlier(regime.id, i)) {
      Require(false, path + ".scenario", regime.id,
              {absl::StrCat("must differ from mixture[", *earlier, "].scenario"), "DUPLICATE_ID"});
    }
    Require(0.0 <= regime.weight && regime.weight <= 1.0, path + ".weight",
            absl::StrCat(regime.weight), {"must be from 0 to 1", "OUT_OF_RANGE"});
  }

  void CheckSum(const std::vector<Regime>& mixture) {
    double sum = 0.0;
    for (const Regime& regime : mixture) sum += regime.weight;
    Require(std::fabs(sum - 1.0) <= kMixtureSumTolerance, "mixture", absl::StrCat(sum),
            {"must have weights that sum to 1", "SUM_NOT_ONE"});
  }

  DuplicateFinder ids_;
};

// Everything a scenario says of the world, weights aside.
std::vector<World> AllWorldsOf(const Scenario& scenario) {
  std::vector<World> worlds;
  worlds.push_back({scenario.id, 1.0, scenario.drivers, scenario.events, ""});
  for (size_t i = 0; i < scenario.mixture.size(); ++i) {
    const Regime& regime = scenario.mixture[i];
    worlds.push_back({regime.id, regime.weight, regime.drivers, regime.events,
                      absl::StrCat(Element("mixture", i), ".")});
  }
  return worlds;
}

class ChannelUseChecker : public RuleChecker {
 public:
  ChannelUseChecker(const ChannelTable& table, const Scenario& scenario) {
    for (const Channel& channel : table.channels) known_.insert(channel.id);
    for (const World& world : AllWorldsOf(scenario)) {
      for (size_t i = 0; i < world.events.size(); ++i) {
        Check(world.events[i], world.path + Element("events", i));
      }
    }
  }

 private:
  void Check(const Event& event, const std::string& path) {
    Require(!known_.empty() || event.channel.empty() || event.channel_share_ratio,
            path + ".channel_share_ratio", "",
            {"must be given: the network declares no channel shares", "MISSING_CHANNEL_SHARE"});
    RequireKnown(event.channel, path + ".channel");
    for (size_t j = 0; j < event.transfers.size(); ++j) {
      RequireKnown(event.transfers[j].channel,
                   absl::StrCat(path, ".", Element("transfers", j), ".channel"));
    }
  }

  void RequireKnown(const std::string& channel, std::string field) {
    Require(known_.empty() || channel.empty() || known_.count(channel) > 0, std::move(field),
            channel, {"must be one of the network's channels", "UNKNOWN_CHANNEL"});
  }

  std::set<std::string> known_;
};

}  // namespace

Violations CheckEventChannels(const ChannelTable& table, const Scenario& scenario) {
  return ChannelUseChecker(table, scenario).violations();
}

Violations ValidateScenario(const Network& network, const DriverTable& drivers,
                            const Scenario& scenario) {
  Violations violations = HeaderChecker(scenario).violations();
  violations.Merge(MixtureChecker(scenario).violations());
  for (const World& world : AllWorldsOf(scenario)) {
    violations.Merge(AssumptionChecker(network, drivers, world).violations());
    violations.Merge(EventChecker(network, world).violations());
  }
  return violations;
}

}  // namespace jalon::sim
