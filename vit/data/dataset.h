#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vit/data/data_notes.h"
#include "vit/image/sample.h"

namespace vit {

/// A set of samples that can be read in any order from several threads at once.
class Dataset {
 public:
  virtual ~Dataset() = default;
  /// The number of samples.
  [[nodiscard]] virtual std::int64_t size() const = 0;
  /// Sample `index`, 0 <= index < size(). Throws Error (data), naming the file, where it cannot be
  /// read. Thread-safe.
  [[nodiscard]] virtual Sample get(std::int64_t index) const = 0;
  /// As `get`, but the picture may still be encoded (Sample::encoded): what the loader calls, as
  /// the pipeline decodes no more of it than it needs.
  [[nodiscard]] virtual Sample read(std::int64_t index) const { return get(index); }
  /// The label of a sample, without decoding its picture.
  [[nodiscard]] virtual std::int64_t label(std::int64_t index) const = 0;
  /// Fills in all of a sample but its pixels (picture and mask), without decoding. This one knows
  /// label and source: sets with boxes or captions add theirs.
  virtual void annotate(std::int64_t index, Sample& sample) const {
    sample.label = label(index);
    sample.source = source(index);
  }
  /// What a sample is called in messages: its file, where it has one.
  [[nodiscard]] virtual std::string source(std::int64_t index) const {
    return "sample " + std::to_string(index);
  }
  /// Names of the classes, by label.
  [[nodiscard]] virtual const std::vector<std::string>& classes() const = 0;
  /// Names of the values of masks; the classes, unless the set says otherwise.
  [[nodiscard]] virtual const std::vector<std::string>& mask_classes() const { return classes(); }
  /// What was left out or mended when the set was opened.
  [[nodiscard]] virtual const DataNotes& notes() const {
    static const DataNotes none;
    return none;
  }
};

}  // namespace vit
