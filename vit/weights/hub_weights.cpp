#include "vit/weights/hub_weights.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "vit/core/fields.h"
#include "vit/core/text.h"
#include "vit/io/file.h"
#include "vit/io/json.h"
#include "vit/models/former_names.h"
#include "vit/models/pretrained.h"
#include "vit/weights/hub_models.h"

namespace vit {
namespace {

constexpr std::uint64_t kLargestConfig = std::uint64_t{16} << 20;

std::optional<HubFile> fetch_file(const HubRepository& repository, const WeightsRequest& request,
                                  const std::string& name, const DownloadObserver& observer) {
  return request.folder ? repository.fetch_to(*request.folder, name, observer)
                        : repository.fetch(name, observer);
}

/// The names that timm, transformers, open_clip and PEFT give to weights.
std::vector<std::string> candidates(const WeightsRequest& request) {
  if (!request.file.empty()) return {request.file};
  return {"model.safetensors",           "model.safetensors.index.json",
          "pytorch_model.bin",           "pytorch_model.bin.index.json",
          "open_clip_model.safetensors", "open_clip_pytorch_model.bin",
          "adapter_model.safetensors",   "adapter_model.bin"};
}

/// What may lie beside them, and says what they are.
constexpr std::array kDescriptions = {"preprocessor_config.json", "open_clip_config.json",
                                      "adapter_config.json"};

/// The files that an index names, each once. Throws Error(weights) for names that are no plain
/// files of the repository.
std::set<std::string> shards_in(const std::filesystem::path& index) {
  const std::string where = printable_path(index);
  const nlohmann::json json =
      parse_json(read_text_file(index, kLargestConfig), where, ErrorKind::weights);
  std::set<std::string> files;
  if (json.is_object() && json.contains("weight_map") && json.at("weight_map").is_object())
    for (const auto& [tensor, file] : json.at("weight_map").items()) {
      const std::string name = file.is_string() ? file.get<std::string>() : std::string();
      if (name.empty() || name.front() == '.' ||
          name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                 "-_.") != std::string::npos)
        throw Error(ErrorKind::weights, where,
                    str("the file of ", in_quotes(tensor), " is no plain name: ", in_quotes(name)),
                    "this index is not sound; name another --revision");
      files.insert(name);
    }
  if (files.empty())
    throw Error(ErrorKind::weights, where, "it names no shards in `weight_map`",
                "this index is not sound; name another --revision");
  return files;
}

Error no_weights(const HubSettings& settings, const HubRepository& repository,
                 const WeightsRequest& request) {
  const std::string where = repository.name() + " (" + printable(request.revision) + ")";
  if (settings.offline)
    return {ErrorKind::resource, where,
            str("HF_HUB_OFFLINE is set, and the cache ", printable_path(settings.cache),
                " does not hold these weights"),
            "fetch them once without HF_HUB_OFFLINE, or set HF_HUB_CACHE to a cache that has them"};
  if (!request.file.empty())
    return {ErrorKind::resource, where, str("it has no file ", in_quotes(request.file)),
            "see its files at " + repository.page() + "/tree/main"};
  return {ErrorKind::resource, where, "it has neither model.safetensors nor pytorch_model.bin",
          "see its files at " + repository.page() + "/tree/main and name one with --file"};
}

/// What timm writes: `"architecture": "vit_tiny_patch16_224"`. A file that is no JSON says nothing.
std::string architecture_in(const std::filesystem::path& config) try {
  const nlohmann::json json = parse_json(read_text_file(config, kLargestConfig),
                                         printable_path(config), ErrorKind::weights);
  return json.is_object() ? json.value("architecture", std::string()) : std::string();
} catch (const std::exception&) {
  return {};
}

/// timm's names of repositories: the QuickGELU variants of CLIP share the weights of the others.
std::string timm_repository(std::string name) {
  constexpr std::string_view kQuickGelu = "_quickgelu_";
  if (const std::size_t at = name.find(kQuickGelu); at != std::string::npos)
    name.replace(at, kQuickGelu.size(), "_");
  return "timm/" + name;
}

std::string without_scheme(const std::string& name) {
  for (const std::string_view scheme : {"hf-hub:", "hf_hub:"})
    if (name.starts_with(scheme)) return name.substr(scheme.size());
  return name;
}

bool is_model_here(std::string_view model) {
  const auto all = pretrained_weights();
  return std::any_of(all.begin(), all.end(),
                     [&](const PretrainedWeights& each) { return each.model == model; });
}

}  // namespace

