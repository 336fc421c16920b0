#include "vit/run/resume.h"

#include <torch/types.h>

#include <memory>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/log.h"
#include "vit/core/str.h"

namespace {

/// A run directory whose checkpoints hold nothing but the number of their update.
struct Run {
  Run() : directory(folder / "run") {
    vit::log::set_console_level(vit::log::Level::off);
    directory.create();
  }
  ~Run() { vit::log::set_console_level(vit::log::Level::info); }
  void put(const std::filesystem::path& file, std::int64_t update) const {
    vit::CheckpointInfo info;
    info.state.update = update;
    info.config = "optim: {lr: 1e-3}\n";
    vit::write_checkpoint(file, {{"w", torch::ones({4})}}, info);
  }
  static void damage(const std::filesystem::path& file) {
    std::string bytes = vit::test::get(file);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    vit::test::put(file, bytes);
  }
  vit::test::ScratchFolder folder;
  vit::RunDirectory directory;
};

}  // namespace

TEST_CASE("The last checkpoint, else the newest older one, else the best") {
  const Run run;
  CHECK_FALSE(vit::newest_sound_checkpoint(run.directory));
  run.put(run.directory.best_checkpoint(), 3);
  run.put(run.directory.kept_checkpoint(4), 4);
  run.put(run.directory.kept_checkpoint(12), 12);
  run.put(run.directory.last_checkpoint(), 20);
  const auto newest = [&] {
    return vit::newest_sound_checkpoint(run.directory)->info.state.update;
  };
  CHECK(newest() == 20);
  Run::damage(run.directory.last_checkpoint());
  CHECK(newest() == 12);
  Run::damage(run.directory.kept_checkpoint(12));
  CHECK(newest() == 4);
  Run::damage(run.directory.kept_checkpoint(4));
  CHECK(newest() == 3);
  Run::damage(run.directory.best_checkpoint());
  const auto error = vit::test::error_of([&] { (void)newest(); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::weights);
}

TEST_CASE("The nearest checkpoint that is not beyond an update") {
  const Run run;
  run.put(run.directory.kept_checkpoint(4), 4);
  run.put(run.directory.last_checkpoint(), 20);
  CHECK(vit::checkpoint_before(run.directory, 25)->info.state.update == 20);
  CHECK(vit::checkpoint_before(run.directory, 19)->info.state.update == 4);
  CHECK_FALSE(vit::checkpoint_before(run.directory, 3));
}

TEST_CASE("Another config is shown key by key, and needs to be allowed unless no result changes") {
  const Run run;
  run.put(run.directory.last_checkpoint(), 1);
  const auto checkpoint = *vit::newest_sound_checkpoint(run.directory);
  const auto check = [&](const std::string& yaml, bool allowed) {
    return vit::test::error_of([&] {
      vit::check_config_unchanged(checkpoint, vit::parse_experiment(yaml, "now"), allowed);
    });
  };
  CHECK_FALSE(check("optim: {lr: 1e-3}\n", false));
  CHECK_FALSE(check("optim: {lr: 1e-3}\ndata: {workers: 7}\n", false));
  CHECK_FALSE(check("optim: {lr: 1e-2}\n", true));
  const auto error = check("optim: {lr: 1e-2}\nseed: 3\n", false);
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->what(), Catch::Contains("optim.lr: was 0.001, is 0.01") &&
                                Catch::Contains("seed: was 0, is 3") &&
                                Catch::Contains("--allow-change"));
}

TEST_CASE("With batches of another size the schedules go on where timm does") {
  const auto built = [](std::int64_t batch_size, std::int64_t accumulate = 1) {
    return std::make_unique<vit::BuiltExperiment>(vit::parse_experiment(
        vit::str("data: {image_size: 16, num_train: 96, num_val: 8, workers: 0, batch_size: ",
                 batch_size, "}\naugment: {train: [resize]}\n",
                 "model: {name: vit_tiny_patch16_224, img_size: 8, patch_size: 4, embed_dim: 8, "
                 "depth: 1, num_heads: 2}\nschedule: {epochs: 6}\n",
                 "train: {device: cpu, threads: 1, grad_accum_steps: ", accumulate, "}\n"),
        "small.yaml"));
  };
  const auto before = built(16);  // six updates an epoch
  vit::SoundCheckpoint checkpoint;
  checkpoint.info.config = before->config;
  vit::TrainingState state;
  state.epoch = 4;
  state.update = 24;
  CHECK(vit::refit_to_batches(state, checkpoint, *before).empty());
  CHECK(state.schedule_shift == 0);
  const auto half = built(8);
  CHECK_THAT(vit::refit_to_batches(state, checkpoint, *half),
             Catch::Contains("12 updates now") && Catch::Contains("at update 48 of 72"));
  CHECK(state.update == 24);
  CHECK(state.schedule_shift == 24);

  vit::TrainingState inside;  // behind 48 samples of the fifth epoch
  inside.epoch = 4;
  inside.batch = 3;
  inside.update = 27;
  CHECK(vit::refit_to_batches(inside, checkpoint, *before).empty());
  (void)vit::refit_to_batches(inside, checkpoint, *half);
  CHECK(inside.batch == 6);
  CHECK(inside.update + inside.schedule_shift == 54);

  vit::TrainingState accumulated = state;
  accumulated.schedule_shift = 0;
  (void)vit::refit_to_batches(accumulated, checkpoint, *built(16, 2));
  CHECK(accumulated.update + accumulated.schedule_shift == 12);
}
