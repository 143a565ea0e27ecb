// The bank's network: units, segments and indicators, in canonical order (DECISIONS D11).
//
// A NetworkSpec is what a file says, in any order. Network::Create checks it whole, sorts it and
// numbers it; from then on a unit, a segment or an indicator is a small integer and every aggregate
// is a range of integers:
//
//   units     depth-first, children by id:   unit u covers [u, subtree_end(u))
//   segments  depth-first, children by id:   segment s covers [s, subtree_end(s)); 0 is "all"
//   indicators by id
//
// Sorting by id makes a revision independent of the order of rows in a file.
#ifndef JALON_SIM_NETWORK_NETWORK_H_
#define JALON_SIM_NETWORK_NETWORK_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/network/attributes.h"
#include "sim/network/expression.h"

namespace jalon::sim {

// Id of the segment that stands for all segments together; always present, always index 0.
inline constexpr char kAllSegments[] = "all";

// A node of the network: the network itself, a region, a branch... One parent per unit (D11).
struct Unit {
  // Stable, at most 64 bytes of [A-Za-z0-9._-]; never reused with another meaning (D4).
  std::string id;
  // Id of the parent; empty for the one root.
  std::string parent;
  // For people, at most 200 characters. Empty falls back to the other language, then to the id.
  std::string label_fr;
  std::string label_en;
  // Name of the level, e.g. `region`: shared by the units of one depth, different between depths.
  // Required. 2 to 8 levels.
  std::string level;
  // Kind of branch, e.g. `proximity`; free, may be empty.
  std::string kind;
  // Numbers that describe the unit (population, market, unemployment...). Finite; as declared by
  // NetworkSpec::attributes, of any meaning when nothing is declared.
  std::map<std::string, double> attributes;
  // Attributes declared as texts.
  std::map<std::string, std::string> texts = {};
  // First period of activity, when it opens inside the history or the horizon.
  std::optional<Period> opened;
  // First period without activity, when it closes.
  std::optional<Period> closed;

  friend bool operator==(const Unit&, const Unit&) = default;
};

// A group of customers. The list may be a tree under "all".
struct Segment {
  std::string id;
  // Empty or "all" means directly under "all"; canonical form is empty.
  std::string parent;
  std::string label_fr;
  std::string label_en;

  friend bool operator==(const Segment&, const Segment&) = default;
};

// What an indicator is counted in (D10). kCount goes with every kind but ratios (an amount in
// kCount is a volume), kMoney with amounts, net flows, stocks and derived indicators, kRatio with
// ratios and nothing else.
enum class Measure { kCount, kMoney, kRatio };

// How one period of an indicator comes about; it decides the law of a cell (sim/model).
enum class IndicatorKind {
  kCount,    // a flow of events: accounts opened. Non-negative whole numbers.
  kAmount,   // a flow of money or volume: loans granted. Non-negative.
  kNetFlow,  // inflow minus outflow: net savings. Any sign.
  kStock,    // a level at the end of each period: customers, outstandings. Whole and >= 0 when
             // measured in kCount, of any sign in kMoney.
  kRatio,    // numerator over denominator at every node; has no realisations of its own.
  kDerived,  // an expression over flows, stocks and drivers; has no realisations of its own.
};

enum class Direction { kHigherIsBetter, kLowerIsBetter };

// How periods combine into a window. kRatio is the numerator's window over the denominator's.
enum class Aggregation { kSum, kLast, kMean, kRatio };

// What the attainment R/O compares (DESIGN section 5).
enum class AttainmentBasis {
  kLevel,      // R/O = Y / O
  kScaled,     // R/O = 1 + (Y - O) / attainment_scale: for objectives at or below zero
  kVariation,  // R/O on the variation since the period before the window: stocks and ratios only
};

// What the size of a period is proportional to, besides the model's own terms.
enum class Exposure {
  kNone,         // nothing: every period counts alike
  kOpeningDays,  // the opening days of the unit (sim/calendar)
};

// An indicator (KPI) and everything declared about it.
struct Indicator {
  std::string id;
  std::string label_fr;
  std::string label_en;
  std::string product;
  std::string family;
  Measure measure = Measure::kCount;
  IndicatorKind kind = IndicatorKind::kCount;
  Direction direction = Direction::kHigherIsBetter;
  Aggregation aggregation = Aggregation::kSum;
  AttainmentBasis basis = AttainmentBasis::kLevel;
  // Required > 0 when basis is kScaled, in the indicator's unit; absent otherwise.
  std::optional<double> attainment_scale;
  // Bounds of R/O as ratios (0.0 and 1.5, say); absent means unbounded.
  std::optional<double> attainment_floor;
  std::optional<double> attainment_cap;
  // One tick of an objective, in the indicator's unit (D10). > 0.
  double rounding_step = 1.0;
  // Whether parents are sums of children, of segments, of channels.
  bool adds_over_units = true;
  bool adds_over_segments = true;
  bool adds_over_channels = true;
  // First period whose figures are not final; absent when all are.
  std::optional<Period> provisional_from;
  // kOpeningDays is for counts and amounts only: a cell is proportional to its unit's days.
  Exposure exposure = Exposure::kNone;
  // Kinds of unit it applies to, each the kind of some unit; empty means every kind. Not applicable
  // is neither 0 nor missing.
  std::vector<std::string> unit_kinds;
  // Of a stock: ids of counts, amounts or net flows of the same measure that enter and leave it in
  // a period. Both empty: observed without its flows, and modelled by its net variation alone (the
  // fit says so). Sorted by id in a Network.
  std::vector<std::string> inflows;
  std::vector<std::string> outflows;
  // Of a ratio: ids of indicators that are no ratios. Empty otherwise.
  std::string numerator;
  std::string denominator;
  // Of a derived indicator (sim/network/expression.h); empty otherwise.
  std::string expression;

