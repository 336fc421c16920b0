#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "vit/train/task.h"

namespace vit {

/// How well images are described: `exact`, how many sentences are one of the image's own, in
/// percent. Images of one source are one image with several captions, which is described once.
class CaptionEvaluation final : public Evaluation {
 public:
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override;
  [[nodiscard]] Metrics metrics() const override;
  [[nodiscard]] std::optional<Headline> headline() const override;
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;

 private:
  struct Described {
    std::int64_t index = 0;  // in the data
    std::string said;
    std::vector<std::string> own;
  };
  std::map<std::string, Described> images_;  // by source
};

}  // namespace vit
