#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/config/experiment.h"
#include "vit/config/reference.h"

namespace vit::cli {

void add_config(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "config", "Every key of an experiment file; or an experiment with every value");
  struct Arguments {
    std::string experiment;
    std::vector<std::string> sets;
    bool markdown = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("experiment", arguments->experiment,
                      "Print this experiment with every value");
  add_sets(*command, arguments->sets);
  command->add_flag("--markdown", arguments->markdown, "Print the reference as Markdown");
  command->callback([arguments] {
    if (!arguments->experiment.empty()) {
      print(experiment_yaml(load_experiment(arguments->experiment, arguments->sets)));
      return;
    }
    Experiment fresh;
    const auto rows = reference([&](FieldVisitor& visitor) { describe(visitor, fresh); });
    print(arguments->markdown ? reference_markdown(rows) : reference_text(rows));
  });
}

}  // namespace vit::cli
