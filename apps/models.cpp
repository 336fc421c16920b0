#include <memory>
#include <string>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/core/error.h"
#include "vit/models/profile.h"
#include "vit/models/registry.h"
#include "vit/report/humanize.h"
#include "vit/report/table.h"

namespace vit::cli {
namespace {

/// A pattern with * or ? is taken as it is; a name means itself, and any other text the names that
/// it is a part of.
std::vector<std::string> names_like(const std::string& pattern) {
  std::vector<std::string> names = model_names(pattern);
  if (names.empty() && pattern.find_first_of("*?") == std::string::npos)
    names = model_names("*" + pattern + "*");
  return names;
}

std::string near_names(const std::string& pattern) {
  const std::string near = nearest(pattern, model_names());
  return near.empty() ? "" : "did you mean " + near + "? ";
}

void list_models(const std::string& pattern, bool json) {
  const std::vector<std::string> names = names_like(pattern);
  if (names.empty())
    throw Error(ErrorKind::usage, "vit models", "no model matches `" + pattern + "`",
                near_names(pattern) + "`vit models` lists all; patterns take * and ?");
  TextTable table({{"model"},
                   {"parameters", Align::right},
                   {"multiply-adds", Align::right},
                   {"input", Align::right},
                   {"paper"}});
  nlohmann::json rows = nlohmann::json::array();
  for (const std::string& name : names) {
    const ModelSpec spec = model_spec(name);
    const InputSpec input = preprocessing(spec);
    const ModelProfile found = profile(*create_model(spec));
    table.add({name, human_count(static_cast<double>(found.parameters)),
               human_count(static_cast<double>(found.multiply_adds)),
               std::to_string(input.img_size.height), std::string(paper(name))});
    rows.push_back({{"name", name},
                    {"parameters", found.parameters},
                    {"multiply_adds", found.multiply_adds},
                    {"img_size", {input.img_size.height, input.img_size.width}},
                    {"mean", input.mean},
                    {"std", input.std},
                    {"interpolation", input.interpolation},
                    {"crop_pct", input.crop_pct},
                    {"paper", paper(name)}});
  }
  if (json)
    print_json({{"models", rows}});
  else
    print(table.text());
}

}  // namespace

void add_models(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("models", "List the models, with parameters and multiply-adds");
  command->footer(
      "Examples:\n"
      "  vit models dino               those with dino in their name\n"
      "  vit models 'vit_small*'       those whose name begins so\n"
      "  vit models resnet50 --json");
  struct Arguments {
    std::string pattern = "*";
    bool json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("pattern", arguments->pattern,
                      "Which ones: a part of the name, or a pattern, as in 'vit_small*'");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { list_models(arguments->pattern, arguments->json); });
}

}  // namespace vit::cli
