// What is realised of a run's windows already.
#ifndef JALON_SERVER_RUN_REALISED_TO_DATE_H_
#define JALON_SERVER_RUN_REALISED_TO_DATE_H_

#include <vector>

#include "server/run/run_rows.h"
#include "sim/base/period.h"
#include "sim/network/revision.h"

namespace jalon::server {

// The part of each row's window realised by `as_of`, NaN where none is: of a stock its last level,
// of a ratio numerator over denominator so far. Shape: [row].
std::vector<double> RealisedToDate(const sim::Revision& revision, const RunRows& rows,
                                   sim::Period as_of);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_REALISED_TO_DATE_H_
