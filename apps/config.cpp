#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/config/reference.h"
#include "vit/config/yaml_document.h"
#include "vit/config/yaml_json.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/experiment/config_difference.h"
#include "vit/experiment/experiment.h"
#include "vit/experiment/recipes.h"
#include "vit/io/atomic_file.h"
#include "vit/train/run_directory.h"

namespace vit::cli {

namespace {

namespace fs = std::filesystem;

void print_reference(bool markdown, bool json) {
  const std::vector<ReferenceRow> rows = experiment_reference();
  if (!json) return print(markdown ? reference_markdown(rows) : reference_text(rows));
  nlohmann::json list = nlohmann::json::array();
  for (const ReferenceRow& row : rows)
    list.push_back({{"key", row.path},
                    {"type", row.type},
                    {"default", row.fallback},
                    {"allowed", row.allowed},
                    {"only_if", row.only_if},
                    {"help", row.help}});
  print_json({{"keys", list}});
}

/// The file of an experiment, or of the run that is meant by its folder.
fs::path config_of(const std::string& what) {
  std::error_code error;
  if (!fs::is_directory(what, error)) return what;
  const fs::path config = RunDirectory(what).config();
  if (!fs::exists(config, error))
    throw Error(ErrorKind::usage, printable_path(what),
                "is no run directory: it has no config.yaml",
                "name an experiment file or a run directory");
  return config;
}

struct ShowArguments {
  std::string experiment;
  std::vector<std::string> sets;
  bool origins = false, json = false;
};

void show(const ShowArguments& arguments) {
  ConfigOrigins origins;
  const Experiment experiment =
      arguments.experiment.empty()
          ? parse_experiment("{}", "vit config", arguments.sets, std::nullopt, &origins)
          : load_experiment(config_of(arguments.experiment), arguments.sets, &origins);
  if (!arguments.json)
    return print(arguments.origins ? experiment_yaml(experiment, origins)
                                   : experiment_yaml(experiment));
  nlohmann::json config =
      yaml_json(YamlDocument::parse(experiment_yaml(experiment), "vit config").root());
  print_json(arguments.origins ? nlohmann::json{{"config", config}, {"origins", origins}} : config);
}

struct DiffArguments {
  std::string before, now;
  std::vector<std::string> sets;
  bool json = false;
};

void diff(const DiffArguments& arguments) {
  const std::vector<ConfigChange> changes =
      config_changes(load_experiment(config_of(arguments.before), arguments.sets),
                     load_experiment(config_of(arguments.now), arguments.sets));
  if (arguments.json) {
    nlohmann::json rows = nlohmann::json::array();
    const auto value = [](const std::string& yaml) {
      return yaml.empty() ? nlohmann::json()
                          : yaml_json(YamlDocument::parse("value: " + yaml, "vit config")
                                          .root()
                                          .entries.front()
                                          .value);
    };
    for (const ConfigChange& change : changes)
      rows.push_back({{"key", change.key},
                      {"before", value(change.before)},
                      {"now", value(change.now)},
                      {"in_before", !change.before.empty()},
                      {"in_now", !change.now.empty()},
                      {"changes_results", !changes_no_result(change.key)}});
    return print_json({{"before", arguments.before}, {"now", arguments.now}, {"changes", rows}});
  }
  if (changes.empty()) return print("no difference");
  std::string text = "--- " + printable(arguments.before) + "\n+++ " + printable(arguments.now);
  for (const ConfigChange& change : changes) {
    const std::string remark =
        changes_no_result(change.key) ? "  # changes no number of a run" : "";
    if (!change.before.empty()) text += "\n- " + change.key + ": " + change.before + remark;
    if (!change.now.empty()) text += "\n+ " + change.key + ": " + change.now + remark;
  }
  print(text);
}

void print_recipes(const std::string& name, bool json) {
  nlohmann::json rows = nlohmann::json::array();
  std::string text;
  for (const Recipe& recipe : recipes()) {
    if (!name.empty() && recipe.name != name) continue;
    rows.push_back({{"name", recipe.name}, {"about", recipe.about()}, {"yaml", recipe.yaml}});
    if (name.empty())
      text += std::string(recipe.name) + "\n  " + recipe.about() + "\n";
    else
      text = recipe.yaml;
  }
  if (rows.empty()) {
    YamlDocument document;
    document.set("recipe=" + name);
    (void)take_recipe(document);  // which knows what is near
  }
  if (json)
    print_json({{"recipes", rows}});
  else
    print(text +
          (name.empty() ? "\nAn experiment takes one by `recipe: NAME`; its own keys win." : ""));
}

void write_schema(const std::string& output) {
  const std::string text = experiment_schema().dump(2);
  if (output.empty()) return print(text);
  write_file_atomically(output, text + "\n");
  print("# yaml-language-server: $schema=" + printable(output));
}

/// What is meant by a word that is neither a file nor a command.
void require_file_or_command(const CLI::App& config, const std::string& word) {
  std::error_code error;
  if (word.empty() || word.find_first_of("./") != std::string::npos || fs::exists(word, error))
    return;
  std::vector<std::string> names;
  for (const CLI::App* each : config.get_subcommands({})) names.push_back(each->get_name());
  if (const std::string near = nearest(word, names); !near.empty())
    throw Error(ErrorKind::usage, "vit config " + printable(word),
                "there is no such command, and no such file",
                "did you mean vit config " + near + "?");
}

void add_show(CLI::App& config) {
  CLI::App* command =
      config.add_subcommand("show", "Every value of an experiment, and where it comes from");
  command->footer(
      "A value is, from the weakest: the default, that of the recipe, of the bases in their "
      "order,\n"
      "of the file, of each -c in its order, of the last --set.\n"
      "Examples:\n"
      "  vit config show mine.yaml --origins\n"
      "  vit config show mine.yaml -c gpu.yaml --set optim.lr=1e-3 --origins");
  const auto arguments = std::make_shared<ShowArguments>();
  command->add_option("experiment", arguments->experiment, "Experiment file, or run directory");
  add_sets(*command, arguments->sets);
  command->add_flag("--origins", arguments->origins, "Say where each value comes from");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { show(*arguments); });
}

void add_diff(CLI::App& config) {
  CLI::App* command = config.add_subcommand(
      "diff", "What differs between two experiments or runs, every value counted");
  command->footer("Example:\n  vit config diff runs/quickstart experiments/quickstart.yaml");
  const auto arguments = std::make_shared<DiffArguments>();
  command->add_option("before", arguments->before, "Experiment file, or run directory")->required();
  command->add_option("now", arguments->now, "Experiment file, or run directory")->required();
  add_sets(*command, arguments->sets);
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { diff(*arguments); });
}

