#include "vit/data/class_labels.h"

#include <torch/types.h>

#include "tests/catch.h"

TEST_CASE("Each sample's label comes into its row, -1 where it has none") {
  const vit::LabelCollator collator;
  const auto annotations = collator.allocate(3, {4, 4}, torch::TensorOptions());
  vit::Sample sample;
  for (const auto& [row, label] : {std::pair{2, 7}, {0, 3}, {1, -1}}) {
    sample.label = label;
    collator.put(*annotations, row, sample);
  }
  const auto& labels = dynamic_cast<const vit::ClassLabels&>(*annotations).labels;
  CHECK(torch::equal(labels, torch::tensor({3, -1, 7}, torch::kInt64)));
}

TEST_CASE("A batch with labels numbers its samples unless told otherwise") {
  const torch::Tensor images = torch::zeros({2, 3, 4, 4}), labels = torch::tensor({5, 6});
  const vit::Batch batch = vit::labelled_batch(images, labels);
  CHECK(torch::equal(vit::labels_of(batch), labels));
  CHECK(torch::equal(batch.indices, torch::tensor({0, 1})));
  const torch::Tensor indices = torch::tensor({40, 2});
  CHECK(torch::equal(vit::labelled_batch(images, labels, indices).indices, indices));
}
