#include "vit/tasks/contrast/predictor.h"

#include <c10/core/impl/LocalDispatchKeySet.h>

#include <torch/utils.h>

#include <algorithm>

namespace vit {
namespace {

torch::Tensor rows_of_length_one(const torch::Tensor& x) {
  const torch::Tensor full = x.to(torch::kFloat32);
  return full / full.norm(2, /*dim=*/-1, /*keepdim=*/true).clamp_min(1e-12);
}

std::string filled(std::string sentence, const std::string& name) {
  for (std::size_t at = sentence.find("{}"); at != sentence.npos;
       at = sentence.find("{}", at + name.size()))
    sentence.replace(at, 2, name);
  return sentence;
}

std::vector<float> numbers(const torch::Tensor& row) {
  const auto* data = row.const_data_ptr<float>();
  return {data, data + row.numel()};
}

/// What `texts` makes of sentences, some at a time: [T, E].
torch::Tensor scaled_embeddings(const TextInput& input, const std::vector<std::string>& sentences,
                                const Graph& texts) {
  constexpr std::int64_t kTextsAtOnce = 256;
  const torch::Tensor ids = ids_of(input, sentences);
  std::vector<torch::Tensor> parts;
  for (std::int64_t first = 0; first < ids.size(0); first += kTextsAtOnce)
    parts.push_back(texts(ids.narrow(0, first, std::min(kTextsAtOnce, ids.size(0) - first)))
                        .to(torch::kCPU, torch::kFloat32));
  return torch::cat(parts);
}

}  // namespace

torch::Tensor text_embeddings(const TextInput& input, const std::vector<std::string>& sentences,
                              const Graph& texts) {
  return rows_of_length_one(scaled_embeddings(input, sentences, texts));
}

torch::Tensor class_embeddings(const ClassPrompts& prompts, const Graph& texts) {
  std::vector<std::string> sentences;
  for (const std::string& name : prompts.classes)
    for (const std::string& one : prompts.templates) sentences.push_back(filled(one, name));
  const torch::Tensor all = scaled_embeddings(prompts.input, sentences, texts),
                      scale = all[0].norm();
  const torch::Tensor means =
      rows_of_length_one(all)
          .unflatten(0, {-1, static_cast<std::int64_t>(prompts.templates.size())})
          .mean(1);
  return rows_of_length_one(means) * scale;
}

std::vector<Prediction> ContrastPredictor::predict(const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor of_batch = images_(batch), images = of_batch.to(torch::kCPU, torch::kFloat32);
  if (prompts_ && texts_ && !classes_.defined()) {
    const auto on_device = [&](const torch::Tensor& ids) {
      return texts_(ids.to(of_batch.device()));
    };
    classes_ = class_embeddings(*prompts_, on_device);
  }
  torch::Tensor texts, logits;
  if (const auto* known = dynamic_cast<const Texts*>(batch.annotations.get()); known && texts_)
    texts =
        rows_of_length_one(texts_(known->ids.to(of_batch.device()))).to(torch::kCPU).contiguous();
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  if (classes_.defined()) logits = images.matmul(classes_.t()).contiguous();
  std::vector<Prediction> predictions;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    ImageText& one = std::get<ImageText>(
        predictions.emplace_back(ImageText{.image = numbers(images[i].contiguous())}));
    if (texts.defined()) one.text = numbers(texts[i]);
    if (logits.defined()) one.logits = numbers(logits[i]);
  }
  return predictions;
}

}  // namespace vit
