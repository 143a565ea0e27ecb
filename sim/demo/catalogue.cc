#include "sim/demo/catalogue.h"

namespace jalon::sim {
namespace {

constexpr auto kCount = IndicatorKind::kCount;
constexpr auto kAmount = IndicatorKind::kAmount;

// clang-format off
// Seasons: housing peaks in spring and falls in August, openings and home insurance follow students
// (July to October), consumer credit March to June, September and December, life insurance first
// and last quarter, savings flow in January and out from September to November.
constexpr IndicatorShape kIndicators[] = {
    {"accounts-opened", "Comptes ouverts", "Accounts opened", "current-account", "relation",
     kCount, Law::kNegativeBinomial, 1.2, 0, 16, -0.01,
     {2, -4, 0, -4, -6, 0, 10, 4, 16, 6, -8, -16},
     {0.6, 0.015, 0.03}, {0.5, 0.015, 0.02}, 0.04, 0.05, {0.2, 0.4}, 0.03, 1, false},
    {"appointments", "Rendez-vous tenus", "Appointments held", "appointment", "activity",
     kCount, Law::kNegativeBinomial, 1.8, 0, 70, -0.045,
     {10, 4, 10, 2, -6, 4, -14, -34, 12, 14, 4, -6},
     {0.5, 0.02, 0.02}, {0.5, 0.015, 0.015}, 0.03, 0.05, {0.3, 0.3}, 0.0, 1, false},
    {"consumer-credit", "Crédits à la consommation", "Consumer credit", "consumer-credit",
     "lending",
     kAmount, Law::kGamma, 24000, 0, 125000, 0.01,
     {-10, -6, 8, 8, 6, 8, -4, -18, 8, -2, -4, 6},
     {0.6, 0.02, 0.035}, {0.5, 0.015, 0.02}, 0.04, 0.06, {0.6, 0.1}, 0.04, 1000, false},
    {"customers", "Clients", "Customers", "relation", "relation",
     IndicatorKind::kStock, Law::kStock, 1.3, 8, 5000, 0.01,
     {12, 2, 2, -2, -4, 2, 2, -14, 4, 2, -2, -4},
     {0.6, 0.015, 0.03}, {0.5, 0.01, 0.015}, 0.03, 0.04, {-0.2, -0.2}, 0.012, 1, true,
     "customers-won", 0.0034},
    {"customers-won", "Clients conquis", "Customers won", "relation", "relation",
     kCount, Law::kNegativeBinomial, 1.2, 0, 21, -0.015,
     {0, -6, -2, -4, -6, 2, 12, 6, 18, 8, -10, -18},
     {0.6, 0.02, 0.035}, {0.5, 0.015, 0.02}, 0.04, 0.05, {0.2, 0.5}, 0.04, 1, true},
    {"equipment-rate", "Assurances habitation par client", "Home insurances sold per customer",
     "home", "protection",
     IndicatorKind::kRatio, Law::kGamma, 0, 0, 0, 0.0, {}, {}, {}, 0, 0, {}, 0.03, 0.0001, false,
     "", 0, "home-insurance", "customers"},
    {"home-insurance", "Assurances habitation", "Home insurance", "home", "protection",
     kCount, Law::kNegativeBinomial, 1.25, 0, 8.5, 0.015,
     {8, -6, -2, -4, -4, 8, 12, 6, 16, -4, -12, -18},
     {0.6, 0.015, 0.025}, {0.5, 0.015, 0.02}, 0.05, 0.05, {0.1, 0.6}, 0.04, 1, false},
    {"housing-loan-amount", "Crédits habitat (montant)", "Housing loans (amount)", "housing-loan",
     "lending",
     kAmount, Law::kCompoundGamma, 240000, 3, 450000, 0.0,
     {-8, -4, 10, 14, 14, 16, 6, -34, -2, 0, -6, -6},
     {0.7, 0.03, 0.06}, {0.5, 0.02, 0.03}, 0.05, 0.07, {0.8, 0.0}, 0.05, 1000, false},
    {"housing-loans", "Crédits habitat (nombre)", "Housing loans (number)", "housing-loan",
     "lending",
     kCount, Law::kNegativeBinomial, 1.1, 0, 2.5, -0.015,
     {-8, -4, 10, 14, 14, 16, 6, -34, -2, 0, -6, -6},
     {0.7, 0.025, 0.05}, {0.5, 0.02, 0.025}, 0.05, 0.06, {0.8, 0.0}, 0.04, 1, false},
    {"life-premiums", "Primes d'assurance vie", "Life premiums", "life", "savings",
     kAmount, Law::kGamma, 60000, 0, 330000, 0.02,
     {16, 8, 8, -2, -6, -4, -6, -28, -4, 2, 6, 10},
     {0.6, 0.02, 0.04}, {0.5, 0.015, 0.02}, 0.05, 0.07, {-0.2, 0.2}, 0.04, 1000, false},
    {"nbi", "Produit net bancaire (partiel)", "Net banking income (partial)", "income", "income",
     IndicatorKind::kDerived, Law::kGamma, 0, 0, 0, 0.0, {}, {}, {}, 0, 0, {}, 0.0, 1000, false,
     "", 0, "", "",
     "mean(savings-outstandings) * (euribor-3m - 0.8 * livret-a-rate) / 1200"
     " + 0.012 * housing-loan-amount + 0.03 * consumer-credit + 0.02 * life-premiums"},
    {"net-savings", "Collecte nette", "Net savings", "savings", "savings",
     IndicatorKind::kNetFlow, Law::kStudentT, 0, 5, 140000, 0.0,
     {60, 15, 10, 5, 0, 5, 0, -5, -35, -35, -30, 10},
     {0.6, 0.05, 0.10}, {0.5, 0.04, 0.05}, 0.10, 0.10, {-0.3, 0.1}, 0.02, 1000, false},
    {"professional-loans", "Crédits professionnels", "Professional loans", "professional-loan",
     "lending",
     kAmount, Law::kGamma, 32000, 0, 160000, 0.01,
     {-4, 2, 8, 4, 0, 10, 0, -28, 2, 2, 0, 4},
     {0.6, 0.02, 0.035}, {0.5, 0.015, 0.02}, 0.04, 0.06, {0.6, 0.1}, 0.04, 1000, false},
    {"savings-outstandings", "Encours d'épargne", "Savings outstandings", "savings", "savings",
     IndicatorKind::kStock, Law::kExactStock, 0, 8, 90000000, 0.0,
     {}, {}, {}, 0, 0, {}, 0.006, 1000, false, "net-savings", 0.0},
    {"service-complaints", "Réclamations", "Complaints", "service", "service",
     kCount, Law::kNegativeBinomial, 1.3, 0, 3.2, 0.02,
     {14, 4, 4, -4, -8, 2, -6, -22, 10, 8, 2, -4},
     {0.6, 0.02, 0.03}, {0.5, 0.015, 0.02}, 0.05, 0.06, {0.0, -0.2}, 0.05, 1, false,
     "", 0, "", "", "", Direction::kLowerIsBetter},
};

constexpr SegmentShape kSegments[] = {
    {"comfortable", "Clientèle aisée", "Comfortable households", 0.15, 0.17, 0.20, 0.24},
    {"mass-market", "Grand public", "Mass market", 0.34, 0.38, 0.50, 0.40},
    {"professional", "Professionnels", "Professionals", 0.11, 0.10, 0.09, 0.15},
    {"wealth", "Gestion privée", "Wealth management", 0.04, 0.05, 0.07, 0.11},
    {"young", "Jeunes", "Young adults", 0.36, 0.30, 0.14, 0.10},
};

constexpr KindShape kKinds[] = {
    {"proximity", 1, 1.0, 1.0, 1.0, 1.0},
    {"private", 37, 0.25, 0.8, 0.3, 3.5},
    {"professional", 29, 0.4, 1.2, 0.7, 1.5},
    {"remote", 97, 2.2, 1.5, 1.8, 1.2},
};

// Stylised French conditions, through documented points where there are some.
constexpr DriverAnchor kMortgageRate[] = {
    {2012, 1, 3.6}, {2015, 1, 2.4}, {2016, 11, 1.4}, {2018, 1, 1.5}, {2019, 11, 1.2},
    {2022, 1, 1.12}, {2023, 2, 2.36}, {2023, 11, 3.99}, {2024, 12, 3.4}, {2025, 6, 3.1},
    {2026, 4, 3.25}, {2027, 1, 3.3}};
constexpr DriverAnchor kLivretA[] = {
    {2012, 1, 2.25}, {2013, 2, 1.75}, {2013, 8, 1.25}, {2014, 8, 1.0}, {2015, 8, 0.75},
    {2020, 2, 0.5}, {2022, 2, 1.0}, {2022, 8, 2.0}, {2023, 2, 3.0}, {2025, 2, 2.4},
    {2025, 8, 1.7}, {2026, 2, 1.5}};
constexpr DriverAnchor kEuribor[] = {
    {2012, 1, 1.2}, {2012, 10, 0.2}, {2015, 5, 0.0}, {2016, 3, -0.25}, {2019, 9, -0.42},
    {2022, 3, -0.5}, {2022, 12, 2.07}, {2023, 10, 3.97}, {2024, 6, 3.72}, {2025, 1, 2.7},
    {2025, 7, 2.0}, {2027, 1, 2.05}};
// Consumer prices on a year before, so that the formula of the Livret A gives what was decided from
// February 2020 on, but for the four dates of 2023 and 2024 at which the rate was held at 3 %.
constexpr DriverAnchor kInflation[] = {
    {2012, 1, 2.2}, {2013, 6, 0.8}, {2014, 12, 0.1}, {2016, 6, 0.1}, {2018, 8, 1.9},
    {2019, 12, 1.2}, {2020, 12, 0.1}, {2021, 6, 1.4}, {2021, 12, 3.2}, {2022, 6, 4.8},
    {2022, 12, 5.8}, {2023, 3, 5.6}, {2023, 8, 4.6}, {2023, 12, 3.6}, {2024, 6, 2.1},
    {2024, 10, 1.4}, {2024, 12, 1.3}, {2025, 3, 0.9}, {2025, 10, 1.0}, {2026, 2, 1.0},
    {2027, 1, 1.1}};
constexpr DriverAnchor kUnemployment[] = {
    {2012, 1, 9.4}, {2015, 6, 10.3}, {2019, 12, 8.2}, {2020, 9, 8.9}, {2022, 6, 7.4},
    {2023, 6, 7.2}, {2025, 6, 7.5}, {2026, 10, 7.7}, {2027, 1, 7.7}};
constexpr DriverAnchor kConfidence[] = {
    {2012, 1, 88}, {2014, 6, 87}, {2017, 7, 107}, {2018, 12, 88}, {2020, 1, 104}, {2020, 11, 92},
    {2021, 9, 101}, {2022, 7, 80}, {2023, 6, 84}, {2024, 9, 94}, {2025, 6, 88}, {2026, 6, 90},
    {2027, 1, 90}};
constexpr DriverAnchor kRateGap[] = {{2012, 1, 0.05}, {2027, 1, 0.05}};

// The rule of the Livret A since 2020: half the sum of two means over six months, to the tenth of a
// point, at least 0.5 %, in February and August from figures that end in December and June. How
// often and how far the authority departs from it is an assumption.
const DerivedRule& LivretARule() {
  static const auto* const rule = new DerivedRule{
      .formula = "0.5 * (mean(inflation-rate, 6) + mean(euribor-3m, 6))",
      .rounding_step = 0.1,
      .floor = 0.5,
      .effective_months = {2, 8},
      .announcement_lag = 2,
      .deviation = {.kind = DeviationLaw::Kind::kTriangular,
                    .probability = 0.25,
                    .low = -0.6,
                    .size = -0.1,
                    .high = 0.3},
      .has_own_history = true};
  return *rule;
}

const DriverShape kDrivers[] = {
    {"competitor-pricing", "Écart de taux habitat avec les concurrents",
     "Our housing rate minus competitors'", "percentage points", DriverClass::kCompetitive, false,
     0.09, 0.7, 0.05, 0.15, 0.09, kRateGap},
    {"consumer-confidence", "Confiance des ménages", "Consumer confidence",
     "index, long-run mean 100", DriverClass::kCustomer, false, 1.2, 0.6, 92, 0.05, 1.8,
     kConfidence},
    {"euribor-3m", "Euribor 3 mois", "Euribor 3 months", "%", DriverClass::kEconomic, false, 0.02,
     0.7, 2.0, 0.02, 0.12, kEuribor},
    {"inflation-rate", "Inflation sur un an", "Inflation on a year before", "%",
     DriverClass::kEconomic, false, 0.03, 0.6, 1.7, 0.04, 0.16, kInflation},
    {"livret-a-rate", "Taux du Livret A", "Livret A rate", "%", DriverClass::kRegulatory, true, 0,
     0, 1.5, 0.02, 0.06, kLivretA, &LivretARule()},
    {"mortgage-rate", "Taux moyen des crédits habitat", "Average mortgage rate", "%",
     DriverClass::kEconomic, false, 0.03, 0.7, 3.0, 0.02, 0.10, kMortgageRate},
    {"unemployment-rate", "Taux de chômage", "Unemployment rate", "%", DriverClass::kEconomic,
     false, 0.05, 0.7, 7.8, 0.03, 0.10, kUnemployment},
};

constexpr auto kLevel = ElasticityPrior::Transform::kLevel;
constexpr auto kLog = ElasticityPrior::Transform::kLog;
constexpr const char* kMarket =
    "demo: market volume 2021-2023 against the average mortgage rate, about -0.25 per point";
constexpr const char* kAssumed = "demo: assumption";

constexpr ElasticityShape kElasticities[] = {
    {"competitor-pricing", "customers", kLevel, 1, -0.0004, -0.0003, 0.0003, kAssumed},
    {"competitor-pricing", "housing-loan-amount", kLevel, 1, -0.22, -0.15, 0.15, kAssumed},
    {"competitor-pricing", "housing-loans", kLevel, 1, -0.20, -0.15, 0.15, kAssumed},
    {"consumer-confidence", "consumer-credit", kLog, 1, 0.60, 0.50, 0.40, kAssumed},
    {"livret-a-rate", "life-premiums", kLevel, 0, -0.08, -0.06, 0.06,
     "demo: substitution between regulated savings and life insurance, 2025"},
    {"livret-a-rate", "net-savings", kLevel, 0, 0.30, 0.25, 0.20,
     "demo: national net inflow 2023-2025 against the rate"},
    {"mortgage-rate", "home-insurance", kLevel, 3, -0.03, -0.02, 0.03, kAssumed},
    {"mortgage-rate", "housing-loan-amount", kLevel, 2, -0.24, -0.28, 0.12, kMarket},
    {"mortgage-rate", "housing-loans", kLevel, 2, -0.20, -0.25, 0.10, kMarket},
    {"unemployment-rate", "consumer-credit", kLevel, 1, -0.04, -0.03, 0.03, kAssumed},
};
// clang-format on

}  // namespace

std::span<const IndicatorShape> DemoIndicators() { return kIndicators; }
std::span<const SegmentShape> DemoSegments() { return kSegments; }
std::span<const KindShape> DemoKinds() { return kKinds; }
std::span<const DriverShape> DemoDrivers() { return kDrivers; }
std::span<const ElasticityShape> DemoElasticities() { return kElasticities; }

}  // namespace jalon::sim
