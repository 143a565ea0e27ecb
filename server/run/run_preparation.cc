#include "server/run/run_preparation.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/base/ids.h"
#include "server/convert/scenario.h"
#include "server/convert/serialize.h"
#include "server/convert/tables.h"
#include "server/convert/time.h"
#include "server/run/completion.h"
#include "server/run/run_notices.h"
#include "server/run/scenario_source.h"
#include "server/run/score_rows.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/off_formula.h"
#include "sim/provisional/completion.h"

namespace jalon::server {
namespace {

constexpr size_t kMaxLabelBytes = 200;

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// Names of resources inside the network, with the collection each must be of.
void CheckName(absl::string_view field, const std::string& name, absl::string_view parent,
               absl::string_view collection, Checks& checks) {
  if (name.empty()) return;
  const absl::StatusOr<ResourceName> parsed = ParseResourceName(name);
  if (parsed.ok() && parsed->parent == parent && parsed->collection == collection) return;
  checks.Add(field, name, absl::StrCat("must be ", parent, "/", collection, "/{id}"), "BAD_NAME");
}

absl::Status CheckNames(const RunQuestion& question) {
  Checks checks("run");
  const v1::Run& run = question.run;
  checks.Required("model", !run.model().empty());
  checks.Text("display_name", run.display_name(), kMaxLabelBytes);
  CheckName("model", run.model(), question.network, "models", checks);
  CheckName("revision", run.revision(), question.network, "revisions", checks);
  CheckName("scenario", run.scenario(), question.network, "scenarios", checks);
  CheckName("objective_set", run.objective_set(), question.network, "objectiveSets", checks);
  return checks.ToStatus();
}

// What the run's names stand for.
struct Sources {
  std::shared_ptr<const LoadedModel> model;
  std::shared_ptr<const LoadedRevision> revision;
  sim::Scenario scenario{.id = "none", .label = "Nothing assumed"};
  std::string scenario_hash;
  // Of a mixture, as it was made.
  std::vector<v1::ScenarioRegime> regimes;
  std::optional<std::vector<sim::Objective>> objectives;
  std::string objectives_hash;
  // What was done with provisional periods for the fit, and whether they were completed.
  std::vector<std::string> provisional;
  bool completed = false;

