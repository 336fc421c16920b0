#include "vit/train/checkpoint_writer.h"

#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/weights/tensors.h"

namespace {

vit::CheckpointInfo info(std::int64_t update) {
  vit::CheckpointInfo info;
  info.state.update = update;
  info.config = "seed: 1\n";
  return info;
}

vit::NamedTensors tensors(float value, std::int64_t size = 16) {
  return {{"w", torch::full({size}, value)}, {"optim/m/w", torch::full({size}, -value)}};
}

float value_in(const std::filesystem::path& file) {
  const vit::SafetensorsFile opened = vit::SafetensorsFile::open(file);
  return vit::read_tensor(opened, opened.at("w"))[0].item<float>();
}

struct Writing {
  explicit Writing(const vit::CheckpointWriter::Options& options) : directory(folder / "run") {
    directory.create();
    writer.emplace(directory, options);
  }
  vit::test::ScratchFolder folder;
  vit::RunDirectory directory;
  std::optional<vit::CheckpointWriter> writer;
};

}  // namespace

TEST_CASE(
    "What is written is what was there at the call, whatever training does once it is settled") {
  Writing setup({.keep = 1});
  vit::NamedTensors live = tensors(1, 1 << 20);
  setup.writer->save(vit::CheckpointKind::last, live, info(1));
  setup.writer->settle();
  for (auto& [name, tensor] : live) tensor.fill_(99);
  setup.writer->finish();
  CHECK(value_in(setup.directory.last_checkpoint()) == 1);
  CHECK(vit::read_checkpoint_info(setup.directory.last_checkpoint()).state.update == 1);
}

TEST_CASE("last and best of one moment share their bytes; the newest old ones are kept") {
  Writing setup({.keep = 2, .background = GENERATE(false, true)});
  for (int update = 1; update <= 5; ++update)
    setup.writer->save(update == 2 ? vit::CheckpointKind::last_and_best : vit::CheckpointKind::last,
                       tensors(static_cast<float>(update)), info(update));
  setup.writer->finish();
  CHECK(value_in(setup.directory.last_checkpoint()) == 5);
  CHECK(value_in(setup.directory.best_checkpoint()) == 2);
  const auto kept = setup.directory.kept_checkpoints();
  REQUIRE(kept.size() == 2);
  CHECK(kept[0] == setup.directory.kept_checkpoint(4));
  CHECK(value_in(kept[1]) == 3);
}

TEST_CASE("A write that fails is told once, and made up for at the end") {
  Writing setup({.keep = 0, .background = false});
  const std::filesystem::path folder = setup.directory.last_checkpoint().parent_path();
  std::filesystem::rename(folder, folder.string() + "-away");
  setup.writer->save(vit::CheckpointKind::last_and_best, tensors(1), info(1));
  CHECK(setup.writer->take_failure());
  CHECK_FALSE(setup.writer->take_failure());
  setup.writer->save(vit::CheckpointKind::last, tensors(2), info(2));
  CHECK(setup.writer->take_failure());
  CHECK_THROWS(setup.writer->finish());
  std::filesystem::rename(folder.string() + "-away", folder);
  setup.writer->finish();
  CHECK(value_in(setup.directory.best_checkpoint()) == 1);
  CHECK(value_in(setup.directory.last_checkpoint()) == 2);
}

TEST_CASE("A save that a forward pass follows holds training back for under 5 % of the write") {
  Writing setup({.keep = 0});
  const vit::NamedTensors large = tensors(1, 1 << 22);  // 2 times 16 MiB
  vit::CheckpointWriter::Cost before;
  double least = 1;  // of a few: this machine may be busy
  for (int update = 1; update <= 5; ++update) {
    setup.writer->save(vit::CheckpointKind::last, large, info(update));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // a forward and a backward pass
    setup.writer->settle();
    setup.writer->finish();
    const auto after = setup.writer->cost();
    least = std::min(least, (after.held - before.held) / (after.written - before.written));
    before = after;
  }
  CHECK(least < 0.05);
}
