#include "vit/weights/hub_cache.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
namespace fs = std::filesystem;

namespace {

const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";

}  // namespace

TEST_CASE("A cache written by the Python library is read") {
  // As huggingface_hub 1.x lays it out.
  const test::ScratchFolder root;
  const fs::path repo = root / "models--timm--tiny.a1";
  fs::create_directories(repo / "refs/pr");
  fs::create_directories(repo / "blobs");
  fs::create_directories(repo / "snapshots" / kCommit / "onnx");
  test::put(repo / "refs/main", kCommit);
  test::put(repo / "refs/pr/1", kCommit + "\n");
  test::put(repo / "blobs/abc", "weights");
  fs::create_symlink("../../blobs/abc", repo / "snapshots" / kCommit / "model.safetensors");
  fs::create_symlink("../../../blobs/abc", repo / "snapshots" / kCommit / "onnx/model.onnx");
  fs::create_symlink("../../blobs/gone", repo / "snapshots" / kCommit / "gone.bin");

  const HubCache cache(root.path(), "timm/tiny.a1");
  REQUIRE(cache.find("main", "model.safetensors"));
  CHECK(test::get(*cache.find("main", "model.safetensors")) == "weights");
  CHECK(cache.find("pr/1", "onnx/model.onnx"));
  CHECK(cache.find(kCommit, "model.safetensors"));
  CHECK_FALSE(cache.find("main", "gone.bin"));
  CHECK_FALSE(cache.find("main", "config.json"));
  CHECK_FALSE(cache.find("v2", "model.safetensors"));
}

TEST_CASE("What is added is found, under links that survive a move of the cache") {
  const test::ScratchFolder root;
  const HubCache cache(root / "old", "timm/tiny.a1");
  cache.prepare();
  test::put(cache.blob("abc"), "weights");
  cache.add(kCommit, "sub/model.bin", "abc");
  cache.add(kCommit, "sub/model.bin", "abc");  // again does no harm
  cache.remember("main", kCommit);
  cache.remember(kCommit, kCommit);  // needs no ref
  fs::rename(root / "old", root / "new");
  const HubCache moved(root / "new", "timm/tiny.a1");
  REQUIRE(moved.find("main", "sub/model.bin"));
  CHECK(test::get(*moved.find("main", "sub/model.bin")) == "weights");
  CHECK(fs::is_symlink(moved.snapshot(kCommit, "sub/model.bin")));
  CHECK_FALSE(fs::exists(root / "new/models--timm--tiny.a1/refs" / kCommit));
}

TEST_CASE("A ref that holds no commit is none") {
  const test::ScratchFolder root;
  fs::create_directories(root / "models--timm--tiny.a1/refs");
  test::put(root / "models--timm--tiny.a1/refs/main", "../../../etc");
  CHECK_FALSE(HubCache(root.path(), "timm/tiny.a1").commit_of("main"));
}
