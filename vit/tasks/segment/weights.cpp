#include "vit/tasks/segment/weights.h"

#include <torch/utils.h>

#include <map>
#include <string>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/data/joined_classes.h"
#include "vit/tasks/whole_weights.h"

namespace vit {
namespace {

using Tensors = std::map<std::string, torch::Tensor>;

/// Whether they are Segmenter's: `encoder`, which the general reader knows, and `decoder`.
bool is_segmenters(const WholeWeights& weights) {
  return weights.tensors.contains("decoder.cls_emb") ||
         weights.tensors.contains("decoder.head.weight");
}

}  // namespace

bool is_segmenter(const std::filesystem::path& weights) {
  return has_parts(weights, {"backbone.", "decode_head."}) ||
         has_parts(weights, {"encoder.", "decoder."});
}

LoadReport load_segmenter(SegmentNetwork& network, const std::filesystem::path& path,
                          const std::vector<std::string>& classes) {
  const std::string remedy =
      "set task.head, task.decoder and model.num_classes as they were, or start from the backbone "
      "alone (init.reset_head: true)";
  WholeWeights weights = read_whole_weights(path);
  if (!is_segmenters(weights)) {
    const std::vector<std::string> known = weights.labels();
    if (are_names(classes) && are_names(known)) {
      const std::string told =
          join_class_rows(weights, network,
                          {"decode_head.conv_seg.weight", "decode_head.conv_seg.bias",
                           "decode_head.head.weight", "decode_head.head.bias"},
                          known, classes);
      // The mask transformer's classes are tokens, and the norm over masks has an entry for each.
      if (!told.empty() && weights.tensors.contains("decode_head.cls_emb"))
        throw Error(ErrorKind::weights, path.string(),
                    str("was trained for the classes ", first_names(known), "; the data has ",
                        first_names(classes)),
                    "name the classes of the data alike, in the same order (data.classes), or set "
                    "init.reset_head: true");
      if (!told.empty()) log::info(told);
    }
    return load_whole(network, network.backbone(), std::move(weights), remedy);
  }
  (void)weights.take("encoder.");
  for (auto& [name, tensor] : weights.take("decoder."))
    weights.tensors.emplace("decode_head." + name, tensor);
  LoadReport report = load_whole(network, network.backbone(), open_weights(path), weights, remedy);
  // That is the head, which was loaded.
  std::erase_if(report.dropped, [](const Translation::Dropped& dropped) {
    return dropped.name.starts_with("decoder.");
  });
  return report;
}

void take_head_from(const std::filesystem::path& weights, SegmentOptions& options,
                    std::int64_t& num_classes) {
  WholeWeights file = read_whole_weights(weights);
  const Tensors head = file.take(is_segmenters(file) ? "decoder." : "decode_head.");
  const auto find = [&](const std::string& name) {
    const auto found = head.find(name);
    return found == head.end() ? torch::Tensor() : found->second;
  };
  if (const torch::Tensor conv = find("conv_seg.weight"); conv.defined()) {
    options.head = "linear";
    num_classes = conv.size(0);
  } else if (const torch::Tensor classes = find("cls_emb"); classes.defined()) {
    options.head = "mask_transformer";
    num_classes = classes.size(1);
    options.decoder.d_model = classes.size(2);
    std::int64_t layers = 0;
    while (find(str("blocks.", layers, ".norm1.weight")).defined()) ++layers;
    options.decoder.n_layers = layers;
    if (const torch::Tensor wide = find("blocks.0.mlp.fc1.weight"); wide.defined())
      options.decoder.d_ff = wide.size(0);
  } else if (const torch::Tensor linear = find("head.weight"); linear.defined()) {
    options.head = "decoder_linear";
    num_classes = linear.size(0);
  }
}

}  // namespace vit
