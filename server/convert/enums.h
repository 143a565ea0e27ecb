// Enumerations of the API and their values in sim/, one table each.
#ifndef JALON_SERVER_CONVERT_ENUMS_H_
#define JALON_SERVER_CONVERT_ENUMS_H_

#include <optional>
#include <utility>

#include "jalon/store/v1/content.pb.h"
#include "jalon/v1/model_service.pb.h"
#include "jalon/v1/network.pb.h"
#include "jalon/v1/scenario_service.pb.h"
#include "sim/drivers/drivers.h"
#include "sim/model/model.h"
#include "sim/network/network.h"
#include "sim/scenario/scenario.h"

namespace jalon::server {

// ToProto of each value of sim/; FromProto gives nullopt for the unspecified value and for numbers
// this program does not know.
v1::Frequency ToProto(sim::Frequency value);
std::optional<sim::Frequency> FromProto(v1::Frequency value);

v1::Indicator::Measure ToProto(sim::Measure value);
std::optional<sim::Measure> FromProto(v1::Indicator::Measure value);

v1::Indicator::Kind ToProto(sim::IndicatorKind value);
std::optional<sim::IndicatorKind> FromProto(v1::Indicator::Kind value);

v1::Indicator::Direction ToProto(sim::Direction value);
std::optional<sim::Direction> FromProto(v1::Indicator::Direction value);

v1::Indicator::TimeAggregation ToProto(sim::Aggregation value);
std::optional<sim::Aggregation> FromProto(v1::Indicator::TimeAggregation value);

v1::Indicator::AttainmentBasis ToProto(sim::AttainmentBasis value);
std::optional<sim::AttainmentBasis> FromProto(v1::Indicator::AttainmentBasis value);

v1::Driver::Category ToProto(sim::DriverClass value);
std::optional<sim::DriverClass> FromProto(v1::Driver::Category value);

v1::Driver::QuarterlyRule ToProto(sim::QuarterRule value);
std::optional<sim::QuarterRule> FromProto(v1::Driver::QuarterlyRule value);

v1::Event::Category ToProto(sim::EventClass value);
std::optional<sim::EventClass> FromProto(v1::Event::Category value);

v1::EffectLaw::Kind ToProto(sim::EffectLaw::Kind value);
std::optional<sim::EffectLaw::Kind> FromProto(v1::EffectLaw::Kind value);

v1::Event::HistoryStatus ToProto(sim::HistoryStatus value);
std::optional<sim::HistoryStatus> FromProto(v1::Event::HistoryStatus value);

v1::DriverAssumption::Mode ToProto(sim::DriverAssumption::Mode value);
std::optional<sim::DriverAssumption::Mode> FromProto(v1::DriverAssumption::Mode value);

v1::Elasticity::Transform ToProto(sim::ElasticityPrior::Transform value);

store::v1::Link ToProto(sim::Link value);
std::optional<sim::Link> FromProto(store::v1::Link value);

store::v1::Law ToProto(sim::Law value);
std::optional<sim::Law> FromProto(store::v1::Law value);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_ENUMS_H_
