// ImportNetwork: declarations first, then values, then the checks of sim/.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/ingest/calendars_reader.h"
#include "server/ingest/channels_reader.h"
#include "server/ingest/credit_reader.h"
#include "server/ingest/drivers_reader.h"
#include "server/ingest/file_set.h"
#include "server/ingest/import.h"
#include "server/ingest/means_reader.h"
#include "server/ingest/network_builder.h"
#include "server/ingest/perimeter_reader.h"
#include "server/ingest/realisations_reader.h"
#include "server/ingest/score_reader.h"
#include "sim/base/status_macros.h"
#include "sim/calendar/opening_days.h"
#include "sim/network/expression_rules.h"
#include "sim/perimeter/perimeter_rules.h"
#include "sim/perimeter/restate_means.h"

namespace jalon::server {
namespace {

constexpr int kMaxNotes = 100;

// The settings that an append takes from its base.
Mapping EffectiveMapping(const ImportRequest& request) {
  Mapping mapping = request.mapping;
  if (!request.network_id.empty()) mapping.network_id = request.network_id;
  if (request.mode == ImportMode::kAppend && request.base != nullptr) {
    mapping.frequency = request.base->network.frequency();
    mapping.currency = request.base->network.spec().currency;
  }
  return mapping;
}

class NetworkImporter {
 public:
  explicit NetworkImporter(const ImportRequest& request)
      : request_(request),
        mapping_(EffectiveMapping(request)),
        base_(request.mode == ImportMode::kAppend ? request.base : nullptr),
        files_(request.files, mapping_,
               {TableKind::kUnits,        TableKind::kSegments,      TableKind::kIndicators,
                TableKind::kRealisations, TableKind::kDriverList,    TableKind::kDrivers,
                TableKind::kElasticities, TableKind::kCalendars,     TableKind::kOpeningDates,
                TableKind::kOpeningDays,  TableKind::kPhasing,       TableKind::kPerimeter,
                TableKind::kWeights,      TableKind::kQuality,       TableKind::kLadder,
                TableKind::kChannels,     TableKind::kChannelShares, TableKind::kEliminations,
                TableKind::kParentTotals, TableKind::kMeans,         TableKind::kMeanEffects,
                TableKind::kAttributes},
               request.stop),
        builder_(mapping_, base_ == nullptr ? nullptr : &base_->network),
        values_(builder_, mapping_.frequency),
        drivers_(mapping_, mapping_.frequency, base_ == nullptr ? nullptr : &base_->drivers),
        calendars_(mapping_, base_),
        perimeter_(mapping_, mapping_.frequency, base_ == nullptr ? nullptr : &base_->perimeter),
        scores_(builder_, mapping_.frequency, base_ == nullptr ? nullptr : &base_->score),
        channels_(mapping_, mapping_.frequency, base_ == nullptr ? nullptr : &base_->channels),
        credit_(mapping_, mapping_.frequency, base_ == nullptr ? nullptr : &ImportedCredit(*base_)),
        means_(mapping_, mapping_.frequency, base_ == nullptr ? nullptr : &ImportedMeans(*base_)) {}

  ImportOutcome Run() {
    if (request_.mode == ImportMode::kAppend && request_.base == nullptr) {
      outcome_.violations.Add({.field = "base",
                               .rule = "must name the revision to append to",
                               .reason = "MISSING_VALUE"});
      return std::move(outcome_);
    }
    ReadDeclarations();
    ReadValues();
    ReadDrivers();
    ReadTables();
    ReadScores();
    ReadCalendars();
    if (request_.stop.stop_requested()) return std::move(outcome_);
    TakeViolations();
    Make();
    return std::move(outcome_);
  }

 private:
  void ReadDeclarations() {
    for (const InlineRow& row : mapping_.rows) builder_.AddInline(row);
    files_.ForEach(TableKind::kIndicators, [&](TableReader& reader, const TableMapping&) {
      builder_.ReadIndicators(reader);
    });
    files_.ForEach(TableKind::kSegments, [&](TableReader& reader, const TableMapping&) {
      builder_.ReadSegments(reader);
    });
    files_.ForEach(TableKind::kAttributes, [&](TableReader& reader, const TableMapping&) {
      builder_.ReadAttributes(reader);
    });
    files_.ForEach(TableKind::kUnits, [&](TableReader& reader, const TableMapping& table) {
      builder_.ReadUnits(reader, table);
    });
  }

