#pragma once

#include <filesystem>

#include "vit/tasks/dino/dino_network.h"
#include "vit/weights/load_report.h"

namespace vit {

/// Whether these are a student and its teacher, or a teacher alone, *with* the projection head: a
/// checkpoint of our own, of DINO's repository ({student, teacher, dino_loss}), or of DINOv2's
/// (`student.backbone.`, `student.dino_head.` … in one dict, or {teacher: …}).
[[nodiscard]] bool is_dino_checkpoint(const std::filesystem::path& weights);

/// What the tensors say of the head: its widths, layers and prototypes.
void take_head_from(const std::filesystem::path& weights, DinoHeadOptions& head);

/// Loads student, teacher, heads, centres and mask token, so that training goes on where it was;
/// what a file lacks that has only a teacher is the teacher's. The optimizer's state is not read.
/// Throws Error (weights) that lists all that does not fit.
LoadReport load_dino(DinoNetwork& network, const std::filesystem::path& weights);

/// Loads the teacher's backbone alone, as student and teacher.
LoadReport load_dino_backbone(DinoNetwork& network, const std::filesystem::path& weights);

}  // namespace vit
