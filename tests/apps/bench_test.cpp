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

TEST_CASE("A type that this machine emulates is told with the faster choice, and auto chooses it") {
  const vit::test::ScratchFolder folder;
  const std::string as_avx2 = "VIT_CPU_ISA=avx2 ONEDNN_MAX_CPU_ISA=AVX2";
  vit::test::put(folder / "slow.yaml",
                 "data: {image_size: 16, num_train: 16, num_val: 16, batch_size: 8, workers: 0}\n"
                 "model: {img_size: 16, patch_size: 8, embed_dim: 8, depth: 1, num_heads: 1}\n"
                 "train: {amp: bf16, device: cpu}\n");
  const auto slow = run_program(folder.path(), "train slow.yaml --dry-run", as_avx2);
  REQUIRE(slow.code == 0);
  CHECK_THAT(slow.errors, Catch::Contains("train.amp: bf16 is emulated") &&
                              Catch::Contains("train.amp: fp32 is the faster choice"));
  const auto predicted =
      run_program(folder.path(), std::string("bench infer --dtype fp16") + kSmall, as_avx2);
  REQUIRE(predicted.code == 0);
  CHECK_THAT(predicted.errors, Catch::Contains("--dtype: fp16 is emulated") &&
                                   Catch::Contains("--dtype fp32 is the faster choice"));
  const auto chosen =
      run_program(folder.path(), std::string("bench train --set train.amp=auto") + kSmall, as_avx2);
  REQUIRE(chosen.code == 0);
  CHECK(chosen.errors.empty());
  CHECK(nlohmann::json::parse(chosen.out).at("amp") == "fp32");
  const auto int8 =
      run_program(folder.path(), std::string("bench infer --dtype int8") + kSmall, as_avx2);
  CHECK(int8.code == 2);
  CHECK_THAT(int8.errors, Catch::Contains("slower than fp32 on this CPU"));
}
