#include "vit/tasks/segment/predictor.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/image/sample_geometry.h"
#include "vit/tasks/segment/resize_logits.h"

namespace {

/// Logits that say which of three channels of the input is the largest.
torch::Tensor channels(const torch::Tensor& images) { return images * 1.0; }

vit::Batch batch_of(const torch::Tensor& images, const vit::Placement& placement) {
  return {.images = images,
          .indices = torch::arange(images.size(0)),
          .annotations = nullptr,
          .placements =
              std::vector<vit::Placement>(static_cast<std::size_t>(images.size(0)), placement)};
}

const vit::Image& classes(const vit::Prediction& prediction) {
  return std::get<vit::Segmentation>(prediction).classes;
}

}  // namespace

TEST_CASE(
    "Scores of a stretched image come back to its file as PyTorch's bilinear resize has them") {
  const torch::Tensor scores = vit::test::random_tensor({1, 4, 8, 12}, 3);
  vit::Placement placement;
  placement.original = {20, 30};
  placement.resize({0, 0, 30, 20}, 12, 8);
  const vit::Image found = vit::classes_in_file(scores, placement);
  const torch::Tensor expected = vit::resize_logits(scores, {20, 30}).argmax(1).flatten();
  REQUIRE(found.width == 30);
  REQUIRE(found.height == 20);
  for (std::int64_t i = 0; i < expected.numel(); ++i)
    CHECK(static_cast<std::int64_t>(found.pixels[static_cast<std::size_t>(i)]) ==
          expected[i].item<std::int64_t>());
}

TEST_CASE("Scores come back turned and mirrored as the image in its file lies") {
  // One class in the upper left of the file, another elsewhere.
  for (int orientation = 1; orientation <= 8; ++orientation) {
    INFO(orientation);
    vit::Sample sample;
    sample.image = vit::Image(12, 8, 3);
    sample.mask = vit::Image(12, 8, 1);
    for (int y = 0; y < 4; ++y)
      for (int x = 0; x < 6; ++x) sample.mask.row(y)[x] = 1;
    const vit::Image in_file = sample.mask;
    sample.placement.original = {8, 12};
    vit::orient_annotations(sample, orientation, 12, 8);
    const vit::Image& mask = sample.mask;
    torch::Tensor scores = torch::zeros({1, 2, mask.height, mask.width});
    for (int y = 0; y < mask.height; ++y)
      for (int x = 0; x < mask.width; ++x) scores[0][mask.row(y)[x]][y][x] = 1;
    CHECK(vit::classes_in_file(scores, sample.placement).pixels == in_file.pixels);
  }
}

TEST_CASE("Windows that slide give what the whole image gives where a pixel alone decides") {
  vit::SegmentInference slide{.mode = "slide", .stride = 5};
  vit::InputSpec input{.img_size = {8, 8}};
  vit::SegmentPredictor predictor(channels, input, slide);
  const torch::Tensor image = vit::test::random_tensor({1, 3, 11, 23}, 1);
  vit::Batch batch{.images = {}, .indices = torch::arange(1), .annotations = nullptr};
  batch.ragged = {image};
  const vit::Image found = classes(predictor.predict(batch).at(0));
  CHECK(found.width == 23);
  CHECK(found.height == 11);
  const torch::Tensor expected = image.argmax(1).flatten();
  for (std::int64_t i = 0; i < expected.numel(); ++i)
    CHECK(found.pixels[static_cast<std::size_t>(i)] == expected[i].item<std::int64_t>());
}

TEST_CASE("An image smaller than the window is padded, and predicted at its own size") {
  vit::SegmentPredictor predictor(channels, {.img_size = {16, 16}}, {.mode = "slide"});
  vit::Batch batch{.images = {}, .indices = torch::arange(1), .annotations = nullptr};
  batch.ragged = {vit::test::random_tensor({1, 3, 5, 9}, 1)};
  const vit::Image found = classes(predictor.predict(batch).at(0));
  CHECK(found.width == 9);
  CHECK(found.height == 5);
}

TEST_CASE("Mirrored views and other scales are averaged as probabilities") {
  const torch::Tensor image = vit::test::random_tensor({1, 3, 8, 8}, 4);
  // What is seen mirrored says something else: the mean of both decides.
  const auto biased = [](const torch::Tensor& x) {
    return x + torch::linspace(0, 2, x.size(3)).view({1, 1, 1, -1}) *
                   torch::tensor({1.0f, 0.0f, 0.0f}).view({1, 3, 1, 1});
  };
  vit::SegmentPredictor flipped(biased, {.img_size = {8, 8}}, {.flip = true});
  const torch::Tensor expected =
      (biased(image).softmax(1) + biased(image.flip(3)).flip(3).softmax(1)).argmax(1).flatten();
  const vit::Image found = classes(flipped.predict(batch_of(image, {})).at(0));
  for (std::int64_t i = 0; i < expected.numel(); ++i)
    CHECK(found.pixels[static_cast<std::size_t>(i)] == expected[i].item<std::int64_t>());
}
