#include "vit/nn/rel_pos.h"

#include <ATen/ops/einsum.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/upsample_linear1d.h>

#include "vit/nn/beside.h"

namespace vit {
namespace {

/// Entry (i, j) is i - j + length - 1: the row of a table of offsets, from query i to key j.
torch::Tensor offsets(std::int64_t length) {
  const torch::Tensor numbers = torch::arange(length);
  return numbers.unsqueeze(1) - numbers.unsqueeze(0) + (length - 1);
}

/// Rows of a table. Where there are shapes alone (a meta tensor) index_select is not known.
torch::Tensor rows_of(const torch::Tensor& table, const torch::Tensor& rows) {
  return table.is_meta() ? table.index({rows}) : table.index_select(0, rows);
}

/// A table of offsets [2 L - 1, Dh] for `length` places, by query and key: [length, length, Dh].
torch::Tensor by_offset(torch::Tensor table, std::int64_t length) {
  if (table.size(0) != 2 * length - 1)
    table = at::upsample_linear1d(table.t().unsqueeze(0), {2 * length - 1},
                                  /*align_corners=*/false)
                .squeeze(0)
                .t();
  return rows_of(table, beside(offsets(length).flatten(), table)).unflatten(0, {length, length});
}

}  // namespace

RelPosBiasImpl::RelPosBiasImpl(const RelPosOptions& options_) : options(options_) { reset(); }

void RelPosBiasImpl::reset() {
  const auto [height, width] = options.grid;
  const std::int64_t distances = (2 * height - 1) * (2 * width - 1);
  const std::int64_t prefix = options.prefix_tokens;
  relative_position_bias_table =
      register_parameter("relative_position_bias_table",
                         torch::zeros({distances + (prefix > 0 ? 3 : 0), options.num_heads}));
  const torch::Tensor rows = offsets(height).unsqueeze(1).unsqueeze(3);    // [h, 1, h, 1]
  const torch::Tensor columns = offsets(width).unsqueeze(0).unsqueeze(2);  // [1, w, 1, w]
  index_ = (rows * (2 * width - 1) + columns).flatten(2).flatten(0, 1);    // [N, N]
  if (prefix > 0) {
    index_ = at::pad(index_, {prefix, 0, prefix, 0});
    index_.slice(0, 0, prefix).fill_(distances);      // prefix token asks
    index_.slice(1, 0, prefix).fill_(distances + 1);  // prefix token is asked
    index_.slice(0, 0, prefix).slice(1, 0, prefix).fill_(distances + 2);
  }
}

torch::Tensor RelPosBiasImpl::forward() {
  const torch::Tensor index = beside(index_, relative_position_bias_table);
  return rows_of(relative_position_bias_table, index.flatten())
      .unflatten(0, {index.size(0), index.size(1)})
      .permute({2, 0, 1})
      .unsqueeze(0);  // [1, H, N, N]
}

PositionChannels decomposed_rel_pos(const torch::Tensor& q, const torch::Tensor& rel_pos_h,
                                    const torch::Tensor& rel_pos_w, const RelPosOptions& options) {
  const auto [height, width] = options.grid;
  const torch::Tensor patches =
      q.slice(2, options.prefix_tokens).unflatten(2, {height, width});  // [B, H, h, w, Dh]
  const torch::Tensor rows =
      at::einsum("bnhwd,hkd->bnhwk", {patches, by_offset(rel_pos_h, height)});
  const torch::Tensor columns =
      at::einsum("bnhwd,wkd->bnhwk", {patches, by_offset(rel_pos_w, width)});
  PositionChannels channels{torch::cat({rows, columns}, -1).flatten(2, 3),  // [B, H, h w, h + w]
                            torch::cat({torch::eye(height).unsqueeze(1).expand({-1, width, -1}),
                                        torch::eye(width).unsqueeze(0).expand({height, -1, -1})},
                                       -1)
                                .reshape({1, 1, height * width, height + width})};
  const std::int64_t prefix = options.prefix_tokens;
  if (prefix > 0)
    for (torch::Tensor* each : {&channels.q, &channels.k})
      *each = at::pad(*each, {0, 0, prefix, 0});
  return channels;
}

}  // namespace vit
