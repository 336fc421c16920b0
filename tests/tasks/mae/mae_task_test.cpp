#include "vit/tasks/mae/task.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "vit/report/csv.h"
#include "vit/run/open_model.h"
#include "vit/train/run_directory.h"
#include "vit/weights/load.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

TEST_CASE("A sample's mask is a function of seed, epoch and sample, not of its batch") {
  const vit::MaskNoiseCollator collator(5, 9);
  const auto noise = [&](std::vector<std::int64_t> indices, std::int64_t epoch) {
    vit::Batch batch{.images = {}, .indices = torch::tensor(indices), .annotations = nullptr};
    collator.finish(batch, epoch, 3);
    return batch.annotations_as<vit::PretextBatch>().noise;
  };
  const torch::Tensor some = noise({4, 7, 1}, 2);
  CHECK(torch::equal(some[1], noise({7}, 2)[0]));
  CHECK_FALSE(torch::equal(some[1], noise({7}, 3)[0]));
  CHECK_FALSE(torch::equal(some[0], some[1]));
  CHECK(some.min().item<float>() >= 0);
  CHECK(some.max().item<float>() < 1);
}

TEST_CASE("An autoencoder learns, and its encoder is the start of another task") {
  for (const char* method : {"mae", "simmim"})
    for (const char* average : {"null", "0.5"}) {
      INFO(method << " " << average);
      Bench bench;
      const WorkingFolder here(bench.folder.path());
      const std::vector<std::string> sets = {
          "task.name=mae",      std::string("task.method=") + method,
          "task.mask_size=4",   std::string("train.model_ema=") + average,
          "schedule.epochs=12", "optim.lr=0.003",
          "model.embed_dim=16", "augment.train=[resize]"};
      bench.run("pretrained", "", {}, nullptr, sets);
      const vit::CsvTable table = vit::read_csv(vit::RunDirectory("pretrained").summary());
      const auto losses = *table.column("train_loss");
      const double first = std::stod(table.rows.front()[losses]),
                   last = std::stod(table.rows.back()[losses]);
      CHECK(last < 0.9 * first);
      bench.run("tuned", "", {}, nullptr,
                {"init.weights=pretrained", "init.reset_head=true", "model.embed_dim=16",
                 "schedule.epochs=1", "optim.lr=1e-12", "schedule.min_lr=0"});
      const vit::TrainedModel before = vit::open_model("pretrained"),
                              after = vit::open_model("tuned");
      const auto& a = before.model->module().named_parameters();
      const auto& b = after.model->module().named_parameters();
      CHECK(torch::allclose(a["blocks.0.attn.qkv.weight"], b["blocks.0.attn.qkv.weight"]));
      CHECK(torch::allclose(a["patch_embed.proj.weight"], b["patch_embed.proj.weight"]));
    }
}

TEST_CASE("Options that a mask has no use for are refused") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  for (const char* set : {"augment.mixup=0.8", "augment.reprob=0.25",
                          "augment.multi_crop.enabled=true", "task.mask_ratio=1"}) {
    INFO(set);
    const auto error = vit::test::error_of([&] {
      bench.run("r", "", {}, nullptr, {"task.name=mae", set});
    });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
  }
}
