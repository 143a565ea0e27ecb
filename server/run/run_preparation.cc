#include "server/run/run_preparation.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/base/ids.h"
#include "server/convert/law_check.h"
#include "server/convert/scenario.h"
#include "server/convert/serialize.h"
#include "server/convert/tables.h"
#include "server/convert/time.h"
#include "server/run/baseline_question.h"
#include "server/run/completion.h"
#include "server/run/delta_columns.h"
#include "server/run/engine_version.h"
#include "server/run/replay_command.h"
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

// Names of resources inside the network, with the collection each must be of.
void CheckName(absl::string_view field, const std::string& name, absl::string_view parent,
               absl::string_view collection, Checks& checks) {
  if (name.empty()) return;
  const absl::StatusOr<ResourceName> parsed = ParseResourceName(name);
  if (parsed.ok() && parsed->parent == parent && parsed->collection == collection) return;
  checks.Add(field, name, absl::StrCat("must be ", parent, "/", collection, "/{id}"), "BAD_NAME");
}

void CheckNames(const RunQuestion& question, Checks& checks) {
  const v1::Run& run = question.run;
  checks.Required("model", !run.model().empty() || !run.baseline().empty());
  checks.Text("display_name", run.display_name(), kMaxLabelBytes);
  CheckName("model", run.model(), question.network, "models", checks);
  CheckName("revision", run.revision(), question.network, "revisions", checks);
  CheckName("scenario", run.scenario(), question.network, "scenarios", checks);
  CheckName("objective_set", run.objective_set(), question.network, "objectiveSets", checks);
  CheckName("baseline", run.baseline(), question.network, "runs", checks);
}

// The first stage: names, and what a baseline asks for. Returns the baseline as stored, if there is
// one, and `run` is then what is left to it filled in.
absl::StatusOr<std::optional<v1::Run>> ReadBaseline(Archive& archive, const RunQuestion& question,
                                                    v1::Run& run) {
  Checks checks("run");
  CheckNames(question, checks);
  if (run.baseline().empty() || !ParseResourceName(run.baseline()).ok()) {
    JALON_RETURN_IF_ERROR(checks.ToStatus());
    return std::nullopt;
  }
  const auto stored = archive.Get<store::v1::RunRecord>(run.baseline());
  if (stored.ok()) CheckBaseline(stored->record.run(), run, checks);
  JALON_RETURN_IF_ERROR(checks.ToStatus());
  JALON_RETURN_IF_ERROR(stored.status());
  InheritFromBaseline(stored->record.run(), run);
  return stored->record.run();
}

// What the run's names stand for.
struct Sources {
  std::shared_ptr<const LoadedModel> model;
  std::shared_ptr<const LoadedRevision> revision;
  sim::Scenario scenario{.id = "none", .label = "Nothing assumed"};
  std::string scenario_hash;
  // Of a mixture, as it was made.
  std::vector<v1::ScenarioRegime> regimes;
  // Null without.
  std::shared_ptr<const PlacedObjectives> objectives;
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
  JALON_ASSIGN_OR_RETURN(sources.objectives,
                         archive.GetPlacedObjectives(stored.record, *sources.revision));
  sources.objectives_hash = ToHex(*DigestFromBytes(stored.record.objectives()));
  return absl::OkStatus();
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
  int64_t law_check_paths = 0;
};

void ReadEstimator(v1::Estimator asked, Checks& checks, Settings& settings) {
  if (!v1::Estimator_IsValid(asked)) {
    checks.Add("estimator", absl::StrCat(asked), "must be an Estimator of this API",
               "UNKNOWN_VALUE");
  }
  if (asked != v1::ESTIMATOR_UNSPECIFIED) settings.estimator = asked;
}

// After the estimator.
void ReadLawCheck(int32_t paths, bool has_objectives, Checks& checks, Settings& settings) {
  settings.law_check_paths = paths;
  checks.InRange("law_check_paths", paths, 0, sim::kMaxLawCheckPaths);
  const auto must_be_zero = [&](absl::string_view why) {
    if (paths == 0) return;
    checks.Add("law_check_paths", absl::StrCat(paths), absl::StrCat("must be 0 ", why),
               "OUT_OF_RANGE");
  };
  if (settings.estimator == v1::ESTIMATOR_SAMPLED) {
    must_be_zero("of ESTIMATOR_SAMPLED, whose rows have no law");
  }
  if (!has_objectives) must_be_zero("without objective set: laws are compared at its thresholds");
}

