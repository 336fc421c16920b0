#include "vit/train/checkpoint.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/small_vit.h"
#include "vit/models/resnet.h"
#include "vit/models/vit.h"
#include "vit/nn/encoder_block.h"
#include "vit/nn/lora.h"
#include "vit/optim/optimizer.h"
#include "vit/weights/load.h"

namespace {

vit::CheckpointInfo info() {
  vit::CheckpointInfo info;
  info.state = {.epoch = 2,
                .batch = 5,
                .update = 17,
                .loss_sum = 0.1 + 0.2,
                .samples = 40,
                .parts = {{"top1", 300.0}},
                .best_metric = 61.25,
                .best_epoch = 2,
                .metrics = {50.5, 61.25},
                .troubles = 1,
                .scaler = {.scale = 1024, .good_updates = 7}};
  info.config = "seed: 1\n";
  info.labels = {"a", "b", "\u732b"};
  info.preprocessing.img_size = {16, 16};
  return info;
}

struct Setup {
  explicit Setup(std::uint64_t seed, std::int64_t classes = 3)
      : model(vit::test::small_vit(classes)) {
    model->init_weights(seed);
    optimizer = vit::create_optimizer({}, vit::param_groups(*model, 0.05));
  }
  void step() {
    model->forward(torch::ones({2, 3, 16, 16})).square().sum().backward();
    optimizer->step(1e-2);
    optimizer->zero_grad();
  }
  void save(const std::filesystem::path& path) {
    vit::write_checkpoint(path, vit::checkpoint_tensors(*model, *optimizer), info());
  }
  vit::VisionTransformer model;
  std::unique_ptr<vit::Optimizer> optimizer;
};

}  // namespace

TEST_CASE("A checkpoint brings everything back to the bit, and the next step is the same") {
  const vit::test::ScratchFolder folder;
  Setup before(1), after(2);
  before.step();
  before.save(folder / "c.safetensors");

  const vit::CheckpointInfo read = vit::read_checkpoint_info(folder / "c.safetensors");
  CHECK(read.state == info().state);
  CHECK(read.config == info().config);
  CHECK(read.labels == info().labels);
  vit::restore_checkpoint(folder / "c.safetensors", *after.model, *after.optimizer);
  before.step();
  after.step();
  for (std::size_t i = 0; i < before.model->parameters().size(); ++i)
    CHECK(torch::equal(before.model->parameters()[i], after.model->parameters()[i]));
}

