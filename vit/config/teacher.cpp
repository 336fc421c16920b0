#include "vit/config/teacher.h"

#include "vit/config/open_model.h"
#include "vit/config/probe.h"
#include "vit/config/run_summary.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/report/humanize.h"
#include "vit/train/linear_probe.h"
#include "vit/weights/load.h"

namespace vit {

std::shared_ptr<Teacher> open_teacher(const Experiment& experiment, ImageModel& student,
                                      const Preprocessing& of_student, const Dataset& train_data,
                                      c10::Device device) {
  const DistillOptions& options = experiment.task.options.distillation;
  if (options.type == "none") return nullptr;
  if (!options.teacher_weights)
    throw Error(ErrorKind::usage, "task.distillation.teacher_weights",
                "is not given, and a teacher that was not trained teaches nothing",
                "name a run directory, a checkpoint, or weights together with teacher_model");
  std::shared_ptr<ImageModel> model;
  Preprocessing own;
  if (options.teacher_model.empty() || options.teacher_model == "auto") {
    // Of weights of elsewhere, positions are resampled to the student's grid; a run is as it is.
    const Size2 size = student.img_size();
    TrainedModel opened =
        is_trained_here(*options.teacher_weights)
            ? open_model(*options.teacher_weights)
            : open_named_model("auto", *options.teacher_weights,
                               {str("model.img_size=[", size.height, ", ", size.width, "]")});
    model = opened.model;
    own = opened.preprocessing;
  } else {
    ModelSpec spec = model_spec(options.teacher_model);
    num_classes(spec) = student.num_classes();
    img_size(spec) = student.img_size();
    model = create_model(spec);
    load_weights(*model, *options.teacher_weights);
    own = preprocessing(spec);
  }
  model->module().to(device);
  log::info(str("teacher: ", *options.teacher_weights, ", ",
                human_count(static_cast<double>(parameter_count(*model))), " parameters, ",
                options.type, " distillation, its share of the loss ", options.alpha));
  auto teacher = std::make_shared<Teacher>(std::move(model), own, student, of_student);
  if (options.cache_logits) {
    own.img_size = student.img_size();
    const std::string key = feature_key(experiment, teacher->model()) + "logits";
    const std::filesystem::path file = feature_file(experiment, key, "logits");
    bool asked = false;
    const auto known = cached_features(file, key, [&] {
      asked = true;
      return extract_features(
          teacher->model(), train_data, Pipeline::evaluation(own, experiment.data.decoding),
          loader_options(experiment.data), device, experiment.train.amp, nullptr);
    });
    log::info(str("teacher's logits of ", train_data.size(), " training pictures: ",
                  asked ? "computed, kept in " : "read from ", file.string()));
    teacher->remember(known->values);
  }
  return teacher;
}

}  // namespace vit
