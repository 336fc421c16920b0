#include "vit/tasks/detect/rf_detr_weights.h"

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/data/joined_classes.h"
#include "vit/image/pixel_statistics.h"
#include "vit/tasks/detect/rf_detr_file.h"

namespace vit {
namespace {

/// Its positions are resampled otherwise than DINOv2's.
const Convention kRfDetrBackbone{
    "RF-DETR", nullptr, nullptr, Interpolation::bicubic_antialias, Interpolation::bicubic_antialias,
    "imagenet"};

/// The published model of the file's sizes; null where there is none.
const RfDetrVariant* variant_of(const RfDetrFile& file) {
  const TensorMap& body = file.backbone.weights.names.tensors;
  const auto positions = body.find("pos_embed"), patches = body.find("patch_embed.proj.weight");
  if (positions == body.end() || positions->second.dim() != 3 || patches == body.end() ||
      patches->second.dim() != 4)
    return nullptr;
  const auto side =
      static_cast<std::int64_t>(std::llround(std::sqrt(positions->second.size(1) - 1)));
  return find_rf_detr_variant(patches->second.size(2), side,
                              file.count("transformer.decoder.layers."));
}

[[noreturn]] void refuse_shapes(const RfDetrFile& file, const std::string& what) {
  throw Error(ErrorKind::weights, file.others.path.string(), what,
              "`vit weights show` lists what is in the file");
}

/// The classes of the last heads of both stages.
std::vector<std::string> class_tensors(const RfDetrOptions& options) {
  std::vector<std::string> names;
  for (const char* kind : {"weight", "bias"}) {
    names.push_back(std::string("class_embed.") + kind);
    for (std::int64_t group = 0; group < options.group_detr; ++group)
      names.push_back(str("transformer.enc_out_class_embed.", group, ".", kind));
  }
  return names;
}

/// Leaves out the groups behind the network's, which are queries of their own.
void take_first_groups(RfDetrFile& file, const RfDetrOptions& options) {
  const std::int64_t groups = file.count("transformer.enc_output.");
  const std::int64_t queries = options.group_detr * options.num_queries;
  if (groups <= options.group_detr || file.size("refpoint_embed.weight", 0) % groups != 0 ||
      file.size("refpoint_embed.weight", 0) / groups != options.num_queries)
    return;
  TensorMap& tensors = file.others.tensors;
  for (const char* name : {"refpoint_embed.weight", "query_feat.weight"})
    if (file.size(name, 0) > queries) tensors[name] = tensors[name].narrow(0, 0, queries);
  for (std::int64_t group = options.group_detr; group < groups; ++group)
    for (const char* part :
         {"enc_output", "enc_output_norm", "enc_out_class_embed", "enc_out_bbox_embed"})
      for (const auto& [name, tensor] :
           file.others.take(str("transformer.", part, ".", group, ".")))
        file.dropped.push_back({str("transformer.", part, ".", group, ".", name),
                                str("task.rf_detr.group_detr is ", options.group_detr)});
}

/// Leaves out a head of masks that the network does not have; one that the weights do not have
/// stays as it was drawn, which is returned.
bool fit_masks(RfDetrFile& file, const RfDetr& network) {
  if (!network.options().masks)
    for (const auto& [name, tensor] : file.others.take("segmentation_head."))
      file.dropped.push_back({"segmentation_head." + name, "task.masks is not true"});
  if (!network.options().masks || file.has_masks()) return false;
  for (const auto& item : network.named_parameters())
    if (item.key().starts_with("segmentation_head."))
      file.others.tensors[item.key()] = item.value().detach().clone();
  return true;
}

/// Joins the rows of the class heads; returns the names that are new.
std::vector<std::string> join_classes(RfDetrFile& file, const RfDetr& network,
                                      const std::vector<std::string>& own) {
  if (!are_names(own)) return {};  // outputs by their numbers
  std::vector<std::string> theirs = file.classes, fresh;
  if (theirs.empty())  // none of them is one of ours
    theirs.resize(static_cast<std::size_t>(file.size("class_embed.weight", 0)));
  for (const std::string& name : own)
    if (std::find(theirs.begin(), theirs.end(), name) == theirs.end()) fresh.push_back(name);
  const std::string told =
      join_class_rows(file.others, network, class_tensors(network.options()), theirs, own);
  if (!told.empty()) log::info(told);
  return fresh;
}

}  // namespace

std::optional<Recognised> recognise_rf_detr(const WeightsFile& weights,
                                            std::optional<Size2> image) {
  if (!is_rf_detr(weights.path)) return std::nullopt;
  const RfDetrFile file = read_rf_detr(weights.path);
  Recognised result = recognise_shapes(file.backbone.weights, image);
  const RfDetrVariant* variant = variant_of(file);
  result.source =
      file.told.where.empty() ? str("names (", file.source, ") and shapes") : file.told.where;
  const auto know = [&](const char* key, const std::string& value, std::string_view about) {
    result.options[key] = value;
    std::erase_if(result.assumptions,
                  [&](const std::string& text) { return text.find(about) != text.npos; });
  };
  if (const auto heads = file.told.number("encoder_heads"))
    know("num_heads", std::to_string(*heads), "heads");
  know("act_layer", "gelu", "act_layer");
  if (file.told.where.empty() && variant == nullptr)
    result.assumptions.push_back(
        "task.rf_detr.num_windows and out_feature_indexes: as they are set, since the tensors do "
        "not say it");
  std::optional<std::int64_t> side = file.told.number("resolution");
  if (!side && variant != nullptr) side = variant->resolution;
  if (side) result.options["img_size"] = option_text(Size2{*side, *side});
  result.mean = kImageNetPixels.mean;
  result.std = kImageNetPixels.std;
  result.interpolation = "bilinear";
  result.crop_mode = "squash";
  result.crop_pct = 1.0;
  result.labels = file.classes;
  return result;
}

void take_rf_detr_from(const std::filesystem::path& weights, RfDetrOptions& options,
                       std::vector<std::string>& classes) {
  const RfDetrFile file = read_rf_detr(weights);
  const auto size = [&](const std::string& name, std::int64_t axis) {
    const std::int64_t length = file.size(name, axis);
    if (length < 1) refuse_shapes(file, str("has no ", name, ", or it is of another shape"));
    return length;
  };
  const std::string layer = "transformer.decoder.layers.0.";
  options.hidden_dim = size("class_embed.weight", 1);
  options.group_detr = file.count("transformer.enc_output.");
  options.dec_layers = file.count("transformer.decoder.layers.");
  options.dim_feedforward = size(layer + "linear1.weight", 0);
  options.projector_blocks = file.count("projector.stages.0.0.m.");
  const std::int64_t rows = size("refpoint_embed.weight", 0);
  if (options.group_detr < 1 || rows % options.group_detr != 0)
    refuse_shapes(file, str(rows, " queries are not of ", options.group_detr, " groups"));
  options.num_queries = rows / options.group_detr;

  if (const RfDetrVariant* variant = variant_of(file)) options.variant = variant->name;
  constexpr std::int64_t kSelfWidth = 32, kCrossWidth = 16;  // of a head
  const auto told = [&](const char* key, std::int64_t otherwise) {
    return file.told.number(key).value_or(otherwise);
  };
  options.sa_nheads = told("sa_nheads", std::max<std::int64_t>(1, options.hidden_dim / kSelfWidth));
  options.ca_nheads =
      told("ca_nheads", std::max<std::int64_t>(1, options.hidden_dim / kCrossWidth));
  const std::int64_t points = size(layer + "cross_attn.attention_weights.weight", 0);
  options.dec_n_points = told("dec_n_points", points / options.ca_nheads);
  if (options.ca_nheads * options.dec_n_points != points)
    refuse_shapes(file, str(points, " points are not those of ", options.ca_nheads, " heads with ",
                            options.dec_n_points, " each"));
  options.num_windows = told("num_windows", options.num_windows);
  const auto list = [&](const char* key) { return file.told.words.value(key, nlohmann::json()); };
  if (const nlohmann::json features = list("out_feature_indexes"); features.is_array()) {
    options.out_feature_indexes.clear();
    for (const nlohmann::json& feature : features)
      if (feature.is_number_integer())
        options.out_feature_indexes.push_back(feature.get<std::int64_t>());
  }
  options.masks = file.has_masks();
  options.mask_downsample_ratio = told("mask_downsample_ratio", options.mask_downsample_ratio);
  if (const nlohmann::json eps = list("projector_norm_eps"); eps.is_number() && eps > 0)
    options.projector_norm_eps = eps.get<double>();

  classes = file.classes;
  if (!classes.empty()) return;
  for (std::int64_t i = 0; i < size("class_embed.weight", 0); ++i)
    classes.push_back(std::to_string(i));
}

LoadReport load_rf_detr(RfDetr& network, const std::filesystem::path& weights,
                        const std::vector<std::string>& classes) {
  RfDetrFile file = read_rf_detr(weights);
  take_first_groups(file, network.options());
  const bool masks_are_new = fit_masks(file, network);
  const std::vector<std::string> fresh = join_classes(file, network, classes);
  if (file.source != "vit") file.backbone.weights.convention = &kRfDetrBackbone;
  LoadReport report = load_whole(network, network.backbone(), std::move(file.backbone), file.others,
                                 "set task.masks, task.rf_detr.* and model.* as they were (its "
                                 "task.rf_detr.variant where it is a published one), "
                                 "or start from the backbone alone (init.reset_head: true)");
  report.convention = file.source;
  report.renamed.insert(report.renamed.end(), file.renamed.begin(), file.renamed.end());
  report.dropped.insert(report.dropped.end(), file.dropped.begin(), file.dropped.end());
  for (const std::string& name : fresh)
    report.reset.push_back(str("class_embed: weight and bias of `", name, "`, in both stages"));
  if (masks_are_new)
    report.reset.emplace_back("segmentation_head: all of it, since the weights find boxes alone");
  return report;
}

}  // namespace vit
