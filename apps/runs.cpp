#include <memory>
#include <string>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/run/report_run.h"

namespace vit::cli {

void add_runs(CLI::App& program) {
  CLI::App* runs = program.add_subcommand("runs", "What runs have left behind");
  runs->footer(
      "Examples:\n"
      "  vit runs list --sort top1\n"
      "  vit runs compare runs/a runs/b --output page.html\n"
      "  vit runs replay runs/quickstart");
  runs->require_subcommand(1);
  add_runs_list(*runs);
  add_runs_compare(*runs);
  CLI::App* report = runs->add_subcommand(
      "report", "Write report.html anew, also of a run that goes on, was stopped or failed");
  report->footer("Example:\n  vit runs report runs/quickstart");
  struct ReportArguments {
    std::string run;
    bool json = false;
  };
  const auto of = std::make_shared<ReportArguments>();
  report->add_option("run", of->run, "Run directory")->required()->type_name("RUN");
  report->add_flag("--json", of->json, "Print one JSON object");
  report->callback([of] {
    const std::string file = report_run(of->run).string();
    if (of->json)
      print_json({{"report", file}});
    else
      print(file);
  });
  add_runs_replay(*runs);
  add_runs_clean(*runs);
  add_runs_export(*runs);
}

}  // namespace vit::cli
