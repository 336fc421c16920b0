#include "vit/tasks/detect/rf_detr_transformer.h"

#include <torch/utils.h>

#include <limits>
#include <vector>

#include "vit/nn/beside.h"
#include "vit/tasks/detect/rf_detr_boxes.h"

namespace vit {
namespace {

/// The rows `at` [B, N] of x [B, M, D].
torch::Tensor rows(const torch::Tensor& x, const torch::Tensor& at) {
  return x.gather(1, at.unsqueeze(-1).expand({-1, -1, x.size(2)}));
}

}  // namespace

RfDetrTransformerImpl::RfDetrTransformerImpl(const RfDetrOptions& options_,
                                             std::int64_t num_classes_)
    : options(options_), num_classes(num_classes_) {
  reset();
}

void RfDetrTransformerImpl::reset() {
  const std::int64_t dim = options.hidden_dim;
  decoder = register_module("decoder", RfDetrDecoder(options));
  enc_output = register_module("enc_output", torch::nn::ModuleList());
  enc_output_norm = register_module("enc_output_norm", torch::nn::ModuleList());
  enc_out_class_embed = register_module("enc_out_class_embed", torch::nn::ModuleList());
  enc_out_bbox_embed = register_module("enc_out_bbox_embed", torch::nn::ModuleList());
  for (std::int64_t group = 0; group < options.group_detr; ++group) {
    enc_output->push_back(Linear(LinearOptions{dim, dim}));
    enc_output_norm->push_back(rf_detr_norm(dim));
    enc_out_class_embed->push_back(Linear(LinearOptions{dim, num_classes}));
    enc_out_bbox_embed->push_back(DetrMlp(std::vector<std::int64_t>{dim, dim, dim, 4}));
  }
}

RfDetrStage RfDetrTransformerImpl::propose(const DecoderMemory& memory, std::int64_t groups,
                                           std::int64_t count) {
  const CellBoxes cells = cell_boxes(memory.grid);
  const torch::Tensor& tokens = memory.tokens;
  const torch::Tensor boxes =  // [B, h w, 4]
      beside(cells.boxes, tokens).expand_as(tokens.narrow(2, 0, 1).expand({-1, -1, 4}));
  std::vector<torch::Tensor> logits, found, features_of_chosen;
  for (std::int64_t i = 0; i < groups; ++i) {
    const auto group = static_cast<std::size_t>(i);
    auto& classes = enc_out_class_embed->at<LinearImpl>(group);
    const auto features = [&](const torch::Tensor& of) {
      return enc_output_norm->at<NormImpl>(group).forward(
          enc_output->at<LinearImpl>(group).forward(of));
    };
    torch::Tensor best;  // [B, count]
    {
      const torch::NoGradGuard choosing;  // what is not chosen learns nothing
      torch::Tensor score = classes.forward(features(tokens)).amax(-1);
      if (cells.invalid.defined())
        score = score.masked_fill(beside(cells.invalid, score),
                                  -std::numeric_limits<float>::infinity());
      best = std::get<1>(score.topk(count, 1));
    }
    const torch::Tensor chosen = features(rows(tokens, best));
    features_of_chosen.push_back(chosen);
    logits.push_back(classes.forward(chosen).to(torch::kFloat32));
    found.push_back(refined_boxes(rows(boxes, best),
                                  enc_out_bbox_embed->at<DetrMlpImpl>(group).forward(chosen)));
  }
  return {torch::cat(logits, 1), torch::cat(found, 1), torch::cat(features_of_chosen, 1)};
}

}  // namespace vit
