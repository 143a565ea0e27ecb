#include "sim/drivers/var_model.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/algebra/matrices.h"
#include "sim/base/rule_checker.h"

namespace jalon::sim {
namespace {

constexpr double kRadiusTolerance = 1e-6;

class VarChecker : public RuleChecker {
 public:
  explicit VarChecker(const VarModel& model) : model_(model) {
    const size_t n = model.driver_ids.size();
    CheckIds();
    CheckNumbers(model.intercept, "intercept", n);
    CheckNumbers(model.coefficients, "coefficients", n * n);
    CheckNumbers(model.innovation_factor, "innovation_factor", n * n);
    CheckNumbers(model.last_values, "last_values", n);
    if (!violations().empty()) return;
    CheckFactor();
    CheckStability();
  }

 private:
  void CheckIds() {
    for (size_t i = 0; i < model_.driver_ids.size(); ++i) {
      RequireId(model_.driver_ids[i], Element("driver_ids", i));
      Require(i == 0 || model_.driver_ids[i - 1] < model_.driver_ids[i], Element("driver_ids", i),
              model_.driver_ids[i], {"must come after the one before it", "NOT_SORTED"});
    }
  }

  void CheckNumbers(const std::vector<double>& numbers, absl::string_view name, size_t size) {
    Require(numbers.size() == size, std::string(name), absl::StrCat(numbers.size()),
            {absl::StrCat("must have ", size, " numbers for ", model_.driver_count(), " drivers"),
             "BAD_SHAPE"});
    for (size_t i = 0; i < numbers.size(); ++i) RequireFinite(numbers[i], Element(name, i));
  }

  void CheckFactor() {
    const int n = model_.driver_count();
    for (int i = 0; i < n; ++i) {
      const double diagonal = model_.innovation_factor[i * n + i];
      Require(diagonal >= 0.0, Element("innovation_factor", i * n + i), absl::StrCat(diagonal),
              {"must be >= 0 on the diagonal", "NEGATIVE"});
      for (int j = i + 1; j < n; ++j) {
        const double above = model_.innovation_factor[i * n + j];
        Require(above == 0.0, Element("innovation_factor", i * n + j), absl::StrCat(above),
                {"must be 0 above the diagonal", "NOT_TRIANGULAR"});
      }
    }
  }

  void CheckStability() {
    const double radius = SpectralRadius(model_.coefficients, model_.driver_count());
    Require(radius <= 1.0 + kRadiusTolerance, "coefficients", absl::StrCat(radius),
            {"must have a spectral radius of at most 1, or paths explode", "UNSTABLE"});
  }

  const VarModel& model_;
};

}  // namespace

Violations ValidateVar(const VarModel& model) { return VarChecker(model).violations(); }

}  // namespace jalon::sim
