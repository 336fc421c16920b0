#include "vit/weights/hub_weights.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/fake_hub.h"
#include "vit/weights/hub_cache.h"

using namespace vit;
using test::FakeHub;
using test::HttpAsked;
using test::HttpReply;
namespace fs = std::filesystem;

namespace {

struct Scene {
  test::ScratchFolder folder;
  FakeHub hub;
  HubSettings settings;
  WeightsRequest request{"timm/tiny.a1"};

  Scene() {
    hub.large["model.safetensors"] = std::string(200'000, 'w');
    hub.small["config.json"] = R"({"architecture": "vit_tiny_patch16_224"})";
    settings.endpoint = hub.url();
    settings.cache = folder / "hub";
    settings.policy.attempts = 2;
    settings.policy.first_wait = std::chrono::milliseconds(1);
  }
  FetchedWeights fetch() { return fetch_weights(settings, request); }
  std::optional<Error> failure() {
    return test::error_of([&] { (void)fetch(); });
  }
};

/// Every file and link under a folder.
std::size_t entries(const fs::path& folder) {
  if (!fs::exists(folder)) return 0;
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory()) ++count;
  return count;
}

}  // namespace

TEST_CASE("Names of weights") {
  CHECK(hub_repository_of("vit_tiny_patch16_224") ==
        "timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k");
  CHECK(hub_repository_of("vit_base_patch16_224.mae") == "timm/vit_base_patch16_224.mae");
  CHECK(hub_repository_of("facebook/dinov2-small") == "facebook/dinov2-small");
  const auto error = test::error_of([] { (void)hub_repository_of("vit_tiny_patch16_225"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK_THAT(error->remedy(), Catch::Contains("did you mean vit_tiny_patch16_224?"));
}

TEST_CASE("Names as others write them, and names that timm had before") {
  CHECK(hub_repository_of("hf-hub:timm/tiny.a1") == "timm/tiny.a1");
  CHECK(hub_repository_of("resnet50.tv_in1k") == "timm/resnet50.tv_in1k");
  CHECK(hub_repository_of("convnext_tiny.fb_in22k") == "timm/convnext_tiny.fb_in22k");
  CHECK(hub_repository_of("vit_base_patch16_224_in21k") ==
        "timm/vit_base_patch16_224.augreg_in21k");
  CHECK(hub_repository_of("vit_base_patch32_clip_quickgelu_224.openai") ==
        "timm/vit_base_patch32_clip_224.openai");
  CHECK(hub_repository_of("swin_tiny_patch4_window7_224.ms_in1k") ==
        "timm/swin_tiny_patch4_window7_224.ms_in1k");
  CHECK(test::error_of([] { (void)hub_repository_of("resnet50.tv_in1"); }));
  CHECK(is_hub_name("vit_base_patch16_224.no_such_tag"));
  CHECK_FALSE(is_hub_name("nothing"));
}

TEST_CASE("Shards are fetched with their index, and descriptions with the weights") {
  Scene scene;
  scene.hub.large = {{"model-00001-of-00002.safetensors", "one"},
                     {"model-00002-of-00002.safetensors", "two"}};
  scene.hub.small["model.safetensors.index.json"] =
      R"({"weight_map": {"a": "model-00001-of-00002.safetensors",
                         "b": "model-00002-of-00002.safetensors"}})";
  scene.hub.small["preprocessor_config.json"] = "{}";
  scene.request.name += "@" + std::string(FakeHub::kCommit);
  const FetchedWeights fetched = scene.fetch();
  const fs::path folder = fetched.weights.path.parent_path();
  CHECK(fetched.weights.path.filename() == "model.safetensors.index.json");
  CHECK(test::get(folder / "model-00002-of-00002.safetensors") == "two");
  CHECK(fs::exists(folder / "preprocessor_config.json"));
  CHECK_FALSE(fs::exists(folder / "adapter_config.json"));
}

TEST_CASE("Weights are fetched once, into the cache's layout") {
  Scene scene;
  const FetchedWeights first = scene.fetch();
  const fs::path repo = scene.settings.cache / "models--timm--tiny.a1";
  CHECK(first.weights.path == repo / "snapshots" / FakeHub::kCommit / "model.safetensors");
  CHECK(test::get(first.weights.path) == scene.hub.large["model.safetensors"]);
  CHECK(first.weights.verified == "SHA-256");
  CHECK_FALSE(first.weights.was_there);
  CHECK(first.weights.commit == FakeHub::kCommit);
  REQUIRE(first.config);
  CHECK(first.config->verified == "size");
  CHECK(first.architecture == "vit_tiny_patch16_224");
  CHECK(fs::exists(repo / "blobs" / FakeHub::sha256(scene.hub.large["model.safetensors"])));
  CHECK(test::get(repo / "refs/main") == FakeHub::kCommit);

  const std::size_t gets = scene.hub.count("GET");
  const FetchedWeights second = scene.fetch();
  CHECK(second.weights.was_there);
  CHECK(second.weights.path == first.weights.path);
  CHECK(scene.hub.count("GET") == gets);
}

