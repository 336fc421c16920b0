#include "vit/tasks/detect/yolos_weights.h"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/data/joined_classes.h"
#include "vit/image/pixel_statistics.h"
#include "vit/tasks/detect/coco_names.h"
#include "vit/tasks/detect/yolos_positions.h"
#include "vit/weights/recognise_transformers.h"
#include "vit/weights/source_config.h"
#include "vit/weights/weights_path.h"

namespace vit {
namespace {

constexpr const char* kOurNames = "vit";
constexpr const char* kNoObject = "(no object)";
constexpr const char* kLastLayer = "class_embed.layers.2.";

constexpr std::array kOfTransformers = {
    NameRule{"vit.embeddings.detection_tokens", "det_token"},
    NameRule{"vit.encoder.mid_position_embeddings", "mid_pos_embed"},                // version 4
    NameRule{"vit.encoder.interpolation.mid_position_embeddings", "mid_pos_embed"},  // version 5
    NameRule{"class_labels_classifier.", "class_embed."},
    NameRule{"bbox_predictor.", "bbox_embed."},
};
constexpr std::array kOfAuthors = {
    NameRule{"backbone.det_token", "det_token"},
    NameRule{"backbone.mid_pos_embed", "mid_pos_embed"},
    NameRule{"class_embed.", "class_embed."},
    NameRule{"bbox_embed.", "bbox_embed."},
};
constexpr std::array kOurs = {
    NameRule{"det_token", "det_token"},         NameRule{"det_pos_embed", "det_pos_embed"},
    NameRule{"mid_pos_embed", "mid_pos_embed"}, NameRule{"class_embed.", "class_embed."},
    NameRule{"bbox_embed.", "bbox_embed."},
};

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw Error(ErrorKind::weights, path.string(), what,
              "`vit weights show` lists what is in the file");
}

/// One row of positions for all tokens, as the authors have it, to the ViT's and those of the
/// detection tokens.
void split_positions(Translation& names, const std::string& positions,
                     const std::filesystem::path& path) {
  const auto tokens = names.tensors.find("det_token");
  const std::optional<torch::Tensor> all = names.take(positions);
  if (tokens == names.tensors.end() || !all)
    refuse(path, "has no " + std::string(all ? "detection tokens" : positions));
  const torch::Tensor& token = tokens->second;
  if (token.dim() != 3 || all->dim() != 3 || all->size(1) <= token.size(1))
    refuse(path, vit::str(positions, " ", all->sizes(), " does not cover detection tokens ",
                          token.sizes(), " and patches"));
  const std::int64_t before = all->size(1) - token.size(1);
  names.source[positions] = all->narrow(1, 0, before);
  names.put("det_pos_embed", all->narrow(1, before, token.size(1)),
            positions + " of the detection tokens");
}

/// The grids of the published models, whose images are not square.
std::optional<Size2> published_size(std::int64_t patches, Size2 patch) {
  if (patch != Size2{16, 16}) return std::nullopt;
  if (patches == 50 * 83) return Size2{800, 1328};  // tiny; it was told 800 x 1333
  if (patches == 50 * 84) return Size2{800, 1344};  // base
  if (patches == 32 * 54) return Size2{512, 864};   // small
  return std::nullopt;
}

std::optional<Size2> square(std::int64_t patches) {
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(patches)));
  return side > 0 && side * side == patches ? std::optional(Size2{side, side}) : std::nullopt;
}

const torch::Tensor* find(const std::map<std::string, torch::Tensor>& tensors,
                          const std::string& name) {
  const auto found = tensors.find(name);
  return found == tensors.end() ? nullptr : &found->second;
}

/// transformers' config.json beside them, where it is YOLOS's.
std::optional<SourceConfig> config_of(const YolosFile& file) {
  std::optional<SourceConfig> config =
      find_config(file.backbone.path, *file.backbone.weights.convention);
  if (!config || config->kind != ConfigKind::transformers || config->model_type != "yolos")
    return std::nullopt;
  return config;
}

