#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "sim/base/rule_checker.h"
#include "sim/network/network_rules.h"

namespace jalon::sim {
namespace {

class AttributeChecker : public RuleChecker {
 public:
  explicit AttributeChecker(const NetworkSpec& spec) {
    for (size_t i = 0; i < spec.attributes.size(); ++i) CheckDeclaration(spec.attributes[i], i);
    for (size_t i = 0; i < spec.units.size(); ++i) CheckUnit(spec.units[i], Element("units", i));
  }

 private:
  void CheckDeclaration(const Attribute& attribute, size_t i) {
    const std::string path = Element("attributes", i);
    RequireId(attribute.name, path + ".name");
    RequireLabel(attribute.unit_of_measure, path + ".unit");
    RequireLabel(attribute.label_fr, path + ".label_fr");
    RequireLabel(attribute.label_en, path + ".label_en");
    Require(attribute.kind == AttributeKind::kNumber || attribute.unit_of_measure.empty(),
            path + ".unit", attribute.unit_of_measure,
            {"must be left out unless kind is number", "FIELD_OF_ANOTHER_KIND"});
    if (const auto earlier = names_.Earlier(attribute.name, i)) {
      Require(false, path + ".name", attribute.name,
              {absl::StrCat("must be declared once; attributes[", *earlier, "] declares it too"),
               "DUPLICATE_ID"});
    }
    declared_.emplace(attribute.name, &attribute);
  }

  // Without any declaration every attribute is a number, of whatever meaning.
  void CheckUnit(const Unit& unit, const std::string& path) {
    for (const auto& [name, number] : unit.attributes) {
      CheckKind(path, name, absl::StrCat(number), /*is_text=*/false);
      const auto found = declared_.find(name);
      const bool share = found != declared_.end() && found->second->kind == AttributeKind::kShare;
      Require(!share || (number >= 0.0 && number <= 1.0), FieldOf(path, name), absl::StrCat(number),
              {"must be a share: from 0 to 1", "OUT_OF_RANGE"});
    }
    for (const auto& [name, text] : unit.texts) {
      CheckKind(path, name, text, /*is_text=*/true);
      RequireLabel(text, FieldOf(path, name));
    }
  }

  void CheckKind(const std::string& path, const std::string& name, const std::string& value,
                 bool is_text) {
    const auto found = declared_.find(name);
    if (found == declared_.end()) {
      Require(declared_.empty() && !is_text, FieldOf(path, name), value,
              {absl::StrCat("must be declared: nothing says what `", name, "` means"),
               "UNDECLARED_ATTRIBUTE"});
      return;
    }
    const bool declared_text = found->second->kind == AttributeKind::kText;
    Require(declared_text == is_text, FieldOf(path, name), value,
            {declared_text ? "must be a text, as declared" : "must be a number, as declared",
             "ATTRIBUTE_KIND_MISMATCH"});
  }

  static std::string FieldOf(const std::string& path, const std::string& name) {
    return absl::StrCat(path, ".attributes[", name, "]");
  }

  DuplicateFinder names_;
  std::map<std::string, const Attribute*> declared_;
};

}  // namespace

Violations CheckAttributes(const NetworkSpec& spec) { return AttributeChecker(spec).violations(); }

}  // namespace jalon::sim
