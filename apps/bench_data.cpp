#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/data/cache.h"
#include "vit/data/data_speed.h"
#include "vit/experiment/experiment_data.h"
#include "vit/image/threads.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/train/device.h"

namespace vit::cli {
namespace {

struct BenchDataArguments {
  std::string experiment;
  std::vector<std::string> sets;
  std::int64_t steps = 8;
  bool json = false;
};

/// Pictures a second: of the median epoch and of the best.
struct Speed {
  double median = 0, best = 0;
  Speed(std::int64_t pictures, std::vector<double> seconds) {
    std::sort(seconds.begin(), seconds.end());
    median = static_cast<double>(pictures) / seconds[seconds.size() / 2];
    best = static_cast<double>(pictures) / seconds.front();
  }
};

std::string rate(double pictures) { return fixed(pictures, 0) + " images/s"; }

void run(const BenchDataArguments& arguments) {
  use_one_image_thread();
  set_compute_threads(1);
  std::vector<std::string> sets = arguments.sets;
  Experiment experiment;
  if (arguments.experiment.empty()) {
    sets.insert(sets.begin(), "data.name=folder");
    experiment = parse_experiment("{}", "vit bench data", sets);
  } else {
    experiment = load_experiment(arguments.experiment, sets);
  }
  const auto* folder = std::get_if<ImageFolderOptions>(&experiment.data.set.options);
  // A folder is measured whole, whatever its layout.
  const std::unique_ptr<Dataset> data =
      folder != nullptr ? cached(pictures_below(folder->root), experiment.data.cache, "bench")
                        : open_data(experiment.data, experiment.task->needs()).train;
  const Pipeline pipeline = training_pipeline(experiment);
  const LoaderOptions options = loader_options(experiment.data);
  const auto seed = static_cast<std::uint64_t>(experiment.seed);
  const Speed speed(data->size(), time_epochs(*data, pipeline, seed, options, arguments.steps));
  const Speed decoder(
      data->size(),
      time_decoder(*data, pipeline, std::max<std::int64_t>(options.workers, 1), arguments.steps));
  const double share = speed.median / decoder.median;
  if (arguments.json) {
    print_json({{"images_per_s", speed.median},
                {"best_images_per_s", speed.best},
                {"decoder_images_per_s", decoder.median},
                {"best_decoder_images_per_s", decoder.best},
                {"share_of_decoder", share},
                {"images", data->size()},
                {"workers", options.workers},
                {"batch_size", options.batch_size},
                {"decode", experiment.data.decoding.decode}});
    return;
  }
  TextTable table({{"epochs of " + std::to_string(data->size()) + " pictures"},
                   {std::to_string(options.workers) + " workers", Align::right}});
  table.add({"median", rate(speed.median)});
  table.add({"best", rate(speed.best)});
  table.add({"decoding alone, the same crops", rate(decoder.median)});
  print(table.text());
}

}  // namespace

void add_bench_data(CLI::App& bench) {
  CLI::App* command = bench.add_subcommand(
      "data", "Time the training pipeline: from picture files to normalised batches");
  command->footer("Example:\n  vit bench data --set data.root=photos --set data.workers=4");
  const auto arguments = std::make_shared<BenchDataArguments>();
  command->add_option("experiment", arguments->experiment,
                      "Experiment file; without one, name pictures by --set data.root=FOLDER");
  add_sets(*command, arguments->sets);
  command->add_option("--steps", arguments->steps, "Epochs to measure, after one to warm up")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace vit::cli