std::optional<Size2> img_size_of(const YolosFile& file, const std::optional<SourceConfig>& config) {
  const auto& tensors = file.backbone.weights.names.tensors;
  const torch::Tensor* positions = find(tensors, "pos_embed");
  const torch::Tensor* patches = find(tensors, "patch_embed.proj.weight");
  if (positions == nullptr || positions->dim() != 3 || patches == nullptr || patches->dim() != 4)
    return std::nullopt;
  const Size2 patch{patches->size(2), patches->size(3)};
  if (patch.height < 1 || patch.width < 1) return std::nullopt;
  if (const auto size = config ? transformers_img_size(*config) : std::nullopt)
    return Size2{size->height / patch.height * patch.height,
                 size->width / patch.width * patch.width};
  if (file.source == kOurNames) return std::nullopt;
  return published_size(positions->size(1) - 1, patch);
}

std::vector<std::string> classes_of(const YolosFile& file,
                                    const std::optional<SourceConfig>& config) {
  std::vector<std::string> names = file.others.labels();
  if (names.empty() && config) names = config_labels(*config);
  if (!names.empty() && !are_names(names)) names.clear();
  const auto count = static_cast<std::size_t>(file.outputs() - 1);
  if (names.empty() && count == coco_names().size())
    for (const std::string_view name : coco_names())
      names.emplace_back(name.empty() ? "N/A" : name);
  if (names.size() != count) names.clear();
  return names;
}

}  // namespace

std::int64_t YolosFile::detection_tokens() const { return others.tensors.at("det_token").size(1); }

std::int64_t YolosFile::outputs() const {
  return others.tensors.at(std::string(kLastLayer) + "weight").size(0);
}

bool is_yolos(const std::filesystem::path& weights) {
  return has_parts(weights,
                   {"backbone.patch_embed.", "class_embed.layers.", "bbox_embed.layers."}) ||
         has_parts(weights, {"vit.embeddings.detection_tokens", "class_labels_classifier.",
                             "bbox_predictor."});
}

YolosFile read_yolos(const std::filesystem::path& weights) {
  WholeWeights all = read_whole_weights(weights);
  all.path = weights_path(weights.string());
  Translation names(std::move(all.tensors));
  YolosFile file;
  std::string prefix = "backbone.";
  if (names.has("vit.embeddings.detection_tokens")) {
    file.source = "YOLOS of transformers";
    prefix = "vit.";
    names.rename(kOfTransformers);
    split_positions(names, "vit.embeddings.position_embeddings", all.path);
  } else if (names.has("backbone.det_token")) {
    file.source = "YOLOS";
    names.rename(kOfAuthors);
    split_positions(names, "backbone.pos_embed", all.path);
  } else {
    file.source = kOurNames;
    names.rename(kOurs);
  }
  for (const char* name : {"det_token", "det_pos_embed", "class_embed.layers.2.weight"}) {
    const torch::Tensor* tensor = find(names.tensors, name);
    if (tensor == nullptr || tensor->dim() < 2 || tensor->size(0) < 1)
      refuse(all.path, std::string("has no ") + name + ", or it is of another shape");
  }
  TensorMap body;
  for (auto entry = names.source.begin(); entry != names.source.end();) {
    const bool inside = entry->first.starts_with(prefix);
    (inside ? body[entry->first.substr(prefix.size())] : names.tensors[entry->first]) =
        entry->second;
    entry = names.source.erase(entry);
  }
  file.backbone = {all.path, all.format, all.part, all.metadata,
                   to_timm(std::move(body), all.path.string())};
  all.tensors = std::move(names.tensors);
  file.others = std::move(all);
  file.renamed = std::move(names.renamed);
  const std::optional<SourceConfig> config = config_of(file);
  file.img_size = img_size_of(file, config);
  file.classes = classes_of(file, config);
  return file;
}