TEST_CASE("A blob that was damaged since is fetched again") {
  Scene scene;
  const FetchedWeights first = scene.fetch();
  std::string bytes = test::get(first.weights.path);
  bytes[100'000] = 'x';
  test::put(first.weights.path, bytes);  // through the link
  const FetchedWeights second = scene.fetch();
  CHECK_FALSE(second.weights.was_there);
  CHECK(test::get(second.weights.path) == scene.hub.large["model.safetensors"]);
}

TEST_CASE("A commit and a file can be named") {
  Scene scene;
  scene.hub.large["model.npz"] = "npz";
  scene.request.revision = FakeHub::kCommit;
  scene.request.file = "model.npz";
  const FetchedWeights fetched = scene.fetch();
  CHECK(fetched.weights.path.filename() == "model.npz");
  CHECK(test::get(fetched.weights.path) == "npz");
}

TEST_CASE("Weights of the older format are taken where there are no others") {
  Scene scene;
  scene.hub.large = {{"pytorch_model.bin", "pickle"}};
  CHECK(scene.fetch().weights.path.filename() == "pytorch_model.bin");
}

TEST_CASE("A repository without weights, or with weights in several files") {
  Scene scene;
  scene.hub.large.clear();
  SECTION("none") {
    const auto error = scene.failure();
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::resource);
    CHECK_THAT(error->what(), Catch::Contains("neither model.safetensors nor") &&
                                  Catch::Contains(scene.hub.url() + "/timm/tiny.a1/tree/main"));
  }
  SECTION("an index of shards that are not there") {
    scene.hub.small["model.safetensors.index.json"] = R"({"weight_map": {"a": "1.safetensors"}})";
    const auto error = scene.failure();
    REQUIRE(error);
    CHECK_THAT(error->problem(), Catch::Contains("\"1.safetensors\""));
  }
  SECTION("an index that names no plain files") {
    scene.hub.small["model.safetensors.index.json"] = GENERATE(
        "{}", R"({"weight_map": {"a": "../1.safetensors"}})", R"({"weight_map": {"a": 1}})");
    const auto error = scene.failure();
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
  }
  SECTION("not the one that was named") {
    scene.request.file = "other.bin";
    const auto error = scene.failure();
    REQUIRE(error);
    CHECK_THAT(error->problem(), Catch::Contains("\"other.bin\""));
  }
}

TEST_CASE("What the hub refuses is explained, and nothing is left behind") {
  Scene scene;
  HttpReply reply;
  std::string expected;
  SECTION("a licence to accept, unknown user") {
    reply = {401, {"X-Error-Code: GatedRepo"}};
    expected = "accept it at " + scene.hub.url() + "/timm/tiny.a1";
  }
  SECTION("a licence to accept, known user") {
    scene.settings.token = "hf_x";
    reply = {403, {"X-Error-Code: GatedRepo"}};
    expected = "with the account that HF_TOKEN belongs to";
  }
  SECTION("no such repository") {
    reply = {401, {"X-Error-Code: RepoNotFound"}};
    expected = "there is no repository timm/tiny.a1, or it is private";
  }
  SECTION("no such revision") {
    scene.request.revision = "v9";
    reply = {0};
    expected = "timm/tiny.a1 has no revision v9";
  }
  SECTION("a wrong token") {
    scene.settings.token = "hf_wrong";
    reply = {401, {}};
    expected = "does not know your token";
  }
  SECTION("too many requests") {
    reply = {429, {"Retry-After: 900"}};
    expected = "wait for 900 s";
  }
  SECTION("a fault of its own") {
    reply = {503, {}};
    expected = "503";
  }
  SECTION("not a hub at all") {
    reply = {200, {}, "<html>hello</html>"};
    expected = "HF_ENDPOINT";
  }
  SECTION("names that would leave the cache") {
    reply = {200, {std::string("X-Repo-Commit: ") + FakeHub::kCommit, "ETag: \"../../../x\""}};
    expected = "HF_ENDPOINT";
  }
  scene.hub.before = [&](const HttpAsked&) { return reply; };
  const auto error = scene.failure();
  REQUIRE(error);
  INFO(error->what());
  CHECK(error->kind() == ErrorKind::resource);
  CHECK_THAT(error->where(), Catch::Contains(scene.hub.url() + "/timm/tiny.a1/resolve/"));
  CHECK_THAT(error->what(), Catch::Contains(expected));
  CHECK(entries(scene.folder.path()) == 0);
}

