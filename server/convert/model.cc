#include "server/convert/model.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "server/convert/derived_driver.h"
#include "server/convert/enums.h"
#include "server/convert/network.h"
#include "server/convert/serialize.h"
#include "server/convert/text_proto.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

template <typename T, typename Repeated>
void Copy(const std::vector<T>& from, Repeated* to) {
  to->Assign(from.begin(), from.end());
}

template <typename T, typename Repeated>
void CopyBack(const Repeated& from, std::vector<T>& to) {
  to.assign(from.begin(), from.end());
}

store::v1::ParameterBlock BlockToProto(const sim::ParameterBlock& block) {
  store::v1::ParameterBlock proto;
  Copy(block.mean, proto.mutable_mean());
  proto.set_rank(block.rank);
  Copy(block.shared_factor, proto.mutable_shared_factor());
  Copy(block.own_variance, proto.mutable_own_variance());
  return proto;
}

sim::ParameterBlock BlockFromProto(const store::v1::ParameterBlock& proto) {
  sim::ParameterBlock block{.rank = proto.rank()};
  CopyBack(proto.mean(), block.mean);
  CopyBack(proto.shared_factor(), block.shared_factor);
  CopyBack(proto.own_variance(), block.own_variance);
  return block;
}

store::v1::LatentBlock LatentToProto(const sim::LatentBlock& block) {
  store::v1::LatentBlock proto;
  for (const sim::LatentLaw& law : block.laws) {
    store::v1::LatentLaw* added = proto.add_laws();
    added->set_autoregression(law.autoregression);
    added->set_innovation_sd(law.innovation_sd);
    added->set_persistent_sd(law.persistent_sd);
  }
  proto.set_rank(block.rank);
  Copy(block.loadings, proto.mutable_loadings());
  Copy(block.state_mean, proto.mutable_state_mean());
  Copy(block.state_sd, proto.mutable_state_sd());
  return proto;
}

sim::LatentBlock LatentFromProto(const store::v1::LatentBlock& proto) {
  sim::LatentBlock block;
  for (const store::v1::LatentLaw& law : proto.laws()) {
    block.laws.push_back({law.autoregression(), law.innovation_sd(), law.persistent_sd()});
  }
  block.rank = proto.rank();
  CopyBack(proto.loadings(), block.loadings);
  CopyBack(proto.state_mean(), block.state_mean);
  CopyBack(proto.state_sd(), block.state_sd);
  return block;
}

void SeriesToProto(const sim::ModelSeries& series, store::v1::ModelSeries* proto) {
  proto->set_unit(series.unit);
  proto->set_segment(series.segment);
  proto->set_indicator(series.indicator);
  proto->set_group(series.group);
  proto->set_link(ToProto(series.link));
  proto->set_law(ToProto(series.law));
  proto->set_dispersion(series.dispersion);
  proto->set_shape(series.shape);
  proto->set_unit_scale(series.unit_scale);
  proto->set_series_effect_sd(series.series_effect_sd);
  proto->set_ended(series.ended);
  proto->set_opening_stock(series.opening_stock);
}

sim::ModelSeries SeriesFromProto(const store::v1::ModelSeries& proto, Checks& checks) {
  const auto link = FromProto(proto.link());
  const auto law = FromProto(proto.law());
  checks.Required("link", link.has_value());
  checks.Required("law", law.has_value());
  return {.unit = proto.unit(),
          .segment = proto.segment(),
          .indicator = proto.indicator(),
          .group = proto.group(),
          .link = link.value_or(sim::Link::kLog),
          .law = law.value_or(sim::Law::kGamma),
          .dispersion = proto.dispersion(),
          .shape = proto.shape(),
          .unit_scale = proto.unit_scale(),
          .series_effect_sd = proto.series_effect_sd(),
          .ended = proto.ended(),
          .opening_stock = proto.opening_stock()};
}

store::v1::DriverModel DriversToProto(const sim::VarModel& model) {
  store::v1::DriverModel proto;
  Copy(model.driver_ids, proto.mutable_driver_ids());
  Copy(model.intercept, proto.mutable_intercept());
  Copy(model.coefficients, proto.mutable_coefficients());
  Copy(model.innovation_factor, proto.mutable_innovation_factor());
  proto.set_last(model.last.ToString());
  Copy(model.last_values, proto.mutable_last_values());
  return proto;
}

