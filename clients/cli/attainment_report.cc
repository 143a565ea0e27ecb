#include "clients/cli/attainment_report.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "clients/cli/provenance.h"
#include "clients/cli/results.h"

namespace jalon::client {
namespace {

constexpr double kUnlikely = 0.1;
constexpr double kLikely = 0.9;

struct IndicatorSummary {
  int64_t count = 0;
  double sum = 0.0;
  int64_t unlikely = 0;
  int64_t likely = 0;
  // Of a run with a baseline: sum of the differences of chances, and rows by what is known of them.
  double change = 0.0;
  std::map<std::string, int64_t> effects;
};

// `three-moments` of LAW_THREE_MOMENTS.
std::string LawWord(const std::optional<double>& value) {
  if (!value.has_value()) return "";
  constexpr absl::string_view kPrefix = "LAW_";
  const std::string name = v1::Law_Name(static_cast<int>(*value));
  if (!absl::StartsWith(name, kPrefix)) return absl::StrCat(*value);
  return absl::StrReplaceAll(absl::AsciiStrToLower(name.substr(kPrefix.size())), {{"_", "-"}});
}

CellFormat FormatOf(const v1::StatisticSpec& spec) {
  switch (spec.statistic()) {
    case v1::STATISTIC_LAW:
      return CellFormat::kText;
    case v1::STATISTIC_ATTAINMENT_PROBABILITY:
    case v1::STATISTIC_ATTAINMENT_LOW:
    case v1::STATISTIC_ATTAINMENT_HIGH:
    case v1::STATISTIC_ATTAINMENT_KNOWLEDGE_LOW:
    case v1::STATISTIC_ATTAINMENT_KNOWLEDGE_HIGH:
    case v1::STATISTIC_RO_PROBABILITY:
    case v1::STATISTIC_RO_UNDEFINED_PROBABILITY:
    case v1::STATISTIC_NO_RATIO_PROBABILITY:
    case v1::STATISTIC_DELTA_ATTAINMENT_PROBABILITY:
    case v1::STATISTIC_DELTA_ATTAINMENT_LOW:
    case v1::STATISTIC_DELTA_ATTAINMENT_HIGH:
    case v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_LOW:
    case v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_HIGH:
      return CellFormat::kProbability;
    default:
      return CellFormat::kNumber;
  }
}

std::optional<size_t> PlaceOf(const std::vector<v1::StatisticSpec>& statistics,
                              v1::Statistic statistic) {
  for (size_t i = 0; i < statistics.size(); ++i) {
    if (statistics[i].statistic() == statistic) return i;
  }
  return std::nullopt;
}

// Whether the difference of probabilities is among the columns, with what is known of it.
bool HasDeltas(const std::vector<v1::StatisticSpec>& statistics) {
  return PlaceOf(statistics, v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_LOW).has_value() &&
         PlaceOf(statistics, v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_HIGH).has_value();
}

// What the knowledge interval says of the effect on the chance: `none` where the change does not
// reach the row at all; empty where there is no interval.
std::string EffectWord(const std::optional<double>& low, const std::optional<double>& high) {
  if (!low.has_value() || !high.has_value()) return "";
  if (*low == 0.0 && *high == 0.0) return "none";
  if (*low > 0.0) return "up";
  return *high < 0.0 ? "down" : "not established";
}

std::vector<Column> ColumnsOf(const std::vector<v1::StatisticSpec>& statistics) {
  std::vector<Column> columns = {{"unit", "Unit", "Entité"},
                                 {"segment", "Segment", "Segment"},
                                 {"indicator", "Indicator", "Indicateur"},
                                 {"window", "Window", "Période", CellFormat::kPeriod}};
  for (const auto& spec : statistics) {
    const std::string key = StatisticKey(spec);
    columns.push_back({key, key, key, FormatOf(spec)});
  }
  if (HasDeltas(statistics)) columns.push_back({"effect", "Effect", "Effet"});
  return columns;
}

// The same for a run with a baseline: the chance and what becomes of it.
std::vector<v1::StatisticSpec> ScreenDeltas(const v1::Run& run) {
  std::vector<v1::StatisticSpec> chosen;
  for (const auto& spec : run.statistics()) {
    switch (spec.statistic()) {
      case v1::STATISTIC_OBJECTIVE:
      case v1::STATISTIC_ATTAINMENT_PROBABILITY:
      case v1::STATISTIC_MEAN:
      case v1::STATISTIC_DELTA_ATTAINMENT_PROBABILITY:
      case v1::STATISTIC_DELTA_ATTAINMENT_LOW:
      case v1::STATISTIC_DELTA_ATTAINMENT_HIGH:
      case v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_LOW:
      case v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_HIGH:
      case v1::STATISTIC_DELTA_MEAN:
        chosen.push_back(spec);
        break;
      default:
        break;
    }
  }
  return chosen;
}

// The columns a screen has room for.
std::vector<v1::StatisticSpec> ScreenStatistics(const v1::Run& run) {
  if (!run.baseline().empty()) return ScreenDeltas(run);
  std::vector<v1::StatisticSpec> chosen;
  for (const auto& spec : run.statistics()) {
    const v1::Statistic s = spec.statistic();
    const bool quantile = s == v1::STATISTIC_QUANTILE &&
                          (spec.level() == 0.1 || spec.level() == 0.5 || spec.level() == 0.9);
    if (quantile || s == v1::STATISTIC_OBJECTIVE || s == v1::STATISTIC_OPENING_VALUE ||
        s == v1::STATISTIC_ATTAINMENT_PROBABILITY || s == v1::STATISTIC_ATTAINMENT_LOW ||
        s == v1::STATISTIC_ATTAINMENT_HIGH || s == v1::STATISTIC_ATTAINMENT_KNOWLEDGE_LOW ||
        s == v1::STATISTIC_ATTAINMENT_KNOWLEDGE_HIGH) {
      chosen.push_back(spec);
    }
  }
  return chosen;
}

void WriteSummary(Context& context, const std::map<std::string, IndicatorSummary>& summaries) {
  TableWriter table =
      context.table({{"indicator", "Indicator", "Indicateur"},
                     {"objectives", "Objectives", "Objectifs", CellFormat::kCount},
                     {"mean", "Mean chance", "Chance moyenne", CellFormat::kProbability},
                     {"unlikely", "Chance < 10 %", "Chance < 10 %", CellFormat::kCount},
                     {"likely", "Chance > 90 %", "Chance > 90 %", CellFormat::kCount}});
  for (const auto& [indicator, s] : summaries) {
    table.Row({indicator, s.count, s.sum / static_cast<double>(s.count), s.unlikely, s.likely});
  }
  table.Finish();
  context.out() << "\n";
}

std::string EffectOf(const std::vector<v1::StatisticSpec>& statistics, const ResultRow& row) {
  const auto low = PlaceOf(statistics, v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_LOW);
  const auto high = PlaceOf(statistics, v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_HIGH);
  if (!low.has_value() || !high.has_value()) return "";
  return EffectWord(row.values[*low], row.values[*high]);
}

// What a change does, indicator by indicator.
void WriteEffects(Context& context, const std::map<std::string, IndicatorSummary>& summaries) {
  TableWriter table = context.table(
      {{"indicator", "Indicator", "Indicateur"},
       {"change", "Mean change of chance", "Variation moyenne", CellFormat::kProbability},
       {"up", "Chance up", "Chance en hausse", CellFormat::kCount},
       {"down", "Chance down", "Chance en baisse", CellFormat::kCount},
       {"not_established", "Effect not established", "Effet non établi", CellFormat::kCount},
       {"none", "No effect", "Sans effet", CellFormat::kCount}});
  for (const auto& [indicator, s] : summaries) {
    const auto count = [&effects = s.effects](const std::string& word) {
      const auto found = effects.find(word);
      return found == effects.end() ? int64_t{0} : found->second;
    };
    table.Row({indicator, s.change / static_cast<double>(s.count), count("up"), count("down"),
               count("not established"), count("none")});
  }
  table.Finish();
  context.out() << "\n";
}

std::vector<Cell> CellsOf(const std::vector<v1::StatisticSpec>& statistics, const ResultRow& row) {
  std::vector<Cell> cells = {row.key.unit, row.key.segment, row.key.indicator, row.key.window};
  for (size_t i = 0; i < row.values.size(); ++i) {
    const bool is_law = statistics[i].statistic() == v1::STATISTIC_LAW;
    cells.push_back(is_law ? Cell(LawWord(row.values[i])) : OptionalCell(row.values[i]));
  }
  if (HasDeltas(statistics)) cells.emplace_back(EffectOf(statistics, row));
  return cells;
}

void Count(const std::optional<double>& p, IndicatorSummary& summary) {
  if (!p.has_value()) return;
  ++summary.count;
  summary.sum += *p;
  summary.unlikely += *p < kUnlikely ? 1 : 0;
  summary.likely += *p > kLikely ? 1 : 0;
}

}  // namespace

absl::Status WriteAttainment(Context& context, const std::string& run,
                             const AttainmentReportOptions& options) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::Run> resource = ReadRun(context, run);
  if (!resource.ok()) return resource.status();
  AddHypotheses(context, *resource);
  v1::View view = options.view;
  std::vector<v1::StatisticSpec> statistics(resource->statistics().begin(),
                                            resource->statistics().end());
  if (context.is_screen()) statistics = ScreenStatistics(*resource);
  for (const auto& spec : statistics) *view.add_statistics() = spec;
  const auto probability = PlaceOf(statistics, v1::STATISTIC_ATTAINMENT_PROBABILITY);
  const auto change = PlaceOf(statistics, v1::STATISTIC_DELTA_ATTAINMENT_PROBABILITY);
  std::map<std::string, IndicatorSummary> summaries;
  TableWriter table = context.table(ColumnsOf(statistics));
  int64_t rows = 0;
  const absl::Status status = ForEachRow(**client, run, view, [&](const ResultRow& row) {
    ++rows;
    if (probability.has_value()) Count(row.values[*probability], summaries[row.key.indicator]);
    if (change.has_value()) {
      IndicatorSummary& summary = summaries[row.key.indicator];
      summary.change += row.values[*change].value_or(0.0);
      ++summary.effects[EffectOf(statistics, row)];
    }
    if (!context.is_screen() || rows <= options.shown_rows) table.Row(CellsOf(statistics, row));
  });
  if (!status.ok()) return status;
  std::erase_if(summaries, [](const auto& entry) { return entry.second.count == 0; });
  if (context.is_screen() && !summaries.empty()) WriteSummary(context, summaries);
  if (context.is_screen() && !summaries.empty() && change.has_value()) {
    WriteEffects(context, summaries);
  }
  table.Finish();
  if (context.is_screen() && rows > options.shown_rows) {
    context.out() << absl::StrCat("... ", rows - options.shown_rows, " more of ", rows,
                                  " rows: --rows N shows more, -o csv gives all\n");
  }
  return absl::OkStatus();
}

}  // namespace jalon::client
