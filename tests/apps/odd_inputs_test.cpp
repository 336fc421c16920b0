#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/program.h"
#include "vit/image/encode.h"

// Whatever a command is given, it ends with a code of the list, and in its own words.
namespace {

using vit::test::Outcome;
using vit::test::run_program;

/// Files and folders that no command wants.
void put_odd_things(const vit::test::ScratchFolder& folder) {
  vit::test::put(folder / "empty", "");
  vit::test::put(folder / "empty.yaml", "");
  vit::test::put(folder / "empty.pt", "");
  vit::test::put(folder / "empty.safetensors", "");
  vit::test::put(folder / "binary.yaml", std::string("\x80\x02\x00\xff\xfe data: [", 13));
  vit::test::put(folder / "binary.safetensors", std::string("\x08\0\0\0\0\0\0\0{\"a\":[]}", 16));
  vit::test::put(folder / "binary.pt", std::string("PK\x03\x04\xff\xff garbage"));
  vit::test::put(folder / "list.yaml", "- 1\n- 2\n");
  vit::test::put(folder / "text.png", "no image\n");
  vit::test::put(folder / "tiny.yaml",
                 "data: {num_train: 16, num_val: 16, image_size: 16, workers: 0}\n"
                 "model: {img_size: 16, patch_size: 8, embed_dim: 16, depth: 1, num_heads: 2}\n"
                 "schedule: {epochs: 1, warmup_epochs: 0}\n"
                 "train: {device: cpu, threads: 1}\n");
  std::filesystem::create_directories(folder / "folder");
  vit::write_png(vit::Image(20, 16, 3), folder / "image.png");
}

/// Runs a command that must fail, or not; either way in its own words.
void check_odd(const vit::test::ScratchFolder& folder, const std::string& arguments) {
  static const std::set<int> kCodes = {0, 2, 3, 4, 5, 6};
  const Outcome outcome = run_program(folder.path(), arguments + " </dev/null", "timeout 60");
  INFO("vit " << arguments << "\n" << outcome.errors);
  CHECK(kCodes.contains(outcome.code));
  for (const char* foreign :
       {"LibTorch:", "json.exception", "OpenCV", "std::", "what():", "a bug in vit", "c10",
        "basic_string", "terminate", "filesystem error", "_M_", "vector::"})
    CHECK_THAT(outcome.errors, !Catch::Contains(foreign));
  if (outcome.code != 0) CHECK_THAT(outcome.errors, Catch::Contains("vit: error: "));
}

}  // namespace

TEST_CASE("Odd files in place of an experiment") {
  const vit::test::ScratchFolder folder;
  put_odd_things(folder);
  for (const char* command :
       {"train --dry-run", "eval", "config", "summary", "data check", "data preview",
        "bench train --steps 1", "bench infer --steps 1", "bench data --steps 1"})
    for (const char* file : {"binary.yaml", "folder"})
      check_odd(folder, std::string(command) + " " + file);
  for (const char* file : {"list.yaml", "missing.yaml", "/dev/null", "image.png"})
    check_odd(folder, std::string("train --dry-run ") + file);
}

TEST_CASE("Odd files in place of a model") {
  const vit::test::ScratchFolder folder;
  put_odd_things(folder);
  for (const char* file :
       {"empty.pt", "binary.pt", "binary.safetensors", "folder", "tiny.yaml", "''"}) {
    const std::string name = file;
    check_odd(folder, "predict " + name + " image.png");
    check_odd(folder, "eval " + name + " --set data.num_val=16");
    check_odd(folder, "export " + name + " --output out.pt");
    check_odd(folder, "weights show " + name);
    check_odd(folder, "weights verify " + name);
    check_odd(folder, "weights convert " + name + " --output out");
  }
  for (const char* file : {"empty.safetensors", "binary.safetensors", "folder", "''"})
    check_odd(folder,
              std::string("forward --model auto --output y --weights binary.pt --input ") + file);
  check_odd(folder, "runs replay folder --step 0");
}

