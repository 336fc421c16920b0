#include "vit/config/predictor.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/data/joined_classes.h"
#include "vit/export/scripted_model.h"
#include "vit/io/printable.h"

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
    throw Error(ErrorKind::usage, "--set " + printable(assignment.substr(0, assignment.find('='))),
                "cannot be changed: " + printable_path(request.path) + " is an exported model",
                "export it anew from its run, or leave this out");
  }
}

}  // namespace

Predictor open_predictor(const PredictorRequest& request, c10::Device device) {
  Predictor predictor;
  predictor.source = request.path;
  if (request.model.empty() && is_exported_model(request.path)) {
    require_fixed_options(request);
    const ScriptedModel scripted = load_torchscript(request.path, device);
    predictor.model = scripted_model(scripted);
    predictor.preprocessing = scripted.card.preprocessing;
    predictor.labels = scripted.card.labels;
    return predictor;
  }
  TrainedModel trained = request.model.empty()
                             ? open_model(request.path, request.sets)
                             : open_named_model(request.model, request.path, request.sets);
  predictor.source = trained.checkpoint;
  if (trained.labels.empty())
    throw Error(ErrorKind::weights, printable_path(request.path),
                "has no classifier: what it computes of an image are features, not classes",
                "train one on your classes: `vit train EXPERIMENT.yaml --set init.weights=FILE "
                "--set init.reset_head=true`; `vit forward` computes the features");
  if (!trained.trained_here && !are_names(trained.labels))
    log::warn("the weights do not name their classes: each is called by its number, from 0");
  predictor.trained_here = trained.trained_here;
  predictor.model = std::move(trained.model);
  predictor.model->module().to(device);
  predictor.preprocessing = trained.preprocessing;
  predictor.labels = std::move(trained.labels);
  predictor.experiment = std::move(trained.experiment);
  return predictor;
}

}  // namespace vit
