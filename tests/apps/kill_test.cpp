#include <map>
#include <nlohmann/json.hpp>

#include "tests/io/scratch.h"
#include "tests/support/process.h"
#include "vit/core/rng.h"
#include "vit/core/str.h"
#include "vit/report/csv.h"

// Training that is killed at any moment and started again ends with the bytes of the run that was
// never interrupted. VIT_KILLS=50 makes the long form of the test.
namespace {

namespace fs = std::filesystem;
using vit::test::Process;

const char* const kRun = R"(
data: {name: shapes, image_size: 16, num_train: 160, num_val: 48, batch_size: 16, workers: 2}
augment: {train: [random_crop: {padding: 2}, hflip]}
model: {name: vit_tiny_patch16_224, img_size: 16, patch_size: 4, embed_dim: 48, depth: 2, num_heads: 3,
        drop_path_rate: 0.1, proj_drop_rate: 0.1}
optim: {clip_grad: 1.0, layer_decay: 0.8}
schedule: {epochs: 8, warmup_epochs: 1, weight_decay_end: 0.1}
train: {device: cpu, threads: 1, model_ema: 0.9, checkpoint_every: 3 updates, keep_checkpoints: 2}
export: {torchscript: false}
)";

std::vector<std::string> arguments(const std::string& output) {
  return {"train", "run.yaml", "--output", output, "--resume", "auto"};
}

/// summary.csv without what depends on the clock.
std::string figures(const fs::path& run) {
  const vit::CsvTable table = vit::read_csv(run / "summary.csv");
  std::string text;
  for (const auto& row : table.rows) {
    for (std::size_t column = 0; column < row.size(); ++column)
      if (table.header[column] != "images_per_s" && table.header[column] != "time_s")
        text += row[column] + ",";
    text += "\n";
  }
  return text;
}

/// Weights, averages, optimizer, counters, config: all that is in the file.
void check_same(const fs::path& run, const fs::path& expected) {
  for (const char* file : {"checkpoints/last.safetensors", "checkpoints/best.safetensors"}) {
    INFO(run.string() << " " << file);
    CHECK((vit::test::get(run / file) == vit::test::get(expected / file)));
  }
  CHECK(figures(run) == figures(expected));
  CHECK(fs::exists(run / "DONE"));
}

int number_of_kills(int usual) {
  const char* set = std::getenv("VIT_KILLS");
  return set != nullptr ? std::atoi(set) : usual;
}

}  // namespace

TEST_CASE("A run that is killed at random moments ends with the bytes of one that is not") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "run.yaml", kRun);
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(Process(folder.path(), arguments("unbroken")).wait() == 0);
  const double whole =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();

  const int kills = number_of_kills(6);
  vit::Rng rng(static_cast<std::uint64_t>(kills));
  int killed = 0, runs = 0;
  std::map<std::string, int> moments;
  while (killed < kills) {
    const std::string output = "run" + std::to_string(runs++);
    for (bool complete = false; !complete;) {
      // Half of the kills at a system call of a checkpoint, half at any time from the start on.
      constexpr const char* kCalls[] = {"write", "fsync", "rename", "link", "fallocate"};
      const char* call = kCalls[rng.below(5)];
      const bool at_call = rng.chance(0.5) && killed < kills;
      const std::string fault =
          at_call ? vit::str("kill:", call, ":", rng.between(1, 12)) : std::string();
      Process process(folder.path(), arguments(output), fault);
      std::optional<int> end;
      if (!at_call && killed < kills) {
        end = process.wait_for(std::chrono::milliseconds(static_cast<int>(rng.uniform(0, whole))));
        if (!end) process.send(SIGKILL);
      }
      if (!end) end = process.wait();
      INFO(fault << " " << vit::test::get(folder / "out.txt"));
      REQUIRE((*end == 0 || *end == -SIGKILL));
      complete = *end == 0;
      if (!complete) ++killed;
      if (!complete) ++moments[at_call ? call : "any time"];
    }
    check_same(folder / output, folder / "unbroken");
  }
  std::string told;
  for (const auto& [moment, count] : moments) told += vit::str(" ", count, " at ", moment, ";");
  WARN(killed << " kills in " << runs << " runs:" << told);
}

