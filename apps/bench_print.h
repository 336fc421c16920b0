#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "vit/run/benchmark.h"

namespace vit::cli {

/// What `vit bench train` and `vit bench infer` are told.
struct BenchArguments {
  std::string experiment;
  std::vector<std::string> sets;
  std::string dtype;  ///< of `infer`; empty: train.amp
  std::int64_t steps = 10;
  bool json = false, compare = false;
};

/// Adds the arguments that both commands share.
void add_bench_arguments(CLI::App& command, BenchArguments& arguments);

/// The experiment of the file, or of the defaults, with the --set values.
[[nodiscard]] Experiment bench_experiment(const BenchArguments& arguments);

/// One JSON object, or a table.
void print_benchmark(const BenchArguments& arguments, const Benchmark& result);

}  // namespace vit::cli
