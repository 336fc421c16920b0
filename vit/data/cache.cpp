#include "vit/data/cache.h"

#include <sys/stat.h>

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "vit/core/rng.h"
#include "vit/data/pixel_store.h"
#include "vit/io/checksum.h"
#include "vit/io/file_error.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr double kGigabyte = 1e9;

class CachedData : public Dataset {
 public:
  explicit CachedData(std::unique_ptr<Dataset> data) : data_(std::move(data)) {}

  [[nodiscard]] std::int64_t size() const override { return data_->size(); }
  [[nodiscard]] std::int64_t label(std::int64_t index) const override {
    return data_->label(index);
  }
  void annotate(std::int64_t index, Sample& sample) const override {
    data_->annotate(index, sample);
  }
  [[nodiscard]] std::string source(std::int64_t index) const override {
    return data_->source(index);
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override {
    return data_->classes();
  }
  [[nodiscard]] const std::vector<std::string>& mask_classes() const override {
    return data_->mask_classes();
  }
  [[nodiscard]] const DataNotes& notes() const override { return data_->notes(); }

 protected:
  [[nodiscard]] const Dataset& data() const { return *data_; }

 private:
  std::unique_ptr<Dataset> data_;
};

/// Whole samples, as they came.
class MemoryCache final : public CachedData {
 public:
  MemoryCache(std::unique_ptr<Dataset> data, std::uint64_t max_bytes)
      : CachedData(std::move(data)),
        max_bytes_(max_bytes),
        samples_(static_cast<std::size_t>(size())) {}

  [[nodiscard]] Sample get(std::int64_t index) const override {
    const auto place = static_cast<std::size_t>(index);
    {
      const std::shared_lock lock(mutex_);
      if (samples_[place]) return *samples_[place];
    }
    Sample sample = data().get(index);
    std::uint64_t bytes = sample.image.pixels.size() + sample.mask.pixels.size();
    for (const Box& box : sample.boxes) bytes += box.mask ? box.mask->pixels.size() : 0;
    const std::unique_lock lock(mutex_);
    if (!samples_[place] && used_ + bytes <= max_bytes_) {
      used_ += bytes;
      samples_[place] = std::make_shared<const Sample>(sample);
    }
    return sample;
  }

 private:
  std::uint64_t max_bytes_;
  mutable std::shared_mutex mutex_;
  mutable std::uint64_t used_ = 0;
  mutable std::vector<std::shared_ptr<const Sample>> samples_;
};

/// Changes where the sample's file, or which file it is, changes.
std::uint64_t stamp_of(const std::string& source) {
  std::uint64_t stamp = crc32_of(std::as_bytes(std::span(source)));
  struct stat status {};
  if (::stat(source.c_str(), &status) == 0) {
    stamp = mix_bits(stamp ^ static_cast<std::uint64_t>(status.st_size));
    stamp = mix_bits(stamp ^ static_cast<std::uint64_t>(status.st_mtim.tv_sec));
    stamp = mix_bits(stamp ^ static_cast<std::uint64_t>(status.st_mtim.tv_nsec));
  }
  return stamp;
}

/// Pixels in a file. What is beside them (boxes, captions) is small and asked of the data set,
/// which must give it without decoding.
class DiskCache final : public CachedData {
 public:
  DiskCache(std::unique_ptr<Dataset> data, const fs::path& file, std::uint64_t max_bytes)
      : CachedData(std::move(data)), store_(file, size(), max_bytes) {}

  [[nodiscard]] Sample get(std::int64_t index) const override {
    const std::uint64_t stamp = stamp_of(source(index));
    Sample sample;
    if (store_.read(index, stamp, sample.image, sample.mask)) {
      data().annotate(index, sample);
      return sample;
    }
    sample = data().get(index);
    store_.add(index, stamp, sample.image, sample.mask);
    return sample;
  }

 private:
  mutable PixelStore store_;
};

}  // namespace

void describe(FieldVisitor& visitor, CacheOptions& o) {
  visitor.field({"cache",
                 &o.cache,
                 "keep decoded pictures: in this process, or on disk for later runs, too",
                 {},
                 {"none", "memory", "disk"}});
  visitor.field({"cache_gb", &o.cache_gb, "at most so many GB for each split; the rest is decoded",
                 kPositive});
  visitor.field({"cache_dir", &o.cache_dir, "folder of the cache on disk"});
}

std::unique_ptr<Dataset> cached(std::unique_ptr<Dataset> data, const CacheOptions& options,
                                const std::string& name) {
  const auto bytes = static_cast<std::uint64_t>(options.cache_gb * kGigabyte);
  if (options.cache == "memory") return std::make_unique<MemoryCache>(std::move(data), bytes);
  if (options.cache != "disk") return data;
  std::error_code failed;
  fs::create_directories(options.cache_dir, failed);
  if (failed) throw file_error(options.cache_dir, "cannot make the cache's folder", failed.value());
  return std::make_unique<DiskCache>(std::move(data),
                                     fs::path(options.cache_dir) / (name + ".pixels"), bytes);
}

}  // namespace vit
