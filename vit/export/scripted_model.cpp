#include "vit/export/scripted_model.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/io/zip_directory.h"

namespace vit {
namespace {

class Scripted final : public ImageModel {
 public:
  explicit Scripted(const ScriptedModel& scripted)
      : script_(scripted.module), card_(scripted.card) {}

  torch::Tensor forward(const torch::Tensor& x) override { return script_.forward({x}).toTensor(); }
  torch::Tensor forward_features(const torch::Tensor&) override { logits_only(); }
  torch::Tensor forward_head(const torch::Tensor&) override { logits_only(); }

  torch::nn::Module& module() override { return nothing_; }
  void init_weights(std::uint64_t) override { logits_only(); }

  [[nodiscard]] Size2 img_size() const override { return card_.preprocessing.img_size; }
  [[nodiscard]] std::int64_t in_chans() const override { return card_.preprocessing.in_chans; }
  [[nodiscard]] std::int64_t num_classes() const override {
    return static_cast<std::int64_t>(card_.labels.size());
  }
  [[nodiscard]] std::string classifier() const override { return {}; }

 private:
  [[noreturn]] static void logits_only() {
    throw Error(ErrorKind::usage, "exported model", "computes logits, and nothing else",
                "use the run or the checkpoint that it was exported from");
  }

  torch::jit::Module script_;
  ModelCard card_;
  torch::nn::Module nothing_;
};

}  // namespace

bool is_exported_model(const std::filesystem::path& path) {
  try {
    const FileBytes file = FileBytes::open(path);
    if (!ZipDirectory::is_zip(file)) return false;
    const ZipDirectory zip = ZipDirectory::read(file);
    return std::any_of(zip.entries().begin(), zip.entries().end(), [](const ZipEntry& entry) {
      return entry.name.ends_with("/extra/vit.json");
    });
  } catch (const Error&) {
    return false;
  }
}

std::shared_ptr<ImageModel> scripted_model(const ScriptedModel& scripted) {
  return std::make_shared<Scripted>(scripted);
}

}  // namespace vit
