#pragma once

#include <string>
#include <variant>
#include <vector>

#include "vit/image/box.h"
#include "vit/image/image.h"

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
  double score = 0;  ///< 0 to 1
};

/// What a detector says of an image: what is in it, the surest first.
struct DetectedObjects {
  std::vector<FoundObject> objects;
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

/// What a model says of an image in words.
struct Caption {
  std::string text;
};

/// What a model says of one image. A task adds its own kind here.
using Prediction = std::variant<ClassScores, Segmentation, DetectedObjects, Embedding,
                                Reconstruction, ImageText, Caption>;

}  // namespace vit