absl::StatusOr<Settings> ReadSettings(const v1::Run& run, const Sources& sources) {
  Settings settings{.as_of = sources.model->value.as_of};
  Checks targets("run.targets"), precision("run.precision"), rest("run");
  settings.targets =
      ReadTargets(run.targets(), sources.network(), sources.objectives != nullptr, targets);
  CheckScoreRequest(run.targets(), sources.network(), targets);
  settings.precision = ReadPrecision(run.precision(), precision);
  ReadEstimator(run.estimator(), rest, settings);
  ReadLawCheck(run.law_check_paths(), sources.objectives != nullptr, rest, settings);
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
  run.set_law_check_paths(asked.law_check_paths());
  run.set_baseline(asked.baseline());
  run.set_state(v1::Run::STATE_QUEUED);
}

void FillEngine(v1::Estimator estimator, v1::Provenance& provenance) {
  provenance.set_engine_version(EngineVersionOf(estimator));
  if (estimator == v1::ESTIMATOR_SAMPLED) {
    provenance.set_estimator("sampled");
    return;
  }
  provenance.set_estimator("conditional");
  provenance.set_scramble_count(sim::kScrambleCount);
}

// Clears what things are called: equal content gives equal numbers.
void ClearNames(v1::Provenance& provenance) {
  // Their hashes and weights are in the scenario's.
  provenance.clear_regimes();
  provenance.clear_revision();
  provenance.clear_model();
  provenance.clear_scenario();
  provenance.clear_objective_set();
  if (!provenance.has_baseline()) return;
  provenance.mutable_baseline()->clear_run();
  provenance.mutable_baseline()->clear_model();
  provenance.mutable_baseline()->clear_scenario();
  provenance.mutable_baseline()->clear_objective_set();
}

