// Rules of a CreditTable against its network.
#ifndef JALON_SIM_CREDIT_CREDIT_RULES_H_
#define JALON_SIM_CREDIT_CREDIT_RULES_H_

#include "sim/base/violation.h"
#include "sim/network/credit_table.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Every broken rule, in the table's own order: field paths are `eliminations[i].unit`,
// `parent_totals[i].period` and so on. Reasons: UNKNOWN_UNIT, UNKNOWN_SEGMENT, UNKNOWN_INDICATOR,
// NOT_A_PARENT (a unit without units below it), NOT_ADDITIVE (an elimination of an indicator that
// does not add up over units), BAD_FREQUENCY, NOT_FINITE, DUPLICATE_CELL.
Violations CheckCredit(const Network& network, const CreditTable& table);

// By indicator, unit, segment, period. The table must fit the network.
CreditTable Sorted(CreditTable table, const Network& network);

}  // namespace jalon::sim

#endif  // JALON_SIM_CREDIT_CREDIT_RULES_H_
