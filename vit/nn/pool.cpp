#include "vit/nn/pool.h"

#include <ATen/ops/cat.h>

#include "vit/core/error.h"

namespace vit {

torch::Tensor global_pool(const torch::Tensor& tokens, std::string_view kind,
                          const PoolOptions& options) {
  if (kind.empty()) return tokens;
  if (kind == "token") return tokens.select(1, 0);
  if (kind == "token_avg")
    return at::cat({tokens.select(1, 0), tokens.slice(1, options.prefix_tokens).mean(1)}, 1);
  const torch::Tensor pooled =
      options.include_prefix ? tokens : tokens.slice(1, options.prefix_tokens);
  if (kind == "avg") return pooled.mean(1);
  if (kind == "max") return pooled.amax(1);
  if (kind == "avgmax") return 0.5 * (pooled.amax(1) + pooled.mean(1));
  throw Error(ErrorKind::usage, "model.global_pool", str("unknown pooling `", kind, "`"),
              "use token, token_avg, avg, max, avgmax, map or an empty string");
}

std::vector<std::string_view> global_pool_2d_kinds() { return {"avg", "max", "avgmax", ""}; }

torch::Tensor global_pool_2d(const torch::Tensor& x, std::string_view kind) {
  if (kind.empty()) return x;
  if (kind == "avg") return x.mean({2, 3});
  if (kind == "max") return x.amax({2, 3});
  if (kind == "avgmax") return 0.5 * (x.mean({2, 3}) + x.amax({2, 3}));
  throw Error(ErrorKind::usage, "model.global_pool", str("unknown pooling `", kind, "`"),
              "use avg, max, avgmax or an empty string");
}

}  // namespace vit
