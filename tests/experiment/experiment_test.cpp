#include "vit/experiment/experiment.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/config/schema_check.h"
#include "tests/io/scratch.h"
#include "vit/config/other_names.h"
#include "vit/config/reference.h"
#include "vit/config/yaml_document.h"
#include "vit/config/yaml_json.h"
#include "vit/config/yaml_key_names.h"
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

TEST_CASE("Of default, recipe, bases, file, layers and --set the later wins, and is the origin") {
  const vit::test::ScratchFolder folder;
  const auto write = [&](const std::string& name, const std::string& yaml) {
    vit::test::put(folder / name, yaml);
    return (folder / name).string();
  };
  write("one.yaml", "optim: {weight_decay: 0.1, layer_decay: 0.1, momentum: 0.1}\n");
  write("two.yaml", "optim: {layer_decay: 0.2, momentum: 0.2}\n");
  const std::string file = write("file.yaml",
                                 "base: [one.yaml, two.yaml]\nrecipe: deit3\n"
                                 "optim: {momentum: 0.3, eps: 0.3}\nschedule: {epochs: 3}\n");
  const std::string layer = write("layer.yaml", "optim: {eps: 0.4}\nschedule: {epochs: 4}\n");
  vit::ConfigOrigins origins;
  // A --set wins wherever it stands.
  const vit::Experiment experiment =
      vit::load_experiment(file, {"schedule.epochs=5", "@" + layer}, &origins);
  CHECK(experiment.optim.opt == "lamb");
  CHECK(origins["optim.opt"] == "recipe deit3");
  CHECK(experiment.optim.weight_decay == 0.1);
  CHECK_THAT(origins["optim.weight_decay"], Catch::Contains("one.yaml:1:23"));
  CHECK(experiment.optim.layer_decay == 0.2);
  CHECK_THAT(origins["optim.layer_decay"], Catch::Contains("two.yaml:1:22"));
  CHECK(experiment.optim.momentum == 0.3);
  CHECK(experiment.optim.eps == 0.4);
  CHECK_THAT(origins["optim.eps"], Catch::Contains("layer.yaml:1:14"));
  CHECK(experiment.schedule.epochs == 5);
  CHECK(origins["schedule.epochs"] == "--set schedule.epochs");
  CHECK_FALSE(origins.contains("train.threads"));
  CHECK_THAT(vit::experiment_yaml(experiment, origins),
             Catch::Contains("  # default of deit3_small_patch16_224\n"));
  CHECK_THROWS_WITH(vit::load_experiment(file, {"@" + (folder / "none.yaml").string()}),
                    Catch::Contains("there is no such file"));
}

TEST_CASE("The schema holds every experiment that there is, as it is written and resolved") {
  const nlohmann::ordered_json schema = vit::experiment_schema();
  int count = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(VIT_SOURCE_DIR "/experiments")) {
    if (entry.path().extension() != ".yaml" || entry.path().parent_path().filename() == "starts")
      continue;
    INFO(entry.path());
    // Bases are taken out of a document; what one of them says is valid by itself.
    vit::YamlDocument document = vit::YamlDocument::load(entry.path());
    if (document.root().find("experiment") != nullptr) continue;  // a sweep over one
    CHECK(vit::test::schema_problem(schema, vit::yaml_json(document.root())) == "");
    ++count;
    std::string unnamed = "model.name=vit_tiny_patch16_224";
    const auto* model = document.root().find("model");
    const auto* name = model != nullptr ? model->value.find("name") : nullptr;
    const bool automatic = name != nullptr && name->value.text == "auto";
    const vit::Experiment experiment = vit::load_experiment(
        entry.path(), automatic || (name == nullptr && document.root().find("recipe") == nullptr)
                          ? std::vector<std::string>{unnamed}
                          : std::vector<std::string>{});
    const auto resolved = vit::YamlDocument::parse(vit::experiment_yaml(experiment), "resolved");
    CHECK(vit::test::schema_problem(schema, vit::yaml_json(resolved.root())) == "");
  }
  CHECK(count > 40);
  const auto refused = [&](const nlohmann::json& value) {
    return !vit::test::schema_problem(schema, value).empty();
  };
  CHECK(refused({{"optim", {{"learning_rate", 1}}}}));
  CHECK(refused({{"task", {{"name", "clasify"}}}}));
  CHECK(refused({{"recipe", "deit4"}}));
  CHECK_FALSE(refused({{"base", {"a.yaml", "b.yaml"}}, {"recipe", "deit3"}}));
  CHECK_FALSE(refused({{"base", "a.yaml"}, {"model", {{"name", "auto"}}}}));
}

TEST_CASE("Every key by which other tools' names are answered is one") {
  vit::YamlKeyNames names;
  std::set<std::string> keys, sections;
  for (const vit::ReferenceRow& row : vit::experiment_reference()) {
    (row.type == "section" ? sections : keys).insert(row.path);
    if (row.type != "section") names.add(row.path);
  }
  for (const vit::OtherName& row : vit::other_names()) {
    INFO(row.theirs << " -> " << row.ours);
    if (row.is_sentence()) continue;
    if (row.is_section())
      CHECK(sections.contains(std::string(row.ours.substr(0, row.ours.size() - 1))));
    else
      CHECK(keys.contains(std::string(row.ours)));
  }
  CHECK(names.meant_by("lr0") == std::vector<std::string>{"optim.lr"});
  CHECK(names.meant_by("per_device_train_batch_size") ==
        std::vector<std::string>{"data.batch_size"});
  CHECK(names.meant_by("dropout") == std::vector<std::string>{"model.drop_rate"});
}

TEST_CASE("The reference lists the options of every data set, model family and task") {
  std::set<std::string> keys;
  for (const vit::ReferenceRow& row : vit::experiment_reference()) keys.insert(row.path);
  for (const char* key :
       {"data.root", "data.num_train", "data.train_annotations", "model.embed_dim",
        "model.channels", "task.mask_ratio", "task.rf_detr.variant"})
    CHECK(keys.contains(key));
}
