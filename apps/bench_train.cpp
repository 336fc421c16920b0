#include <memory>

#include "apps/bench_print.h"
#include "apps/commands.h"
#include "vit/train/device.h"
#include "vit/train/fast_types.h"

namespace vit::cli {

void add_bench_train(CLI::App& bench) {
  CLI::App* command = bench.add_subcommand(
      "train",
      "Time training steps: forward, backward, clipping and update, on synthetic pictures");
  command->footer("Example:\n  vit bench train mine.yaml --set data.batch_size=64 --compare");
  const auto arguments = std::make_shared<BenchArguments>();
  add_bench_arguments(*command, *arguments);
  command->callback([arguments] {
    Experiment experiment = bench_experiment(*arguments);
    experiment.train.amp =
        chosen_type(experiment.train.amp, resolve_device(experiment.train.device), "train.amp");
    print_benchmark(*arguments, benchmark_training(experiment, {.steps = arguments->steps,
                                                                .compare = arguments->compare}));
  });
}

}  // namespace vit::cli
