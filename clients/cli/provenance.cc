#include "clients/cli/provenance.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "clients/cli/state_text.h"
#include "clients/cli/time_text.h"

namespace jalon::client {
namespace {

std::string ReproducibilityText(v1::ReproducibilityLevel level) {
  if (level == v1::REPRODUCIBILITY_LEVEL_R1) return "R1 (same bits on any x86-64 with FMA)";
  if (level == v1::REPRODUCIBILITY_LEVEL_R0) return "R0 (same bits on this kind of machine)";
  return "not stated";
}

std::string ShellQuoted(const std::string& argument) {
  const bool plain =
      argument.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+") ==
      std::string::npos;
  return plain && !argument.empty() ? argument : absl::StrCat("'", argument, "'");
}

// The world without.
std::string WithoutText(const v1::BaselineProvenance& baseline) {
  return absl::StrCat("baseline ", baseline.run(), " ", baseline.spec_hash().substr(0, 16), ", ",
                      baseline.scenario().empty()
                          ? "without scenario"
                          : absl::StrCat("under ", baseline.scenario(), " ",
                                         baseline.scenario_hash().substr(0, 16)));
}

// `baseline 0.7 1f2e3d4c5b6a7988, severe 0.3 ...`: what each regime assumes, by its hash.
std::string RegimesText(const v1::Provenance& source) {
  std::string text;
  for (const v1::ScenarioRegime& regime : source.regimes()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", ShortId(regime.scenario()), " ",
                    regime.weight(), " ", regime.content_hash().substr(0, 16));
  }
  return text;
}

void WriteText(std::ostream& out, const v1::Run& run) {
  const v1::Provenance& source = run.provenance();
  out << "run " << run.name() << "\n"
      << absl::StrFormat("  seed %d, %d paths, %s, engine %s, as of %s\n", source.seed(),
                         source.path_count(), source.estimator(), source.engine_version(),
                         source.as_of())
      << "  reproducibility " << ReproducibilityText(source.reproducibility()) << "\n"
      << "  model " << source.model_hash().substr(0, 16) << "  data "
      << source.data_hash().substr(0, 16);
  if (!source.scenario_hash().empty()) {
    out << "  scenario " << source.scenario_hash().substr(0, 16);
  }
  if (!source.objective_set_hash().empty()) {
    out << "  objectives " << source.objective_set_hash().substr(0, 16);
  }
  if (source.regimes_size() > 0) out << "\n  regimes " << RegimesText(source);
  out << "\n";
  if (source.has_baseline()) out << "  less " << WithoutText(source.baseline()) << "\n";
  out << "  stopped: " << run.termination().detail() << "\n";
  for (const std::string& notice : run.notices()) out << "  note: " << notice << "\n";
  out << "  again: " << ReplayCommand(run) << "\n";
}

bool IsEmpty(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text != nullptr && text->empty();
}

}  // namespace

absl::StatusOr<v1::Run> ReadRun(Context& context, const std::string& name) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  v1::GetRunRequest request;
  request.set_name(name);
  return (*client)->GetRun(request);
}

std::string ReplayCommand(const v1::Run& run) {
  const auto append_quoted = [](std::string* text, const std::string& argument) {
    text->append(ShellQuoted(argument));
  };
  return absl::StrCat("jalon ",
                      absl::StrJoin(run.provenance().replay_arguments(), " ", append_quoted));
}

std::vector<Fact> FactsOf(const v1::Run& run) {
  const v1::Provenance& source = run.provenance();
  std::vector<Fact> facts = {
      {"run", "Run", "Simulation", run.name()},
      {"label", "Label", "Libellé", run.display_name()},
      {"state", "State", "État", StateText(v1::Run::State_Name(run.state()))},
      {"created", "Created", "Créée", TimeText(run.create_time()), CellFormat::kTime},
      // As text: a spreadsheet keeps 15 digits of a number, a seed has up to 20.
      {"seed", "Seed", "Graine", absl::StrCat(source.seed())},
      {"paths", "Paths (N)", "Tirages (N)", source.path_count(), CellFormat::kCount},
      {"estimator", "Estimator", "Estimateur", source.estimator()},
      {"engine_version", "Engine version", "Version du moteur", source.engine_version()},
      {"server_version", "Server version", "Version du serveur", source.server_version()},
      {"client_version", "Client version", "Version du client", JALON_VERSION},
      {"reproducibility", "Reproducibility", "Reproductibilité",
       ReproducibilityText(source.reproducibility())},
      {"as_of", "As of", "Arrêté à", source.as_of(), CellFormat::kPeriod},
      {"revision", "Revision", "Révision", source.revision()},
      {"data_hash", "Data hash", "Empreinte des données", source.data_hash()},
      {"model", "Model", "Modèle", source.model()},
      {"model_hash", "Model hash", "Empreinte du modèle", source.model_hash()},
      {"scenario", "Scenario", "Scénario", source.scenario()},
      {"scenario_hash", "Scenario hash", "Empreinte du scénario", source.scenario_hash()},
      {"regimes", "Regimes", "Régimes", RegimesText(source)},
      {"objective_set", "Objective set", "Jeu d'objectifs", source.objective_set()},
      {"objective_set_hash", "Objectives hash", "Empreinte des objectifs",
       source.objective_set_hash()},
      {"spec_hash", "Question hash", "Empreinte de la question", source.spec_hash()},
      {"baseline", "Baseline", "Référence", source.baseline().run()},
      {"baseline_spec_hash", "Baseline hash", "Empreinte de la référence",
       source.baseline().spec_hash()},
      {"baseline_scenario", "Baseline scenario", "Scénario de référence",
       source.baseline().scenario()},
      {"baseline_scenario_hash", "Baseline scenario hash", "Empreinte du scénario de référence",
       source.baseline().scenario_hash()},
      {"stopped", "Stopped", "Arrêt", run.termination().detail()},
      {"again", "Again", "Refaire", ReplayCommand(run)}};
  for (const std::string& notice : run.notices()) {
    facts.push_back({"note", "Note", "Note", notice});
  }
  std::erase_if(facts, [](const Fact& fact) { return IsEmpty(fact.value); });
  return facts;
}

void WriteFacts(Context& context, const v1::Run& run) {
  AddHypotheses(context, run);
  TableWriter table = context.table({{"what", "Run", "Simulation"}, {"value", "", ""}});
  for (Fact& fact : FactsOf(run)) table.Row({std::move(fact.key), std::move(fact.value)});
  table.Finish();
}

void AddHypotheses(Context& context, const v1::Run& run) {
  if (context.workbook() == nullptr) return;
  context.workbook()->SetFacts(FactsOf(run));
  context.workbook()->SetCreated(absl::FromUnixSeconds(run.create_time().seconds()));
}

absl::Status AddHypothesesOf(Context& context, const std::string& run) {
  if (context.workbook() == nullptr) return absl::OkStatus();
  const absl::StatusOr<v1::Run> resource = ReadRun(context, run);
  if (resource.ok()) AddHypotheses(context, *resource);
  return resource.status();
}

void WriteProvenance(Context& context, const v1::Run& run) {
  AddHypotheses(context, run);
  WriteText(context.beside(), run);
}

}  // namespace jalon::client
