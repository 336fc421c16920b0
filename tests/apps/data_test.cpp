#include <nlohmann/json.hpp>

#include "tests/data/pictures.h"
#include "tests/support/http_server.h"
#include "tests/support/program.h"
#include "vit/image/decode.h"

using vit::test::run_program;

TEST_CASE("vit data check looks through a folder and ends with the code of data") {
  const vit::test::ScratchFolder folder;
  vit::test::put_picture(folder / "d/train/cat/1.png", 1);
  vit::test::put_picture(folder / "d/train/dog/2.png", 2);
  vit::test::put_picture(folder / "d/val/cat/3.png", 3);
  vit::test::put_picture(folder / "d/val/dog/leak.png", 2);
  const auto sound = run_program(folder.path(), "data check d");
  INFO(sound.errors);
  CHECK(sound.code == 0);
  CHECK_THAT(sound.out, Catch::Contains("train: 2 samples, 0 broken") &&
                            Catch::Contains("more than one split") &&
                            Catch::Contains("d/train/dog/2.png  =  d/val/dog/leak.png"));

  vit::test::put_text(folder / "d/train/cat/torn.jpg", "\xff\xd8\xff\xe0 no picture");
  const auto broken = run_program(folder.path(), "data check d --json");
  CHECK(broken.code == 3);
  CHECK_THAT(broken.errors, Catch::Contains("torn.jpg") && Catch::Contains("data.max_bad"));
  const auto json = nlohmann::json::parse(broken.out);
  CHECK(json.at("broken") == 1);
  CHECK(json.at("leaked").size() == 1);
  CHECK_THAT(json.at("splits").at("train").at("broken").at(0).at("source").get<std::string>(),
             Catch::Contains("torn.jpg"));
  CHECK(json.at("splits").at("train").at("classes").at("cat") == 2);

  SECTION("and training goes on without it where it may") {
    vit::test::put(folder / "e.yaml",
                   "data: {name: folder, root: d, batch_size: 3, workers: 2}\n"
                   "augment: {train: [random_resized_crop]}\n"
                   "model: {name: vit_tiny_patch16_224, img_size: 16, patch_size: 8, embed_dim: 16,"
                   " depth: 1, num_heads: 2}\n"
                   "schedule: {epochs: 1, warmup_epochs: 0}\n"
                   "train: {device: cpu, threads: 1}\nexport: {torchscript: false}\n");
    const auto refused = run_program(folder.path(), "train e.yaml");
    CHECK(refused.code == 3);
    CHECK_THAT(refused.errors, Catch::Contains("torn.jpg"));
    const auto allowed = run_program(folder.path(), "train e.yaml --set data.max_bad=1");
    INFO(allowed.errors);
    CHECK(allowed.code == 0);
    CHECK_THAT(allowed.errors,
               Catch::Contains("torn.jpg") && Catch::Contains("another picture takes its place"));
    const auto cached = run_program(
        folder.path(),
        "train e.yaml --set data.max_bad=1 --set data.cache=disk --set data.sampler=class_balanced "
        "--set data.aug_repeats=2 --set data.subset=2");
    INFO(cached.errors);
    CHECK(cached.code == 0);
    CHECK(std::filesystem::exists(folder / "cache/folder-train.pixels"));
    const auto folds = run_program(
        folder.path(), "train e.yaml --set data.max_bad=1 --set data.folds=2 --set data.fold=2");
    CHECK(folds.code == 2);
    CHECK_THAT(folds.errors, Catch::Contains("data.fold: is 2, and there are 2 folds"));
  }
}

TEST_CASE("vit data list tells what samples hold and what is fetched") {
  const vit::test::ScratchFolder folder;
  const auto listed = run_program(folder.path(), "data list --json");
  REQUIRE(listed.code == 0);
  const auto json = nlohmann::json::parse(listed.out);
  CHECK(json.at("data").size() >= 14);
  for (const auto& row : json.at("data")) CHECK_FALSE(row.at("help").get<std::string>().empty());
}

