#include <nlohmann/json.hpp>

#include "tests/support/fake_hub.h"
#include "tests/support/program.h"

using vit::test::FakeHub;
using vit::test::HttpAsked;
using vit::test::HttpReply;
using vit::test::run_program;

namespace {

std::string environment(const FakeHub& hub, const vit::test::ScratchFolder& folder) {
  return "HF_ENDPOINT=" + hub.url() + " HF_HUB_CACHE='" + (folder / "hub").string() +
         "' HF_TOKEN= HF_HUB_DISABLE_IMPLICIT_TOKEN=1 HF_HUB_OFFLINE=0";
}

}  // namespace

TEST_CASE("vit weights fetch prints where the weights are and what to do with them") {
  const vit::test::ScratchFolder folder;
  FakeHub hub;
  hub.large["model.safetensors"] = std::string(100'000, 'w');
  hub.small["config.json"] = R"({"architecture": "vit_tiny_patch16_224"})";

  const auto done = run_program(folder.path(), "weights fetch tiny.a1", environment(hub, folder));
  INFO(done.errors);
  REQUIRE(done.code == 0);
  const std::string path = done.out.substr(0, done.out.find('\n'));
  CHECK(vit::test::get(path) == hub.large["model.safetensors"]);
  CHECK_THAT(done.out, Catch::Contains("verified by SHA-256") &&
                           Catch::Contains("model.name=vit_tiny_patch16_224"));

  const auto again =
      run_program(folder.path(), "weights fetch timm/tiny.a1 --json", environment(hub, folder));
  REQUIRE(again.code == 0);
  const auto json = nlohmann::json::parse(again.out);
  CHECK(json.at("path") == path);
  CHECK(json.at("was_there") == true);
  CHECK(json.at("bytes") == 100'000);
  CHECK(json.at("commit") == FakeHub::kCommit);

  const auto plain = run_program(folder.path(), "weights fetch timm/tiny.a1 --output 'my weights'",
                                 environment(hub, folder));
  REQUIRE(plain.code == 0);
  CHECK(vit::test::get(folder / "my weights/model.safetensors") == hub.large["model.safetensors"]);
}

TEST_CASE("vit weights fetch fails with the code of networks, and says what to do") {
  const vit::test::ScratchFolder folder;
  FakeHub hub;
  std::string words;
  SECTION("gated") {
    hub.before = [](const HttpAsked&) { return HttpReply{403, {"X-Error-Code: GatedRepo"}}; };
    words = "accept it at";
  }
  SECTION("a page instead of the file") {
    hub.large["model.safetensors"] = std::string(1000, 'w');
    hub.before = [](const HttpAsked& asked) {
      return asked.path == "/model.safetensors" ? HttpReply{200, {}, "<html>Sign in</html>"}
                                                : HttpReply{0};
    };
    words = "web page";
  }
  const auto failed =
      run_program(folder.path(), "weights fetch timm/tiny.a1", environment(hub, folder));
  CHECK(failed.code == 5);
  CHECK(failed.out.empty());
  CHECK_THAT(failed.errors, Catch::Contains("vit: error: " + hub.url()) && Catch::Contains(words));
}

TEST_CASE("vit weights fetch of a name that nobody knows") {
  const vit::test::ScratchFolder folder;
  const auto failed = run_program(folder.path(), "weights fetch vit_tiny_patch16_225");
  CHECK(failed.code == 2);
  CHECK_THAT(failed.errors, Catch::Contains("did you mean vit_tiny_patch16_224?"));
}
