#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/support/program.h"
#include "vit/image/encode.h"
#include "vit/report/csv.h"

// The program as a process: what it prints and the exit codes that scripts rely on.
namespace {

using vit::test::Outcome;
using vit::test::run_program;

const char* const kTiny = R"(
data: {name: shapes, image_size: 16, num_train: 64, num_val: 32, batch_size: 16, workers: 2}
augment: {train: [hflip]}
model: {name: vit_tiny_patch16_224, img_size: 16, patch_size: 8, embed_dim: 16, depth: 1, num_heads: 2}
schedule: {epochs: 2, warmup_epochs: 0}
train: {device: cpu, threads: 1}
)";

}  // namespace

TEST_CASE("A run from the experiment to the exported model") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "tiny.yaml", kTiny);

  const Outcome dry = run_program(folder.path(), "train tiny.yaml --dry-run");
  CHECK(dry.code == 0);
  CHECK_FALSE(std::filesystem::exists(folder / "runs"));

  const Outcome trained = run_program(folder.path(), "train tiny.yaml");
  INFO(trained.errors);
  REQUIRE(trained.code == 0);
  CHECK_THAT(trained.out, Catch::Contains("chance is 10.00 %"));
  for (const char* name :
       {"config.yaml", "env.json", "summary.csv", "metrics.jsonl", "log.txt", "model.pt",
        "report.html", "DONE", "checkpoints/last.safetensors", "checkpoints/best.safetensors"})
    CHECK(std::filesystem::exists(folder / "runs/tiny" / name));
  CHECK_THAT(vit::test::get(folder / "runs/tiny/summary.csv"),
             Catch::StartsWith(
                 "epoch,step,train_loss,eval_loss,eval_top1,eval_top5,lr,images_per_s,time_s,") &&
                 Catch::Contains("\n1,4,"));

  const nlohmann::json evaluated =
      nlohmann::json::parse(run_program(folder.path(), "eval runs/tiny --json").out);
  const nlohmann::json again = nlohmann::json::parse(
      run_program(folder.path(),
                  "eval tiny.yaml --weights runs/tiny/checkpoints/best.safetensors --json")
          .out);
  CHECK(evaluated.at("eval_top1") == again.at("eval_top1"));
  CHECK(evaluated.at("eval_loss") == again.at("eval_loss"));

  vit::Image picture(40, 30, 3);
  vit::write_png(picture, folder / "a picture.png");
  REQUIRE(run_program(folder.path(), "export runs/tiny --format torchscript --output exported.pt")
              .code == 0);
  const nlohmann::json from_run = nlohmann::json::parse(
      run_program(folder.path(), "predict runs/tiny 'a picture.png' --json --topk 3").out);
  const nlohmann::json from_export = nlohmann::json::parse(
      run_program(folder.path(), "predict exported.pt 'a picture.png' --json --topk 3").out);
  REQUIRE(from_run.at("predictions")[0].at("top").size() == 3);
  const auto probability = [](const nlohmann::json& result) {
    return result.at("predictions")[0].at("top")[0].at("probability").get<double>();
  };
  CHECK(probability(from_run) == Approx(probability(from_export)).epsilon(1e-5));

  const Outcome same = run_program(folder.path(), "train tiny.yaml --output other");
  CHECK(same.code == 0);
  const vit::CsvTable first = vit::read_csv(folder / "runs/tiny/summary.csv"),
                      second = vit::read_csv(folder / "other/summary.csv");
  for (std::size_t row = 0; row < 2; ++row)
    for (const char* column : {"train_loss", "eval_loss", "eval_top1"})
      CHECK(first.number(row, column) == second.number(row, column));

  SECTION("mistakes end with the code and a remedy") {
    const Outcome taken = run_program(folder.path(), "train tiny.yaml --output runs/tiny");
    CHECK(taken.code == 2);
    CHECK_THAT(taken.errors, Catch::Contains("--resume auto"));
    vit::test::put(folder / "torn.jpg", "\xff\xd8\xff\xe0 no picture");
    const Outcome torn = run_program(folder.path(), "predict runs/tiny torn.jpg");
    CHECK(torn.code == 3);
    CHECK_THAT(torn.errors, Catch::Contains("torn.jpg"));
    const Outcome experiment = run_program(folder.path(), "predict tiny.yaml 'a picture.png'");
    CHECK(experiment.code == 4);
    CHECK_THAT(experiment.errors, Catch::Contains("name the run that it made: runs/tiny"));
    std::filesystem::create_directories(folder / "begun");
    vit::test::put(folder / "begun/config.yaml", kTiny);
    const Outcome begun = run_program(folder.path(), "eval begun");
    CHECK(begun.code == 4);
    CHECK_THAT(begun.errors, Catch::Contains("has no checkpoint yet"));
    const Outcome hub = run_program(folder.path(), "predict vit_tiny_patch16_224 'a picture.png'");
    CHECK(hub.code == 4);
    CHECK_THAT(hub.errors, Catch::Contains("vit weights fetch vit_tiny_patch16_224"));
    CHECK(run_program(folder.path(), "export exported.pt --output again.pt").code == 2);
    const Outcome missing = run_program(folder.path(), "predict runs/tiny 'a pictur.png'");
    CHECK(missing.code == 3);
    CHECK_THAT(missing.errors, Catch::Contains("a picture.png?"));
    std::filesystem::create_directory(folder / "notes");
    vit::test::put(folder / "notes/read me.txt", "no picture");
    const Outcome nothing = run_program(folder.path(), "predict runs/tiny notes");
    CHECK(nothing.code == 3);
    CHECK_THAT(nothing.errors, Catch::Contains("notes: found no picture"));
    CHECK(run_program(folder.path(), "predict 'a picture.png' 'a picture.png'").code == 4);
    CHECK(run_program(folder.path(), "eval runs/nothing").code == 4);
    const Outcome wrong = run_program(
        folder.path(),
        "eval tiny.yaml --set model.embed_dim=32 --weights runs/tiny/checkpoints/best.safetensors");
    CHECK(wrong.code == 4);
    CHECK_THAT(wrong.errors, Catch::Contains("the model has"));
    CHECK(run_program(folder.path(), "export runs/tiny --output no/such/folder.pt").code == 5);
  }
}

