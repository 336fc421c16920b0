#pragma once

#include <memory>
#include <vector>

#include "vit/tasks/backbone_network.h"
#include "vit/tasks/dino/options.h"

namespace vit {

/// A tensor that is kept in checkpoints and is no weight: the running centre of a loss.
class KeptCentre final : public torch::nn::Module {
 public:
  explicit KeptCentre(std::int64_t prototypes);
  torch::Tensor center;  ///< [K], a buffer
};

/// A student (`backbone`, `head`) and its running average, the teacher (`teacher.backbone`,
/// `teacher.head`), with the centres of their losses (`dino_loss.center`, `ibot_patch_loss.center`)
/// and, where patches are masked, the token that stands for them (`mask_token`). All of it is in a
/// checkpoint, so that a run goes on exactly.
class DinoNetwork final : public BackboneNetwork {
 public:
  /// `teacher`: a model like `student`, whose weights it takes over.
  DinoNetwork(std::shared_ptr<ImageModel> student, std::shared_ptr<ImageModel> teacher,
              const DinoOptions& options);
  void init_parts(std::uint64_t seed) override;
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;
  /// The prototypes learn at the same rate as the rest.
  [[nodiscard]] std::vector<std::string> heads() const override { return {"head"}; }

  /// The teacher becomes the student.
  void copy_teacher();
  /// After an update: `momentum` of the teacher stays, the rest is the student's. Buffers (of batch
  /// norms) are the student's.
  void move_teacher(double momentum);

  [[nodiscard]] ImageModel& teacher() { return *teacher_; }

  DinoHead head{nullptr}, teacher_head{nullptr};
  torch::Tensor mask_token;                              ///< [D], undefined where nothing is masked
  std::shared_ptr<KeptCentre> dino_centre, ibot_centre;  ///< the second: where patches are masked

 private:
  std::shared_ptr<ImageModel> teacher_;
  std::vector<std::pair<torch::Tensor, torch::Tensor>> parameters_, buffers_;  // teacher, student
};

}  // namespace vit
