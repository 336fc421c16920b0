#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "vit/metrics/caption.h"
#include "vit/tasks/caption/attributes.h"
#include "vit/train/task.h"

namespace vit {

/// How well images are described: `exact`, how many sentences are one of the image's own, in
/// percent; for each attribute how many sentences have its words as one of the own has them
/// (`right_colour`), in percent; and COCO's scores `bleu1` to `bleu4`, `rouge_l` (0 to 1) and
/// `cider` (0 to 10). Images of one source are one image with several captions, which is described
/// once.
class CaptionEvaluation final : public Evaluation {
 public:
  explicit CaptionEvaluation(std::vector<SentenceAttribute> attributes = {})
      : attributes_(std::move(attributes)) {}
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override;
  [[nodiscard]] Metrics metrics() const override;
  [[nodiscard]] std::optional<Headline> headline() const override;
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;

 private:
  struct Described {
    std::int64_t index = -1;  // in the data; -1: not seen yet
    Caption said;
    std::vector<std::string> own;
  };
  [[nodiscard]] double exact() const;  // in percent
  [[nodiscard]] double right(const SentenceAttribute& attribute) const;
  [[nodiscard]] CaptionScores scores() const;
  [[nodiscard]] Gallery gallery(const Dataset& data) const;

  std::vector<SentenceAttribute> attributes_;
  std::map<std::string, Described> images_;  // by source
};

}  // namespace vit
