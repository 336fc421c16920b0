#include "vit/data/encoded_dataset.h"

#include "vit/image/decode.h"

namespace vit {

Sample EncodedDataset::get(std::int64_t index) const {
  Sample sample = read(index);
  sample.image = decode_image(sample.encoded, sample.source);
  sample.encoded.clear();
  return sample;
}

}  // namespace vit
