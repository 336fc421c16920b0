#include "vit/tasks/caption/task.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "vit/experiment/experiment_data.h"
#include "vit/export/torchscript.h"
#include "vit/nn/generate.h"
#include "vit/run/open_model.h"
#include "vit/train/run_directory.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

TEST_CASE("Each token's next one counts up to the end, which counts once, and nothing behind it") {
  const torch::Tensor ids = torch::tensor({7, 3, 4, 8, 0, 0, 7, 5, 5, 5, 5, 8}).view({2, 6});
  CHECK(torch::equal(vit::next_tokens(ids, 8),
                     torch::tensor({3, 4, 8, -100, -100, 5, 5, 5, 5, 8}).view({2, 5})));
}

TEST_CASE("A captioner that has seen a few images often says their sentences, alone and exported") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  const std::vector<std::string> sets{
      "task.name=caption",      "task.decoder.width=64",     "task.decoder.layers=2",
      "task.context_length=16", "data.num_train=8",          "data.num_val=8",
      "augment.train=[resize]", "schedule.epochs=250",       "optim.lr=0.003",
      "model.embed_dim=32",     "data.sampler.shuffle=false"};
  std::vector<std::string> known(sets.begin(), sets.end() - 1);
  bench.run("r", "", {}, nullptr, known);
  // The last one: sentences of other images, which decide which is the best, are never right.
  const std::filesystem::path learned = vit::RunDirectory("r").last_checkpoint();
  const vit::TrainedModel opened = vit::open_model(learned);
  const vit::DataSplits data = vit::open_data(opened.experiment);
  auto& task = dynamic_cast<vit::CaptionTask&>(*opened.task);
  const vit::Pipeline pipeline = vit::Pipeline::evaluation(opened.preprocessing, {});
  vit::EpochLoader loader(*data.train, pipeline, task.collator(vit::Split::val),
                          {0, 1, 2, 3, 4, 5, 6, 7}, 0, {.batch_size = 8, .workers = 0});
  const vit::Batch batch = *loader.next();
  const auto predictions = task.predictor()->predict(batch);
  REQUIRE(predictions.size() == 8);
  std::int64_t right = 0;
  for (std::size_t i = 0; i < 8; ++i)
    right += std::get<vit::Caption>(predictions[i]).text ==
                     batch.annotations_as<vit::Texts>().captions[i]
                 ? 1
                 : 0;
  CHECK(right >= 7);

  // Beam search in an exported file finds what it finds here.
  for (const char* beams : {"1", "3"}) {
    const vit::TrainedModel again = vit::open_model(learned, {std::string("task.beams=") + beams});
    const vit::ExportedGraph graph = again.task->exported();
    vit::export_torchscript(graph, vit::model_card(again), "m.pt");
    CHECK(torch::equal(vit::run_scripted(vit::load_torchscript("m.pt"), batch.images),
                       graph(batch.images)));
  }
}
