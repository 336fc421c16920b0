#include <algorithm>
#include <sstream>

#include "tests/support/process.h"
#include "tests/support/program.h"

// What the shells are told, tried in bash itself where it is there.
namespace {

using vit::test::run_program;

/// What bash offers for these words, the last of which is being written.
std::vector<std::string> offered(const vit::test::ScratchFolder& folder,
                                 const std::vector<std::string>& words) {
  std::string script = "compopt() { :; }; source ./vit.bash; COMP_WORDS=(";
  for (const std::string& word : words) script += "'" + word + "' ";
  script += "); COMP_CWORD=" + std::to_string(words.size() - 1) +
            "; _vit; printf '%s\\n' \"${COMPREPLY[@]}\"\n";
  vit::test::put(folder / "try.sh", script);
  const std::string command = "cd '" + folder.path().string() + "' && bash try.sh 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[4096];
  for (std::size_t count; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    text.append(buffer, count);
  ::pclose(pipe);
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

bool among(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

TEST_CASE("bash completes commands, options, keys, their values, models and runs") {
  if (std::system("bash --version > /dev/null 2>&1") != 0) return;
  const vit::test::ScratchFolder folder;
  const auto script = run_program(folder.path(), "completion bash");
  REQUIRE(script.code == 0);
  vit::test::put(folder / "vit.bash", script.out);
  for (const char* run : {"runs/first", "runs/second"}) {
    std::filesystem::create_directories(folder / run);
    vit::test::put(folder / run / "config.yaml", "");
  }
  std::filesystem::create_directories(folder / "runs/other");
  vit::test::put(folder / "mine.yaml", "");
  vit::test::put(folder / "notes.txt", "");

  using Words = std::vector<std::string>;
  CHECK(offered(folder, {"vit", "tra"}) == Words{"train"});
  CHECK(offered(folder, {"vit", "config", "sh"}) == Words{"show"});
  CHECK(among(offered(folder, {"vit", "train", "--"}), "--dry-run"));
  CHECK(offered(folder, {"vit", "train", "mi"}) == Words{"mine.yaml"});
  CHECK_FALSE(among(offered(folder, {"vit", "train", ""}), "notes.txt"));
  CHECK(offered(folder, {"vit", "train", "mine.yaml", "--set", "optim.lr_base_s"}) ==
        Words{"optim.lr_base_size=", "optim.lr_base_scale="});
  CHECK(among(offered(folder, {"vit", "train", "mine.yaml", "--set", "optim.opt", "=", "ada"}),
              "adamw"));
  CHECK(offered(folder, {"vit", "train", "mine.yaml", "--set", "recipe", "=", "deit3"}) ==
        Words{"deit3"});
  CHECK(among(offered(folder, {"vit", "summary", "deit3_small"}), "deit3_small_patch16_224"));
  CHECK(among(offered(folder, {"vit", "forward", "--model", "resnet1"}), "resnet18"));
  CHECK(offered(folder, {"vit", "predict", ""}) == Words{"runs/first", "runs/second"});
  CHECK(offered(folder, {"vit", "predict", "runs/first", "no"}) == Words{"notes.txt"});
  CHECK(offered(folder, {"vit", "config", "diff", "runs/first", "runs/s"}) == Words{"runs/second"});
  CHECK(offered(folder, {"vit", "metrics", "detection", "--iou", ""}) == Words{"bbox", "segm"});
  CHECK(offered(folder, {"vit", "completion", "z"}) == Words{"zsh"});
}

TEST_CASE("every shell's script and the manual page name every command") {
  const vit::test::ScratchFolder folder;
  for (const char* what : {"completion bash", "completion zsh", "completion fish", "man"}) {
    const auto made = run_program(folder.path(), what);
    REQUIRE(made.code == 0);
    for (const char* word : {"train", "detection", "dry", "origins"})
      CHECK_THAT(made.out, Catch::Contains(word));
  }
  CHECK(run_program(folder.path(), "completion tcsh").code == 2);
}
