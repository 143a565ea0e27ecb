// Messages on their way into values of sim/, from the wire and from disk. The first line names the
// message, the rest is its protobuf text (corpora stay readable). What is accepted is written and
// read back as the same message.
#include <google/protobuf/stubs/logging.h>

#include <string>
#include <vector>

#include "jalon/store/v1/content.pb.h"
#include "jalon/v1/objective_service.pb.h"
#include "jalon/v1/result.pb.h"
#include "jalon/v1/scenario_service.pb.h"
#include "server/convert/calendar.h"
#include "server/convert/model.h"
#include "server/convert/network.h"
#include "server/convert/objective.h"
#include "server/convert/perimeter.h"
#include "server/convert/scenario.h"
#include "server/convert/score.h"
#include "server/convert/serialize.h"
#include "server/convert/status.h"
#include "server/convert/tables.h"
#include "server/convert/text_proto.h"
#include "server/run/row_axis.h"
#include "sim/demo/demo.h"
#include "tests/fuzz/fuzz_util.h"

namespace jalon::server {
namespace {

const sim::Demo& SmallDemo() {
  static const auto* demo = [] {
    auto made = sim::MakeDemo({.size = sim::DemoSize::kSmall, .month_count = 13});
    Require(made.ok());
    return new sim::Demo(*std::move(made));
  }();
  return *demo;
}

// A value that was accepted survives the way to disk and back.
template <typename Message>
void CheckStored(absl::string_view text) {
  Message message;
  if (!ReadTextProto(text, &message).ok()) return;
  const auto value = FromProto(message);
  if (!value.ok()) return;
  const Message written = ToProto(*value);
  const auto again = FromProto(written);
  Require(again.ok() && DeterministicBytes(ToProto(*again)) == DeterministicBytes(written));
}

// The same for tables that hang on a network.
template <typename Message>
void CheckTable(absl::string_view text) {
  Message message;
  if (!ReadTextProto(text, &message).ok()) return;
  const sim::Network& network = SmallDemo().revision.network;
  const auto value = FromProto(network, message);
  if (!value.ok()) return;
  const Message written = ToProto(*value);
  const auto again = FromProto(network, written);
  Require(again.ok() && DeterministicBytes(ToProto(*again)) == DeterministicBytes(written));
}

void CheckModelFile(absl::string_view text) {
  const auto model = ReadModel(text, v1::MODEL_FORMAT_TEXT);
  if (!model.ok()) return;
  const std::string written = WriteModel(*model, v1::MODEL_FORMAT_BINARY);
  const auto again = ReadModel(written, v1::MODEL_FORMAT_BINARY);
  Require(again.ok() && WriteModel(*again, v1::MODEL_FORMAT_BINARY) == written);
  v1::Model described;
  Describe(*model, &described);
}

void CheckScenario(absl::string_view text) {
  v1::Scenario message;
  if (!ReadTextProto(text, &message).ok()) return;
  const auto scenario = FromProto(message, sim::Frequency::kMonth, "scenario");
  if (!scenario.ok()) return;
  const sim::Revision& revision = SmallDemo().revision;
  ValidateScenario(revision.network, revision.drivers, *scenario);
  const auto again = FromProto(ToProto(*scenario), sim::Frequency::kMonth, "scenario");
  Require(again.ok() && ScenarioHash(*again) == ScenarioHash(*scenario));
}

void CheckScorePolicy(absl::string_view text) {
  v1::ScorePolicy message;
  if (!ReadTextProto(text, &message).ok()) return;
  const sim::Network& network = SmallDemo().revision.network;
  const auto policy = FromProto(message, network);
  if (!policy.ok()) return;
  const auto again = FromProto(ToProto(*policy), network);
  Require(again.ok() && *again == *policy);
  // What was accepted can be looked up everywhere.
  const sim::WeightTable table(network, *policy);
  const sim::Window year{sim::Period::Month(2027, 1), sim::Period::Month(2027, 12)};
  for (int u = 0; u < network.unit_count(); ++u) {
    table.Of(u, year);
    table.QualityOf(u, year);
  }
}

void CheckObjectives(absl::string_view text) {
  v1::ObjectiveList message;
  if (!ReadTextProto(text, &message).ok()) return;
  const sim::Network& network = SmallDemo().revision.network;
  Checks checks("objectives");
  std::vector<sim::Objective> objectives = ReadObjectives(message, network, checks);
  if (!checks.ok() || !ValidateObjectives(network, objectives).empty()) return;
  SortObjectives(network, objectives);
  const auto again = FromTable(ToTable(network, objectives));
  Require(again.ok() && again->size() == objectives.size());
}

void CheckGrowthRule(absl::string_view text) {
  v1::GrowthRule message;
  if (!ReadTextProto(text, &message).ok()) return;
  Checks checks("growth_rule");
  ReadGrowthRule(message, SmallDemo().revision.network, checks);
}

void CheckObjectiveTable(absl::string_view text) {
  store::v1::ObjectiveTable message;
  if (!ReadTextProto(text, &message).ok()) return;
  const auto objectives = FromTable(message);
  if (objectives.ok()) Require(static_cast<int>(objectives->size()) == message.ticks_size());
}

// An axis from disk, and a view of everything in it.
void CheckRowAxis(absl::string_view text) {
  store::v1::RowAxis message;
  if (!ReadTextProto(text, &message).ok()) return;
  const auto axis = RowAxis::FromProto(message);
  if (!axis.ok()) return;
  Checks checks("view");
  const std::vector<uint32_t> rows = axis->Select(v1::View(), checks);
  Require(static_cast<int64_t>(rows.size()) <= axis->row_count());
  axis->Keys(rows, 0, static_cast<int64_t>(rows.size()));
  axis->Hash(rows);
}

void CheckBlock(absl::string_view text) {
  store::v1::RealisationBlock message;
  if (!ReadTextProto(text, &message).ok()) return;
  store::v1::RevisionManifest manifest;
  manifest.set_first_period("2025-10");
  manifest.set_period_count(2);
  const auto realisations =
      FromBlocks(SmallDemo().revision.network, manifest, std::vector{message});
  if (realisations.ok()) ToBlocks(*realisations);
}

void CheckViolation(absl::string_view text) {
  v1::Violation message;
  if (!ReadTextProto(text, &message).ok()) return;
  const absl::Status status = sim::ViolationStatus(FromProto(message));
  const std::string details = StatusDetails(status);
  Require(details.size() <= kMaxDetailBytes);
  v1::Status parsed;
  Require(parsed.ParseFromString(details));
  Require(StatusMessage(status).size() <= kMaxStatusMessageBytes);
}

// Stored calendars of the demo's network give days that fit their months.
void CheckCalendars(absl::string_view text) {
  store::v1::CalendarContent message;
  if (!ReadTextProto(text, &message).ok()) return;
  const sim::Network& network = SmallDemo().revision.network;
  const auto table = FromProto(message, network);
  if (!table.ok()) return;
  const auto again = FromProto(ToProto(*table), network);
  Require(again.ok() && *again == *table);
  const sim::Period may = sim::Period::Month(2027, 5);
  const sim::OpeningDays days(network, *table, {may - 12, may});
  for (int u = 0; u < network.unit_count(); ++u) Require(!(days.days(u, may) > 31));
}

void CheckPhasing(absl::string_view text) {
  store::v1::PhasingContent message;
  if (!ReadTextProto(text, &message).ok()) return;
  const sim::Network& network = SmallDemo().revision.network;
  const auto table = FromProto(message, network);
  if (!table.ok()) return;
  const auto again = FromProto(ToProto(*table), network);
  Require(again.ok() && *again == *table);
}

void Check(absl::string_view name, absl::string_view text) {
  if (name == "calendars") return CheckCalendars(text);
  if (name == "phasing") return CheckPhasing(text);
  if (name == "model") return CheckModelFile(text);
  if (name == "network") return CheckStored<store::v1::NetworkContent>(text);
  if (name == "drivers") return CheckStored<store::v1::DriverContent>(text);
  if (name == "perimeter") return CheckStored<store::v1::PerimeterContent>(text);
  if (name == "channels") return CheckTable<store::v1::ChannelContent>(text);
  if (name == "credit") return CheckTable<store::v1::CreditContent>(text);
  if (name == "means") return CheckTable<store::v1::MeansContent>(text);
  if (name == "scenario") return CheckScenario(text);
  if (name == "score_policy") return CheckScorePolicy(text);
  if (name == "objectives") return CheckObjectives(text);
  if (name == "growth_rule") return CheckGrowthRule(text);
  if (name == "objective_table") return CheckObjectiveTable(text);
  if (name == "row_axis") return CheckRowAxis(text);
  if (name == "block") return CheckBlock(text);
  if (name == "violation") return CheckViolation(text);
}

}  // namespace
}  // namespace jalon::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Refused text is most of what a fuzzer makes; protobuf would log each.
  static const auto log = google::protobuf::SetLogHandler(nullptr);
  (void)log;
  const auto [name, text] = jalon::CutLine(jalon::TextOf(data, size));
  jalon::server::Check(name, text);
  return 0;
}
