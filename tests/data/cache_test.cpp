#include "vit/data/cache.h"

#include <thread>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/data/image_folder.h"
#include "vit/data/mask_folder.h"

using namespace vit;
namespace fs = std::filesystem;

namespace {

/// Counts how often it decodes.
class Counting final : public Dataset {
 public:
  explicit Counting(std::unique_ptr<Dataset> data, std::atomic<int>& count)
      : data_(std::move(data)), count_(count) {}
  [[nodiscard]] std::int64_t size() const override { return data_->size(); }
  [[nodiscard]] Sample get(std::int64_t index) const override {
    ++count_;
    return data_->get(index);
  }
  void annotate(std::int64_t index, Sample& sample) const override {
    data_->annotate(index, sample);
  }
  [[nodiscard]] std::int64_t label(std::int64_t index) const override {
    return data_->label(index);
  }
  [[nodiscard]] std::string source(std::int64_t index) const override {
    return data_->source(index);
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override {
    return data_->classes();
  }

 private:
  std::unique_ptr<Dataset> data_;
  std::atomic<int>& count_;
};

struct CachedScene {
  test::ScratchFolder folder;
  CacheOptions options;
  std::atomic<int> decoded{0};

  CachedScene() {
    for (int i = 0; i < 6; ++i)
      test::put_picture(folder / "data" / (i % 2 ? "cat" : "dog") / (std::to_string(i) + ".png"),
                        static_cast<std::uint8_t>(10 * i), 5 + i, 7);
    options.cache_dir = (folder / "cache").string();
  }
  std::unique_ptr<Dataset> open() {
    return cached(std::make_unique<Counting>(image_folder(folder / "data"), decoded), options,
                  "set-train");
  }
  /// Reads all, compares each with the data set itself; returns how many were decoded.
  int read_all(const Dataset& data) {
    const auto plain = image_folder(folder / "data");
    const int before = decoded;
    for (std::int64_t i = 0; i < data.size(); ++i) {
      const Sample sample = data.get(i), expected = plain->get(i);
      CHECK(sample.image == expected.image);
      CHECK(sample.label == expected.label);
      CHECK(sample.source == expected.source);
    }
    return decoded - before;
  }
};

}  // namespace

TEST_CASE("A cache gives the same samples, and decodes each once") {
  CachedScene scene;
  scene.options.cache = GENERATE("memory", "disk");
  const auto data = scene.open();
  CHECK(scene.read_all(*data) == 6);
  CHECK(scene.read_all(*data) == 0);
}

TEST_CASE("Without a cache every reading decodes") {
  CachedScene scene;
  const auto data = scene.open();
  CHECK(scene.read_all(*data) == 6);
  CHECK(scene.read_all(*data) == 6);
}

TEST_CASE("What does not fit is decoded each time") {
  CachedScene scene;
  scene.options.cache = GENERATE("memory", "disk");
  scene.options.cache_gb = 3.0 * 7 * 8 * 3 / 1e9;  // a little over three pictures
  const auto data = scene.open();
  CHECK(scene.read_all(*data) == 6);
  const int again = scene.read_all(*data);
  CHECK(again > 0);
  CHECK(again < 6);
}

TEST_CASE("A cache on disk serves later runs, and changed files are decoded anew") {
  CachedScene scene;
  scene.options.cache = "disk";
  CHECK(scene.read_all(*scene.open()) == 6);
  CHECK(scene.read_all(*scene.open()) == 0);
  test::put_picture(scene.folder / "data/dog/2.png", 99, 9, 9);
  CHECK(scene.read_all(*scene.open()) == 1);
  CHECK(scene.read_all(*scene.open()) == 0);
}

TEST_CASE("A cache that is cut off or damaged is used as far as it is sound") {
  CachedScene scene;
  scene.options.cache = "disk";
  CHECK(scene.read_all(*scene.open()) == 6);
  const fs::path pixels = scene.folder / "cache/set-train.pixels";
  const fs::path index = scene.folder / "cache/set-train.pixels.index";
  SECTION("the index, at every byte") {
    const std::string whole = test::get(index);
    for (std::size_t size = 0; size < whole.size(); size += 13) {
      test::put(index, whole.substr(0, size));
      (void)scene.read_all(*scene.open());
    }
  }
  SECTION("the pixels") {
    fs::resize_file(pixels, fs::file_size(pixels) - 1);
    CHECK(scene.read_all(*scene.open()) == 1);
  }
  SECTION("a bit of the pixels") {
    std::string bytes = test::get(pixels);
    bytes[10] = static_cast<char>(bytes[10] ^ 1);
    test::put(pixels, bytes);
    CHECK(scene.read_all(*scene.open()) == 1);
  }
  SECTION("a bit of the index") {
    std::string bytes = test::get(index);
    bytes[20] = static_cast<char>(bytes[20] ^ 1);
    test::put(index, bytes);
    CHECK(scene.read_all(*scene.open()) == 6);
  }
  CHECK(scene.read_all(*scene.open()) == 0);
}

TEST_CASE("Two users of one cache: the second reads what the first has written") {
  CachedScene scene;
  scene.options.cache = "disk";
  const auto first = scene.open(), second = scene.open();
  CHECK(scene.read_all(*second) == 6);
  CHECK(scene.read_all(*second) == 6);  // it may not write
  CHECK(scene.read_all(*first) == 6);
  CHECK(scene.read_all(*scene.open()) == 0);
}

TEST_CASE("Several threads fill a cache at once") {
  CachedScene scene;
  scene.options.cache = GENERATE("memory", "disk");
  const auto data = scene.open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round)
        for (std::int64_t i = 0; i < data->size(); ++i) (void)data->get(i);
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(scene.read_all(*data) == 0);
}

TEST_CASE("Masks are kept beside their pictures") {
  const test::ScratchFolder folder;
  test::put_picture(folder / "images/train/a.png", 5, 4, 3);
  test::put_picture(folder / "masks/train/a.png", 1, 4, 3);
  CacheOptions options{.cache = "disk", .cache_gb = 1, .cache_dir = (folder / "c").string()};
  const MaskFolderOptions masks{.root = folder.path().string(), .classes = {"x", "y"}};
  for (int round = 0; round < 2; ++round) {
    const auto data = cached(mask_folder(masks, Split::train), options, "masks");
    CHECK(data->get(0).mask.pixels == std::vector<std::uint8_t>(12, 1));
  }
}
