#include "vit/weights/weights_path.h"

#include <cstdlib>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/fake_hub.h"
#include "vit/core/error.h"

using namespace vit;
using namespace vit::test;
namespace fs = std::filesystem;

namespace {

/// Sets a variable of the environment as long as it lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("A file is itself, and what is no file and no name is left as it is") {
  const ScratchFolder folder;
  put(folder / "w.safetensors", "x");
  CHECK(weights_path((folder / "w.safetensors").string()) == folder / "w.safetensors");
  for (const std::string text : {"no/such/file", "missing.safetensors", "org/missing.pth", "./x/y",
                                 "../x", "/x/y", "a/b/c", "nothing", "x/model.onnx"})
    CHECK(weights_path(text) == text);
  put(folder / "model.ckpt.index", "x");
  const auto error = error_of([&] { (void)weights_path((folder / "model.ckpt").string()); });
  REQUIRE(error);
  CHECK_THAT(error->problem(), Catch::Contains("TensorFlow checkpoint"));
  // A folder that is there: a file in it is meant.
  CHECK(weights_path((folder / "epoch_5").string()) == folder / "epoch_5");
}

TEST_CASE("Of a folder, the weights under their usual names are meant") {
  const ScratchFolder folder;
  const auto found = [&] { return weights_path(folder.path().string()).filename(); };
  put(folder / "config.json", "{}");
  put(folder / "notes.txt", "x");
  put(folder / "epoch_3.pth", "x");
  CHECK(found() == "epoch_3.pth");  // the only one
  put(folder / "pytorch_model.bin", "x");
  CHECK(found() == "pytorch_model.bin");
  put(folder / "model.safetensors.index.json", "x");
  CHECK(found() == "model.safetensors.index.json");
  put(folder / "model.safetensors", "x");
  CHECK(found() == "model.safetensors");
  put(folder / "adapter_model.safetensors", "x");
  CHECK(found() == "model.safetensors");
  put(folder / "adapter_config.json", "{}");
  CHECK(found() == "adapter_model.safetensors");
}

TEST_CASE("A folder without weights, or with several, says what is in it") {
  const ScratchFolder folder;
  const auto error = [&] {
    const auto found = error_of([&] { (void)weights_path(folder.path().string()); });
    REQUIRE(found);
    CHECK(found->kind() == ErrorKind::weights);
    return found->problem();
  };
  CHECK_THAT(error(), Catch::Contains("no weights in this folder"));
  put(folder / "tf_model.h5", "x");
  CHECK_THAT(error(), Catch::Contains("tf_model.h5"));
  put(folder / "saved_model.pb", "x");
  CHECK_THAT(error(), Catch::Contains("SavedModel"));
  put(folder / "a.pth", "x");
  put(folder / "b.pth", "x");
  CHECK_THAT(error(), Catch::Contains("a.pth, b.pth"));
}

TEST_CASE("Names of the hub are found in its cache, or fetched into it") {
  const ScratchFolder folder;
  FakeHub hub;
  hub.large["model.safetensors"] = std::string(1000, 'w');
  hub.small["config.json"] = "{}";
  const Variable endpoint("HF_ENDPOINT", hub.url());
  const Variable cache("HF_HUB_CACHE", (folder / "hub").string());
  const Variable token("HF_TOKEN", "none");
  const fs::path first = weights_path("hf-hub:timm/tiny.a1");
  CHECK(get(first) == hub.large["model.safetensors"]);
  CHECK(fs::exists(first.parent_path() / "config.json"));
  const Variable offline("HF_HUB_OFFLINE", "1");
  CHECK(weights_path("timm/tiny.a1") == first);
  for (const std::string name :
       {"timm/other.a1", "vit_tiny_patch16_224", "vit_base_patch16_224.mae",
        "vit_base_patch16_224_in21k", "resnet50.tv_in1k", "hf-hub:timm/other.a1"}) {
    const auto error = error_of([&] { (void)weights_path(name); });
    REQUIRE(error);
    INFO(error->what());
    CHECK(error->kind() == ErrorKind::resource);
    CHECK_THAT(error->remedy(), Catch::Contains("vit weights fetch " + name));
  }
}

TEST_CASE("A name or tag that timm does not have is answered with the nearest one") {
  const auto misspelt = error_of([] { (void)weights_path("vit_tiny_patch16_225"); });
  REQUIRE(misspelt);
  CHECK_THAT(misspelt->what(),
             Catch::Contains("no file here") && Catch::Contains("vit_tiny_patch16_224?"));
  const auto error = error_of([] { (void)weights_path("vit_base_patch16_224.augreg_in21"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK_THAT(error->remedy(), Catch::Contains("vit_base_patch16_224.augreg_in21k"));
}