void FillProvenance(const Sources& sources, const std::optional<v1::Run>& baseline, v1::Run& run) {
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
  provenance.set_law_check_paths(run.law_check_paths());
  FillEngine(run.estimator(), provenance);
  if (baseline.has_value()) *provenance.mutable_baseline() = ProvenanceOfBaseline(*baseline);
  v1::Provenance content = provenance;
  ClearNames(content);
  provenance.set_spec_hash(
      ToHex(Sha256(absl::StrCat(DeterministicBytes(content), DeterministicBytes(run.targets()),
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
  if (sources.objectives == nullptr) return ScoreRows();
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
  int64_t law_check_paths = 0;
  bool has_baseline = false;
};

struct RunCost {
  double peak_bytes = 0.0;
  double cpu_seconds = 0.0;
  double serial_seconds = 0.0;
};

// With a baseline nothing is compared, and what the baseline found may be sampled all the same.
sim::EstimatorCost ConditionalCostOf(const CostQuestion& q) {
  sim::EstimatorCost cost =
      sim::PredictEstimatorCost(q.plan, q.thread_count, q.quantile_count, q.law_check_paths);
  if (q.has_baseline) {
    cost.preparation_cpu_ms =
        sim::PredictEstimatorCost(q.plan, q.thread_count, q.quantile_count).preparation_cpu_ms;
  }
  return cost;
}

RunCost CostOf(const CostQuestion& q) {
  const double paths = static_cast<double>(q.path_count);
  if (q.estimator == v1::ESTIMATOR_SAMPLED) {
    const sim::PlanCost cost = sim::PredictCost(q.plan, q.thread_count, q.quantile_count);
    return {cost.peak_bytes,
            (cost.preparation_cpu_ms + cost.cpu_ms_per_256_paths * paths / 256) * 1e-3,
            cost.preparation_cpu_ms * 1e-3};
  }
  const sim::EstimatorCost cost = ConditionalCostOf(q);
  const auto knowledge_paths = static_cast<double>(sim::KnowledgePathsOf(q.path_count));
  const double path_cpu_ms =
      (cost.cpu_ms_per_256_paths * paths + cost.knowledge_cpu_ms_per_256_paths * knowledge_paths) /
      256;
  return {cost.peak_bytes, (cost.preparation_cpu_ms + path_cpu_ms) * 1e-3,
          cost.preparation_cpu_ms * 1e-3};
}

std::string Sentence(const SimulationEnd& end, const v1::Run& run) {
  switch (end.reason) {
    case v1::Termination::REASON_PRECISION_REACHED:
      return absl::StrFormat("every probability is known within %.4f", end.widest_half_width);
    case v1::Termination::REASON_PATH_LIMIT:
      return absl::StrFormat("all %d paths asked for", run.provenance().path_count());
    case v1::Termination::REASON_TIME_LIMIT:
      return absl::StrFormat("the time allowed was over after %d paths%s",
                             run.provenance().path_count(),
                             run.baseline().empty() ? ""
                                                    : "; differences are missing unless the "
                                                      "baseline has a checkpoint there");
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

// A question whose first stage is over.
struct CheckedQuestion {
  Archive& archive;
  const Limits& limits;
  const RunQuestion& question;
  // With what a baseline gave.
  const v1::Run& run;
  const std::optional<v1::Run>& baseline;
};

// A variant keeps the draws of its baseline, which has no regime among them.
absl::Status CheckOneRegime(const CheckedQuestion& asked, const v1::Run& run) {
  if (!asked.baseline.has_value() || run.provenance().regimes_size() == 0) return absl::OkStatus();
  sim::Violations violations;
  violations.Add({.field = "scenario",
                  .value = run.scenario(),
                  .rule = "must not be a mixture where the run has a baseline",
                  .reason = "BAD_BASELINE"});
  return violations.ToStatus();
}

// The run itself, whatever it is compared with.
absl::StatusOr<PreparedRun> PrepareAlone(const CheckedQuestion& asked) {
  JALON_ASSIGN_OR_RETURN(Sources sources, ReadSources(asked.archive, asked.run));
  JALON_ASSIGN_OR_RETURN(const Settings settings, ReadSettings(asked.run, sources));
  const sim::Revision& revision = sources.revision->value;
  JALON_ASSIGN_OR_RETURN(RunRows rows, MakeRows({.network = revision.network,
                                                 .realisations = revision.realisations,
                                                 .request = settings.targets,
                                                 .objectives = sources.objectives.get(),
                                                 .max_cells = asked.limits.result_cells}));
  if (settings.estimator != v1::ESTIMATOR_SAMPLED) AddConditionalColumns(rows);
  if (asked.baseline.has_value()) AddDeltaColumns(rows);
  JALON_ASSIGN_OR_RETURN(ScoreRows scores, ScoresOf(sources, rows, asked.run.targets()));
  v1::Run run;
  Echo(asked.run, sources, settings, run);
  FillProvenance(sources, asked.baseline, run);
  JALON_RETURN_IF_ERROR(CheckOneRegime(asked, run));
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
                               .thread_count = asked.question.parallelism,
                               .quantile_count = QuantileCount(rows),
                               .path_count = settings.precision.max_path_count,
                               .law_check_paths = settings.law_check_paths,
                               .has_baseline = asked.baseline.has_value()});
  RowAxis axis(revision.network, rows.windows, rows.rows);
  sim::TargetIdentities identities;
  if (settings.estimator != v1::ESTIMATOR_SAMPLED) {
    identities = sim::IdentitiesOf(revision.network, rows.targets);
  }
  const int64_t peak_bytes = static_cast<int64_t>(cost.peak_bytes) + identities.bytes();
  std::vector<double> realised = RealisedToDate(revision, rows, settings.as_of);
  const std::string spec_hash = run.provenance().spec_hash();
  return PreparedRun{.run = std::move(run),
                     .input = {.plan = std::move(plan),
                               .rows = std::move(rows),
                               .scores = std::move(scores),
                               .realised_to_date = std::move(realised),
                               .precision = settings.precision,
                               .max_duration = absl::Seconds(asked.limits.run_seconds),
                               .parallelism = asked.question.parallelism,
                               .estimator = settings.estimator,
                               .law_check_paths = settings.law_check_paths,
                               .spec_hash = spec_hash,
                               .identities = std::move(identities)},
                     .axis = std::move(axis),
                     .peak_bytes = peak_bytes,
                     .cpu_seconds = cost.cpu_seconds,
                     .serial_seconds = cost.serial_seconds};
}

// A run without baseline may be one: it leaves its block where the cache could hold it. A mixture
// cannot (CheckBaseline).
void ConsiderKeeping(const RunQuestion& question, PreparedRun& prepared) {
  SimulationInput& input = prepared.input;
  if (question.baselines == nullptr || input.estimator == v1::ESTIMATOR_SAMPLED) return;
  if (input.plan.regime_count() > 1) return;
  const double bytes = sim::PredictBaselineBytes(input.plan, input.precision.max_path_count);
  if (!question.baselines->Fits(bytes)) return;
  input.keep_baseline = true;
  prepared.peak_bytes += static_cast<int64_t>(bytes);
}

// How a baseline that is not held is computed again: its own question, to the paths it had. Scores
// are left out: they change nothing of the rest.
absl::StatusOr<PreparedRun> PrepareAgain(const CheckedQuestion& asked) {
  const v1::Run& baseline = *asked.baseline;
  JALON_ASSIGN_OR_RETURN(PreparedRun prepared,
                         PrepareRun(asked.archive, asked.limits,
                                    {.network = asked.question.network,
                                     .run = baseline,
                                     .parallelism = asked.question.parallelism}));
  if (prepared.run.provenance().spec_hash() != baseline.provenance().spec_hash()) {
    return absl::FailedPreconditionError(
        absl::StrCat(baseline.name(), " cannot be computed again as it was: run it again"));
  }
  prepared.input.precision = {.confidence_level = prepared.input.precision.confidence_level,
                              .max_path_count = baseline.provenance().path_count()};
  prepared.input.plan.scores = {};
  prepared.input.keep_baseline = true;
  return prepared;
}

// Bytes of the averages of one checkpoint.
double ScrambleBytes(const sim::TargetIdentities& identities) {
  return sim::kScrambleCount * sizeof(double) *
         static_cast<double>(identities.targets.size() + identities.thresholds.size());
}

// Gives a run its baseline: the block where it is held, else what computes it first.
absl::Status AddBaseline(const CheckedQuestion& asked, PreparedRun& prepared) {
  const v1::Provenance& source = asked.baseline->provenance();
  SimulationBaseline made{.key = BaselineCache::Key(source.spec_hash(), source.path_count())};
  prepared.peak_bytes += static_cast<int64_t>(ScrambleBytes(prepared.input.identities));
  if (asked.question.baselines != nullptr) made.block = asked.question.baselines->Get(made.key);
  if (made.block != nullptr) {
    // Shared with the cache, which may let go of it.
    prepared.peak_bytes += made.block->bytes();
  } else {
    JALON_ASSIGN_OR_RETURN(PreparedRun again, PrepareAgain(asked));
    const auto block = static_cast<int64_t>(
        sim::PredictBaselineBytes(again.input.plan, again.input.precision.max_path_count));
    prepared.peak_bytes = std::max(prepared.peak_bytes, again.peak_bytes) + block;
    prepared.cpu_seconds += again.cpu_seconds;
    prepared.serial_seconds += again.serial_seconds;
    made.again = std::make_shared<const SimulationInput>(std::move(again.input));
  }
  const sim::TargetIdentities& theirs =
      made.block != nullptr ? made.block->identities : made.again->identities;
  for (const std::string& notice : DeltaNoticesOf(theirs, prepared.input.identities)) {
    prepared.run.add_notices(notice);
  }
  prepared.input.baseline = std::move(made);
  return absl::OkStatus();
}

void DescribeLawChecks(const std::vector<sim::LawCheck>& checks, v1::Run& run) {
  for (const sim::LawCheck& check : checks) {
    *run.add_law_checks() = ToProto(check);
    if (check.is_wrong) run.add_notices(NoticeOf(check));
  }
}

}  // namespace

absl::StatusOr<PreparedRun> PrepareRun(Archive& archive, const Limits& limits,
                                       const RunQuestion& question) {
  v1::Run asked = question.run;
  JALON_ASSIGN_OR_RETURN(const std::optional<v1::Run> baseline,
                         ReadBaseline(archive, question, asked));
  JALON_ASSIGN_OR_RETURN(PreparedRun prepared,
                         PrepareAlone({archive, limits, question, asked, baseline}));
  if (baseline.has_value()) {
    JALON_RETURN_IF_ERROR(AddBaseline({archive, limits, question, asked, baseline}, prepared));
  } else {
    ConsiderKeeping(question, prepared);
  }
  return prepared;
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

absl::Status CheckSameEngine(const v1::Provenance& then, const v1::Provenance& now) {
  if (then.engine_version() == now.engine_version()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the run is of engine ", then.engine_version(), " and this server's is ",
      now.engine_version(), ", whose paths have other numbers: run it again, then replay that"));
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
  if (end.table != nullptr) DescribeLawChecks(end.table->law_checks, run);
  if (run.provenance().path_count() > 0) AddReplayCommand(run);
}

}  // namespace jalon::server
