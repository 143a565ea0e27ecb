#include "clients/cli/driver_report.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/paging.h"
#include "clients/cli/plot.h"
#include "clients/cli/time_text.h"

namespace jalon::client {
namespace {

constexpr int kMonthsPerQuarter = 3;
constexpr int kWidestPlot = 200;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A period as months since year 0: its first month, and how many it has.
struct Months {
  int first = 0;
  int count = 1;
};

std::optional<Months> MonthsOf(const std::string& period) {
  int year = 0;
  int part = 0;
  const bool quarter = period.size() == 7 && period[5] == 'Q';
  if (period.size() != 7 || period[4] != '-' || !absl::SimpleAtoi(period.substr(0, 4), &year) ||
      !absl::SimpleAtoi(period.substr(quarter ? 6 : 5), &part)) {
    return std::nullopt;
  }
  if (quarter) return Months{year * 12 + (part - 1) * kMonthsPerQuarter, kMonthsPerQuarter};
  return Months{year * 12 + part - 1, 1};
}

std::string MonthText(int month) {
  return absl::StrCat(month / 12, "-", month % 12 < 9 ? "0" : "", month % 12 + 1);
}

bool IsMissing(const v1::Driver& driver, int i) {
  const std::string& bitmap = driver.missing_bitmap();
  const auto byte = static_cast<size_t>(i) / 8;
  return byte < bitmap.size() && ((bitmap[byte] >> (i % 8)) & 1) != 0;
}

// Values by month, each period's value in every one of its months.
struct MonthlyLine {
  int first = 0;
  std::vector<double> values;

  int end() const { return first + static_cast<int>(values.size()); }
};

MonthlyLine HistoryOf(const v1::Driver& driver) {
  MonthlyLine line;
  const std::optional<Months> start = MonthsOf(driver.first_period());
  if (!start.has_value()) return line;
  line.first = start->first;
  for (int i = 0; i < driver.values_size(); ++i) {
    line.values.insert(line.values.end(), start->count,
                       IsMissing(driver, i) ? kNaN : driver.values(i));
  }
  return line;
}

double LastKnown(const MonthlyLine& line) {
  for (auto value = line.values.rbegin(); value != line.values.rend(); ++value) {
    if (std::isfinite(*value)) return *value;
  }
  return kNaN;
}

// The scenario's values; a shift is drawn from the last known value on.
MonthlyLine PathOf(const v1::DriverAssumption& assumption, const MonthlyLine& history) {
  MonthlyLine line;
  const std::optional<Months> start = MonthsOf(assumption.first_period());
  if (!start.has_value()) return line;
  const bool shift = assumption.mode() == v1::DriverAssumption::MODE_SHIFT;
  const double base = shift ? LastKnown(history) : 0.0;
  line.first = start->first;
  for (const double value : assumption.values()) {
    line.values.insert(line.values.end(), start->count, base + value);
  }
  return line;
}

// Months [first, end) of a line, NaN outside it.
PlotLine Cut(const MonthlyLine& line, int first, int end) {
  PlotLine cut;
  for (int month = first; month < end; ++month) {
    const int place = month - line.first;
    const bool inside = place >= 0 && place < static_cast<int>(line.values.size());
    cut.values.push_back(inside ? line.values[static_cast<size_t>(place)] : kNaN);
  }
  return cut;
}

int TerminalWidth() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  int width = 0;
  return columns != nullptr && absl::SimpleAtoi(columns, &width) && width > 0 ? width : 80;
}

bool ColorsAllowed(Context& context) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool refused = no_color != nullptr && *no_color != '\0';
  return isatty(STDOUT_FILENO) != 0 && !refused && !context.options().no_color;
}

std::string LabelOf(const v1::Driver& driver, bool french) {
  const std::string& first = french ? driver.label_fr() : driver.label_en();
  return first.empty() ? (french ? driver.label_en() : driver.label_fr()) : first;
}

std::string ClassOf(const v1::Driver& driver) {
  std::string name = v1::Driver::Category_Name(driver.category());
  name = name.substr(name.find('_') + 1);
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return name;
}

using Drivers = std::vector<v1::Driver>;

