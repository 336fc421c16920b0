#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/core/str.h"
#include "vit/io/printable.h"
#include "vit/run/replay.h"
#include "vit/run/report_run.h"

namespace vit::cli {
namespace {

struct ReplayArguments {
  std::string run;
  std::int64_t step = 0;
  std::vector<std::string> sets;
  bool json = false;
};

void replay(const ReplayArguments& arguments) {
  const auto [event, sources] = replay_update(arguments.run, arguments.step, arguments.sets);
  if (arguments.json) {
    print_json({{"update", event.update},
                {"epoch", event.epoch},
                {"batch", event.batch},
                {"loss", event.loss},
                {"grad_norm", event.grad_norm},
                {"lr", event.lr},
                {"samples", event.samples},
                {"files", sources}});
    return;
  }
  char figures[128];
  if (std::isfinite(event.loss))
    std::snprintf(figures, sizeof figures, "loss %.9g, gradient norm %.9g, learning rate %.6g",
                  event.loss, event.grad_norm, event.lr);
  else
    std::snprintf(figures, sizeof figures,
                  "loss %g, so that no update was made; learning rate %.6g", event.loss, event.lr);
  print(str("update ", event.update, " (epoch ", event.epoch, ", from batch ", event.batch, " of ",
            event.batches, "): ", figures));
  print("samples, by their position in the training data:");
  for (std::size_t i = 0; i < sources.size(); ++i)
    print(str("  ", event.samples[i], "  ", printable(sources[i])));
}

}  // namespace

void add_runs(CLI::App& program) {
  CLI::App* runs = program.add_subcommand("runs", "What runs have left behind");
  runs->footer(
      "Examples:\n"
      "  vit runs list --sort top1\n"
      "  vit runs replay runs/quickstart --step 10");
  runs->require_subcommand(1);
  add_runs_list(*runs);
  CLI::App* report = runs->add_subcommand(
      "report", "Write report.html anew, also of a run that goes on, was stopped or failed");
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
  CLI::App* command = runs->add_subcommand(
      "replay", "Take one update of a run again, and tell its loss, gradient norm and samples");
  command->footer("Example:\n  vit runs replay runs/quickstart --step 10 --set train.device=cpu");
  const auto arguments = std::make_shared<ReplayArguments>();
  command->add_option("run", arguments->run, "Run directory")->required()->type_name("RUN");
  command->add_option("--step", arguments->step, "Update of the weights, counted from 0")
      ->required()
      ->type_name("N");
  add_sets(*command, arguments->sets);
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { replay(*arguments); });
}

}  // namespace vit::cli
