// Channels of the demo: what each branch sells through them, some of it measured, some assumed.
#ifndef JALON_SIM_DEMO_CHANNELS_H_
#define JALON_SIM_DEMO_CHANNELS_H_

#include "sim/demo/draws.h"
#include "sim/network/channel_table.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Channels `branch`, `online`, `partner`, `phone`. Every kind of branch has a default share of
// each, an assumption; two branches in three have measured shares of phone and online of their own,
// spread around those of their kind. Shares of a branch sum to 1 or less.
ChannelTable MakeDemoChannels(const Network& network, const DemoDraws& draws);

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_CHANNELS_H_
