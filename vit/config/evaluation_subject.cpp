#include "vit/config/evaluation_subject.h"

#include <system_error>
#include <utility>

#include "vit/config/experiment_data.h"
#include "vit/config/label_join.h"
#include "vit/config/recognised_model.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/data/joined_classes.h"
#include "vit/export/scripted_model.h"
#include "vit/io/json.h"
#include "vit/io/printable.h"
#include "vit/train/checkpoint.h"
#include "vit/train/device.h"
#include "vit/weights/load.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

bool names_experiment(const std::string& what) {
  return what.ends_with(".yaml") || what.ends_with(".yml");
}

/// A folder with a checkpoint of ours, and not one with weights of elsewhere.
bool is_run(const std::string& path) {
  std::error_code error;
  return fs::is_directory(fs::path(path) / "checkpoints", error);
}

void require_data(const SubjectRequest& request) {
  for (const std::string& assignment : request.sets)
    if (assignment.starts_with("data.")) return;
  throw Error(
      ErrorKind::usage, "vit eval", "these weights do not say which data they are for",
      "name it: --set data.name=folder --set data.root=FOLDER (with FOLDER/val/CLASS/x.jpg), "
      "or give an experiment file: vit eval EXPERIMENT.yaml --weights FILE");
}

/// Joins classes and sets what depends on them.
void take_data(EvaluationSubject& subject, const std::vector<std::string>& labels, bool foreign) {
  const Experiment& experiment = subject.experiment;
  require_data_for(experiment.task, experiment.data.set);
  subject.data = open_val_data(experiment.data);
  require_samples_for(experiment.task, *subject.data);
  if (!labels.empty())
    subject.data = join_classes(std::move(subject.data), labels, subject.weights, foreign);
}

EvaluationSubject of_experiment(const SubjectRequest& request) {
  EvaluationSubject subject;
  const bool ours =
      !request.weights.empty() && (is_checkpoint(request.weights) || is_run(request.weights));
  std::vector<std::string> sets = request.sets;
  if (!request.weights.empty() && !ours)
    sets.push_back("init.weights=" + json_string(request.weights, "--weights"));
  subject.experiment = load_experiment(request.what, sets);
  InitConfig& init = subject.experiment.init;
  if (request.weights.empty() && !init.weights)
    throw Error(ErrorKind::usage, request.what, "an experiment file has no weights of its own",
                "name them with --weights, or evaluate a run directory");
  if (request.weights.empty() && init.reset_head)
    throw Error(ErrorKind::usage, request.what,
                "init.reset_head begins with a head that nobody has trained yet",
                "train it (`vit train " + request.what +
                    "`) and evaluate its run, or name weights "
                    "with --weights");
  std::vector<std::string> labels;
  if (ours) {
    subject.weights = find_checkpoint(request.weights).string();
    labels = read_checkpoint_info(subject.weights).labels;
  } else {
    subject.weights = *init.weights;
    init.reset_head = false;
    labels = subject.experiment.recognised ? subject.experiment.recognised->found.labels
                                           : labels_of(subject.weights);
  }
  take_data(subject, labels, !ours);
  resolve(subject.experiment, *subject.data);
  subject.preprocessing = experiment_preprocessing(subject.experiment);
  subject.model = create_model(subject.experiment.model);
  if (ours) {
    load_weights(*subject.model, subject.weights);
  } else {
    for (const std::string& line : recognition(subject.experiment)) log::info(line);
    log::info(load_initial_weights(*subject.model, subject.experiment).summary());
  }
  subject.device = resolve_device(subject.experiment.train.device);
  return subject;
}

EvaluationSubject of_exported_model(const SubjectRequest& request, const std::string& path) {
  require_data(request);
  EvaluationSubject subject;
  subject.weights = path;
  subject.experiment = parse_experiment("{}", "vit eval", request.sets);
  subject.device = resolve_device(subject.experiment.train.device);
  const Predictor predictor = open_predictor({path, "", request.sets}, subject.device);
  subject.preprocessing = predictor.preprocessing;
  subject.experiment.data.decoding.exif_orientation = predictor.preprocessing.exif_orientation;
  subject.model = predictor.model;
  take_data(subject, predictor.labels, false);
  return subject;
}

EvaluationSubject of_model(const SubjectRequest& request, const std::string& path) {
  EvaluationSubject subject;
  Predictor predictor = open_predictor({path, request.model, request.sets}, c10::kCPU);
  if (!predictor.trained_here) require_data(request);
  subject.weights = predictor.source.string();
  subject.experiment = std::move(*predictor.experiment);
  subject.model = predictor.model;
  take_data(subject, predictor.labels, !predictor.trained_here);
  resolve(subject.experiment, *subject.data);
  subject.preprocessing = experiment_preprocessing(subject.experiment);
  subject.device = resolve_device(subject.experiment.train.device);
  return subject;
}

}  // namespace

Pipeline EvaluationSubject::pipeline() const {
  return Pipeline::evaluation(preprocessing, experiment.data.decoding);
}

EvaluationSubject open_subject(const SubjectRequest& request) {
  if (request.what.empty() && request.weights.empty())
    throw Error(ErrorKind::usage, "vit eval", "expected a run, or weights",
                "vit eval RUN, vit eval EXPERIMENT.yaml --weights FILE, or vit eval --weights FILE "
                "--set data.name=folder --set data.root=FOLDER");
  if (names_experiment(request.what)) {
    if (!request.model.empty())
      throw Error(ErrorKind::usage, "--model",
                  "stands beside an experiment file, which has its own",
                  "write --set model.name=" + printable(request.model));
    EvaluationSubject subject = of_experiment(request);
    subject.model->module().to(subject.device);
    return subject;
  }
  const std::string path = request.weights.empty() ? request.what : request.weights;
  if (request.model.empty() && is_exported_model(path)) return of_exported_model(request, path);
  EvaluationSubject subject = of_model(request, path);
  subject.model->module().to(subject.device);
  return subject;
}

}  // namespace vit
