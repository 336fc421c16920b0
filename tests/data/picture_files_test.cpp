#include "vit/data/picture_files.h"

#include <sys/stat.h>

#include "tests/catch.h"
#include "tests/data/pictures.h"

using vit::test::put_picture;

TEST_CASE("The pictures in a folder, at any depth and sorted") {
  const vit::test::ScratchFolder folder;
  put_picture(folder / "b.png", 1);
  put_picture(folder / "a/c.PNG", 1);
  put_picture(folder / "a/.hidden.png", 1);
  vit::test::put(folder / "notes.txt", "no picture");
  CHECK(vit::pictures_in(folder.path()) ==
        std::vector<std::filesystem::path>{folder / "a/c.PNG", folder / "b.png"});
  const auto error = vit::test::error_of([&] { (void)vit::pictures_in(folder / "missing"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
}

TEST_CASE("Links to folders are followed, each folder once, and circles end") {
  const vit::test::ScratchFolder folder;
  put_picture(folder / "store/m.png", 1);
  put_picture(folder / "data/cup/0.png", 1);
  put_picture(folder / "data/cup/zoom/1.png", 1);
  put_picture(folder / "data/key/2.png", 1);
  std::filesystem::create_directory_symlink("../../store", folder / "data/cup/more");
  std::filesystem::create_directory_symlink("../../store", folder / "data/cup/once more");
  std::filesystem::create_directory_symlink("zoom", folder / "data/cup/a link");
  std::filesystem::create_directory_symlink(".", folder / "data/cup/circle");
  std::filesystem::create_directory_symlink("../..", folder / "data/cup/around");
  std::filesystem::create_directory_symlink("../data/cup", folder / "store/back");
  CHECK(vit::pictures_in(folder / "data/cup") ==
        std::vector<std::filesystem::path>{folder / "data/cup/0.png",
                                           folder / "data/cup/more/m.png",
                                           folder / "data/cup/zoom/1.png"});
}

TEST_CASE("Files that are left out are counted by their extension") {
  const vit::test::ScratchFolder folder;
  put_picture(folder / "a.png", 1);
  vit::test::put_text(folder / "deep/b.GIF", "");
  vit::test::put_text(folder / "c.gif", "");
  vit::test::put_text(folder / "README", "");
  vit::test::put_text(folder / ".DS_Store", "");
  vit::test::put_text(folder / "._a.png", "");
  vit::DataNotes notes;
  CHECK(vit::pictures_in(folder.path(), &notes).size() == 1);
  CHECK_THAT(notes.line(), Catch::Contains("files of other types are left out (.gif): 2") &&
                               Catch::Contains("left out (without extension): 1") &&
                               Catch::Contains("hidden images are left out: 1"));
}

TEST_CASE("Links that dangle and pipes are found when they are read, and nothing waits for them") {
  const vit::test::ScratchFolder folder;
  std::filesystem::create_symlink("nowhere.png", folder / "dangling.png");
  std::filesystem::create_symlink(".", folder / "loop");
  std::filesystem::create_symlink("circle.png", folder / "circle.png");
  REQUIRE(::mkfifo((folder / "pipe.png").c_str(), 0600) == 0);
  const auto pictures = vit::pictures_in(folder.path());
  CHECK(pictures == std::vector<std::filesystem::path>{
                        folder / "circle.png", folder / "dangling.png", folder / "pipe.png"});
  for (const auto& path : pictures) {
    const auto error = vit::test::error_of([&] { (void)vit::load_picture(path); });
    INFO(path.string());
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
    CHECK_THAT(error->where(), Catch::Contains(path.filename().string()));
  }
}
