#include "vit/train/linear_probe.h"

#include <ATen/ops/linear.h>
#include <torch/types.h>

#include <utility>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/small_vit.h"
#include "vit/data/sampler.h"
#include "vit/data/shapes.h"
#include "vit/tasks/classify.h"
#include "vit/train/freeze.h"

namespace {

/// Features of three classes that stand apart.
vit::Features clusters(std::int64_t per_class, std::uint64_t seed) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const torch::Tensor labels = torch::arange(3).repeat({per_class});
  const torch::Tensor centres = torch::eye(24).slice(0, 0, 3) * 5;
  return {centres.index_select(0, labels) + torch::randn({3 * per_class, 24}, generator), labels};
}

}  // namespace

TEST_CASE("A head learns clusters, and the rest of the model stays") {
  vit::VisionTransformer model(vit::test::small_vit(3));
  model->init_weights(1);
  vit::set_learning(*model, vit::frozen_parameters(*model, {"*", "!head"}), false);
  const vit::ShapesOptions shapes{.image_size = 16, .num_train = 300, .num_val = 90};
  const auto train_data = vit::shapes(shapes, vit::Split::train),
             val_data = vit::shapes(shapes, vit::Split::val);
  const auto pipeline = vit::Pipeline::evaluation({.img_size = {16, 16}});
  vit::ProbedHead head(*model);
  vit::ClassifyTask task(head, {.smoothing = 0});
  const auto optimizer = vit::create_optimizer({}, vit::param_groups(*model, 0.0));
  vit::TrainingParts parts{.model = head,
                           .task = task,
                           .optimizer = *optimizer,
                           .train_data = *train_data,
                           .val_data = *val_data,
                           .train_pipeline = pipeline,
                           .val_pipeline = pipeline,
                           .device = c10::kCPU};
  parts.loader.batch_size = 32;
  parts.optim.lr = 1e-2;
  parts.schedule.epochs = 5;
  parts.schedule.warmup_epochs = 0;
  const vit::Features train = clusters(100, 1), val = clusters(30, 2);
  parts.batches = [&](const vit::Dataset& set, std::vector<std::int64_t> order,
                      const vit::LoaderOptions& loader, std::int64_t first) {
    return vit::feature_batches(&set == train_data.get() ? train : val, std::move(order), loader,
                                first);
  };
  struct Watcher : vit::Observer {
    void on_epoch(const vit::EpochEvent& event) override { last = event; }
    vit::EpochEvent last;
  } watcher;
  const torch::Tensor body = model->patch_embed->proj->weight.detach().clone();
  vit::TrainingState state;
  vit::TrainingHooks hooks;
  hooks.save = [](vit::CheckpointKind, const vit::TrainingState&) {};
  hooks.observers = {&watcher};
  CHECK(vit::train(parts, state, hooks) == vit::TrainingEnd::complete);
  CHECK(state.epoch == 5);
  CHECK(*state.best_metric > 95);
  CHECK(watcher.last.epoch == 5);
  CHECK(torch::equal(body, model->patch_embed->proj->weight));
}

TEST_CASE("Batches of features come in the order that is asked for, from any batch on") {
  const vit::Features features = clusters(4, 1);  // 12
  const std::vector<std::int64_t> order = vit::shuffled_order(12, 3, 0);
  const auto read = [&](bool drop_last, std::int64_t first) {
    const auto batches =
        vit::feature_batches(features, order, {.batch_size = 5, .drop_last = drop_last}, first);
    std::vector<std::int64_t> indices;
    while (const auto batch = batches->next()) {
      CHECK(torch::equal(batch->images, features.values.index_select(0, batch->indices)));
      CHECK(torch::equal(batch->labels, features.labels.index_select(0, batch->indices)));
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
  vit::ProbedHead head(*model);
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
    return vit::cached_features(file, key, [&]() -> std::optional<vit::Features> {
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
