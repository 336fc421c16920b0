#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "vit/core/fields.h"
#include "vit/image/box.h"
#include "vit/image/coco_mask.h"
#include "vit/image/image.h"
#include "vit/image/placement.h"

namespace vit {

/// What a classifier says of an image: one number a class, before the softmax.
struct ClassScores {
  std::vector<float> logits;
};

/// What a segmenter says of an image: the class of each pixel of its file.
struct Segmentation {
  Image classes;  ///< one channel
};

/// An object that was found: its class and its box in the pixels of the image's file.
struct FoundObject {
  Box box;
  double score = 0;   ///< 0 to 1
  RunLengths mask{};  ///< of the file's pixels, where masks are found; else empty
};

/// What a detector says of an image: what is in it, the surest first.
struct DetectedObjects {
  std::vector<FoundObject> objects;
  Size2 size{};  ///< of the image in its file, where masks are found
};

/// What a network that was given no classes says of an image: numbers that are alike for images
/// that are alike.
struct Embedding {
  std::vector<float> values;
};

/// What an autoencoder that saw a part of an image makes of the rest.
struct Reconstruction {
  Image shown;                  ///< the input with the removed patches in grey
  Image image;                  ///< the same with what was predicted in their place
  double loss = 0;              ///< mean over the removed patches, as in training
  std::vector<float> features;  ///< of the whole image, as an Embedding
};

/// What a model of images and texts says of an image: its embedding, of length 1.
struct ImageText {
  std::vector<float> image;
  std::vector<float>
      text{};  ///< its own caption's embedding, of length 1; empty where none is known
  std::vector<float> logits{};  ///< of each class that was named, before the softmax; else empty
};

/// A word that was said of an image, and where the model looked for it.
struct SaidWord {
  std::string text;
  double probability = 0;     ///< the product of its tokens', given the words before
  std::vector<float> looked;  ///< attention to each cell, row by row; their sum is at most 1
};

/// A sequence that a beam search kept: the one that it continues, and by what.
struct BeamNode {
  std::int64_t parent = -1;  ///< in the list of nodes; -1: none
  std::string text;          ///< of the token; "": the end
  double score = 0;          ///< log-probability of the whole sequence
  bool said = false;         ///< whether it leads to the sentence that was said
};

/// How a sentence came to be.
struct Saying {
  std::vector<SaidWord> words;
  std::int64_t rows = 0, columns = 0;  ///< of the cells that were looked at; 0: not known
  Size2 input{};                       ///< what the cells divide, in pixels
  Placement placement;                 ///< where the input lies in the file
  std::vector<std::pair<std::string, double>>
      beams;                   ///< sentences with their log-probabilities, the likeliest first
  std::vector<BeamNode> tree;  ///< of the search; each step behind the one before
};

/// What a model says of an image in words.
struct Caption {
  std::string text;
  std::shared_ptr<const Saying> how{};  ///< where it was asked for; else null
};

/// What a model says of one image. A task adds its own kind here.
using Prediction = std::variant<ClassScores, Segmentation, DetectedObjects, Embedding,
                                Reconstruction, ImageText, Caption>;

}  // namespace vit
