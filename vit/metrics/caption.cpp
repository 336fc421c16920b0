#include "vit/metrics/caption.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr std::size_t kLongest = 4;  // words of a phrase

using Words = std::vector<std::string>;
/// How often a phrase is there, for each number of words.
using Phrases = std::array<std::map<std::string, double>, kLongest>;

Words words_of(const std::string& text) {
  std::istringstream stream(text);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Phrases phrases_of(const Words& words) {
  Phrases phrases;
  for (std::size_t first = 0; first < words.size(); ++first) {
    std::string phrase;
    for (std::size_t n = 0; n < kLongest && first + n < words.size(); ++n) {
      phrase += (n == 0 ? "" : " ") + words[first + n];
      ++phrases[n][phrase];
    }
  }
  return phrases;
}

struct Caption {
  explicit Caption(const std::string& text) : words(words_of(text)), phrases(phrases_of(words)) {}
  Words words;
  Phrases phrases;
};

/// What BLEU counts of one image, or of all.
struct BleuCounts {
  std::array<double, kLongest> right{}, made{};
  double length = 0, reference_length = 0;

  void add(const BleuCounts& other) {
    for (std::size_t n = 0; n < kLongest; ++n) {
      right[n] += other.right[n];
      made[n] += other.made[n];
    }
    length += other.length;
    reference_length += other.reference_length;
  }
  /// With the small numbers of COCO's code.
  [[nodiscard]] std::array<double, kLongest> score() const {
    constexpr double kTiny = 1e-15, kSmall = 1e-9;
    const double ratio = (length + kTiny) / (reference_length + kSmall);
    const double brevity = ratio < 1 ? std::exp(1 - 1 / ratio) : 1;
    std::array<double, kLongest> bleu{};
    double product = 1;
    for (std::size_t n = 0; n < kLongest; ++n) {
      product *= (right[n] + kTiny) / (made[n] + kSmall);
      bleu[n] = std::pow(product, 1 / static_cast<double>(n + 1)) * brevity;
    }
    return bleu;
  }
};

BleuCounts bleu_counts(const Caption& caption, const std::vector<Caption>& references) {
  BleuCounts counts;
  counts.length = static_cast<double>(caption.words.size());
  double nearest = std::numeric_limits<double>::infinity();
  for (const Caption& reference : references) {
    const auto length = static_cast<double>(reference.words.size());
    const double distance = std::abs(length - counts.length);
    if (distance < nearest || (distance == nearest && length < counts.reference_length))
      counts.reference_length = length;
    nearest = std::min(nearest, distance);
  }
  for (std::size_t n = 0; n < kLongest; ++n) {
    counts.made[n] = std::max(0.0, counts.length - static_cast<double>(n));
    for (const auto& [phrase, count] : caption.phrases[n]) {
      double most = 0;  // in one reference
      for (const Caption& reference : references) {
        const auto found = reference.phrases[n].find(phrase);
        if (found != reference.phrases[n].end()) most = std::max(most, found->second);
      }
      counts.right[n] += std::min(count, most);
    }
  }
  return counts;
}

/// Words of the longest sequence that both have, with gaps.
double common_words(const Words& a, const Words& b) {
  std::vector<std::int64_t> row(b.size() + 1);
  for (const std::string& word : a) {
    std::int64_t before = 0;  // of the row above, one to the left
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::int64_t above = row[j + 1];
      row[j + 1] = word == b[j] ? before + 1 : std::max(above, row[j]);
      before = above;
    }
  }
  return static_cast<double>(row.back());
}

double rouge_l(const Caption& caption, const std::vector<Caption>& references) {
  double precision = 0, recall = 0;
  for (const Caption& reference : references) {
    const double common = common_words(caption.words, reference.words);
    if (common == 0) continue;
    precision = std::max(precision, common / static_cast<double>(caption.words.size()));
    recall = std::max(recall, common / static_cast<double>(reference.words.size()));
  }
  constexpr double kBeta2 = 1.2 * 1.2;
  if (precision == 0 || recall == 0) return 0;
  return (1 + kBeta2) * precision * recall / (recall + kBeta2 * precision);
}

