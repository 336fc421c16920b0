#include "vit/run/image_search.h"

#include <torch/utils.h>

#include <algorithm>
#include <numeric>

#include "vit/core/error.h"
#include "vit/core/utf8.h"
#include "vit/export/torchscript.h"
#include "vit/image/input_spec_json.h"
#include "vit/io/digest.h"
#include "vit/weights/tensors.h"

namespace vit {
namespace {

std::string weights_digest(const OpenedPredictor& opened) {
  if (!opened.of_task) return digest_of_file(opened.source, DigestKind::sha256);
  DigestSum sum;
  torch::nn::Module& module = opened.of_task->network().module();
  const auto take = [&](const auto& items) {
    for (const auto& item : items) {
      sum.update(std::as_bytes(std::span(item.key())));
      sum.update(bytes_of(item.value().detach().to(torch::kCPU).contiguous()));
    }
  };
  take(module.named_parameters());
  take(module.named_buffers());
  return sum.hex();
}

}  // namespace

SearchHits nearest(const std::vector<EmbeddedImage>& images, const std::vector<float>& query,
                   std::int64_t topk) {
  std::vector<SearchHit> all;
  all.reserve(images.size());
  for (const EmbeddedImage& one : images) {
    VIT_ASSERT(one.embedding.size() == query.size(), one.embedding.size(), " and ", query.size());
    all.push_back({one.image, std::inner_product(query.begin(), query.end(), one.embedding.begin(),
                                                 0.0, std::plus<>(), [](float a, float b) {
                                                   return static_cast<double>(a) * b;
                                                 })});
  }
  std::sort(all.begin(), all.end(), [](const SearchHit& a, const SearchHit& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.image < b.image;
  });
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool as_before = i > 0 && all[i].similarity == all[i - 1].similarity;
    all[i].rank = as_before ? all[i - 1].rank : static_cast<std::int64_t>(i) + 1;
    if (as_before) all[i].tied = all[i - 1].tied = true;
  }
  SearchHits found;
  const auto kept = std::min(all.size(), static_cast<std::size_t>(topk));
  for (std::size_t i = kept; i < all.size() && kept > 0; ++i)
    if (all[i].rank == all[kept - 1].rank) ++found.as_similar;
  all.resize(kept);
  found.hits = std::move(all);
  return found;
}

std::string embedding_key(const OpenedPredictor& opened, const std::string& dtype) {
  std::string key = "weights: " + weights_digest(opened) +
                    "\ninput: " + input_spec_to_json(opened.preprocessing) +
                    "\ndecode: " + opened.decoding.decode + "\ndtype: " + dtype + "\n";
  if (!opened.experiment) return key;
  Experiment relevant;
  relevant.model = opened.experiment->model;
  relevant.task = opened.experiment->task;
  return key + experiment_yaml(relevant);
}

std::vector<float> embed_text(const OpenedPredictor& opened, const std::string& text) {
  if (!opened.embed_texts)
    throw Error(ErrorKind::usage, "--query", "this model reads no texts",
                "search with a model of images and texts (--set task.name=contrast, for weights "
                "of CLIP and SigLIP)");
  if (!is_utf8(text)) throw Error(ErrorKind::usage, "--query", "is not UTF-8", "give it in UTF-8");
  if (text.find_first_not_of(" \t\r\n") == text.npos)
    throw Error(ErrorKind::usage, "--query", "is empty", "say what is searched for");
  const torch::NoGradGuard no_grad;
  const torch::Tensor row = opened.embed_texts({text})[0].contiguous();
  const auto* data = row.const_data_ptr<float>();
  return {data, data + row.numel()};
}

}  // namespace vit
