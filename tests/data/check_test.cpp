#include "vit/data/check.h"

#include <cmath>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/data/image_folder.h"
#include "vit/data/mask_folder.h"
#include "vit/data/registry.h"

using namespace vit;

TEST_CASE("A check finds what is broken, twice there, leaked and unequal") {
  const test::ScratchFolder folder;
  test::put_picture(folder / "train/cat/1.png", 1, 40, 20);
  test::put_picture(folder / "train/cat/2.png", 2, 100, 70);
  test::put_picture(folder / "train/cat/copy.ppm", 0);
  test::put_text(folder / "train/cat/empty.jpg", "");
  test::put_text(folder / "train/cat/text.jpg", "no picture");
  test::put_picture(folder / "train/dog/1.png", 3, 5, 5);
  test::put_picture(folder / "train/dog/same.png", 2, 100, 70);
  test::put_picture(folder / "val/cat/1.png", 9, 5, 5);
  test::put_picture(folder / "val/dog/leak.png", 3, 5, 5);
  std::filesystem::remove(folder / "train/cat/copy.ppm");
  const std::string png = test::get(folder / "train/cat/1.png");
  test::put(folder / "train/cat/torn.png", png.substr(0, png.size() / 2));
  std::string flipped = png;
  flipped[png.size() / 2] = static_cast<char>(flipped[png.size() / 2] ^ 4);
  test::put(folder / "train/cat/flipped.png", flipped);

  const auto train = image_folder(folder / "train"), val = image_folder(folder / "val");
  std::int64_t last = 0;
  const std::int64_t workers = GENERATE(1, 3);
  const DataReport report = check_data({{"train", train.get()}, {"val", val.get()}}, workers,
                                       [&](std::int64_t done, std::int64_t all) {
                                         CHECK(done == ++last);
                                         CHECK(all == 10);
                                       });
  CHECK(last == 10);
  REQUIRE(report.splits.size() == 2);
  const SplitReport& first = report.splits[0];
  CHECK(first.samples == 8);
  REQUIRE(first.broken.size() == 4);
  CHECK(report.broken() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const char* names[] = {"empty.jpg", "flipped.png", "text.jpg", "torn.png"};
    CHECK_THAT(first.broken[i].source, Catch::Contains(names[i]));
    CHECK_FALSE(first.broken[i].problem.empty());
  }
  REQUIRE(first.duplicates.size() == 1);
  CHECK_THAT(first.duplicates[0].sources.at(0), Catch::Contains("cat/2.png"));
  CHECK_THAT(first.duplicates[0].sources.at(1), Catch::Contains("dog/same.png"));
  CHECK(first.per_class == std::map<std::string, std::int64_t>{{"cat", 6}, {"dog", 2}});
  CHECK(first.imbalance() == 3);
  CHECK(first.min_side == 5);
  CHECK(first.max_side == 100);
  CHECK(first.by_size == std::map<std::int64_t, std::int64_t>{{32, 2}, {128, 2}});
  REQUIRE(report.leaked.size() == 1);
  CHECK_THAT(report.leaked[0].sources.at(0), Catch::Contains("train/dog/1.png"));
  CHECK_THAT(report.leaked[0].sources.at(1), Catch::Contains("val/dog/leak.png"));
}

TEST_CASE("Classes that only one split has are told") {
  const test::ScratchFolder folder;
  test::put_picture(folder / "train/cat/1.png", 1);
  test::put_picture(folder / "train/dog/1.png", 2);
  test::put_picture(folder / "val/dog/1.png", 3);
  test::put_picture(folder / "val/kat/1.png", 4);
  const auto train = image_folder(folder / "train"), val = image_folder(folder / "val");
  const DataReport report = check_data({{"train", train.get()}, {"val", val.get()}}, 1);
  CHECK(report.one_sided ==
        std::vector<std::string>{"cat: in train, not in val", "kat: in val, not in train"});
  CHECK(check_data({{"train", train.get()}}, 1).one_sided.empty());
}

TEST_CASE("Of masks, images are counted that hold a class; masks of 0 and 255 are told") {
  const test::ScratchFolder folder;
  MaskFolderOptions options;
  options.root = folder.path().string();
  options.classes = {"background", "object"};
  const std::uint8_t object = GENERATE(1, 255);
  for (const char* name : {"1.png", "2.png"}) {
    test::put_picture(folder / "images/train" / name, 9, 2, 2);
    std::filesystem::create_directories(folder / "masks/train");
    Image mask(2, 2, 1);
    mask.pixels = {0, object, object, 0};
    write_png(mask, folder / "masks/train" / name);
  }
  const auto data = mask_folder(options, Split::train);
  const DataReport report = check_data({{"train", data.get()}}, 1);
  const SplitReport& split = report.splits[0];
  CHECK(split.has_masks);
  CHECK_FALSE(split.has_labels);
  CHECK(split.per_class ==
        std::map<std::string, std::int64_t>{{"background", 2}, {"object", object == 1 ? 2 : 0}});
  CHECK(split.notes.empty() == (object == 1));
  if (object == 255)
    CHECK_THAT(split.notes.line(), Catch::Contains("all pixels that are not 0 are ignored (255)"));
}

TEST_CASE("A sample with a label is counted once, whatever else it holds") {
  const DataSplits data = open_data({"shapes", ShapesOptions{.num_train = 40, .num_val = 10}});
  const DataReport report = check_data({{"train", data.train.get()}}, 1);
  std::int64_t sum = 0;
  for (const auto& [name, count] : report.splits[0].per_class) sum += count;
  CHECK(sum == 40);
}

TEST_CASE("A check counts boxes by image and size") {
  const test::ScratchFolder folder;
  test::put_picture(folder / "images/a.png", 1, 200, 100);
  test::put_picture(folder / "images/b.png", 2, 200, 100);
  test::put_text(folder / "labels/a.txt", "0 .5 .5 1 1\n0 .1 .1 .1 .2\n1 .5 .5 .3 .5\n");
  test::put_text(folder / "data.yaml", "train: images\nnames: [cat, dog]\n");
  const auto data = yolo({.root = folder.path().string()}, Split::train);
  const SplitReport report = check_data({{"train", data.get()}}, 2).splits.at(0);
  CHECK(report.boxes.objects == 3);
  CHECK(report.boxes.most == 3);
  CHECK(report.boxes.empty == 1);
  CHECK(report.boxes.small == 1);   // 20x20
  CHECK(report.boxes.medium == 1);  // 60x50
  CHECK(report.boxes.large == 1);   // 200x100
  CHECK(report.boxes.median_side == Approx(std::sqrt(60.0 * 50)));
  CHECK(report.per_class == std::map<std::string, std::int64_t>{{"cat", 2}, {"dog", 1}});
}