TEST_CASE("A store that sends other bytes than the hub promised") {
  Scene scene;
  scene.hub.before = [](const HttpAsked& asked) {
    return asked.path == "/model.safetensors" ? HttpReply{200, {}, std::string(200'000, 'v')}
                                              : HttpReply{0};
  };
  const auto error = scene.failure();
  REQUIRE(error);
  CHECK_THAT(error->problem(), Catch::Contains("SHA-256"));
  CHECK(entries(scene.folder.path()) == 0);
}

TEST_CASE("A download that is cut goes on, also in the next run") {
  Scene scene;
  bool healthy = false;
  std::string range;
  scene.hub.before = [&](const HttpAsked& asked) {
    if (asked.path != "/model.safetensors") return HttpReply{0};
    range = asked.header("range");
    const std::string& bytes = scene.hub.large["model.safetensors"];
    HttpReply reply = test::ranged(asked, bytes, "\"" + FakeHub::sha256(bytes) + "\"");
    if (!healthy) reply.cut_after = range.empty() ? 70'000 : 0;
    return reply;
  };
  REQUIRE(scene.failure());
  healthy = true;
  CHECK(test::get(scene.fetch().weights.path) == scene.hub.large["model.safetensors"]);
  CHECK(range == "bytes=70000-");
}

TEST_CASE("The token goes to the hub, and not to the store") {
  Scene scene;
  scene.settings.token = "hf_secret";
  bool store_saw_it = false;
  scene.hub.before = [&](const HttpAsked& asked) {
    if (asked.path == "/model.safetensors" && !asked.header("authorization").empty())
      store_saw_it = true;
    return HttpReply{0};
  };
  (void)scene.fetch();
  CHECK(scene.hub.asked().at(0).header("authorization") == "Bearer hf_secret");
  CHECK_FALSE(store_saw_it);
}

TEST_CASE("A repository that was renamed is found by its old name") {
  Scene scene;
  scene.request.name = "old/tiny";
  scene.hub.before = [](const HttpAsked& asked) {
    if (asked.path.rfind("/old/tiny/", 0) != 0) return HttpReply{0};
    return HttpReply{307, {"Location: /timm/tiny.a1/" + asked.path.substr(10)}};
  };
  CHECK(test::get(scene.fetch().weights.path) == scene.hub.large["model.safetensors"]);
}

TEST_CASE("Offline, or without an answer, the cache is enough") {
  Scene scene;
  SECTION("once it holds the files") {
    (void)scene.fetch();
    const bool offline = GENERATE(true, false);
    if (offline)
      scene.settings.offline = true;
    else
      scene.hub.before = [](const HttpAsked&) { return HttpReply{503, {}}; };
    const std::size_t asked = scene.hub.asked().size();
    const FetchedWeights fetched = scene.fetch();
    CHECK(fetched.weights.was_there);
    CHECK(fetched.weights.verified.empty());
    CHECK_FALSE(fetched.weights.note.empty());
    if (offline) CHECK(scene.hub.asked().size() == asked);
  }
  SECTION("and an error before") {
    scene.settings.offline = true;
    const auto error = scene.failure();
    REQUIRE(error);
    CHECK_THAT(error->what(),
               Catch::Contains("HF_HUB_OFFLINE") && Catch::Contains(scene.settings.cache.string()));
    CHECK(scene.hub.asked().empty());
  }
}

TEST_CASE("Plain files in a folder") {
  Scene scene;
  scene.request.folder = scene.folder / "out/here";
  const FetchedWeights first = scene.fetch();
  CHECK(first.weights.path == scene.folder / "out/here/model.safetensors");
  CHECK(fs::symlink_status(first.weights.path).type() == fs::file_type::regular);
  CHECK_FALSE(fs::exists(scene.settings.cache));
  CHECK(entries(scene.folder / "out") == 2);

  SECTION("again: nothing to do") {
    const std::size_t gets = scene.hub.count("GET");
    CHECK(scene.fetch().weights.was_there);
    CHECK(scene.hub.count("GET") == gets);
  }
  SECTION("another file of the name is left alone") {
    test::put(first.weights.path, "mine");
    const auto error = scene.failure();
    REQUIRE(error);
    CHECK_THAT(error->what(), Catch::Contains("--output"));
    CHECK(test::get(first.weights.path) == "mine");
  }
}

TEST_CASE("What the cache holds need not be fetched again for a folder") {
  Scene scene;
  (void)scene.fetch();
  scene.request.folder = scene.folder / "out";
  const std::size_t gets = scene.hub.count("GET");
  scene.settings.offline = GENERATE(true, false);
  CHECK(test::get(scene.fetch().weights.path) == scene.hub.large["model.safetensors"]);
  CHECK(scene.hub.count("GET") == gets);
}

TEST_CASE("Names of repositories and revisions that lead elsewhere are refused") {
  Scene scene;
  SECTION("repository") {
    scene.request.name = GENERATE("../x", "a/../b", "a/b/c", "/a", "a/", "a b/c");
  }
  SECTION("revision") { scene.request.revision = GENERATE("../main", "", "a//b", "a b"); }
  const auto error = scene.failure();
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(scene.hub.asked().empty());
}