  // An append of tables about the network alone: the history of the base stays as it is.
  bool HasTablesAlone() const {
    constexpr std::array kTables = {
        TableKind::kCalendars,     TableKind::kOpeningDates, TableKind::kOpeningDays,
        TableKind::kPhasing,       TableKind::kPerimeter,    TableKind::kWeights,
        TableKind::kQuality,       TableKind::kLadder,       TableKind::kChannels,
        TableKind::kChannelShares, TableKind::kEliminations, TableKind::kParentTotals,
        TableKind::kMeans,         TableKind::kMeanEffects,  TableKind::kAttributes};
    return base_ != nullptr && !files_.Has(TableKind::kRealisations) &&
           std::any_of(kTables.begin(), kTables.end(),
                       [&](TableKind kind) { return files_.Has(kind); });
  }

  void ReadValues() {
    if (!files_.Has(TableKind::kRealisations) && !HasTablesAlone()) {
      outcome_.violations.Add(
          {.field = "realisations",
           .rule = "must come with the import, in a table of the mapping or as `realisations.csv`",
           .reason = "MISSING_FILE"});
    }
    files_.ForEach(TableKind::kRealisations, [&](TableReader& reader, const TableMapping& table) {
      values_.Read(reader, table);
    });
    files_.ForEach(TableKind::kPerimeter,
                   [&](TableReader& reader, const TableMapping&) { perimeter_.Read(reader); });
    perimeter_.DateUnits(builder_);
    if (mapping_.infer_opened || mapping_.infer_closed) {
      std::tie(outcome_.counts.units_opened, outcome_.counts.units_closed) =
          values_.InferDates(mapping_.infer_opened, mapping_.infer_closed);
    }
  }

  void ReadDrivers() {
    for (const InlineRow& row : mapping_.rows) drivers_.AddInline(row);
    files_.ForEach(TableKind::kDriverList,
                   [&](TableReader& reader, const TableMapping&) { drivers_.ReadList(reader); });
    const std::optional<sim::Window> window = values_.window();
    files_.ForEach(TableKind::kDrivers, [&](TableReader& reader, const TableMapping& table) {
      drivers_.ReadValues(reader, table,
                          window ? std::optional<sim::Period>(window->last) : std::nullopt);
    });
    files_.ForEach(TableKind::kElasticities, [&](TableReader& reader, const TableMapping&) {
      drivers_.ReadElasticities(reader);
    });
  }

  void ReadCalendars() {
    files_.ForEach(TableKind::kCalendars,
                   [&](TableReader& reader, const TableMapping&) { calendars_.ReadRules(reader); });
    files_.ForEach(TableKind::kOpeningDates,
                   [&](TableReader& reader, const TableMapping&) { calendars_.ReadDates(reader); });
    files_.ForEach(TableKind::kOpeningDays,
                   [&](TableReader& reader, const TableMapping&) { calendars_.ReadDays(reader); });
    files_.ForEach(TableKind::kPhasing, [&](TableReader& reader, const TableMapping&) {
      calendars_.ReadPhasing(reader);
    });
  }

  // After the values, whose level columns may declare units.
  void ReadScores() {
    files_.ForEach(TableKind::kWeights,
                   [&](TableReader& reader, const TableMapping&) { scores_.ReadWeights(reader); });
    files_.ForEach(TableKind::kQuality,
                   [&](TableReader& reader, const TableMapping&) { scores_.ReadQuality(reader); });
    files_.ForEach(TableKind::kLadder,
                   [&](TableReader& reader, const TableMapping&) { scores_.ReadLadder(reader); });
  }

  // Channels, credit and means.
  void ReadTables() {
    files_.ForEach(TableKind::kChannels, [&](TableReader& reader, const TableMapping&) {
      channels_.ReadChannels(reader);
    });
    files_.ForEach(TableKind::kChannelShares,
                   [&](TableReader& reader, const TableMapping&) { channels_.ReadShares(reader); });
    for (const TableKind kind : {TableKind::kEliminations, TableKind::kParentTotals}) {
      files_.ForEach(kind,
                     [&](TableReader& reader, const TableMapping&) { credit_.Read(reader, kind); });
    }
    files_.ForEach(TableKind::kMeans,
                   [&](TableReader& reader, const TableMapping&) { means_.Read(reader); });
    files_.ForEach(TableKind::kMeanEffects,
                   [&](TableReader& reader, const TableMapping&) { means_.ReadEffects(reader); });
  }