std::optional<Recognised> recognise_yolos(const WeightsFile& weights, std::optional<Size2> image) {
  if (!is_yolos(weights.path)) return std::nullopt;
  YolosFile file = read_yolos(weights.path);
  const NamedWeights& backbone = file.backbone.weights;
  const std::optional<Size2> size = file.img_size ? file.img_size : image;
  Recognised result = recognise_shapes(backbone, size);
  if (std::optional<SourceConfig> config = config_of(file)) {
    config->model_type = "vit";  // which its backbone is
    apply_transformers(*config, backbone, result);
    result.source = str(config->path.string(), " of transformers (yolos)");
    if (config->preprocessor.is_null()) result.mean.reset();
  } else {
    result.source = str("names (", file.source, ") and shapes");
    if (result.options["embed_dim"] == "330") {
      result.options["num_heads"] = "6";
      std::erase_if(result.assumptions,
                    [](const std::string& text) { return text.find("heads") != text.npos; });
    }
  }
  if (!result.mean) {
    result.mean = kImageNetPixels.mean;
    result.std = kImageNetPixels.std;
    result.interpolation = "bilinear";
  }
  if (size) {
    result.img_size = size;
    result.options["img_size"] = option_text(*size);
  }
  result.crop_pct.reset();
  result.crop_mode.reset();
  result.pixels_size.reset();
  result.labels = file.classes;
  return result;
}

void take_yolos_from(const std::filesystem::path& weights, YolosOptions& options,
                     std::int64_t& num_classes) {
  const YolosFile file = read_yolos(weights);
  options.num_detection_tokens = file.detection_tokens();
  options.use_mid_position_embeddings = file.others.tensors.contains("mid_pos_embed");
  num_classes = file.outputs() - 1;
}

LoadReport Yolos::load(const std::filesystem::path& weights,
                       const std::vector<std::string>& classes) {
  YolosFile file = read_yolos(weights);
  const std::string where = file.others.path.string();

  // Classes are joined by name, and "no object" is one of them.
  std::vector<std::string> theirs = file.classes, ours = classes, fresh;
  if (!theirs.empty() && are_names(ours)) {
    for (const std::string& name : ours)
      if (std::find(theirs.begin(), theirs.end(), name) == theirs.end()) fresh.push_back(name);
    theirs.emplace_back(kNoObject);
    ours.emplace_back(kNoObject);
    const std::string last = kLastLayer;
    const std::string told =
        join_class_rows(file.others, *this, {last + "weight", last + "bias"}, theirs, ours);
    if (!told.empty()) log::info(told);
  } else if (file.outputs() == static_cast<std::int64_t>(classes.size()) + 1) {
    log::warn(where + ": nothing tells what its classes are called; they are taken in their order");
  }

  // Positions for the patches of this network.
  std::vector<LoadReport::Resampled> resampled;
  const std::int64_t embedded = vit_->num_embedded_prefix_tokens();
  const Size2 to = vit_->patch_embed->grid_size(), patch = vit_->options.patch_size;
  const auto fit = [&](torch::Tensor& positions, std::int64_t prefix, std::int64_t behind,
                       const std::string& name) {
    const std::int64_t count = positions.size(-2) - prefix - behind;
    std::optional<Size2> from;
    if (file.img_size)
      from = Size2{file.img_size->height / patch.height, file.img_size->width / patch.width};
    else if (count != to.height * to.width)  // as many are the network's own
      from = square(count);
    if (!from || *from == to || from->height * from->width != count) return;
    positions = positions_for(positions, prefix, behind, *from, to);
    resampled.push_back({name, str("from ", from->height, "x", from->width, " to ", to.height, "x",
                                   to.width, " patches by bicubic")});
  };
  auto& body = file.backbone.weights;
  if (const auto found = body.names.tensors.find("pos_embed");
      found != body.names.tensors.end() && found->second.dim() == 3)
    fit(found->second, embedded, 0, "backbone.pos_embed");
  if (const auto found = file.others.tensors.find("mid_pos_embed");
      found != file.others.tensors.end() && found->second.dim() == 4)
    fit(found->second, vit_->num_prefix_tokens(), file.detection_tokens(), "mid_pos_embed");
  // All is in place: its names are timm's, and no grid is to be taken for a square one.
  body.convention = &kTimm;

  LoadReport report = load_whole(
      *this, *backbone_, std::move(file.backbone), file.others,
      "set task.yolos.num_detection_tokens and use_mid_position_embeddings, and model.*, "
      "as they were, or start from the backbone alone (init.reset_head: true)");
  report.convention = file.source;
  report.renamed.insert(report.renamed.end(), file.renamed.begin(), file.renamed.end());
  report.resampled.insert(report.resampled.end(), resampled.begin(), resampled.end());
  for (const std::string& name : fresh)
    report.reset.push_back(str(kLastLayer, "weight and bias of `", name, "`"));
  return report;
}

}  // namespace vit
