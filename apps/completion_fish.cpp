#include "apps/completion.h"

namespace vit::cli {
namespace {

constexpr const char* kFishWalk = R"sh(
# The command that the words before the cursor name, such as `vit config show`, and how many
# arguments stand behind it.
function __vit_where
    set -l at vit
    set -l place 0
    set -l tokens (commandline -opc)
    set -l skip 0
    for token in $tokens[2..-1]
        if test $skip = 1
            set skip 0
        else if string match -q -- '-*' $token
            contains -- "$at $token" $__vit_valued; and set skip 1
        else if test $place = 0; and contains -- "$at $token" $__vit_paths
            set at "$at $token"
        else
            set place (math $place + 1)
        end
    end
    echo "$at"
    echo $place
end

# Whether the cursor is behind this command; with a number, at this argument of it (`last`: or later).
function __vit_at
    set -l where (__vit_where)
    test "$where[1]" = "$argv[1]"; or return 1
    set -q argv[2]; or return 0
    test "$where[2]" = "$argv[2]"; and return 0
    test "$argv[3]" = last; and test "$where[2]" -ge "$argv[2]"
end

function __vit_runs
    for config in runs/*/config.yaml
        path dirname $config 2>/dev/null; or dirname $config
    end
end

function __vit_experiments
    __fish_complete_suffix .yaml
end

# Keys with their `=`, and behind it their choices.
function __vit_key
    set -l token (commandline -ct | string replace -r '^--set=' '')
    if string match -q '*=*' -- $token
        set -l key (string split -m 1 = -- $token)[1]
        for row in $__vit_choices
            set -l words (string split ' ' -- $row)
            test "$words[1]" = "$key"; and printf "$key=%s\n" $words[2..-1]
        end
    else
        printf '%s=\n' $__vit_keys
    end
end
)sh";

std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
  return out + "'";
}

/// What `complete -a` is given for values of this kind; "" where files are right.
std::string candidates(const OptionInfo& option) {
  switch (option.kind) {
    case ValueKind::flag:
    case ValueKind::file: return {};
    case ValueKind::experiment: return "(__vit_experiments)";
    case ValueKind::run: return "(__vit_runs)";
    case ValueKind::model: return "$__vit_models";
    case ValueKind::hub_model: return "$__vit_hub_models";
    case ValueKind::key: return "(__vit_key)";
    case ValueKind::task: return "$__vit_tasks";
    case ValueKind::data: return "$__vit_data";
    case ValueKind::recipe: return "$__vit_recipes";
    case ValueKind::one_of: return joined_words(option.choices);
  }
  return {};
}

/// Whether files are right besides.
bool takes_files(const OptionInfo& option) {
  return option.kind == ValueKind::file || option.kind == ValueKind::run ||
         option.kind == ValueKind::model;
}

}  // namespace

std::string fish_completion(const std::vector<CommandInfo>& tree, const CompletionWords& words) {
  std::string text = "# fish completion of vit, made by `vit completion fish`\n";
  const auto list = [&](const char* name, const CompletionWords::Words& all) {
    text += "set -g " + std::string(name) + " " + joined_words(all) + "\n";
  };
  list("__vit_models", words.models);
  list("__vit_hub_models", words.hub_models);
  list("__vit_tasks", words.tasks);
  list("__vit_data", words.data);
  list("__vit_recipes", words.recipes);
  CompletionWords::Words keys, choices, paths, valued;
  for (const auto& [key, values] : words.keys) {
    keys.push_back(key);
    if (!values.empty()) choices.push_back(fish_quoted(key + " " + joined_words(values)));
  }
  std::string rules = "\ncomplete -c vit -f\n";
  for (const CommandInfo& command : tree) {
    const std::string at = " -n " + fish_quoted("__vit_at " + fish_quoted(command.path));
    for (std::size_t i = 0; i < command.commands.size(); ++i) {
      paths.push_back(fish_quoted(command.path + " " + command.commands[i]));
      rules += "complete -c vit -n " + fish_quoted("__vit_at " + fish_quoted(command.path) + " 0") +
               " -a " + fish_quoted(command.commands[i]) + " -d " +
               fish_quoted(command.command_help[i]) + "\n";
    }
    for (const OptionInfo& option : command.options) {
      rules += "complete -c vit" + at;
      for (const std::string& name : {option.long_name, option.short_name}) {
        if (name.empty()) continue;
        rules += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        if (option.kind != ValueKind::flag)
          valued.push_back(fish_quoted(command.path + " " + name));
      }
      if (option.kind != ValueKind::flag) rules += takes_files(option) ? " -r -F" : " -x";
      if (const std::string some = candidates(option); !some.empty())
        rules += " -a " + fish_quoted(some);
      rules += " -d " + fish_quoted(option.help.substr(0, option.help.find('\n'))) + "\n";
    }
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
      const OptionInfo& argument = command.arguments[i];
      std::string where = "__vit_at " + fish_quoted(command.path) + " " + std::to_string(i);
      if (i + 1 == command.arguments.size()) where += " last";
      rules += "complete -c vit -n " + fish_quoted(where) + (takes_files(argument) ? " -F" : "");
      if (const std::string some = candidates(argument); !some.empty())
        rules += " -a " + fish_quoted(some);
      rules += "\n";
    }
  }
  list("__vit_keys", keys);
  list("__vit_choices", choices);
  list("__vit_paths", paths);
  list("__vit_valued", valued);
  return text + kFishWalk + rules;
}

}  // namespace vit::cli