  const sim::Network& network() const { return revision->value.network; }
};

absl::Status ReadScenario(Archive& archive, const std::string& name, Sources& sources) {
  if (name.empty()) return absl::OkStatus();
  JALON_ASSIGN_OR_RETURN(LoadedScenario loaded,
                         LoadScenario(archive, name, sources.network().frequency()));
  sources.scenario = std::move(loaded.value);
  sources.scenario_hash = ScenarioHash(sources.scenario);
  sources.regimes.assign(loaded.info.mixture().begin(), loaded.info.mixture().end());
  return absl::OkStatus();
}

absl::Status ReadObjectives(Archive& archive, const std::string& name, Sources& sources) {
  if (name.empty()) return absl::OkStatus();
  JALON_ASSIGN_OR_RETURN(const auto stored, archive.Get<store::v1::ObjectiveSetRecord>(name));
  JALON_ASSIGN_OR_RETURN(sources.objectives, archive.GetObjectives(stored.record));
  sources.objectives_hash = ToHex(*DigestFromBytes(stored.record.objectives()));
  // A set made for another revision may name what this one has not.
  return sim::ValidateObjectives(sources.network(), *sources.objectives).ToStatus();
}

absl::StatusOr<Sources> ReadSources(Archive& archive, const v1::Run& run) {
  Sources sources;
  JALON_ASSIGN_OR_RETURN(sources.model, archive.GetModel(run.model()));
  JALON_ASSIGN_OR_RETURN(sources.revision,
                         archive.GetRevision(run.revision().empty() ? sources.model->info.revision()
                                                                    : run.revision()));
  // A model fitted on completed figures meets them in its runs too.
  JALON_ASSIGN_OR_RETURN(
      TreatedRevision treated,
      TreatProvisional(archive, std::move(sources.revision), sources.model->info.fit_options()));
  sources.revision = std::move(treated.revision);
  sources.provisional = std::move(treated.notes);
  sources.completed = sources.model->info.fit_options().provisional_periods() ==
                      v1::FitOptions::PROVISIONAL_PERIODS_COMPLETE;
  JALON_RETURN_IF_ERROR(ReadScenario(archive, run.scenario(), sources));
  JALON_RETURN_IF_ERROR(ReadObjectives(archive, run.objective_set(), sources));
  return sources;
}

// The question's own numbers.
struct Settings {
  TargetRequest targets;
  PrecisionRequest precision;
  sim::Period as_of;
  v1::Estimator estimator = v1::ESTIMATOR_CONDITIONAL;
};

void ReadEstimator(v1::Estimator asked, Checks& checks, Settings& settings) {
  if (!v1::Estimator_IsValid(asked)) {
    checks.Add("estimator", absl::StrCat(asked), "must be an Estimator of this API",
               "UNKNOWN_VALUE");
  }
  if (asked != v1::ESTIMATOR_UNSPECIFIED) settings.estimator = asked;
}

absl::StatusOr<Settings> ReadSettings(const v1::Run& run, const Sources& sources) {
  Settings settings{.as_of = sources.model->value.as_of};
  Checks targets("run.targets"), precision("run.precision"), rest("run");
  settings.targets =
      ReadTargets(run.targets(), sources.network(), sources.objectives.has_value(), targets);
  CheckScoreRequest(run.targets(), sources.network(), targets);
  settings.precision = ReadPrecision(run.precision(), precision);
  ReadEstimator(run.estimator(), rest, settings);
  if (!run.as_of().empty()) {
    const auto as_of = rest.Period("as_of", run.as_of(), sources.network().frequency());
    if (as_of.has_value()) settings.as_of = *as_of;
  }
  sim::Violations all = targets.violations();
  all.Merge(precision.violations());
  all.Merge(rest.violations());
  JALON_RETURN_IF_ERROR(all.ToStatus());
  return settings;
}

void Echo(const v1::Run& asked, const Sources& sources, const Settings& settings, v1::Run& run) {
  run.set_display_name(asked.display_name());
  run.set_model(asked.model());
  run.set_revision(sources.revision->info.name());
  run.set_scenario(asked.scenario());
  run.set_objective_set(asked.objective_set());
  *run.mutable_targets() = asked.targets();
  run.set_seed(asked.has_seed() ? asked.seed() : RandomBits());
  run.set_as_of(settings.as_of.ToString());
  *run.mutable_precision() = asked.precision();
  run.mutable_precision()->set_confidence_level(settings.precision.confidence_level);
  run.mutable_precision()->set_max_path_count(settings.precision.max_path_count);
  run.set_estimator(settings.estimator);
  run.set_state(v1::Run::STATE_QUEUED);
}

void FillEngine(v1::Estimator estimator, v1::Provenance& provenance) {
  if (estimator == v1::ESTIMATOR_SAMPLED) {
    provenance.set_estimator("sampled");
    provenance.set_engine_version(sim::kEngineVersion);
    return;
  }
  provenance.set_estimator("conditional");
  provenance.set_scramble_count(sim::kScrambleCount);
  // Rows without a closed form and scores are sampled.
  provenance.set_engine_version(absl::StrCat(sim::kConditionalVersion, "+", sim::kEngineVersion));
}

void FillProvenance(const Sources& sources, v1::Run& run) {
  v1::Provenance& provenance = *run.mutable_provenance();
  provenance.set_revision(run.revision());
  provenance.set_model(run.model());
  provenance.set_scenario(run.scenario());
  provenance.set_objective_set(run.objective_set());
  provenance.set_data_hash(sources.revision->info.content_hash());
  provenance.set_model_hash(sources.model->info.content_hash());
  provenance.set_scenario_hash(sources.scenario_hash);
  provenance.mutable_regimes()->Assign(sources.regimes.begin(), sources.regimes.end());
  provenance.set_objective_set_hash(sources.objectives_hash);
  provenance.set_seed(run.seed());
  provenance.set_as_of(run.as_of());
  FillEngine(run.estimator(), provenance);
  v1::Provenance named = provenance;
  // Equal content gives equal numbers, whatever it is called.
  named.clear_revision();
  named.clear_model();
  named.clear_scenario();
  named.clear_objective_set();
  // Their hashes and weights are in the scenario's.
  named.clear_regimes();
  provenance.set_spec_hash(
      ToHex(Sha256(absl::StrCat(DeterministicBytes(named), DeterministicBytes(run.targets()),
                                DeterministicBytes(run.precision())))));
}

void DescribeRows(const RunRows& rows, v1::Run& run) {
  run.set_row_count(static_cast<int64_t>(rows.rows.size()));
  for (const sim::Window& window : rows.windows) run.add_windows(window.ToString());
  for (const v1::StatisticSpec& spec : rows.specs) *run.add_statistics() = spec;
}

// Nothing without objectives.
absl::StatusOr<ScoreRows> ScoresOf(const Sources& sources, const RunRows& rows,
                                   const v1::TargetSpec& request) {
  if (!sources.objectives.has_value()) return ScoreRows();
  return MakeScoreRows({.network = sources.network(),
                        .policy = sources.revision->value.score,
                        .rows = rows,
                        .objectives = *sources.objectives,
                        .request = request});
}

void DescribeScores(const ScoreRows& scores, v1::Run& run) {
  run.set_score_row_count(static_cast<int64_t>(scores.rows.size()));
  run.set_weight_row_count(static_cast<int64_t>(scores.weight_rows.size()));
  for (const std::string& notice : scores.notices) run.add_notices(notice);
}

// What a reader must know of the world simulated.
void AddNotices(const sim::Plan& plan, v1::Run& run) {
  for (int r = 0; r < plan.regime_count(); ++r) {
    const std::string where =
        run.provenance().regimes().empty() ? "" : absl::StrCat("in ", plan.regimes[r].id, ", ");
    for (const sim::OffFormula& off : sim::FindOffFormula(plan, r)) {
      run.add_notices(absl::StrCat(where, "driver ", off.driver,
                                   " is off its formula (hors formule) from ",
                                   off.period.ToString(), ": ", off.told, " told, ", off.in_force,
                                   " by the formula on the central path"));
    }
  }
}

// Realised months that are not final, as the run meets them.
void AddProvisionalNotices(const Sources& sources, sim::Period as_of, v1::Run& run) {
  if (sources.completed) {
    for (const std::string& note : sources.provisional) run.add_notices(note);
    return;
  }
  for (const sim::ProvisionalNote& note : sim::ProvisionalPeriods(sources.revision->value)) {
    if (as_of < note.window.first) continue;
    run.add_notices(absl::StrCat(note.indicator, ": ", note.window.first.ToString(), " to ",
                                 std::min(as_of, note.window.last).ToString(),
                                 " provisional: counted as first reported"));
  }
}

void AddMeanNotices(const Sources& sources, const sim::Plan& plan, v1::Run& run) {
  for (std::string& notice : MeanNoticesOf(sources.revision->value, sources.model->value, plan)) {
    run.add_notices(std::move(notice));
  }
}

void AddSourceNotices(const Sources& sources, sim::Period as_of, v1::Run& run) {
  AddProvisionalNotices(sources, as_of, run);
  for (std::string& notice :
       NoticesOf(sources.revision->value, sources.model->value.as_of, sources.scenario)) {
    run.add_notices(std::move(notice));
  }
}

int QuantileCount(const RunRows& rows) {
  return static_cast<int>(std::count_if(rows.specs.begin(), rows.specs.end(), [](const auto& spec) {
    return spec.statistic() == v1::STATISTIC_QUANTILE;
  }));
}

struct CostQuestion {
  const sim::Plan& plan;
  v1::Estimator estimator = v1::ESTIMATOR_CONDITIONAL;
  int thread_count = 1;
  int quantile_count = 0;
  int64_t path_count = 0;
};

struct RunCost {
  double peak_bytes = 0.0;
  double cpu_seconds = 0.0;
};

RunCost CostOf(const CostQuestion& q) {
  const double paths = static_cast<double>(q.path_count);
  if (q.estimator == v1::ESTIMATOR_SAMPLED) {
    const sim::PlanCost cost = sim::PredictCost(q.plan, q.thread_count, q.quantile_count);
    return {cost.peak_bytes, cost.cpu_ms_per_256_paths * paths / 256 * 1e-3};
  }
  const sim::EstimatorCost cost =
      sim::PredictEstimatorCost(q.plan, q.thread_count, q.quantile_count);
  return {cost.peak_bytes, (cost.cpu_ms_per_256_paths * paths +
                            cost.knowledge_cpu_ms_per_256_paths *
                                std::min(paths, static_cast<double>(sim::kKnowledgePaths))) /
                               256 * 1e-3};
}

void AddOption(absl::string_view flag, absl::string_view value, v1::Provenance& provenance) {
  if (value.empty()) return;
  provenance.add_replay_arguments(std::string(flag));
  provenance.add_replay_arguments(std::string(value));
}

template <typename Values>
std::string Levels(const Values& values) {
  std::string text;
  for (const double value : values) {
    absl::StrAppend(&text, text.empty() ? "" : ",", absl::StrFormat("%.12g", value));
  }
  return text;
}

template <typename Texts>
void AddEach(absl::string_view flag, const Texts& texts, v1::Provenance& provenance) {
  for (const std::string& text : texts) AddOption(flag, text, provenance);
}

// A joint set as the command line spells it: `LABEL=UNIT,UNIT:INDICATOR,INDICATOR`.
std::string JointText(const v1::JointSet& set) {
  std::string text = absl::StrCat(set.label(), "=", absl::StrJoin(set.units(), ","));
  if (!set.indicators().empty()) absl::StrAppend(&text, ":", absl::StrJoin(set.indicators(), ","));
  return text;
}

void AddReplayTargets(const v1::Run& run, bool is_forecast, v1::Provenance& provenance) {
  const v1::TargetSpec& targets = run.targets();
  // A forecast is spelled row window by row window, which leaves no granularity to say.
  if (is_forecast) {
    AddEach("--window", run.windows(), provenance);
  } else {
    AddEach("--window", targets.windows(), provenance);
    AddOption("--ro", Levels(targets.ro_levels()), provenance);
    AddOption("--score-levels", Levels(targets.score_levels()), provenance);
    for (const v1::JointSet& set : targets.joint_sets()) {
      AddOption("--joint", JointText(set), provenance);
    }
  }
  AddOption("--quantiles", Levels(targets.quantile_levels()), provenance);
  AddEach("--level", targets.levels(), provenance);
  AddEach("--unit", targets.units(), provenance);
  AddEach("--segment", targets.segments(), provenance);
  AddEach("--indicator", targets.indicators(), provenance);
}

// A run that a clock or a person stopped comes back by its path count.
void AddReplayPrecision(const v1::Run& run, v1::Provenance& provenance) {
  const v1::Termination::Reason reason = run.termination().reason();
  const bool by_count =
      reason == v1::Termination::REASON_TIME_LIMIT || reason == v1::Termination::REASON_CANCELLED;
  AddOption("--paths",
            absl::StrCat(by_count ? provenance.path_count() : run.precision().max_path_count()),
            provenance);
  if (run.precision().has_target_half_width()) {
    AddOption("--half-width", absl::StrFormat("%.12g", run.precision().target_half_width()),
              provenance);
  }
  if (run.precision().confidence_level() != PrecisionRequest{}.confidence_level) {
    AddOption("--confidence", absl::StrFormat("%.12g", run.precision().confidence_level()),
              provenance);
  }
  AddOption("--seed", absl::StrCat(run.seed()), provenance);
}

void AddReplay(v1::Run& run) {
  v1::Provenance& provenance = *run.mutable_provenance();
  provenance.clear_replay_arguments();
  const bool is_forecast = run.objective_set().empty();
  provenance.add_replay_arguments(is_forecast ? "forecast" : "simulate");
  AddOption("--network", IdOf(ParseResourceName(run.model())->parent), provenance);
  if (!is_forecast) AddOption("--objectives", IdOf(run.objective_set()), provenance);
  AddOption("--model", IdOf(run.model()), provenance);
  AddOption("--revision", IdOf(run.revision()), provenance);
  if (!run.scenario().empty()) AddOption("--scenario", IdOf(run.scenario()), provenance);
  AddOption("--as-of", run.as_of(), provenance);
  AddOption("--estimator", provenance.estimator(), provenance);
  AddReplayTargets(run, is_forecast, provenance);
  AddReplayPrecision(run, provenance);
}

std::string Sentence(const SimulationEnd& end, const v1::Run& run) {
  switch (end.reason) {
    case v1::Termination::REASON_PRECISION_REACHED:
      return absl::StrFormat("every probability is known within %.4f", end.widest_half_width);
    case v1::Termination::REASON_PATH_LIMIT:
      return absl::StrFormat("all %d paths asked for", run.provenance().path_count());
    case v1::Termination::REASON_TIME_LIMIT:
      return absl::StrFormat("the time allowed was over after %d paths",
                             run.provenance().path_count());
    case v1::Termination::REASON_CANCELLED:
      if (end.network_deleted) return "cancelled: its network was deleted, and its answer with it";
      return absl::StrFormat("cancelled; the answer of %d paths remains",
                             run.provenance().path_count());
    default:
      return std::string(end.error.message());
  }
}

v1::Run::State StateOf(v1::Termination::Reason reason) {
  if (reason == v1::Termination::REASON_FAILED) return v1::Run::STATE_FAILED;
  if (reason == v1::Termination::REASON_CANCELLED) return v1::Run::STATE_CANCELLED;
  return v1::Run::STATE_SUCCEEDED;
}

}  // namespace

absl::StatusOr<PreparedRun> PrepareRun(Archive& archive, const Limits& limits,
                                       const RunQuestion& question) {
  JALON_RETURN_IF_ERROR(CheckNames(question));
  JALON_ASSIGN_OR_RETURN(Sources sources, ReadSources(archive, question.run));
  JALON_ASSIGN_OR_RETURN(const Settings settings, ReadSettings(question.run, sources));
  const sim::Revision& revision = sources.revision->value;
  JALON_ASSIGN_OR_RETURN(
      RunRows rows,
      MakeRows({.network = revision.network,
                .realisations = revision.realisations,
                .request = settings.targets,
                .objectives = sources.objectives.has_value() ? &*sources.objectives : nullptr,
                .max_cells = limits.result_cells}));
  if (settings.estimator != v1::ESTIMATOR_SAMPLED) AddConditionalColumns(rows);
  JALON_ASSIGN_OR_RETURN(ScoreRows scores, ScoresOf(sources, rows, question.run.targets()));
  v1::Run run;
  Echo(question.run, sources, settings, run);
  FillProvenance(sources, run);
  DescribeRows(rows, run);
  DescribeScores(scores, run);
  AddSourceNotices(sources, settings.as_of, run);
  JALON_ASSIGN_OR_RETURN(sim::Plan plan, sim::BuildPlan({.revision = revision,
                                                         .model = sources.model->value,
                                                         .scenario = sources.scenario,
                                                         .targets = rows.targets,
                                                         .as_of = settings.as_of,
                                                         .seed = run.seed()}));
  AddNotices(plan, run);
  AddMeanNotices(sources, plan, run);
  plan.scores = scores.plan;
  const RunCost cost = CostOf({.plan = plan,
                               .estimator = settings.estimator,
                               .thread_count = question.parallelism,
                               .quantile_count = QuantileCount(rows),
                               .path_count = settings.precision.max_path_count});
  RowAxis axis(revision.network, rows.windows, rows.rows);
  std::vector<double> realised = RealisedToDate(revision, rows, settings.as_of);
  const std::string spec_hash = run.provenance().spec_hash();
  return PreparedRun{.run = std::move(run),
                     .input = {.plan = std::move(plan),
                               .rows = std::move(rows),
                               .scores = std::move(scores),
                               .realised_to_date = std::move(realised),
                               .precision = settings.precision,
                               .max_duration = absl::Seconds(limits.run_seconds),
                               .parallelism = question.parallelism,
                               .estimator = settings.estimator,
                               .spec_hash = spec_hash},
                     .axis = std::move(axis),
                     .peak_bytes = static_cast<int64_t>(cost.peak_bytes),
                     .cpu_seconds = cost.cpu_seconds};
}

absl::StatusOr<std::vector<v1::EventLosses>> LossesOfRun(Archive& archive,
                                                         const RunQuestion& question, int depth) {
  JALON_ASSIGN_OR_RETURN(const Sources sources, ReadSources(archive, question.run));
  JALON_ASSIGN_OR_RETURN(const Settings settings, ReadSettings(question.run, sources));
  sim::Window all{settings.as_of + 1, settings.as_of};
  for (const std::string& text : question.run.windows()) {
    JALON_ASSIGN_OR_RETURN(const sim::Window window,
                           sim::ParseWindow(text, sources.network().frequency()));
    all.last = std::max(all.last, window.last);
  }
  const sim::PlanInput input{.revision = sources.revision->value,
                             .model = sources.model->value,
                             .scenario = sources.scenario,
                             .targets = {},
                             .as_of = settings.as_of};
  std::vector<v1::EventLosses> rows;
  const std::vector<sim::World> worlds = sim::WorldsOf(sources.scenario);
  for (const sim::EventLosses& losses : sim::LossesOfEvents(input, all, depth)) {
    const sim::World& world = worlds[losses.regime];
    const auto event = std::find_if(world.events.begin(), world.events.end(),
                                    [&](const sim::Event& e) { return e.id == losses.event; });
    rows.push_back(ToProto(sources.network(), *event, losses));
    if (!sources.regimes.empty()) rows.back().set_regime(world.id);
  }
  return rows;
}

void DescribeEnd(const SimulationEnd& end, v1::Run& run) {
  run.set_state(StateOf(end.reason));
  run.set_cpu_seconds(end.cpu_seconds);
  run.mutable_provenance()->set_path_count(end.table == nullptr ? 0 : end.table->path_count);
  v1::Termination& termination = *run.mutable_termination();
  termination.set_reason(end.reason);
  termination.set_final_half_width(end.widest_half_width);
  termination.set_converged(end.reason == v1::Termination::REASON_PRECISION_REACHED);
  termination.set_detail(Sentence(end, run));
  if (end.reason == v1::Termination::REASON_FAILED) {
    run.set_error(std::string(end.error.message()));
  }
  if (run.provenance().path_count() > 0) AddReplay(run);
}

}  // namespace jalon::server
