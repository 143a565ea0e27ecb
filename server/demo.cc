#include "server/demo.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/model.h"
#include "server/convert/time.h"
#include "server/rpc/objective_handlers.h"
#include "server/rpc/revision_records.h"
#include "server/rpc/scenario_handlers.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

constexpr char kPrincipal[] = "local:demo";
constexpr char kModel[] = "networks/demo/models/truth";
constexpr char kAuthor[] = "jalond --demo";

constexpr char kNextSteps[] =
    "next: jalon network show --network demo   # what was loaded\n"
    "      jalon simulate --network demo       # how likely each objective is attained\n"
    "      jalon fit --network demo            # fit a model to the history yourself\n";

PutResource ModelRecord(const sim::Model& truth, const v1::Revision& revision, absl::Time now,
                        BlobWriter& blobs) {
  store::v1::ModelRecord record;
  v1::Model& model = *record.mutable_model();
  Describe(truth, &model);
  model.set_name(kModel);
  model.set_display_name("The parameters the demo was drawn from");
  model.set_revision(revision.name());
  model.set_state(v1::Model::STATE_SUCCEEDED);
  model.set_origin(v1::Model::ORIGIN_IMPORT);
  model.mutable_progress()->set_ratio(1);
  model.set_content_hash(ModelHash(truth));
  model.set_author(kAuthor);
  model.set_reason("true parameters of the generator, without uncertainty");
  for (auto* time :
       {model.mutable_create_time(), model.mutable_start_time(), model.mutable_end_time()}) {
    *time = ToProto(now);
  }
  for (std::string& piece : AddModel(truth, blobs)) record.add_content(std::move(piece));
  record.set_principal(kPrincipal);
  return {.name = kModel,
          .state = "SUCCEEDED",
          .payload = record.SerializeAsString(),
          .expect = Expect::Absent(),
          .blobs = blobs.digests()};
}

StagedObjectives StageSet(const sim::Demo& demo, const v1::Revision& revision, absl::Time now) {
  v1::ObjectiveSet set;
  set.set_name(absl::StrCat(kDemoNetwork, "/objectiveSets/", demo.objectives.id));
  set.set_display_name(demo.objectives.label);
  set.set_author(kAuthor);
  set.set_revision(revision.name());
  set.set_origin(v1::ObjectiveSet::ORIGIN_IMPORT);
  *set.mutable_create_time() = ToProto(now);
  return StageObjectives(std::move(set), demo.revision.network, demo.objectives.objectives);
}

// Everything below the demo's revision, to be put in one transaction with it.
struct DemoRecords {
  std::vector<Mutation> blobs;
  std::vector<Mutation> records;
};

DemoRecords Stage(const sim::Demo& demo, const v1::Revision& revision, absl::Time now) {
  DemoRecords all;
  Transaction content;
  BlobWriter blobs(&content);
  all.records.push_back(ModelRecord(demo.truth, revision, now, blobs));
  all.blobs = std::move(content.mutations);
  for (const sim::Scenario& scenario : demo.scenarios) {
    v1::Scenario proto =
        NewScenario(scenario, absl::StrCat(kDemoNetwork, "/scenarios/", scenario.id), now);
    proto.set_author(kAuthor);
    all.records.push_back(RecordOf(proto));
  }
  StagedObjectives objectives = StageSet(demo, revision, now);
  for (Mutation& mutation : objectives.mutations) all.records.push_back(std::move(mutation));
  all.records.push_back(
      AppendAudit{{.principal = kPrincipal, .method = "LoadDemo", .resource = kDemoNetwork}});
  return all;
}

std::string Report(const sim::Demo& demo, const v1::Revision& revision) {
  return absl::StrCat("loaded the demo: ", revision.leaf_count(), " branches, ",
                      revision.indicator_count(), " indicators, ", revision.series_count(),
                      " series, ", revision.first_period(), " to ", revision.last_period(), "; ",
                      demo.objectives.objectives.size(), " objectives, ", demo.scenarios.size(),
                      " scenarios, the model `truth`\n", kNextSteps);
}

}  // namespace

absl::StatusOr<sim::DemoSize> ParseDemoSize(absl::string_view text) {
  if (text == "small") return sim::DemoSize::kSmall;
  if (text == "default") return sim::DemoSize::kDefault;
  if (text == "large") return sim::DemoSize::kLarge;
  return absl::InvalidArgumentError(
      absl::StrCat("--demo=", text, ": must be small, default or large"));
}

absl::StatusOr<std::string> LoadDemo(Environment& environment, sim::DemoSize size) {
  Archive& archive = environment.archive;
  const absl::Status there = archive.Get<store::v1::NetworkRecord>(kDemoNetwork).status();
  if (there.ok()) {
    return absl::StrCat("the network `demo` is there already and stays as it is\n", kNextSteps);
  }
  if (!absl::IsNotFound(there)) return there;
  JALON_ASSIGN_OR_RETURN(const sim::Demo demo, sim::MakeDemo({.size = size}));
  const absl::Time now = environment.clock.WallNow();
  JALON_ASSIGN_OR_RETURN(
      StagedRevision staged,
      StageRevision(archive, {.network = kDemoNetwork, .now = now}, demo.revision));
  DemoRecords more = Stage(demo, staged.revision, now);
  JALON_RETURN_IF_ERROR(PutBlobs(environment.store, std::move(staged.blobs)));
  JALON_RETURN_IF_ERROR(PutBlobs(environment.store, std::move(more.blobs)));
  Transaction transaction{.mutations = std::move(staged.records)};
  for (Mutation& record : more.records) transaction.mutations.push_back(std::move(record));
  JALON_RETURN_IF_ERROR(environment.store.BlockingApply(std::move(transaction)).status());
  return Report(demo, staged.revision);
}

}  // namespace jalon::server
