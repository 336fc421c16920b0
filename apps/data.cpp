#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/augment/pipeline.h"
#include "vit/config/experiment.h"
#include "vit/core/error.h"
#include "vit/data/prepare.h"
#include "vit/data/sampler.h"
#include "vit/image/encode.h"
#include "vit/image/threads.h"
#include "vit/report/humanize.h"
#include "vit/report/picture_grid.h"
#include "vit/report/table.h"

namespace vit::cli {
namespace {

void list() {
  TextTable table({{"data.name"}, {"what"}});
  for (const DataEntry& entry : data_entries())
    table.add({std::string(entry.name), std::string(entry.help)});
  print(table.text());
}

struct PrepareArguments {
  std::string name, from, root;
};

void prepare(const PrepareArguments& arguments) {
  const PreparedData done = prepare_data(arguments.name, arguments.from, arguments.root);
  print(done.root.string() + ": " + grouped(done.train) + " training and " + grouped(done.val) +
        " validation pictures of " + std::to_string(done.classes) + " classes");
}

struct PreviewArguments {
  std::string experiment, output = "preview.png";
  std::vector<std::string> sets;
  std::int64_t count = 36;
};

/// What the model is given: the training pictures after augmentation.
void preview(const PreviewArguments& arguments) {
  use_one_image_thread();
  Experiment experiment = load_experiment(arguments.experiment, arguments.sets);
  const DataSplits data = open_data(experiment.data.set);
  resolve(experiment, *data.train);
  const Preprocessing input = experiment_preprocessing(experiment);
  const Pipeline pipeline = Pipeline::training(input, experiment.augment.train,
                                               static_cast<std::uint64_t>(experiment.seed));
  std::vector<std::int64_t> order =
      shuffled_order(data.train->size(), static_cast<std::uint64_t>(experiment.seed), 0);
  order.resize(
      static_cast<std::size_t>(std::min<std::int64_t>(arguments.count, data.train->size())));
  std::vector<GridPicture> pictures;
  std::vector<float> planes(
      static_cast<std::size_t>(input.in_chans * input.img_size.height * input.img_size.width));
  for (const std::int64_t index : order) {
    Sample sample = data.train->get(index);
    pipeline.apply(sample, 0, index, planes.data());
    pictures.push_back({denormalize(planes.data(), input),
                        data.train->classes()[static_cast<std::size_t>(sample.label)]});
  }
  write_png(picture_grid(pictures), arguments.output);
  print("wrote " + arguments.output);
}

/// Reads every picture once, as training would.
void check(const std::string& experiment_file, const std::vector<std::string>& sets) {
  Experiment experiment = load_experiment(experiment_file, sets);
  const DataSplits data = open_data(experiment.data.set);
  std::int64_t bad = 0, all = 0;
  std::string first;
  for (const Dataset* split : {data.train.get(), data.val.get()})
    for (std::int64_t i = 0; i < split->size(); ++i, ++all) {
      try {
        (void)split->get(i);
      } catch (const Error& problem) {
        print(problem.where() + ": " + problem.problem());
        if (bad++ == 0) first = problem.where();
      }
    }
  if (bad > 0)
    throw Error(ErrorKind::data, first,
                std::to_string(bad) + " of " + std::to_string(all) + " pictures cannot be used",
                "mend or remove the files listed above");
  print(grouped(all) + " pictures, all sound");
}

}  // namespace

void add_data(CLI::App& program) {
  CLI::App* command = program.add_subcommand("data", "List, get, check and look at data sets");
  command->require_subcommand(1);

  command->add_subcommand("list", "The data sets that data.name knows")->callback(list);

  CLI::App* prepare_command =
      command->add_subcommand("prepare", "Unpack a data set from an archive that you have");
  const auto prepare_arguments = std::make_shared<PrepareArguments>();
  prepare_command->add_option("name", prepare_arguments->name, "Name of `vit data list`")
      ->required();
  prepare_command
      ->add_option("--from", prepare_arguments->from, "Archive (.tar.xz, .tar.gz, .zip …)")
      ->required();
  prepare_command->add_option("--root", prepare_arguments->root,
                              "Folder to make; default: data/NAME");
  prepare_command->callback([prepare_arguments] { prepare(*prepare_arguments); });

  CLI::App* check_command =
      command->add_subcommand("check", "Decode every picture and list the broken ones");
  const auto check_arguments = std::make_shared<PreviewArguments>();
  check_command->add_option("experiment", check_arguments->experiment, "Experiment file")
      ->required();
  add_sets(*check_command, check_arguments->sets);
  check_command->callback(
      [check_arguments] { check(check_arguments->experiment, check_arguments->sets); });

  CLI::App* preview_command = command->add_subcommand(
      "preview", "Draw augmented training pictures, as the model sees them");
  const auto preview_arguments = std::make_shared<PreviewArguments>();
  preview_command->add_option("experiment", preview_arguments->experiment, "Experiment file")
      ->required();
  add_sets(*preview_command, preview_arguments->sets);
  preview_command->add_option("--output", preview_arguments->output, "PNG file to write")
      ->capture_default_str();
  preview_command->add_option("--count", preview_arguments->count, "Pictures")
      ->check(CLI::Range(1, 400))
      ->capture_default_str();
  preview_command->callback([preview_arguments] { preview(*preview_arguments); });
}

}  // namespace vit::cli
