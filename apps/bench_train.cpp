#include <memory>

#include "apps/bench_print.h"
#include "apps/commands.h"

namespace vit::cli {

void add_bench_train(CLI::App& bench) {
  CLI::App* command = bench.add_subcommand(
      "train",
      "Time training steps: forward, backward, clipping and update, on synthetic pictures");
  const auto arguments = std::make_shared<BenchArguments>();
  add_bench_arguments(*command, *arguments);
  command->callback([arguments] {
    print_benchmark(*arguments,
                    benchmark_training(bench_experiment(*arguments),
                                       {.steps = arguments->steps, .compare = arguments->compare}));
  });
}

}  // namespace vit::cli
