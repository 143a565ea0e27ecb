#include "clients/cli/model_report.h"

namespace jalon::client {

void WriteElasticities(Context& context, const v1::Model& model) {
  TableWriter table =
      context.table({{"driver", "Driver", "Facteur"},
                     {"indicator", "Indicator", "Indicateur"},
                     {"lag", "Lag", "Retard", CellFormat::kCount},
                     {"prior_mean", "Before", "A priori", CellFormat::kNumber},
                     {"prior_sd", "+/-", "+/-", CellFormat::kNumber},
                     {"mean", "After data", "A posteriori", CellFormat::kNumber},
                     {"sd", "+/-", "+/-", CellFormat::kNumber},
                     {"information", "From data", "Part des données", CellFormat::kRatio},
                     {"moves", "Moves", "Mouvements", CellFormat::kCount},
                     {"source", "Source", "Source"}});
  for (const auto& e : model.elasticities()) {
    table.Row({e.driver(), e.indicator(), int64_t{e.lag_periods()}, e.prior_mean(),
               e.prior_standard_deviation(), e.mean(), e.standard_deviation(),
               e.information_share(), int64_t{e.move_count()}, e.source()});
  }
  table.Finish();
}

void WriteMeanEffects(Context& context, const v1::Model& model) {
  // Half a 90 % interval of a normal law, in standard deviations.
  constexpr double kHalfWidth = 1.6448536269514722;
  TableWriter table =
      context.table({{"mean", "Mean", "Moyen"},
                     {"indicator", "Indicator", "Indicateur"},
                     {"prior_mean", "Before", "A priori", CellFormat::kNumber},
                     {"prior_sd", "+/-", "+/-", CellFormat::kNumber},
                     {"elasticity", "After data", "A posteriori", CellFormat::kNumber},
                     {"sd", "+/-", "+/-", CellFormat::kNumber},
                     {"p5", "P5", "P5", CellFormat::kNumber},
                     {"p95", "P95", "P95", CellFormat::kNumber},
                     {"information", "From data", "Part des données", CellFormat::kRatio},
                     {"branches", "Branches", "Agences", CellFormat::kCount},
                     {"source", "Source", "Source"}});
  for (const auto& e : model.mean_effects()) {
    const double half = kHalfWidth * e.standard_deviation();
    table.Row({e.mean(), e.indicator(), e.prior_mean(), e.prior_standard_deviation(),
               e.mean_elasticity(), e.standard_deviation(), e.mean_elasticity() - half,
               e.mean_elasticity() + half, e.information_share(), int64_t{e.branch_count()},
               e.source()});
  }
  table.Finish();
}

void WriteModel(Context& context, const v1::Model& model) {
  if (context.is_screen()) {
    context.out() << "model " << model.name() << ", as of " << model.as_of() << ", "
                  << model.series_count() << " series x " << model.fit_period_count()
                  << " periods, hash " << model.content_hash().substr(0, 16) << "\n";
  }
  TableWriter table = context.table(
      {{"indicator", "Indicator", "Indicateur"},
       {"series", "Series", "Séries", CellFormat::kCount},
       {"ended", "Ended", "Arrêtées", CellFormat::kCount},
       {"zeros", "Zeros", "Zéros", CellFormat::kRatio},
       {"national", "National", "Nationale", CellFormat::kRatio},
       {"regional", "Regional", "Régionale", CellFormat::kRatio},
       {"branch", "Branch", "Agence", CellFormat::kRatio},
       {"noise", "Own noise", "Aléa propre", CellFormat::kRatio},
       {"effective_years", "Years of evidence", "Années utiles", CellFormat::kNumber}});
  for (const auto& d : model.diagnostics()) {
    table.Row({d.indicator(), d.series_count(), d.ended_count(), d.zero_share(),
               d.national_variance_share(), d.regional_variance_share(), d.branch_variance_share(),
               d.noise_variance_share(), d.effective_years()});
  }
  table.Finish();
  if (context.is_screen() && model.elasticities_size() > 0) {
    context.out() << "\n";
    WriteElasticities(context, model);
  }
  if (context.is_screen() && model.mean_effects_size() > 0) {
    context.out() << "\n";
    WriteMeanEffects(context, model);
  }
  for (const std::string& note : model.notes()) context.beside() << "note: " << note << "\n";
}

}  // namespace jalon::client
