#include "vit/run/open_predictor.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/data/joined_classes.h"
#include "vit/export/torchscript.h"

namespace vit {
namespace {

/// An exported model has its options and its preprocessing inside; which data it is given, and what
/// is computed on, may be chosen.
void require_fixed_options(const PredictorRequest& request) {
  constexpr std::array<std::string_view, 5> kInside = {
      "data.mean", "data.std", "data.crop_", "data.interpolation", "data.exif_orientation"};
  for (const std::string& assignment : request.sets) {
    const bool inside = std::any_of(kInside.begin(), kInside.end(), [&](std::string_view key) {
      return assignment.starts_with(key);
    });
    if (!inside && (assignment.starts_with("data.") || assignment.starts_with("train."))) continue;
    const std::string where = assignment.starts_with('@')
                                  ? "-c " + assignment.substr(1)
                                  : "--set " + assignment.substr(0, assignment.find('='));
    throw Error(ErrorKind::usage, printable(where),
                "cannot be changed: " + printable_path(request.path) + " is an exported model",
                "export it anew from its run, or leave this out");
  }
}

/// What an exported file says of its task; classification, where it says nothing.
TaskSpec task_of(const ModelCard& card) {
  if (card.task.empty()) return {};
  return parse_experiment(card.task, "vit.json").task;
}

/// The labels that images are to be compared with, in place of the model's own.
void take_labels(OpenedPredictor& opened, const PredictOptions& options) {
  if (options.labels.empty()) return;
  if (!opened.task->take_labels())
    throw Error(ErrorKind::usage, "--labels",
                "the model knows its own classes, and reads no others",
                "labels are for models of images and texts (--set task.name=contrast, for weights "
                "of CLIP and SigLIP)");
  opened.labels = options.labels;
}

/// A graph that takes its inputs from anywhere; null stays null.
Graph on_device(Graph graph, c10::Device device) {
  if (!graph) return nullptr;
  return [graph = std::move(graph), device](const torch::Tensor& x) { return graph(x.to(device)); };
}

}  // namespace

OpenedPredictor open_predictor(const PredictorRequest& request, c10::Device device) {
  OpenedPredictor opened;
  opened.source = request.path;
  opened.device = device;
  if (request.model.empty() && is_exported_model(request.path)) {
    require_fixed_options(request);
    const auto scripted = std::make_shared<ScriptedModel>(load_torchscript(request.path, device));
    opened.preprocessing = scripted->card.preprocessing;
    opened.labels = scripted->card.labels;
    opened.task = task_of(scripted->card);
    take_labels(opened, request.options);
    opened.images = [scripted](const torch::Tensor& x) { return run_scripted(*scripted, x); };
    opened.texts = text_graph(*scripted);
    opened.make_predictor(request.options);
  } else {
    TrainedModel trained = request.model.empty()
                               ? open_model(request.path, request.sets)
                               : open_named_model(request.model, request.path, request.sets);
    opened.source = trained.checkpoint;
    if (trained.labels.empty() && trained.experiment.task->needs().has(SamplePart::label))
      throw Error(ErrorKind::weights, printable_path(request.path),
                  "has no classifier: what it computes of an image are features, not classes",
                  "train one on your classes: `vit train EXPERIMENT.yaml --set init.weights=FILE "
                  "--set init.reset_head=true`; `vit forward` computes the features");
    if (!trained.trained_here && !trained.labels.empty() && !are_names(trained.labels))
      log::warn("the weights do not name their classes: each is called by its number, from 0");
    opened.trained_here = trained.trained_here;
    opened.model = std::move(trained.model);
    trained.task->network().module().to(device);
    opened.preprocessing = trained.preprocessing;
    opened.labels = std::move(trained.labels);
    opened.experiment = std::move(trained.experiment);
    opened.task = opened.experiment->task;
    opened.decoding = opened.experiment->data.decoding;
    const std::shared_ptr<Task> task = trained.task;
    opened.of_task = task;
    take_labels(opened, request.options);
    const ExportedGraph graph = task->exported();
    opened.images = graph;
    opened.texts = text_graph(graph);
    opened.make_predictor(request.options);
    if (request.options.explained)
      if (auto explaining = task->explaining_predictor()) opened.predictor = std::move(explaining);
  }
  opened.decoding.exif_orientation = opened.preprocessing.exif_orientation;
  return opened;
}

void OpenedPredictor::make_predictor(const PredictOptions& options) {
  embed_texts = task->text_embedder(on_device(texts, device));
  predictor = task->predictor_with_texts(images, texts, preprocessing, labels, options);
}

Prediction predict_image(const OpenedPredictor& opened, Sample sample, c10::Device device) {
  const Batch batch = single_batch(std::move(sample), opened.pipeline());
  return opened.predictor->predict(batch.to(device)).at(0);
}

}  // namespace vit