/// In how many images' references each phrase is, and how much that makes it weigh.
class PhraseWeights {
 public:
  explicit PhraseWeights(const std::vector<std::vector<Caption>>& references)
      : log_images_(std::log(static_cast<double>(references.size()))) {
    for (const std::vector<Caption>& of_image : references) {
      std::set<std::string> phrases;
      for (const Caption& reference : of_image)
        for (const auto& of_length : reference.phrases)
          for (const auto& [phrase, count] : of_length) phrases.insert(phrase);
      for (const std::string& phrase : phrases) ++images_[phrase];
    }
  }
  [[nodiscard]] double of(const std::string& phrase) const {
    const auto found = images_.find(phrase);
    return log_images_ - std::log(found == images_.end() ? 1.0 : found->second);
  }

 private:
  double log_images_;
  std::map<std::string, double> images_;
};

/// A caption as CIDEr-D compares it.
struct Weighed {
  Weighed(const Caption& caption, const PhraseWeights& weights) : values(caption.phrases) {
    for (std::size_t n = 0; n < kLongest; ++n) {
      for (auto& [phrase, value] : values[n]) {
        if (n == 1) pairs += value;
        value *= weights.of(phrase);
        norms[n] += value * value;
      }
      norms[n] = std::sqrt(norms[n]);
    }
  }
  Phrases values;
  std::array<double, kLongest> norms{};
  double pairs = 0;  // the code's length of a caption: its phrases of two words
};

double cider_d(const Weighed& caption, const std::vector<Weighed>& references) {
  constexpr double kSigma = 6, kScale = 10;
  double sum = 0;
  for (const Weighed& reference : references) {
    const double shorter = caption.pairs - reference.pairs;
    const double penalty = std::exp(-shorter * shorter / (2 * kSigma * kSigma));
    for (std::size_t n = 0; n < kLongest; ++n) {
      double product = 0;
      for (const auto& [phrase, value] : caption.values[n]) {
        const auto found = reference.values[n].find(phrase);
        if (found != reference.values[n].end())
          product += std::min(value, found->second) * found->second;
      }
      const double norm = caption.norms[n] * reference.norms[n];
      sum += (norm != 0 ? product / norm : product) * penalty;
    }
  }
  return sum / kLongest / static_cast<double>(references.size()) * kScale;
}

}  // namespace

ScoredCaptions evaluate_captions(std::span<const CaptionedImage> images) {
  ScoredCaptions evaluation;
  if (images.empty()) return evaluation;
  std::vector<Caption> captions;
  std::vector<std::vector<Caption>> references;
  for (const CaptionedImage& image : images) {
    if (image.references.empty())
      throw Error(ErrorKind::data, str("caption ", captions.size()), "there is no reference for it",
                  "give every image a caption, or take it out of the data");
    captions.emplace_back(image.caption);
    auto& own = references.emplace_back();
    for (const std::string& reference : image.references) own.emplace_back(reference);
  }
  const PhraseWeights weights(references);
  BleuCounts all;
  for (std::size_t i = 0; i < captions.size(); ++i) {
    CaptionScores& own = evaluation.images.emplace_back();
    const BleuCounts counts = bleu_counts(captions[i], references[i]);
    all.add(counts);
    own.bleu = counts.score();
    own.rouge_l = rouge_l(captions[i], references[i]);
    std::vector<Weighed> weighed;
    for (const Caption& reference : references[i]) weighed.emplace_back(reference, weights);
    own.cider = cider_d({captions[i], weights}, weighed);
    evaluation.all.rouge_l += own.rouge_l / static_cast<double>(images.size());
    evaluation.all.cider += own.cider / static_cast<double>(images.size());
  }
  evaluation.all.bleu = all.score();
  return evaluation;
}

}  // namespace vit
