#include "server/ingest/mapping.h"

#include <array>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/ingest/text_rules.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

constexpr int64_t kMaxMappingBytes = 1 << 20;

struct KindName {
  TableKind kind;
  absl::string_view name;
  // Of a declaration written in the mapping; empty when there is none.
  absl::string_view inline_name;
  absl::string_view roles;
  bool side_by_side = false;  // takes value.<id>
  bool levels = false;        // takes level.<name>
};

constexpr std::array<KindName, 26> kKinds = {{
    {TableKind::kUnits, "units", "", "id parent level label_fr label_en kind opened closed", false,
     true},
    {TableKind::kSegments, "segments", "segment", "id parent label_fr label_en"},
    {TableKind::kIndicators, "indicators", "indicator",
     "id label_fr label_en product family measure kind direction aggregation basis scale floor cap "
     "rounding adds_over_units adds_over_segments adds_over_channels provisional_from unit_kinds "
     "exposure inflows outflows numerator denominator expression "
     "difference multiply report_jumps"},
    {TableKind::kRealisations, "realisations", "", "unit segment indicator period value", true,
     true},
    {TableKind::kDriverList, "driver_list", "driver",
     "id label_fr label_en unit class scope frequency conversion formula rounding floor cap "
     "effective_months announcement_lag deviation_probability deviation_law deviation_low "
     "deviation "
     "deviation_high"},
    {TableKind::kDrivers, "drivers", "", "driver scope period value", true},
    {TableKind::kElasticities, "elasticities", "", "driver indicator transform lag mean sd source"},
    {TableKind::kObjectives, "objectives", "",
     "unit segment indicator window value reason pinned changed_on old_value change_reason", true},
    {TableKind::kObjectiveChanges, "objective_changes", "",
     "unit segment indicator window changed_on old_value reason"},
    {TableKind::kPaths, "paths", "", "driver period value mode moves_others", true},
    {TableKind::kEvents, "events", "",
     "id label_fr label_en class start end ramp anticipation anticipation_share indicators "
     "segments "
     "units channel channel_share transfers law low effect high history in_history_since "
     "in_baseline source assumption"},
    {TableKind::kCalendars, "calendars", "", "unit kind week holidays"},
    {TableKind::kOpeningDates, "opening_dates", "", "unit kind date open"},
    {TableKind::kOpeningDays, "opening_days", "", "unit kind period days"},
    {TableKind::kPhasing, "phasing", "", "unit indicator month share"},
    {TableKind::kPerimeter, "perimeter", "",
     "type date unit receiver segment receiver_segment share unsplit_share means_share "
     "indicator unit_kind bridge break source"},
    {TableKind::kWeights, "weights", "",
     "unit unit_kind indicator window weight floor cap complete"},
    {TableKind::kQuality, "quality", "", "unit unit_kind window factor"},
    {TableKind::kLadder, "ladder", "", "threshold payoff shape"},
    {TableKind::kChannels, "channels", "", "id label_fr label_en"},
    {TableKind::kChannelShares, "channel_shares", "",
     "unit unit_kind segment indicator channel share from to assumption source"},
    {TableKind::kEliminations, "eliminations", "", "unit segment indicator period value"},
    {TableKind::kParentTotals, "parent_totals", "", "unit segment indicator period value"},
    {TableKind::kMeans, "means", "", "unit mean period value planned adds"},
    {TableKind::kMeanEffects, "mean_effects", "", "mean indicator elasticity sd source"},
    {TableKind::kAttributes, "attributes", "", "name kind unit label_fr label_en"},
}};

const KindName& NamesOf(TableKind kind) {
  for (const KindName& names : kKinds) {
    if (names.kind == kind) return names;
  }
  return kKinds[0];
}

// `value` without its ends' blanks; a value in double quotes keeps the blanks inside them.
absl::string_view Unquote(absl::string_view value) {
  value = TrimBlanks(value);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return value;
}

std::vector<std::string> SplitList(absl::string_view value) {
  std::vector<std::string> items;
  for (const absl::string_view item : absl::StrSplit(value, ',')) {
    const absl::string_view text = Unquote(item);
    if (!text.empty()) items.emplace_back(text);
  }
  return items;
}

