#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace vit::cli {

/// What the value of an option or argument is, for who completes it.
enum class ValueKind {
  flag,
  file,
  experiment,
  run,
  model,
  hub_model,
  key,
  task,
  data,
  recipe,
  one_of
};

/// An option, or an argument that is known by its place.
struct OptionInfo {
  std::string long_name, short_name;  ///< with their dashes; both "" of an argument
  std::string argument;               ///< an argument's name
  std::string value;                  ///< what its value is called: `DIR`, `KEY=VALUE`
  std::string help;
  ValueKind kind = ValueKind::flag;
  std::vector<std::string> choices;  ///< of ValueKind::one_of
  bool required = false, repeated = false;
};

/// A command as the parser knows it.
struct CommandInfo {
  std::string path;  ///< `vit config show`
  std::string help, footer;
  std::vector<OptionInfo> options, arguments;
  std::vector<std::string> commands;  ///< names of its subcommands
  std::vector<std::string> command_help;
};

/// The program and all its commands, each before its subcommands.
[[nodiscard]] std::vector<CommandInfo> command_tree(const CLI::App& program);

}  // namespace vit::cli
