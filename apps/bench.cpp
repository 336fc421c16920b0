#include "apps/commands.h"

namespace vit::cli {

void add_bench(CLI::App& program) {
  CLI::App* bench =
      program.add_subcommand("bench", "Measure how fast this machine trains, predicts and reads");
  bench->footer("Example:\n  vit bench train mine.yaml");
  bench->require_subcommand(1);
  add_bench_train(*bench);
  add_bench_infer(*bench);
  add_bench_data(*bench);
}

}  // namespace vit::cli