TEST_CASE("Odd numbers and options") {
  const vit::test::ScratchFolder folder;
  put_odd_things(folder);
  for (const char* set : {"data.batch_size=99999999999999999999",
                          "data.batch_size=9000000000000000000",
                          "model.embed_dim=4611686018427387904",
                          "model.depth=0",
                          "model.img_size=[16, 0]",
                          "model.img_size=9223372036854775807",
                          "model.patch_size=1000000",
                          "optim.lr=.nan",
                          "optim.lr=1e309",
                          "schedule.epochs=-1",
                          "seed=18446744073709551616",
                          "train.threads=-5",
                          "train.threads=100000",
                          "model.mlp_ratio=1e30",
                          "data.num_train=9223372036854775807",
                          "model.num_classes=9223372036854775807",
                          "data.image_size=1000000000",
                          "model.in_chans=0",
                          "model.in_chans=1000000000000",
                          "augment.train=[]",
                          "augment.train=[{random_crop: {size: 9000000000000000000}}]",
                          "data={}",
                          "model=null",
                          "=",
                          "a",
                          "...",
                          "data.root=~no-such-user",
                          "data.name=",
                          "init.weights=''",
                          "train.device=cuda:99",
                          "train.checkpoint_every=0 epochs"})
    check_odd(folder, std::string("train tiny.yaml --dry-run --set '") + set + "'");
  for (const char* arguments :
       {"predict",
        "eval",
        "export",
        "forward",
        "weights",
        "data",
        "runs",
        "bench",
        "train",
        "predict --topk 99999999999999999999 a b",
        "predict --topk -1 a b",
        "train --set",
        "train tiny.yaml --resume folder",
        "train tiny.yaml --resume binary.safetensors",
        "train tiny.yaml --output /dev/null",
        "train tiny.yaml --output image.png",
        "train tiny.yaml --output /proc/nothing",
        "train tiny.yaml --profile 0",
        "export --model auto --weights binary.pt --output /",
        "data apply '{op: [}' image.png o.png",
        "data apply '' image.png o.png",
        "data apply '{op: Resize, size: [1e9, 1e9]}' image.png o.png",
        "data apply '{op: Resize, filter: box, size: [100000000, 100000000], box: null}' image.png "
        "o.png",
        "data apply '{op: Decode}' /dev/null o.png",
        "data apply '{op: Decode}' folder o.png",
        "data apply '{op: Decode}' image.png /",
        "data apply '{op: Rotate, arg: .nan}' image.png o.png",
        "data prepare nothing",
        "data prepare cifar10 --from image.png --root r",
        "data prepare cifar10 --from folder --root r",
        "data check image.png",
        "data check ''",
        "models ''",
        "models '['",
        "weights fetch ''",
        "weights fetch '/'",
        "bench train tiny.yaml --steps 99999999999",
        "summary ''",
        "config ''"})
    check_odd(folder, arguments);
}

TEST_CASE("Every command has a help of its own, with an example") {
  const vit::test::ScratchFolder folder;
  std::set<std::string> examples;
  for (const char* command : {"train",          "eval",
                              "predict",        "export",
                              "forward",        "models",
                              "summary",        "data",
                              "data list",      "data prepare",
                              "data check",     "data preview",
                              "data apply",     "weights",
                              "weights fetch",  "weights show",
                              "weights verify", "weights convert",
                              "runs",           "runs replay",
                              "bench",          "bench train",
                              "bench infer",    "bench data",
                              "config",         "doctor",
                              "metrics",        "metrics segmentation"}) {
    const Outcome help = run_program(folder.path(), std::string(command) + " --help");
    INFO(command << ": " << help.out);
    CHECK(help.code == 0);
    const std::size_t begin = help.out.find("Example");
    REQUIRE(begin != std::string::npos);
    CHECK(help.out.find(std::string("vit ") + command, begin) != std::string::npos);
    CHECK(examples.insert(help.out.substr(begin)).second);
  }
}

TEST_CASE("An experiment without a key is told to have defaults only") {
  const vit::test::ScratchFolder folder;
  put_odd_things(folder);
  const Outcome outcome = run_program(folder.path(), "config empty.yaml");
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.errors, Catch::Contains("empty.yaml: has no keys"));
}

TEST_CASE("What reads has an answer in JSON") {
  const vit::test::ScratchFolder folder;
  put_odd_things(folder);
  for (const char* command :
       {"models resnet18", "summary resnet18", "data list", "config", "config tiny.yaml", "doctor",
        "data check tiny.yaml --set data.num_train=200 --set data.num_val=200"}) {
    const Outcome outcome = run_program(folder.path(), std::string(command) + " --json");
    INFO(command << ": " << outcome.errors);
    CHECK(outcome.code == 0);
    CHECK(nlohmann::json::parse(outcome.out, nullptr, false).is_object());
    CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 1);
  }
  const nlohmann::json config = nlohmann::json::parse(
      run_program(folder.path(), "config tiny.yaml --json --set optim.lr=0.5").out);
  CHECK(config.at("optim").at("lr") == 0.5);
  CHECK(config.at("model").at("depth") == 1);
  CHECK(config.at("data").at("name") == "shapes");
}
