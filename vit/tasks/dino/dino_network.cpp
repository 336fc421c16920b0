#include "vit/tasks/dino/dino_network.h"

#include <torch/utils.h>

#include "vit/nn/init.h"

namespace vit {
namespace {

/// What holds the teacher's parts.
class TeacherParts final : public torch::nn::Module {
 public:
  TeacherParts(const std::shared_ptr<ImageModel>& backbone, const DinoHead& head) {
    register_module("backbone", std::shared_ptr<torch::nn::Module>(backbone, &backbone->module()));
    register_module("head", head.ptr());
  }
};

}  // namespace

KeptCentre::KeptCentre(std::int64_t prototypes) {
  center = register_buffer("center", torch::zeros({prototypes}));
}

DinoNetwork::DinoNetwork(std::shared_ptr<ImageModel> student, std::shared_ptr<ImageModel> teacher,
                         const DinoOptions& options)
    : BackboneNetwork(std::move(student), {}), teacher_(std::move(teacher)) {
  DinoHeadOptions of_head = options.head;
  of_head.in_dim = pooled_width(backbone());
  head = register_module("head", DinoHead(of_head));
  teacher_head = DinoHead(of_head);
  register_module("teacher", std::make_shared<TeacherParts>(teacher_, teacher_head));
  dino_centre = register_module("dino_loss", std::make_shared<KeptCentre>(of_head.out_dim));
  if (options.ibot_weight > 0) {
    ibot_centre = register_module("ibot_patch_loss", std::make_shared<KeptCentre>(of_head.out_dim));
    mask_token = register_parameter("mask_token", torch::zeros({backbone().widths().back()}));
  }
  const auto pair_up = [&](torch::nn::Module& of_teacher, torch::nn::Module& of_student) {
    const auto own = of_student.named_parameters();
    for (const auto& item : of_teacher.named_parameters()) {
      item.value().requires_grad_(false);
      parameters_.emplace_back(item.value(), own[item.key()]);
    }
    const auto kept = of_student.named_buffers();
    for (const auto& item : of_teacher.named_buffers())
      buffers_.emplace_back(item.value(), kept[item.key()]);
  };
  pair_up(teacher_->module(), backbone().module());
  pair_up(*teacher_head, *head);
}

void DinoNetwork::init_parts(std::uint64_t seed) {
  head->init_weights(seed);
  if (mask_token.defined()) init::constant(mask_token, 0);
  init::constant(dino_centre->center, 0);
  if (ibot_centre) init::constant(ibot_centre->center, 0);
  copy_teacher();
}

std::vector<std::string> DinoNetwork::no_weight_decay() const {
  std::vector<std::string> names = BackboneNetwork::no_weight_decay();
  names.emplace_back("mask_token");
  return names;
}

void DinoNetwork::copy_teacher() { move_teacher(0); }

void DinoNetwork::move_teacher(double momentum) {
  const torch::NoGradGuard no_grad;
  for (auto& [teacher, student] : parameters_) {
    if (momentum == 0)
      teacher.copy_(student);
    else
      teacher.mul_(momentum).add_(student, 1 - momentum);
  }
  for (auto& [teacher, student] : buffers_) teacher.copy_(student);
}

}  // namespace vit
