// What every task must do, by its line in the registry alone.
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "tests/support/stop_after.h"
#include "vit/core/glob.h"
#include "vit/data/registry.h"
#include "vit/export/torchscript.h"
#include "vit/image/encode.h"
#include "vit/report/csv.h"
#include "vit/run/evaluation_subject.h"
#include "vit/run/open_model.h"
#include "vit/tasks/registry.h"
#include "vit/train/run_directory.h"

namespace {

using vit::test::Bench;
using vit::test::WorkingFolder;

/// The small experiment with this task: augmentation only where the task takes some.
std::vector<std::string> sets_for(const vit::TaskEntry& entry) {
  std::vector<std::string> sets{"task.name=" + std::string(entry.name)};
  for (const vit::OptionRule& rule : entry.make()->refused())
    if (vit::matches_glob(rule.pattern, "augment.train")) sets.emplace_back("augment.train=[]");
  return sets;
}

std::vector<std::string> with(std::vector<std::string> sets, const std::string& more) {
  sets.push_back(more);
  return sets;
}

std::string weights_of(const std::filesystem::path& run) {
  return vit::test::get(vit::RunDirectory(run).last_checkpoint());
}

/// An image file and what the model in `path` says of it.
vit::Prediction predict(const std::string& path, vit::OpenedPredictor& opened) {
  opened = vit::open_predictor({path}, c10::kCPU);
  const vit::DataSplits data = vit::open_data(vit::default_data("shapes"));
  vit::Sample sample;
  sample.encoded = vit::encode_png(data.val->get(3).image);
  sample.source = "shapes.png";
  return vit::predict_image(opened, std::move(sample), c10::kCPU);
}

nlohmann::json told(const vit::OpenedPredictor& opened, const vit::Prediction& prediction,
                    const std::filesystem::path& folder) {
  nlohmann::json object = nlohmann::json::object();
  opened.task->tell(prediction,
                    {.classes = opened.labels, .image = "x.png", .name = "x", .folder = folder},
                    object);
  return object;
}

/// Metrics of the same images; what is not known of the one is not known of the other.
void check_alike(double found, double expected, double tolerance) {
  if (std::isnan(expected))
    CHECK(std::isnan(found));
  else
    CHECK(found == Approx(expected).epsilon(tolerance).margin(1e-6));
}

}  // namespace

TEST_CASE("Every task trains a small run to its end, with a table, a report and weights") {
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    INFO(entry.name);
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    const vit::RunResult result = bench.run("r", "", {}, nullptr, sets_for(entry));
    CHECK(result.end == vit::TrainingEnd::complete);
    REQUIRE_FALSE(result.best.empty());
    CHECK(result.best.front().better != vit::Better::neither);
    const vit::RunDirectory run(bench.folder / "r");
    const vit::CsvTable table = vit::read_csv(run.summary());
    CHECK(table.rows.size() == 3);
    for (const vit::Metric& metric : result.best) CHECK(table.column("eval_" + metric.name));
    const std::string page = vit::test::get(run.report());
    CHECK_THAT(page, Catch::Contains("<h2>Training"));
    CHECK_THAT(page, Catch::Contains("data:image/"));  // it shows images of the evaluation
    CHECK(std::filesystem::exists(run.done()));
  }
}

TEST_CASE("Every task goes on from its checkpoint as if it had not been stopped") {
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    INFO(entry.name);
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    const auto sets = sets_for(entry);
    bench.run("unbroken", "", {}, nullptr, sets);
    vit::test::StopAfter stopper(6);  // in the second epoch of four batches
    CHECK(bench.run("broken", "", {&stopper}, &stopper.stop, sets).end ==
          vit::TrainingEnd::stopped);
    CHECK(bench.run("broken", "auto", {}, nullptr, sets).end == vit::TrainingEnd::complete);
    CHECK((weights_of("broken") == weights_of("unbroken")));
  }
}

TEST_CASE("Every task learns the same with any number of workers") {
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    INFO(entry.name);
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    const auto sets = sets_for(entry);
    for (const char* workers : {"1", "3"})
      bench.run(workers, "", {}, nullptr, with(sets, std::string("data.workers=") + workers));
    const vit::TrainedModel one = vit::open_model("1"), three = vit::open_model("3");
    const auto a = one.task->network().module().named_parameters(),
               b = three.task->network().module().named_parameters();
    for (const auto& item : a) {
      INFO(item.key());
      CHECK(torch::equal(item.value(), b[item.key()]));
    }
  }
}

