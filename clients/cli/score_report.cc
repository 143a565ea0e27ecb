#include "clients/cli/score_report.h"

#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cli/paging.h"
#include "clients/cli/results.h"

namespace jalon::client {
namespace {

using Request = v1::ReadScoresRequest;
using Response = v1::ReadScoresResponse;
using Specs = std::vector<v1::StatisticSpec>;

bool IsLevel(const v1::StatisticSpec& spec, double level) {
  return std::abs(spec.level() - level) < 1e-9;
}

bool FitsScreen(const v1::StatisticSpec& spec) {
  switch (spec.statistic()) {
    case v1::STATISTIC_SCORE_QUANTILE:
      return IsLevel(spec, 0.1) || IsLevel(spec, 0.5) || IsLevel(spec, 0.9);
    case v1::STATISTIC_SCORE_PROBABILITY:
      return IsLevel(spec, 1.0);
    case v1::STATISTIC_SCORE_MEAN:
    case v1::STATISTIC_SCORE_MEAN_STANDARD_ERROR:
    case v1::STATISTIC_SCORE_STANDARD_DEVIATION:
    case v1::STATISTIC_PAYOFF_MEAN_STANDARD_ERROR:
      return false;
    default:
      return true;
  }
}

CellFormat FormatOf(v1::Statistic statistic) {
  switch (statistic) {
    case v1::STATISTIC_JOINT_OBJECTIVE_COUNT:
      return CellFormat::kNumber;
    case v1::STATISTIC_SCORE_PROBABILITY:
    case v1::STATISTIC_JOINT_ATTAINMENT_PROBABILITY:
    case v1::STATISTIC_JOINT_ATTAINMENT_LOW:
    case v1::STATISTIC_JOINT_ATTAINMENT_HIGH:
      return CellFormat::kProbability;
    default:
      return CellFormat::kRatio;
  }
}

// Titles of a column on a screen, English and French.
std::pair<std::string, std::string> TitlesOf(const v1::StatisticSpec& spec) {
  switch (spec.statistic()) {
    case v1::STATISTIC_SCORE_QUANTILE:
      if (IsLevel(spec, 0.1)) return {"8 in 10 from", "8 sur 10, de"};
      if (IsLevel(spec, 0.9)) return {"to", "à"};
      return {"Score, median", "Score médian"};
    case v1::STATISTIC_SCORE_PROBABILITY:
      return {"Chance of 100 %", "Chance d'atteindre 100 %"};
    case v1::STATISTIC_JOINT_ATTAINMENT_PROBABILITY:
      return {"All objectives", "Tous les objectifs"};
    case v1::STATISTIC_JOINT_ATTAINMENT_LOW:
      return {"from", "de"};
    case v1::STATISTIC_JOINT_ATTAINMENT_HIGH:
      return {"to", "à"};
    case v1::STATISTIC_JOINT_OBJECTIVE_COUNT:
      return {"Objectives", "Objectifs"};
    case v1::STATISTIC_PAYOFF_MEAN:
      return {"Payoff, mean", "Part variable moyenne"};
    case v1::STATISTIC_QUALITY_FACTOR:
      return {"Quality", "Qualité"};
    case v1::STATISTIC_DECLARED_WEIGHT:
      return {"Declared", "Poids déclaré"};
    case v1::STATISTIC_WEIGHT:
      return {"Weight", "Poids"};
    case v1::STATISTIC_EFFECTIVE_WEIGHT:
      return {"Effective weight", "Poids effectif"};
    case v1::STATISTIC_BOUNDED_RO_MEAN:
      return {"R/O, mean", "R/O moyen"};
    default:
      return {StatisticKey(spec), StatisticKey(spec)};
  }
}

Column ColumnOf(const v1::StatisticSpec& spec) {
  auto [english, french] = TitlesOf(spec);
  return {StatisticKey(spec), std::move(english), std::move(french), FormatOf(spec.statistic())};
}

// Writes the rows of one part, page by page. Thread-compatible.
class PartWriter {
 public:
  PartWriter(Context& context, bool weights, int64_t shown_rows)
      : context_(context), weights_(weights), shown_rows_(shown_rows) {}

  void Add(const Response& page) {
    if (table_ == nullptr) Begin(page.block());
    for (int64_t i = 0; i < page.block().row_count(); ++i) AddRow(page, static_cast<int>(i));
  }

  void Finish() {
    if (table_ == nullptr) return;
    table_->Finish();
    if (!context_.is_screen() || rows_ <= shown_rows_) return;
    context_.out() << absl::StrCat("... ", rows_ - shown_rows_, " more of ", rows_,
                                   " rows: --rows N shows more, -o csv gives all\n");
  }

