#include "sim/demo/names.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace jalon::sim {
namespace {

constexpr std::array<const char*, 11> kRegions = {
    "Haute-Brume",       "Val d'Ombrelle",     "Pays de Sauge",     "Côte d'Ambrine",
    "Plaines d'Avril",   "Monts de Garancine", "Bocage d'Ivraie",   "Marches de l'Aulnaie",
    "Littoral de Nacre", "Rives de Tamarel",   "Grand-Clairvallon",
};

constexpr std::array<const char*, 30> kHeads = {
    "Mont",    "Clair", "Beau",   "Roche", "Font",  "Haute", "Belle", "Ville", "Champ",  "Cour",
    "Pont",    "Gué",   "Grange", "Orme",  "Chêne", "Pré",   "Mas",   "Puy",   "Castel", "Saint-",
    "Sainte-", "Bois",  "Val",    "Noir",  "Vert",  "Franc", "Aigre", "Douce", "Vieux",  "Neuf",
};

constexpr std::array<const char*, 25> kTails = {
    "verin",  "bray",   "mandre", "lissac", "corbe",   "veyre",  "sonnais", "tilloy",  "gerval",
    "nevoy",  "aubrie", "quincy", "loubre", "fresnes", "ormel",  "rimbaux", "savigne", "thoury",
    "uzelle", "vanoy",  "yvrac",  "zelay",  "maurin",  "pelage", "dauzan",
};

constexpr std::array<const char*, 12> kSuffixes = {
    "",         "-sur-Aulnette", "-le-Vieux", "-les-Bains",  "-en-Sauge", "-la-Forêt",
    "-sur-Mer", "-le-Château",   "-Centre",   "-sous-Brume", "-Gare",     "-les-Prés",
};

}  // namespace

std::string DemoRegionName(int index) { return kRegions[index % kRegions.size()]; }

std::string DemoBranchName(int index) {
  constexpr int kCount = kHeads.size() * kTails.size() * kSuffixes.size();
  // 3,571 is prime to the count, so that neighbours get distant, distinct names.
  const int code = static_cast<int>(static_cast<int64_t>(index) * 3571 % kCount);
  const int tail = code / kHeads.size() % kTails.size();
  const int suffix = code / (kHeads.size() * kTails.size());
  const std::string head = kHeads[code % kHeads.size()];
  std::string name = kTails[tail];
  if (head.back() == '-') name[0] = absl::ascii_toupper(name[0]);
  return absl::StrCat(head, name, kSuffixes[suffix]);
}

}  // namespace jalon::sim
