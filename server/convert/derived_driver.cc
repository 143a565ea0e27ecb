#include "server/convert/derived_driver.h"

#include <utility>

namespace jalon::server {
namespace {

constexpr std::pair<sim::DeviationLaw::Kind, v1::DeviationLaw::Kind> kKinds[] = {
    {sim::DeviationLaw::Kind::kFixed, v1::DeviationLaw::KIND_FIXED},
    {sim::DeviationLaw::Kind::kTriangular, v1::DeviationLaw::KIND_TRIANGULAR},
    {sim::DeviationLaw::Kind::kNormal, v1::DeviationLaw::KIND_NORMAL}};

v1::DeviationLaw LawToProto(const sim::DeviationLaw& law) {
  v1::DeviationLaw proto;
  for (const auto& [value, kind] : kKinds) {
    if (value == law.kind) proto.set_kind(kind);
  }
  proto.set_probability(law.probability);
  proto.set_low(law.low);
  proto.set_size(law.size);
  proto.set_high(law.high);
  return proto;
}

sim::DeviationLaw LawFromProto(const v1::DeviationLaw& proto) {
  sim::DeviationLaw law{.probability = proto.probability(),
                        .low = proto.low(),
                        .size = proto.size(),
                        .high = proto.high()};
  for (const auto& [value, kind] : kKinds) {
    if (kind == proto.kind()) law.kind = value;
  }
  return law;
}

}  // namespace

v1::DerivedDriverRule ToProto(const sim::DerivedRule& rule) {
  v1::DerivedDriverRule proto;
  proto.set_formula(rule.formula);
  proto.set_rounding_step(rule.rounding_step);
  if (rule.floor) proto.set_floor(*rule.floor);
  if (rule.cap) proto.set_cap(*rule.cap);
  for (const int month : rule.effective_months) proto.add_effective_months(month);
  proto.set_announcement_lag(rule.announcement_lag);
  *proto.mutable_deviation() = LawToProto(rule.deviation);
  proto.set_has_own_history(rule.has_own_history);
  return proto;
}

sim::DerivedRule FromProto(const v1::DerivedDriverRule& proto) {
  sim::DerivedRule rule{.formula = proto.formula(), .rounding_step = proto.rounding_step()};
  if (proto.has_floor()) rule.floor = proto.floor();
  if (proto.has_cap()) rule.cap = proto.cap();
  rule.effective_months.assign(proto.effective_months().begin(), proto.effective_months().end());
  rule.announcement_lag = proto.announcement_lag();
  rule.deviation = LawFromProto(proto.deviation());
  rule.has_own_history = proto.has_own_history();
  return rule;
}

store::v1::ModelDerivedDriver ToProto(const sim::DerivedDriver& driver) {
  store::v1::ModelDerivedDriver proto;
  proto.set_id(driver.id);
  *proto.mutable_rule() = ToProto(driver.rule);
  proto.set_last_value(driver.last_value);
  return proto;
}

sim::DerivedDriver FromProto(const store::v1::ModelDerivedDriver& proto) {
  return {.id = proto.id(), .rule = FromProto(proto.rule()), .last_value = proto.last_value()};
}

void AddChecks(std::span<const sim::FormulaCheck> checks, v1::DerivedDriverRule* proto) {
  for (const sim::FormulaCheck& check : checks) {
    v1::FormulaCheck& added = *proto->add_checks();
    added.set_period(check.period.ToString());
    added.set_formula_value(check.formula_value);
    added.set_value(check.value);
  }
}

}  // namespace jalon::server
