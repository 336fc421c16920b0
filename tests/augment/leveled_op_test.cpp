#include "vit/augment/leveled_op.h"

#include "tests/augment/support.h"
#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("magnitudes become timm's arguments") {
  const ImageFixtures fixtures("augment");
  if (!fixtures.present()) return;
  const nlohmann::json description = fixtures.description();
  for (const auto& [name, levels] : description["levels"].items()) {
    const LeveledOp* op = find_leveled_op(name);
    CAPTURE(name);
    REQUIRE(op != nullptr);
    if (name == "GaussianBlurRand") continue;  // its level is a factor of a random radius
    for (const auto& [magnitude, expected] : levels.items()) {
      const double want = expected[0];
      CAPTURE(magnitude, want);
      // The sign is drawn; timm's table has none.
      bool found = false;
      for (std::uint64_t index = 0; index < 30 && !found; ++index) {
        Rng rng(1, Stream::augment, 0, index);
        const double got = op->argument(std::stod(magnitude) / 10, {}, rng);
        found = got == Approx(want).margin(1e-12) || -got == Approx(want).margin(1e-12) ||
                (2 - got) == Approx(want).margin(1e-12);
      }
      CHECK(found);
    }
  }
}

TEST_CASE("signs are even, and a step is done as often as its probability says") {
  const LeveledOp* rotate = find_leveled_op("Rotate");
  CHECK(plausible(
      count_over_indices(10000, [&](Rng& rng) { return rotate->argument(1, {}, rng) < 0; }), 10000,
      0.5));
  const Sample original = noisy_sample(4, 4);
  const std::int64_t done = count_over_indices(10000, [&](Rng& rng) {
    Sample sample = original;
    apply_step({"Invert", 0.3, 5}, {}, sample, rng);
    return !(sample.image == original.image);
  });
  CHECK(plausible(done, 10000, 0.3));
}

TEST_CASE("a magnitude with a deviation is cut to the largest") {
  StepOptions options;
  options.magnitude_std = 1000;
  options.magnitude_max = 10;
  const Sample original = noisy_sample(4, 4);
  // SolarizeIncreasing at 10 inverts everything, at 0 nothing: half of the draws each.
  std::int64_t inverted = 0, untouched = 0;
  for (std::uint64_t index = 0; index < 2000; ++index) {
    Sample sample = original;
    Rng rng(5, Stream::augment, 0, index);
    apply_step({"SolarizeIncreasing", 1, 5}, options, sample, rng);
    untouched += sample.image == original.image ? 1 : 0;
    for (auto& value : sample.image.pixels) value = static_cast<std::uint8_t>(255 - value);
    inverted += sample.image == original.image ? 1 : 0;
  }
  CHECK(inverted > 900);
  CHECK(untouched > 900);
}
