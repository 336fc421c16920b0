#include "vit/data/class_map.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

namespace {

std::vector<std::string> classes_of(const std::string& text) {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "classes.txt", text);
  return vit::read_class_map(folder / "classes.txt");
}

vit::Error class_map_refusal(const std::string& text) {
  const auto error = vit::test::error_of([&] { (void)classes_of(text); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  return *error;
}

}  // namespace

TEST_CASE("A class's label is the number of its line") {
  const std::vector<std::string> expected{"tench", "great white shark", "ké"};
  CHECK(classes_of("tench\ngreat white shark\nké\n") == expected);
  CHECK(classes_of("tench\r\ngreat white shark\r\nké") == expected);
  CHECK(classes_of("\xEF\xBB\xBFtench\ngreat white shark\nké\n\n\n") == expected);
}

TEST_CASE("Blanks around a name do not count, as in timm") {
  CHECK(classes_of(" cup \t\ngreat white shark  \r\n  \n") ==
        std::vector<std::string>{"cup", "great white shark"});
  CHECK_THAT(class_map_refusal("cat\n  \ndog\n").where(), Catch::EndsWith("classes.txt:2"));
}

TEST_CASE("A class map with a hole or a name twice is refused with the line") {
  const vit::Error hole = class_map_refusal("cat\n\ndog\n");
  CHECK_THAT(hole.where(), Catch::EndsWith("classes.txt:2"));
  CHECK_THAT(hole.problem(), Catch::Contains("empty"));
  const vit::Error twice = class_map_refusal("cat\ndog\ncat\n");
  CHECK_THAT(twice.where(), Catch::EndsWith("classes.txt:3"));
  CHECK_THAT(twice.problem(), Catch::Contains("is in line 1 already"));
}

TEST_CASE("An empty class map, and one that is not there, are refused") {
  CHECK_THAT(class_map_refusal("").problem(), Catch::Contains("is empty"));
  CHECK_THAT(class_map_refusal("\n\n").problem(), Catch::Contains("is empty"));
  CHECK_THROWS_WITH(vit::read_class_map("/nowhere/classes.txt"),
                    Catch::Contains("/nowhere/classes.txt"));
}
