#include "sim/demo/channels.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

// Shares of a kind of branch, by trade knowledge: branches far from their customers sell by phone.
struct KindShares {
  double online = 0.0;
  double partner = 0.0;
  double phone = 0.0;
};

KindShares SharesOf(const std::string& kind) {
  if (kind == "remote") return {.online = 0.30, .partner = 0.0, .phone = 0.55};
  if (kind == "private") return {.online = 0.10, .partner = 0.02, .phone = 0.20};
  if (kind == "professional") return {.online = 0.10, .partner = 0.10, .phone = 0.25};
  return {.online = 0.15, .partner = 0.05, .phone = 0.25};
}

// One branch in three has nothing measured.
constexpr double kMeasured = 2.0 / 3.0;
// Of the logarithm of a branch's share around its kind's.
constexpr double kSpread = 0.55;
constexpr double kMostOfOneChannel = 0.65;

double Rounded(double share) { return std::floor(share * 1000.0 + 0.5) / 1000.0; }

double Around(double share, double normal, double most) {
  return Rounded(std::min(share * Exp(kSpread * normal), most));
}

void AddDefaults(const Network& network, ChannelTable& table) {
  std::vector<std::string> kinds;
  for (const Unit& unit : network.spec().units) {
    if (!unit.kind.empty()) kinds.push_back(unit.kind);
  }
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  for (const std::string& kind : kinds) {
    const KindShares shares = SharesOf(kind);
    const auto add = [&](const char* channel, double share) {
      table.shares.push_back({.unit_kind = kind,
                              .channel = channel,
                              .share = Rounded(share),
                              .assumption = true,
                              .source = "demo: default of its kind"});
    };
    // What is left when every channel is at its most stays with the branch.
    add("branch", 1.0 - shares.online - shares.partner - shares.phone > 0.3 ? 0.25 : 0.05);
    add("online", shares.online);
    add("partner", shares.partner);
    add("phone", shares.phone);
  }
}

}  // namespace

ChannelTable MakeDemoChannels(const Network& network, const DemoDraws& draws) {
  ChannelTable table;
  table.channels = {{"branch", "Agence", "Branch"},
                    {"online", "En ligne", "Online"},
                    {"partner", "Partenaires", "Partners"},
                    {"phone", "Téléphone", "Phone"}};
  AddDefaults(network, table);
  for (int u = 0; u < network.unit_count(); ++u) {
    if (!network.is_leaf(u) || !draws.Happens(kMeasured, "channels-measured", u)) continue;
    const KindShares shares = SharesOf(network.unit(u).kind);
    const double phone = Around(shares.phone, draws.Normal("channel-phone", u), kMostOfOneChannel);
    const double room = 0.75 - phone > 0.0 ? 0.75 - phone : 0.0;
    const double online = Around(shares.online, draws.Normal("channel-online", u), room * 0.8);
    const auto add = [&](const char* channel, double share) {
      table.shares.push_back({.unit = network.unit(u).id,
                              .channel = channel,
                              .share = share,
                              .source = "demo: measured"});
    };
    add("branch", Rounded(std::max(0.0, 0.85 - phone - online)));
    add("online", online);
    add("phone", phone);
  }
  return table;
}

}  // namespace jalon::sim
