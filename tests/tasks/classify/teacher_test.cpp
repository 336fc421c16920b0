#include "vit/tasks/classify/teacher.h"

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "vit/export/bundle_files.h"
#include "vit/report/csv.h"
#include "vit/run/open_model.h"
#include "vit/weights/tensors.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

namespace {

std::optional<double> last_loss(const std::filesystem::path& run) {
  const vit::CsvTable table = vit::read_csv(run / "summary.csv");
  return table.number(table.rows.size() - 1, "train_loss");
}

}  // namespace

TEST_CASE("A student learns from a run, and its teacher's logits can be kept") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  bench.run("teacher");
  const std::vector<std::string> taught{
      "task.distillation.type=soft", "augment.train=[resize]",
      "task.distillation.teacher_weights=" + (bench.folder / "teacher").string()};
  std::vector<std::string> cached = taught;
  cached.push_back("task.distillation.cache_logits=true");
  bench.run("alone", "", {}, nullptr, {"augment.train=[resize]"});
  bench.run("taught", "", {}, nullptr, taught);
  bench.run("cached", "", {}, nullptr, cached);
  std::vector<std::filesystem::path> kept;
  for (const auto& entry : std::filesystem::directory_iterator("runs/.features"))
    kept.push_back(entry.path());
  REQUIRE(kept.size() == 1);
  const auto written = std::filesystem::last_write_time(kept[0]);
  bench.run("again", "", {}, nullptr, cached);
  CHECK(std::filesystem::last_write_time(kept[0]) == written);  // read, not made again
  CHECK(last_loss("taught") != last_loss("alone"));
  CHECK(last_loss("cached") == last_loss("taught"));  // the same pictures, seen the same way
  CHECK(last_loss("again") == last_loss("taught"));
}

TEST_CASE("A teacher may be plain weights, whose model is found by itself") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  bench.run("teacher");
  vit::TensorWriter writer;
  writer.set_metadata("format", "pt");
  const vit::TrainedModel teacher = vit::open_model("teacher");
  for (const auto& [name, tensor] : vit::named_tensors(*teacher.model)) writer.add(name, tensor);
  writer.write("plain.safetensors");
  for (const char* model : {"", "auto"}) {
    const auto error = vit::test::error_of([&] {
      bench.run(
          std::string("student") + model, "", {}, nullptr,
          {"task.distillation.type=soft",
           std::string("task.distillation.teacher_model=\"") + model + "\"",
           "task.distillation.teacher_weights=" + (bench.folder / "plain.safetensors").string()});
    });
    INFO((error ? error->what() : ""));
    CHECK_FALSE(error);
  }
}

TEST_CASE("A teacher that is not named, not there or does not fit is an error that says so") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  bench.run("teacher");
  const auto error_of = [&](const std::vector<std::string>& sets) {
    std::vector<std::string> all{"task.distillation.type=hard"};
    all.insert(all.end(), sets.begin(), sets.end());
    const auto error = vit::test::error_of([&] { bench.run("student", "", {}, nullptr, all); });
    REQUIRE(error);
    return *error;
  };
  const vit::Error unnamed = error_of({});
  CHECK(unnamed.kind() == vit::ErrorKind::usage);
  CHECK(unnamed.where() == "task.distillation.teacher_weights");
  const vit::Error missing = error_of({"task.distillation.teacher_weights=nowhere"});
  CHECK(missing.kind() == vit::ErrorKind::weights);
  CHECK_THAT(missing.what(), Catch::Contains("nowhere"));
  const std::string weights = (bench.folder / "teacher/checkpoints/best.safetensors").string();
  const vit::Error other = error_of(
      {"task.distillation.teacher_weights=" + weights, "task.distillation.teacher_model=resnet18"});
  CHECK(other.kind() == vit::ErrorKind::weights);
  const vit::Error larger =
      error_of({"task.distillation.teacher_weights=teacher", "model.img_size=16"});
  CHECK(larger.kind() == vit::ErrorKind::usage);
  CHECK_THAT(larger.what(), Catch::Contains("pictures of 8x8"));
}
