#include "vit/data/shapes.h"

#include <algorithm>
#include <array>
#include <set>
#include <thread>
#include <vector>

#include "tests/catch.h"

using namespace vit;

namespace {

ShapesOptions with_objects(std::int64_t size, std::int64_t max_objects) {
  ShapesOptions options;
  options.image_size = size;
  options.max_objects = max_objects;
  options.num_train = options.num_val = 1000;
  return options;
}

bool same(const Sample& a, const Sample& b) {
  return a.image == b.image && a.mask == b.mask && a.caption == b.caption && a.label == b.label &&
         a.boxes.size() == b.boxes.size();
}

/// A checksum that does not depend on the machine (FNV-1a).
std::uint64_t hash(const std::vector<std::uint8_t>& bytes, std::uint64_t seed) {
  for (const std::uint8_t byte : bytes) seed = (seed ^ byte) * 0x100000001B3;
  return seed;
}

}  // namespace

TEST_CASE("a picture is a function of seed, split and index") {
  ShapesOptions options;
  const auto train = shapes(options, Split::train), again = shapes(options, Split::train);
  CHECK(same(train->get(17), again->get(17)));
  CHECK_FALSE(same(train->get(17), train->get(18)));
  CHECK_FALSE(same(train->get(17), shapes(options, Split::val)->get(17)));
  options.seed = 1;
  CHECK_FALSE(same(train->get(17), shapes(options, Split::train)->get(17)));
}

TEST_CASE(
    "boxes have the masks of their shapes where they are asked for, and nothing else changes") {
  ShapesOptions options = with_objects(48, 4);
  const auto plain = shapes(options, Split::train);
  options.object_masks = true;
  const auto masked = shapes(options, Split::train);
  for (std::int64_t index = 0; index < 40; ++index) {
    const Sample sample = masked->get(index);
    CHECK(same(sample, plain->get(index)));
    Image together(48, 48, 1);
    for (const Box& box : sample.boxes) {
      REQUIRE(box.mask);
      REQUIRE(box.mask->pixels.size() == together.pixels.size());
      for (int y = 0; y < 48; ++y)
        for (int x = 0; x < 48; ++x) {
          if (*box.mask->pixel(x, y) == 0) continue;
          CHECK(int{*together.pixel(x, y)} == 0);  // no pixel is of two shapes
          *together.pixel(x, y) = static_cast<std::uint8_t>(box.label + 1);
          const bool in_box = static_cast<float>(x) >= box.x0 && static_cast<float>(x) < box.x1 &&
                              static_cast<float>(y) >= box.y0 && static_cast<float>(y) < box.y1;
          if (!in_box) FAIL("a pixel outside of the box");
        }
    }
    CHECK(together == sample.mask);
    CHECK_FALSE(plain->get(index).boxes[0].mask);
  }
}

TEST_CASE("the size of a split does not change its pictures") {
  ShapesOptions options;
  const auto few = shapes(options, Split::train);
  options.num_train = 20000;
  CHECK(same(few->get(99), shapes(options, Split::train)->get(99)));
}

TEST_CASE("the pictures are the same on every machine and in every release") {
  const auto data = shapes(with_objects(32, 3), Split::train);
  std::uint64_t sum = 0xCBF29CE484222325;
  for (std::int64_t i = 0; i < 200; ++i) {
    const Sample sample = data->get(i);
    sum = hash(sample.mask.pixels, hash(sample.image.pixels, sum));
  }
  CHECK(sum == 0xC747E0B7A6646539);
}

TEST_CASE("a sample has all that the tasks ask for") {
  const auto data = shapes(with_objects(32, 1), Split::val);
  CHECK(data->size() == 1000);
  CHECK(data->classes().size() == 10);
  const Sample sample = data->get(3);
  CHECK((sample.image.width == 32 && sample.image.height == 32 && sample.image.channels == 3));
  CHECK((sample.mask.width == 32 && sample.mask.height == 32 && sample.mask.channels == 1));
  CHECK(sample.boxes.size() == 1);
  CHECK(sample.source == "shapes/val/3");
  const std::string name = data->classes()[static_cast<std::size_t>(sample.label)];
  CHECK(sample.caption.find(' ' + name + " on a ") != std::string::npos);
  CHECK(sample.caption.substr(sample.caption.size() - 11) == " background");
}

