#include "vit/tasks/caption/task.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "tests/tasks/words.h"
#include "vit/experiment/experiment_data.h"
#include "vit/export/torchscript.h"
#include "vit/nn/generate.h"
#include "vit/run/open_model.h"
#include "vit/tasks/caption/sentence_collator.h"
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
      "task.name=caption",      "task.decoder.width=64",    "task.decoder.layers=2",
      "task.context_length=16", "data.num_train=8",         "data.num_val=8",
      "augment.train=[resize]", "schedule.epochs=250",      "optim.lr=0.003",
      "model.embed_dim=32",     "task.decoder.summary=max", "data.sampler.shuffle=false"};
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

  // How the first image's sentence came to be.
  const vit::TrainedModel searching = vit::open_model(learned, {"task.beams=3"});
  const auto said =
      std::get<vit::Caption>(searching.task->explaining_predictor()->predict(batch)[1]);
  REQUIRE(said.how);
  std::string joined;
  for (const vit::SaidWord& word : said.how->words) {
    joined += (joined.empty() ? "" : " ") + word.text;
    CHECK(word.looked.size() == 4);  // 2 x 2 patches; the class token may have the rest
    double looked = 0;
    for (const float cell : word.looked) looked += cell;
    CHECK((looked > 0 && looked < 1.0001));
    CHECK((word.probability > 0 && word.probability <= 1.0001));
  }
  CHECK(joined == said.text);
  REQUIRE(said.how->beams.size() == 3);
  CHECK(said.how->beams[0].first == said.text);
  CHECK(said.how->beams[0].second >= said.how->beams[1].second);
  double product = 0;
  std::string along;
  for (const vit::BeamNode& node : said.how->tree)
    if (node.said) {
      along += node.text;
      product = node.score;
    }
  CHECK(along == said.text);
  CHECK(product == Approx(said.how->beams[0].second));

  // Beam search in an exported file finds what it finds here.
  for (const char* beams : {"1", "3"}) {
    const vit::TrainedModel again = vit::open_model(learned, {std::string("task.beams=") + beams});
    const vit::ExportedGraph graph = again.task->exported();
    vit::export_torchscript(graph, vit::model_card(again), "m.pt");
    CHECK(torch::equal(vit::run_scripted(vit::load_torchscript("m.pt"), batch.images),
                       graph(batch.images)));
  }
}

TEST_CASE("What is said at once sees no text: neither in its logits nor in its gradients") {
  const auto captioner = [](double parallel) {
    vit::CaptionConfig config;
    config.options.words = vit::test::small_vocabulary();
    config.options.context_length = 8;
    config.options.decoder = {.width = 16, .layers = 2, .heads = 2, .tied = false};
    config.options.parallel = parallel;
    vit::TaskContext context;
    context.spec = vit::model_spec("vit_tiny_patch16_224");
    auto& options = std::get<vit::ViTOptions>(context.spec.options);
    options.img_size = {8, 8};
    options.patch_size = {4, 4};
    options.embed_dim = 16;
    options.depth = 1;
    options.num_heads = 2;
    context.model = vit::create_model(config.model(context.spec));
    context.model->init_weights(1);
    context.input.img_size = {8, 8};
    return std::make_unique<vit::CaptionTask>(config, context);
  };
  const auto task = captioner(0.5);
  auto& network = dynamic_cast<vit::CaptionNetwork&>(task->network());
  vit::Batch batch = task->random_batch(4, 1);
  const auto with = [&](const std::vector<std::string>& captions, bool not_given) {
    auto texts = std::make_shared<vit::Texts>();
    texts->ids = vit::ids_of(vit::text_input(vit::test::small_vocabulary(), 8), captions);
    texts->not_given = torch::full({4}, not_given, torch::kBool);
    batch.annotations = texts;
    network.module().zero_grad();
    task->step(batch).loss.backward();
    const torch::Tensor grad = network.decoder().token_embed->weight.grad();
    return grad.defined() ? grad.abs().sum().item<double>() : 0.0;
  };
  CHECK(with({"cat", "dog", "a cat", "a dog"}, true) == 0);
  CHECK(with({"cat", "dog", "a cat", "a dog"}, false) > 0);
  CHECK_FALSE(network.decoder().mask_token.grad().defined());

  // Not even the place of a word tells another one: all places see all others.
  const torch::NoGradGuard no_grad;
  const torch::Tensor memory = network.memory(batch.images),
                      all = network.parallel_logits(7, memory),
                      few = network.parallel_logits(3, memory);
  CHECK(all.sizes() == torch::IntArrayRef({4, 7, network.decoder().options.vocab_size}));
  CHECK_FALSE(torch::allclose(all.narrow(1, 0, 3), few));
}

TEST_CASE("Which samples are given no words is a function of seed, epoch and sample") {
  const vit::SentenceCollator collator(vit::test::small_words(), 0.75, 5);
  const auto chosen = [&](std::int64_t epoch, const torch::Tensor& indices) {
    vit::Batch batch;
    batch.indices = indices;
    batch.annotations = std::make_shared<vit::Texts>();
    collator.finish(batch, epoch, 0);
    return batch.annotations_as<vit::Texts>().not_given;
  };
  const torch::Tensor first = chosen(0, torch::arange(1000));
  CHECK(torch::equal(first.slice(0, 500), chosen(0, torch::arange(500, 1000))));
  CHECK_FALSE(torch::equal(first, chosen(1, torch::arange(1000))));
  const double share = first.to(torch::kFloat64).mean().item<double>();
  CHECK((share > 0.7 && share < 0.8));
}