// The drivers asked for, in the server's order. Errors: kNotFound naming the first unknown one.
absl::StatusOr<Drivers> ReadDrivers(Context& context, const DriverReportOptions& options) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  auto revision = LatestRevision(context);
  if (!revision.ok()) return revision.status();
  v1::ListDriversRequest request;
  request.set_parent(*revision);
  Drivers drivers;
  const auto wanted = [&options](const std::string& id) {
    return options.drivers.empty() ||
           std::find(options.drivers.begin(), options.drivers.end(), id) != options.drivers.end();
  };
  const absl::Status status = ForEachPage(**client, &Client::ListDrivers, request,
                                          [&](const v1::ListDriversResponse& page) {
                                            for (const v1::Driver& driver : page.drivers()) {
                                              if (wanted(driver.id())) drivers.push_back(driver);
                                            }
                                          });
  if (!status.ok()) return status;
  for (const std::string& id : options.drivers) {
    const auto known = std::any_of(drivers.begin(), drivers.end(),
                                   [&id](const v1::Driver& driver) { return driver.id() == id; });
    if (!known) return absl::NotFoundError(absl::StrCat("the network has no driver ", id));
  }
  return drivers;
}

int WriteTable(Context& context, const Drivers& drivers) {
  TableWriter table = context.table({{"driver", "Driver", "Facteur"},
                                     {"label", "Label", "Libellé"},
                                     {"class", "Class", "Classe"},
                                     {"unit", "In", "Unité"},
                                     {"scope", "Scope", "Portée"},
                                     {"first", "First", "Début", CellFormat::kPeriod},
                                     {"periods", "Periods", "Périodes", CellFormat::kCount},
                                     {"last_value", "Last", "Dernier", CellFormat::kNumber},
                                     {"plot", "History", "Historique"}});
  for (const v1::Driver& d : drivers) {
    std::vector<double> values;
    for (int i = 0; i < d.values_size(); ++i) {
      if (!IsMissing(d, i)) values.push_back(d.values(i));
    }
    table.Row({d.id(), LabelOf(d, context.french()), ClassOf(d), d.unit_of_measure(), d.scope(),
               d.first_period(), int64_t{d.values_size()}, OptionalCell(LastOf(values)),
               Sparkline(values, 30)});
  }
  table.Finish();
  return kExitOk;
}

// How far an authority departed from its formula: count beyond half a step, mean and spread.
struct Departures {
  int64_t count = 0;
  double mean = 0;
  double sd = 0;
};

Departures DeparturesOf(const v1::DerivedDriverRule& rule) {
  Departures found;
  const double slack = rule.rounding_step() > 0 ? 0.5 * rule.rounding_step() : 1e-9;
  double squares = 0;
  for (const v1::FormulaCheck& check : rule.checks()) {
    const double departure = check.value() - check.formula_value();
    if (std::abs(departure) > slack) ++found.count;
    found.mean += departure / rule.checks_size();
    squares += departure * departure / rule.checks_size();
  }
  found.sd = std::sqrt(std::max(squares - found.mean * found.mean, 0.0));
  return found;
}

int WriteFormulas(Context& context, const Drivers& drivers) {
  TableWriter table =
      context.table({{"driver", "Driver", "Facteur"},
                     {"formula", "Formula", "Formule"},
                     {"rounding", "Rounding", "Arrondi", CellFormat::kNumber},
                     {"floor", "Floor", "Plancher", CellFormat::kNumber},
                     {"cap", "Cap", "Plafond", CellFormat::kNumber},
                     {"months", "Months", "Mois"},
                     {"lag", "Lag", "Délai", CellFormat::kCount},
                     {"history", "History", "Historique"},
                     {"dates", "Dates", "Dates", CellFormat::kCount},
                     {"departures", "Off formula", "Hors formule", CellFormat::kCount},
                     {"mean_departure", "Mean gap", "Écart moyen", CellFormat::kNumber},
                     {"sd_departure", "Spread", "Dispersion", CellFormat::kNumber}});
  for (const v1::Driver& d : drivers) {
    if (!d.has_derived()) continue;
    const v1::DerivedDriverRule& rule = d.derived();
    const auto number = [](bool has, double value) {
      return OptionalCell(has ? std::optional<double>(value) : std::nullopt);
    };
    const bool checked = rule.checks_size() > 0;
    const Departures found = DeparturesOf(rule);
    table.Row({d.id(), rule.formula(), number(rule.rounding_step() > 0, rule.rounding_step()),
               number(rule.has_floor(), rule.floor()), number(rule.has_cap(), rule.cap()),
               absl::StrJoin(rule.effective_months(), " "), int64_t{rule.announcement_lag()},
               rule.has_own_history() ? "given" : "computed", int64_t{rule.checks_size()},
               found.count, number(checked, found.mean), number(checked, found.sd)});
  }
  table.Finish();
  return kExitOk;
}

