#include "vit/run/evaluation_subject.h"

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "vit/core/error.h"
#include "vit/image/encode.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

namespace {

vit::Error refused(const vit::SubjectRequest& request) {
  const auto error = vit::test::error_of([&] { (void)vit::open_subject(request); });
  REQUIRE(error);
  return *error;
}

}  // namespace

TEST_CASE("A run is evaluated on its own data, or on other data with its classes") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  bench.run("r");
  const vit::EvaluationSubject own = vit::open_subject({"r", "", "", {}});
  CHECK(own.data->size() == 16);
  CHECK(own.weights == "r/checkpoints/best.safetensors");
  const std::vector<std::string> classes = own.data->classes();

  // The last class alone, and no training data beside it.
  std::filesystem::create_directories("test/val/" + classes.back());
  vit::write_png(vit::Image(8, 8, 3), "test/val/" + classes.back() + "/x.png");
  const std::vector<std::string> elsewhere{"data.name=folder", "data.root=test"};
  const vit::EvaluationSubject other = vit::open_subject({"r", "", "", elsewhere});
  CHECK(other.data->size() == 1);
  CHECK(other.data->classes() == classes);
  CHECK(other.data->label(0) == static_cast<std::int64_t>(classes.size()) - 1);

  std::filesystem::create_directories("test/val/zebra");
  vit::write_png(vit::Image(8, 8, 3), "test/val/zebra/x.png");
  CHECK(refused({"r", "", "", elsewhere}).kind() == vit::ErrorKind::data);
}

TEST_CASE("An experiment is evaluated with weights that are named, by it or beside it") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  bench.run("r");
  const std::string best = "r/checkpoints/best.safetensors";
  CHECK(vit::open_subject({"small.yaml", best, "", {}}).weights == best);
  CHECK(vit::open_subject({"small.yaml", "", "", {"init.weights=" + best}}).weights == best);
  CHECK(refused({"small.yaml", "", "", {}}).kind() == vit::ErrorKind::usage);
  const vit::Error untrained =
      refused({"small.yaml", "", "", {"init.weights=" + best, "init.reset_head=true"}});
  CHECK(untrained.kind() == vit::ErrorKind::usage);
  CHECK(refused({"", "", "", {}}).kind() == vit::ErrorKind::usage);
  CHECK(refused({"small.yaml", best, "resnet18", {}}).where() == "--model");
}

TEST_CASE(
    "A model of images and texts tells classes of any labelled data, of which it learned none") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  const std::vector<std::string> contrast{"task.name=contrast", "task.text.width=8",
                                          "task.text.layers=1", "task.text.heads=1",
                                          "task.text.context_length=12"};
  bench.run("r", "", {}, nullptr, contrast);
  for (const char* name : {"zebra", "cat"}) {
    std::filesystem::create_directories(std::string("test/val/") + name);
    for (int i = 0; i < 4; ++i)
      vit::write_png(vit::Image(8, 8, 3), vit::str("test/val/", name, "/", i, ".png"));
  }
  vit::SubjectRequest request{"r", "", "", {"data.name=folder", "data.root=test"}};
  CHECK(refused(request).kind() == vit::ErrorKind::usage);  // no captions
  request.zero_shot = true;
  const vit::EvaluationSubject subject = vit::open_subject(request);
  CHECK(subject.opened.labels == std::vector<std::string>{"cat", "zebra"});
  const vit::Metrics found = vit::evaluate(subject, "fp32")->metrics();
  CHECK(found.front().name == "top1");
  CHECK(vit::value_of(found, "top1") == 50);  // all images are alike
  CHECK(vit::value_of(found, "probe"));

  bench.run("c");
  CHECK(refused({"c", "", "", {}, {}, true}).where() == "--zero-shot");
}
