#include "server/convert/enums.h"

#include <cstddef>

namespace jalon::server {
namespace {

template <typename Value, typename Proto>
struct Pair {
  Value value;
  Proto proto;
};

template <typename Value, typename Proto, size_t n>
Proto Find(const Pair<Value, Proto> (&table)[n], Value value) {
  for (const auto& pair : table) {
    if (pair.value == value) return pair.proto;
  }
  return Proto{};
}

template <typename Value, typename Proto, size_t n>
std::optional<Value> FindBack(const Pair<Value, Proto> (&table)[n], Proto proto) {
  for (const auto& pair : table) {
    if (pair.proto == proto) return pair.value;
  }
  return std::nullopt;
}

constexpr Pair<sim::Frequency, v1::Frequency> kFrequencyTable[] = {
    {sim::Frequency::kMonth, v1::FREQUENCY_MONTH},
    {sim::Frequency::kQuarter, v1::FREQUENCY_QUARTER}};

constexpr Pair<sim::Measure, v1::Indicator::Measure> kMeasureTable[] = {
    {sim::Measure::kCount, v1::Indicator::MEASURE_COUNT},
    {sim::Measure::kMoney, v1::Indicator::MEASURE_MONEY},
    {sim::Measure::kRatio, v1::Indicator::MEASURE_RATIO}};

constexpr Pair<sim::IndicatorKind, v1::Indicator::Kind> kIndicatorKindTable[] = {
    {sim::IndicatorKind::kCount, v1::Indicator::KIND_COUNT},
    {sim::IndicatorKind::kAmount, v1::Indicator::KIND_AMOUNT},
    {sim::IndicatorKind::kNetFlow, v1::Indicator::KIND_NET_FLOW},
    {sim::IndicatorKind::kStock, v1::Indicator::KIND_STOCK},
    {sim::IndicatorKind::kRatio, v1::Indicator::KIND_RATIO},
    {sim::IndicatorKind::kDerived, v1::Indicator::KIND_DERIVED}};

constexpr Pair<sim::Direction, v1::Indicator::Direction> kDirectionTable[] = {
    {sim::Direction::kHigherIsBetter, v1::Indicator::DIRECTION_HIGHER_IS_BETTER},
    {sim::Direction::kLowerIsBetter, v1::Indicator::DIRECTION_LOWER_IS_BETTER}};

constexpr Pair<sim::Aggregation, v1::Indicator::TimeAggregation> kAggregationTable[] = {
    {sim::Aggregation::kSum, v1::Indicator::TIME_AGGREGATION_SUM},
    {sim::Aggregation::kLast, v1::Indicator::TIME_AGGREGATION_LAST},
    {sim::Aggregation::kMean, v1::Indicator::TIME_AGGREGATION_MEAN},
    {sim::Aggregation::kRatio, v1::Indicator::TIME_AGGREGATION_RATIO}};

constexpr Pair<sim::AttainmentBasis, v1::Indicator::AttainmentBasis> kAttainmentBasisTable[] = {
    {sim::AttainmentBasis::kLevel, v1::Indicator::ATTAINMENT_BASIS_LEVEL},
    {sim::AttainmentBasis::kScaled, v1::Indicator::ATTAINMENT_BASIS_SCALED},
    {sim::AttainmentBasis::kVariation, v1::Indicator::ATTAINMENT_BASIS_VARIATION}};

constexpr Pair<sim::DriverClass, v1::Driver::Category> kDriverClassTable[] = {
    {sim::DriverClass::kEconomic, v1::Driver::CATEGORY_ECONOMIC},
    {sim::DriverClass::kCompetitive, v1::Driver::CATEGORY_COMPETITIVE},
    {sim::DriverClass::kRegulatory, v1::Driver::CATEGORY_REGULATORY},
    {sim::DriverClass::kInternal, v1::Driver::CATEGORY_INTERNAL},
    {sim::DriverClass::kCustomer, v1::Driver::CATEGORY_CUSTOMER}};

constexpr Pair<sim::QuarterRule, v1::Driver::QuarterlyRule> kQuarterRuleTable[] = {
    {sim::QuarterRule::kStep, v1::Driver::QUARTERLY_RULE_STEP},
    {sim::QuarterRule::kLinear, v1::Driver::QUARTERLY_RULE_LINEAR},
    {sim::QuarterRule::kThird, v1::Driver::QUARTERLY_RULE_THIRD}};

constexpr Pair<sim::EventClass, v1::Event::Category> kEventClassTable[] = {
    {sim::EventClass::kEconomic, v1::Event::CATEGORY_ECONOMIC},
    {sim::EventClass::kCompetitive, v1::Event::CATEGORY_COMPETITIVE},
    {sim::EventClass::kRegulatory, v1::Event::CATEGORY_REGULATORY},
    {sim::EventClass::kInternal, v1::Event::CATEGORY_INTERNAL},
    {sim::EventClass::kCustomer, v1::Event::CATEGORY_CUSTOMER}};

constexpr Pair<sim::EffectLaw::Kind, v1::EffectLaw::Kind> kEffectLawKindTable[] = {
    {sim::EffectLaw::Kind::kFixed, v1::EffectLaw::KIND_FIXED},
    {sim::EffectLaw::Kind::kTriangular, v1::EffectLaw::KIND_TRIANGULAR},
    {sim::EffectLaw::Kind::kNormal, v1::EffectLaw::KIND_NORMAL}};

constexpr Pair<sim::HistoryStatus, v1::Event::HistoryStatus> kHistoryStatusTable[] = {
    {sim::HistoryStatus::kAbsent, v1::Event::HISTORY_STATUS_ABSENT},
    {sim::HistoryStatus::kPartlyIn, v1::Event::HISTORY_STATUS_PARTLY_IN},
    {sim::HistoryStatus::kFullyIn, v1::Event::HISTORY_STATUS_FULLY_IN}};

constexpr Pair<sim::DriverAssumption::Mode, v1::DriverAssumption::Mode>
    kDriverAssumptionModeTable[] = {
        {sim::DriverAssumption::Mode::kImpose, v1::DriverAssumption::MODE_IMPOSE},
        {sim::DriverAssumption::Mode::kShift, v1::DriverAssumption::MODE_SHIFT}};

constexpr Pair<sim::ElasticityPrior::Transform, v1::Elasticity::Transform>
    kElasticityPriorTransformTable[] = {
        {sim::ElasticityPrior::Transform::kLevel, v1::Elasticity::TRANSFORM_LEVEL},
        {sim::ElasticityPrior::Transform::kLog, v1::Elasticity::TRANSFORM_LOG}};

constexpr Pair<sim::Link, store::v1::Link> kLinkTable[] = {
    {sim::Link::kLog, store::v1::LINK_LOG},
    {sim::Link::kSqrt, store::v1::LINK_SQRT},
    {sim::Link::kIdentity, store::v1::LINK_IDENTITY}};

constexpr Pair<sim::Law, store::v1::Law> kLawTable[] = {
    {sim::Law::kNegativeBinomial, store::v1::LAW_NEGATIVE_BINOMIAL},
    {sim::Law::kGamma, store::v1::LAW_GAMMA},
    {sim::Law::kCompoundGamma, store::v1::LAW_COMPOUND_GAMMA},
    {sim::Law::kStudentT, store::v1::LAW_STUDENT_T},
    {sim::Law::kStock, store::v1::LAW_STOCK},
    {sim::Law::kExactStock, store::v1::LAW_EXACT_STOCK}};

}  // namespace

v1::Frequency ToProto(sim::Frequency value) { return Find(kFrequencyTable, value); }
std::optional<sim::Frequency> FromProto(v1::Frequency value) {
  return FindBack(kFrequencyTable, value);
}

v1::Indicator::Measure ToProto(sim::Measure value) { return Find(kMeasureTable, value); }
std::optional<sim::Measure> FromProto(v1::Indicator::Measure value) {
  return FindBack(kMeasureTable, value);
}

v1::Indicator::Kind ToProto(sim::IndicatorKind value) { return Find(kIndicatorKindTable, value); }
std::optional<sim::IndicatorKind> FromProto(v1::Indicator::Kind value) {
  return FindBack(kIndicatorKindTable, value);
}

v1::Indicator::Direction ToProto(sim::Direction value) { return Find(kDirectionTable, value); }
std::optional<sim::Direction> FromProto(v1::Indicator::Direction value) {
  return FindBack(kDirectionTable, value);
}

v1::Indicator::TimeAggregation ToProto(sim::Aggregation value) {
  return Find(kAggregationTable, value);
}
std::optional<sim::Aggregation> FromProto(v1::Indicator::TimeAggregation value) {
  return FindBack(kAggregationTable, value);
}

v1::Indicator::AttainmentBasis ToProto(sim::AttainmentBasis value) {
  return Find(kAttainmentBasisTable, value);
}
std::optional<sim::AttainmentBasis> FromProto(v1::Indicator::AttainmentBasis value) {
  return FindBack(kAttainmentBasisTable, value);
}

v1::Driver::Category ToProto(sim::DriverClass value) { return Find(kDriverClassTable, value); }
std::optional<sim::DriverClass> FromProto(v1::Driver::Category value) {
  return FindBack(kDriverClassTable, value);
}

v1::Driver::QuarterlyRule ToProto(sim::QuarterRule value) { return Find(kQuarterRuleTable, value); }
std::optional<sim::QuarterRule> FromProto(v1::Driver::QuarterlyRule value) {
  return FindBack(kQuarterRuleTable, value);
}

v1::Event::Category ToProto(sim::EventClass value) { return Find(kEventClassTable, value); }
std::optional<sim::EventClass> FromProto(v1::Event::Category value) {
  return FindBack(kEventClassTable, value);
}

v1::EffectLaw::Kind ToProto(sim::EffectLaw::Kind value) { return Find(kEffectLawKindTable, value); }
std::optional<sim::EffectLaw::Kind> FromProto(v1::EffectLaw::Kind value) {
  return FindBack(kEffectLawKindTable, value);
}

v1::Event::HistoryStatus ToProto(sim::HistoryStatus value) {
  return Find(kHistoryStatusTable, value);
}
std::optional<sim::HistoryStatus> FromProto(v1::Event::HistoryStatus value) {
  return FindBack(kHistoryStatusTable, value);
}

v1::DriverAssumption::Mode ToProto(sim::DriverAssumption::Mode value) {
  return Find(kDriverAssumptionModeTable, value);
}
std::optional<sim::DriverAssumption::Mode> FromProto(v1::DriverAssumption::Mode value) {
  return FindBack(kDriverAssumptionModeTable, value);
}

v1::Elasticity::Transform ToProto(sim::ElasticityPrior::Transform value) {
  return Find(kElasticityPriorTransformTable, value);
}

store::v1::Link ToProto(sim::Link value) { return Find(kLinkTable, value); }
std::optional<sim::Link> FromProto(store::v1::Link value) { return FindBack(kLinkTable, value); }

store::v1::Law ToProto(sim::Law value) { return Find(kLawTable, value); }
std::optional<sim::Law> FromProto(store::v1::Law value) { return FindBack(kLawTable, value); }

}  // namespace jalon::server
