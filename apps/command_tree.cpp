#include "apps/command_tree.h"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

namespace vit::cli {
namespace {

/// `KIND:{bbox,segm}` without its choices, which are returned.
std::vector<std::string> take_choices(std::string& type) {
  std::vector<std::string> choices;
  const std::size_t open = type.find('{'), close = type.find('}');
  if (open == std::string::npos || close == std::string::npos || close < open) return choices;
  std::istringstream list(type.substr(open + 1, close - open - 1));
  for (std::string word; std::getline(list, word, ',');) choices.push_back(word);
  type.erase(open);
  return choices;
}

/// `INT:INT in [1 - 1000]` is `INT`.
void drop_ranges(std::string& type) {
  type.erase(std::min(type.find(':'), type.size()));
  type.erase(std::min(type.find(" in ["), type.size()));
}

ValueKind kind_of(const std::string& command, const OptionInfo& option) {
  struct Rule {
    std::string_view command, name;  ///< "": of every command
    ValueKind kind;
  };
  constexpr Rule kRules[] = {
      {"", "--set", ValueKind::key},
      {"", "--model", ValueKind::model},
      {"", "--task", ValueKind::task},
      {"", "--layer", ValueKind::experiment},
      {"", "experiment", ValueKind::experiment},
      {"", "run", ValueKind::run},
      {"", "before", ValueKind::run},
      {"", "now", ValueKind::run},
      {"vit summary", "model", ValueKind::model},
      {"vit models", "pattern", ValueKind::model},
      {"vit predict", "model", ValueKind::run},
      {"vit weights fetch", "name", ValueKind::hub_model},
      {"vit data prepare", "name", ValueKind::data},
      {"vit config recipes", "name", ValueKind::recipe},
  };
  const std::string& name = option.long_name.empty() ? option.argument : option.long_name;
  for (const Rule& rule : kRules)
    if (rule.name == name && (rule.command.empty() || rule.command == command)) return rule.kind;
  return ValueKind::file;
}

OptionInfo info_of(const CLI::Option& option, const std::string& command) {
  OptionInfo info;
  if (!option.get_lnames().empty()) info.long_name = "--" + option.get_lnames().front();
  if (!option.get_snames().empty()) info.short_name = "-" + option.get_snames().front();
  if (info.long_name.empty() && info.short_name.empty()) info.argument = option.get_name();
  info.help = option.get_description();
  info.required = option.get_required();
  if (option.get_items_expected_max() == 0) return info;
  info.repeated = option.get_items_expected_max() > 1 ||
                  option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  info.value = option.get_type_name();
  info.choices = take_choices(info.value);
  drop_ranges(info.value);
  if (info.value.empty()) info.value = "VALUE";
  info.kind = info.choices.empty() ? kind_of(command, info) : ValueKind::one_of;
  return info;
}

void add_commands(std::vector<CommandInfo>& tree, const CLI::App& command,
                  const std::string& path) {
  CommandInfo info;
  info.path = path;
  info.help = command.get_description();
  info.footer = command.get_footer();
  for (const CLI::Option* option : command.get_options()) {
    OptionInfo one = info_of(*option, path);
    (one.argument.empty() ? info.options : info.arguments).push_back(std::move(one));
  }
  const auto below = command.get_subcommands({});
  for (const CLI::App* each : below) {
    info.commands.push_back(each->get_name());
    info.command_help.push_back(each->get_description());
  }
  tree.push_back(std::move(info));
  for (const CLI::App* each : below) add_commands(tree, *each, path + " " + each->get_name());
}

}  // namespace

std::vector<CommandInfo> command_tree(const CLI::App& program) {
  std::vector<CommandInfo> tree;
  add_commands(tree, program, program.get_name());
  return tree;
}

}  // namespace vit::cli
