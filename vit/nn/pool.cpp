#include "vit/nn/pool.h"

#include "vit/core/error.h"

namespace vit {

torch::Tensor global_pool(const torch::Tensor& tokens, std::string_view kind,
                          std::int64_t prefix_tokens) {
  if (kind.empty()) return tokens;
  if (kind == "token") return tokens.select(1, 0);
  if (kind == "avg") return tokens.slice(1, prefix_tokens).mean(1);
  throw Error(ErrorKind::usage, "model.global_pool", str("unknown pooling `", kind, "`"),
              "use token, avg or an empty string");
}

}  // namespace vit
