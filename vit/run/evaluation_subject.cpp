#include "vit/run/evaluation_subject.h"

#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/data/joined_classes.h"
#include "vit/data/sampler.h"
#include "vit/experiment/experiment_data.h"
#include "vit/experiment/recognised_model.h"
#include "vit/export/torchscript.h"
#include "vit/io/json.h"
#include "vit/run/label_join.h"
#include "vit/train/checkpoint.h"
#include "vit/train/device.h"
#include "vit/train/trainer.h"
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
    if (assignment.starts_with("data.") || assignment.starts_with('@')) return;
  throw Error(
      ErrorKind::usage, "vit eval", "these weights do not say which data they are for",
      "name it: --set data.name=folder --set data.root=FOLDER (with FOLDER/val/CLASS/x.jpg), "
      "or give an experiment file: vit eval EXPERIMENT.yaml --weights FILE");
}

/// Makes the subject a classifier of the data's own classes, by sentences about them. Throws Error
/// (usage) where its task cannot be one.
void classify_zero_shot(EvaluationSubject& subject, const PredictOptions& options) {
  OpenedPredictor& opened = subject.opened;
  const std::unique_ptr<TaskConfig> classifier = opened.task->zero_shot();
  if (!classifier)
    throw Error(ErrorKind::usage, "--zero-shot",
                str("a model of task ", opened.task->name(), " knows its own classes alone"),
                "leave it out; sentences about classes are for models of images and texts");
  opened.task = TaskSpec(*classifier);
  subject.experiment.task = opened.task;
  require_data_for(opened.task, subject.experiment.data.set);
  subject.data = open_val_data(subject.experiment.data, opened.task->needs());
  require_samples_for(opened.task, *subject.data);
  opened.labels = opened.task->classes(*subject.data);
  opened.make_predictor(options);
}

/// Joins classes and sets what depends on them.
void take_data(EvaluationSubject& subject, const std::vector<std::string>& labels, bool foreign) {
  const Experiment& experiment = subject.experiment;
  require_data_for(experiment.task, experiment.data.set);
  subject.data = open_val_data(experiment.data, experiment.task->needs());
  require_samples_for(experiment.task, *subject.data);
  if (labels.empty() || experiment.task->classes(*subject.data) == labels) return;
  const JoinedPart part =
      experiment.task->needs().has(SamplePart::mask) ? JoinedPart::masks : JoinedPart::labels;
  subject.data = join_classes(std::move(subject.data), labels, subject.weights, foreign, part);
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
  if (request.zero_shot)
    subject.data = open_val_data(subject.experiment.data, subject.experiment.task->needs());
  else
    take_data(subject, labels, !ours);
  resolve(subject.experiment, *subject.data);
  const Experiment& experiment = subject.experiment;
  subject.device = resolve_device(experiment.train.device);
  const std::shared_ptr<ImageModel> model = create_model(experiment.task->model(experiment.model));
  const bool whole = ours || experiment.task->owns(subject.weights);
  if (!whole) {
    for (const std::string& line : recognition(experiment)) log::info(line);
    log::info(load_initial_weights(*model, experiment).summary());
  }
  const std::shared_ptr<Task> task = make_task(experiment, model, experiment_input(experiment),
                                               experiment.task->classes(*subject.data));
  if (whole) task->load(subject.weights);
  task->network().module().to(subject.device);
  task->network().module().eval();
  OpenedPredictor& opened = subject.opened;
  opened.source = subject.weights;
  opened.task = experiment.task;
  opened.preprocessing = experiment_input(experiment);
  opened.decoding = experiment.data.decoding;
  opened.labels = experiment.task->classes(*subject.data);
  opened.of_task = task;
  const ExportedGraph graph = task->exported();
  opened.images = graph;
  opened.texts = text_graph(graph);
  opened.make_predictor(request.options);
  if (request.zero_shot) classify_zero_shot(subject, request.options);
  return subject;
}

EvaluationSubject of_exported_model(const SubjectRequest& request, const std::string& path) {
  require_data(request);
  EvaluationSubject subject;
  subject.weights = path;
  subject.experiment = parse_experiment("{}", "vit eval", request.sets);
  subject.device = resolve_device(subject.experiment.train.device);
  subject.opened = open_predictor({path, "", request.sets, request.options}, subject.device);
  subject.experiment.task = subject.opened.task;
  subject.experiment.data.decoding.exif_orientation = subject.opened.preprocessing.exif_orientation;
  if (request.zero_shot)
    classify_zero_shot(subject, request.options);
  else
    take_data(subject, subject.opened.labels, false);
  return subject;
}

EvaluationSubject of_model(const SubjectRequest& request, const std::string& path) {
  EvaluationSubject subject;
  const PredictorRequest predictor{path, request.model, request.sets, request.options};
  subject.opened = open_predictor(predictor, c10::kCPU);
  OpenedPredictor& opened = subject.opened;
  if (!opened.trained_here) require_data(request);
  subject.weights = opened.source.string();
  subject.experiment = *opened.experiment;
  if (request.zero_shot) {
    classify_zero_shot(subject, request.options);  // its classes are none of the model's
  } else {
    take_data(subject, opened.labels, !opened.trained_here);
    resolve(subject.experiment, *subject.data);
    opened.preprocessing = experiment_input(subject.experiment);
  }
  subject.device = resolve_device(subject.experiment.train.device);
  opened.of_task->network().module().to(subject.device);
  return subject;
}

}  // namespace

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
    return of_experiment(request);
  }
  const std::string path = request.weights.empty() ? request.what : request.weights;
  if (request.model.empty() && is_exported_model(path)) return of_exported_model(request, path);
  return of_model(request, path);
}

std::unique_ptr<Evaluation> evaluate(const EvaluationSubject& subject, const std::string& dtype) {
  const TaskConfig& task = *subject.opened.task;
  const std::vector<std::string>& classes = task.classes(*subject.data);
  auto evaluation = task.evaluation(classes);
  const auto collator =
      task.collator(Split::val, {.num_classes = static_cast<std::int64_t>(classes.size())});
  const Pipeline pipeline = Pipeline::evaluation(subject.opened.preprocessing,
                                                 subject.opened.decoding, task.evaluated_in());
  EpochLoader batches(*subject.data, pipeline, *collator, sequential_order(subject.data->size()), 0,
                      evaluation_loader(loader_options(subject.experiment.data), subject.device));
  run_evaluation(*evaluation, *subject.opened.predictor, batches, subject.device, dtype);
  return evaluation;
}

}  // namespace vit
