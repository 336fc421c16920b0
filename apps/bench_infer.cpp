#include <memory>

#include "apps/bench_print.h"
#include "apps/commands.h"
#include "apps/prediction_options.h"

namespace vit::cli {

void add_bench_infer(CLI::App& bench) {
  CLI::App* command = bench.add_subcommand("infer", "Time predictions on synthetic pictures");
  const auto arguments = std::make_shared<BenchArguments>();
  add_bench_arguments(*command, *arguments);
  add_dtype(*command, arguments->dtype);
  command->callback([arguments] {
    print_benchmark(*arguments,
                    benchmark_inference(bench_experiment(*arguments),
                                        {arguments->steps, arguments->dtype, arguments->compare}));
  });
}

}  // namespace vit::cli