absl::StatusOr<v1::Scenario> ReadScenario(Context& context, const std::string& id) {
  v1::Scenario none;
  if (id.empty()) return none;
  auto client = context.client();
  if (!client.ok()) return client.status();
  auto name = context.FullName("scenarios", id);
  if (!name.ok()) return name.status();
  v1::GetScenarioRequest request;
  request.set_name(*name);
  auto scenario = (*client)->GetScenario(request);
  if (scenario.ok() && scenario->mixture_size() > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--scenario ", id, ": a mixture has no paths of its own: name a regime, ",
                     ShortId(scenario->mixture(0).scenario()), " say"));
  }
  return scenario;
}

Plot PlotOf(const v1::Driver& driver, const v1::Scenario& scenario, int since) {
  const MonthlyLine history = HistoryOf(driver);
  MonthlyLine path;
  bool shift = false;
  for (const v1::DriverAssumption& assumption : scenario.drivers()) {
    if (assumption.driver() != driver.id()) continue;
    path = PathOf(assumption, history);
    shift = assumption.mode() == v1::DriverAssumption::MODE_SHIFT;
  }
  const int first = std::max(history.first, since);
  const int end = std::max(history.end(), path.values.empty() ? 0 : path.end());
  Plot plot{.first_label = MonthText(first), .last_label = MonthText(std::max(end - 1, first))};
  plot.history = Cut(history, first, end);
  if (path.values.empty()) return plot;
  plot.path = Cut(path, first, end);
  plot.path_label = absl::StrCat("scenario ", ShortId(scenario.name()),
                                 shift ? " (its shift on the last value)" : "");
  return plot;
}

int WritePlots(Context& context, const Drivers& drivers, const DriverReportOptions& options) {
  if (!context.is_screen()) {
    context.err() << "error: --plot draws text: leave out -o\n";
    return kExitUsage;
  }
  int since = std::numeric_limits<int>::min();
  if (!options.since.empty()) {
    const std::optional<Months> months = MonthsOf(options.since);
    if (!months.has_value()) {
      context.err() << "error: --since " << options.since << ": expected YYYY-MM or YYYY-Qn\n";
      return kExitUsage;
    }
    since = months->first;
  }
  auto scenario = ReadScenario(context, options.scenario);
  if (!scenario.ok()) return ReportError(context, scenario.status());
  const PlotStyle style{
      .width = std::min(options.width > 0 ? options.width : TerminalWidth(), kWidestPlot),
      .ascii = options.ascii,
      .color = ColorsAllowed(context),
      .locale = context.options().output.locale};
  for (const v1::Driver& driver : drivers) {
    Plot plot = PlotOf(driver, *scenario, since);
    const std::string label = LabelOf(driver, context.french());
    plot.title =
        absl::StrCat(driver.id(), label.empty() ? "" : ": ", label,
                     driver.unit_of_measure().empty() ? "" : ", ", driver.unit_of_measure());
    context.out() << DrawPlot(plot, style) << "\n";
  }
  return kExitOk;
}

}  // namespace

int ReportDrivers(Context& context, const DriverReportOptions& options) {
  auto drivers = ReadDrivers(context, options);
  if (!drivers.ok()) return ReportError(context, drivers.status());
  int code = kExitOk;
  if (options.plot) {
    code = WritePlots(context, *drivers, options);
  } else {
    code = options.formulas ? WriteFormulas(context, *drivers) : WriteTable(context, *drivers);
  }
  if (code != kExitOk) return code;
  if (options.plot) {
    context.Next("jalon scenario create ID --set driver.ID=SHIFT --from PERIOD",
                 "a world in which one of them moves");
  } else {
    context.Next("jalon network drivers --plot", "their history, drawn");
  }
  return kExitOk;
}

}  // namespace jalon::client
