#include <nlohmann/json.hpp>

#include "tests/support/program.h"

using vit::test::run_program;

namespace {

/// What libgomp itself says that it goes by.
std::string spin_count(const std::string& before) {
  const vit::test::ScratchFolder folder;
  const auto outcome =
      run_program(folder.path(), "--version",
                  "env -u GOMP_SPINCOUNT -u OMP_WAIT_POLICY OMP_DISPLAY_ENV=verbose " + before);
  REQUIRE(outcome.code == 0);
  const std::string key = "GOMP_SPINCOUNT = '";
  const std::size_t at = outcome.errors.find(key);
  if (at == std::string::npos) return {};  // another OpenMP library
  const std::size_t begin = at + key.size();
  return outcome.errors.substr(begin, outcome.errors.find('\'', begin) - begin);
}

}  // namespace

TEST_CASE("OpenMP's threads spin shortly before they sleep, unless the user says otherwise") {
  const std::string ours = spin_count("");
  if (ours.empty()) return;
  CHECK(std::stol(ours) >= 100);
  CHECK(std::stol(ours) < 1'000'000);
  CHECK(spin_count("GOMP_SPINCOUNT=77") == "77");
  CHECK(spin_count("OMP_WAIT_POLICY=passive") == "0");
  CHECK(std::stoll(spin_count("OMP_WAIT_POLICY=active")) > 1'000'000);
}

TEST_CASE("The environment is as it was, however little there is of it") {
  const vit::test::ScratchFolder folder;
  const auto outcome =
      run_program(folder.path(), "doctor --no-speed --json", "env -i PATH=/nowhere:/else");
  REQUIRE(outcome.code == 0);
  CHECK_THAT(nlohmann::json::parse(outcome.out).at("threads_wait").get<std::string>(),
             Catch::Contains("microseconds"));
  CHECK(run_program(folder.path(), "--version", "env -i").code == 0);
}

TEST_CASE("doctor tells LibTorch's folder, the instruction sets and which types are fast") {
  const vit::test::ScratchFolder folder;
  const auto outcome =
      run_program(folder.path(), "doctor --no-speed --json",
                  "VIT_CPU_ISA=avx2 ONEDNN_MAX_CPU_ISA=AVX2 CUDA_VISIBLE_DEVICES=");
  REQUIRE(outcome.code == 0);
  const auto object = nlohmann::json::parse(outcome.out);
  CHECK(std::filesystem::exists(object.at("libtorch_folder").get<std::string>() +
                                "/libtorch_cpu.so"));
  CHECK(object.contains("instruction_sets"));
  CHECK(object.at("fast_types") == "fp32");
  CHECK(object.at("slow_types") == "bf16, fp16, int8 (slower than fp32)");
  CHECK_FALSE(object.contains("training_images_per_s"));
  CHECK_THAT(object.at("to_mend").dump(),
             Catch::Contains("VIT_CPU_ISA=avx2") && Catch::Contains("unset ONEDNN_MAX_CPU_ISA"));
}

TEST_CASE("doctor measures the speed of training, decoding and writing") {
  const vit::test::ScratchFolder folder;
  const auto outcome = run_program(folder.path(), "doctor --json");
  REQUIRE(outcome.code == 0);
  const auto object = nlohmann::json::parse(outcome.out);
  for (const char* key : {"training_images_per_s", "gflops", "decoded_per_s", "written_mb_per_s"})
    CHECK(object.at(key).get<double>() > 0);
  CHECK(folder.names() == std::vector<std::string>{".stderr"});
}
