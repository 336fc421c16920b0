#include "vit/data/layout.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/io/scratch.h"

namespace {

namespace fs = std::filesystem;
using vit::SamplePart;

/// A folder of data that is made for one test.
struct Scene {
  vit::test::ScratchFolder folder;

  void image(const std::string& name, int width = 4, int height = 3) const {
    vit::test::put_picture(folder / name, 100, width, height);
  }
  void mask(const std::string& name, std::uint8_t value) const {
    fs::create_directories((folder / name).parent_path());
    vit::Image image(4, 3, 1);
    for (auto& pixel : image.pixels) pixel = value;
    vit::write_png(image, folder / name);
  }
  void text(const std::string& name, const std::string& bytes) const {
    vit::test::put_text(folder / name, bytes);
  }

  /// What it is found to be; the data set is opened, too, as it was found.
  [[nodiscard]] vit::DataLayout found() const {
    vit::DataLayout layout = vit::find_layout(folder.path());
    const vit::DataSplits splits = vit::open_data(
        layout.spec, layout.has_val ? vit::WantedSplits::both : vit::WantedSplits::train);
    CHECK(splits.train->size() > 0);
    return layout;
  }
  [[nodiscard]] std::string problem() const {
    const auto error = vit::test::error_of([&] { (void)vit::find_layout(folder.path()); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
    return error->what();
  }
};

}  // namespace

TEST_CASE("a folder for each class, with splits and without") {
  Scene scene;
  for (const char* name : {"train/cat/a.png", "train/dog/b.png", "val/cat/c.png", "val/dog/d.png"})
    scene.image(name);
  const vit::DataLayout layout = scene.found();
  CHECK(layout.spec.name == "folder");
  CHECK(layout.samples.text() == "label");
  CHECK(layout.has_val);
  CHECK(layout.found == "a folder for each of 2 classes in train/");

  Scene unsplit;
  for (const char* name : {"cat/a.png", "dog/b.png", ".hidden/c.png"}) unsplit.image(name);
  CHECK(unsplit.found().spec.name == "folder");
  CHECK_FALSE(unsplit.found().has_val);
  CHECK(unsplit.found().found == "a folder for each of 2 classes");
}

TEST_CASE("images without labels, at any depth") {
  Scene scene;
  scene.image("deep/below/a.png");
  CHECK(scene.found().spec.name == "images");
  CHECK(scene.found().samples.text().empty());
  scene.image("b.png");
  scene.image("other/c.png");
  CHECK(scene.found().spec.name == "images");
}

TEST_CASE("the YOLO tools' data.yaml, whatever it is called; without it the remedy") {
  Scene scene;
  scene.image("images/train/a.png");
  scene.text("labels/train/a.txt", "0 0.5 0.5 0.5 0.5\n");
  CHECK_THAT(scene.problem(), Catch::Contains("no data.yaml"));
  scene.text("cells.yaml", "path: .\ntrain: images/train\nnames: [cell]\n");
  CHECK(scene.found().spec.name == "yolo");
  CHECK_FALSE(scene.found().has_val);
  scene.image("images/test/a.png");
  scene.text("labels/test/a.txt", "0 0.5 0.5 0.5 0.5\n");
  scene.text("data.yaml", "train: images/train\ntest: images/test\nnames: [cell]\n");
  CHECK(scene.found().has_val);
  CHECK(scene.found().samples.has(SamplePart::boxes));
  REQUIRE(scene.found().remarks.size() == 1);
  CHECK_THAT(scene.found().remarks[0], Catch::Contains("test"));
}

TEST_CASE("COCO's files, in annotations/ and beside the images of a split") {
  const std::string json =
      R"({"info": {}, "images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 3}],
          "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 2], "area": 4,
                           "iscrowd": 0}], "categories": [{"id": 1, "name": "cell"}]})";
  Scene scene;
  scene.image("train2017/a.png");
  scene.text("annotations/instances_train2017.json", json);
  CHECK(scene.found().spec.name == "coco");
  CHECK_FALSE(scene.found().has_val);
  scene.image("images/val2017/a.png");
  scene.text("annotations/instances_val2017.json", json);
  scene.text("annotations/captions_val2017.json", "{}");
  CHECK(scene.found().has_val);

  Scene exported;
  exported.image("train/a.png");
  exported.text("train/_annotations.coco.json", json);
  exported.image("valid/a.png");
  exported.text("valid/_annotations.coco.json", json);
  CHECK(exported.found().spec.name == "coco");
  CHECK(exported.found().has_val);

  Scene lost;
  lost.text("annotations/instances_train2017.json", json);
  CHECK_THAT(lost.problem(), Catch::Contains("a.png"));
}

