#pragma once

#include <memory>
#include <optional>
#include <string>

#include "vit/core/fields.h"
#include "vit/data/batch.h"
#include "vit/image/input_spec.h"
#include "vit/models/image_model.h"

namespace vit {

/// How a student learns from a teacher; DeiT's names.
struct DistillOptions {
  std::string type = "none";
  double alpha = 0.5;
  double tau = 1.0;
  std::string teacher_model;
  std::optional<std::string> teacher_weights;
  bool cache_logits = false;
};
void describe(FieldVisitor& visitor, DistillOptions& options);

/// A trained model that is asked for its opinion and learns nothing. It sees the student's
/// pictures, in its own normalisation.
class Teacher {
 public:
  /// `own` and `of_student`: the pixels that each was made for. Throws Error (usage) where the two
  /// do not see pictures of one size or do not know the same classes.
  Teacher(std::shared_ptr<ImageModel> model, const InputSpec& own, ImageModel& student,
          const InputSpec& of_student);

  /// images [B, C, H, W], normalised for the student -> logits [B, K].
  [[nodiscard]] torch::Tensor logits(const torch::Tensor& images);
  /// The same of a batch, from the logits that are known already where there are some.
  [[nodiscard]] torch::Tensor logits(const Batch& batch);
  /// Logits of every training sample as it stands there, without augmentation, [N, K].
  void remember(const torch::Tensor& logits) { known_ = logits; }

  [[nodiscard]] ImageModel& model() { return *model_; }

 private:
  std::shared_ptr<ImageModel> model_;
  torch::Tensor scale_, shift_;  // [1, C, 1, 1]; undefined where both see the same numbers
  torch::Tensor known_;          // undefined where logits are computed each time
};

/// The part of the loss that the teacher gives: of the logits of the student's distillation head
/// (or its only head) against the teacher's, as `options.type` says.
[[nodiscard]] torch::Tensor distillation_loss(const torch::Tensor& student,
                                              const torch::Tensor& teacher,
                                              const DistillOptions& options);

}  // namespace vit
