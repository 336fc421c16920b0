#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/config/reference.h"
#include "vit/config/yaml_document.h"
#include "vit/experiment/experiment.h"

namespace vit::cli {

namespace {

nlohmann::json reference_json(const std::vector<ReferenceRow>& rows) {
  nlohmann::json list = nlohmann::json::array();
  for (const ReferenceRow& row : rows)
    list.push_back({{"key", row.path},
                    {"type", row.type},
                    {"default", row.fallback},
                    {"allowed", row.allowed},
                    {"only_if", row.only_if},
                    {"help", row.help}});
  return list;
}

/// A value as JSON has it: a scalar that reads as a number, true or false is one, unless it is
/// quoted.
nlohmann::json value_json(const YamlNode& node) {
  nlohmann::json value;
  switch (node.kind) {
    case YamlNode::Kind::null: break;
    case YamlNode::Kind::scalar:
      value = node.quoted ? nlohmann::json() : nlohmann::json::parse(node.text, nullptr, false);
      if (node.quoted || value.is_discarded()) value = node.text;
      break;
    case YamlNode::Kind::sequence:
      value = nlohmann::json::array();
      for (const YamlNode& item : node.items) value.push_back(value_json(item));
      break;
    case YamlNode::Kind::mapping:
      value = nlohmann::json::object();
      for (const YamlEntry& entry : node.entries) value[entry.key] = value_json(entry.value);
      break;
  }
  return value;
}

}  // namespace

void add_config(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "config", "Every key of an experiment file; or an experiment with every value");
  command->footer(
      "Examples:\n"
      "  vit config                                          every key, with default and range\n"
      "  vit config mine.yaml --set optim.lr=1e-3            every value of an experiment\n"
      "  vit config mine.yaml --json");
  struct Arguments {
    std::string experiment;
    std::vector<std::string> sets;
    bool markdown = false, json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("experiment", arguments->experiment,
                      "Print this experiment with every value");
  add_sets(*command, arguments->sets);
  command->add_flag("--markdown", arguments->markdown, "Print the reference as Markdown");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] {
    if (arguments->experiment.empty() && arguments->sets.empty()) {
      const auto rows = experiment_reference();
      if (arguments->json)
        print_json({{"keys", reference_json(rows)}});
      else
        print(arguments->markdown ? reference_markdown(rows) : reference_text(rows));
      return;
    }
    const Experiment experiment = arguments->experiment.empty()
                                      ? parse_experiment("{}", "vit config", arguments->sets)
                                      : load_experiment(arguments->experiment, arguments->sets);
    const std::string yaml = experiment_yaml(experiment);
    if (arguments->json)
      print_json(value_json(YamlDocument::parse(yaml, "vit config").root()));
    else
      print(yaml);
  });
}

}  // namespace vit::cli
