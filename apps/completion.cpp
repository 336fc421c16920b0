#include "apps/completion.h"

#include <memory>
#include <sstream>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/config/reference.h"
#include "vit/data/downloads.h"
#include "vit/experiment/experiment.h"
#include "vit/experiment/recipes.h"
#include "vit/weights/hub_models.h"

namespace vit::cli {
namespace {

/// What a key may be, where that is a list of words.
CompletionWords::Words choices_of(const ReferenceRow& row) {
  if (row.type.starts_with("true or false")) return {"true", "false"};
  CompletionWords::Words choices;
  if (!row.type.starts_with("text")) return choices;
  std::istringstream list(row.allowed);
  for (std::string word; list >> word;) {
    if (word.ends_with(',')) word.pop_back();
    choices.push_back(word);
  }
  return choices;
}

CompletionWords completion_words() {
  CompletionWords words;
  words.models = model_names();
  for (const HubModel& model : hub_models()) words.hub_models.emplace_back(model.name);
  for (const TaskEntry& task : task_entries()) words.tasks.emplace_back(task.name);
  for (const DataEntry& entry : data_entries())
    if (dataset_download(entry.name)) words.data.emplace_back(entry.name);
  for (const Recipe& recipe : recipes()) words.recipes.emplace_back(recipe.name);
  for (const ReferenceRow& row : experiment_reference()) {
    if (row.type == "section") continue;
    words.keys.emplace_back(row.path, choices_of(row));
    if (row.path == "model.name") words.keys.back().second = words.models;
  }
  words.keys.emplace_back("recipe", words.recipes);
  return words;
}

}  // namespace

std::string joined_words(const CompletionWords::Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string kind_name(const OptionInfo& option) {
  switch (option.kind) {
    case ValueKind::flag: return "flag";
    case ValueKind::file: return "file";
    case ValueKind::experiment: return "experiment";
    case ValueKind::run: return "run";
    case ValueKind::model: return "model";
    case ValueKind::hub_model: return "hub_model";
    case ValueKind::key: return "key";
    case ValueKind::task: return "task";
    case ValueKind::data: return "data";
    case ValueKind::recipe: return "recipe";
    case ValueKind::one_of: {
      std::string name = "=";
      for (const std::string& choice : option.choices)
        name += (name.size() > 1 ? "," : "") + choice;
      return name;
    }
  }
  return {};
}

void add_completion(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "completion", "A script that lets the shell complete commands, keys, models and runs");
  command->footer(
      "Examples:\n"
      "  vit completion bash > ~/.local/share/bash-completion/completions/vit\n"
      "  vit completion zsh > ~/.zfunc/_vit          (with fpath+=~/.zfunc before compinit)\n"
      "  vit completion fish > ~/.config/fish/completions/vit.fish\n"
      "or for this shell alone: source <(vit completion bash)");
  const auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "Whose script")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell, &program] {
    const std::vector<CommandInfo> tree = command_tree(program);
    const CompletionWords words = completion_words();
    print(*shell == "bash"  ? bash_completion(tree, words)
          : *shell == "zsh" ? zsh_completion(tree, words)
                            : fish_completion(tree, words));
  });
}

void add_man(CLI::App& program) {
  CLI::App* command = program.add_subcommand("man", "The manual page, for man to show");
  command->footer(
      "Examples:\n"
      "  vit man | man -l -\n"
      "  vit man > /usr/local/share/man/man1/vit.1");
  command->callback([&program] { print(manual_page(command_tree(program))); });
}

}  // namespace vit::cli
