#include <memory>
#include <string>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/core/str.h"
#include "vit/run/mlflow_export.h"

namespace vit::cli {

void add_runs_export(CLI::App& runs) {
  struct ExportArguments {
    std::string run, server, experiment = "vit";
    bool json = false;
  };
  CLI::App* command = runs.add_subcommand("export", "Send a run to an MLflow server");
  command->footer("Example:\n  vit runs export runs/quickstart --mlflow http://localhost:5000");
  const auto arguments = std::make_shared<ExportArguments>();
  command->add_option("run", arguments->run, "Run directory")->required()->type_name("RUN");
  command->add_option("--mlflow", arguments->server, "Address of the server")
      ->required()
      ->type_name("URL");
  command->add_option("--experiment", arguments->experiment, "Name of the experiment there")
      ->type_name("NAME")
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] {
    const MlflowRun sent =
        export_to_mlflow(arguments->run, arguments->server, arguments->experiment);
    if (arguments->json)
      print_json({{"experiment_id", sent.experiment_id},
                  {"run_id", sent.run_id},
                  {"page", sent.page},
                  {"metrics", sent.metrics}});
    else
      print(str(sent.metrics, " numbers are at ", sent.page));
  });
}

}  // namespace vit::cli
