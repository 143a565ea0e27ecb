#include "server/convert/scenario.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/sha256.h"
#include "server/convert/checks.h"
#include "server/convert/enums.h"
#include "server/convert/serialize.h"

namespace jalon::server {
namespace {

constexpr int kMaxDrivers = 256;
constexpr int kMaxEvents = 1'000;
constexpr int kMaxFilterIds = 2'000;
constexpr int kMaxPeriods = 600;
constexpr int kMaxTransfers = 32;
// More are refused by sim::ValidateScenario, with the rest; these are not even looked at.
constexpr int kMostRegimesRead = 256;

void CheckFinite(Checks& checks, absl::string_view field, double value) {
  if (!std::isfinite(value)) checks.Add(field, absl::StrCat(value), "must be finite", "NOT_FINITE");
}

sim::DriverAssumption ReadDriver(const v1::DriverAssumption& proto, sim::Frequency frequency,
                                 Checks& checks) {
  sim::DriverAssumption driver{.driver = proto.driver(), .moves_others = proto.moves_others()};
  driver.values.assign(proto.values().begin(), proto.values().end());
  checks.Required("driver", !proto.driver().empty());
  if (proto.mode() == v1::DriverAssumption::MODE_FREE) return driver;
  const auto mode = FromProto(proto.mode());
  checks.Required("mode", mode.has_value());
  driver.mode = mode.value_or(sim::DriverAssumption::Mode::kImpose);
  checks.Required("values", proto.values_size() > 0);
  if (proto.values_size() > kMaxPeriods) {
    checks.Add("values", absl::StrCat(proto.values_size()), "must be at most 600 values",
               "TOO_MANY_VALUES");
  }
  for (int i = 0; i < proto.values_size(); ++i) {
    CheckFinite(checks, absl::StrCat("values[", i, "]"), proto.values(i));
  }
  driver.first = checks.Period("first_period", proto.first_period(), frequency)
                     .value_or(sim::Period{frequency, 0});
  return driver;
}

sim::EffectLaw ReadEffect(const v1::EffectLaw& proto, Checks& checks) {
  const auto kind = FromProto(proto.kind());
  checks.Required("effect.kind", kind.has_value());
  sim::EffectLaw law{.kind = kind.value_or(sim::EffectLaw::Kind::kFixed), .mode = proto.mode()};
  CheckFinite(checks, "effect.mode", proto.mode());
  if (law.kind == sim::EffectLaw::Kind::kFixed) return law;
  law.low = proto.low();
  law.high = proto.high();
  CheckFinite(checks, "effect.low", proto.low());
  CheckFinite(checks, "effect.high", proto.high());
  return law;
}

template <typename Repeated>
std::vector<std::string> ReadIds(absl::string_view field, const Repeated& repeated,
                                 Checks& checks) {
  if (repeated.size() > kMaxFilterIds) {
    checks.Add(field, absl::StrCat(repeated.size()), "must be at most 2,000 ids", "TOO_MANY_IDS");
  }
  return {repeated.begin(), repeated.end()};
}

void ReadHistory(const v1::Event& proto, sim::Frequency frequency, Checks& checks,
                 sim::Event* event) {
  event->history_status = FromProto(proto.history_status()).value_or(sim::HistoryStatus::kAbsent);
  if (event->history_status != sim::HistoryStatus::kPartlyIn) return;
  event->in_history_since = checks.Period("in_history_since", proto.in_history_since(), frequency);
}

void ReadChannel(const v1::Event& proto, Checks& checks, sim::Event* event) {
  event->channel = proto.channel();
  checks.Text("channel", proto.channel(), 64);
  if (!proto.has_channel_share()) return;
  event->channel_share_ratio = proto.channel_share();
  checks.InRange("channel_share", proto.channel_share(), 0, 1);
}

void ReadTransfers(const v1::Event& proto, Checks& checks, sim::Event* event) {
  if (proto.transfers_size() > kMaxTransfers) {
    checks.Add("transfers", absl::StrCat(proto.transfers_size()), "must be at most 32",
               "OUT_OF_RANGE");
  }
  for (const v1::Event::Transfer& transfer : proto.transfers()) {
    event->transfers.push_back({transfer.channel(), transfer.unit(), transfer.share()});
  }
}

sim::Event ReadEvent(const v1::Event& proto, sim::Frequency frequency, Checks& checks) {
  sim::Event event{.id = proto.id(),
                   .label_fr = proto.label_fr(),
                   .label_en = proto.label_en(),
                   .ramp_periods = proto.ramp_periods(),
                   .anticipation_periods = proto.anticipation_periods(),
                   .anticipation_share = proto.anticipation_share(),
                   .source = proto.source(),
                   .size_is_assumption = proto.size_is_assumption()};
  checks.Required("id", !proto.id().empty());
  checks.Text("label_en", proto.label_en(), 400);
  checks.Text("label_fr", proto.label_fr(), 400);
  checks.Text("source", proto.source(), 1'000);
  const auto category = FromProto(proto.category());
  checks.Required("category", category.has_value());
  event.event_class = category.value_or(sim::EventClass::kRegulatory);
  event.start =
      checks.Period("start", proto.start(), frequency).value_or(sim::Period{frequency, 0});
  if (!proto.end().empty()) event.end = checks.Period("end", proto.end(), frequency);
  checks.InRange("ramp_periods", proto.ramp_periods(), 0, kMaxPeriods);
  checks.InRange("anticipation_periods", proto.anticipation_periods(), 0, kMaxPeriods);
  checks.InRange("anticipation_share", proto.anticipation_share(), 0, 1);
  event.indicators = ReadIds("indicators", proto.indicators(), checks);
  event.segments = ReadIds("segments", proto.segments(), checks);
  event.units = ReadIds("units", proto.units(), checks);
  ReadChannel(proto, checks, &event);
  ReadTransfers(proto, checks, &event);
  event.effect = ReadEffect(proto.effect(), checks);
  ReadHistory(proto, frequency, checks, &event);
  event.in_baseline = proto.baseline_status() != v1::Event::BASELINE_STATUS_PROPOSED;
  return event;
}

// Ids and weights.
void ReadMixture(const v1::Scenario& proto, Checks& checks, sim::Scenario* scenario) {
  if (proto.has_weight_confidence()) scenario->weight_confidence = proto.weight_confidence();
  const int count = proto.mixture_size();
  if (count > kMostRegimesRead) {
    checks.Add("mixture", absl::StrCat(count),
               absl::StrCat("must be at most ", sim::kMaxRegimes, " regimes"), "TOO_MANY_REGIMES");
    return;
  }
  for (const v1::ScenarioRegime& regime : proto.mixture()) {
    const std::string& name = regime.scenario();
    scenario->mixture.push_back(
        {.id = name.substr(name.rfind('/') + 1), .weight = regime.weight()});
  }
}

v1::ScenarioRegime RegimeToProto(const sim::Regime& regime) {
  v1::ScenarioRegime proto;
  proto.set_scenario(regime.id);
  proto.set_display_name(regime.label);
  proto.set_weight(regime.weight);
  proto.set_content_hash(ScenarioHash({.drivers = regime.drivers, .events = regime.events}));
  return proto;
}

v1::DriverAssumption DriverToProto(const sim::DriverAssumption& driver) {
  v1::DriverAssumption proto;
  proto.set_driver(driver.driver);
  proto.set_mode(ToProto(driver.mode));
  proto.set_first_period(driver.first.ToString());
  proto.mutable_values()->Assign(driver.values.begin(), driver.values.end());
  proto.set_moves_others(driver.moves_others);
  return proto;
}

v1::Event EventToProto(const sim::Event& event) {
  v1::Event proto;
  proto.set_id(event.id);
  proto.set_label_en(event.label_en);
  proto.set_label_fr(event.label_fr);
  proto.set_category(ToProto(event.event_class));
  proto.set_start(event.start.ToString());
  if (event.end) proto.set_end(event.end->ToString());
  proto.set_ramp_periods(event.ramp_periods);
  proto.set_anticipation_periods(event.anticipation_periods);
  proto.set_anticipation_share(event.anticipation_share);
  proto.mutable_indicators()->Assign(event.indicators.begin(), event.indicators.end());
  proto.mutable_segments()->Assign(event.segments.begin(), event.segments.end());
  proto.mutable_units()->Assign(event.units.begin(), event.units.end());
  proto.set_channel(event.channel);
  if (event.channel_share_ratio) proto.set_channel_share(*event.channel_share_ratio);
  for (const sim::LostSalesTransfer& transfer : event.transfers) {
    v1::Event::Transfer& to = *proto.add_transfers();
    to.set_channel(transfer.channel);
    to.set_unit(transfer.unit);
    to.set_share(transfer.share);
  }
  proto.mutable_effect()->set_kind(ToProto(event.effect.kind));
  proto.mutable_effect()->set_low(event.effect.low);
  proto.mutable_effect()->set_mode(event.effect.mode);
  proto.mutable_effect()->set_high(event.effect.high);
  proto.set_history_status(ToProto(event.history_status));
  if (event.in_history_since) proto.set_in_history_since(event.in_history_since->ToString());
  proto.set_baseline_status(event.in_baseline ? v1::Event::BASELINE_STATUS_ENACTED
                                              : v1::Event::BASELINE_STATUS_PROPOSED);
  proto.set_source(event.source);
  proto.set_size_is_assumption(event.size_is_assumption);
  return proto;
}

}  // namespace

absl::StatusOr<sim::Scenario> FromProto(const v1::Scenario& proto, sim::Frequency frequency,
                                        absl::string_view root) {
  Checks checks{std::string(root)};
  sim::Scenario scenario{.label = proto.display_name()};
  checks.Text("display_name", proto.display_name(), 400);
  checks.Text("author", proto.author(), 400);
  if (proto.drivers_size() > kMaxDrivers) {
    checks.Add("drivers", absl::StrCat(proto.drivers_size()), "must be at most 256",
               "TOO_MANY_DRIVERS");
  }
  if (proto.events_size() > kMaxEvents) {
    checks.Add("events", absl::StrCat(proto.events_size()), "must be at most 1,000",
               "TOO_MANY_EVENTS");
  }
  ReadMixture(proto, checks, &scenario);
  for (int i = 0; i < proto.drivers_size(); ++i) {
    Checks inner(absl::StrCat("drivers[", i, "]"));
    sim::DriverAssumption driver = ReadDriver(proto.drivers(i), frequency, inner);
    checks.Merge(inner.violations());
    if (proto.drivers(i).mode() != v1::DriverAssumption::MODE_FREE) {
      scenario.drivers.push_back(std::move(driver));
    }
  }
  for (int i = 0; i < proto.events_size(); ++i) {
    Checks inner(absl::StrCat("events[", i, "]"));
    scenario.events.push_back(ReadEvent(proto.events(i), frequency, inner));
    checks.Merge(inner.violations());
  }
  if (!checks.ok()) return checks.ToStatus();
  return scenario;
}

void FillRegime(sim::Scenario scenario, sim::Regime& regime) {
  regime.label = std::move(scenario.label);
  regime.drivers = std::move(scenario.drivers);
  regime.events = std::move(scenario.events);
}

v1::Scenario ToProto(const sim::Scenario& scenario) {
  v1::Scenario proto;
  proto.set_display_name(scenario.label);
  for (const sim::DriverAssumption& driver : scenario.drivers) {
    *proto.add_drivers() = DriverToProto(driver);
  }
  for (const sim::Event& event : scenario.events) *proto.add_events() = EventToProto(event);
  for (const sim::Regime& regime : scenario.mixture) *proto.add_mixture() = RegimeToProto(regime);
  if (scenario.weight_confidence) proto.set_weight_confidence(*scenario.weight_confidence);
  return proto;
}

std::string ScenarioHash(const sim::Scenario& scenario) {
  v1::Scenario proto = ToProto(scenario);
  proto.clear_display_name();
  for (v1::Event& event : *proto.mutable_events()) {
    event.clear_label_en();
    event.clear_label_fr();
    event.clear_source();
    event.clear_size_is_assumption();
  }
  for (v1::ScenarioRegime& regime : *proto.mutable_mixture()) {
    regime.clear_scenario();
    regime.clear_display_name();
  }
  return ToHex(Sha256(DeterministicBytes(proto)));
}

}  // namespace jalon::server
