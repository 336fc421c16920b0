#include "vit/image/input_spec_json.h"

#include "tests/augment/support.h"
#include "vit/core/error.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("preprocessing comes back as it was written, every digit") {
  InputSpec input;
  input.img_size = {224, 336};
  input.mean = {0.48145466, 1.0 / 3, 0.1};
  input.std = {0.26862954, 0.5, 1e-3};
  input.interpolation = "lanczos";
  input.crop_pct = 0.875;
  input.crop_mode = "border";
  input.crop_fill = {1, 2, 3};
  input.crop_offset = "floor";
  input.exif_orientation = true;
  const InputSpec read = input_spec_from_json(input_spec_to_json(input), "model.pt");
  CHECK(read.img_size == input.img_size);
  CHECK(read.in_chans == input.in_chans);
  CHECK(read.mean == input.mean);
  CHECK(read.std == input.std);
  CHECK(read.interpolation == input.interpolation);
  CHECK(read.crop_pct == input.crop_pct);
  CHECK(read.crop_mode == input.crop_mode);
  CHECK(read.crop_fill == input.crop_fill);
  CHECK(read.crop_offset == input.crop_offset);
  CHECK(read.exif_orientation);
}

TEST_CASE("every crop_mode comes back") {
  for (const char* mode : {"center", "squash", "border", "crop", "whole"}) {
    InputSpec input;
    input.crop_mode = mode;
    CHECK(input_spec_from_json(input_spec_to_json(input), "model.pt").crop_mode == mode);
  }
}

TEST_CASE("preprocessing of before, which leaves out what there was not yet, means what it meant") {
  const InputSpec read = input_spec_from_json(
      R"({"img_size": [8, 8], "in_chans": 3, "mean": [0, 0, 0], "std": [1, 1, 1],
          "interpolation": "bicubic", "crop_pct": 0.9})",
      "old.pt");
  CHECK(read.crop_mode == "center");
  CHECK(read.crop_offset == "round");
  CHECK(read.crop_fill.empty());
  CHECK_FALSE(read.exif_orientation);
}

TEST_CASE("what makes no sense is an error of weights that names the file") {
  const std::string sound = input_spec_to_json(square_input(8));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = sound;
    REQUIRE(text.find(from) != std::string::npos);
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& text :
       {std::string(), std::string("[]"), sound.substr(0, sound.size() / 2),
        changed("[8,8]", "[8]"), changed("[8,8]", "[0,8]"),
        changed("\"in_chans\":3", "\"in_chans\":1"), changed("\"crop_pct\":0.9", "\"crop_pct\":-1"),
        changed("\"crop_pct\":0.9", "\"crop_pct\":\"x\""), changed("\"mean\"", "\"other\"")}) {
    CAPTURE(text);
    bool refused = false;
    try {
      (void)input_spec_from_json(text, "model.pt");
    } catch (const Error& error) {
      refused = error.kind() == ErrorKind::weights;
      CHECK_THAT(error.where(), Catch::Contains("model.pt"));
    }
    CHECK(refused);
  }
}
