#include "vit/data/shapes_combinations.h"

#include <map>
#include <string>

#include "tests/catch.h"
#include "vit/data/shapes.h"
#include "vit/data/shapes_colour.h"
#include "vit/data/shapes_outline.h"

using namespace vit;

namespace {

/// How many are held out of each kind and of each colour.
std::pair<std::vector<int>, std::map<std::string, int>> counts(const ShapeCombinations& all) {
  std::vector<int> kinds(kShapeNames.size());
  std::map<std::string, int> colours;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind)
    for (const NamedColour& colour : palette()) {
      const bool held = all.is_held_out(kind, colour.name);
      kinds[kind] += held ? 1 : 0;
      colours[std::string(colour.name)] += held ? 1 : 0;
    }
  return {kinds, colours};
}

/// Kind and colour of the first shape, as the caption has them: "a large red star …".
std::pair<std::size_t, std::string> first_shape(const Sample& sample) {
  const std::size_t size = sample.caption.find(' ', 2), colour = sample.caption.find(' ', size + 1);
  return {static_cast<std::size_t>(sample.label),
          sample.caption.substr(size + 1, colour - size - 1)};
}

ShapesOptions holding_out(double share, const std::string& val) {
  ShapesOptions options;
  options.image_size = 16;
  options.num_train = options.num_val = 400;
  options.hold_out = share;
  options.val_combinations = val;
  return options;
}

}  // namespace

TEST_CASE("Held out are as many of each kind and of each colour, and others by another seed") {
  const ShapeCombinations all(0.2, 0);
  CHECK(all.held_out() == 24);
  const auto [kinds, colours] = counts(all);
  for (const int count : kinds) CHECK((count == 2 || count == 3));
  for (const auto& [name, count] : colours) CHECK(count == 2);
  const ShapeCombinations same(0.2, 0), other(0.2, 1);
  CHECK(counts(same) == counts(all));
  bool differs = false;
  for (std::size_t kind = 0; kind < kShapeNames.size(); ++kind)
    for (const NamedColour& colour : palette())
      differs |= all.is_held_out(kind, colour.name) != other.is_held_out(kind, colour.name);
  CHECK(differs);
}

TEST_CASE("Of each kind something is left to learn, and something held out") {
  for (const double share : {0.01, 0.5, 0.9}) {
    for (const int count : counts(ShapeCombinations(share, 3)).first)
      CHECK((count >= 1 && count < static_cast<int>(palette().size())));
  }
  CHECK(ShapeCombinations(0, 3).held_out() == 0);
}

TEST_CASE("Training shows no combination that is held out, whichever shape has it") {
  ShapesOptions options = holding_out(0.2, "all");
  options.max_objects = 3;
  options.image_size = 32;
  const ShapeCombinations all(0.2, 0);
  const auto train = shapes(options, Split::train);
  for (std::int64_t i = 0; i < train->size(); ++i) {
    const std::string caption = train->get(i).caption;
    for (std::size_t kind = 0; kind < kShapeNames.size(); ++kind)
      for (const NamedColour& colour : palette()) {
        const std::string words =
            " " + std::string(colour.name) + " " + std::string(kShapeNames[kind]) + " ";
        if (caption.find(words) != caption.npos) {
          INFO(caption);
          CHECK_FALSE(all.is_held_out(kind, colour.name));
        }
      }
  }
}

TEST_CASE("Validation shows all combinations, those that were seen, or the others alone") {
  const ShapeCombinations all(0.2, 0);
  for (const std::string which : {"all", "seen", "unseen"}) {
    const auto val = shapes(holding_out(0.2, which), Split::val);
    int held = 0;
    for (std::int64_t i = 0; i < val->size(); ++i) {
      const auto [kind, colour] = first_shape(val->get(i));
      held += all.is_held_out(kind, colour) ? 1 : 0;
    }
    if (which == "seen") CHECK(held == 0);
    if (which == "unseen") CHECK(held == 400);
    if (which == "all") CHECK((held > 40 && held < 140));
  }
}

TEST_CASE("Without anything held out the pictures are those that they were") {
  ShapesOptions plain = holding_out(0, "all"), seen = holding_out(0, "seen");
  CHECK(shapes(plain, Split::val)->get(5).image == shapes(seen, Split::val)->get(5).image);
}

TEST_CASE("With relations captions say where the largest shape lies") {
  ShapesOptions options;
  options.image_size = 64;
  options.max_objects = 3;
  options.relations = true;
  options.num_train = 200;
  const auto train = shapes(options, Split::train);
  int told = 0;
  for (std::int64_t i = 0; i < train->size(); ++i) {
    const Sample sample = train->get(i);
    CHECK(sample.caption.find(" with ") == std::string::npos);
    if (sample.boxes.size() != 2) continue;
    const auto centre = [&](std::size_t box) {
      return std::pair(sample.boxes[box].x0 + sample.boxes[box].x1,
                       sample.boxes[box].y0 + sample.boxes[box].y1);
    };
    const float across = centre(0).first - centre(1).first,
                down = centre(0).second - centre(1).second;
    const bool sideways = std::abs(across) > std::abs(down);
    const std::string relation =
        sideways ? (across < 0 ? " left of " : " right of ") : (down < 0 ? " above " : " below ");
    INFO(sample.caption);
    CHECK(sample.caption.find(relation) != std::string::npos);
    ++told;
  }
  CHECK(told > 30);
}
