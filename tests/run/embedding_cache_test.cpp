#include "vit/run/embedding_cache.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

using vit::EmbeddingCache;
namespace fs = std::filesystem;

namespace {

/// A folder with images a and sub/b, of which a cache for the key `m` knows both.
struct Known {
  Known() {
    fs::create_directories(folder / "sub");
    vit::test::put(a, "aa");
    vit::test::put(b, "bbb");
    EmbeddingCache cache(folder.path(), "m");
    file = cache.file();
    cache.put(a, {1, 0});
    cache.put(b, {0, 1});
    cache.save();
  }
  vit::test::ScratchFolder folder;
  fs::path a = folder / "a.png", b = folder / "sub/b.png", file;
};

}  // namespace

TEST_CASE("What is kept of a folder's images is found again by the same model alone") {
  const Known known;
  const EmbeddingCache same(known.folder.path(), "m"), other(known.folder.path(), "n");
  REQUIRE(same.find(known.b) != nullptr);
  CHECK(*same.find(known.b) == std::vector<float>{0, 1});
  CHECK(other.find(known.b) == nullptr);
  CHECK(other.file() != same.file());
}

TEST_CASE("An image that has changed is not known any more") {
  const Known known;
  SECTION("in its size") { vit::test::put(known.a, "aaa"); }
  SECTION("in its time alone") {
    fs::last_write_time(known.a, fs::last_write_time(known.a) + std::chrono::seconds(2));
  }
  SECTION("as it is gone") { fs::remove(known.a); }
  const EmbeddingCache cache(known.folder.path(), "m");
  CHECK(cache.find(known.a) == nullptr);
  CHECK(cache.find(known.b) != nullptr);
}

TEST_CASE("Images that were not asked for are forgotten when it is saved") {
  const Known known;
  {
    EmbeddingCache cache(known.folder.path(), "m");
    REQUIRE(cache.find(known.b) != nullptr);
    cache.save();
  }
  const EmbeddingCache cache(known.folder.path(), "m");
  CHECK(cache.find(known.a) == nullptr);
  CHECK(cache.find(known.b) != nullptr);
}

TEST_CASE("A damaged file is begun anew, wherever the damage is") {
  const Known known;
  const std::string whole = vit::test::get(known.file);
  for (const std::size_t at :
       {std::size_t{3}, std::size_t{20}, whole.size() / 2, whole.size() - 1}) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x11);
    vit::test::put(known.file, damaged);
    const EmbeddingCache cache(known.folder.path(), "m");
    CHECK(cache.find(known.a) == nullptr);
    CHECK(cache.find(known.b) == nullptr);
  }
  vit::test::put(known.file, whole.substr(0, whole.size() - 3));
  EmbeddingCache cache(known.folder.path(), "m");
  CHECK(cache.find(known.a) == nullptr);
  cache.put(known.a, {1, 2});
  cache.save();
  CHECK(*EmbeddingCache(known.folder.path(), "m").find(known.a) == std::vector<float>{1, 2});
}

TEST_CASE("Embeddings of two widths are not kept together") {
  const Known known;
  EmbeddingCache cache(known.folder.path(), "m");
  CHECK_THROWS_AS(cache.put(known.a, {1, 2, 3}), vit::Error);
}
