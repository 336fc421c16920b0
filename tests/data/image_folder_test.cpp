#include "vit/data/image_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/image/encode.h"

namespace {

void put_picture(const std::filesystem::path& path, std::uint8_t grey) {
  std::filesystem::create_directories(path.parent_path());
  vit::Image image(4, 3, 3);
  for (auto& value : image.pixels) value = grey;
  vit::write_png(image, path);
}

}  // namespace

TEST_CASE(
    "Classes are the folders by name, pictures in them at any depth; hidden and other files are "
    "passed over") {
  const vit::test::ScratchFolder folder;
  put_picture(folder / "dog/b.png", 2);
  put_picture(folder / "cat/deep/a.PNG", 1);
  put_picture(folder / "cat/.hidden.png", 9);
  vit::test::put(folder / "cat/notes.txt", "no picture");
  const auto data = vit::image_folder(folder.path());
  CHECK(data->classes() == std::vector<std::string>{"cat", "dog"});
  REQUIRE(data->size() == 2);
  CHECK(data->get(0).label == 0);
  CHECK(data->get(0).image.pixels[0] == 1);
  CHECK(data->label(1) == 1);
  CHECK_THAT(data->get(1).source, Catch::Contains("dog/b.png"));
  put_picture(folder / "lost.png", 1);
  CHECK_THAT(vit::image_folder(folder.path())->notes().line(),
             Catch::Contains("files beside the class folders are left out: 1") &&
                 Catch::Contains("files of other types are left out (.txt): 1") &&
                 Catch::Contains("hidden images are left out: 1"));
}

TEST_CASE("Folders that are no data set are errors that say what is wrong") {
  const vit::test::ScratchFolder folder;
  const auto problem = [&](const std::filesystem::path& root) {
    const auto error = vit::test::error_of([&] { (void)vit::image_folder(root); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
    return std::string(error->what());
  };
  CHECK_THAT(problem(folder / "missing"), Catch::Contains("does not exist"));
  CHECK_THAT(problem(folder.path()), Catch::Contains("found no class folder"));
  std::filesystem::create_directory(folder / "empty");
  CHECK_THAT(problem(folder.path()), Catch::Contains("empty: found no picture"));
}

TEST_CASE("A picture that does not decode is an error with its name") {
  const vit::test::ScratchFolder folder;
  std::filesystem::create_directory(folder / "cat");
  vit::test::put(folder / "cat/text.jpg", "not a JPEG");
  const auto data = vit::image_folder(folder.path());
  const auto error = vit::test::error_of([&] { (void)data->get(0); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->where(), Catch::Contains("cat/text.jpg"));
  std::filesystem::remove(folder / "cat/text.jpg");  // deleted while training
  CHECK(vit::test::error_of([&] { (void)data->get(0); })->kind() == vit::ErrorKind::data);
}

TEST_CASE("Training and validation need the same classes") {
  const vit::test::ScratchFolder folder;
  put_picture(folder / "train/cat/a.png", 1);
  put_picture(folder / "val/dog/a.png", 1);
  const auto train = vit::image_folder(folder / "train"), val = vit::image_folder(folder / "val");
  const auto error =
      vit::test::error_of([&] { vit::require_same_classes(*train, *val, folder.path()); });
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("only in training: cat; only in validation: dog"));
}

TEST_CASE("A class map says which folders are classes, and their labels") {
  const vit::test::ScratchFolder folder;
  put_picture(folder / "cat/a.png", 1);
  put_picture(folder / "dog/a.png", 2);
  put_picture(folder / "other/a.png", 3);
  const auto data = vit::image_folder(folder.path(), {"dog", "cow", "cat"});
  CHECK(data->classes() == std::vector<std::string>{"dog", "cow", "cat"});
  REQUIRE(data->size() == 2);
  CHECK(data->label(0) == 2);
  CHECK(data->label(1) == 0);
  CHECK_THAT(data->notes().line(),
             Catch::Contains("folders that the class map does not name are left out: 1") &&
                 Catch::Contains("classes of the class map have no folder: 1"));
  const auto error =
      vit::test::error_of([&] { (void)vit::image_folder(folder.path(), {"sheep"}); });
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("none of its folders is a class"));
}

TEST_CASE("One class, and classes that differ in upper and lower case only, are refused") {
  const vit::test::ScratchFolder folder;
  put_picture(folder / "train/cat/a.png", 1);
  const auto problem = [&] {
    const auto data = vit::image_folder(folder / "train");
    const auto error =
        vit::test::error_of([&] { vit::require_same_classes(*data, *data, folder.path()); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
    return std::string(error->what());
  };
  CHECK_THAT(problem(), Catch::Contains("there is one class only, cat"));
  put_picture(folder / "train/Cat/a.png", 1);
  CHECK_THAT(problem(), Catch::Contains("\"Cat\" and \"cat\" differ in upper and lower case"));
}

TEST_CASE(
    "A pipe or a device among the pictures is an error with its name, and nothing waits for it") {
  const vit::test::ScratchFolder folder;
  put_picture(folder / "cat/a.png", 1);
  SECTION("pipe") { REQUIRE(::mkfifo((folder / "cat/b.png").c_str(), 0600) == 0); }
  SECTION("device") { std::filesystem::create_symlink("/dev/zero", folder / "cat/b.png"); }
  const auto data = vit::image_folder(folder.path());
  REQUIRE(data->size() == 2);
  CHECK(data->get(0).image.pixels[0] == 1);
  const auto error = vit::test::error_of([&] { (void)data->get(1); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->where(), Catch::Contains("cat/b.png"));
  CHECK_THAT(error->what(), Catch::Contains("expected a file, found a "));
}

TEST_CASE("A class folder that may not be read is an error with its name") {
  const vit::test::ScratchFolder folder;
  put_picture(folder / "cat/a.png", 1);
  put_picture(folder / "dog/b.png", 2);
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  std::filesystem::permissions(folder / "dog", std::filesystem::perms::none);
  const uid_t me = ::geteuid();
  constexpr uid_t kNobody = 65534;  // root reads everything
  if (me == 0) REQUIRE(::seteuid(kNobody) == 0);
  const auto error = vit::test::error_of([&] { (void)vit::image_folder(folder.path()); });
  if (me == 0) REQUIRE(::seteuid(me) == 0);
  std::filesystem::permissions(folder / "dog", std::filesystem::perms::owner_all);
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->where() + error->what(), Catch::Contains("dog"));
  CHECK_THAT(error->what(), Catch::Contains("Permission denied"));
}
