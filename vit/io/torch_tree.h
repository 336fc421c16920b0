#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vit/io/torch_file.h"

namespace vit {

/// A key of a dict and what lies under it.
using TorchEntry = std::pair<std::string, PickleRef>;

/// The entries of a dict, an OrderedDict, or another class made from dict, under their text keys
/// (numbers as text): the last of two equal keys stays, in the place of the first. For a pickled
/// torch module: its parameters, buffers and modules; for a module of TorchScript: its attributes.
/// Empty for other values.
[[nodiscard]] std::vector<TorchEntry> entries_of(const TorchFile& file, PickleRef ref);
/// Whether a value is a dict or module, if an empty one.
[[nodiscard]] bool has_entries(const TorchFile& file, PickleRef ref);
/// Whether a value is a pickled torch.nn.Module, or a module of TorchScript.
[[nodiscard]] bool is_torch_module(const TorchFile& file, PickleRef ref);

/// A value in a few words, for people: `12`, `"vit_tiny"`, `argparse.Namespace(lr=0.1, ...)`.
[[nodiscard]] std::string describe_value(const TorchFile& file, PickleRef ref);

}  // namespace vit