TEST_CASE("vit data prepare fetches from a mirror, and refuses what is not the published file") {
  const vit::test::ScratchFolder folder;
  const vit::test::HttpServer server([](const vit::test::HttpAsked&) {
    return vit::test::HttpReply{200, {}, "something else"};
  });
  const auto failed =
      run_program(folder.path(), "data prepare cifar10 --mirror " + server.url("/m"));
  CHECK(failed.code == 5);
  CHECK_THAT(failed.errors,
             Catch::Contains(server.url("/m/cifar-10-binary.tar.gz")) && Catch::Contains("MD5"));
  CHECK_FALSE(std::filesystem::exists(folder / "data/cifar10"));
}

TEST_CASE("vit data preview draws a row for each picture, with boxes") {
  const vit::test::ScratchFolder folder;
  vit::test::put_picture(folder / "v/JPEGImages/one.png", 90, 64, 48);
  vit::test::put_text(folder / "v/ImageSets/Main/train.txt", "one\n");
  vit::test::put_text(folder / "v/ImageSets/Main/val.txt", "one\n");
  vit::test::put_text(folder / "v/Annotations/one.xml",
                      "<a><size><width>64</width><height>48</height></size><object><name>x</name>"
                      "<bndbox><xmin>9</xmin><ymin>9</ymin><xmax>40</xmax><ymax>40</ymax></bndbox>"
                      "</object></a>");
  vit::test::put(folder / "e.yaml",
                 "data: {name: voc, root: v}\naugment: {train: [random_resized_crop, hflip]}\n"
                 "model: {name: vit_tiny_patch16_224, img_size: 32}\n");
  const auto done = run_program(folder.path(), "data preview e.yaml --copies 3 --output p.png");
  INFO(done.errors);
  REQUIRE(done.code == 0);
  const vit::Image sheet = vit::load_image(folder / "p.png");
  CHECK(sheet.width > 4 * 128);
  // The box is drawn in a colour, on a picture that has none.
  bool coloured = false;
  for (std::size_t i = 0; i + 2 < sheet.pixels.size(); i += 3)
    coloured = coloured || std::abs(sheet.pixels[i] - sheet.pixels[i + 1]) > 60;
  CHECK(coloured);
}

TEST_CASE("vit data preview draws mixed batches with their shares, and the views of multi-crop") {
  const vit::test::ScratchFolder folder;
  const std::string start =
      "data: {name: shapes, image_size: 32, num_train: 20, num_val: 10}\n"
      "model: {name: vit_tiny_patch16_224, img_size: 32}\naugment: ";
  const auto sheet = [&](const std::string& augment, const std::string& options) {
    vit::test::put(folder / "e.yaml", start + augment + "\n");
    const auto done = run_program(
        folder.path(), "data preview e.yaml --count 3 --copies 2 " + options + " --output p.png");
    INFO(done.errors);
    REQUIRE(done.code == 0);
    return vit::load_image(folder / "p.png");
  };
  const vit::Image plain = sheet("{train: []}", ""), mixed = sheet("{train: [], mixup: 0.8}", "");
  CHECK(mixed.width == plain.width);
  CHECK(mixed.height > 2 * plain.height - 40);  // as many rows again
  const vit::Image views =
      sheet("{multi_crop: {enabled: true, global: {size: 32}, local: {crops: 3, size: 16}}}", "");
  CHECK(views.width > plain.width);  // six columns: the picture and five views
  CHECK(views.height == plain.height);

  vit::test::put(folder / "e.yaml", start + "{multi_crop: {enabled: true}, mixup: 0.8}\n");
  const auto refused = run_program(folder.path(), "data preview e.yaml");
  CHECK(refused.code == 2);
  CHECK_THAT(refused.errors, Catch::Contains("augment.mixup"));
}
