#include "vit/tasks/caption/predictor.h"

#include <torch/utils.h>

#include "vit/core/str.h"

namespace vit {

std::vector<Prediction> CaptionPredictor::predict(const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor tokens = graph_(batch.images).to(torch::kCPU, torch::kInt64).contiguous();
  std::vector<Prediction> predictions;
  const auto* ids = tokens.const_data_ptr<std::int64_t>();
  const auto length = static_cast<std::size_t>(tokens.size(1));
  for (std::int64_t i = 0; i < tokens.size(0); ++i, ids += length)
    predictions.emplace_back(Caption{words_.text(std::span(ids, length))});
  return predictions;
}

// Types are numbers in it (4 int64, 7 float64, 11 bool): a method that is defined so knows no
// names for them.
std::string generate_script(const TextInput& words, std::int64_t beams) {
  const std::string length = str(words.length), wide = str(beams), begin = str(*words.begin),
                    end = str(*words.end), pad = str(words.pad);
  return "def finish(self, x: Tensor) -> Tensor:\n"
         "    n = x.size(0)\n"
         "    tokens = torch.full([n, " +
         wide + ", " + length + "], " + pad +
         ", dtype=4, device=x.device)\n"
         "    tokens[:, :, 0] = " +
         begin +
         "\n"
         "    scores = torch.full([n, " +
         wide +
         "], float('-inf'), dtype=7, device=x.device)\n"
         "    scores[:, 0] = 0.0\n"
         "    done = torch.zeros([n, " +
         wide +
         "], dtype=11, device=x.device)\n"
         "    memory = x.repeat_interleave(" +
         wide +
         ", 0)\n"
         "    for i in range(" +
         str(words.length - 1) +
         "):\n"
         "        logits = self.decode(tokens.flatten(0, 1), memory)[:, i]\n"
         "        logp = logits.float().log_softmax(-1).double().view(n, " +
         wide +
         ", -1)\n"
         "        size = logp.size(2)\n"
         "        stay = torch.full([size], float('-inf'), dtype=7, device=x.device)\n"
         "        stay[" +
         pad +
         "] = 0.0\n"
         "        logp = torch.where(done.unsqueeze(2), stay, logp)\n"
         "        best, at = (scores.unsqueeze(2) + logp).flatten(1).topk(" +
         wide +
         ", 1)\n"
         "        parent = torch.div(at, size, rounding_mode='floor')\n"
         "        word = at - parent * size\n"
         "        tokens = tokens.gather(1, parent.unsqueeze(2).expand(-1, -1, " +
         length +
         "))\n"
         "        done = done.gather(1, parent) | (word == " +
         end +
         ")\n"
         "        tokens[:, :, i + 1] = word\n"
         "        scores = best\n"
         "    return tokens[:, 0]\n";
}

}  // namespace vit
