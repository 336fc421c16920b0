#include "vit/experiment/experiment.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

namespace {

std::string problem(const std::string& yaml, const std::vector<std::string>& sets = {}) {
  const auto error =
      vit::test::error_of([&] { (void)vit::parse_experiment(yaml, "x.yaml", sets); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  return error->what();
}

}  // namespace

TEST_CASE("Every key has a default: the empty experiment is one") {
  const vit::Experiment experiment = vit::parse_experiment("", "x.yaml");
  CHECK(experiment.model.name == "vit_tiny_patch16_224");
  CHECK(experiment.data.set.name == "shapes");
}

TEST_CASE("A model's name sets its options, and the keys after it change single ones") {
  const vit::Experiment experiment = vit::parse_experiment(
      "model: {name: vit_small_patch16_224, img_size: [32, 48], patch_size: 8}", "x.yaml");
  const auto& options = std::get<vit::ViTOptions>(experiment.model.options);
  CHECK(options.embed_dim == 384);
  CHECK(options.img_size == vit::Size2{32, 48});
  CHECK(options.patch_size == vit::Size2{8, 8});
}

TEST_CASE("The resolved experiment reads back as itself") {
  vit::Experiment experiment = vit::parse_experiment(
      "{seed: 3, data: {name: cifar10, root: 'my data'}, augment: {train: [random_crop: {padding: "
      "4}, hflip]}, "
      "model: {name: deit_tiny_patch16_224}, optim: {opt: sgd}}",
      "x.yaml");
  const std::string text = vit::experiment_yaml(experiment);
  CHECK(vit::experiment_yaml(vit::parse_experiment(text, "y.yaml")) == text);
  CHECK_THAT(text, Catch::Contains("padding: 4"));
}

TEST_CASE("Mistakes are named with their place and the nearest key, all at once") {
  const std::string text = problem(
      "optim:\n  learning_rate: 1e-3\n  weight_decay: lots\nmodel:\n  name: "
      "vit_tinny_patch16_224\n");
  CHECK_THAT(text, Catch::Contains("x.yaml:2:3"));
  CHECK_THAT(text, Catch::Contains("lr"));
  CHECK_THAT(text, Catch::Contains("x.yaml:3:17"));
  CHECK_THAT(text, Catch::Contains("x.yaml:5:9"));
  CHECK_THAT(text, Catch::Contains("did you mean vit_tiny_patch16_224?"));
  CHECK_THAT(problem("data: {name: shapse}"), Catch::Contains("did you mean shapes?"));
  CHECK_THAT(problem("optim: {lr: .nan}"), Catch::Contains("optim.lr"));
  CHECK_THAT(problem("", {"train.amp=fp8"}), Catch::Contains("--set train.amp"));
}

TEST_CASE("The number of classes comes from the data; another one is a contradiction") {
  vit::Experiment experiment =
      vit::parse_experiment("data: {name: shapes, num_train: 10, num_val: 10}", "x.yaml");
  const auto data = vit::open_data(experiment.data.set);
  vit::resolve(experiment, *data.train);
  CHECK(vit::num_classes(experiment.model) ==
        static_cast<std::int64_t>(data.train->classes().size()));
  vit::Experiment other = vit::parse_experiment("model: {num_classes: 3}", "x.yaml");
  CHECK_THROWS_WITH(vit::resolve(other, *data.train), Catch::Contains("model.num_classes: is 3"));
}

TEST_CASE("The pixels are the model's own unless the experiment says otherwise") {
  const vit::Experiment deit = vit::parse_experiment(
      "model: {name: deit_tiny_patch16_224}\ndata: {crop_pct: 1.0}", "x.yaml");
  const vit::InputSpec input = vit::experiment_input(deit);
  CHECK(input.mean == std::vector<double>{0.485, 0.456, 0.406});
  CHECK(input.crop_pct == 1.0);
  CHECK_THROWS_WITH(vit::experiment_input(vit::parse_experiment("data: {mean: [0.5]}", "x.yaml")),
                    Catch::Contains("data.mean: has 1 numbers, and the model has 3 channels"));
}
