#include "vit/tasks/contrast/task.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "vit/run/open_model.h"
#include "vit/text/bpe_model.h"
#include "vit/train/run_directory.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

namespace {

const std::vector<std::string> kSmallTask{"task.name=contrast", "task.text.width=16",
                                          "task.text.layers=1", "task.text.context_length=16"};

std::vector<std::string> small_with(std::initializer_list<std::string> more) {
  std::vector<std::string> sets = kSmallTask;
  sets.insert(sets.end(), more.begin(), more.end());
  return sets;
}

torch::Tensor image_weight(const std::string& run) {
  return vit::open_model(run)
      .task->network()
      .module()
      .named_parameters()["image.blocks.0.attn.qkv.weight"];
}

}  // namespace

TEST_CASE("A run keeps its vocabulary: its model reads texts wherever its checkpoint is") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  bench.run("r", "", {}, nullptr, kSmallTask);
  const vit::TrainedModel opened = vit::open_model("r");
  const auto& config = dynamic_cast<const vit::ContrastConfig&>(*opened.experiment.task);
  CHECK_FALSE(config.options.words.vocabulary.empty());
  CHECK_FALSE(vit::prompts_of(config.options, opened.labels)->classes.empty());
  CHECK_FALSE(vit::prompts_of({}, opened.labels));
}

TEST_CASE("A locked image tower stays as it was while the text tower learns, in both losses") {
  for (const char* loss : {"clip", "siglip"}) {
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    const std::string lossy = std::string("task.loss=") + loss;
    bench.run(
        "short", "", {}, nullptr,
        small_with({lossy, "task.lock_image=true", "augment.train=[resize]", "schedule.epochs=1"}));
    bench.run("long", "", {}, nullptr,
              small_with({lossy, "task.lock_image=true", "augment.train=[resize]"}));
    CHECK(torch::equal(image_weight("short"), image_weight("long")));
    const auto text = [](const std::string& run) {
      return vit::open_model(run).task->network().module().named_parameters()["text.head.weight"];
    };
    CHECK_FALSE(torch::equal(text("short"), text("long")));
  }
}

TEST_CASE("A tokenizer of another vocabulary than the text tower has is refused as weights are") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  vit::BpeModel model;
  model.pieces = vit::byte_pieces();
  model.pieces.emplace_back("<|startoftext|>");
  model.pieces.emplace_back("<|endoftext|>");
  std::filesystem::create_directory("words");
  model.write("words");
  bench.run("fits", "", {}, nullptr, small_with({"task.tokenizer=words", "schedule.epochs=1"}));
  try {
    bench.run("r", "", {}, nullptr,
              small_with({"task.tokenizer=words", "task.text.vocab_size=100"}));
    FAIL("no error");
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::weights);
    CHECK_THAT(error.what(), Catch::Contains("100") && Catch::Contains("514"));
  }
}
