#include "vit/tasks/classify/teacher.h"

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/models/profile.h"
#include "vit/report/humanize.h"
#include "vit/tasks/features.h"

namespace vit {

std::shared_ptr<Teacher> open_teacher(const DistillOptions& options, const TaskContext& context) {
  if (options.type == "none") return nullptr;
  if (!options.teacher_weights)
    throw Error(ErrorKind::usage, "task.distillation.teacher_weights",
                "is not given, and a teacher that was not trained teaches nothing",
                "name a run directory, a checkpoint, or weights together with teacher_model");
  const TrainingContext& training = *context.training;
  ImageModel& student = *context.model;
  auto [model, own] =
      training.open_model(options.teacher_model.empty() ? "auto" : options.teacher_model,
                          *options.teacher_weights, student.img_size(), student.num_classes());
  model->module().to(context.device);
  log::info(str("teacher: ", *options.teacher_weights, ", ",
                human_count(static_cast<double>(parameter_count(*model))), " parameters, ",
                options.type, " distillation, its share of the loss ", options.alpha));
  auto teacher = std::make_shared<Teacher>(std::move(model), own, student, context.input);
  if (options.cache_logits) {
    own.img_size = student.img_size();
    const FeatureFile file = training.feature_file(teacher->model(), "logits");
    bool asked = false;
    const auto known = cached_features(file, [&] {
      asked = true;
      return extract_features(teacher->model(), training.train_data,
                              Pipeline::evaluation(own, training.decoding), training.loader,
                              context.device, training.amp, nullptr);
    });
    log::info(str("teacher's logits of ", training.train_data.size(), " training pictures: ",
                  asked ? "computed, kept in " : "read from ", file.path.string()));
    teacher->remember(known->values);
  }
  return teacher;
}

}  // namespace vit
