// Mixtures of scenarios on small banks.
#ifndef JALON_TESTS_SIM_ENGINE_MIXTURES_H_
#define JALON_TESTS_SIM_ENGINE_MIXTURES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {

// A regime in which everything is multiplied by 1 + effect from 2026 on.
inline Regime Shifted(const std::string& id, double weight, double effect) {
  Regime regime{.id = id, .weight = weight};
  if (effect != 0.0) regime.events = {FixedEvent("shift-" + id, effect)};
  return regime;
}

// The bank in one of the worlds of its mixture.
inline TinyBank InRegime(TinyBank bank, int regime) {
  const Regime its = bank.scenario.mixture[regime];
  bank.scenario = {.id = its.id, .drivers = its.drivers, .events = its.events};
  return bank;
}

// A random bank in a mixture of three worlds: its own scenario; the same without one event, with
// another size of the second and a shifted driver; and one where drivers are told and little else.
inline TinyBank MakeMixedBank(TinyBank bank) {
  const std::vector<Event> events = bank.scenario.events;
  Regime adverse{.id = "adverse", .weight = 0.3, .events = {events[0], events[1]}};
  adverse.events[1].effect = {EffectLaw::Kind::kFixed, -0.3, -0.3, -0.3};
  adverse.drivers = {{.driver = "rate",
                      .mode = DriverAssumption::Mode::kShift,
                      .first = Period::Month(2026, 2),
                      .values = {1.5}}};
  Regime told{.id = "told", .weight = 0.2, .events = {FixedEvent("crisis", -0.4)}};
  told.drivers = {
      {.driver = "unemployment", .first = Period::Month(2026, 1), .values = {8.0, 9.0}}};
  bank.scenario = {.id = "outlook",
                   .mixture = {{.id = "base", .weight = 0.5, .events = events}, adverse, told}};
  return bank;
}

inline TinyBank MakeMixedBank(uint64_t seed) { return MakeMixedBank(MakeRandomBank(seed)); }

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_MIXTURES_H_