  // The tables checked against the network; their problems join the others.
  void FinishTables(const sim::Network& network) {
    channel_table_ = channels_.Finish(network);
    outcome_.violations.Merge(channels_.TakeViolations());
    if (const std::optional<sim::Window> window = HistoryWindow()) {
      credit_table_ = credit_.Finish(network, *window);
    }
    outcome_.violations.Merge(credit_.TakeViolations());
    means_table_ = means_.Finish(network);
    outcome_.violations.Merge(means_.TakeViolations());
  }

  void TakeViolations() {
    outcome_.violations.Merge(files_.TakeViolations());
    spec_ = builder_.Complete();
    outcome_.violations.Merge(builder_.TakeViolations());
    AddWithOrigin(sim::Network::Validate(spec_));
    driver_table_ = drivers_.Finish();
    outcome_.violations.Merge(drivers_.TakeViolations());
  }

  void AddWithOrigin(const sim::Violations& found) {
    for (const sim::Violation& violation : found.kept()) {
      outcome_.violations.Add(builder_.WithPlace(violation));
    }
  }

  void Merge(const absl::Status& status) {
    const sim::Violations found = sim::ViolationsFromStatus(status);
    if (!found.empty()) {
      outcome_.violations.Merge(found);
      return;
    }
    outcome_.violations.Add({.field = "import",
                             .rule = std::string(status.message()),
                             .reason = "REFUSED",
                             .message = std::string(status.message())});
  }

  void Make() {
    outcome_.counts.files = static_cast<int64_t>(request_.files.size());
    outcome_.files = files_.TakeEchoes();
    for (const FileEcho& echo : outcome_.files) outcome_.counts.rows += echo.rows;
    // The network is made even when rows were refused, so that the same report also says which
    // series and cells are wrong.
    absl::StatusOr<sim::Network> network = sim::Network::Create(spec_);
    if (!network.ok()) return;  // Validate has said why
    drivers_.CheckPlaces(*network);
    outcome_.violations.Merge(drivers_.TakeViolations());
    sim::CalendarTable calendars = calendars_.Calendars(*network);
    sim::PhasingTable phasing = calendars_.Phasing(*network);
    outcome_.violations.Merge(calendars_.TakeViolations());
    CheckExpressions(*network);
    CheckPerimeter(*network);
    scores_.CheckPlaces(*network);
    outcome_.violations.Merge(scores_.TakeViolations());
    FinishTables(*network);
    absl::StatusOr<RealisationsReader::Result> result = RealisationsReader::Result();
    if (!HasTablesAlone()) result = values_.Finish(*network, request_.series_hash);
    if (!result.ok()) {
      Merge(result.status());
      return;
    }
    if (!outcome_.violations.empty()) return;
    outcome_.jumps = std::move(result->jumps);
    outcome_.counts.jumps = result->jump_count;
    sim::Realisations realisations = std::move(result->realisations);
    if (base_ != nullptr) {
      absl::StatusOr<sim::Realisations> merged = MergeWithBase(*network, realisations);
      if (!merged.ok()) {
        Merge(merged.status());
        return;
      }
      realisations = *std::move(merged);
    }
    outcome_.revision =
        sim::Revision{*std::move(network), std::move(realisations), std::move(driver_table_)};
    outcome_.revision->channels = std::move(channel_table_);
    outcome_.revision->credit = std::move(credit_table_);
    outcome_.revision->means = std::move(means_table_);
    outcome_.revision->score = scores_.Finish();
    outcome_.revision->calendars = std::move(calendars);
    outcome_.revision->phasing = std::move(phasing);
    Restate();
    if (!outcome_.revision.has_value()) return;
    Count();
    WriteNotes();
  }

  // The history that an append makes longer: as imported.
  const sim::Realisations& BaseHistory() const { return ImportedHistory(*base_); }

  // Periods of the files and of the base; nullopt without any value.
  std::optional<sim::Window> HistoryWindow() const {
    const std::optional<sim::Window> window = values_.window();
    if (base_ == nullptr || BaseHistory().period_count() == 0) return window;
    const sim::Window base = BaseHistory().window();
    return sim::Window{std::min(window.value_or(base).first, base.first),
                       std::max(window.value_or(base).last, base.last)};
  }

