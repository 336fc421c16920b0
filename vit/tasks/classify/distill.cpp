#include "vit/tasks/classify/distill.h"

#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/data/class_labels.h"
#include "vit/loss/distillation.h"

namespace vit {

void describe(FieldVisitor& visitor, DistillOptions& o) {
  visitor.field({"type",
                 &o.type,
                 "what is learned of the teacher: its probabilities (soft), its decisions (hard)",
                 {},
                 {"none", "soft", "hard"}});
  visitor.field({"alpha", &o.alpha, "the teacher's share of the loss", kProbability});
  visitor.field({"tau", &o.tau, "soft: temperature", kPositive});
  visitor.field({"teacher_model", &o.teacher_model,
                 "a model of `vit models`; \"\" or auto: what teacher_weights says it is"});
  visitor.field({"teacher_weights", &o.teacher_weights,
                 "the teacher's run directory, checkpoint or weights"});
  visitor.field({"cache_logits", &o.cache_logits,
                 "ask the teacher once for each training picture, without augmentation, and keep "
                 "its logits on the disk"});
}

Teacher::Teacher(std::shared_ptr<ImageModel> model, const InputSpec& own, ImageModel& student,
                 const InputSpec& of_student)
    : model_(std::move(model)) {
  if (model_->num_classes() != student.num_classes())
    throw Error(ErrorKind::usage, "task.distillation.teacher_model",
                vit::str("knows ", model_->num_classes(), " classes, and the student learns ",
                         student.num_classes()),
                "choose a teacher that was trained for the same classes");
  if (model_->img_size() != student.img_size())
    throw Error(
        ErrorKind::usage, "task.distillation.teacher_model",
        vit::str("sees pictures of ", model_->img_size().height, "x", model_->img_size().width,
                 ", and the student of ", student.img_size().height, "x", student.img_size().width),
        "choose a teacher of the student's img_size");
  model_->module().eval();
  for (torch::Tensor& parameter : model_->module().parameters()) parameter.requires_grad_(false);
  if (own.mean == of_student.mean && own.std == of_student.std) return;
  std::vector<float> scale, shift;
  for (std::size_t c = 0; c < own.mean.size(); ++c) {
    scale.push_back(static_cast<float>(of_student.std[c] / own.std[c]));
    shift.push_back(static_cast<float>((of_student.mean[c] - own.mean[c]) / own.std[c]));
  }
  const torch::Device device = model_->module().parameters().front().device();
  scale_ = torch::tensor(scale).view({1, -1, 1, 1}).to(device);
  shift_ = torch::tensor(shift).view({1, -1, 1, 1}).to(device);
}

torch::Tensor Teacher::logits(const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  return model_->forward(scale_.defined() ? images * scale_ + shift_ : images);
}

torch::Tensor Teacher::logits(const Batch& batch) {
  if (!known_.defined()) return logits(batch.images);
  if (batch.annotations_as<ClassLabels>().targets.defined())
    throw Error(ErrorKind::usage, "task.distillation.cache_logits",
                "the teacher's logits are of single pictures, and these are mixed",
                "set it to false, or augment.mixup and augment.cutmix to 0");
  return known_.index_select(0, batch.indices).to(batch.images.device());
}

torch::Tensor distillation_loss(const torch::Tensor& student, const torch::Tensor& teacher,
                                const DistillOptions& options) {
  return options.type == "hard" ? hard_distillation(student, teacher)
                                : soft_distillation(student, teacher, options.tau);
}

}  // namespace vit