sim::VarModel DriversFromProto(const store::v1::DriverModel& proto, Checks& checks) {
  sim::VarModel model;
  CopyBack(proto.driver_ids(), model.driver_ids);
  CopyBack(proto.intercept(), model.intercept);
  CopyBack(proto.coefficients(), model.coefficients);
  CopyBack(proto.innovation_factor(), model.innovation_factor);
  CopyBack(proto.last_values(), model.last_values);
  const absl::StatusOr<sim::Period> last = sim::ParsePeriod(proto.last());
  if (last.ok()) {
    model.last = *last;
  } else {
    checks.Add("drivers.last", proto.last(), "must be YYYY-MM or YYYY-Qn", "BAD_PERIOD");
  }
  return model;
}

void DiagnosticsToProto(const sim::IndicatorDiagnostics& diagnostics,
                        store::v1::ModelDiagnostics* proto) {
  proto->set_series_count(diagnostics.series_count);
  proto->set_ended_count(diagnostics.ended_count);
  proto->set_zero_share(diagnostics.zero_share);
  proto->set_national_variance_share(diagnostics.national_variance_share);
  proto->set_regional_variance_share(diagnostics.regional_variance_share);
  proto->set_branch_variance_share(diagnostics.branch_variance_share);
  proto->set_noise_variance_share(diagnostics.noise_variance_share);
  proto->set_effective_years(diagnostics.effective_years);
}

sim::IndicatorDiagnostics DiagnosticsFromProto(const store::v1::ModelDiagnostics& proto) {
  return {.series_count = proto.series_count(),
          .ended_count = proto.ended_count(),
          .zero_share = proto.zero_share(),
          .national_variance_share = proto.national_variance_share(),
          .regional_variance_share = proto.regional_variance_share(),
          .branch_variance_share = proto.branch_variance_share(),
          .noise_variance_share = proto.noise_variance_share(),
          .effective_years = proto.effective_years()};
}

void ElasticityToProto(const sim::Elasticity& elasticity, store::v1::ModelElasticity* proto) {
  *proto->mutable_prior() = ToProto(elasticity.prior);
  proto->set_driver(elasticity.driver);
  proto->set_indicator(elasticity.indicator);
  proto->set_reference(elasticity.reference);
  proto->set_information_share(elasticity.information_share);
  proto->set_move_count(elasticity.move_count);
}

sim::Elasticity ElasticityFromProto(const store::v1::ModelElasticity& proto) {
  return {.prior = FromProto(proto.prior()),
          .driver = proto.driver(),
          .indicator = proto.indicator(),
          .reference = proto.reference(),
          .information_share = proto.information_share(),
          .move_count = proto.move_count()};
}

void MeanEffectToProto(const sim::MeanEffect& effect, store::v1::MeanEffect* proto) {
  proto->set_mean(effect.mean);
  proto->set_indicator(effect.indicator);
  proto->set_beta_mean(effect.beta_mean);
  proto->set_beta_sd(effect.beta_sd);
  proto->set_source(effect.source);
  proto->set_information_share(effect.information_share);
  proto->set_prior_mean(effect.prior_mean);
  proto->set_prior_sd(effect.prior_sd);
  proto->set_branch_count(effect.branch_count);
}

sim::MeanEffect MeanEffectFromProto(const store::v1::MeanEffect& proto) {
  return {.mean = proto.mean(),
          .indicator = proto.indicator(),
          .beta_mean = proto.beta_mean(),
          .beta_sd = proto.beta_sd(),
          .source = proto.source(),
          .information_share = proto.information_share(),
          .prior_mean = proto.prior_mean(),
          .prior_sd = proto.prior_sd(),
          .branch_count = proto.branch_count()};
}

void DescribeMeanEffect(const sim::Model& model, const sim::MeanEffect& effect,
                        v1::MeanEffect* proto) {
  proto->set_mean(effect.mean);
  proto->set_indicator(model.indicator_ids[effect.indicator]);
  proto->set_prior_mean(effect.prior_mean);
  proto->set_prior_standard_deviation(effect.prior_sd);
  proto->set_mean_elasticity(effect.beta_mean);
  proto->set_standard_deviation(effect.beta_sd);
  proto->set_information_share(effect.information_share);
  proto->set_branch_count(effect.branch_count);
  proto->set_source(effect.source);
}

// Posterior variance of an elasticity: own and shared parts.
double VarianceOf(const sim::ParameterBlock& block, int i) {
  double variance = block.own_variance[i];
  for (int r = 0; r < block.rank; ++r) {
    const double loading = block.shared_factor[i * block.rank + r];
    variance += loading * loading;
  }
  return variance;
}

