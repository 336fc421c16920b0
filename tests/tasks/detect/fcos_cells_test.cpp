#include "vit/tasks/detect/fcos_cells.h"

#include <nlohmann/json.hpp>

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/io/file.h"
#include "vit/weights/tensors.h"

namespace {

vit::FCOSCells cells_of(vit::Size2 input, std::vector<std::int64_t> strides, bool centred) {
  std::vector<vit::Size2> maps;
  for (const std::int64_t stride : strides)
    maps.push_back({input.height / stride, input.width / stride});
  return vit::fcos_cells(input, maps, strides, centred, torch::TensorOptions());
}

}  // namespace

TEST_CASE("Cells answer for the objects that torchvision gives them") {
  const auto folder = vit::test::shared("fixtures/tasks/fcos_assign");
  if (!folder) return;
  const nlohmann::json meta = nlohmann::json::parse(vit::read_text_file(*folder / "meta.json"));
  const auto io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  int number = 0;
  for (const auto& of_case : meta.at("cases")) {
    const std::string i = std::to_string(number++);
    INFO("case " << i);
    const auto at = [&](const std::string& name) {
      return vit::read_tensor(io, io.at(name + "_" + i));
    };
    const vit::FCOSCells cells =
        cells_of({of_case.at("height"), of_case.at("width")}, of_case.at("strides"),
                 of_case.at("centres") != "x*stride");
    const torch::Tensor anchors = at("anchors"), boxes = at("boxes");
    REQUIRE(cells.points.size(0) == anchors.size(0));
    CHECK(torch::allclose(cells.points, (anchors.slice(1, 0, 2) + anchors.slice(1, 2, 4)) / 2));
    const torch::Tensor matched = vit::assign_cells(cells, boxes, 1.5);
    CHECK(torch::equal(matched, at("matched")));
    const torch::Tensor answers = matched >= 0;
    if (!answers.any().item<bool>()) continue;
    const torch::Tensor sides =
        vit::sides_of_boxes(boxes.index_select(0, matched.clamp_min(0)), cells);
    CHECK(torch::allclose(sides.index({answers}), at("reg_targets").index({answers}), 1e-5, 1e-5));
    CHECK(torch::allclose(vit::centerness(sides).index({answers}),
                          at("ctr_targets").index({answers}), 1e-5, 1e-5));
    const torch::Tensor back = vit::boxes_of_sides(sides, cells);
    CHECK(torch::allclose(back.index({answers}),
                          boxes.index_select(0, matched.clamp_min(0)).index({answers}), 1e-4,
                          1e-3));
  }
}

TEST_CASE("A cell answers for the smallest of the boxes around it, on the map of its size") {
  const vit::FCOSCells cells = cells_of({64, 64}, {8, 16}, true);
  REQUIRE(cells.levels == std::vector<std::int64_t>{64, 16});
  const torch::Tensor boxes =
      torch::tensor({{8.F, 8.F, 40.F, 40.F}, {16.F, 16.F, 32.F, 32.F}, {0.F, 0.F, 64.F, 64.F}});
  const torch::Tensor matched = vit::assign_cells(cells, boxes, 1.5);
  const auto of_cell = [&](std::int64_t row, std::int64_t column) {
    return matched[row * 8 + column].item<std::int64_t>();
  };
  CHECK(of_cell(2, 2) == 1);  // the point (20, 20): both small boxes hold it
  CHECK(of_cell(0, 0) == -1);
  // The box of the whole image is the coarse map's: its sides are 32 away, 4 of its strides are 64,
  // and so nobody's; the fine map takes sides of less than 64 from 0 on.
  CHECK((matched.slice(0, 64) == 2).sum().item<std::int64_t>() == 0);
  CHECK(vit::assign_cells(cells, torch::zeros({0, 4}), 1.5).max().item<std::int64_t>() == -1);
}
