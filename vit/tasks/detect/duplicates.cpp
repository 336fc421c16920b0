#include "vit/tasks/detect/duplicates.h"

#include <torch/utils.h>

#include <algorithm>
#include <vector>

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr std::int64_t kColumns = 6;

/// Intersection over union of two rows, in float32 as TorchScript computes it.
float overlap(const float* a, const float* b) {
  const float width = std::max(0.0F, std::min(a[2], b[2]) - std::max(a[0], b[0])),
              height = std::max(0.0F, std::min(a[3], b[3]) - std::max(a[1], b[1])),
              shared = width * height;
  const float together = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared;
  return together > 0 ? shared / together : 0;
}

}  // namespace

torch::Tensor without_duplicates(const torch::Tensor& candidates, std::optional<double> nms,
                                 std::int64_t most) {
  const std::int64_t kept = std::min(most, candidates.size(1));
  if (!nms) return candidates.narrow(1, 0, kept);
  VIT_ASSERT(candidates.dim() == 3 && candidates.size(2) == kColumns, "candidates ",
             candidates.sizes());
  const torch::Tensor rows = candidates.to(torch::kCPU, torch::kFloat32).contiguous();
  torch::Tensor found = torch::zeros({rows.size(0), kept, kColumns});
  for (std::int64_t image = 0; image < rows.size(0); ++image) {
    const float* given = rows.const_data_ptr<float>() + image * rows.size(1) * kColumns;
    float* out = found.mutable_data_ptr<float>() + image * kept * kColumns;
    std::vector<const float*> surer;
    for (std::int64_t i = 0; i < rows.size(1); ++i) {
      const float* row = given + i * kColumns;
      if (!(row[4] > 0) || static_cast<std::int64_t>(surer.size()) == kept) break;
      const bool duplicate = std::any_of(surer.begin(), surer.end(), [&](const float* other) {
        return other[5] == row[5] && static_cast<double>(overlap(other, row)) > *nms;
      });
      if (duplicate) continue;
      std::copy_n(row, kColumns, out + static_cast<std::int64_t>(surer.size()) * kColumns);
      surer.push_back(row);
    }
  }
  return found.to(candidates.device());
}

std::string duplicates_script(double nms, std::int64_t most) {
  const std::string template_text = R"(
def finish(self, x: Tensor) -> Tensor:
    most = min(MOST, x.size(1))
    found = torch.zeros([x.size(0), most, 6], dtype=x.dtype, device=x.device)
    for image in range(x.size(0)):
        rows = x[image]
        rows = rows[rows[:, 4] > 0]
        count = 0
        while rows.size(0) > 0 and count < most:
            best = rows[0]
            found[image, count] = best
            count += 1
            rows = rows[1:]
            width = (torch.minimum(rows[:, 2], best[2]) - torch.maximum(rows[:, 0], best[0])).clamp(min=0)
            height = (torch.minimum(rows[:, 3], best[3]) - torch.maximum(rows[:, 1], best[1])).clamp(min=0)
            shared = width * height
            area = (rows[:, 2] - rows[:, 0]) * (rows[:, 3] - rows[:, 1])
            together = area + (best[2] - best[0]) * (best[3] - best[1]) - shared
            duplicate = ((shared / together).double() > NMS) & (rows[:, 5] == best[5])
            rows = rows[~duplicate]
    return found
)";
  std::string text = template_text;
  const auto fill_in = [&](const std::string& name, const std::string& value) {
    text.replace(text.find(name), name.size(), value);
  };
  fill_in("MOST", vit::str(most));
  fill_in("NMS", vit::str(nms));
  return text;
}

}  // namespace vit
