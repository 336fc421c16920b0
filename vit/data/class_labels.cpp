#include "vit/data/class_labels.h"

#include <torch/utils.h>

namespace vit {

std::shared_ptr<Annotations> LabelCollator::allocate(std::int64_t rows, Size2 /*size*/,
                                                     const torch::TensorOptions& memory) const {
  return std::make_shared<ClassLabels>(torch::empty({rows}, memory.dtype(torch::kInt64)));
}

void LabelCollator::put(Annotations& annotations, std::int64_t row, const Sample& sample) const {
  auto& labels = dynamic_cast<ClassLabels&>(annotations);
  labels.labels.data_ptr<std::int64_t>()[row] = sample.label;
}

Batch labelled_batch(const torch::Tensor& images, const torch::Tensor& labels,
                     torch::Tensor indices) {
  if (!indices.defined()) indices = torch::arange(labels.size(0));
  return {.images = images,
          .indices = std::move(indices),
          .annotations = std::make_shared<ClassLabels>(labels)};
}

}  // namespace vit
