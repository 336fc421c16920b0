#include "vit/weights/hub_weights.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "vit/core/fields.h"
#include "vit/io/file.h"
#include "vit/io/json.h"
#include "vit/io/printable.h"
#include "vit/weights/hub_models.h"

namespace vit {
namespace {

constexpr std::uint64_t kLargestConfig = std::uint64_t{16} << 20;

std::optional<HubFile> fetch_file(const HubRepository& repository, const WeightsRequest& request,
                                  const std::string& name, const DownloadObserver& observer) {
  return request.folder ? repository.fetch_to(*request.folder, name, observer)
                        : repository.fetch(name, observer);
}

/// The names that timm and transformers give to weights in one file.
std::vector<std::string> candidates(const WeightsRequest& request) {
  if (!request.file.empty()) return {request.file};
  return {"model.safetensors", "pytorch_model.bin"};
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
  for (const char* index : {"model.safetensors.index.json", "pytorch_model.bin.index.json"})
    if (repository.ask(index))
      return {
          ErrorKind::resource, where,
          str("its weights are spread over several files (", index, ")"),
          "vit reads weights from one file: join them with the library that wrote them, or fetch "
          "a smaller model"};
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

}  // namespace

std::string hub_repository_of(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  if (const HubModel* model = find_hub_model(name)) return std::string(model->repo);
  const std::size_t dot = name.find('.');
  if (dot != std::string::npos && dot > 0 && dot + 1 < name.size()) return "timm/" + name;
  std::vector<std::string> known;
  for (const HubModel& model : hub_models()) known.emplace_back(model.name);
  const std::string near = nearest(name, known);
  throw Error(ErrorKind::usage, in_quotes(name), "there are no pretrained weights of this name",
              (near.empty() ? "" : "did you mean " + near + "? ") +
                  "Any repository of the hub can be named as ORG/REPO, and timm's other tags as "
                  "MODEL.TAG");
}

FetchedWeights fetch_weights(const HubSettings& settings, const WeightsRequest& request,
                             const DownloadObserver& observer) {
  const HubRepository repository(settings, hub_repository_of(request.name), request.revision);
  FetchedWeights fetched{repository.name(), repository.page(), {}, {}, {}, {}};
  std::optional<HubFile> weights;
  for (const std::string& name : candidates(request)) {
    weights = fetch_file(repository, request, name, observer);
    if (weights) break;
  }
  if (!weights) throw no_weights(settings, repository, request);
  fetched.weights = *weights;
  fetched.config = fetch_file(repository, request, "config.json", observer);
  if (fetched.config) fetched.architecture = architecture_in(fetched.config->path);
  for (const HubModel& model : hub_models())
    if (model.repo == repository.name()) fetched.licence = model.licence;
  return fetched;
}

}  // namespace vit
