#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

namespace vit {

/// A caption and what people wrote of the same image, all as words with blanks between, in lower
/// case and without punctuation.
struct CaptionedImage {
  std::string caption;
  std::vector<std::string> references;
};

/// How close captions are to their references, number for number as pycocoevalcap 1.2 (COCO's
/// caption evaluation) computes it of words.
struct CaptionScores {
  std::array<double, 4> bleu{};  ///< BLEU-1 to 4 (Papineni et al. 2002)
  double rouge_l = 0;            ///< ROUGE-L (Lin 2004), beta 1.2
  double cider = 0;              ///< CIDEr-D (Vedantam et al. 2015), 0 to 10; 0 of a single image
};

/// Scores of a set, and of each image of it: BLEU counts over the whole set, with the length of the
/// closest reference (the shorter of equals); ROUGE-L and CIDEr-D are means over images. How rare a
/// phrase is, CIDEr-D learns from the references of the set itself.
struct ScoredCaptions {
  CaptionScores all{};
  std::vector<CaptionScores> images{};
};
/// Throws Error (data) for an image without references. Of no image, all scores are 0.
[[nodiscard]] ScoredCaptions evaluate_captions(std::span<const CaptionedImage> images);

}  // namespace vit