void DescribeElasticity(const sim::Model& model, int i, v1::Elasticity* proto) {
  const sim::Elasticity& elasticity = model.elasticities[i];
  proto->set_driver(elasticity.prior.driver);
  proto->set_indicator(elasticity.prior.indicator);
  proto->set_transform(ToProto(elasticity.prior.transform));
  proto->set_lag_periods(elasticity.prior.lag);
  proto->set_prior_mean(elasticity.prior.mean);
  proto->set_prior_standard_deviation(elasticity.prior.sd);
  proto->set_mean(model.elasticity.mean[i]);
  proto->set_standard_deviation(std::sqrt(VarianceOf(model.elasticity, i)));
  proto->set_information_share(elasticity.information_share);
  proto->set_move_count(elasticity.move_count);
  proto->set_source(elasticity.prior.source);
}

}  // namespace

store::v1::Model ToProto(const sim::Model& model) {
  store::v1::Model proto;
  proto.set_equations(sim::Model::kEquations);
  proto.set_network_id(model.network_id);
  proto.set_as_of(model.as_of.ToString());
  proto.set_fit_period_count(model.fit_period_count);
  Copy(model.unit_ids, proto.mutable_unit_ids());
  Copy(model.segment_ids, proto.mutable_segment_ids());
  Copy(model.indicator_ids, proto.mutable_indicator_ids());
  Copy(model.region_units, proto.mutable_region_units());
  Copy(model.exposed_indicators, proto.mutable_exposed_indicators());
  for (const sim::ModelGroup& group : model.groups) {
    store::v1::ModelGroup* added = proto.add_groups();
    added->set_region(group.region);
    added->set_segment(group.segment);
    added->set_indicator(group.indicator);
  }
  for (const sim::ModelSeries& series : model.series) SeriesToProto(series, proto.add_series());
  *proto.mutable_level() = BlockToProto(model.level);
  *proto.mutable_trend() = BlockToProto(model.trend);
  proto.set_trend_damping(model.trend_damping);
  *proto.mutable_season() = BlockToProto(model.season);
  *proto.mutable_elasticity() = BlockToProto(model.elasticity);
  for (const sim::Elasticity& elasticity : model.elasticities) {
    ElasticityToProto(elasticity, proto.add_elasticities());
  }
  for (const sim::MeanEffect& effect : model.mean_effects) {
    MeanEffectToProto(effect, proto.add_mean_effects());
  }
  *proto.mutable_national() = LatentToProto(model.national);
  *proto.mutable_regional() = LatentToProto(model.regional);
  Copy(model.branch_loading, proto.mutable_branch_loading());
  *proto.mutable_drivers() = DriversToProto(model.drivers);
  for (const sim::DerivedDriver& driver : model.derived_drivers) {
    *proto.add_derived_drivers() = ToProto(driver);
  }
  for (const sim::IndicatorDiagnostics& diagnostics : model.diagnostics) {
    DiagnosticsToProto(diagnostics, proto.add_diagnostics());
  }
  Copy(model.notes, proto.mutable_notes());
  return proto;
}