 private:
  void Begin(const v1::ResultBlock& block) {
    std::vector<Column> columns = {{"unit", "Unit", "Entité"}};
    if (weights_) {
      columns.push_back({"segment", "Segment", "Segment"});
      columns.push_back({"indicator", "Indicator", "Indicateur"});
    }
    columns.push_back({"window", "Window", "Période", CellFormat::kPeriod});
    for (int c = 0; c < block.columns_size(); ++c) {
      const v1::StatisticSpec& spec = block.columns(c).spec();
      if (context_.is_screen() && !FitsScreen(spec)) continue;
      columns.push_back(ColumnOf(spec));
      shown_columns_.push_back(c);
    }
    table_ = std::make_unique<TableWriter>(context_.table(std::move(columns)));
  }

  void AddRow(const Response& page, int i) {
    if (++rows_ > shown_rows_ && context_.is_screen()) return;
    const v1::KeyColumns& keys = page.keys();
    std::vector<Cell> cells = {Text(keys.units(), keys.unit_index(), i)};
    if (weights_) {
      cells.push_back(Text(keys.segments(), keys.segment_index(), i));
      cells.push_back(Text(keys.indicators(), keys.indicator_index(), i));
    }
    cells.push_back(Text(keys.windows(), keys.window_index(), i));
    for (const int c : shown_columns_) {
      cells.push_back(OptionalCell(ValueAt(page.block().columns(c), i)));
    }
    table_->Row(std::move(cells));
  }

  // Empty where a server's index points at nothing.
  template <typename Texts, typename Indices>
  static Cell Text(const Texts& texts, const Indices& indices, int i) {
    if (i >= indices.size() || indices.Get(i) >= static_cast<uint32_t>(texts.size())) {
      return std::string();
    }
    return texts.Get(static_cast<int>(indices.Get(i)));
  }

  Context& context_;
  const bool weights_;
  const int64_t shown_rows_;
  std::unique_ptr<TableWriter> table_;
  std::vector<int> shown_columns_;
  int64_t rows_ = 0;
};

absl::Status WritePart(Context& context, const Request& request, const ScoreReportOptions& options,
                       std::vector<v1::JointAttainment>* joint_sets) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  PartWriter writer(context, request.part() == Request::PART_WEIGHTS, options.shown_rows);
  absl::Status status =
      ForEachPage(**client, &Client::ReadScores, request, [&](const Response& page) {
        if (joint_sets != nullptr) {
          joint_sets->insert(joint_sets->end(), page.joint_sets().begin(), page.joint_sets().end());
        }
        if (!options.joint_sets) writer.Add(page);
      });
  if (!status.ok()) return status;
  writer.Finish();
  return absl::OkStatus();
}

void WriteJointSets(Context& context, const std::vector<v1::JointAttainment>& joint_sets) {
  TableWriter table = context.table({{"set", "Attained together", "Atteints ensemble"},
                                     {"window", "Window", "Période", CellFormat::kPeriod},
                                     {"objectives", "Objectives", "Objectifs", CellFormat::kCount},
                                     {"p_joint", "Chance", "Chance", CellFormat::kProbability},
                                     {"p_joint_low", "from", "de", CellFormat::kProbability},
                                     {"p_joint_high", "to", "à", CellFormat::kProbability}});
  for (const v1::JointAttainment& joint : joint_sets) {
    table.Row({joint.set().label(), joint.window(), joint.objective_count(), joint.probability(),
               joint.probability_low(), joint.probability_high()});
  }
  table.Finish();
}

template <typename Message>
Cell Bound(const Message& row, bool has, double (Message::*value)() const) {
  if (!has) return {};
  return (row.*value)();
}

void WriteLadder(Context& context,
                 const google::protobuf::RepeatedPtrField<v1::PayoffRung>& ladder) {
  if (ladder.empty()) return;
  context.out() << "\n";
  TableWriter table =
      context.table({{"threshold", "From a score of", "À partir d'un score de", CellFormat::kRatio},
                     {"payoff", "Payoff", "Part variable", CellFormat::kRatio},
                     {"shape", "Then", "Puis"}});
  for (const v1::PayoffRung& rung : ladder) {
    const bool linear = rung.shape() == v1::PayoffRung::SHAPE_LINEAR;
    table.Row({rung.threshold(), rung.payoff(), linear ? "linear" : "step"});
  }
  table.Finish();
}

void WriteQuality(Context& context,
                  const google::protobuf::RepeatedPtrField<v1::QualityFactor>& quality) {
  if (quality.empty()) return;
  context.out() << "\n";
  TableWriter table = context.table({{"unit", "Unit", "Entité"},
                                     {"unit_kind", "Kind", "Type"},
                                     {"window", "Window", "Période", CellFormat::kPeriod},
                                     {"factor", "Quality", "Qualité", CellFormat::kRatio}});
  for (const v1::QualityFactor& row : quality) {
    table.Row({row.unit(), row.unit_kind(), row.window(), row.factor()});
  }
  table.Finish();
}

TableWriter DeclaredTable(Context& context) {
  return context.table({{"unit", "Unit", "Entité"},
                        {"unit_kind", "Kind", "Type"},
                        {"window", "Window", "Période", CellFormat::kPeriod},
                        {"indicator", "Indicator", "Indicateur"},
                        {"weight", "Weight", "Poids", CellFormat::kNumber},
                        {"floor", "Floor", "Plancher", CellFormat::kRatio},
                        {"cap", "Cap", "Plafond", CellFormat::kRatio},
                        {"complete", "Complete", "Complète"}});
}

void AddDeclared(const v1::ScoreWeight& row, TableWriter& table) {
  table.Row({row.unit(), row.unit_kind(), row.window(), row.indicator(), row.weight(),
             Bound(row, row.has_floor(), &v1::ScoreWeight::floor),
             Bound(row, row.has_cap(), &v1::ScoreWeight::cap), row.complete() ? "yes" : "no"});
}

std::string WhatBecame(const v1::UnitWeight& weight) {
  switch (weight.state()) {
    case v1::UnitWeight::STATE_COUNTED:
      return "counted";
    case v1::UnitWeight::STATE_NOT_APPLICABLE:
      return "not applicable";
    case v1::UnitWeight::STATE_NO_OBJECTIVE:
      return "no objective";
    case v1::UnitWeight::STATE_NO_RATIO:
      return "no R/O";
    default:
      return "";
  }
}

std::string ScopeText(const v1::UnitWeight& weight) {
  std::string text = weight.from_unit().empty() ? "network" : weight.from_unit();
  if (!weight.from_unit_kind().empty()) absl::StrAppend(&text, ", ", weight.from_unit_kind());
  return text;
}

}  // namespace

