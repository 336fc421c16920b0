#include <nlohmann/json.hpp>

#include "tests/support/program.h"

using vit::test::run_program;

namespace {

const char* const kSmall =
    " --json --steps 2 --set model.img_size=32 --set model.patch_size=8 --set model.embed_dim=64"
    " --set model.depth=2 --set model.num_heads=2 --set data.batch_size=4 --set train.device=cpu";

}  // namespace

TEST_CASE("bench prints what it measured beside the machine's peak") {
  const vit::test::ScratchFolder folder;
  for (const char* const what : {"train", "infer"}) {
    INFO(what);
    const auto outcome =
        run_program(folder.path(), std::string("bench ") + what + kSmall + " --compare");
    REQUIRE(outcome.code == 0);
    const auto object = nlohmann::json::parse(outcome.out);
    CHECK(object.at("batch_size") == 4);
    CHECK(object.at("images_per_s") > 0);
    CHECK(object.at("best_images_per_s") >= object.at("images_per_s"));
    CHECK(object.at("plain_images_per_s") > 0);
    CHECK(object.at("peak_gflops") > 0);
    CHECK(object.at("share_of_peak") > 0);
    CHECK(object.at("first_step_s") > 0);
  }
}

TEST_CASE("VIT_CPU_ISA limits the instruction set, and a wrong name is refused") {
  const vit::test::ScratchFolder folder;
  const auto plain =
      run_program(folder.path(), std::string("bench infer") + kSmall, "VIT_CPU_ISA=plain");
  REQUIRE(plain.code == 0);
  CHECK(nlohmann::json::parse(plain.out).at("isa") == "plain");
  const auto wrong = run_program(folder.path(), "doctor", "VIT_CPU_ISA=avx521");
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.errors, Catch::Contains("VIT_CPU_ISA"));
}
