#include <nlohmann/json.hpp>

#include "tests/data/pictures.h"
#include "tests/data/tar_files.h"
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

namespace {

const char* const kSmallRun =
    "model: {name: vit_tiny_patch16_224, img_size: 16, patch_size: 8, embed_dim: 16, depth: 1, "
    "num_heads: 2}\nschedule: {epochs: 1, warmup_epochs: 0}\n"
    "train: {device: cpu, threads: 1}\nexport: {torchscript: false}\n";

}  // namespace

TEST_CASE("Training asks the data for what the task needs before anything runs, dry or not") {
  const vit::test::ScratchFolder folder;
  const std::string dry = GENERATE("", " --dry-run");
  vit::test::put_picture(folder / "t/1.png", 1);
  vit::test::put_picture(folder / "t/2.png", 1);
  vit::test::put(folder / "t/2.cls", "1");
  vit::test::pack_tar(folder / "t", folder / "missing.tar");
  vit::test::put(folder / "s.yaml",
                 "data: {name: shards, root: ., train: missing.tar, val: missing.tar}\n" +
                     std::string(kSmallRun));
  const auto unlabelled = run_program(folder.path(), "train s.yaml" + dry);
  CHECK(unlabelled.code == 3);
  CHECK_THAT(unlabelled.errors, Catch::Contains("missing.tar/./1.png: has no label"));

  vit::test::put(folder / "c.yaml", "data: {name: coco, root: .}\n" + std::string(kSmallRun));
  const auto unfit = run_program(folder.path(), "train c.yaml" + dry);
  CHECK(unfit.code == 2);
  CHECK_THAT(unfit.errors,
             Catch::Contains("the samples of coco have boxes, masks of objects, caption") &&
                 Catch::Contains("the task classify needs label") && Catch::Contains("folder"));

  vit::test::put(folder / "w.yaml",
                 "data: {num_train: 10, num_val: 5, sampler: weighted}\n" + std::string(kSmallRun));
  const auto unweighted = run_program(folder.path(), "train w.yaml" + dry);
  CHECK(unweighted.code == 2);
  CHECK_THAT(unweighted.errors, Catch::Contains("data.sample_weights"));
  CHECK_FALSE(std::filesystem::exists(folder / "runs"));
}

TEST_CASE("vit data check tells classes of one side, runs without val/, and counts once") {
  const vit::test::ScratchFolder folder;
  for (const char* name : {"cat", "dog"})
    for (int i = 0; i < 5; ++i)
      vit::test::put_picture(folder / "d/train" / name / (std::to_string(i) + ".png"),
                             static_cast<std::uint8_t>(10 * i + (name[0] == 'c' ? 1 : 0)));
  vit::test::put(folder / "d/train/cat/x.gif", "");
  vit::test::put(folder / "e.yaml", "data: {name: folder, root: d}\naugment: {train: [resize]}\n" +
                                        std::string(kSmallRun));
  const auto lone = run_program(folder.path(), "data check e.yaml", "LC_ALL=C");
  INFO(lone.errors);
  CHECK(lone.code == 0);
  CHECK_THAT(lone.errors,
             Catch::Contains("no validation split") && Catch::Contains("data.val_split"));
  CHECK_THAT(lone.out, Catch::Contains("files of other types are left out (.gif): 1") &&
                           Catch::Contains("d/train/cat/x.gif") && Catch::Contains("####") &&
                           !Catch::Contains("█"));
  CHECK(run_program(folder.path(), "train e.yaml --dry-run").code == 3);
  const auto trained = run_program(
      folder.path(), "train e.yaml --set data.val_split=0.2 --set data.batch_size=5000");
  INFO(trained.errors);
  CHECK(trained.code == 0);
  CHECK_THAT(trained.errors, Catch::Contains("8 training and 2 validation") &&
                                 Catch::Contains("left out (.gif): 1") &&
                                 Catch::Contains("data.batch_size is 5000, and there are 8"));
  const auto replayed = run_program(folder.path(), "runs replay runs/e --step 0 --json");
  INFO(replayed.errors);
  REQUIRE(replayed.code == 0);
  const auto files = nlohmann::json::parse(replayed.out).at("files");
  REQUIRE(files.size() == 8);
  CHECK_THAT(files.at(0).get<std::string>(), Catch::Contains("d/train/"));

  vit::test::put_picture(folder / "d/val/dog/9.png", 99);
  vit::test::put_picture(folder / "d/val/kat/9.png", 98);
  const auto other = run_program(folder.path(), "data check d");
  CHECK(other.code == 3);
  CHECK_THAT(other.out, Catch::Contains("cat: in train, not in val") &&
                            Catch::Contains("kat: in val, not in train"));
  CHECK_THAT(other.errors, Catch::Contains("classes are not in every split"));
}
