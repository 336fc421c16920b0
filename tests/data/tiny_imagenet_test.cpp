#include "vit/data/tiny_imagenet.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"

using namespace vit;

TEST_CASE("Tiny-ImageNet as it is published") {
  const test::ScratchFolder folder;
  const auto root = folder / "tiny-imagenet-200";
  test::put_text(root / "wnids.txt", "n02\nn01\nn03\n");
  test::put_text(root / "words.txt", "n01\tcrane\nn02\tgoldfish, Carassius auratus\nn03\tcrane\n");
  test::put_picture(root / "train/n01/images/n01_0.png", 10);
  test::put_picture(root / "train/n02/images/n02_0.png", 20);
  test::put_picture(root / "train/n03/images/n03_0.png", 30);
  test::put_picture(root / "val/images/val_0.png", 40);
  test::put_picture(root / "val/images/val_1.png", 50);
  test::put_text(root / "val/val_annotations.txt",
                 "val_1.png\tn01\t0\t0\t1\t1\r\nval_0.png\tn02\t0\t0\t1\t1\r\n");

  const auto train = tiny_imagenet(folder.path(), Split::train);
  CHECK(train->classes() == std::vector<std::string>{"goldfish", "crane (n01)", "crane (n03)"});
  REQUIRE(train->size() == 3);
  CHECK(train->get(0).image.pixels[0] == 20);  // labels in the order of wnids.txt
  const auto val = tiny_imagenet(root, Split::val);
  REQUIRE(val->size() == 2);
  CHECK(val->label(0) == 1);
  CHECK(val->get(0).image.pixels[0] == 50);

  test::put_text(root / "val/val_annotations.txt", "val_1.png\tn01\t0\nval_0.png\tn99\t0\n");
  const auto error = test::error_of([&] { (void)tiny_imagenet(root, Split::val); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains("val_annotations.txt:2") && Catch::Contains("n99"));
}
