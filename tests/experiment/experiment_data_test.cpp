#include "vit/experiment/experiment_data.h"

#include <set>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

namespace {

vit::DataSplits data_of(const std::string& more) {
  return vit::open_data(
      vit::parse_experiment("data: {image_size: 16, num_train: 100, num_val: 30" + more + "}",
                            "small.yaml")
          .data);
}

std::optional<vit::Error> data_problem(const std::string& more) {
  return vit::test::error_of([&] { (void)data_of(more); });
}

/// An experiment on a small folder of two classes, without val/.
vit::Experiment folder_experiment(const vit::test::ScratchFolder& folder,
                                  const std::string& more = "") {
  for (int i = 0; i < 10; ++i)
    for (const char* name : {"cat", "dog"})
      vit::test::put_picture(folder / "train" / name / (std::to_string(i) + ".png"), 9);
  return vit::parse_experiment("data: {name: folder, root: " + folder.path().string() + more + "}",
                               "small.yaml");
}

}  // namespace

TEST_CASE("A subset is a part or a number of the training samples, each class in proportion") {
  CHECK(data_of("").train->size() == 100);
  const vit::DataSplits fifth = data_of(", subset: 0.2");
  CHECK(fifth.train->size() == 20);
  CHECK(fifth.val->size() == 30);
  std::set<std::int64_t> classes;
  for (std::int64_t i = 0; i < 20; ++i) classes.insert(fifth.train->label(i));
  CHECK(classes.size() == 10);
  CHECK(data_of(", subset: 40").train->size() == 40);
  const auto error = data_problem(", subset: 101");
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("asks for 101 of 100 training samples"));
}

TEST_CASE("Folds divide the training samples; each is held out once") {
  std::multiset<std::string> held_out;
  for (int fold = 0; fold < 3; ++fold) {
    const vit::DataSplits splits = data_of(", folds: 3, fold: " + std::to_string(fold));
    CHECK(splits.train->size() + splits.val->size() == 100);
    for (std::int64_t i = 0; i < splits.val->size(); ++i)
      held_out.insert(splits.val->get(i).source);
  }
  CHECK(held_out.size() == 100);
  CHECK(std::set<std::string>(held_out.begin(), held_out.end()).size() == 100);
  auto error = data_problem(", folds: 3, fold: 3");
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("data.fold") && Catch::Contains("there are 3 folds"));
}

TEST_CASE("Pictures that are to be turned upright are not cached") {
  const auto error = data_problem(", exif_orientation: true, cache: memory");
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->what(), Catch::Contains("turn one of the two off"));
}

TEST_CASE(
    "A part of the training samples validates: the same each time, each class in proportion") {
  const vit::test::ScratchFolder folder;
  const vit::Experiment experiment = folder_experiment(folder, ", val_split: 0.2");
  std::vector<std::string> held_out[2];
  for (auto& names : held_out) {
    const vit::DataSplits splits = vit::open_data(experiment);
    REQUIRE(splits.val->size() == 4);
    CHECK(splits.train->size() == 16);
    std::set<std::string> all;
    for (std::int64_t i = 0; i < 4; ++i) {
      names.push_back(splits.val->source(i));
      all.insert(splits.val->source(i));
    }
    for (std::int64_t i = 0; i < 16; ++i) all.insert(splits.train->source(i));
    CHECK(all.size() == 20);
    CHECK(splits.val->label(0) + splits.val->label(1) + splits.val->label(2) +
              splits.val->label(3) ==
          2);
  }
  CHECK(held_out[0] == held_out[1]);
  const vit::DataSplits other =
      vit::open_data(folder_experiment(folder, ", val_split: 0.2, subset_seed: 1"));
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < 4; ++i) names.push_back(other.val->source(i));
  CHECK(names != held_out[0]);
}

TEST_CASE("Folds need no validation split, and without any of them the error names the key") {
  const vit::test::ScratchFolder folder;
  CHECK(vit::open_data(folder_experiment(folder, ", folds: 5")).val->size() == 4);
  auto error = vit::test::error_of([&] { (void)vit::open_data(folder_experiment(folder)); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains("data.val_split: 0.2"));
  error = vit::test::error_of(
      [&] { (void)vit::open_data(folder_experiment(folder, ", folds: 5, val_split: 0.2")); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
}

TEST_CASE("A task is refused data of a kind that cannot hold what it needs, before it is opened") {
  for (const vit::DataEntry& entry : vit::data_entries())
    for (const vit::TaskEntry& known : vit::task_entries()) {
      const std::string name(known.name);
      const vit::TaskSpec task(*vit::create_task(name));
      const vit::DataSpec set = vit::default_data(entry.name);
      const auto error = vit::test::error_of([&] { vit::require_data_for(task, set); });
      INFO(entry.name << " for " << name);
      CHECK(error.has_value() == !vit::parts_of(set).has_all(task->needs()));
      if (!error) continue;
      CHECK(error->kind() == vit::ErrorKind::usage);
      CHECK_THAT(error->what(),
                 Catch::Contains(std::string("the samples of ") + std::string(entry.name)) &&
                     Catch::Contains(std::string("the task ") + name) &&
                     Catch::Contains("needs " + task->needs().text()) &&
                     Catch::Contains("data sets that fit: shapes"));
    }
}

TEST_CASE("A sample without what the task needs is named before anything runs") {
  const vit::test::ScratchFolder folder;
  vit::test::put_picture(folder / "a.png", 1);
  const auto problem = [&](const std::string& train) {
    vit::test::put(folder / "train.jsonl", train);
    const auto error = vit::test::error_of([&] {
      (void)vit::open_data(vit::parse_experiment(
          "data: {name: manifest, train: " + (folder / "train.jsonl").string() +
              ", val: " + (folder / "train.jsonl").string() + "}",
          "small.yaml"));
    });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
    return std::string(error->what());
  };
  CHECK_THAT(problem("{\"path\": \"a.png\", \"label\": 1}\n{\"path\": \"b.png\", \"caption\": "
                     "\"x\"}\n"),
             Catch::Contains("b.png: has no label"));
  CHECK_THAT(problem("{\"path\": \"a.png\", \"caption\": \"x\"}\n"),
             Catch::Contains("a.png: has no label"));
}

TEST_CASE("A sampler is asked for its weights before anything runs") {
  const auto problem = [](const std::string& more) {
    const auto error = vit::test::error_of([&] {
      (void)vit::open_data(vit::parse_experiment(
          "data: {image_size: 16, num_train: 10, num_val: 5, " + more + "}", "small.yaml"));
    });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    return std::string(error->what());
  };
  CHECK_THAT(problem("sampler: weighted"), Catch::Contains("data.sample_weights: says nothing"));
  CHECK_THAT(problem("sample_weights: w.txt"), Catch::Contains("data.sampler is shuffle"));
}

TEST_CASE("What a person should know of the data when training starts") {
  const vit::test::ScratchFolder folder;
  vit::Experiment experiment = folder_experiment(folder, ", folds: 5, batch_size: 16");
  CHECK(vit::data_remarks(experiment.data, vit::open_data(experiment)).empty());
  vit::test::put(folder / "train/cat/notes.txt", "");
  experiment.data.batch_size = 5000;
  const auto remarks = vit::data_remarks(experiment.data, vit::open_data(experiment));
  REQUIRE(remarks.size() == 2);
  CHECK_THAT(remarks[0],
             Catch::Contains("training data: files of other types are left out (.txt): 1"));
  CHECK_THAT(remarks[1], Catch::Contains("data.batch_size is 5000, and there are 16 training"));
}
