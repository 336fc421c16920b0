#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vit/weights/naming/translation.h"

namespace vit {

/// Takes what wrappers of modules put into names out of them, at the front and within: data
/// parallelism, torch.compile, activation checkpointing, FSDP; and `model.` where every name begins
/// with it. Leaves out what counts (`n_averaged`). Returns what was taken off, as in
/// `module._orig_mod.`. Throws Error (weights) for FSDP's flat parameters, which have lost their
/// names.
std::string unwrap(Translation& names);

/// The prefixes before `anchor` among the names, as in `vit.` before `embeddings.cls_token`, best
/// first: a teacher's or an average's comes before none, a student's or a momentum encoder's last.
[[nodiscard]] std::vector<std::string> prefixes_of(const TensorMap& file, std::string_view anchor);

/// The best of prefixes_of; none where no name ends in `anchor`.
[[nodiscard]] std::optional<std::string> prefix_of(const TensorMap& file, std::string_view anchor);

/// Of a file that holds more than an encoder, as self-supervised training and users' modules write
/// it: cuts the prefix before `anchor` off, and leaves out, each with a reason, further encoders
/// (student, momentum), heads of self-supervised training and its state. What else stands beside
/// the encoder stays in `source` as `kBeside` + its name: a head, or something unknown. Throws
/// Error (weights) where there are several encoders and no name tells which is meant. Nothing
/// happens where no name ends in `anchor`.
void choose_encoder(Translation& names, std::string_view anchor);

/// Before the names of tensors that stood beside the encoder.
inline constexpr std::string_view kBeside = "beside the encoder: ";
/// Why the head of self-supervised training is left out.
inline constexpr std::string_view kProjectionHead =
    "the projection head of self-supervised training";

}  // namespace vit
