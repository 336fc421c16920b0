#include "vit/nn/pool2d.h"

#include "vit/core/error.h"

namespace vit {

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
