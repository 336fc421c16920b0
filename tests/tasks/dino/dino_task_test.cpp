#include "vit/tasks/dino/task.h"

#include <torch/utils.h>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "tests/support/shared.h"
#include "tests/support/stop_after.h"
#include "vit/optim/schedule.h"
#include "vit/report/csv.h"
#include "vit/run/open_model.h"
#include "vit/train/run_directory.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

namespace {

const std::vector<std::string> kSmallDino = {
    "task.name=dino",          "task.head.out_dim=32",
    "task.head.hidden_dim=32", "task.head.bottleneck_dim=16",
    "model.img_size=16",       "augment.train=[]"};

std::vector<std::string> small_dino(const std::vector<std::string>& more = {}) {
  std::vector<std::string> sets = kSmallDino;
  sets.insert(sets.end(), more.begin(), more.end());
  return sets;
}

vit::DinoTask& dino_of(const vit::TrainedModel& run) {
  return dynamic_cast<vit::DinoTask&>(*run.task);
}

}  // namespace

TEST_CASE("The teacher's temperature rises evenly in its warm-up") {
  vit::DinoOptions options;
  options.warmup_teacher_temp = 0.04;
  options.teacher_temp = 0.07;
  options.warmup_teacher_temp_epochs = 3;
  CHECK(vit::teacher_temperature(options, 0) == Approx(0.04));
  CHECK(vit::teacher_temperature(options, 1) == Approx(0.055));
  CHECK(vit::teacher_temperature(options, 2) == Approx(0.07));
  CHECK(vit::teacher_temperature(options, 4) == Approx(0.07));
  options.warmup_teacher_temp_epochs = 0;
  CHECK(vit::teacher_temperature(options, 0) == Approx(0.07));
}

TEST_CASE("The teacher is the student's average: it moves by what the momentum leaves") {
  const auto model = [] {
    auto made = vit::create_model(vit::model_spec("vit_tiny_patch16_224"));
    made->init_weights(1);
    return made;
  };
  vit::DinoOptions options;
  options.head = {.out_dim = 8, .hidden_dim = 8, .bottleneck_dim = 4};
  vit::DinoNetwork network(model(), model(), options);
  network.init_parts(2);
  const auto teacher = network.teacher().module().named_parameters();
  const auto student = network.backbone().module().named_parameters();
  const std::string name = "blocks.3.mlp.fc1.weight";
  const torch::Tensor before = teacher[name].clone();
  CHECK(torch::equal(before, student[name]));
  {
    const torch::NoGradGuard no_grad;
    student[name].add_(1);
  }
  network.move_teacher(0.75);
  CHECK(torch::allclose(teacher[name], before + 0.25, 1e-5, 1e-6));
  CHECK_FALSE(teacher[name].requires_grad());
  CHECK(network.named_buffers().contains("dino_loss.center"));
  CHECK_FALSE(network.named_parameters().contains("mask_token"));
}

TEST_CASE("A run of DINO keeps teacher and centre, and leaves an encoder for other tasks") {
  for (const char* more : {"task.ibot_weight=0", "task.ibot_weight=1"}) {
    INFO(more);
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    const auto sets = small_dino({more, "task.koleo_weight=0.1", "task.momentum_teacher=0.5",
                                  "task.ibot.probability=1", "task.ibot.ratio=[0.3, 0.5]"});
    bench.run("unbroken", "", {}, nullptr, sets);
    const vit::CsvTable table = vit::read_csv(vit::RunDirectory("unbroken").summary());
    CHECK(table.column("eval_knn"));
    CHECK(table.column("eval_rankme"));
    const std::string updates = vit::test::get(vit::RunDirectory("unbroken").metrics());
    CHECK_THAT(updates, Catch::Contains("train_teacher_entropy") && Catch::Contains("train_koleo"));
    vit::test::StopAfter stopper(6);
    CHECK(bench.run("broken", "", {&stopper}, &stopper.stop, sets).end ==
          vit::TrainingEnd::stopped);
    bench.run("broken", "auto", {}, nullptr, sets);
    const auto bytes = [](const char* run) {
      return vit::test::get(vit::RunDirectory(run).last_checkpoint());
    };
    CHECK((bytes("broken") == bytes("unbroken")));
    const vit::TrainedModel run = vit::open_model("unbroken");
    vit::DinoNetwork& network = dynamic_cast<vit::DinoNetwork&>(dino_of(run).network());
    CHECK(network.dino_centre->center.abs().sum().item<float>() > 0);
    bench.run("tuned", "", {}, nullptr,
              {"init.weights=unbroken", "init.reset_head=true", "model.img_size=16",
               "schedule.epochs=1", "optim.lr=1e-12", "schedule.min_lr=0"});
    const vit::TrainedModel tuned = vit::open_model("tuned");
    const char* name = "blocks.0.mlp.fc1.weight";
    const torch::Tensor begun = tuned.model->module().named_parameters()[name];
    CHECK(torch::allclose(begun, network.teacher().module().named_parameters()[name]));
    CHECK_FALSE(torch::allclose(begun, network.backbone().module().named_parameters()[name]));
  }
}

TEST_CASE("What DINO cannot honour is refused, with the reason") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  const auto refusal = [&](const std::string& set) {
    INFO(set);
    const auto error =
        vit::test::error_of([&] { bench.run("r", "", {}, nullptr, small_dino({set})); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    return std::string(error->what());
  };
  CHECK_THAT(refusal("train.model_ema=0.99"), Catch::Contains("the teacher is the average"));
  CHECK_THAT(refusal("train.grad_accum_steps=2"), Catch::Contains("whole batch"));
  CHECK_THAT(refusal("augment.mixup=0.5"), Catch::Contains("views"));
  CHECK_THAT(refusal("data.batch_size=1"), Catch::Contains("told") || Catch::Contains("telling"));
  CHECK_THAT(refusal("augment.multi_crop={enabled: true, global: {size: 16}, local: {size: 96}}"),
             Catch::Contains("augment.multi_crop.local.size") && Catch::Contains("96x96"));
  CHECK_THAT(refusal("augment.multi_crop={enabled: true, global: {size: 16}, local: {size: 7}}"),
             Catch::Contains("augment.multi_crop.local.size") && Catch::Contains("patches"));
  CHECK_THAT(refusal("augment.multi_crop={enabled: true, global: {crops: 1, size: 16}, local: "
                     "{crops: 0}}"),
             Catch::Contains("fewer than two views"));
}
