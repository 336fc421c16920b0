#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/report/progress_observer.h"
#include "vit/run/replay.h"
#include "vit/train/interrupt.h"

namespace vit::cli {
namespace {

struct ReplayArguments {
  std::string run, output;
  std::optional<std::int64_t> step;
  std::vector<std::string> sets;
  bool json = false;
};

void replay_one_update(const ReplayArguments& arguments) {
  const auto [event, sources] = replay_update(arguments.run, *arguments.step, arguments.sets);
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

std::string joined(const std::vector<std::string>& texts, const std::string& between) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : between) + printable(text, 500);
  return all;
}

void replay_whole(const ReplayArguments& arguments) {
  const InterruptScope interrupt;
  ReplayedRun replayed;
  {
    ProgressObserver progress;
    replayed = replay_run(arguments.run, arguments.sets,
                          arguments.output.empty()
                              ? std::nullopt
                              : std::optional<std::filesystem::path>(arguments.output),
                          {&progress}, &interrupt.requested());
  }
  if (arguments.json) {
    nlohmann::json json{{"equal", replayed.equal},
                        {"updates", replayed.updates},
                        {"same", replayed.same},
                        {"different", replayed.different},
                        {"difference", replayed.difference},
                        {"environment", replayed.environment}};
    if (replayed.first_update) json["first_update"] = *replayed.first_update;
    print_json(json);
  } else if (replayed.equal) {
    print(str("\n", arguments.run, " repeats to the byte: ", replayed.updates, " updates, and ",
              joined(replayed.same, ", ")));
    if (!replayed.environment.empty())
      print("although the environment is another one:\n  " + joined(replayed.environment, "\n  "));
  }
  if (!replayed.equal)
    throw Error(
        ErrorKind::numerical, arguments.run,
        "the run does not repeat: " +
            (replayed.first_update ? "the first update that differs is " : std::string()) +
            printable(replayed.difference, 1000) +
            (replayed.different.empty()
                 ? ""
                 : "\n  files that differ: " + joined(replayed.different, ", ")),
        replayed.environment.empty()
            ? "nothing that is written down of machine, program and data differs"
            : "what differs in the environment:\n  " + joined(replayed.environment, "\n  "));
}

}  // namespace

void add_runs_replay(CLI::App& runs) {
  CLI::App* command = runs.add_subcommand(
      "replay", "Repeat a run and prove it the same to the byte, or take one of its updates again");
  command->footer(
      "The whole run is repeated in a temporary folder, and every update, table and weight held\n"
      "against it; the first update that differs is named, with what differs in the environment\n"
      "(exit code 6). With --step only that update is taken again, and told.\n"
      "Examples:\n"
      "  vit runs replay runs/quickstart\n"
      "  vit runs replay runs/quickstart --step 10 --set train.device=cpu");
  const auto arguments = std::make_shared<ReplayArguments>();
  command->add_option("run", arguments->run, "Run directory")->required()->type_name("RUN");
  command->add_option("--step", arguments->step, "Only this update of the weights, counted from 0")
      ->type_name("N");
  add_sets(*command, arguments->sets);
  command->add_option("--output", arguments->output, "Keep the repetition in this folder")
      ->type_name("DIR");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] {
    if (arguments->step)
      replay_one_update(*arguments);
    else
      replay_whole(*arguments);
  });
}

}  // namespace vit::cli
