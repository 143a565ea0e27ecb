#include "clients/cli/command.h"

#include <cstdint>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace jalon::client {

Command Command::Add(const std::string& name, const std::string& what) const {
  return Command(*app_->add_subcommand(name, what));
}

void Command::RequireOne() const { app_->require_subcommand(1); }

void Command::OnChosen(const std::function<void()>& chosen) const { app_->callback(chosen); }

void Command::Examples(const std::string& text) const { app_->footer(text); }

template <class T>
void Command::Option(const std::string& flags, T& value, const std::string& what,
                     const OptionRule& rule) const {
  CLI::Option* option = app_->add_option(flags, value, what);
  if (rule.required) option->required();
  if (rule.is_file) option->type_name("FILE");
  if (!rule.one_of.empty()) option->check(CLI::IsMember(rule.one_of));
  if (!rule.range.has_value()) return;
  const std::string range = absl::StrCat(rule.range->first, "..", rule.range->second);
  option->type_name(absl::StrCat(option->get_type_name(), " in ", range));
  option->check([range, bounds = *rule.range](const std::string& text) {
    double value = 0;
    const bool inside =
        absl::SimpleAtod(text, &value) && bounds.first <= value && value <= bounds.second;
    return inside ? std::string() : absl::StrCat(text, " is not in ", range);
  });
}

template void Command::Option(const std::string&, std::string&, const std::string&,
                              const OptionRule&) const;
template void Command::Option(const std::string&, std::vector<std::string>&, const std::string&,
                              const OptionRule&) const;
template void Command::Option(const std::string&, int&, const std::string&,
                              const OptionRule&) const;
template void Command::Option(const std::string&, int64_t&, const std::string&,
                              const OptionRule&) const;
template void Command::Option(const std::string&, double&, const std::string&,
                              const OptionRule&) const;
template void Command::Option(const std::string&, std::optional<int>&, const std::string&,
                              const OptionRule&) const;
template void Command::Option(const std::string&, std::optional<int64_t>&, const std::string&,
                              const OptionRule&) const;
template void Command::Option(const std::string&, std::optional<uint64_t>&, const std::string&,
                              const OptionRule&) const;
template void Command::Option(const std::string&, std::optional<double>&, const std::string&,
                              const OptionRule&) const;

void Command::Flag(const std::string& flags, bool& value, const std::string& what) const {
  app_->add_flag(flags, value, what);
}

}  // namespace jalon::client
