#include "vit/augment/apply_op.h"

#include "tests/image/fixtures.h"
#include "vit/image/encode.h"

using namespace vit;
using namespace vit::test;

namespace {

/// Applies a case of the fixtures, less the keys that are the table's own.
Image applied(nlohmann::json entry, const std::string& op, const std::filesystem::path& picture) {
  if (!op.empty()) entry["op"] = op;
  for (const char* key : {"key", "image", "note"}) entry.erase(key);
  return apply_described_op(entry.dump(), picture);
}

}  // namespace

TEST_CASE("every case of the augmentation fixtures passes through") {
  const ImageFixtures fixtures("augment");
  if (!fixtures.present()) return;
  const ScratchFolder scratch;
  const nlohmann::json description = fixtures.description();
  for (const auto& entry : description["cases"]) {
    const std::filesystem::path picture = scratch / (entry["image"].dump() + ".png");
    if (!std::filesystem::exists(picture))
      write_png(fixtures.image("in_" + entry["image"].dump()), picture);
    CAPTURE(entry.dump());
    CHECK(applied(entry, "", picture) == fixtures.image(entry["key"]));
  }
}

TEST_CASE("every case of the resize fixtures passes through") {
  const ImageFixtures fixtures("resize");
  if (!fixtures.present()) return;
  const nlohmann::json description = fixtures.description();
  for (const auto& entry : description["cases"]) {
    if (entry["image"] == "label") continue;
    const bool crops = entry.contains("note") &&
                       entry["note"].get<std::string>().rfind("crop(box) then resize", 0) == 0;
    CAPTURE(entry.dump());
    CHECK(applied(entry, crops ? "ResizedCrop" : "Resize",
                  fixtures / ("img" + entry["image"].dump() + ".png")) ==
          fixtures.image(entry["key"]));
  }
}

TEST_CASE("decoding and evaluation pass through") {
  const ImageFixtures formats("formats"), eval("eval");
  if (!formats.present()) return;
  CHECK(difference(apply_described_op("{op: Decode}", formats / "cmyk.jpg"),
                   formats.image("cmyk_jpg")) <= 2);
  CHECK(
      difference(apply_described_op("{op: Decode, exif_orientation: true}", formats / "exif6.jpg"),
                 formats.image("exif6_jpg_transposed")) <= 2);
  if (!eval.present()) return;
  const Image image = apply_described_op(
      "{op: Eval, size: [224, 224], crop_pct: 0.9, filter: bicubic}", eval / "photo0.jpg");
  CHECK((image.width == 224 && image.height == 224));
}

TEST_CASE("what is wrong with a description is said") {
  const ScratchFolder scratch;
  const auto picture = scratch / "p.png";
  write_png(noise(8, 6), picture);
  const auto message = [&](const std::string& text) {
    const auto error = error_of([&] { (void)apply_described_op(text, picture); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::usage);
    return std::string(error->what());
  };
  CHECK(message("{op: SheerX, arg: 1}").find("did you mean ShearX?") != std::string::npos);
  CHECK(message("{op: ShearX}").find("needs an argument") != std::string::npos);
  CHECK(message("{op: Resize}").find("size: [WIDTH, HEIGHT]") != std::string::npos);
  CHECK(message("{op: Crop, box: [0, 0, 9, 6]}").find("inside a picture of 8 x 6") !=
        std::string::npos);
  CHECK(message("{op: Decode, agr: 3}").find("arg") != std::string::npos);
  CHECK(message("{op: Rotate, arg: 3, resample: lanczos}").find("lanczos") != std::string::npos);
}
