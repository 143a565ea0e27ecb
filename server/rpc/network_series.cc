// Realisations: series as they were imported, and sums over units and segments.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/convert/indicator_values.h"
#include "server/convert/key_columns.h"
#include "server/convert/network.h"
#include "server/convert/perimeter_figures.h"
#include "server/convert/tables.h"
#include "server/rpc/network_content.h"
#include "server/rpc/paging.h"
#include "server/run/limits.h"

namespace jalon::server {
namespace {

constexpr int kMaxDepth = 8;
// What a row takes besides its values, at most: three ids of 64 bytes and three indices.
constexpr int64_t kKeyBytes = 3 * 66 + 15;

// Indices of a list of ids, in canonical order without repetition.
template <typename Repeated, typename Find>
std::vector<int> FindAll(absl::string_view field, const Repeated& ids, Find find,
                         absl::string_view reason, Checks& checks) {
  std::vector<int> found;
  for (int i = 0; i < ids.size(); ++i) {
    if (const std::optional<int> index = find(ids[i])) {
      found.push_back(*index);
    } else {
      checks.Add(absl::StrCat(field, "[", i, "]"), ids[i], "must be one of the network", reason);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

// The units, segments, indicators and periods a request asks for; empty lists mean all.
struct Selection {
  std::vector<int> units;
  std::vector<int> segments;
  std::vector<int> indicators;
  sim::Window window;
};

template <typename Request>
Selection ReadSelection(const sim::Revision& revision, const Request& request, Checks& checks) {
  const sim::Network& network = revision.network;
  Selection selection{.window = revision.realisations.window()};
  selection.units = FindAll(
      "units", request.units(), [&](const std::string& id) { return network.FindUnit(id); },
      "UNKNOWN_UNIT", checks);
  selection.segments = FindAll(
      "segments", request.segments(),
      [&](const std::string& id) { return network.FindSegment(id); }, "UNKNOWN_SEGMENT", checks);
  selection.indicators = FindAll(
      "indicators", request.indicators(),
      [&](const std::string& id) { return network.FindIndicator(id); }, "UNKNOWN_INDICATOR",
      checks);
  PerimeterFigures::CheckView(request.perimeter(), checks);
  if (request.window().empty()) return selection;
  const auto window = checks.Window("window", request.window(), network.frequency());
  if (window.has_value()) selection.window = *window;
  if (selection.window.size() > sim::Realisations::kMaxPeriods) {
    checks.Add("window", request.window(), "must be at most 600 periods", "OUT_OF_RANGE");
  }
  return selection;
}

PageSizes RowsPerPage(int period_count) {
  const int64_t row_bytes = kKeyBytes + int64_t{8} * period_count + period_count / 8 + 1;
  const int64_t rows = std::max<int64_t>(1, Limits::kPageBytes / row_bytes);
  return {.standard = rows, .most = rows};
}

// Appends rows to a page; takes its values at the end.
class RowsWriter {
 public:
  RowsWriter(const sim::Network& network, const sim::Window& window)
      : network_(network), keys_(rows_.mutable_keys()) {
    rows_.set_first_period(window.first.ToString());
    rows_.set_period_count(window.size());
  }

  void Add(const sim::SeriesKey& key, const std::vector<double>& values) {
    keys_.Add(network_.unit(key.unit).id, network_.segment(key.segment).id,
              network_.indicator(key.indicator).id);
    values_.insert(values_.end(), values.begin(), values.end());
  }

  v1::RealisationRows Take() {
    rows_.set_missing_bitmap(MissingBitmap(values_));
    for (double& value : values_) value = value == value ? value : 0;
    rows_.mutable_values()->Assign(values_.begin(), values_.end());
    return std::move(rows_);
  }

 private:
  const sim::Network& network_;
  v1::RealisationRows rows_;
  KeyColumnsBuilder<v1::KeyColumns> keys_;
  std::vector<double> values_;
};

// Whether `index` lies below one of `tops` (all of them when there is none), by ranges.
template <typename End>
bool Below(const std::vector<int>& tops, int index, End end) {
  if (tops.empty()) return true;
  return std::any_of(tops.begin(), tops.end(),
                     [&](int top) { return top <= index && index < end(top); });
}

std::vector<sim::SeriesKey> SelectSeries(const sim::Network& network,
                                         const PerimeterFigures& figures,
                                         const Selection& selection) {
  std::vector<sim::SeriesKey> selected;
  for (const sim::SeriesKey& key : figures.keys()) {
    if (Below(selection.indicators, key.indicator, [](int k) { return k + 1; }) &&
        Below(selection.units, key.unit, [&](int u) { return network.unit_end(u); }) &&
        Below(selection.segments, key.segment, [&](int s) { return network.segment_end(s); })) {
      selected.push_back(key);
    }
  }
  return selected;
}

// The units asked for and those at most `depth` levels below them, in canonical order.
std::vector<int> WithDepth(const sim::Network& network, std::vector<int> tops, int depth) {
  if (tops.empty()) tops.push_back(0);
  std::vector<int> units;
  for (int u = 0; u < network.unit_count(); ++u) {
    const auto shown = [&](int top) {
      return top <= u && u < network.unit_end(top) &&
             network.unit_depth(u) - network.unit_depth(top) <= depth;
    };
    if (std::any_of(tops.begin(), tops.end(), shown)) units.push_back(u);
  }
  return units;
}

// Whether the values of a flow or stock have figures on every row of a selection: they add up
// there, or head office declared their totals.
bool PartHasValues(const sim::Revision& revision, const sim::CreditedSums& sums, int indicator,
                   const Selection& selection) {
  const sim::Indicator& declared = revision.network.indicator(indicator);
  if (declared.adds_over_units && declared.adds_over_segments) return true;
  for (const int unit : selection.units) {
    for (const int segment : selection.segments) {
      if (!sums.HasValues({indicator, unit, segment})) return false;
    }
  }
  return true;
}

bool HasValues(const sim::Revision& revision, const sim::CreditedSums& sums, int indicator,
               const Selection& selection) {
  const std::vector<int> parts = PartsOf(revision.network, indicator);
  return std::all_of(parts.begin(), parts.end(),
                     [&](int part) { return PartHasValues(revision, sums, part, selection); });
}

bool IsTarget(v1::PerimeterView view) {
  return view == v1::PERIMETER_VIEW_UNSPECIFIED || view == v1::PERIMETER_VIEW_TARGET;
}

// Figures of nodes on the perimeter of a view; the effect is the difference of both.
class NodeFigureReader {
 public:
  NodeFigureReader(const sim::Revision& revision, v1::PerimeterView view)
      : shown_(view == v1::PERIMETER_VIEW_ORIGINAL ? sim::CreditedSums::OfImported(revision)
                                                   : sim::CreditedSums(revision)) {
    if (view == v1::PERIMETER_VIEW_EFFECT) {
      taken_.emplace(sim::CreditedSums::OfImported(revision));
    }
  }

  const sim::CreditedSums& sums() const { return shown_; }
  std::vector<double> Values(const sim::SeriesKey& node, const sim::Window& window) const {
    std::vector<double> values = shown_.Values(node, window);
    return taken_ ? PerimeterFigures::Minus(std::move(values), taken_->Values(node, window))
                  : values;
  }

 private:
  const sim::CreditedSums shown_;
  std::optional<sim::CreditedSums> taken_;
};

// Ratios and derived indicators have no series to read.
void RequireSeries(const sim::Network& network, const Selection& selection, Checks& checks) {
  for (const int k : selection.indicators) {
    if (network.HasSeries(k)) continue;
    checks.Add("indicators", network.indicator(k).id,
               "must have series: ratios and derived indicators are read with ReadRealisations",
               "NO_SERIES_OF_ITS_OWN");
  }
}

// Indicators whose sums mean something. Those that do not add up are left out when nobody named
// them, and refused when somebody did.
void KeepAdditive(const sim::Revision& revision, const sim::CreditedSums& sums,
                  Selection* selection, Checks& checks) {
  const bool named = !selection->indicators.empty();
  std::vector<int> asked = std::move(selection->indicators);
  for (int k = 0; !named && k < revision.network.indicator_count(); ++k) asked.push_back(k);
  selection->indicators.clear();
  for (const int k : asked) {
    if (HasValues(revision, sums, k, *selection)) {
      selection->indicators.push_back(k);
    } else if (named) {
      checks.Add("indicators", revision.network.indicator(k).id,
                 "must add up over the units and segments asked for", "INDICATOR_NOT_ADDITIVE");
    }
  }
}

// What was imported has no ratios and no derived indicators: left out when nobody named them,
// refused when somebody did.
void KeepSeries(const sim::Network& network, const v1::ReadRealisationsRequest& request,
                Selection* selection, Checks& checks) {
  if (request.indicators_size() > 0) {
    RequireSeries(network, *selection, checks);
    return;
  }
  std::erase_if(selection->indicators, [&](int k) { return !network.HasSeries(k); });
}

}  // namespace

absl::StatusOr<v1::ReadSeriesResponse> ReadSeries(Call& call,
                                                  const v1::ReadSeriesRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "revision", request.revision()));
  Checks checks;
  const Selection selection = ReadSelection(revision->value, request, checks);
  RequireSeries(revision->value.network, selection, checks);
  if (!checks.ok()) return checks.ToStatus();
  JALON_ASSIGN_OR_RETURN(const Paging paging, Paging::Of(request, revision->info.name(),
                                                         RowsPerPage(selection.window.size())));
  const PerimeterFigures figures(revision->value, request.perimeter());
  const std::vector<sim::SeriesKey> series =
      SelectSeries(revision->value.network, figures, selection);
  const auto total = static_cast<int64_t>(series.size());
  RowsWriter writer(revision->value.network, selection.window);
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    writer.Add(series[i], figures.Row(series[i], selection.window));
  }
  v1::ReadSeriesResponse response;
  *response.mutable_rows() = writer.Take();
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

absl::StatusOr<v1::ReadRealisationsResponse> ReadRealisations(
    Call& call, const v1::ReadRealisationsRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "revision", request.revision()));
  const sim::Network& network = revision->value.network;
  Checks checks;
  Selection selection = ReadSelection(revision->value, request, checks);
  checks.InRange("depth", request.depth(), 0, kMaxDepth);
  if (!checks.ok()) return checks.ToStatus();
  selection.units = WithDepth(network, std::move(selection.units), request.depth());
  if (selection.segments.empty()) selection.segments.push_back(0);
  const NodeFigureReader figures(revision->value, request.perimeter());
  KeepAdditive(revision->value, figures.sums(), &selection, checks);
  if (!IsTarget(request.perimeter())) KeepSeries(network, request, &selection, checks);
  if (!checks.ok()) return checks.ToStatus();
  JALON_ASSIGN_OR_RETURN(const Paging paging, Paging::Of(request, revision->info.name(),
                                                         RowsPerPage(selection.window.size())));
  const auto units = static_cast<int64_t>(selection.units.size());
  const auto segments = static_cast<int64_t>(selection.segments.size());
  const int64_t total = static_cast<int64_t>(selection.indicators.size()) * units * segments;
  RowsWriter writer(network, selection.window);
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    const sim::SeriesKey key{.indicator = selection.indicators[i / (units * segments)],
                             .unit = selection.units[i / segments % units],
                             .segment = selection.segments[i % segments]};
    writer.Add(key, figures.Values(key, selection.window));
  }
  v1::ReadRealisationsResponse response;
  *response.mutable_rows() = writer.Take();
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

}  // namespace jalon::server
