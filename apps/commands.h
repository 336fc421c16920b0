#pragma once

#include <CLI/CLI.hpp>

/// One function for each subcommand: it adds the subcommand to the program, with its options and
/// what it does. Each stands in a file of its name.
namespace vit::cli {

void add_train(CLI::App& program);
void add_eval(CLI::App& program);
void add_predict(CLI::App& program);
void add_export(CLI::App& program);
void add_forward(CLI::App& program);
void add_models(CLI::App& program);
void add_summary(CLI::App& program);
void add_data(CLI::App& program);
void add_data_prepare(CLI::App& data);
void add_data_check(CLI::App& data);
void add_data_preview(CLI::App& data);
void add_data_apply(CLI::App& data);
void add_weights(CLI::App& program);
void add_weights_fetch(CLI::App& weights);
void add_weights_show(CLI::App& weights);
void add_weights_verify(CLI::App& weights);
void add_weights_convert(CLI::App& weights);
void add_weights_average(CLI::App& weights);
void add_metrics(CLI::App& program);
void add_metrics_detection(CLI::App& metrics);
void add_tokenize(CLI::App& program);
void add_runs(CLI::App& program);
void add_runs_list(CLI::App& runs);
void add_runs_compare(CLI::App& runs);
void add_runs_replay(CLI::App& runs);
void add_runs_clean(CLI::App& runs);
void add_runs_export(CLI::App& runs);
void add_sweep(CLI::App& program);
void add_config(CLI::App& program);
void add_init(CLI::App& program);
void add_completion(CLI::App& program);
void add_man(CLI::App& program);
void add_doctor(CLI::App& program);
void add_bench(CLI::App& program);
void add_bench_train(CLI::App& bench);
void add_bench_infer(CLI::App& bench);
void add_bench_data(CLI::App& bench);

}  // namespace vit::cli