  void CheckPerimeter(const sim::Network& network) {
    const sim::Perimeter& perimeter = perimeter_.Finish();
    if (const std::optional<sim::Window> history = HistoryWindow()) {
      perimeter_.AddWithPlace(sim::CheckPerimeter(network, perimeter, *history));
    }
    outcome_.violations.Merge(perimeter_.TakeViolations());
  }

  // From here on the history is the one of the target perimeter; the original is kept beside it.
  void Restate() {
    sim::Revision& revision = *outcome_.revision;
    revision.perimeter = perimeter_.Finish();
    if (revision.perimeter.changes.empty()) return;
    absl::StatusOr<sim::Restated> restated =
        sim::Restate(revision.network, revision.realisations, revision.perimeter, revision.credit);
    if (!restated.ok()) {
      perimeter_.AddWithPlace(sim::ViolationsFromStatus(restated.status()));
      outcome_.violations.Merge(perimeter_.TakeViolations());
      outcome_.revision.reset();
      return;
    }
    if (restated->realisations != revision.realisations) {
      revision.original = std::move(revision.realisations);
      revision.realisations = std::move(restated->realisations);
    }
    if (restated->credit != revision.credit) {
      revision.original_credit = std::move(revision.credit);
      revision.credit = std::move(restated->credit);
    }
    RestateMeans(restated->summary.target_date);
    outcome_.restatement = restated->summary;
    for (std::string& note : restated->notes) Note(std::move(note));
  }

  // Means follow customers.
  void RestateMeans(sim::Period target) {
    sim::Revision& revision = *outcome_.revision;
    sim::RestatedMeans restated =
        sim::RestateMeans(revision.network, revision.means, revision.perimeter, target);
    for (std::string& note : restated.notes) Note(std::move(note));
    if (restated.series_count == 0) return;
    Note(absl::StrCat(restated.series_count,
                      " series of means follow the customers of the target perimeter"));
    revision.original_means = std::move(revision.means);
    revision.means = std::move(restated.means);
  }

  // Expressions against the drivers, placed where the indicator was declared.
  void CheckExpressions(const sim::Network& network) {
    const sim::Violations found = sim::CheckExpressions(network, driver_table_);
    for (sim::Violation violation : found.kept()) {
      const std::optional<size_t> k = ListIndex(violation.field);
      const std::optional<int> declared =
          builder_.FindIndicator(network.indicator(static_cast<int>(k.value_or(0))).id);
      violation.field = absl::StrCat("indicators[", declared.value_or(0), "].expression");
      violation.message.clear();
      outcome_.violations.Add(builder_.WithPlace(std::move(violation)));
    }
  }

  absl::StatusOr<sim::Realisations> MergeWithBase(const sim::Network& network,
                                                  const sim::Realisations& update) {
    JALON_ASSIGN_OR_RETURN(const sim::Realisations base,
                           sim::Rekeyed(BaseHistory(), base_->network, network));
    if (HasTablesAlone()) return base;
    JALON_ASSIGN_OR_RETURN(sim::MergedRealisations merged,
                           sim::MergeRealisations(network, base, update));
    outcome_.counts.restated = static_cast<int64_t>(merged.restated.size());
    outcome_.restated = std::move(merged.restated);
    if (outcome_.restated.size() > kMaxListed) outcome_.restated.resize(kMaxListed);
    return std::move(merged.merged);
  }

  void Count() {
    const sim::Revision& revision = *outcome_.revision;
    ImportCounts& counts = outcome_.counts;
    counts.units = revision.network.unit_count();
    counts.segments = revision.network.segment_count();
    counts.indicators = revision.network.indicator_count();
    counts.series = revision.realisations.series_count();
    counts.periods = revision.realisations.period_count();
    counts.drivers = static_cast<int64_t>(revision.drivers.drivers.size());
    counts.elasticities = static_cast<int64_t>(revision.drivers.priors.size());
    for (int i = 0; i < revision.realisations.series_count(); ++i) {
      for (const double value : revision.realisations.row(i)) {
        ++(std::isnan(value) ? counts.missing : counts.values);
        counts.zeros += value == 0;
      }
    }
  }

  void Note(std::string note) {
    if (outcome_.notes.size() < kMaxNotes) outcome_.notes.push_back(std::move(note));
  }