TEST_CASE("Every task's run, checkpoint and exported file predict the same, told as JSON") {
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    INFO(entry.name);
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    bench.run("r", "", {}, nullptr, with(sets_for(entry), "export.torchscript=true"));
    vit::OpenedPredictor run, file, exported;
    const nlohmann::json expected = told(run, predict("r", run), "masks");
    CHECK(expected.is_object());
    CHECK_FALSE(expected.empty());
    CHECK(told(file, predict("r/checkpoints/best.safetensors", file), "masks") == expected);
    const nlohmann::json scripted = told(exported, predict("r/model.pt", exported), "masks");
    CHECK(exported.task->name() == run.task->name());
    CHECK(exported.labels == run.labels);
    for (const auto& [key, value] : expected.items()) {
      REQUIRE(scripted.contains(key));
      CHECK(scripted[key].type() == value.type());
      CHECK(scripted[key].size() == value.size());
    }
  }
}

TEST_CASE("Every task's prediction has a text, and is drawn on its image") {
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    INFO(entry.name);
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    bench.run("r", "", {}, nullptr, sets_for(entry));
    vit::OpenedPredictor run;
    const vit::Prediction prediction = predict("r", run);
    const vit::TellOptions options{.classes = run.labels, .name = "x"};
    CHECK_FALSE(run.task->text(prediction, options).empty());
    const vit::Image image(32, 32, 3);
    const vit::Image drawn = run.task->draw(image, prediction, options);
    CHECK(drawn.width == 32);
    CHECK(drawn.height == 32);
  }
}

TEST_CASE("Every task is evaluated alike from its run and from its exported file") {
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    INFO(entry.name);
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    bench.run("r", "", {}, nullptr, with(sets_for(entry), "export.torchscript=true"));
    const auto metrics = [&](const std::string& what, const std::vector<std::string>& sets) {
      const vit::EvaluationSubject subject = vit::open_subject({what, "", "", sets});
      return vit::evaluate(subject, "fp32")->metrics();
    };
    const vit::Metrics run = metrics("r", {});
    const vit::Metrics exported =
        metrics("r/model.pt", {"data.name=shapes", "data.image_size=16", "data.num_train=32",
                               "data.num_val=16", "data.batch_size=8"});
    REQUIRE(run.size() == exported.size());
    for (std::size_t i = 0; i < run.size(); ++i) {
      INFO(run[i].name);
      check_alike(exported[i].value, run[i].value, 1e-3);
    }
  }
}

TEST_CASE("Every task's evaluations of two halves are together that of the whole") {
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    INFO(entry.name);
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    bench.run("r", "", {}, nullptr, sets_for(entry));
    const vit::EvaluationSubject subject = vit::open_subject({"r", "", "", {}});
    const vit::TaskConfig& task = *subject.opened.task;
    const std::vector<std::string>& classes = task.classes(*subject.data);
    const auto collator =
        task.collator(vit::Split::val, {.num_classes = static_cast<std::int64_t>(classes.size())});
    const vit::Pipeline pipeline = vit::Pipeline::evaluation(
        subject.opened.preprocessing, subject.opened.decoding, task.evaluated_in());
    const auto evaluated = [&](std::vector<std::int64_t> order) {
      auto evaluation = task.evaluation(classes);
      vit::EpochLoader batches(*subject.data, pipeline, *collator, std::move(order), 0,
                               {.batch_size = 8, .workers = 0});
      vit::run_evaluation(*evaluation, *subject.opened.predictor, batches, c10::kCPU, "fp32");
      return evaluation;
    };
    const auto whole = evaluated({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
    const auto first = evaluated({0, 1, 2, 3, 4, 5, 6, 7}),
               second = evaluated({8, 9, 10, 11, 12, 13, 14, 15});
    first->merge(*second);
    const vit::Metrics a = whole->metrics(), b = first->metrics();
    for (std::size_t i = 0; i < a.size(); ++i) {
      INFO(a[i].name);
      check_alike(b[i].value, a[i].value, 1e-6);
    }
    CHECK(first->report(*subject.data).sections.size() ==
          whole->report(*subject.data).sections.size());
  }
}

TEST_CASE("Every task refuses data without what it needs, and names what would fit") {
  for (const vit::TaskEntry& entry : vit::task_entries())
    for (const vit::DataEntry& data : vit::data_entries()) {
      if (vit::parts_of(vit::default_data(data.name)).has_all(entry.make()->needs())) continue;
      INFO(entry.name << " on " << data.name);
      Bench bench;
      const WorkingFolder here(bench.folder.path());
      vit::test::put(bench.folder / "small.yaml", "data: {name: " + std::string(data.name) +
                                                      "}\ntask: {name: " + std::string(entry.name) +
                                                      "}\n");
      const auto error = vit::test::error_of([&] { bench.run("r"); });
      REQUIRE(error);
      CHECK(error->kind() == vit::ErrorKind::usage);
      CHECK(error->where() == "data.name");
      CHECK_THAT(error->what(),
                 Catch::Contains(std::string(entry.name)) && Catch::Contains("data sets that fit"));
    }
}
