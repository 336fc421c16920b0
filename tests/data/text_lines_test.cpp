#include "vit/data/text_lines.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

namespace {

std::filesystem::path written(const vit::test::ScratchFolder& folder, const std::string& text) {
  const std::filesystem::path file = folder / "names.txt";
  vit::test::put(file, text);
  return file;
}

}  // namespace

TEST_CASE("Lines have their numbers, and neither their ends nor a byte order mark") {
  const vit::test::ScratchFolder folder;
  const auto lines = vit::read_lines(written(folder,
                                             "\xEF\xBB\xBF"
                                             "cat\r\n\r\n dog \nbird"));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].text == "cat");
  CHECK(lines[1].text.empty());
  CHECK(lines[2].text == " dog ");
  CHECK(lines[3].text == "bird");
  CHECK(lines[3].number == 4);
  CHECK(lines[3].place("names.txt") == "names.txt:4");
}

TEST_CASE("Empty lines at the end are not counted") {
  const vit::test::ScratchFolder folder;
  CHECK(vit::read_lines(written(folder, "a\nb\n\n\r\n\n")).size() == 2);
  CHECK(vit::read_lines(written(folder, "\n\n")).empty());
  CHECK(vit::read_lines(written(folder, "")).empty());
}

TEST_CASE("A text file is read as it is, but for a byte order mark at its beginning") {
  const vit::test::ScratchFolder folder;
  CHECK(vit::read_data_text(written(folder,
                                    "\xEF\xBB\xBF"
                                    "a\r\n\xEF\xBB\xBF")) == "a\r\n\xEF\xBB\xBF");
}

TEST_CASE("A list that cannot be read is a fault of the data, and names the file") {
  const vit::test::ScratchFolder folder;
  for (const std::filesystem::path& file : {folder / "missing.txt", folder.path()}) {
    const auto error = vit::test::error_of([&] { (void)vit::read_lines(file); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
    CHECK_THAT(error->where(), Catch::Contains(file.filename().string()));
  }
}