  friend bool operator==(const Indicator&, const Indicator&) = default;
};

// A network as declared, unordered and unchecked.
struct NetworkSpec {
  // Lower-case slug.
  std::string id;
  std::string label;
  // ISO 4217 code; no conversion anywhere (D10).
  std::string currency = "EUR";
  Frequency frequency = Frequency::kMonth;
  std::vector<Unit> units;
  // "all" may be left out; it is added.
  std::vector<Segment> segments;
  std::vector<Indicator> indicators;
  // What attributes of units mean; empty when nothing is declared. By name.
  std::vector<Attribute> attributes = {};

  friend bool operator==(const NetworkSpec&, const NetworkSpec&) = default;
};

// A checked network in canonical order. Immutable, cheap to move, thread-compatible.
class Network {
 public:
  // Every broken rule of `spec`: ids (form, length, duplicates), one root, unknown parents, cycles,
  // 2 to 8 levels, labels, dates in order, indicator declarations that contradict each other.
  // Field paths are `units[3].parent` and so on, in the spec's own order. A cycle is one violation
  // that names its units; what hangs below it is not reported again. Reasons: EMPTY, EMPTY_ID,
  // BAD_ID, BAD_SLUG, BAD_CURRENCY, BAD_FREQUENCY, NOT_UTF8, CONTROL_CHARACTER, TOO_LONG,
  // DUPLICATE_ID, UNKNOWN_PARENT, NO_ROOT, SECOND_ROOT, CYCLE, TOO_FEW_LEVELS, TOO_MANY_LEVELS,
  // EMPTY_LEVEL, LEVEL_MISMATCH, LEVEL_REUSED, NOT_FINITE, CLOSED_BEFORE_OPENED,
  // ALL_HAS_A_PARENT, KIND_MEASURE_MISMATCH, KIND_AGGREGATION_MISMATCH, BASIS_KIND_MISMATCH,
  // MISSING_SCALE, SCALE_WITHOUT_BASIS, NOT_POSITIVE, FLOOR_NOT_BELOW_CAP, UNKNOWN_UNIT_KIND,
  // FIELD_OF_ANOTHER_KIND, MISSING_NUMERATOR, MISSING_DENOMINATOR, MISSING_EXPRESSION,
  // UNKNOWN_INDICATOR, RATIO_OF_A_RATIO, FLOW_IS_NO_FLOW, FLOW_OF_ANOTHER_MEASURE,
  // FLOW_DOES_NOT_APPLY, DUPLICATE_FLOW, TERM_IS_A_RATIO, MEAN_OF_NO_STOCK,
  // UNDECLARED_ATTRIBUTE, ATTRIBUTE_KIND_MISMATCH, OUT_OF_RANGE and those of ParseExpression.
  static Violations Validate(const NetworkSpec& spec);

  // Errors: kInvalidArgument carrying every violation.
  // Cost: O(n log n) in units.
  static absl::StatusOr<Network> Create(NetworkSpec spec);

