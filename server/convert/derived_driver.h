// Rules of derived drivers as messages and as values.
#ifndef JALON_SERVER_CONVERT_DERIVED_DRIVER_H_
#define JALON_SERVER_CONVERT_DERIVED_DRIVER_H_

#include <span>

#include "jalon/store/v1/content.pb.h"
#include "jalon/v1/derived_driver.pb.h"
#include "sim/drivers/derived_history.h"
#include "sim/drivers/derived_rule.h"

namespace jalon::server {

// Without `checks`, which are no part of the rule.
v1::DerivedDriverRule ToProto(const sim::DerivedRule& rule);
// Takes every message; what a rule may not say is found by sim::ValidateDerivedRule.
sim::DerivedRule FromProto(const v1::DerivedDriverRule& proto);

store::v1::ModelDerivedDriver ToProto(const sim::DerivedDriver& driver);
sim::DerivedDriver FromProto(const store::v1::ModelDerivedDriver& proto);

// Adds what was decided at each effective date of a given history.
void AddChecks(std::span<const sim::FormulaCheck> checks, v1::DerivedDriverRule* proto);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_DERIVED_DRIVER_H_
