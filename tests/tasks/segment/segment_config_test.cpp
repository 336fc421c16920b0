#include "vit/tasks/segment/config.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

TEST_CASE("A stride that leaves pixels between windows is refused before anything runs") {
  vit::SegmentConfig config;
  config.options.inference.mode = "slide";
  config.options.inference.stride = 17;
  vit::InputSpec input{.img_size = {16, 24}};
  const auto adapt = [&] { config.adapt(input, [](std::string_view /*key*/) { return false; }); };
  const auto error = vit::test::error_of(adapt);
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK(error->where() == "task.inference.stride");
  config.options.inference.stride = 16;
  CHECK_NOTHROW(adapt());
}