  const std::string& id() const { return spec_.id; }
  Frequency frequency() const { return spec_.frequency; }
  // The declaration in canonical order; Create(spec()) gives an equal network.
  const NetworkSpec& spec() const { return spec_; }

  int unit_count() const { return static_cast<int>(spec_.units.size()); }
  int segment_count() const { return static_cast<int>(spec_.segments.size()); }
  int indicator_count() const { return static_cast<int>(spec_.indicators.size()); }
  const Unit& unit(int u) const { return spec_.units[u]; }
  const Segment& segment(int s) const { return spec_.segments[s]; }
  const Indicator& indicator(int k) const { return spec_.indicators[k]; }

  // -1 for the root.
  int unit_parent(int u) const { return unit_parent_[u]; }
  // One past the last descendant.
  int unit_end(int u) const { return unit_end_[u]; }
  // 0 for the root.
  int unit_depth(int u) const { return unit_depth_[u]; }
  bool is_leaf(int u) const { return unit_end_[u] == u + 1; }
  int depth_count() const { return static_cast<int>(level_names_.size()); }
  // Name of the level at a depth.
  const std::string& level_name(int depth) const { return level_names_[depth]; }
  int segment_parent(int s) const { return segment_parent_[s]; }
  int segment_end(int s) const { return segment_end_[s]; }
  // The ancestor of `u` at `depth`, or `u` itself when it is not deeper than that.
  int AncestorAt(int u, int depth) const;
  // The ancestor of `u` at depth 1 (its "region"), or `u` itself when it is the root.
  int RegionOf(int u) const { return AncestorAt(u, 1); }
  // Units at a depth, ascending.
  std::vector<int> UnitsAtDepth(int depth) const;
  // Depth of a level's name; nullopt when unknown.
  std::optional<int> FindLevel(absl::string_view name) const;
  // True when indicator `k` has series of its own: not a ratio, not derived.
  bool HasSeries(int k) const {
    return indicator(k).kind != IndicatorKind::kRatio &&
           indicator(k).kind != IndicatorKind::kDerived;
  }
  // Canonical indices of a stock's flows; empty for other kinds.
  const std::vector<int>& inflow_indices(int k) const { return inflow_indices_[k]; }
  const std::vector<int>& outflow_indices(int k) const { return outflow_indices_[k]; }
  // Canonical indices of a ratio's parts; -1 for other kinds.
  int numerator_index(int k) const { return numerator_index_[k]; }
  int denominator_index(int k) const { return denominator_index_[k]; }
  // A derived indicator over flows and stocks: other derived indicators in its text are expanded.
  // No terms for other kinds.
  const DerivedExpression& expression(int k) const { return expressions_[k]; }
  // True when indicator `k` applies to `u`: to its kind for a leaf, to some leaf below otherwise.
  bool Applies(int k, int u) const { return applies_[k].empty() || applies_[k][u]; }

  // Index of an id; nullopt when unknown.
  std::optional<int> FindUnit(absl::string_view id) const;
  std::optional<int> FindSegment(absl::string_view id) const;
  std::optional<int> FindIndicator(absl::string_view id) const;

  friend bool operator==(const Network& a, const Network& b) { return a.spec_ == b.spec_; }

 private:
  using IdMap = absl::flat_hash_map<std::string, int>;

  Network() = default;
  // The parts of Create, in order; `spec_` is checked already.
  void SortUnits();
  void SortSegments();
  void SortIndicators();
  void FindWhereIndicatorsApply();
  void ResolveIndicators();

  NetworkSpec spec_;
  std::vector<int> unit_parent_;
  std::vector<int> unit_end_;
  std::vector<int> unit_depth_;
  std::vector<std::string> level_names_;
  std::vector<int> segment_parent_;
  std::vector<int> segment_end_;
  // [indicator][unit]; an indicator that applies everywhere has an empty row.
  std::vector<std::vector<bool>> applies_;
  // [indicator]
  std::vector<std::vector<int>> inflow_indices_;
  std::vector<std::vector<int>> outflow_indices_;
  std::vector<int> numerator_index_;
  std::vector<int> denominator_index_;
  std::vector<DerivedExpression> expressions_;
  IdMap unit_by_id_;
  IdMap segment_by_id_;
  IdMap indicator_by_id_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_NETWORK_H_
