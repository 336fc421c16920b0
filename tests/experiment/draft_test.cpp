#include "vit/experiment/draft.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/experiment/experiment.h"
#include "vit/experiment/unread_options.h"

namespace {

using vit::SamplePart;

vit::DataLayout layout(const std::string& data, vit::SampleParts samples, bool has_val = true) {
  return {vit::default_data(data), samples, has_val, "", {}};
}

vit::DraftRequest request(std::int64_t images, vit::Size2 size, const std::string& task = "") {
  return {.task = task, .weights = "", .training_images = images, .image_size = size};
}

/// It is an experiment in which every value has a say.
vit::Experiment read(const vit::Draft& draft) {
  INFO(draft.yaml);
  vit::Experiment experiment = vit::parse_experiment(draft.yaml, "draft.yaml");
  CHECK_NOTHROW(vit::require_honoured(experiment));
  CHECK(vit::unread_options(experiment).empty());
  return experiment;
}

}  // namespace

TEST_CASE("the task is the one that the data is for") {
  struct Row {
    const char* data;
    vit::SampleParts samples;
    const char* task;
  };
  for (const Row& row :
       {Row{"folder", {SamplePart::label}, "classify"}, Row{"coco", {SamplePart::boxes}, "detect"},
        Row{"mask_folder", {SamplePart::mask}, "segment"},
        Row{"metadata_folder", {SamplePart::caption}, "caption"}, Row{"images", {}, "mae"}}) {
    const vit::Draft draft =
        vit::draft_experiment(layout(row.data, row.samples), request(1000, {480, 640}));
    CHECK(draft.task == row.task);
    CHECK_FALSE(draft.about.empty());
    const vit::Experiment experiment = read(draft);
    CHECK(experiment.task.name() == row.task);
    CHECK(experiment.data.set.name == row.data);
    CHECK(experiment.data.subset.val_split == 0);
  }
}

TEST_CASE("another task can be chosen, if the data has what it needs") {
  const auto found = layout("folder", {SamplePart::label});
  CHECK(read(vit::draft_experiment(found, request(9, {32, 32}, "mae"))).task.name() == "mae");
  const auto captions = layout("metadata_folder", {SamplePart::caption});
  CHECK(read(vit::draft_experiment(captions, request(9, {32, 32}, "contrast"))).task.name() ==
        "contrast");
  // COCO's masks are drawn where they are needed.
  const auto coco = layout("coco", {SamplePart::boxes});
  CHECK(std::get<vit::CocoOptions>(
            read(vit::draft_experiment(coco, request(9, {32, 32}, "segment"))).data.set.options)
            .masks);
  const auto problem = [&](const std::string& task) {
    const auto error = vit::test::error_of([&] {
      (void)vit::draft_experiment(found, request(9, {32, 32}, task));
    });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    return std::string(error->what());
  };
  CHECK_THAT(problem("segment"), Catch::Contains("needs mask"));
  CHECK_THAT(problem("clasify"), Catch::Contains("did you mean classify?"));
  CHECK_THAT(problem("dino"), Catch::Contains("there is no start for dino"));
}

TEST_CASE("sizes follow the images, and epochs their number") {
  const auto small =
      read(vit::draft_experiment(layout("folder", {SamplePart::label}), request(50'000, {32, 32})));
  const auto& options = std::get<vit::ViTOptions>(small.model.options);
  CHECK(options.img_size == vit::Size2{32, 32});
  CHECK(options.patch_size == vit::Size2{4, 4});
  CHECK(small.schedule.epochs == 6);
  const auto wide =
      read(vit::draft_experiment(layout("coco", {SamplePart::boxes}), request(200, {480, 640})));
  CHECK(std::get<vit::ViTOptions>(wide.model.options).img_size == vit::Size2{288, 384});
  CHECK(wide.schedule.epochs == 60);
  const auto few = read(
      vit::draft_experiment(layout("folder", {SamplePart::label}, false), request(10, {300, 200})));
  CHECK(few.data.batch_size == 2);
  CHECK(few.data.subset.val_split == 0.2);
}

TEST_CASE("every start can also begin with weights") {
  for (const vit::Recipe& start : vit::starts()) {
    INFO(start.name);
    CHECK(start.yaml.find("#scratch") != std::string_view::npos);
    CHECK(start.yaml.find("$weights") != std::string_view::npos);
  }
  auto wanted = request(100, {480, 640});
  wanted.weights = "a file.safetensors";
  const vit::Draft draft = vit::draft_experiment(layout("folder", {SamplePart::label}), wanted);
  CHECK_THAT(draft.yaml, Catch::Contains("recipe: finetune"));
  CHECK_THAT(draft.yaml, Catch::Contains("init: {weights: a file.safetensors}"));
  CHECK_THAT(draft.yaml, !Catch::Contains("#weights") && !Catch::Contains("$"));
}
