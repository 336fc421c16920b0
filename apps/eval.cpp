#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/prediction_options.h"
#include "apps/sets.h"
#include "vit/augment/test_time.h"
#include "vit/config/experiment_data.h"
#include "vit/config/label_join.h"
#include "vit/config/open_model.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/report/table.h"
#include "vit/tasks/classify.h"
#include "vit/train/checkpoint.h"
#include "vit/train/device.h"
#include "vit/train/trainer.h"
#include "vit/weights/load.h"

namespace vit::cli {
namespace {

struct EvalArguments {
  std::string what, weights;
  std::string dtype;  ///< empty: train.amp
  std::vector<std::string> sets;
  std::int64_t tta = 1;
  bool json = false;
};

struct Subject {
  Experiment experiment;
  std::shared_ptr<ImageModel> model;
  std::string weights;
};

/// The model of an experiment file with --weights, or that of a run.
Subject open_subject(const EvalArguments& arguments, DataSplits& data) {
  Subject subject;
  if (arguments.what.ends_with(".yaml") || arguments.what.ends_with(".yml")) {
    if (arguments.weights.empty())
      throw Error(ErrorKind::usage, arguments.what, "an experiment file has no weights of its own",
                  "name them with --weights, or evaluate a run directory");
    subject.experiment = load_experiment(arguments.what, arguments.sets);
    data = open_data(subject.experiment);
    resolve(subject.experiment, *data.val);
    subject.weights = arguments.weights;
  } else {
    const std::filesystem::path checkpoint =
        find_checkpoint(arguments.weights.empty() ? arguments.what : arguments.weights);
    const CheckpointInfo info = read_checkpoint_info(checkpoint);
    subject.experiment =
        parse_experiment(info.config, checkpoint.string() + " (its config)", arguments.sets);
    data = open_data(subject.experiment);
    if (data.val->classes() != info.labels)
      throw Error(ErrorKind::data, arguments.what,
                  "the model was trained for other classes than this data has",
                  "evaluate it on data with the same class folders");
    resolve(subject.experiment, *data.val);
    subject.weights = checkpoint.string();
  }
  subject.model = create_model(subject.experiment.model);
  load_weights(*subject.model, subject.weights);
  const std::string told =
      join_labels(*subject.model, labels_of(subject.weights), data.val->classes(), subject.weights);
  if (!told.empty()) log::warn(told);
  return subject;
}

void evaluate(const EvalArguments& arguments) {
  DataSplits data;
  const Subject subject = open_subject(arguments, data);
  set_compute_threads(subject.experiment.train.threads);
  const c10::Device device = resolve_device(subject.experiment.train.device);
  subject.model->module().to(device);
  ClassifyEvaluation evaluation(*subject.model, arguments.tta);
  run_evaluation(evaluation, *subject.model, *data.val, evaluation_pipeline(subject.experiment),
                 loader_options(subject.experiment.data), device,
                 prediction_type(arguments.dtype, subject.experiment.train.amp, device));
  const double chance = 100.0 / static_cast<double>(data.val->classes().size());
  if (arguments.json) {
    nlohmann::json object{
        {"weights", subject.weights}, {"images", data.val->size()}, {"chance", chance}};
    for (const auto& [key, value] : evaluation.metrics()) object["eval_" + key] = value;
    print_json(object);
    return;
  }
  TextTable table({{"figure"}, {"value", Align::right}});
  table.add({"pictures", std::to_string(data.val->size())});
  const auto add = [&](const std::string& name, const char* format, double value) {
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    table.add({name, text});
  };
  for (const auto& [key, value] : evaluation.metrics())
    add(key, key.starts_with("top") ? "%.2f %%" : "%.4f", value);
  add("chance (top1)", "%.2f %%", chance);
  print(subject.weights + "\n");
  print(table.text());
}

}  // namespace

void add_eval(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("eval", "Evaluate a run, or weights by an experiment file");
  const auto arguments = std::make_shared<EvalArguments>();
  command->add_option("run", arguments->what, "Run directory, checkpoint, or experiment file")
      ->required();
  command->add_option("--weights", arguments->weights,
                      "Evaluate these weights instead of the run's best");
  command
      ->add_option("--tta", arguments->tta,
                   "Test-time augmentation: average the logits of this many views of a picture")
      ->check(CLI::Range(std::int64_t{1}, kMostViews))
      ->capture_default_str();
  add_dtype(*command, arguments->dtype);
  add_sets(*command, arguments->sets);
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { evaluate(*arguments); });
}

}  // namespace vit::cli
