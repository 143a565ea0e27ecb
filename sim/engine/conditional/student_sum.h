// The law of a sum of Student-t draws and a normal part. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_STUDENT_SUM_H_
#define JALON_SIM_ENGINE_CONDITIONAL_STUDENT_SUM_H_

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace jalon::sim {

// Standardised law (mean 0, variance 1) of sqrt(share) T + sqrt(1 - share) Z: T the sum of `count`
// independent Student-t of `degrees` > 2, Z normal.
//
// The density of T is convolved on a grid of 1/8 standard deviation of one draw over 40 of them
// each side; its distribution function is a monotone cubic. Error 5e-4 at 3 degrees or more, 1e-4
// from 12 draws on.
class StudentSumLaw {
 public:
  // count 1 to 200, share in [0, 1].
  StudentSumLaw(double degrees, int count, double share);

  // The same from the masses of T (StudentMasses).
  StudentSumLaw(const std::vector<double>& masses, int count, double share);

  // P(X > z). 10 ns.
  double UpperTail(double z) const;

 private:
  friend class StudentSums;
  StudentSumLaw() = default;
  void Make(const std::vector<double>& masses, int count, double share);

  double first_ = 0.0;
  double step_ = 1.0;
  std::vector<double> value_;
  std::vector<double> slope_;
};

// Masses of T on its grid, around the middle. 1 to 20 ms.
std::vector<double> StudentMasses(double degrees, int count);

// The same, a convolution at a time: 4 ms at most. One thread at a time.
class StudentMassesWork {
 public:
  StudentMassesWork(double degrees, int count);
  // Returns true when the masses are complete.
  bool Step();
  std::vector<double> Take() { return std::move(made_); }

 private:
  // Draws that are still to be added, as multiples of those of `power_`.
  int left_;
  int half_;
  bool added_ = false;
  std::vector<double> power_;
  std::vector<double> made_;
};

// The laws of a plan, each made once: targets of one kind share theirs. Shares are rounded to 1/64,
// counts above 12 to the nearest of a few: 1e-4 of a probability. Thread-compatible.
class StudentSums {
 public:
  // A law that is empty until Step has made it.
  std::shared_ptr<const StudentSumLaw> Get(double degrees, int count, double share);
  // Makes a part of what was asked for, in 4 ms at most. Returns true when nothing is left.
  bool Step();

 private:
  struct Family {
    std::vector<double> masses;
    // By share in steps of 1/64.
    std::map<int, std::shared_ptr<StudentSumLaw>> laws;
    std::vector<int> pending;
  };
  using Key = std::pair<double, int>;

  std::map<Key, Family> families_;
  // With something pending.
  std::vector<Key> waiting_;
  std::optional<StudentMassesWork> work_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_STUDENT_SUM_H_
