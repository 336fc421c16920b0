#pragma once

#include <memory>
#include <string>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

struct ShardOptions {
  std::string root = "data";
  std::string train = "train-*.tar", val = "val-*.tar";
  std::string class_map{};  ///< file with one class a line; empty: as many as the labels, by number
};
void describe(FieldVisitor& visitor, ShardOptions& options);

/// Tar archives in WebDataset's layout: files with one name up to the first dot are a sample:
/// `000123.jpg` (or .jpeg .png .webp .ppm) with `000123.cls` (the label), `.txt` (caption) or
/// `.json` (`label`, `caption`).
///
/// The headers of all shards are read once, at the start, and pictures where they are needed, from
/// any place: so an epoch is shuffled over all shards by (seed, epoch) and can start at any step,
/// with some 200 bytes of memory a sample. `train` and `val` are patterns with * and ?, or
/// `name-{000..099}.tar`. Throws Error (data) naming shard and sample.
std::unique_ptr<Dataset> shards(const ShardOptions& options, Split split);

}  // namespace vit
