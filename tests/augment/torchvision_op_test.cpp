#include "vit/augment/torchvision_op.h"

#include "tests/augment/support.h"

using namespace vit;
using namespace vit::test;

namespace {

constexpr double kNone = 1e9;  // the operation takes no argument

struct Expected {
  std::string_view name;
  std::int64_t bin;
  double first, second;  // its argument with either sign
};

void check(const Expected& expected, std::int64_t bins, AugmentSpace space) {
  CAPTURE(expected.name, expected.bin);
  const NamedOpOptions how{Filter::nearest, {1, 2, 3, 0}};
  const Sample original = noisy_sample(66, 40);
  const auto with = [&](double argument) {
    Sample sample = original;
    find_named_op(expected.name)->apply(sample, argument == kNone ? 0 : argument, how);
    return sample.image;
  };
  const Image first = with(expected.first), second = with(expected.second);
  constexpr std::int64_t kDraws = 60;
  std::int64_t firsts = 0, others = 0;
  for (std::uint64_t index = 0; index < kDraws; ++index) {
    Sample sample = original;
    Rng rng(5, Stream::augment, 0, index);
    apply_torchvision_op(expected.name, {expected.bin, bins}, space, how, sample, rng);
    if (sample.image == first)
      ++firsts;
    else if (sample.image != second)
      ++others;
  }
  CHECK(others == 0);
  if (first == second)
    CHECK(firsts == kDraws);
  else
    CHECK(plausible(firsts, kDraws, 0.5));
}

}  // namespace

// The numbers are those of torchvision 0.29 for a picture of 66x40 pixels.

TEST_CASE("AutoAugment's space: AutoAugment._augmentation_space(10, (40, 66))") {
  for (const Expected& expected : {
           Expected{"ShearX", 4, 0.133333340287, -0.133333340287},
           {"ShearY", 9, 0.3, -0.3},
           {"TranslateX", 4, 13, -13},  // 13.29, cut
           {"TranslateX", 9, 29, -29},
           {"TranslateY", 4, 8, -8},
           {"TranslateY", 9, 18, -18},
           {"Rotate", 9, 30, -30},
           {"Brightness", 4, 1.4, 0.6},
           {"Color", 9, 1.9, 0.1},
           {"Contrast", 9, 1.9, 0.1},
           {"Sharpness", 9, 1.9, 0.1},
           {"Posterize", 4, 6, 6},
           {"Posterize", 9, 4, 4},
           {"Solarize", 0, 255, 255},
           {"Solarize", 3, 170, 170},  // and no more: 170 is inverted
           {"Solarize", 9, 0, 0},
           {"AutoContrast", 9, kNone, kNone},
           {"Equalize", 9, kNone, kNone},
           {"Invert", 9, kNone, kNone},
       })
    check(expected, 10, AugmentSpace::standard);
}

TEST_CASE("The wide space: TrivialAugmentWide._augmentation_space(31)") {
  for (const Expected& expected : {
           Expected{"ShearX", 30, 0.99, -0.99},
           {"TranslateX", 8, 8, -8},     // 8.53, cut; whatever the picture's size
           {"TranslateX", 15, 15, -15},  // 15.999999
           {"TranslateY", 30, 32, -32},
           {"Rotate", 8, 36, -36},
           {"Brightness", 30, 1.990000009537, 0.009999990463},
           {"Posterize", 8, 6, 6},
           {"Posterize", 30, 2, 2},
           {"Solarize", 8, 187, 187},
       })
    check(expected, 31, AugmentSpace::wide);
}