TEST_CASE("SIGINT, SIGTERM and SIGUSR1 save at the next update; a second signal ends it at once") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "run.yaml", kRun);
  REQUIRE(Process(folder.path(), arguments("unbroken")).wait() == 0);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) {
    const std::string output = "run" + std::to_string(signal);
    Process first(folder.path(), arguments(output));
    while (!fs::exists(folder / output / "checkpoints/last.safetensors"))
      REQUIRE_FALSE(first.wait_for(std::chrono::milliseconds(5)));
    first.send(signal);
    CHECK(first.wait() == 130);
    CHECK(Process(folder.path(), arguments(output)).wait() == 0);
    check_same(folder / output, folder / "unbroken");
  }
  vit::test::put(folder / "run.yaml", std::string(kRun) + "seed: 5\n");
  Process twice(folder.path(),
                {"train", "run.yaml", "--output", "twice", "--set", "schedule.epochs=100000"});
  while (!fs::exists(folder / "twice/checkpoints/last.safetensors"))
    REQUIRE_FALSE(twice.wait_for(std::chrono::milliseconds(5)));
  twice.send(SIGTERM);
  twice.send(SIGINT);
  const int end = twice.wait();
  // Which of two pending signals comes first is the kernel's choice; 130: it had stopped in
  // between.
  CHECK((end == -SIGINT || end == -SIGTERM || end == 130));
}

TEST_CASE("A damaged last checkpoint falls back to the one before, and the end is the same") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "run.yaml", kRun);
  REQUIRE(Process(folder.path(), arguments("unbroken")).wait() == 0);
  REQUIRE(Process(folder.path(), arguments("run"), "kill:fsync:14").wait() == -SIGKILL);
  const fs::path last = folder / "run/checkpoints/last.safetensors";
  const std::string damage = GENERATE("bit", "cut", "empty");
  std::string bytes = vit::test::get(last);
  if (damage == "bit") bytes[bytes.size() - 100] = static_cast<char>(bytes[bytes.size() - 100] ^ 1);
  if (damage == "cut") bytes.resize(bytes.size() / 2);
  if (damage == "empty") bytes.clear();
  vit::test::put(last, bytes);
  fs::remove(folder / "out.txt");
  CHECK(Process(folder.path(), arguments("run")).wait() == 0);
  CHECK_THAT(vit::test::get(folder / "out.txt"),
             Catch::Contains("going on from an older checkpoint"));
  check_same(folder / "run", folder / "unbroken");
}

TEST_CASE(
    "A full disk is told, and training goes on; what is owed is written when there is space") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "run.yaml", kRun);
  REQUIRE(Process(folder.path(), arguments("unbroken")).wait() == 0);
  fs::remove(folder / "out.txt");
  CHECK(Process(folder.path(), arguments("run"), "full:3:12").wait() == 0);
  CHECK_THAT(vit::test::get(folder / "out.txt"), Catch::Contains("training goes on"));
  check_same(folder / "run", folder / "unbroken");
  CHECK(Process(folder.path(), arguments("full"), "full:3:100000").wait() == 5);
}

TEST_CASE("Two processes in one run directory, and a changed config, are refused") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "run.yaml", kRun);
  Process first(folder.path(),
                {"train", "run.yaml", "--output", "run", "--set", "schedule.epochs=100000"});
  while (!fs::exists(folder / "run/checkpoints/last.safetensors"))
    REQUIRE_FALSE(first.wait_for(std::chrono::milliseconds(5)));
  CHECK(Process(folder.path(), arguments("run")).wait() == 5);
  first.send(SIGTERM);
  CHECK(first.wait() == 130);
  fs::remove(folder / "out.txt");
  CHECK(Process(folder.path(), arguments("run")).wait() == 2);
  CHECK_THAT(vit::test::get(folder / "out.txt"),
             Catch::Contains("schedule.epochs: was 100000, is 8"));
  CHECK_THAT(vit::test::get(folder / "out.txt"), Catch::Contains("--allow-change"));
  auto allowed = arguments("run");
  allowed.insert(allowed.end(), {"--allow-change", "--set", "data.workers=0"});
  CHECK(Process(folder.path(), allowed).wait() == 0);
}

TEST_CASE("A loss that is not finite ends with 6 and leaves what a replay needs") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "run.yaml", kRun);
  auto diverging = arguments("run");
  diverging.insert(diverging.end(), {"--set", "optim.lr=1e30", "--set", "optim.opt=momentum",
                                     "--set", "optim.clip_grad=null"});
  CHECK(Process(folder.path(), diverging).wait() == 6);
  std::optional<nlohmann::json> trouble;
  for (const auto& entry : fs::directory_iterator(folder / "run/trouble"))
    if (entry.path().extension() == ".json")
      trouble = nlohmann::json::parse(vit::test::get(entry.path()));
  REQUIRE(trouble);
  CHECK(trouble->at("samples").size() == 16);
  const auto update = trouble->at("update").get<int>();
  CHECK(fs::exists(folder / vit::str("run/trouble/update-", update, ".safetensors")));
  fs::remove(folder / "out.txt");
  CHECK(
      Process(folder.path(), {"runs", "replay", "run", "--step", std::to_string(update)}).wait() ==
      0);
  const std::string told = vit::test::get(folder / "out.txt");
  CHECK_THAT(told, Catch::Contains(trouble->at("loss").is_string() ? "nan" : "inf") ||
                       Catch::Contains("inf"));
}
