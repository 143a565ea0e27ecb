// What is declared of the attributes of units: what a number about a branch means.
#ifndef JALON_SIM_NETWORK_ATTRIBUTES_H_
#define JALON_SIM_NETWORK_ATTRIBUTES_H_

#include <string>

namespace jalon::sim {

enum class AttributeKind {
  kNumber,
  // A ratio in [0, 1].
  kShare,
  kText,
};

// An attribute that units may have.
struct Attribute {
  // At most 64 bytes of [A-Za-z0-9._-]: `population`, `market_share`...
  std::string name;
  AttributeKind kind = AttributeKind::kNumber;
  // What a number counts, for people: `inhabitants`, `EUR`...; at most 200 characters. Empty for
  // shares and texts.
  std::string unit_of_measure;
  // For people, at most 200 characters. Empty falls back to the other language, then to the name.
  std::string label_fr;
  std::string label_en;

  friend bool operator==(const Attribute&, const Attribute&) = default;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_ATTRIBUTES_H_