TEST_CASE("A run that is interrupted is saved, and says how to go on") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "tiny.yaml", kTiny);
  vit::test::Process process(
      folder.path(), {"train", "tiny.yaml", "--set", "schedule.epochs=100000", "--output", "r"});
  while (!std::filesystem::exists(folder / "r/checkpoints/last.safetensors"))
    REQUIRE_FALSE(process.wait_for(std::chrono::milliseconds(5)));
  process.send(SIGINT);
  CHECK(process.wait() == 130);
  CHECK_THAT(vit::test::get(folder / "out.txt"),
             Catch::Contains("go on with: vit train r/config.yaml --output r --resume auto"));
  REQUIRE(std::filesystem::exists(folder / "r/checkpoints/last.safetensors"));
  CHECK_FALSE(std::filesystem::exists(folder / "r/DONE"));
}

TEST_CASE("Wrong usage ends with 2 and leads on") {
  const vit::test::ScratchFolder folder;
  const auto usage = [&](const std::string& arguments, const std::string& says) {
    const Outcome outcome = run_program(folder.path(), arguments);
    INFO(arguments << ": " << outcome.errors);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.errors, Catch::Contains(says));
  };
  vit::test::put(folder / "typo.yaml", "optim: {learning_rate: 1}\n");
  vit::test::put(folder / "patch.yaml",
                 "data: {num_train: 16, num_val: 16}\nmodel: {img_size: 225}\n");
  vit::test::put(folder / "heads.yaml",
                 "data: {num_train: 16, num_val: 16}\nmodel: {embed_dim: 100, num_heads: 3}\n");
  vit::test::put(folder / "section.yaml", "optimizer: {lr: 1}\n");
  vit::test::put(folder / "empty.yaml", "init: {weights: \"\"}\n");
  usage("trian x.yaml", "did you mean `vit train`?");
  usage("train --nonsense", "`vit train --help`");
  usage("", "First steps");
  usage("zzzzzzzz --help", "there is no command `vit zzzzzzzz`");
  usage("data zzzzzzzz --help", "there is no command `vit data zzzzzzzz`");
  usage("-v", "`vit` has no option -v");
  usage("--completion bash", "`vit` has no option --completion");
  usage("--json models", "write it behind the command: vit models --json");
  usage("train patch.yaml --silent", "2>/dev/null");
  usage("train patch.yaml --epochs 3", "--set schedule.epochs=3");
  usage("train patch.yaml epochs=3", "--set schedule.epochs=3");
  usage("train patch.yaml --lr 1e-3", "--set optim.lr=1e-3");
  usage("train patch.yaml --optim.lr=1e-3", "--set optim.lr=1e-3");
  usage("train --batch-size 8 patch.yaml", "--set data.batch_size=8");
  usage("train patch.yaml one two", "these were not expected: one two");
  usage("train patch.yaml --set optim.learnrate=1", "did you mean lr?");
  usage("train patch.yaml --set model.pretrained=true", "vit weights fetch");
  usage("train patch.yaml --set 'augment.train[0]=hflip'", "augment.train.0=hflip");
  usage("train section.yaml", "did you mean optim?");
  usage("train empty.yaml", "empty.yaml:1:17: init.weights: is empty");
  usage("summary vit_tiny_patch16_225", "vit summary: there is no model");
  usage("forward --model nope --weights w --input x --output y", "--model: there is no model");
  usage("train", "experiment is required");
  usage("train patch.yaml --outptu x", "did you mean --output?");
  usage("data prepaer", "did you mean `vit data prepare`?");
  usage("zzzzzzzz", "`vit --help`");
  usage("train patch.yaml --set optim.lrr=1", "did you mean lr?");
  usage("train .", "is a folder");
  usage("train no/such/file.yaml", "there is no folder no");
  usage("train typo.yaml", "typo.yaml:1:9");
  usage("train patch.yaml", "image size 225x225 is not a multiple of patch size 16x16");
  usage("train heads.yaml", "embed_dim 100 is not a multiple of num_heads 3");
  usage("train missing.yaml", "missing.yaml");
  usage("models 'nope*'", "no model matches");
  usage("train patch.yaml --set train.device=cuda:77", "train.device");
}

