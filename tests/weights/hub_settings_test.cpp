#include "vit/weights/hub_settings.h"

#include <map>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;

namespace {

HubSettings with(std::map<std::string, std::string> variables) {
  variables.emplace("HOME", "/home/ada");
  return hub_settings([&](const char* name) { return variables[name]; });
}

}  // namespace

TEST_CASE("The hub's cache is where its Python library has it") {
  CHECK(with({}).cache == "/home/ada/.cache/huggingface/hub");
  CHECK(with({{"XDG_CACHE_HOME", "/x"}}).cache == "/x/huggingface/hub");
  CHECK(with({{"HF_HOME", "/h"}, {"XDG_CACHE_HOME", "/x"}}).cache == "/h/hub");
  CHECK(with({{"HUGGINGFACE_HUB_CACHE", "/old"}, {"HF_HOME", "/h"}}).cache == "/old");
  CHECK(with({{"HF_HUB_CACHE", "~/c"}, {"HUGGINGFACE_HUB_CACHE", "/old"}}).cache == "/home/ada/c");
}

TEST_CASE("Without HOME or another word there is no place for the cache") {
  const auto error = test::error_of([] { (void)with({{"HOME", ""}}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::resource);
  CHECK_THAT(error->remedy(), Catch::Contains("HF_HUB_CACHE"));
}

TEST_CASE("The hub's address and whether to ask it at all") {
  CHECK(with({}).endpoint == "https://huggingface.co");
  CHECK(with({{"HF_ENDPOINT", "https://mirror.example//"}}).endpoint == "https://mirror.example");
  CHECK_FALSE(with({{"HF_HUB_OFFLINE", "0"}}).offline);
  CHECK(with({{"HF_HUB_OFFLINE", "1"}}).offline);
  CHECK(with({{"HF_HUB_OFFLINE", "true"}}).offline);
  CHECK(with({{"TRANSFORMERS_OFFLINE", "YES"}}).offline);
}

TEST_CASE("The token comes from the environment, else from the file of the login") {
  const test::ScratchFolder folder;
  test::put(folder / "token", "hf_file\n");
  const std::string home = folder.path().string();
  CHECK(with({{"HF_HOME", home}}).token == "hf_file");
  CHECK(with({{"HF_HOME", home}, {"HF_TOKEN", " hf_env\n"}}).token == "hf_env");
  CHECK(with({{"HF_HOME", home}, {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}}).token.empty());
  CHECK(with({{"HF_TOKEN_PATH", home + "/token"}}).token == "hf_file");
  CHECK(with({{"HF_HOME", home + "/none"}}).token.empty());
}
