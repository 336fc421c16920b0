#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/prediction_options.h"
#include "apps/sets.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/run/evaluation_subject.h"
#include "vit/train/device.h"
#include "vit/train/trainer.h"

namespace vit::cli {
namespace {

struct EvalArguments {
  SubjectRequest request;
  std::string dtype;  ///< empty: train.amp
  bool json = false;
};

void evaluate(const EvalArguments& arguments) {
  EvaluationSubject subject = open_subject(arguments.request);
  set_compute_threads(subject.experiment.train.threads);
  const std::unique_ptr<Evaluation> evaluation = vit::evaluate(
      subject, prediction_type(arguments.dtype, subject.experiment.train.amp, subject.device));
  const std::optional<Headline> headline = evaluation->headline();
  if (arguments.json) {
    nlohmann::json object{{"weights", subject.weights}, {"images", subject.data->size()}};
    if (headline && headline->chance) object["chance"] = *headline->chance;
    for (const Metric& metric : evaluation->metrics()) object["eval_" + metric.name] = metric.value;
    print_json(object);
    return;
  }
  TextTable table({{"figure"}, {"value", Align::right}});
  table.add({"pictures", std::to_string(subject.data->size())});
  const Metrics metrics = evaluation->metrics();
  for (const Metric& metric : metrics)
    table.add(
        {metric.name, metric.percent ? fixed(metric.value, 2) + " %" : fixed(metric.value, 4)});
  if (headline && headline->chance)
    table.add({"chance (" + metrics.front().name + ")", fixed(*headline->chance, 2) + " %"});
  print(subject.weights + "\n");
  print(table.text());
}

}  // namespace

void add_eval(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("eval", "Evaluate a run, or weights by an experiment file");
  command->footer(
      "Examples:\n"
      "  vit eval runs/quickstart                           a run, on its own validation data\n"
      "  vit eval runs/mine --set data.root=TEST            on TEST/val/CLASS/x.jpg\n"
      "  vit eval runs/quickstart --set data.name=folder --set data.root=photos\n"
      "  vit eval model.pt --set data.name=folder --set data.root=photos\n"
      "  vit eval EXPERIMENT.yaml --weights FILE            weights, on an experiment's data\n"
      "  vit eval runs/shapes_siglip --zero-shot --set data.name=folder --set data.root=photos\n"
      "Classes of model and data are joined by their names; the data may have fewer.");
  const auto arguments = std::make_shared<EvalArguments>();
  SubjectRequest& request = arguments->request;
  command->add_option("run", request.what,
                      "Run directory, checkpoint, exported model (.pt), weights with their "
                      "config.json, or experiment file");
  command->add_option("--weights", request.weights,
                      "Evaluate these weights instead of the run's best, or the experiment's "
                      "init.weights");
  command->add_option("--model", request.model,
                      "With --weights alone: a name of `vit models`; default: what they are for");
  command
      ->add_option("--tta", request.options.views,
                   "Test-time augmentation: average the logits of this many views of a picture")
      ->check(CLI::Range(std::int64_t{1}, kMostPredictedViews))
      ->capture_default_str();
  command->add_flag("--zero-shot", request.zero_shot,
                    "Of a model of images and texts: tell the classes of labelled images by the "
                    "sentences of task.templates; beside it k-NN and a linear probe of the "
                    "embeddings");
  add_dtype(*command, arguments->dtype);
  add_sets(*command, request.sets);
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { evaluate(*arguments); });
}

}  // namespace vit::cli
