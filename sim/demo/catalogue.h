// What the demo network sells and what moves it: the declared shapes its truth is drawn around.
//
// Sizes, seasons and responses follow published orders of magnitude for a French branch of about
// 5,000 customers, rounded; none is a measurement of a real bank. Nothing here is random.
#ifndef JALON_SIM_DEMO_CATALOGUE_H_
#define JALON_SIM_DEMO_CATALOGUE_H_

#include <array>
#include <span>

#include "sim/drivers/derived_rule.h"
#include "sim/drivers/drivers.h"
#include "sim/model/model.h"
#include "sim/network/network.h"

namespace jalon::sim {

// One indicator of the demo.
struct IndicatorShape {
  const char* id;
  const char* label_fr;
  const char* label_en;
  const char* product;
  const char* family;
  IndicatorKind kind;
  Law law;
  // Of one month and branch; Model units (counts: Var / mean; amounts: EUR; net flow: unused, the
  // standard deviation is one unit of scale; stocks: Var / expected attrition).
  double dispersion;
  double shape;
  // Expected month of an average branch, all segments together. For the net flow: EUR of one unit
  // of scale; for a stock its level at the last period; for a ratio or derived indicator unused.
  double monthly_mean;
  // Log change a year (units of scale a month and year for the net flow). For stocks this and all
  // of the following are shares of `attrition_rate`, upwards more attrition.
  double trend_per_year;
  // Month effects in percent, January first (hundredths of a unit of scale for the net flow);
  // centred when used.
  std::array<double, 12> season_percent;
  LatentLaw national;
  LatentLaw regional;
  double branch_loading;
  double series_effect_sd;
  // Loadings on two common factors (lending, protection): correlation across indicators.
  std::array<double, 2> loadings;
  // Growth asked by the plan on the year before; less, where lower is better.
  double plan_growth_ratio;
  double rounding_step;
  // Split by segment in every size of demo.
  bool by_segment;
  // Of a stock: the flow that enters it, and the share of it that leaves in a month; 0 when its
  // flow explains it exactly.
  const char* inflow = "";
  double attrition_rate = 0.0;
  // Of a ratio.
  const char* numerator = "";
  const char* denominator = "";
  // Of a derived indicator.
  const char* expression = "";
  Direction direction = Direction::kHigherIsBetter;
};

// The 15 indicators: 6 counts (one of them, complaints, better when lower), 4 amounts, 1 net flow,
// 2 stocks (one with attrition, one that its flow explains exactly), 1 ratio, 1 derived. Draws of
// latents are addressed by rank: an id that sorts last moves no other indicator's history.
std::span<const IndicatorShape> DemoIndicators();

// One customer segment and its share of flows.
struct SegmentShape {
  const char* id;
  const char* label_fr;
  const char* label_en;
  // Shares of customers won, of customers lost, of customers and of everything else; each column
  // sums to 1.
  double share_won;
  double share_lost;
  double share_customers;
  double share_other;
};
std::span<const SegmentShape> DemoSegments();

// A kind of branch: how many and how big for lending, protection and savings.
struct KindShape {
  const char* kind;
  // One branch in this many is of this kind; the first kind takes the rest.
  int one_in;
  double customer_ratio;
  double lending_ratio;
  double protection_ratio;
  double savings_ratio;
};
std::span<const KindShape> DemoKinds();

// A driver: piecewise linear (or stepped) through its anchors, plus an AR(1) wiggle.
struct DriverAnchor {
  int year;
  int month;
  double value;
};
struct DriverShape {
  const char* id;
  const char* label_fr;
  const char* label_en;
  const char* unit;
  DriverClass driver_class;
  // True for administered rates: the value of the last anchor holds.
  bool stepped;
  double wiggle_sd;
  double wiggle_autoregression;
  // The law of its future in Model::drivers: x[t] = x[t-1] pulled to `mean` at `pull`.
  double mean;
  double pull;
  double innovation_sd;
  std::span<const DriverAnchor> anchors;
  // Of a driver that an authority computes from others; its anchors are what it decided.
  const DerivedRule* rule = nullptr;
};
std::span<const DriverShape> DemoDrivers();

// A true elasticity and what is believed of it before the data.
struct ElasticityShape {
  const char* driver;
  const char* indicator;
  ElasticityPrior::Transform transform;
  int lag;
  double truth;
  double prior_mean;
  double prior_sd;
  const char* source;
};
std::span<const ElasticityShape> DemoElasticities();

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_CATALOGUE_H_
