#include "vit/data/data_speed.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

#include "vit/core/error.h"
#include "vit/data/encoded_dataset.h"
#include "vit/data/picture_files.h"
#include "vit/data/sampler.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

class PicturesBelow final : public EncodedDataset {
 public:
  explicit PicturesBelow(const fs::path& root) : files_(pictures_in(root)) {
    if (files_.empty())
      throw Error(ErrorKind::data, root.string(), "there is no picture in this folder",
                  "name a folder of pictures with --set data.root=FOLDER");
  }
  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(files_.size());
  }
  [[nodiscard]] Sample read(std::int64_t index) const override {
    Sample sample;
    sample.source = source(index);
    sample.label = 0;
    sample.encoded = read_picture(sample.source);
    return sample;
  }
  [[nodiscard]] std::int64_t label(std::int64_t /*index*/) const override { return 0; }
  [[nodiscard]] std::string source(std::int64_t index) const override {
    return files_[static_cast<std::size_t>(index)].string();
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }

 private:
  std::vector<fs::path> files_;
  std::vector<std::string> classes_{"picture"};
};

template <class Work>
std::vector<double> time_each(std::int64_t epochs, const Work& work) {
  std::vector<double> seconds;
  for (std::int64_t epoch = 0; epoch <= epochs; ++epoch) {  // the first one warms up
    const auto start = std::chrono::steady_clock::now();
    work(epoch);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (epoch > 0) seconds.push_back(took.count());
  }
  return seconds;
}

}  // namespace

std::unique_ptr<Dataset> pictures_below(const fs::path& root) {
  return std::make_unique<PicturesBelow>(root);
}

std::vector<double> time_epochs(const Dataset& data, const Pipeline& pipeline, std::uint64_t seed,
                                const LoaderOptions& options, std::int64_t epochs) {
  return time_each(epochs, [&](std::int64_t epoch) {
    EpochLoader loader(data, pipeline, shuffled_order(data.size(), seed, epoch), epoch, options);
    while (loader.next()) {
    }
  });
}

std::vector<double> time_decoder(const Dataset& data, const Pipeline& pipeline,
                                 std::int64_t threads, std::int64_t epochs) {
  return time_each(epochs, [&](std::int64_t epoch) {
    std::atomic<std::int64_t> next = 0;
    std::exception_ptr problem;
    std::mutex mutex;
    const auto work = [&] {
      try {
        for (std::int64_t i = next++; i < data.size(); i = next++) {
          Sample sample = data.read(i);
          pipeline.decode_only(sample, epoch, i);
        }
      } catch (...) {
        const std::lock_guard lock(mutex);
        problem = std::current_exception();
      }
    };
    std::vector<std::thread> pool;
    for (std::int64_t i = 1; i < threads; ++i) pool.emplace_back(work);
    work();
    for (std::thread& thread : pool) thread.join();
    if (problem) std::rethrow_exception(problem);
  });
}

}  // namespace vit