void add_reference(CLI::App& config) {
  CLI::App* command = config.add_subcommand("reference", "Every key, with type, default and range");
  struct Arguments {
    bool markdown = false, json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_flag("--markdown", arguments->markdown, "Print it as Markdown");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { print_reference(arguments->markdown, arguments->json); });
}

void add_schema(CLI::App& config) {
  CLI::App* command = config.add_subcommand(
      "schema", "JSON Schema (2020-12) of experiment files, for an editor's completion");
  command->footer(
      "Example:\n  vit config schema --output experiment.schema.json\n"
      "and as first line of an experiment: # yaml-language-server: $schema=experiment.schema.json");
  const auto output = std::make_shared<std::string>();
  command->add_option("--output", *output, "Write it to a file")->type_name("FILE");
  command->callback([output] { write_schema(*output); });
}

void add_recipes(CLI::App& config) {
  CLI::App* command = config.add_subcommand(
      "recipes", "Tested values that an experiment takes by `recipe: NAME`, and may override");
  command->footer("Example:\n  vit config recipes deit3");
  struct Arguments {
    std::string name;
    bool json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("name", arguments->name, "Print this recipe");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { print_recipes(arguments->name, arguments->json); });
}

}  // namespace

void add_config(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "config", "Keys of an experiment: reference, recipes, values with origins, differences");
  command->footer(
      "Examples:\n"
      "  vit config                                          every key, with default and range\n"
      "  vit config mine.yaml --set optim.lr=1e-3            every value of an experiment\n"
      "  vit config show mine.yaml --origins                 and where it comes from\n"
      "  vit config diff runs/one runs/other");
  struct Arguments : ShowArguments {
    bool markdown = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("experiment", arguments->experiment,
                      "Print this experiment with every value");
  add_sets(*command, arguments->sets);
  command->add_flag("--markdown", arguments->markdown, "Print the reference as Markdown");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  add_show(*command);
  add_diff(*command);
  add_reference(*command);
  add_schema(*command);
  add_recipes(*command);
  command->callback([arguments, command] {
    if (!command->get_subcommands().empty()) return;
    if (arguments->experiment.empty() && arguments->sets.empty())
      return print_reference(arguments->markdown, arguments->json);
    require_file_or_command(*command, arguments->experiment);
    show(*arguments);
  });
}

}  // namespace vit::cli
