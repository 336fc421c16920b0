#include "vit/data/registry.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/image/encode.h"

namespace {

/// Reads a name, as from a file, and remembers which other fields it was offered.
class NameReader final : public vit::FieldVisitor {
 public:
  explicit NameReader(std::string name) : name_(std::move(name)) {}
  void field(const vit::Field& field) override {
    if (field.name == "name")
      *std::get<std::string*>(field.ref) = name_;
    else
      offered.emplace_back(field.name);
  }
  void section(std::string_view, std::string_view,
               const std::function<void(vit::FieldVisitor&)>& body) override {
    body(*this);
  }
  std::vector<std::string> offered;

 private:
  std::string name_;
};

vit::DataSpec named(const std::string& name, std::vector<std::string>* offered = nullptr) {
  vit::DataSpec spec;
  NameReader reader(name);
  describe(reader, spec);
  if (offered != nullptr) *offered = reader.offered;
  return spec;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("The name chooses which options a data set has, and their defaults") {
  std::vector<std::string> offered;
  (void)named("shapes", &offered);
  CHECK(has(offered, "num_train"));
  CHECK_FALSE(has(offered, "root"));
  const vit::DataSpec cifar = named("cifar10", &offered);
  CHECK(has(offered, "root"));
  CHECK_FALSE(has(offered, "num_train"));
  CHECK(std::get<vit::FolderDataOptions>(cifar.options).root == "data/cifar10");
}

TEST_CASE("Reading the name again keeps the options that were read before") {
  vit::DataSpec spec = named("cifar10");
  std::get<vit::FolderDataOptions>(spec.options).root = "elsewhere";
  NameReader reader("cifar10");
  describe(reader, spec);
  CHECK(std::get<vit::FolderDataOptions>(spec.options).root == "elsewhere");
}

TEST_CASE("Every data set of the list can be chosen, and says what it is") {
  CHECK(vit::data_entries().size() >= 3);
  for (const vit::DataEntry& entry : vit::data_entries()) {
    CHECK_NOTHROW(named(std::string(entry.name)));
    CHECK_FALSE(entry.help.empty());
  }
}

TEST_CASE("A name that is not there is refused with the one that was meant") {
  const auto error = vit::test::error_of([] { (void)named("cifar_10"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK(error->where() == "data.name");
  CHECK_THAT(error->what(), Catch::Contains("did you mean cifar10?"));
  CHECK_THAT(error->what(), Catch::Contains("vit data list"));
}

TEST_CASE("Opening gives both splits, with the same classes") {
  const vit::DataSplits splits =
      vit::open_data({"shapes", vit::ShapesOptions{.num_train = 7, .num_val = 5}});
  CHECK(splits.train->size() == 7);
  CHECK(splits.val->size() == 5);
  CHECK(splits.train->classes() == splits.val->classes());
}

TEST_CASE("Data that is not there is an error of the data, with the folder") {
  const vit::test::ScratchFolder folder;
  const auto error = vit::test::error_of([&] {
    (void)vit::open_data({"folder", vit::ImageFolderOptions{(folder / "pets").string()}});
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->where(), Catch::Contains("pets"));
}

TEST_CASE("The training split alone is opened where there is no other") {
  const vit::test::ScratchFolder folder;
  for (const char* name : {"train/cat/1.png", "train/dog/1.png"}) {
    std::filesystem::create_directories((folder / name).parent_path());
    vit::write_png(vit::Image(4, 4, 3), folder / name);
  }
  const vit::DataSpec spec{"folder", vit::ImageFolderOptions{folder.path().string()}};
  CHECK(vit::lacks_validation(spec));
  CHECK(vit::test::error_of([&] { (void)vit::open_data(spec); }));
  const vit::DataSplits splits = vit::open_data(spec, vit::WantedSplits::train);
  CHECK(splits.train->size() == 2);
  CHECK(splits.val == nullptr);
  std::filesystem::create_directory(folder / "val");
  CHECK_FALSE(vit::lacks_validation(spec));
}

TEST_CASE("What samples can hold depends on the kind and its options") {
  using vit::SamplePart;
  CHECK(vit::parts_of(vit::default_data("folder")).text() == "label");
  CHECK(vit::parts_of(vit::default_data("coco")).text() == "boxes, masks of objects, caption");
  vit::DataSpec coco = vit::default_data("coco");
  std::get<vit::CocoOptions>(coco.options).masks = true;
  CHECK(vit::parts_of(coco).text() == "boxes, masks of objects, mask, caption");
  CHECK(vit::parts_of(coco).has_all({SamplePart::boxes, SamplePart::mask}));
  CHECK_FALSE(vit::parts_of(coco).has_all({SamplePart::boxes, SamplePart::label}));
}
