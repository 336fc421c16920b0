#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vit/augment/leveled_op.h"

namespace vit {

/// Two steps, one after the other; a policy is a list of them, of which one is drawn for a picture.
/// An empty name: no step.
using SubPolicy = std::array<PolicyStep, 2>;

/// AutoAugment's policies for ImageNet as timm has them (Cubuk et al. 2019): `v0` (of TensorFlow's
/// EfficientNet), `original` (of the paper), `v0r` and `originalr` (with the research code's
/// Posterize), and `3a` (3-Augment, Touvron et al. 2022). Empty where there is none of this name.
[[nodiscard]] std::span<const SubPolicy> timm_policy(std::string_view name);

/// A step as this policy means it: those named `r` posterize with the magnitude, not against it.
[[nodiscard]] PolicyStep step_of_policy(const PolicyStep& step, std::string_view policy);

/// AutoAugment's policies for CIFAR-10 and SVHN as torchvision has them; magnitudes are in ninths
/// of its augmentation space (see torchvision_op.h). Empty where there is none of this name.
[[nodiscard]] std::span<const SubPolicy> torchvision_policy(std::string_view name);

[[nodiscard]] std::vector<std::string> policy_names();

}  // namespace vit
