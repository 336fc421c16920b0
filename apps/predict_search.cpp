#include "apps/predict_search.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "apps/output.h"
#include "apps/prediction_inputs.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/run/embedding_cache.h"
#include "vit/run/image_search.h"
#include "vit/train/device.h"
#include "vit/train/fast_types.h"
#include "vit/train/prediction_scope.h"

namespace vit::cli {
namespace {

namespace fs = std::filesystem;

/// The images of all arguments with their embeddings; those of folders are kept for the next time.
class Embedder {
 public:
  Embedder(const OpenedPredictor& opened, c10::Device device, std::string dtype)
      : opened_(opened), device_(device), prediction_(device, dtype), dtype_(std::move(dtype)) {}

  /// `one_input`: nothing else is asked for.
  void add(const std::string& argument, bool one_input) {
    try {
      const std::vector<fs::path> pictures = pictures_of(argument);
      std::error_code error;
      if (!fs::is_directory(argument, error)) return add_all(pictures, nullptr, one_input);
      if (key_.empty()) key_ = embedding_key(opened_, dtype_);
      EmbeddingCache cache(argument, key_);
      add_all(pictures, &cache, one_input);
      cache.save();
    } catch (const Error& problem) {
      if (problem.kind() != ErrorKind::data) throw;
      failures_.add(argument, problem, one_input);
    }
  }

  [[nodiscard]] const std::vector<EmbeddedImage>& images() const { return images_; }
  [[nodiscard]] const Failures& failures() const { return failures_; }
  [[nodiscard]] std::size_t known() const { return known_; }

 private:
  void add_all(const std::vector<fs::path>& pictures, EmbeddingCache* cache, bool one_input) {
    constexpr std::size_t kSaveEvery = 1000;  // so that little is lost where a long one is stopped
    std::size_t added = 0;
    for (const fs::path& path : pictures) {
      if (const auto* kept = cache == nullptr ? nullptr : cache->find(path)) {
        images_.push_back({path, *kept});
        ++known_;
        continue;
      }
      try {
        const Prediction found = predict_image(opened_, encoded_picture(path), device_);
        prediction_.check();
        images_.push_back({path, std::get<ImageText>(found).image});
      } catch (const Error& problem) {
        if (problem.kind() != ErrorKind::data) throw;
        failures_.add(path.string(), problem, one_input && pictures.size() == 1);
        continue;
      }
      if (cache == nullptr) continue;
      cache->put(path, images_.back().embedding);
      if (++added % kSaveEvery == 0) cache->keep();
    }
  }

  const OpenedPredictor& opened_;
  c10::Device device_;
  PredictionScope prediction_;
  std::string dtype_, key_;
  std::vector<EmbeddedImage> images_;
  Failures failures_;
  std::size_t known_ = 0;
};

void tell(const SearchHits& found, std::size_t images, std::size_t known) {
  TextTable table({{"rank", Align::right}, {"similarity", Align::right}, {"image"}});
  bool tied = false;
  for (const SearchHit& hit : found.hits) {
    table.add({str(hit.rank, hit.tied ? "=" : ""), fixed(hit.similarity, 4), hit.image.string()});
    tied |= hit.tied;
  }
  std::string told = table.text();
  if (tied) told += "=: several images are as similar, and stand in the order of their names\n";
  if (found.as_similar > 0)
    told += str(found.as_similar, " more ", found.as_similar == 1 ? "is" : "are",
                " as similar as the last one (--topk shows more)\n");
  print(told + str("of ", images, " images, ", known, " of them known from before"));
}

void tell_json(const SearchArguments& arguments, const SearchHits& found, const Embedder& all) {
  nlohmann::json results = nlohmann::json::array();
  for (const SearchHit& hit : found.hits)
    results.push_back({{"image", hit.image.string()},
                       {"similarity", hit.similarity},
                       {"rank", hit.rank},
                       {"tied", hit.tied}});
  nlohmann::json object{{"query", arguments.query},
                        {"results", std::move(results)},
                        {"as_similar_as_the_last", found.as_similar},
                        {"images", all.images().size()},
                        {"known_from_before", all.known()}};
  if (!all.failures().list().empty()) object["errors"] = all.failures().list();
  print_json(object);
}

}  // namespace

void search(const SearchArguments& arguments) {
  const c10::Device device = resolve_device(arguments.device, "--device");
  const std::string dtype = chosen_type(arguments.dtype, device, "--dtype");
  const OpenedPredictor opened = open_predictor(arguments.request, device);
  Embedder all(opened, device, dtype);
  const std::vector<float> query = embed_text(opened, arguments.query);
  for (const std::string& argument : arguments.pictures)
    all.add(argument, arguments.pictures.size() == 1);
  const SearchHits found = nearest(all.images(), query, arguments.topk);
  if (arguments.json) {
    tell_json(arguments, found, all);
  } else if (!all.images().empty()) {
    tell(found, all.images().size(), all.known());
  }
  all.failures().end(all.images().size());
}

}  // namespace vit::cli