  void WriteNotes() {
    const ImportCounts& counts = outcome_.counts;
    const sim::Revision& revision = *outcome_.revision;
    for (int k = 0; k < revision.network.indicator_count(); ++k) {
      const sim::Indicator& indicator = revision.network.indicator(k);
      const auto [first, end] = revision.realisations.IndicatorRows(k);
      if (!revision.network.HasSeries(k)) continue;
      if (first == end) Note(absl::StrCat("indicator `", indicator.id, "` has no values"));
      if (indicator.kind == sim::IndicatorKind::kNetFlow) {
        Note(absl::StrCat("indicator `", indicator.id,
                          "` is a net flow: the gross flows behind it make better objectives"));
      }
      if (indicator.kind == sim::IndicatorKind::kStock && indicator.inflows.empty() &&
          indicator.outflows.empty()) {
        Note(absl::StrCat("indicator `", indicator.id,
                          "` is a stock without flows: only its net variation can be modelled"));
      }
    }
    NoteCalendars();
    for (const std::string& note : FormulaNotes(revision.drivers)) Note(note);
    if (counts.missing > 0) {
      Note(absl::StrCat(counts.missing, " cells of ", counts.series, " series x ", counts.periods,
                        " periods have no value: missing, not zero"));
    }
    if (counts.units_closed > 0) {
      Note(absl::StrCat(counts.units_closed,
                        " units end before the last period and are closed there; successors are "
                        "not guessed"));
    }
    if (counts.units_opened > 0) {
      Note(absl::StrCat(counts.units_opened, " units begin after the first period and open there"));
    }
    if (counts.jumps > 0) {
      Note(
          absl::StrCat(counts.jumps, " jumps: mergers or errors, left in the history as they are"));
    }
    if (counts.restated > 0) {
      Note(absl::StrCat(counts.restated, " cells of the base revision have another value now"));
    }
  }

  // Says whose opening days are not known although an indicator is proportional to them.
  void NoteCalendars() {
    const sim::Revision& revision = *outcome_.revision;
    int exposed = 0;
    for (const sim::Indicator& indicator : revision.network.spec().indicators) {
      exposed += indicator.exposure == sim::Exposure::kOpeningDays ? 1 : 0;
    }
    if (exposed == 0) return;
    const sim::OpeningDays days(revision.network, revision.calendars,
                                {revision.realisations.last(), revision.realisations.last()});
    int unknown = 0;
    for (int u = 0; u < revision.network.unit_count(); ++u) {
      unknown +=
          revision.network.is_leaf(u) && std::isnan(days.days(u, revision.realisations.last())) ? 1
                                                                                                : 0;
    }
    if (unknown == 0) return;
    Note(absl::StrCat(exposed, " indicators are proportional to opening days, and ", unknown,
                      " branches have none in ", revision.realisations.last().ToString(),
                      ": their exposure is 1"));
  }

  const ImportRequest& request_;
  const Mapping mapping_;
  const sim::Revision* base_;
  FileSet files_;
  NetworkBuilder builder_;
  RealisationsReader values_;
  DriversReader drivers_;
  CalendarsReader calendars_;
  PerimeterReader perimeter_;
  ScoreReader scores_;
  ChannelsReader channels_;
  CreditReader credit_;
  MeansReader means_;
  sim::NetworkSpec spec_;
  sim::DriverTable driver_table_;
  sim::ChannelTable channel_table_;
  sim::CreditTable credit_table_;
  sim::MeansTable means_table_;
  ImportOutcome outcome_;
};

// The request with the mapping of its manifest, when it has no other.
absl::StatusOr<ImportRequest> WithManifest(const ImportRequest& request) {
  ImportRequest with = request;
  if (request.mapping != Mapping()) return with;
  for (size_t i = 0; i < request.files.size(); ++i) {
    if (request.files[i].name != kManifestName) continue;
    JALON_ASSIGN_OR_RETURN(with.mapping, ParseMapping(request.files[i].bytes, kManifestName));
    with.files.erase(with.files.begin() + static_cast<std::ptrdiff_t>(i));
    return with;
  }
  return with;
}

}  // namespace

ImportOutcome ImportNetwork(const ImportRequest& request) {
  const absl::StatusOr<ImportRequest> effective = WithManifest(request);
  if (effective.ok()) return NetworkImporter(*effective).Run();
  ImportOutcome outcome;
  outcome.violations = sim::ViolationsFromStatus(effective.status());
  return outcome;
}

}  // namespace jalon::server