TEST_CASE("One flipped bit in the weights is found, and the tensor named") {
  const vit::test::ScratchFolder folder;
  Setup setup(1);
  setup.save(folder / "c.safetensors");
  std::string bytes = vit::test::get(folder / "c.safetensors");
  bytes[bytes.size() - 2] = static_cast<char>(bytes[bytes.size() - 2] ^ 4);
  vit::test::put(folder / "c.safetensors", bytes);
  const auto error =
      vit::test::error_of([&] { (void)vit::read_checkpoint_info(folder / "c.safetensors"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::weights);
  CHECK_THAT(error->what(), Catch::Contains("does not have its checksum"));
}

TEST_CASE("A checkpoint of another model is refused, and the model keeps its weights") {
  const vit::test::ScratchFolder folder;
  Setup setup(1), other(2, 5);
  setup.save(folder / "c.safetensors");
  const torch::Tensor before = other.model->blocks->children()[0]
                                   ->as<vit::EncoderBlockImpl>()
                                   ->attn->qkv->weight.detach()
                                   .clone();
  const auto error = vit::test::error_of(
      [&] { vit::restore_checkpoint(folder / "c.safetensors", *other.model, *other.optimizer); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::weights);
  CHECK_THAT(error->what(),
             Catch::Contains("head.weight: the model has [5, 24], the file [3, 24]"));
  CHECK_THAT(error->what(), Catch::Contains("init.reset_head: true"));
  CHECK(torch::equal(
      before, other.model->blocks->children()[0]->as<vit::EncoderBlockImpl>()->attn->qkv->weight));
}

TEST_CASE("With reset_head a body of other classes loads, and the head stays new") {
  const vit::test::ScratchFolder folder;
  Setup setup(1), other(2, 5);
  setup.save(folder / "c.safetensors");
  const torch::Tensor head = other.model->head->weight.detach().clone();
  const vit::LoadReport report =
      vit::load_weights(*other.model, folder / "c.safetensors", {.reset_head = true});
  CHECK(report.reset == std::vector<std::string>{"head.bias", "head.weight"});
  CHECK(torch::equal(head, other.model->head->weight));
  CHECK(torch::equal(setup.model->pos_embed, other.model->pos_embed));
}

TEST_CASE("Metadata that is no JSON, or says a thing twice, is refused by its name") {
  const vit::test::ScratchFolder folder;
  Setup setup(1);
  setup.save(folder / "c.safetensors");
  const std::string bytes = vit::test::get(folder / "c.safetensors");
  const auto problem_with = [&](const std::string& from, const std::string& to) {
    REQUIRE(from.size() == to.size());
    std::string changed = bytes;
    const std::size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    vit::test::put(folder / "c.safetensors", changed.replace(at, from.size(), to));
    const auto error =
        vit::test::error_of([&] { (void)vit::read_checkpoint_info(folder / "c.safetensors"); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::weights);
    return std::string(error->what());
  };
  CHECK_THAT(problem_with(R"(\"batch\":5)", R"(\"epoch\":5)"),
             Catch::Contains("metadata `state`: the key \"epoch\" is there twice"));
  CHECK_THAT(problem_with(R"(\"batch\":5)", R"(\"batch\":[)"), Catch::Contains("metadata `state`"));
  CHECK_THAT(problem_with(R"(\"batch\":5)", R"(\"botch\":5)"),
             Catch::Contains("its metadata cannot be read"));
}

TEST_CASE("Running statistics of batch norms, and how many batches they saw, come back") {
  const vit::test::ScratchFolder folder;
  vit::ResNetOptions options;
  options.img_size = {32, 32};
  options.layers = {1};
  options.channels = {4};
  options.num_classes = 3;
  vit::ResNet before(options), after(options);
  before->init_weights(1);
  after->init_weights(2);
  const auto optimizer = [](vit::ResNet& model) {
    return vit::create_optimizer({}, vit::param_groups(*model, 0.05));
  };
  const auto first = optimizer(before), second = optimizer(after);
  const torch::Tensor x = torch::linspace(-1, 1, 2 * 3 * 32 * 32).reshape({2, 3, 32, 32});
  before->train();
  for (int i = 0; i < 3; ++i) before->forward(x);
  vit::write_checkpoint(folder / "c.safetensors", vit::checkpoint_tensors(*before, *first), info());
  vit::restore_checkpoint(folder / "c.safetensors", *after, *second);
  CHECK(after->bn1->num_batches_tracked.item<std::int64_t>() == 3);
  for (const auto& item : before->named_buffers()) {
    INFO(item.key());
    CHECK(torch::equal(after->named_buffers()[item.key()], item.value()));
  }
  before->eval();
  after->eval();
  CHECK(torch::equal(after->forward(x), before->forward(x)));
}

TEST_CASE("Averages come back too, and are what another program evaluates") {
  const vit::test::ScratchFolder folder;
  Setup before(1), after(2);
  vit::Ema ema(*before.model, {.decay = 0.5}), other(*after.model, {.decay = 0.5});
  for (int update = 1; update <= 2; ++update) {
    before.step();
    ema.update(update);
  }
  vit::write_checkpoint(folder / "c.safetensors",
                        vit::checkpoint_tensors(*before.model, *before.optimizer, &ema), info());
  vit::restore_checkpoint(folder / "c.safetensors", *after.model, *after.optimizer, &other);
  CHECK(torch::equal(after.model->head->weight, before.model->head->weight));
  for (std::size_t i = 0; i < ema.tensors().size(); ++i)
    CHECK(torch::equal(ema.tensors()[i].second, other.tensors()[i].second));
  vit::load_weights(*after.model, folder / "c.safetensors");
  CHECK_FALSE(torch::equal(after.model->head->weight, before.model->head->weight));
  const vit::EmaWeights averaged(&ema);
  CHECK(torch::equal(after.model->head->weight, before.model->head->weight));
}

TEST_CASE("A checkpoint with adapters holds merged weights for others, and goes on by its own") {
  const vit::test::ScratchFolder folder;
  Setup before(1), after(2), plain(3);
  const vit::LoraOptions lora{.rank = 2, .alpha = 4};
  for (Setup* setup : {&before, &after}) {
    vit::add_lora(*setup->model, lora, {"head"}, 5);
    setup->optimizer = vit::create_optimizer({}, vit::param_groups(*setup->model, 0.05));
  }
  before.step();
  before.step();
  before.save(folder / "c.safetensors");
  vit::restore_checkpoint(folder / "c.safetensors", *after.model, *after.optimizer);
  before.step();
  after.step();
  const auto mine = before.model->named_parameters(), theirs = after.model->named_parameters();
  for (const auto& item : mine) CHECK(torch::equal(item.value(), theirs[item.key()]));

  vit::restore_checkpoint(folder / "c.safetensors", *after.model, *after.optimizer);
  vit::load_weights(*plain.model, folder / "c.safetensors");
  const torch::Tensor x = torch::ones({2, 3, 16, 16});
  CHECK(torch::allclose(plain.model->forward(x), after.model->forward(x), 1e-5, 1e-6));
  vit::merge_lora(*after.model);
  CHECK(torch::allclose(plain.model->forward(x), after.model->forward(x), 1e-5, 1e-6));
  CHECK_FALSE(after.model->named_parameters().contains("blocks.0.attn.qkv.lora_a"));
}

TEST_CASE("Metrics that were not a number, and a schedule that was moved, come back") {
  const vit::test::ScratchFolder folder;
  Setup setup(1);
  vit::CheckpointInfo written = info();
  written.state.metrics = {std::nan(""), 61.25};
  written.state.schedule_shift = -4;
  vit::write_checkpoint(folder / "c.safetensors",
                        vit::checkpoint_tensors(*setup.model, *setup.optimizer), written);
  const vit::TrainingState read = vit::read_checkpoint_info(folder / "c.safetensors").state;
  REQUIRE(read.metrics.size() == 2);
  CHECK(std::isnan(read.metrics[0]));
  CHECK(read.metrics[1] == 61.25);
  CHECK(read.schedule_shift == -4);
}
