#include "sim/perimeter/month_weights.h"

namespace jalon::sim {

const char* PhasingPhrase(PhasingSource source) {
  switch (source) {
    case PhasingSource::kOwn:
      return "months by the set's own phasing";
    case PhasingSource::kImported:
      return "months by imported shares";
    case PhasingSource::kSeason:
      return "months by the season of past years";
    case PhasingSource::kOpeningDays:
      return "months by opening days";
    case PhasingSource::kEqual:
      break;
  }
  return "equal months";
}

}  // namespace jalon::sim
