#include <memory>

#include "absl/strings/str_cat.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"
#include "clients/cli/latest.h"
#include "clients/cli/model_report.h"
#include "clients/cli/paging.h"
#include "clients/cli/state_text.h"
#include "clients/cli/time_text.h"

namespace jalon::client {
namespace {

struct ModelArguments {
  std::string id, file, reason, author, parent_model, revision, new_id;
  bool binary = false;
};

int ListModels(Context& context, const ModelArguments&) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto parent = context.network();
  if (!parent.ok()) return ReportError(context, parent.status());
  v1::ListModelsRequest request;
  request.set_parent(*parent);
  TableWriter table = context.table({{"model", "Model", "Modèle"},
                                     {"state", "State", "État"},
                                     {"as_of", "As of", "Arrêté à", CellFormat::kPeriod},
                                     {"series", "Series", "Séries", CellFormat::kCount},
                                     {"origin", "Origin", "Origine"},
                                     {"hash", "Hash", "Empreinte"},
                                     {"created", "Created", "Créé", CellFormat::kTime},
                                     {"reason", "Reason", "Motif"}});
  std::string first;
  const absl::Status status =
      ForEachPage(**client, &Client::ListModels, request, [&](const v1::ListModelsResponse& page) {
        for (const auto& m : page.models()) {
          if (first.empty()) first = ShortId(m.name());
          table.Row({ShortId(m.name()), StateText(v1::Model::State_Name(m.state())), m.as_of(),
                     m.series_count(), m.origin() == v1::Model::ORIGIN_IMPORT ? "import" : "fit",
                     m.content_hash().substr(0, 16), TimeText(m.create_time()), m.reason()});
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  if (first.empty()) {
    context.Next("jalon fit", "there is none");
  } else {
    context.Next(absl::StrCat("jalon model show ", first), "what the newest found");
  }
  return kExitOk;
}

absl::StatusOr<v1::Model> GetModel(Context& context, const std::string& id) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  auto name = ModelOrLatest(context, id);
  if (!name.ok()) return name.status();
  v1::GetModelRequest request;
  request.set_name(*name);
  return (*client)->GetModel(request);
}

int ShowModel(Context& context, const ModelArguments& arguments) {
  auto model = GetModel(context, arguments.id);
  if (!model.ok()) return ReportError(context, model.status());
  WriteModel(context, *model);
  context.Next(absl::StrCat("jalon simulate --model ", ShortId(model->name())),
               "simulate with this model");
  return kExitOk;
}

int ShowElasticities(Context& context, const ModelArguments& arguments) {
  auto model = GetModel(context, arguments.id);
  if (!model.ok()) return ReportError(context, model.status());
  WriteElasticities(context, *model);
  context.Next(absl::StrCat("jalon model export ", ShortId(model->name()), " --to FILE"),
               "write the model to a file, to edit what the data could not settle");
  return kExitOk;
}

int ShowMeans(Context& context, const ModelArguments& arguments) {
  auto model = GetModel(context, arguments.id);
  if (!model.ok()) return ReportError(context, model.status());
  WriteMeanEffects(context, *model);
  context.Next("jalon network means", "the means themselves, seen and planned");
  return kExitOk;
}

int ExportModel(Context& context, const ModelArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto name = ModelOrLatest(context, arguments.id);
  if (!name.ok()) return ReportError(context, name.status());
  v1::ExportModelRequest request;
  request.set_name(*name);
  request.set_format(arguments.binary ? v1::MODEL_FORMAT_BINARY : v1::MODEL_FORMAT_TEXT);
  auto bytes = (*client)->ExportModel(request);
  if (!bytes.ok()) return ReportError(context, bytes.status());
  if (arguments.file.empty()) {
    context.out() << *bytes;
    context.Next("jalon model import FILE --reason WHY", "after editing, import it as a new model");
    return kExitOk;
  }
  const absl::Status written = WriteFile(arguments.file, *bytes);
  if (!written.ok()) return ReportError(context, written);
  context.err() << *name << " written to " << arguments.file << " (" << bytes->size()
                << " bytes)\n";
  context.Next(absl::StrCat("jalon model import ", arguments.file, " --reason WHY"),
               "after editing, import it as a new model");
  return kExitOk;
}

int ImportModel(Context& context, const ModelArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto parent = context.network();
  if (!parent.ok()) return ReportError(context, parent.status());
  auto bytes = ReadFile(arguments.file);
  if (!bytes.ok()) return ReportError(context, bytes.status());
  auto revision = arguments.revision.empty() ? LatestRevision(context)
                                             : context.FullName("revisions", arguments.revision);
  if (!revision.ok()) return ReportError(context, revision.status());
  v1::ModelImportOptions options;
  options.set_parent(*parent);
  options.set_model_id(arguments.new_id);
  options.set_revision(*revision);
  if (!arguments.parent_model.empty()) {
    auto lineage = context.FullName("models", arguments.parent_model);
    if (!lineage.ok()) return ReportError(context, lineage.status());
    options.set_parent_model(*lineage);
  }
  options.set_reason(arguments.reason);
  options.set_author(arguments.author);
  options.set_format(arguments.binary ? v1::MODEL_FORMAT_BINARY : v1::MODEL_FORMAT_TEXT);
  options.set_request_id(NewRequestId());
  auto model = (*client)->ImportModel(std::move(options), *bytes);
  if (!model.ok()) return ReportError(context, model.status());
  WriteModel(context, *model);
  context.Next(absl::StrCat("jalon simulate --model ", ShortId(model->name())),
               "simulate with the edited model");
  return kExitOk;
}

}  // namespace

void AddModel(const Command& app, Invocation& invocation) {
  const Command command = app.Add("model", "Fitted models: list, show, export, import");
  command.RequireOne();
  command.Examples(
      "Examples:\n"
      "  jalon model show\n"
      "  jalon model export --to model.textproto");
  auto a = std::make_shared<ModelArguments>();  // lives as long as the parsed command
  using Run = int (*)(Context&, const ModelArguments&);
  const auto add = [&](const std::string& name, const char* what, const char* example, Run run) {
    const Command sub = command.Add(name, what);
    sub.Examples(absl::StrCat("Example:\n  jalon model ", example));
    sub.OnChosen([&invocation, a, run] {
      invocation.run = [a, run](Context& context) { return run(context, *a); };
    });
    return sub;
  };
  add("list", "Models, newest first", "list", ListModels);
  add("show", "Diagnostics, elasticities, effects of means and notes", "show before-1997",
      ShowModel)
      .Option("model", a->id, "Model; default: the newest");
  add("elasticities", "Elasticities before and after the data", "elasticities -o csv",
      ShowElasticities)
      .Option("model", a->id, "Model; default: the newest");
  add("means", "What means of branches (advisers...) act on, before and after the data",
      "means -o csv", ShowMeans)
      .Option("model", a->id, "Model; default: the newest");
  const Command out = add("export", "Write a model to a file or standard output",
                          "export --to model.textproto", ExportModel);
  out.Option("model", a->id, "Model; default: the newest");
  out.Option("--to", a->file, "File; default: standard output", {.is_file = true});
  out.Flag("--binary", a->binary, "Binary instead of text");
  const Command in = add("import", "Store an edited model as a new one",
                         "import model.textproto --reason 'elasticity halved'", ImportModel);
  in.Option("file", a->file, "File written by export", {.required = true, .is_file = true});
  in.Option("--reason", a->reason, "Why it was edited", {.required = true});
  in.Option("--author", a->author, "Who edited it");
  in.Option("--from", a->parent_model, "Model it was edited from");
  in.Option("--revision", a->revision, "Revision it belongs to; default: the newest");
  in.Option("--id", a->new_id, "Id of the new model");
  in.Flag("--binary", a->binary, "The file is binary");
}

}  // namespace jalon::client
