#include "vit/augment/named_op.h"

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("every operation gives the bits of timm, torchvision and Pillow") {
  const ImageFixtures fixtures("augment");
  if (!fixtures.present()) return;
  const nlohmann::json description = fixtures.description();
  for (const auto& entry : description["cases"]) {
    CAPTURE(entry.dump());
    const std::string name = entry["op"];
    const NamedOp* op = find_named_op(name);
    REQUIRE(op != nullptr);
    NamedOpOptions options;
    if (!entry["resample"].is_null())
      options.filter = filter_from_name(entry["resample"].get<std::string>(), name);
    if (!entry["fill"].is_null())
      for (std::size_t c = 0; c < 3; ++c) options.fill[c] = entry["fill"][c];
    Sample sample;
    sample.image = fixtures.image("in_" + entry["image"].dump());
    op->apply(sample, entry["arg"].is_null() ? 0.0 : entry["arg"].get<double>(), options);
    CHECK(difference(sample.image, fixtures.image(entry["key"])) == 0);
  }
}

TEST_CASE("names are timm's; an unknown one is none") {
  CHECK(find_named_op("TranslateXRel") != nullptr);
  CHECK(find_named_op("translatexrel") == nullptr);
  CHECK_FALSE(find_named_op("Equalize")->needs_argument);
  CHECK(find_named_op("Rotate")->needs_argument);
}
