#include "vit/tasks/detect/rf_detr_file.h"

#include <array>

#include "vit/core/error.h"
#include "vit/data/joined_classes.h"
#include "vit/tasks/detect/coco_names.h"
#include "vit/weights/recognise_families.h"
#include "vit/weights/source_config.h"
#include "vit/weights/weights_path.h"

namespace vit {
namespace {

constexpr std::array kRfDetrOurs = {
    NameRule{"segmentation_head.", "segmentation_head."},
    NameRule{"projector.", "projector."},
    NameRule{"transformer.", "transformer."},
    NameRule{"class_embed.", "class_embed."},
    NameRule{"bbox_embed.", "bbox_embed."},
    NameRule{"refpoint_embed.", "refpoint_embed."},
    NameRule{"query_feat.", "query_feat."},
};

/// Before what is the same in Roboflow's names and ours.
constexpr std::array kRfDetrRoboflow = {
    NameRule{"backbone.0.projector.", "projector."},
};

/// Without `model.`, which stands before them once or twice; before the same.
constexpr std::array kRfDetrTransformers = {
    NameRule{"backbone.projector.projector_layer.conv1.conv.", "projector.stages.0.0.cv1.conv."},
    NameRule{"backbone.projector.projector_layer.conv1.norm.", "projector.stages.0.0.cv1.bn."},
    NameRule{"backbone.projector.projector_layer.conv2.conv.", "projector.stages.0.0.cv2.conv."},
    NameRule{"backbone.projector.projector_layer.conv2.norm.", "projector.stages.0.0.cv2.bn."},
    NameRule{"backbone.projector.projector_layer.bottlenecks.*.conv1.conv.",
             "projector.stages.0.0.m.*.cv1.conv."},
    NameRule{"backbone.projector.projector_layer.bottlenecks.*.conv1.norm.",
             "projector.stages.0.0.m.*.cv1.bn."},
    NameRule{"backbone.projector.projector_layer.bottlenecks.*.conv2.conv.",
             "projector.stages.0.0.m.*.cv2.conv."},
    NameRule{"backbone.projector.projector_layer.bottlenecks.*.conv2.norm.",
             "projector.stages.0.0.m.*.cv2.bn."},
    NameRule{"backbone.projector.layer_norm.", "projector.stages.0.1."},
    NameRule{"decoder.layers.*.self_attn_layer_norm.", "transformer.decoder.layers.*.norm1."},
    NameRule{"decoder.layers.*.cross_attn_layer_norm.", "transformer.decoder.layers.*.norm2."},
    NameRule{"decoder.layers.*.layer_norm.", "transformer.decoder.layers.*.norm3."},
    NameRule{"decoder.layers.*.mlp.fc1.", "transformer.decoder.layers.*.linear1."},
    NameRule{"decoder.layers.*.mlp.fc2.", "transformer.decoder.layers.*.linear2."},
    NameRule{"decoder.layers.*.self_attn.o_proj.",
             "transformer.decoder.layers.*.self_attn.out_proj."},
    NameRule{"decoder.layers.*.cross_attn.", "transformer.decoder.layers.*.cross_attn."},
    NameRule{"decoder.layernorm.", "transformer.decoder.norm."},
    NameRule{"decoder.ref_point_head.", "transformer.decoder.ref_point_head."},
    NameRule{"enc_output.", "transformer.enc_output."},
    NameRule{"enc_output_norm.", "transformer.enc_output_norm."},
    NameRule{"enc_out_class_embed.", "transformer.enc_out_class_embed."},
    NameRule{"enc_out_bbox_embed.", "transformer.enc_out_bbox_embed."},
    NameRule{"reference_point_embed.", "refpoint_embed."},
    NameRule{"blocks.*.depthwise_conv.", "segmentation_head.blocks.*.dwconv."},
    NameRule{"blocks.*.layernorm.", "segmentation_head.blocks.*.norm."},
    NameRule{"blocks.*.pointwise_conv.", "segmentation_head.blocks.*.pwconv1."},
    NameRule{"query_features_block.norm.", "segmentation_head.query_features_block.norm_in."},
    NameRule{"query_features_block.mlp.fc1.", "segmentation_head.query_features_block.layers.0."},
    NameRule{"query_features_block.mlp.fc2.", "segmentation_head.query_features_block.layers.2."},
    NameRule{"query_features_proj.", "segmentation_head.query_features_proj."},
    NameRule{"spatial_features_proj.", "segmentation_head.spatial_features_proj."},
    NameRule{"segmentation_bias", "segmentation_head.bias"},
};

/// query, key and value, one under the other in one matrix and one bias.
void join_self_attention(Translation& names) {
  constexpr std::array<std::string_view, 3> kParts = {"q_proj", "k_proj", "v_proj"};
  for (const std::string& i : names.numbers("decoder.layers.*."))
    for (const std::string kind : {"weight", "bias"}) {
      const std::string from = "decoder.layers." + i + ".self_attn.";
      std::vector<torch::Tensor> rows;
      for (const std::string_view part : kParts)
        if (auto tensor = names.take(from + std::string(part) + "." + kind))
          rows.push_back(*std::move(tensor));
      if (rows.size() == kParts.size())
        names.put("transformer.decoder.layers." + i + ".self_attn.in_proj_" + kind,
                  torch::cat(rows), from + "{q,k,v}_proj." + kind);
    }
}

/// What the args or config.json say of the names, COCO's for its 91 ids, or nothing.
std::vector<std::string> classes_of(const RfDetrFile& file) {
  const auto outputs = static_cast<std::size_t>(file.size("class_embed.weight", 0));
  std::vector<std::string> names = file.others.labels();
  const nlohmann::json told = file.told.words.value("class_names", nlohmann::json::array());
  if (names.empty())
    for (const nlohmann::json& name : told)
      if (name.is_string()) names.push_back(name.get<std::string>());
  // Roboflow counts classes from 1, and lists them without the output 0, which is of none.
  if (names.size() + 1 == outputs) names.insert(names.begin(), "N/A");
  if (names.size() == outputs && are_names(names)) return names;
  names.clear();
  if (outputs == coco_names().size())
    for (const std::string_view name : coco_names())
      names.emplace_back(name.empty() ? "N/A" : name);
  return names;
}

/// The prefix of the backbone's names; renames what is not the backbone.
std::string translate(Translation& names, RfDetrFile& file) {
  if (names.has("backbone.patch_embed.proj.weight")) {
    file.source = "vit";
    names.rename(kRfDetrOurs);
    return "backbone.";
  }
  if (names.has("refpoint_embed.weight")) {
    file.source = "RF-DETR of Roboflow";
    names.rename(kRfDetrRoboflow);
    names.rename(kRfDetrOurs);
    return "backbone.0.encoder.encoder.";
  }
  file.source = "RF-DETR of transformers";
  join_self_attention(names);
  names.rename(kRfDetrTransformers);
  names.rename(kRfDetrOurs);
  return "backbone.backbone.";
}

}  // namespace

std::int64_t RfDetrFile::size(const std::string& name, std::int64_t axis) const {
  return Shapes(others.tensors).size(name, axis);
}

std::int64_t RfDetrFile::count(const std::string& prefix) const {
  return Shapes(others.tensors).count(prefix);
}

bool is_rf_detr(const std::filesystem::path& weights) {
  return has_parts(weights, {"backbone.", "refpoint_embed.", "query_feat.", "transformer."}) ||
         has_parts(weights, {"model.backbone.", "model.reference_point_embed."}) ||
         has_parts(weights, {"model.model.backbone.", "model.model.reference_point_embed."});
}

RfDetrFile read_rf_detr(const std::filesystem::path& weights) {
  WholeWeights all = read_whole_weights(weights);
  all.path = weights_path(weights.string());
  Translation names(std::move(all.tensors));
  for (int i = 0; i < 2; ++i) names.strip("model.");
  RfDetrFile file;
  const std::string prefix = translate(names, file);
  TensorMap body;
  for (auto& [name, tensor] : names.source)
    (name.starts_with(prefix) ? body[name.substr(prefix.size())] : names.tensors[name]) = tensor;
  for (const char* name : {"class_embed.weight", "refpoint_embed.weight"}) {
    const auto found = names.tensors.find(name);
    if (found == names.tensors.end() || found->second.dim() != 2 || found->second.numel() == 0)
      throw Error(ErrorKind::weights, all.path.string(),
                  vit::str("has no ", name, ", or it is no matrix: it is no whole RF-DETR"),
                  "`vit weights show` lists what is in the file");
  }
  file.backbone = {all.path, all.format, all.part, all.metadata,
                   to_timm(std::move(body), all.path.string())};
  all.tensors = std::move(names.tensors);
  file.others = std::move(all);
  file.renamed = std::move(names.renamed);
  file.dropped = std::move(names.dropped);
  file.told = told_by_args(file.backbone.path);
  const std::optional<SourceConfig> config =
      find_config(file.backbone.path, *file.backbone.weights.convention);
  if (file.told.where.empty() && config && config->model_type == "rf_detr")
    file.told = told_by_config(*config);
  file.classes = classes_of(file);
  return file;
}

}  // namespace vit