absl::Status WriteScores(Context& context, const std::string& run,
                         const ScoreReportOptions& options) {
  Request request;
  request.set_run(run);
  *request.mutable_view() = options.view;
  request.set_part(options.weights ? Request::PART_WEIGHTS : Request::PART_SCORES);
  std::vector<v1::JointAttainment> joint_sets;
  absl::Status status = WritePart(context, request, options, &joint_sets);
  if (!status.ok()) return status;
  if (options.joint_sets) WriteJointSets(context, joint_sets);
  if (!context.is_screen() || options.weights || options.joint_sets) return absl::OkStatus();
  if (options.view.units_size() > 0) {
    context.out() << "\n";
    request.set_part(Request::PART_WEIGHTS);
    status = WritePart(context, request, options, nullptr);
  }
  if (!joint_sets.empty()) {
    context.out() << "\n";
    WriteJointSets(context, joint_sets);
  }
  context.out() << "\nscores are sampled: they carry the error of the run's number of paths\n";
  return status;
}

absl::Status WriteScorePolicy(Context& context, const std::string& revision) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  v1::GetScorePolicyRequest request;
  request.set_revision(revision);
  v1::ScorePolicy rest;
  TableWriter table = DeclaredTable(context);
  absl::Status status =
      ForEachPage(**client, &Client::GetScorePolicy, request, [&](const auto& page) {
        for (const v1::ScoreWeight& row : page.policy().weights()) AddDeclared(row, table);
        rest.mutable_quality()->MergeFrom(page.policy().quality());
        rest.mutable_ladder()->MergeFrom(page.policy().ladder());
      });
  if (!status.ok()) return status;
  table.Finish();
  if (!context.is_screen()) return absl::OkStatus();
  WriteQuality(context, rest.quality());
  WriteLadder(context, rest.ladder());
  return absl::OkStatus();
}

absl::Status WriteUnitWeights(Context& context, const v1::ResolveWeightsRequest& request) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  auto resolved = (*client)->ResolveWeights(request);
  if (!resolved.ok()) return resolved.status();
  TableWriter table = context.table({{"indicator", "Indicator", "Indicateur"},
                                     {"declared", "Declared", "Déclaré", CellFormat::kNumber},
                                     {"weight", "Weight", "Poids", CellFormat::kRatio},
                                     {"floor", "Floor", "Plancher", CellFormat::kRatio},
                                     {"cap", "Cap", "Plafond", CellFormat::kRatio},
                                     {"state", "State", "État"},
                                     {"from", "From", "Source", CellFormat::kPeriod}});
  for (const v1::UnitWeight& row : resolved->weights()) {
    table.Row({row.indicator(), row.declared_weight(), row.weight(),
               Bound(row, row.has_floor(), &v1::UnitWeight::floor),
               Bound(row, row.has_cap(), &v1::UnitWeight::cap), WhatBecame(row), ScopeText(row)});
  }
  table.Finish();
  if (!context.is_screen()) return absl::OkStatus();
  context.out() << "\nquality factor "
                << FormatForScreen(resolved->quality_factor(), CellFormat::kRatio,
                                   context.options().output.locale)
                << "\n";
  WriteLadder(context, resolved->ladder());
  return absl::OkStatus();
}

}  // namespace jalon::client
