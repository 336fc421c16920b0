#include "vit/train/environment.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include <map>
#include <regex>

#include "tests/catch.h"

TEST_CASE("The environment names everything a result depends on beside its config") {
  const auto pairs = vit::environment(c10::kCPU);
  const std::map<std::string, std::string> found(pairs.begin(), pairs.end());
  CHECK(found.size() == pairs.size());
  for (const char* key :
       {"started", "vit", "libtorch", "compiler", "device", "cpu_capability", "cores", "threads"}) {
    INFO(key);
    REQUIRE(found.contains(key));
    CHECK_FALSE(found.at(key).empty());
  }
  CHECK(std::regex_match(found.at("started"), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")));
  CHECK(found.at("threads") == std::to_string(at::get_num_threads()));
}

TEST_CASE("The version line names vit and the LibTorch that it runs with") {
  CHECK(std::regex_search(vit::version_text(), std::regex(R"(^vit \d+\.\d+\.\d+, LibTorch )")));
  CHECK_THAT(vit::version_text(), Catch::Contains(TORCH_VERSION));
}