TEST_CASE("COCO's captions are captions") {
  Scene scene;
  scene.image("train2017/a.png");
  scene.text("annotations/captions_train2017.json",
             R"({"images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 3}],
                 "annotations": [{"id": 1, "image_id": 1, "caption": "a cell"}]})");
  CHECK(scene.found().samples.text() == "caption");
}

TEST_CASE("Pascal VOC's layout, by what its splits are called") {
  Scene scene;
  scene.image("JPEGImages/a.jpg");
  scene.text("Annotations/a.xml",
             "<annotation><size><width>4</width><height>3</height><depth>3</depth></size>"
             "<object><name>cell</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>"
             "<ymax>2</ymax></bndbox></object></annotation>");
  scene.text("ImageSets/Main/other.txt", "a\n");
  CHECK_THAT(scene.problem(), Catch::Contains("trainval.txt"));
  scene.text("ImageSets/Main/trainval.txt", "a\n");
  CHECK(scene.found().spec.name == "voc");
  CHECK_FALSE(scene.found().has_val);
  scene.text("ImageSets/Main/test.txt", "a\n");
  CHECK(scene.found().has_val);
  CHECK(std::get<vit::VocOptions>(scene.found().spec.options).train == "trainval");
}

TEST_CASE("masks beside images, with as many classes as they have values") {
  Scene scene;
  scene.image("images/train/a.png");
  scene.mask("masks/train/a.png", 3);
  const vit::DataLayout layout = scene.found();
  CHECK(layout.spec.name == "mask_folder");
  CHECK(layout.samples.text() == "mask");
  CHECK(std::get<vit::MaskFolderOptions>(layout.spec.options).classes.size() == 4);
  scene.image("images/train/b.png");
  scene.mask("masks/train/b.png", 255);  // does not count
  CHECK(std::get<vit::MaskFolderOptions>(scene.found().spec.options).classes.size() == 4);
}

TEST_CASE("lists of images, by the names of their columns") {
  Scene scene;
  scene.image("images/a.png");
  scene.image("images/b.png");
  scene.text("train.csv", "\xEF\xBB\xBFimage,class\r\nimages/a.png,\"a, b\"\r\nimages/b.png,c\r\n");
  const vit::DataLayout layout = scene.found();
  CHECK(layout.spec.name == "manifest");
  CHECK(layout.samples.text() == "label");
  CHECK(std::get<vit::ManifestOptions>(layout.spec.options).label_column == "class");

  Scene hub;
  hub.image("train/a.png");
  hub.text("train/metadata.jsonl", "{\"file_name\": \"a.png\", \"text\": \"a cell\"}\n");
  CHECK(hub.found().spec.name == "metadata_folder");
  CHECK(hub.found().samples.text() == "caption");

  // A list of something else says nothing.
  Scene other;
  other.image("train/cat/a.png");
  other.image("train/dog/b.png");
  other.text("train.csv", "id,label\n1,cat\n");
  CHECK(other.found().spec.name == "folder");
  other.text("train.csv", "path,label\nnowhere.png,cat\n");
  CHECK(other.found().spec.name == "folder");
}

TEST_CASE("a folder without any image is an error, and so is none") {
  Scene scene;
  scene.text("readme.txt", "nothing");
  CHECK_THAT(scene.problem(), Catch::Contains("found no image"));
  const auto error = vit::test::error_of([&] { (void)vit::find_layout(scene.folder / "nowhere"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
}

TEST_CASE("images usually have the size that half of them has") {
  Scene scene;
  CHECK(vit::usual_size(scene.folder.path()) == vit::Size2{0, 0});
  for (int i = 0; i < 30; ++i) scene.image("a/" + std::to_string(i) + ".png", 40, 20);
  scene.text("a/broken.png", "none");
  CHECK(vit::usual_size(scene.folder.path()) == vit::Size2{20, 40});
}
