#include <memory>

#include "apps/bench_print.h"
#include "apps/commands.h"
#include "apps/prediction_options.h"
#include "vit/train/device.h"

namespace vit::cli {

void add_bench_infer(CLI::App& bench) {
  CLI::App* command = bench.add_subcommand("infer", "Time predictions on synthetic pictures");
  command->footer("Example:\n  vit bench infer mine.yaml --dtype bf16 --set data.batch_size=1");
  const auto arguments = std::make_shared<BenchArguments>();
  add_bench_arguments(*command, *arguments);
  add_dtype(*command, arguments->dtype);
  command->callback([arguments] {
    const Experiment experiment = bench_experiment(*arguments);
    const std::string dtype = prediction_type(arguments->dtype, experiment.train.amp,
                                              resolve_device(experiment.train.device));
    print_benchmark(*arguments,
                    benchmark_inference(experiment, {arguments->steps, dtype, arguments->compare}));
  });
}

}  // namespace vit::cli
