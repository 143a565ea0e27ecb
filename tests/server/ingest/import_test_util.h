// Shorthand for imports of small texts.
#ifndef JALON_TESTS_SERVER_INGEST_IMPORT_TEST_UTIL_H_
#define JALON_TESTS_SERVER_INGEST_IMPORT_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/ingest/import.h"
#include "server/ingest/mapping.h"

namespace jalon::server {

// Files by name; keeps the bytes alive.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

inline std::vector<ImportFile> FilesOf(const NamedTexts& texts) {
  std::vector<ImportFile> files;
  for (const auto& [name, text] : texts) files.push_back({name, text});
  return files;
}

inline Mapping MappingOf(absl::string_view text) {
  absl::StatusOr<Mapping> mapping = ParseMapping(text, "test.map");
  EXPECT_TRUE(mapping.ok()) << mapping.status();
  return mapping.ok() ? *std::move(mapping) : Mapping();
}

inline ImportOutcome ImportTexts(const NamedTexts& texts, absl::string_view mapping) {
  return ImportNetwork({.files = FilesOf(texts), .mapping = MappingOf(mapping)});
}

// `file:line:column REASON` of every violation, in order.
inline std::vector<std::string> Places(const sim::Violations& violations) {
  std::vector<std::string> places;
  for (const sim::Violation& v : violations.kept()) {
    places.push_back(v.file + ":" + std::to_string(v.line) + ":" + std::to_string(v.column) + " " +
                     v.reason);
  }
  return places;
}

inline std::vector<std::string> Reasons(const sim::Violations& violations) {
  std::vector<std::string> reasons;
  for (const sim::Violation& v : violations.kept()) reasons.push_back(v.reason);
  return reasons;
}

// A network of two regions and three branches, two indicators, in Jalon's own layout.
inline constexpr char kSmallMapping[] = "[network]\nid = test\nlabel = Banque d'essai\n";
inline constexpr char kSmallUnits[] =
    "id;parent;level;label_fr;kind\n"
    "siege;;network;Siège;\n"
    "nord;siege;region;Nord;\n"
    "sud;siege;region;Sud;\n"
    "n1;nord;branch;Lille;proximity\n"
    "n2;nord;branch;Amiens;remote\n"
    "s1;sud;branch;Nîmes;proximity\n";
inline constexpr char kSmallIndicators[] =
    "id;label_fr;kind;rounding\n"
    "accounts;Ouvertures;count;1\n"
    "loans;Crédits;amount;0,5\n";
inline constexpr char kSmallRealisations[] =
    "unit;indicator;period;value\n"
    "n1;accounts;2026-01;12\n"
    "n1;accounts;2026-02;0\n"
    "n1;loans;2026-01;1 234,5\n"
    "n2;accounts;2026-01;7\n"
    "s1;accounts;2026-02;3\n";

inline NamedTexts SmallNetwork() {
  return {{"units.csv", kSmallUnits},
          {"indicators.csv", kSmallIndicators},
          {"realisations.csv", kSmallRealisations}};
}

// The small network with one file's text replaced or added.
inline NamedTexts SmallNetworkWith(const std::string& name, const std::string& text) {
  NamedTexts texts = SmallNetwork();
  for (auto& [known, content] : texts) {
    if (known != name) continue;
    content = text;
    return texts;
  }
  texts.emplace_back(name, text);
  return texts;
}

}  // namespace jalon::server

#endif  // JALON_TESTS_SERVER_INGEST_IMPORT_TEST_UTIL_H_
