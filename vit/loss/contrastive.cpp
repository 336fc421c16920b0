#include "vit/loss/contrastive.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/log_sigmoid.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include "vit/core/error.h"

namespace vit {
namespace {

const torch::Tensor& or_own(const torch::Tensor& all, const torch::Tensor& own) {
  return all.defined() ? all : own;
}

void check_pairs(const char* loss, const ContrastivePairs& pairs) {
  const torch::Tensor& image = pairs.image;
  const torch::Tensor &images = or_own(pairs.all_image, image),
                      &texts = or_own(pairs.all_text, pairs.text);
  if (image.dim() != 2 || image.sizes() != pairs.text.sizes() || images.sizes() != texts.sizes() ||
      images.dim() != 2 || images.size(1) != image.size(1) ||
      pairs.first + image.size(0) > images.size(0))
    throw Error(ErrorKind::usage, loss,
                vit::str("expected images and texts [B, E] among [R B, E], got ", image.sizes(),
                         " and ", pairs.text.sizes(), " among ", images.sizes(), " and ",
                         texts.sizes(), " from row ", pairs.first));
}

/// The row of all rows that each of this process's rows is.
torch::Tensor own_rows(const ContrastivePairs& pairs) {
  return at::arange(pairs.first, pairs.first + pairs.image.size(0),
                    pairs.image.options().dtype(torch::kInt64));
}

/// In float32 also under autocast, whose products would round the similarities to three digits.
torch::Tensor similarity(const torch::Tensor& a, const torch::Tensor& b) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  return a.to(torch::kFloat32).matmul(b.to(torch::kFloat32).t());
}

}  // namespace

torch::Tensor clip_loss(const ContrastivePairs& pairs, const torch::Tensor& scale) {
  check_pairs("clip_loss", pairs);
  const torch::Tensor rows = own_rows(pairs);
  const torch::Tensor of_images = similarity(pairs.image, or_own(pairs.all_text, pairs.text)),
                      of_texts = similarity(pairs.text, or_own(pairs.all_image, pairs.image));
  return (at::cross_entropy_loss(scale * of_images, rows) +
          at::cross_entropy_loss(scale * of_texts, rows)) /
         2;
}

torch::Tensor siglip_loss(const ContrastivePairs& pairs, const torch::Tensor& scale,
                          const torch::Tensor& bias) {
  check_pairs("siglip_loss", pairs);
  const torch::Tensor logits =  // [B, R B]
      scale * similarity(pairs.image, or_own(pairs.all_text, pairs.text)) + bias;
  const torch::Tensor together =
      own_rows(pairs).unsqueeze(1) ==
      at::arange(logits.size(1), logits.options().dtype(torch::kInt64)).unsqueeze(0);
  const torch::Tensor signs = together.to(torch::kFloat32) * 2 - 1;
  return -at::log_sigmoid(signs * logits).sum(1).mean();
}

}  // namespace vit
