#pragma once

#include <torch/library.h>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <vector>

namespace vit {

/// While it lives, the module's tensors are on LibTorch's meta device, which knows shapes and no
/// values: a forward pass of a meta tensor then costs next to nothing for any model, and takes the
/// very path that a real one takes. The weights return untouched. The module must not be used for
/// anything else meanwhile.
class ShapeRun {
 public:
  explicit ShapeRun(torch::nn::Module& module);
  ~ShapeRun();
  ShapeRun(const ShapeRun&) = delete;
  ShapeRun& operator=(const ShapeRun&) = delete;

 private:
  struct Saved {
    torch::Tensor tensor;
    c10::intrusive_ptr<c10::TensorImpl> content;
  };
  torch::nn::Module& module_;
  bool was_training_;
  torch::NoGradGuard no_grad_;
  torch::Library shape_rules_;
  std::vector<Saved> saved_;
};

}  // namespace vit
