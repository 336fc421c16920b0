#include "vit/weights/weights_path.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/fields.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/io/foreign_file.h"
#include "vit/weights/hub_models.h"
#include "vit/weights/hub_weights.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// In the order in which they are looked for.
constexpr std::array kKnownNames = {"model.safetensors",
                                    "model.safetensors.index.json",
                                    "pytorch_model.bin",
                                    "pytorch_model.bin.index.json",
                                    "open_clip_model.safetensors",
                                    "open_clip_pytorch_model.bin",
                                    "checkpoints/best.safetensors",
                                    "checkpoints/last.safetensors"};
constexpr std::array kAdapterNames = {"adapter_model.safetensors", "adapter_model.bin"};
constexpr std::array<std::string_view, 9> kEndings = {
    ".safetensors", ".index.json", ".pth", ".pt", ".bin", ".npz", ".ckpt", ".ot", ".pth.tar"};
/// Of files that hold no weights here, but show that a file is meant.
constexpr std::array<std::string_view, 14> kOtherEndings = {
    ".json",   ".yaml", ".yml",     ".onnx", ".h5", ".keras", ".gguf",
    ".tflite", ".pb",   ".msgpack", ".zip",  ".gz", ".tar",   ".npy"};

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

template <std::size_t size>
bool ends_with_one_of(std::string_view name, const std::array<std::string_view, size>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

fs::path weights_in(const fs::path& folder) {
  if (is_file(folder / "adapter_config.json"))
    for (const char* name : kAdapterNames)
      if (is_file(folder / name)) return folder / name;
  for (const char* name : kKnownNames)
    if (is_file(folder / name)) return folder / name;
  std::vector<std::string> weights, others;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!is_file(entry.path())) continue;
    (ends_with_one_of(name, kEndings) ? weights : others).push_back(name);
  }
  std::sort(weights.begin(), weights.end());
  const auto index = std::find_if(weights.begin(), weights.end(), [](const std::string& name) {
    return name.ends_with(".index.json");
  });
  if (index != weights.end()) return folder / *index;
  if (weights.size() == 1) return folder / weights.front();
  const auto list = [](std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    constexpr std::size_t kShown = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
      text += (i ? ", " : "") + printable(names[i], 80);
    return names.size() > kShown ? str(text, ", … (", names.size() - kShown, " more)") : text;
  };
  if (!weights.empty())
    throw Error(
        ErrorKind::weights, printable_path(folder),
        str("there are ", weights.size(), " files of weights in this folder: ", list(weights)),
        "name one of them");
  if (const auto foreign = foreign_folder(folder))
    throw Error(ErrorKind::weights, printable_path(folder),
                str("this folder is ", foreign->what, ", not weights that are read here"),
                foreign->remedy);
  throw Error(
      ErrorKind::weights, printable_path(folder),
      others.empty()
          ? "there are no weights in this folder"
          : str("there are no weights in this folder that are read here; it has ", list(others)),
      "expected model.safetensors, pytorch_model.bin, an index of their shards, or one file "
      "of weights; a run has checkpoints/best.safetensors");
}

/// What stands in the log while weights are fetched: every tenth part.
DownloadObserver logged_download(const std::string& name) {
  struct State {
    fs::path file{};
    std::uint64_t shown = 0;  // tenths
  };
  const auto state = std::make_shared<State>();
  return [state, name](const DownloadProgress& progress) {
    if (!progress.waiting.empty()) return log::warn(progress.waiting + "; trying again");
    constexpr std::uint64_t kWorthALine = std::uint64_t{8} << 20;
    if (!progress.total || *progress.total < kWorthALine) return;
    if (progress.file != state->file) *state = {progress.file, 0};
    const std::uint64_t tenths = progress.bytes * 10 / *progress.total;
    if (tenths <= state->shown) return;
    state->shown = tenths;
    log::info(str(name, ": ", tenths * 10, "% of ", *progress.total >> 20, " MiB fetched"));
  };
}

fs::path fetched(const std::string& name) {
  try {
    const HubSettings settings = hub_settings();
    const std::string repository = hub_repository_of(name.substr(0, name.find('@')));
    if (!settings.offline)
      log::info(str(name, " is no file here: asking ", settings.endpoint, " for ", repository));
    const FetchedWeights weights =
        fetch_weights(settings, WeightsRequest{name}, logged_download(name));
    log::info(str(name, ": ", weights.repo, " at commit ", weights.weights.commit.substr(0, 12),
                  weights.weights.was_there ? ", from the cache" : ", fetched"));
    return weights.weights.path;
  } catch (const Error& problem) {
    if (problem.kind() == ErrorKind::usage)
      throw Error(ErrorKind::usage, problem.where(), "is no file here, and " + problem.problem(),
                  problem.remedy());
    if (problem.kind() != ErrorKind::resource) throw;
    throw Error(ErrorKind::resource, problem.where(),
                str(in_quotes(name), " is no file here, and as pretrained weights cannot be had: ",
                    problem.problem()),
                str("with a connection to the hub, `vit weights fetch ", printable(name),
                    "` puts them into the cache, where this name finds them",
                    problem.remedy().empty() ? "" : "; ", problem.remedy()));
  }
}

bool resembles_hub_name(const std::string& text) {
  std::vector<std::string> names;
  for (const HubModel& model : hub_models()) names.emplace_back(model.name);
  return !nearest(text, names).empty();
}

/// Whether `text`, which is no file, is written as a name of the hub is, and not as a path.
bool names_the_hub(const std::string& text) {
  if (text.starts_with("hf-hub:") || text.starts_with("hf_hub:")) return true;
  if (ends_with_one_of(text, kEndings) || ends_with_one_of(text, kOtherEndings)) return false;
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return is_hub_name(text) || resembles_hub_name(text);
  std::error_code error;
  return slash > 0 && slash + 1 < text.size() && text.find('/', slash + 1) == std::string::npos &&
         text.front() != '.' && text.front() != '~' && text[slash + 1] != '.' &&
         !fs::exists(text.substr(0, slash), error);
}

}  // namespace

fs::path weights_path(const std::string& text) {
  const fs::path path(text);
  std::error_code error;
  if (fs::is_directory(path, error)) return weights_in(path);
  if (fs::exists(path, error)) return path;
  if (is_file(text + ".index"))
    throw Error(ErrorKind::weights, printable_path(path),
                "this is a TensorFlow checkpoint, not weights that are read here",
                "load it with TensorFlow, and save its tensors as safetensors");
  if (!names_the_hub(text)) return path;
  return fetched(text);
}

}  // namespace vit
