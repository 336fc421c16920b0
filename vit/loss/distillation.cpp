#include "vit/loss/distillation.h"

#include <ATen/ops/kl_div.h>
#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/loss/cross_entropy.h"

namespace vit {
namespace {

void check(const torch::Tensor& student, const torch::Tensor& teacher) {
  if (student.sizes() != teacher.sizes())
    throw Error(
        ErrorKind::usage, "distillation",
        vit::str("the student gives logits ", student.sizes(), ", the teacher ", teacher.sizes()),
        "choose a teacher that was trained for the same classes");
}

}  // namespace

torch::Tensor soft_distillation(const torch::Tensor& student, const torch::Tensor& teacher,
                                double tau) {
  check(student, teacher);
  const torch::Tensor of_student = (student.to(torch::kFloat32) / tau).log_softmax(1),
                      of_teacher = (teacher.detach().to(torch::kFloat32) / tau).log_softmax(1);
  return at::kl_div(of_student, of_teacher, at::Reduction::Sum, /*log_target=*/true) *
         (tau * tau / static_cast<double>(student.numel()));
}

torch::Tensor hard_distillation(const torch::Tensor& student, const torch::Tensor& teacher) {
  check(student, teacher);
  return cross_entropy(student, teacher.detach().argmax(1));
}

}  // namespace vit
