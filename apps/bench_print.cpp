#include "apps/bench_print.h"

#include "apps/output.h"
#include "apps/sets.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"
#include "vit/report/table.h"

namespace vit::cli {
namespace {

std::string measured(double value, int digits, const char* unit) {
  return fixed(value, digits) + " " + unit;
}

std::string peak_text(const Benchmark& result) {
  return measured(result.gflops(), 0, "GFLOP/s, ") +
         measured(100.0 * result.gflops() / result.peak_gflops, 0, "% of ") +
         measured(result.peak_gflops, 0, "GFLOP/s that matrix products alone reach");
}

}  // namespace

void add_bench_arguments(CLI::App& command, BenchArguments& arguments) {
  command.add_option("experiment", arguments.experiment,
                     "Experiment file; without one, every key has its default");
  add_sets(command, arguments.sets);
  command.add_option("--steps", arguments.steps, "Steps to measure, after three to warm up")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command.add_flag("--json", arguments.json, "Print one JSON object");
  command.add_flag("--compare", arguments.compare,
                   "Measure the same with the plain LibTorch path too, in turn");
}

Experiment bench_experiment(const BenchArguments& arguments) {
  return arguments.experiment.empty() ? parse_experiment("{}", "vit bench", arguments.sets)
                                      : load_experiment(arguments.experiment, arguments.sets);
}

void print_benchmark(const BenchArguments& arguments, const Benchmark& result) {
  if (arguments.json) {
    nlohmann::json object{{"model", result.model},
                          {"batch_size", result.batch_size},
                          {"amp", result.dtype},
                          {"device", result.device},
                          {"isa", result.isa},
                          {"threads", result.threads},
                          {"images_per_s", result.images_per_s()},
                          {"best_images_per_s", result.best_images_per_s()},
                          {"first_step_s", result.first_step_s},
                          {"peak_memory_bytes", result.peak_memory_bytes},
                          {"gflops", result.gflops()},
                          {"peak_gflops", result.peak_gflops},
                          {"share_of_peak", result.gflops() / result.peak_gflops}};
    if (arguments.compare) {
      object["plain_images_per_s"] = result.plain_images_per_s();
      object["ratio_to_plain"] = result.images_per_s() / result.plain_images_per_s();
    }
    print_json(object);
    return;
  }
  TextTable table({{result.model}, {"", Align::left}});
  table.add({"device", result.device});
  table.add({"instructions", result.isa + ", " + std::to_string(result.threads) + " threads"});
  table.add({"batch", std::to_string(result.batch_size) + " pictures, " + result.dtype});
  table.add({"median", human_throughput(result.images_per_s())});
  table.add({"best", human_throughput(result.best_images_per_s())});
  if (arguments.compare)
    table.add({"plain LibTorch",
               human_throughput(result.plain_images_per_s()) + ", ratio " +
                   measured(result.images_per_s() / result.plain_images_per_s(), 2, "times")});
  table.add({"arithmetic", peak_text(result)});
  table.add({"first step", human_duration(result.first_step_s) + " after the start"});
  table.add({"peak memory", human_bytes(static_cast<double>(result.peak_memory_bytes))});
  print(table.text());
}

}  // namespace vit::cli