TEST_CASE("Data that is not there or empty ends with 3") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "folder.yaml", "data: {name: folder, root: pictures}\n");
  const Outcome missing = run_program(folder.path(), "train folder.yaml");
  CHECK(missing.code == 3);
  CHECK_THAT(missing.errors, Catch::Contains("pictures: does not exist"));
  std::filesystem::create_directories(folder / "pictures/train/cat");
  std::filesystem::create_directories(folder / "pictures/val/cat");
  const Outcome empty = run_program(folder.path(), "train folder.yaml");
  CHECK(empty.code == 3);
  CHECK_THAT(empty.errors, Catch::Contains("found no picture"));
}

TEST_CASE("Help, version and the lists come from the program itself") {
  const vit::test::ScratchFolder folder;
  CHECK(run_program(folder.path(), "--help").code == 0);
  CHECK_THAT(run_program(folder.path(), "--version").out, Catch::Contains("LibTorch"));
  CHECK_THAT(run_program(folder.path(), "data list").out, Catch::Contains("cifar10"));
  CHECK_THAT(run_program(folder.path(), "config").out, Catch::Contains("optim.lr"));
  const nlohmann::json models =
      nlohmann::json::parse(run_program(folder.path(), "models 'vit_tiny_patch16_224' --json").out);
  CHECK(models.at("models")[0].at("parameters") == 5717416);
  CHECK_THAT(run_program(folder.path(), "summary vit_tiny_patch16_224").out,
             Catch::Contains("blocks.11.attn"));
}