absl::StatusOr<sim::Model> FromProto(const store::v1::Model& proto) {
  Checks checks;
  if (proto.equations() != sim::Model::kEquations) {
    checks.Add("equations", absl::StrCat(proto.equations()),
               absl::StrCat("must be ", sim::Model::kEquations), "OTHER_EQUATIONS");
  }
  sim::Model model{.network_id = proto.network_id(), .fit_period_count = proto.fit_period_count()};
  if (const absl::StatusOr<sim::Period> as_of = sim::ParsePeriod(proto.as_of()); as_of.ok()) {
    model.as_of = *as_of;
  } else {
    checks.Add("as_of", proto.as_of(), "must be YYYY-MM or YYYY-Qn", "BAD_PERIOD");
  }
  CopyBack(proto.unit_ids(), model.unit_ids);
  CopyBack(proto.segment_ids(), model.segment_ids);
  CopyBack(proto.indicator_ids(), model.indicator_ids);
  CopyBack(proto.region_units(), model.region_units);
  CopyBack(proto.exposed_indicators(), model.exposed_indicators);
  for (const store::v1::ModelGroup& group : proto.groups()) {
    model.groups.push_back({group.region(), group.segment(), group.indicator()});
  }
  for (int i = 0; i < proto.series_size(); ++i) {
    Checks inner(absl::StrCat("series[", i, "]"));
    model.series.push_back(SeriesFromProto(proto.series(i), inner));
    checks.Merge(inner.violations());
  }
  model.level = BlockFromProto(proto.level());
  model.trend = BlockFromProto(proto.trend());
  model.trend_damping = proto.trend_damping();
  model.season = BlockFromProto(proto.season());
  model.elasticity = BlockFromProto(proto.elasticity());
  for (const store::v1::ModelElasticity& elasticity : proto.elasticities()) {
    model.elasticities.push_back(ElasticityFromProto(elasticity));
  }
  for (const store::v1::MeanEffect& effect : proto.mean_effects()) {
    model.mean_effects.push_back(MeanEffectFromProto(effect));
  }
  model.national = LatentFromProto(proto.national());
  model.regional = LatentFromProto(proto.regional());
  CopyBack(proto.branch_loading(), model.branch_loading);
  model.drivers = DriversFromProto(proto.drivers(), checks);
  for (const store::v1::ModelDerivedDriver& driver : proto.derived_drivers()) {
    model.derived_drivers.push_back(FromProto(driver));
  }
  for (const store::v1::ModelDiagnostics& diagnostics : proto.diagnostics()) {
    model.diagnostics.push_back(DiagnosticsFromProto(diagnostics));
  }
  CopyBack(proto.notes(), model.notes);
  checks.Merge(sim::ValidateModel(model));
  if (!checks.ok()) return checks.ToStatus();
  return model;
}

std::string WriteModel(const sim::Model& model, v1::ModelFormat format) {
  const store::v1::Model proto = ToProto(model);
  if (format == v1::MODEL_FORMAT_BINARY) return DeterministicBytes(proto);
  return WriteTextProto(proto);
}

absl::StatusOr<sim::Model> ReadModel(absl::string_view bytes, v1::ModelFormat format) {
  store::v1::Model proto;
  if (format == v1::MODEL_FORMAT_BINARY) {
    if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return absl::InvalidArgumentError("the bytes are not a model in binary format");
    }
  } else {
    JALON_RETURN_IF_ERROR(ReadTextProto(bytes, &proto));
  }
  return FromProto(proto);
}

void Describe(const sim::Model& model, v1::Model* proto) {
  proto->set_as_of(model.as_of.ToString());
  proto->set_equations_version(sim::Model::kEquations);
  proto->set_series_count(static_cast<int64_t>(model.series.size()));
  proto->set_fit_period_count(model.fit_period_count);
  for (size_t k = 0; k < model.diagnostics.size() && k < model.indicator_ids.size(); ++k) {
    const sim::IndicatorDiagnostics& from = model.diagnostics[k];
    v1::IndicatorDiagnostics* to = proto->add_diagnostics();
    to->set_indicator(model.indicator_ids[k]);
    to->set_series_count(from.series_count);
    to->set_ended_count(from.ended_count);
    to->set_zero_share(from.zero_share);
    to->set_national_variance_share(from.national_variance_share);
    to->set_regional_variance_share(from.regional_variance_share);
    to->set_branch_variance_share(from.branch_variance_share);
    to->set_noise_variance_share(from.noise_variance_share);
    to->set_effective_years(from.effective_years);
  }
  for (size_t i = 0; i < model.elasticities.size(); ++i) {
    DescribeElasticity(model, static_cast<int>(i), proto->add_elasticities());
  }
  for (const sim::MeanEffect& effect : model.mean_effects) {
    DescribeMeanEffect(model, effect, proto->add_mean_effects());
  }
  Copy(model.notes, proto->mutable_notes());
}

sim::FitOptions ReadFitOptions(const v1::FitOptions& proto, Checks& checks) {
  sim::FitOptions options;
  if (proto.has_trend_damping()) {
    options.trend_damping = proto.trend_damping();
    checks.InRange("trend_damping", proto.trend_damping(), 0, 1);
  }
  if (proto.has_level_half_life_periods()) {
    options.level_half_life_periods = proto.level_half_life_periods();
    checks.Inside("level_half_life_periods", proto.level_half_life_periods(), 0, 1e6);
  }
  if (proto.has_ended_after_missing()) {
    options.ended_after_missing = proto.ended_after_missing();
    checks.InRange("ended_after_missing", proto.ended_after_missing(), 1, 600);
  }
  return options;
}

}  // namespace jalon::server
