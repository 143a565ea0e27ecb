// The tree, segments, indicators and drivers of the demo.
#ifndef JALON_SIM_DEMO_DEMO_NETWORK_H_
#define JALON_SIM_DEMO_DEMO_NETWORK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/demo/demo.h"
#include "sim/demo/draws.h"
#include "sim/drivers/drivers.h"
#include "sim/network/calendar_table.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// Last period of every demo's history.
Period DemoLastPeriod();

// The months of history asked for.
Window DemoHistory(const DemoOptions& options);

// Regions and branches of a size.
struct DemoShape {
  int region_count = 0;
  int branch_count = 0;
  // Every indicator by segment, not only customers and those won.
  bool all_by_segment = false;
};
DemoShape ShapeOf(DemoSize size);

// Id of the branch of rank `branch`: ranks go round the regions.
std::string DemoBranchId(int branch, const DemoShape& shape);

// The network: 1 head office, regions `r01`..., branches `r01-b001`... with kind, attributes
// (`customers`, `advisers`, `competitors`, `senior_share_ratio`), one branch that opens and two
// that close inside the history (sim/demo/moves.h).
absl::StatusOr<Network> MakeDemoNetwork(const DemoOptions& options, const DemoDraws& draws);

// Opening days: branches open from Tuesday to Saturday, those of the second region and private,
// professional and remote ones from Monday to Friday; the holidays of France, and of Alsace-Moselle
// in the third region. Counts and amounts but customers lost are exposed to them.
CalendarTable MakeDemoCalendars(const Network& network);

// Monthly history of the drivers from 36 months before the realisations, and the elasticity priors.
DriverTable MakeDemoDrivers(const DemoOptions& options, const DemoDraws& draws);

// Every series of the demo in canonical order.
std::vector<SeriesKey> DemoSeriesKeys(const Network& network, const DemoOptions& options);

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_DEMO_NETWORK_H_