// Parses one mapping; every problem goes to violations_.
class MappingParser {
 public:
  explicit MappingParser(absl::string_view file) { mapping_.file = std::string(file); }

  absl::StatusOr<Mapping> Parse(absl::string_view text) {
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      ++line_;
      line = TrimBlanks(absl::StripSuffix(line, "\r"));
      if (line.empty() || line[0] == '#') continue;
      if (line[0] == '[') {
        StartSection(line);
      } else {
        TakeLine(line);
      }
    }
    for (const TableMapping& table : mapping_.tables) CheckTable(table);
    if (!violations_.empty()) return violations_.ToStatus();
    return std::move(mapping_);
  }

 private:
  enum class Section { kNone, kUnknown, kNetwork, kScenario, kTable, kInline };

  void Refuse(absl::string_view field, absl::string_view value, std::string rule,
              absl::string_view reason) {
    violations_.Add({.field = std::string(field),
                     .value = std::string(value),
                     .rule = std::move(rule),
                     .reason = std::string(reason),
                     .file = mapping_.file,
                     .line = line_});
  }

  void BadValue(absl::string_view key, absl::string_view value, absl::string_view rule) {
    Refuse(key, value, std::string(rule), "BAD_VALUE");
  }

  void StartSection(absl::string_view line) {
    keys_.clear();
    section_ = Section::kUnknown;
    if (!absl::EndsWith(line, "]")) {
      Refuse("section", line, "must end with `]`", "BAD_LINE");
      return;
    }
    const absl::string_view name = TrimBlanks(line.substr(1, line.size() - 2));
    if (name == "network") {
      section_ = Section::kNetwork;
    } else if (name == "scenario") {
      section_ = Section::kScenario;
    } else if (!StartTable(name) && !StartInline(name)) {
      Refuse("section", name, absl::StrCat("must be one of ", SectionNames()), "UNKNOWN_SECTION");
    }
  }

  static std::string SectionNames() {
    std::vector<std::string> names = {"network", "scenario"};
    for (const KindName& kind : kKinds) {
      names.emplace_back(kind.name);
      if (!kind.inline_name.empty()) names.push_back(absl::StrCat(kind.inline_name, " ID"));
    }
    return absl::StrJoin(names, ", ");
  }

  bool StartTable(absl::string_view name) {
    for (const KindName& kind : kKinds) {
      if (kind.name != name) continue;
      section_ = Section::kTable;
      mapping_.tables.push_back({.kind = kind.kind, .line = line_});
      return true;
    }
    return false;
  }

  bool StartInline(absl::string_view name) {
    const size_t space = name.find(' ');
    for (const KindName& kind : kKinds) {
      if (kind.inline_name.empty() || name.substr(0, space) != kind.inline_name) continue;
      const absl::string_view id =
          space == absl::string_view::npos ? "" : TrimBlanks(name.substr(space));
      if (const std::optional<TextProblem> problem = CheckId(id)) {
        Refuse("section", name, problem->rule, problem->reason);
        return true;
      }
      section_ = Section::kInline;
      mapping_.rows.push_back({.kind = kind.kind, .id = std::string(id), .line = line_});
      return true;
    }
    return false;
  }

  void TakeLine(absl::string_view line) {
    if (section_ == Section::kUnknown) return;  // its heading was refused
    const size_t equal = line.find('=');
    if (equal == absl::string_view::npos) {
      Refuse("line", line, "must be `key = value`, a `[section]` or a `# comment`", "BAD_LINE");
      return;
    }
    const absl::string_view key = TrimBlanks(line.substr(0, equal));
    const absl::string_view value = Unquote(line.substr(equal + 1));
    if (section_ == Section::kNone) {
      Refuse(key, value, "must stand in a section such as [network]", "BAD_LINE");
      return;
    }
    if (key != "where" && !keys_.insert(std::string(key)).second) {
      Refuse(key, value, "must be given once in a section", "DUPLICATE_KEY");
      return;
    }
    if (!TakeKey(key, value)) {
      Refuse(key, value, "is not a key of this section", "UNKNOWN_KEY");
    }
  }

  bool TakeKey(absl::string_view key, absl::string_view value) {
    switch (section_) {
      case Section::kNetwork:
        return TakeNetworkKey(key, value);
      case Section::kScenario:
        if (key != "id" && key != "label") return false;
        (key == "id" ? mapping_.scenario_id : mapping_.scenario_label) = std::string(value);
        return true;
      case Section::kTable:
        return TakeFileKey(key, value) || TakeFilterKey(key, value) || TakeRoleKey(key, value);
      case Section::kInline:
        return TakeInlineKey(key, value);
      default:
        return false;
    }
  }

  bool TakeNetworkKey(absl::string_view key, absl::string_view value) {
    if (key == "id") {
      mapping_.network_id = std::string(value);
    } else if (key == "label") {
      mapping_.network_label = std::string(value);
    } else if (key == "currency") {
      mapping_.currency = std::string(value);
    } else if (key == "frequency") {
      const bool month = value == "month";
      if (!month && value != "quarter") BadValue(key, value, "must be month or quarter");
      mapping_.frequency = month ? sim::Frequency::kMonth : sim::Frequency::kQuarter;
    } else if (key == "ids") {
      mapping_.make_ids = value == "make";
      if (value != "make" && value != "keep") BadValue(key, value, "must be keep or make");
    } else if (key == "root") {
      mapping_.root_id = std::string(value);
    } else if (key == "root_label") {
      mapping_.root_label = std::string(value);
    } else if (key == "root_level") {
      mapping_.root_level = std::string(value);
    } else if (key == "perimeter_date") {
      mapping_.perimeter_date = TakePeriod(key, value);
    } else if (key == "infer_closed") {
      mapping_.infer_closed = YesNo(key, value);
    } else if (key == "infer_opened") {
      mapping_.infer_opened = YesNo(key, value);
    } else {
      return false;
    }
    return true;
  }

  bool YesNo(absl::string_view key, absl::string_view value) {
    if (value != "yes" && value != "no") BadValue(key, value, "must be yes or no");
    return value == "yes";
  }

  bool TakeFileKey(absl::string_view key, absl::string_view value) {
    TableMapping& table = mapping_.tables.back();
    if (key == "file") {
      table.file = std::string(value);
    } else if (key == "separator") {
      TakeSeparator(key, value);
    } else if (key == "encoding") {
      TakeEncoding(key, value);
    } else if (key == "skip_lines") {
      if (!absl::SimpleAtoi(value, &table.skip_lines) || table.skip_lines < 0 ||
          table.skip_lines > 1000) {
        BadValue(key, value, "must be a whole number from 0 to 1,000");
      }
    } else if (key == "header") {
      table.has_heading = YesNo(key, value);
    } else if (key == "numbers") {
      if (value == "en") table.numbers = NumberDialect::kEnglish;
      if (value == "fr") table.numbers = NumberDialect::kFrench;
      if (value != "en" && value != "fr" && value != "auto") {
        BadValue(key, value, "must be auto, en or fr");
      }
    } else if (key == "dates") {
      table.period_format = ParsePeriodFormatName(value);
      if (!table.period_format.has_value() && value != "auto") {
        BadValue(key, value,
                 "must be auto, YYYY-MM, YYYY-Qn, YYYY-MM-DD, dd/mm/yyyy, mm/dd/yyyy, YYYYMM or "
                 "mm/yyyy");
      }
    } else if (key == "missing") {
      table.missing = SplitList(value);
    } else if (key == "not_personal") {
      table.not_personal = SplitList(value);
    } else {
      return false;
    }
    return true;
  }

  void TakeSeparator(absl::string_view key, absl::string_view value) {
    char& separator = mapping_.tables.back().separator;
    if (value == "tab") {
      separator = '\t';
    } else if (value == ";" || value == "," || value == "|") {
      separator = value[0];
    } else if (value != "auto") {
      BadValue(key, value, "must be auto, `;`, `,`, `|` or tab");
    }
  }

  void TakeEncoding(absl::string_view key, absl::string_view value) {
    for (const Encoding encoding : {Encoding::kUtf8, Encoding::kLatin1, Encoding::kWindows1252}) {
      if (value != EncodingName(encoding)) continue;
      mapping_.tables.back().encoding = encoding;
      return;
    }
    BadValue(key, value, "must be utf-8, latin1 or windows-1252");
  }

  bool TakeFilterKey(absl::string_view key, absl::string_view value) {
    TableMapping& table = mapping_.tables.back();
    if (key == "where") {
      TakeFilter(value);
    } else if (key == "first_period") {
      table.first_period = TakePeriod(key, value);
    } else if (key == "last_period") {
      table.last_period = TakePeriod(key, value);
    } else if (key == "duplicates") {
      TakeDuplicates(value);
    } else if (key == "hold") {
      table.hold = YesNo(key, value);
    } else if (key == "columns") {
      absl::StatusOr<HeadingPattern> pattern = HeadingPattern::Parse(value);
      if (!pattern.ok()) {
        Refuse(key, value, std::string(pattern.status().message()), "BAD_TEMPLATE");
      } else {
        table.heading = *std::move(pattern);
      }
    } else if (key == "other_columns") {
      table.ignore_other_columns = value == "ignore";
      if (value != "ignore" && value != "refuse") {
        BadValue(key, value, "must be refuse or ignore");
      }
    } else {
      return false;
    }
    return true;
  }

  void TakeDuplicates(absl::string_view value) {
    TableMapping& table = mapping_.tables.back();
    if (value == "sum") {
      table.duplicates = Duplicates::kSum;
    } else if (value == "last") {
      table.duplicates = Duplicates::kLast;
    } else if (value != "refuse") {
      BadValue("duplicates", value, "must be refuse, sum or last");
    }
    const bool sums = table.kind == TableKind::kRealisations;
    if ((value == "sum" && !sums) || (value == "last" && sums)) {
      BadValue("duplicates", value, "sum is for realisations, last for drivers and paths");
    }
  }

  std::optional<sim::Period> TakePeriod(absl::string_view key, absl::string_view value) {
    absl::StatusOr<sim::Period> period = sim::ParsePeriod(value);
    if (period.ok()) return *period;
    BadValue(key, value, "must be YYYY-MM or YYYY-Qn");
    return std::nullopt;
  }

  void TakeFilter(absl::string_view value) {
    const size_t equal = value.find("==");
    const size_t differ = value.find("!=");
    const size_t at = std::min(equal, differ);
    if (at == absl::string_view::npos) {
      BadValue("where", value, "must be `{column} == text` or `{column} != text`");
      return;
    }
    const std::optional<TextTemplate> columns =
        ParseTemplate("where", TrimBlanks(value.substr(0, at)));
    if (!columns.has_value()) return;
    mapping_.tables.back().where.push_back({.columns = *columns,
                                            .text = std::string(Unquote(value.substr(at + 2))),
                                            .equal = at == equal});
  }

  std::optional<TextTemplate> ParseTemplate(absl::string_view key, absl::string_view value) {
    absl::StatusOr<TextTemplate> parsed = TextTemplate::Parse(value);
    if (parsed.ok()) return *std::move(parsed);
    Refuse(key, value, std::string(parsed.status().message()), "BAD_TEMPLATE");
    return std::nullopt;
  }

  bool TakeRoleKey(absl::string_view key, absl::string_view value) {
    TableMapping& table = mapping_.tables.back();
    const KindName& names = NamesOf(table.kind);
    absl::string_view name = key;
    if (names.side_by_side && absl::ConsumePrefix(&name, "value.")) {
      TakePart(key, name, value, table.values);
      return true;
    }
    if (table.kind == TableKind::kUnits && absl::ConsumePrefix(&name, "attribute.")) {
      TakePart(key, name, value, table.attributes);
      return true;
    }
    if (names.levels && absl::ConsumePrefix(&name, "level.")) return TakeLevel(key, name, value);
    for (const absl::string_view role : absl::StrSplit(names.roles, ' ')) {
      if (role != key) continue;
      if (std::optional<TextTemplate> parsed = ParseTemplate(key, value)) {
        table.roles[std::string(key)] = {*std::move(parsed), line_};
      }
      return true;
    }
    return false;
  }

  void TakePart(absl::string_view key, absl::string_view id, absl::string_view value,
                std::vector<std::pair<std::string, Declared<TextTemplate>>>& parts) {
    if (const std::optional<TextProblem> problem = CheckId(id)) {
      Refuse(key, id, problem->rule, problem->reason);
      return;
    }
    if (std::optional<TextTemplate> parsed = ParseTemplate(key, value)) {
      parts.emplace_back(std::string(id), Declared<TextTemplate>{*std::move(parsed), line_});
    }
  }

  bool TakeLevel(absl::string_view key, absl::string_view name, absl::string_view value) {
    std::vector<TableMapping::Level>& levels = mapping_.tables.back().levels;
    std::optional<TextTemplate> parsed = ParseTemplate(key, value);
    if (!parsed.has_value()) return true;
    if (absl::EndsWith(name, ".label")) {
      name.remove_suffix(6);
      for (TableMapping::Level& level : levels) {
        if (level.name != name) continue;
        level.label = *std::move(parsed);
        return true;
      }
      Refuse(key, value, absl::StrCat("must follow `level.", name, "`"), "BAD_LINE");
      return true;
    }
    if (name.empty() || CheckLabel(name).has_value()) return false;
    levels.push_back({.name = std::string(name), .id = *std::move(parsed)});
    return true;
  }

  bool TakeInlineKey(absl::string_view key, absl::string_view value) {
    InlineRow& row = mapping_.rows.back();
    if (key == "id") return false;  // the section's own
    for (const absl::string_view role : absl::StrSplit(NamesOf(row.kind).roles, ' ')) {
      if (role != key) continue;
      row.cells[std::string(key)] = {std::string(value), line_};
      return true;
    }
    return false;
  }

  void CheckTable(const TableMapping& table) {
    line_ = table.line;
    const absl::string_view name = TableKindName(table.kind);
    if (table.file.empty()) {
      Refuse(name, "", "must say `file = NAME`", "MISSING_KEY");
    }
    const bool has_value = table.roles.contains("value");
    if (table.heading.has_value() + !table.values.empty() + has_value > 1) {
      Refuse(name, "", "must have only one of `columns`, `value` and `value.ID`", "BAD_LINE");
    }
    if (!table.levels.empty() && table.roles.contains("unit")) {
      Refuse(name, "", "must have only one of `unit` and `level.NAME`", "BAD_LINE");
    }
    const bool of_indicators =
        table.kind == TableKind::kRealisations || table.kind == TableKind::kObjectives;
    const std::string key = of_indicators ? "indicator" : "driver";
    if (!table.values.empty() && table.roles.contains(key)) {
      Refuse(name, "", absl::StrCat("must have only one of `", key, "` and `value.ID`"),
             "BAD_LINE");
    }
  }

  Mapping mapping_;
  sim::Violations violations_;
  Section section_ = Section::kNone;
  absl::flat_hash_set<std::string> keys_;
  int64_t line_ = 0;
};

}  // namespace

absl::string_view TableKindName(TableKind kind) { return NamesOf(kind).name; }

std::vector<absl::string_view> TableRoles(TableKind kind) {
  return absl::StrSplit(NamesOf(kind).roles, ' ');
}

absl::StatusOr<Mapping> ParseMapping(absl::string_view text, absl::string_view file) {
  if (static_cast<int64_t>(text.size()) > kMaxMappingBytes) {
    return sim::ViolationStatus({.field = "mapping",
                                 .value = absl::StrCat(text.size(), " bytes"),
                                 .rule = absl::StrCat("must be <= ", kMaxMappingBytes, " bytes"),
                                 .reason = "FILE_TOO_LARGE",
                                 .file = std::string(file)});
  }
  JALON_ASSIGN_OR_RETURN(const DecodedText decoded, DecodeText(text, Encoding::kUtf8, file));
  return MappingParser(file).Parse(decoded.View());
}

}  // namespace jalon::server
