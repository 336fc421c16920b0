#include "vit/report/heatmap.h"

#include "tests/catch.h"
#include "tests/report/xml.h"

using namespace vit;

namespace {

ConfusionMatrix pets() { return {{"cat", "dog", "fox"}, {{8, 2, 0}, {1, 9, 0}, {0, 0, 0}}}; }

ConfusionMatrix square(std::size_t classes) {
  ConfusionMatrix matrix;
  for (std::size_t i = 0; i < classes; ++i) {
    matrix.classes.push_back("class " + std::to_string(i));
    matrix.counts.emplace_back(classes, 0);
    matrix.counts[i][i] = 40;
    matrix.counts[i][(i + 1) % classes] += 10;
  }
  return matrix;
}

std::size_t count_of(const std::string& part, const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

}  // namespace

TEST_CASE("totals") {
  CHECK(pets().total() == 20);
  CHECK(pets().row_total(1) == 10);
}

TEST_CASE("the most frequent mistakes come first") {
  const auto mistakes = most_confused(pets(), 5);
  REQUIRE(mistakes.size() == 2);
  CHECK(mistakes[0].truth == 0);
  CHECK(mistakes[0].predicted == 1);
  CHECK(mistakes[0].count == 2);
  CHECK(mistakes[0].share == Approx(0.2));
  CHECK(most_confused(pets(), 1).size() == 1);
}

TEST_CASE("few classes show their counts, and the share of the row on hovering") {
  const std::string text = svg(pets());
  CHECK(test::is_well_formed(text));
  CHECK(text.find(">9</text>") != std::string::npos);
  CHECK(text.find("cat → dog: 2 (20.0 %)") != std::string::npos);
}

TEST_CASE("a hundred classes show cells only, and no name too small to be read") {
  const std::string text = svg(square(100));
  CHECK(test::is_well_formed(text));
  CHECK(text.find(">40</text>") == std::string::npos);
  CHECK(count_of(">class 56</text>", text) == 2);  // beside its row and above its column
  CHECK(count_of(">class 57</text>", text) == 0);  // there is no room for all, a hover tells
  CHECK(count_of("class 57 → class 58", text) == 1);
  CHECK(count_of("font-size=\"11\"", text) == 100);
  CHECK(text.size() < 200'000);
}

TEST_CASE("odd sizes and names are drawn") {
  for (const std::size_t classes : {1, 2, 200}) CHECK(test::is_well_formed(svg(square(classes))));
  ConfusionMatrix matrix = pets();
  matrix.classes = {"<b>", std::string(4000, 'x'), "\x1b[2J\xff"};
  const std::string text = svg(matrix);
  CHECK(test::is_well_formed(text));
  CHECK(text.find("<b>") == std::string::npos);
  CHECK(text.find(std::string(40, 'x')) == std::string::npos);
  CHECK(test::is_well_formed(svg(ConfusionMatrix{})));
}
