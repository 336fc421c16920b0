#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

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

/// Tar archives in WebDataset's layout: files with one name up to the first dot of their last
/// component are a sample: `000123.jpg` (or .jpeg .png .webp .ppm, in any case) with `000123.cls`
/// (the label), `.txt` (caption) or `.json` (`label`, `caption`). Of several images the plainest is
/// the sample's: `000123.jpg` before `.png`, and both before `000123.seg.png`.
///
/// The headers of all shards are read once, at the start, and pictures where they are needed, from
/// any place: so an epoch is shuffled over all shards by (seed, epoch) and can start at any step,
/// with some 300 bytes of memory a sample. `train` and `val` are patterns with *, ? and bash's
/// braces (`name-{000..099}.tar`, `{a,b}-{0..3}.tar`). Throws Error (data) naming shard and sample.
std::unique_ptr<Dataset> shards(const ShardOptions& options, Split split);

/// The shards in `root` that a pattern names, sorted. Names without * and ? are not looked for.
[[nodiscard]] std::vector<std::filesystem::path> matching_shards(const std::filesystem::path& root,
                                                                 const std::string& pattern);

}  // namespace vit
