#include "vit/nn/rel_pos.h"

#include <torch/types.h>

#include <algorithm>

#include "tests/catch.h"
#include "tests/support/module.h"

TEST_CASE("A bias depends on the offset between query and key only") {
  vit::RelPosBias bias(vit::RelPosOptions{.grid = {2, 3}, .num_heads = 2});
  vit::test::randomize(bias);
  const torch::Tensor b = bias();
  CHECK(b.sizes() == at::IntArrayRef({1, 2, 6, 6}));
  const auto at = [&](int query, int key) { return b[0][1][query][key].item<float>(); };
  CHECK(at(0, 1) == at(1, 2));
  CHECK(at(0, 1) == at(3, 4));
  CHECK(at(0, 4) == at(1, 5));
  CHECK(at(0, 1) != at(1, 0));
  // Rows of the table: (dy + h - 1) (2 w - 1) + dx + w - 1, from key to query.
  CHECK(at(4, 0) == bias->relative_position_bias_table[(1 + 1) * 5 + 1 + 2][1].item<float>());
}

TEST_CASE("Prefix tokens share three numbers, as in BEiT") {
  vit::RelPosBias bias(vit::RelPosOptions{.grid = {2, 2}, .num_heads = 1, .prefix_tokens = 2});
  vit::test::randomize(bias);
  const torch::Tensor table = bias->relative_position_bias_table;
  CHECK(table.size(0) == 9 + 3);
  const torch::Tensor b = bias()[0][0];
  CHECK(b[0][3].item<float>() == table[9][0].item<float>());   // prefix to patch
  CHECK(b[3][1].item<float>() == table[10][0].item<float>());  // patch to prefix
  CHECK(b[1][0].item<float>() == table[11][0].item<float>());
}

TEST_CASE("Decomposed positions add the query's product with a row and a column vector") {
  const vit::RelPosOptions options{
      .grid = {2, 3}, .num_heads = 2, .head_dim = 4, .prefix_tokens = 1};
  const torch::Tensor q = vit::test::random_tensor({1, 2, 7, 4}, 1);
  const torch::Tensor rows = vit::test::random_tensor({3, 4}, 2);
  const torch::Tensor columns = vit::test::random_tensor({5, 4}, 3);
  const vit::PositionChannels channels = vit::decomposed_rel_pos(q, rows, columns, options);
  const torch::Tensor bias = channels.q.matmul(channels.k.transpose(-2, -1));
  CHECK(bias.sizes() == at::IntArrayRef({1, 2, 7, 7}));
  CHECK(bias.slice(2, 0, 1).abs().max().item<float>() == 0);
  CHECK(bias.slice(3, 0, 1).abs().max().item<float>() == 0);
  // Query 5 (row 1, column 2) to key 1 (row 0, column 1).
  const torch::Tensor query = q[0][1][1 + 5];
  const float expected = (query.dot(rows[1 + 1]) + query.dot(columns[1 + 2])).item<float>();
  CHECK(bias[0][1][1 + 5][1 + 1].item<float>() == Approx(expected));
}

TEST_CASE("Tables of offsets are interpolated for another grid, as torch's linear interpolation") {
  const torch::Tensor q = vit::test::random_tensor({1, 1, 6, 4}, 1);
  const torch::Tensor table = vit::test::random_tensor({9, 4}, 2);  // for 5 places
  const auto bias = [&](const torch::Tensor& rows, const torch::Tensor& columns) {
    const vit::PositionChannels channels =
        vit::decomposed_rel_pos(q, rows, columns, {.grid = {2, 3}, .num_heads = 1, .head_dim = 4});
    return channels.q.matmul(channels.k.transpose(-2, -1));
  };
  const auto resized = [&](std::int64_t rows) {
    std::vector<torch::Tensor> result;  // centres of cells meet: (i + 1/2) 9 / rows - 1/2
    for (std::int64_t i = 0; i < rows; ++i) {
      const double at =
          std::max(0.0, (static_cast<double>(i) + 0.5) * 9 / static_cast<double>(rows) - 0.5);
      const auto low = static_cast<std::int64_t>(at);
      const double part = at - static_cast<double>(low);
      result.push_back(table[low] * (1 - part) + table[std::min<std::int64_t>(low + 1, 8)] * part);
    }
    return torch::stack(result);
  };
  CHECK(torch::allclose(bias(table, table), bias(resized(3), resized(5)), 1e-5, 1e-5));
}
