#include "vit/train/linear_probe.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/small_vit.h"
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
  const auto data = vit::shapes({.image_size = 16, .num_train = 8, .num_val = 8}, vit::Split::val);
  const auto pipeline = vit::Pipeline::evaluation({.img_size = {16, 16}});
  vit::ClassifyTask task(*model, {});
  const auto optimizer = vit::create_optimizer({}, vit::param_groups(*model, 0.0));
  vit::TrainingParts parts{.model = *model,
                           .task = task,
                           .optimizer = *optimizer,
                           .train_data = *data,
                           .val_data = *data,
                           .train_pipeline = pipeline,
                           .val_pipeline = pipeline,
                           .device = c10::kCPU};
  parts.loader.batch_size = 32;
  parts.optim.lr = 1e-2;
  parts.schedule.epochs = 5;
  parts.schedule.warmup_epochs = 0;
  struct Watcher : vit::Observer {
    void on_epoch(const vit::EpochEvent& event) override { last = event; }
    vit::EpochEvent last;
  } watcher;
  const torch::Tensor body = model->patch_embed->proj->weight.detach().clone();
  vit::TrainingState state;
  vit::train_linear_probe(parts, clusters(100, 1), clusters(30, 2), {&watcher}, state, 0.0);
  CHECK(state.epoch == 5);
  CHECK(*state.best_metric > 95);
  CHECK(watcher.last.epoch == 5);
  CHECK(torch::equal(body, model->patch_embed->proj->weight));
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
