#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vit/image/resize.h"
#include "vit/image/sample.h"

namespace vit {

/// How the operations that move pixels compute new ones.
struct NamedOpOptions {
  Filter filter = Filter::bicubic;
  Colour fill{128, 128, 128, 128};  ///< timm's, where no mean is given
};

/// One of timm's automatic augmentations (auto_augment.py) or torchvision's adjustments with an
/// explicit argument: ShearX, Rotate, Posterize, tv.adjust_hue … `argument` is what the operation
/// itself takes (degrees, a factor, bits), never a magnitude. Without one where `needs_argument`
/// is false.
struct NamedOp {
  std::string_view name;
  bool needs_argument;
  void (*apply)(Sample& sample, double argument, const NamedOpOptions& options);
};

/// Null where there is none of this name.
[[nodiscard]] const NamedOp* find_named_op(std::string_view name);
[[nodiscard]] std::vector<std::string> named_ops();

}  // namespace vit
