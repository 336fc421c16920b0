#include "vit/tasks/detect/rf_detr_mask_head.h"

#include <ATen/ops/upsample_bilinear2d.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"

using vit::test::random_tensor;

namespace {

vit::RfDetrMaskHead random_head() {
  vit::RfDetrMaskHead head(vit::MaskHeadOptions{.dim = 8, .blocks = 2});
  vit::test::randomize(head);
  return head;
}

}  // namespace

TEST_CASE("A mask is the product of cells and query, behind one block more in each layer") {
  vit::RfDetrMaskHead head = random_head();
  const torch::NoGradGuard no_grad;
  const torch::Tensor map = random_tensor({2, 8, 3, 4}, 1);
  const std::vector<torch::Tensor> queries{random_tensor({2, 5, 8}, 2),
                                           random_tensor({2, 5, 8}, 3)};
  const auto layers = head->forward(map, queries, {24, 32});
  REQUIRE(layers.size() == 2);
  const torch::Tensor large = at::upsample_bilinear2d(map, {6, 8}, false);
  const torch::Tensor first = head->blocks->at<vit::MaskBlockImpl>(0).forward(large),
                      second = head->blocks->at<vit::MaskBlockImpl>(1).forward(first);
  const auto expected = [&](const torch::Tensor& cells, const torch::Tensor& of) {
    const torch::Tensor own = head->query_features_proj(head->query_features_block(of));
    return torch::einsum("bchw,bqc->bqhw", {cells, own}) + head->bias;
  };
  CHECK(torch::allclose(layers[0].logits(),
                        expected(head->spatial_features_proj(first), queries[0]), 1e-4, 1e-5));
  CHECK(torch::allclose(layers[1].logits(),
                        expected(head->spatial_features_proj(second), queries[1]), 1e-4, 1e-5));
  CHECK(torch::equal(head->last(map, queries[1], {24, 32}).logits(), layers[1].logits()));
  CHECK(torch::allclose(head->first_stage(map, queries[0], {24, 32}).logits(),
                        expected(large, queries[0]), 1e-4, 1e-5));
}

TEST_CASE("Masks of some queries are those of all") {
  vit::RfDetrMaskHead head = random_head();
  const torch::NoGradGuard no_grad;
  const vit::QueryMasks masks =
      head->last(random_tensor({3, 8, 2, 2}), random_tensor({3, 4, 8}, 2), {16, 16});
  const torch::Tensor image = torch::tensor({0, 0, 2}), query = torch::tensor({3, 1, 0});
  CHECK(torch::allclose(masks.logits_of(image, query), masks.logits().index({image, query}), 1e-4,
                        1e-5));
  CHECK(masks.logits_of(image.narrow(0, 0, 0), query.narrow(0, 0, 0)).sizes() ==
        torch::IntArrayRef({0, 4, 4}));
}

TEST_CASE("All of the head of masks learns, and another map is refused") {
  vit::RfDetrMaskHead head = random_head();
  const torch::Tensor map = random_tensor({1, 8, 2, 2});
  const auto layers =
      head->forward(map, {random_tensor({1, 4, 8}, 2), random_tensor({1, 4, 8}, 3)}, {16, 16});
  CHECK(vit::test::without_gradient(head, torch::cat({layers[0].logits(), layers[1].logits()}))
            .empty());
  CHECK_THROWS_WITH(head->last(random_tensor({1, 7, 2, 2}), map, {16, 16}),
                    Catch::Contains("expected a map [B, 8, h, w]"));
}
