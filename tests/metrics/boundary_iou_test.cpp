#include "vit/metrics/boundary_iou.h"

#include <torch/types.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/weights/tensors.h"

TEST_CASE("Boundary IoU is that of the masks' rims") {
  const auto folder = vit::test::shared("fixtures/metrics/seg2");
  if (!folder) return;
  const auto stats = nlohmann::json::parse(std::ifstream(*folder / "stats.json"));
  const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const torch::Tensor a = vit::read_tensor(io, io.at("mask_a")),
                      b = vit::read_tensor(io, io.at("mask_b"));
  const auto height = static_cast<int>(a.size(1)), width = static_cast<int>(a.size(2));
  CHECK(vit::boundary_width(height, width) == stats.at("boundary_width").get<int>());
  const auto pixels = [&](const torch::Tensor& masks, std::int64_t i) {
    return std::span(masks[i].const_data_ptr<std::uint8_t>(),
                     static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  };
  for (std::int64_t i = 0; i < a.size(0); ++i) {
    INFO("mask " << i);
    const double found = vit::boundary_iou(pixels(a, i), pixels(b, i), height, width,
                                           stats.at("boundary_width").get<int>());
    // The reference divides in float32.
    CHECK(std::abs(found - stats.at("boundary_iou")[static_cast<std::size_t>(i)].get<double>()) <
          1e-7);
  }
}

TEST_CASE("The rim grows with its width until it is the whole mask") {
  // A square of 5 x 5 in 7 x 7, and its middle pixel alone.
  std::vector<std::uint8_t> square(49), middle(49);
  for (std::size_t y = 1; y < 6; ++y)
    for (std::size_t x = 1; x < 6; ++x) square[y * 7 + x] = 1;
  middle[24] = 1;
  CHECK(vit::boundary_iou(square, middle, 7, 7, 1) == 0);
  CHECK(vit::boundary_iou(square, middle, 7, 7, 2) == 0);
  CHECK(vit::boundary_iou(square, middle, 7, 7, 3) == Approx(1.0 / 25));
  CHECK(std::isnan(
      vit::boundary_iou(std::vector<std::uint8_t>(49), std::vector<std::uint8_t>(49), 7, 7, 1)));
}

TEST_CASE("The border of an image counts as the contour of what lies at it") {
  const std::vector<std::uint8_t> full(25, 1);
  std::vector<std::uint8_t> ring = full;
  for (std::size_t y = 1; y < 4; ++y)
    for (std::size_t x = 1; x < 4; ++x) ring[y * 5 + x] = 0;
  CHECK(vit::boundary_iou(full, ring, 5, 5, 1) == 1);
}