bool is_hub_name(const std::string& name) {
  return find_hub_model(name) != nullptr || find_pretrained(name) != nullptr ||
         !present_name(name).empty() ||
         (name.find('.') != std::string::npos && is_model_here(name.substr(0, name.find('.'))));
}

std::string hub_repository_of(const std::string& given) {
  const std::string name = without_scheme(given);
  if (name.find('/') != std::string::npos) return name;
  if (const HubModel* model = find_hub_model(name)) return std::string(model->repo);
  if (const std::string_view present = present_name(name); !present.empty())
    return hub_repository_of(std::string(present));
  const std::size_t dot = name.find('.');
  const bool here = is_model_here(name.substr(0, dot));
  if (dot != std::string::npos && dot > 0 && dot + 1 < name.size() &&
      (find_pretrained(name) != nullptr || !here))
    return timm_repository(name);
  std::vector<std::string> known;
  if (here) {
    for (const PretrainedWeights& weights : pretrained_weights())
      if (weights.model == name.substr(0, dot)) known.push_back(weights.name());
  } else {
    for (const HubModel& model : hub_models()) known.emplace_back(model.name);
  }
  const std::string near = nearest(name, known);
  throw Error(ErrorKind::usage, in_quotes(name), "there are no pretrained weights of this name",
              (near.empty() ? "" : "did you mean " + near + "? ") +
                  "Any repository of the hub can be named as ORG/REPO, and timm's other tags as "
                  "MODEL.TAG");
}

FetchedWeights fetch_weights(const HubSettings& settings, const WeightsRequest& given,
                             const DownloadObserver& observer) {
  WeightsRequest request = given;
  if (const std::size_t at = request.name.find('@'); at != std::string::npos) {
    request.revision = request.name.substr(at + 1);
    request.name.resize(at);
  }
  const HubRepository repository(settings, hub_repository_of(request.name), request.revision);
  FetchedWeights fetched{repository.name(), repository.page(), {}, {}, {}, {}};
  std::optional<HubFile> weights;
  for (const std::string& name : candidates(request)) {
    weights = fetch_file(repository, request, name, observer);
    if (weights) break;
  }
  if (!weights) throw no_weights(settings, repository, request);
  if (weights->path.filename().string().ends_with(".index.json"))
    for (const std::string& shard : shards_in(weights->path)) {
      const auto file = fetch_file(repository, request, shard, observer);
      if (!file) {
        WeightsRequest missing = request;
        missing.file = shard;
        throw no_weights(settings, repository, missing);
      }
      weights->was_there = weights->was_there && file->was_there;
    }
  fetched.weights = *weights;
  fetched.config = fetch_file(repository, request, "config.json", observer);
  for (const char* name : kDescriptions) {
    try {
      (void)fetch_file(repository, request, name, observer);
    } catch (const Error&) {
      if (fetched.weights.note.empty())
        throw;  // else the hub gives no answer, and the cache has none
    }
  }
  if (fetched.config) fetched.architecture = architecture_in(fetched.config->path);
  for (const HubModel& model : hub_models())
    if (model.repo == repository.name()) fetched.licence = model.licence;
  if (repository.name().starts_with("timm/"))
    if (const auto* known = find_pretrained(repository.name().substr(5)); known != nullptr)
      fetched.licence = known->license;
  return fetched;
}

}  // namespace vit