TEST_CASE("labels are known without the picture, and all classes are about as frequent") {
  const auto data = shapes(with_objects(32, 1), Split::train);
  std::array<int, 10> counts{};
  for (std::int64_t i = 0; i < data->size(); ++i)
    ++counts.at(static_cast<std::size_t>(data->label(i)));
  for (const int count : counts) CHECK((count > 65 && count < 140));
  for (std::int64_t i = 0; i < 50; ++i) CHECK(data->get(i).label == data->label(i));
}

TEST_CASE("a single shape takes up 45 to 85 percent of the side and lies inside the picture") {
  const auto data = shapes(with_objects(64, 1), Split::train);
  for (std::int64_t i = 0; i < 200; ++i) {
    const Box box = data->get(i).boxes.at(0);
    CHECK((box.x0 >= 0 && box.y0 >= 0 && box.x1 <= 64 && box.y1 <= 64));
    const float side = std::max(box.x1 - box.x0, box.y1 - box.y0) / 64;
    CHECK((side > 0.4F && side < 0.88F));
  }
}

TEST_CASE("the box of a single shape encloses its mask exactly") {
  const auto data = shapes(with_objects(48, 1), Split::train);
  for (std::int64_t i = 0; i < 100; ++i) {
    const Sample sample = data->get(i);
    Box box{1e9F, 1e9F, -1, -1, sample.label};
    for (int y = 0; y < 48; ++y) {
      for (int x = 0; x < 48; ++x) {
        const int value = *sample.mask.pixel(x, y);
        if (value == 0) continue;
        CHECK(value == sample.label + 1);
        box.x0 = std::min(box.x0, static_cast<float>(x));
        box.y0 = std::min(box.y0, static_cast<float>(y));
        box.x1 = std::max(box.x1, static_cast<float>(x + 1));
        box.y1 = std::max(box.y1, static_cast<float>(y + 1));
      }
    }
    const Box& stated = sample.boxes[0];
    CHECK(
        (box.x0 == stated.x0 && box.y0 == stated.y0 && box.x1 == stated.x1 && box.y1 == stated.y1));
  }
}

TEST_CASE("with several objects the first box is the largest and gives the label") {
  const auto data = shapes(with_objects(96, 4), Split::train);
  std::set<std::size_t> counts;
  for (std::int64_t i = 0; i < 200; ++i) {
    const Sample sample = data->get(i);
    counts.insert(sample.boxes.size());
    CHECK(sample.boxes[0].label == sample.label);
    const auto side = [](const Box& box) { return std::max(box.x1 - box.x0, box.y1 - box.y0); };
    for (std::size_t k = 1; k < sample.boxes.size(); ++k) {
      CHECK(side(sample.boxes[k]) < side(sample.boxes[0]));
    }
  }
  CHECK(counts == std::set<std::size_t>{1, 2, 3, 4});
}

TEST_CASE("the shape stands out from its background") {
  const auto data = shapes(with_objects(32, 1), Split::train);
  int clear = 0;
  for (std::int64_t i = 0; i < 300; ++i) {
    const Sample sample = data->get(i);
    std::array<double, 6> sums{};
    std::array<double, 2> counts{};
    for (int y = 0; y < 32; ++y) {
      for (int x = 0; x < 32; ++x) {
        const std::size_t side = *sample.mask.pixel(x, y) != 0 ? 1 : 0;
        ++counts[side];
        for (std::size_t c = 0; c < 3; ++c) sums[3 * side + c] += sample.image.pixel(x, y)[c];
      }
    }
    double distance = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const double difference = sums[c] / counts[0] - sums[3 + c] / counts[1];
      distance += difference * difference;
    }
    clear += distance > 80 * 80 ? 1 : 0;
  }
  CHECK(clear >= 297);
}

TEST_CASE("samples can be drawn from several threads at once") {
  const auto data = shapes(with_objects(32, 2), Split::train);
  std::vector<Sample> samples(64);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < samples.size(); i += 4) {
        samples[i] = data->get(static_cast<std::int64_t>(i));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CHECK(same(samples[i], data->get(static_cast<std::int64_t>(i))));
  }
}

TEST_CASE("every size from 16 pixels on can be drawn with many objects") {
  for (const std::int64_t size : {16, 17, 33, 200}) {
    const auto data = shapes(with_objects(size, 8), Split::val);
    for (std::int64_t i = 0; i < 40; ++i) CHECK(data->get(i).image.width == size);
  }
}
