#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "vit/image/decode.h"
#include "vit/image/encode.h"
#include "vit/image/lookup.h"

// `vit data apply` and `vit bench data` as processes.
namespace {

using vit::test::Outcome;
using vit::test::run_program;

vit::Image gradient(int width, int height) {
  vit::Image image(width, height);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(i * 7 / 3);
  return image;
}

}  // namespace

TEST_CASE("data apply does one operation to one picture") {
  const vit::test::ScratchFolder folder;
  vit::write_png(gradient(20, 10), folder / "in.png");
  const Outcome done =
      run_program(folder.path(), "data apply '{op: Solarize, arg: 100}' in.png out.png");
  INFO(done.errors);
  REQUIRE(done.code == 0);
  CHECK(vit::load_image(folder / "out.png") == vit::solarize(gradient(20, 10), 100));

  const Outcome unknown = run_program(folder.path(), "data apply '{op: Solarise}' in.png out.png");
  CHECK(unknown.code == 2);
  CHECK_THAT(unknown.errors, Catch::Contains("did you mean Solarize?"));
  CHECK(run_program(folder.path(), "data apply '{op: Decode}' missing.png out.png").code == 5);
  vit::test::put(folder / "broken.jpg", "\xFF\xD8\xFF nonsense");
  CHECK(run_program(folder.path(), "data apply '{op: Decode}' broken.jpg out.png").code == 3);
}

TEST_CASE("bench data measures a folder of pictures, whatever its layout") {
  const vit::test::ScratchFolder folder;
  std::filesystem::create_directory(folder / "pictures");
  for (int i = 0; i < 3; ++i)
    vit::write_png(gradient(40 + i, 30), folder / "pictures" / (std::to_string(i) + ".png"));
  const Outcome done =
      run_program(folder.path(), "bench data --set data.root=pictures --steps 2 --json");
  INFO(done.errors);
  REQUIRE(done.code == 0);
  const nlohmann::json figures = nlohmann::json::parse(done.out);
  CHECK(figures.at("images") == 3);
  CHECK(figures.at("images_per_s") > 0);
  CHECK(figures.at("best_images_per_s") >= figures.at("images_per_s"));
  CHECK(run_program(folder.path(), "bench data --set data.root=nowhere").code == 3);
}
