#include "vit/augment/registry.h"

#include "tests/augment/support.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("every operation is a function of its generator alone, and clones itself") {
  for (const std::string& name : op_names()) {
    CAPTURE(name);
    const auto op = create_op(name);
    REQUIRE(op != nullptr);
    CHECK(op->name() == name);
    op->adapt(square_input(16));
    const auto copy = op->clone();
    for (std::uint64_t index = 0; index < 20; ++index) {
      Sample first = noisy_sample(24, 20), second = noisy_sample(24, 20);
      Rng a(1, Stream::augment, 2, index), b(1, Stream::augment, 2, index);
      op->apply(first, a);
      copy->apply(second, b);
      REQUIRE(first.image == second.image);
      REQUIRE(first.mask == second.mask);
    }
  }
}

TEST_CASE("picture and mask keep one size, and boxes stay inside") {
  for (const std::string& name : op_names()) {
    CAPTURE(name);
    const auto op = create_op(name);
    op->adapt(square_input(16));
    for (std::uint64_t index = 0; index < 50; ++index) {
      Sample sample = noisy_sample(24, 20);
      Rng rng(1, Stream::augment, 0, index);
      op->apply(sample, rng);
      REQUIRE(sample.mask.width == sample.image.width);
      REQUIRE(sample.mask.height == sample.image.height);
      for (const Box& box : sample.boxes) {
        REQUIRE((box.x0 >= 0 && box.y0 >= 0 && box.x0 < box.x1 && box.y0 < box.y1));
        REQUIRE(box.x1 <= static_cast<float>(sample.image.width));
        REQUIRE(box.y1 <= static_cast<float>(sample.image.height));
      }
    }
  }
}

TEST_CASE("each operation changes something in some of a hundred pictures") {
  for (const std::string& name : op_names()) {
    CAPTURE(name);
    const auto op = create_op(name);
    op->adapt(square_input(16));
    int changed = 0;
    for (std::uint64_t index = 0; index < 100; ++index) {
      Sample sample = noisy_sample(24, 20);
      sample.image.pixels.resize(sample.image.pixels.size());
      // Noise spans all levels already: leave autocontrast something to do.
      for (auto& value : sample.image.pixels) value = static_cast<std::uint8_t>(40 + value / 2);
      const Image before = sample.image;
      Rng rng(1, Stream::augment, 0, index);
      op->apply(sample, rng);
      changed += sample.image == before ? 0 : 1;
    }
    CHECK(changed > 0);
  }
}

TEST_CASE("an unknown operation is none") { CHECK(create_op("hflop") == nullptr); }
