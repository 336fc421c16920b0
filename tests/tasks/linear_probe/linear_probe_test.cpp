#include "vit/tasks/linear_probe/task.h"

#include <ATen/ops/linear.h>
#include <torch/types.h>

#include <utility>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/small_vit.h"
#include "vit/data/class_labels.h"
#include "vit/data/sampler.h"

namespace {

/// CachedFeatures of three classes that stand apart.
vit::CachedFeatures clusters(std::int64_t per_class, std::uint64_t seed) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const torch::Tensor labels = torch::arange(3).repeat({per_class});
  const torch::Tensor centres = torch::eye(24).slice(0, 0, 3) * 5;
  return {centres.index_select(0, labels) + torch::randn({3 * per_class, 24}, generator), labels};
}

}  // namespace

TEST_CASE("Batches of features come in the order that is asked for, from any batch on") {
  const vit::CachedFeatures features = clusters(4, 1);  // 12
  const std::vector<std::int64_t> order = vit::shuffled_order(12, 3, 0);
  const auto read = [&](bool drop_last, std::int64_t first) {
    const auto batches =
        vit::feature_batches(features, order, {.batch_size = 5, .drop_last = drop_last}, first);
    std::vector<std::int64_t> indices;
    while (const auto batch = batches->next()) {
      CHECK(torch::equal(batch->images, features.values.index_select(0, batch->indices)));
      CHECK(torch::equal(vit::labels_of(*batch), features.labels.index_select(0, batch->indices)));
      const auto* rows = batch->indices.const_data_ptr<std::int64_t>();
      indices.insert(indices.end(), rows, rows + batch->size());
    }
    return indices;
  };
  CHECK(read(false, 0) == order);
  CHECK(read(true, 0) == std::vector<std::int64_t>(order.begin(), order.begin() + 10));
  CHECK(read(false, 1) == std::vector<std::int64_t>(order.begin() + 5, order.end()));
}

TEST_CASE("The head of a model by itself computes what the model makes of the same features") {
  vit::VisionTransformer model(vit::test::small_vit(3));
  model->init_weights(1);
  model->eval();
  vit::ProbedHead head(model.ptr());
  const torch::Tensor features = clusters(2, 1).values;
  CHECK(torch::allclose(head.forward(features),
                        at::linear(features, model->head->weight, model->head->bias)));
  CHECK(head.num_classes() == 3);
}

TEST_CASE("Features are computed once for the same key, and again for another or a damaged file") {
  const vit::test::ScratchFolder folder;
  const std::filesystem::path file = folder / "cache/features.safetensors";
  int computed = 0;
  const auto get = [&](const std::string& key) {
    return vit::cached_features({file, key}, [&]() -> std::optional<vit::CachedFeatures> {
      ++computed;
      return clusters(2, 1);
    });
  };
  const auto first = get("a"), second = get("a");
  CHECK(computed == 1);
  CHECK(torch::equal(first->values, second->values));
  CHECK(torch::equal(first->labels, second->labels));
  (void)get("b");
  CHECK(computed == 2);
  vit::test::put(file, "no safetensors");
  (void)get("b");
  CHECK(computed == 3);
}
