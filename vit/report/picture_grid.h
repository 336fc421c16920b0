#pragma once

#include <string>
#include <vector>

#include "vit/image/geometry.h"
#include "vit/image/image.h"

namespace vit {

struct GridPicture {
  Image picture;        ///< 1, 3 or 4 channels, any size; alpha is dropped
  std::string caption;  ///< `\n` begins a new line; what is too long is shortened in the middle
                        ///< or wrapped
};

struct GridOptions {
  int columns = 0;             ///< 0: about as many as rows
  int tile = 128;              ///< pixels: the square that each picture is fitted into
  int gap = 10;                ///< pixels between the tiles and around the sheet
  int letter_height = 8;       ///< pixels of a capital letter
  bool wrap_captions = false;  ///< long captions go on in further lines, and nothing is left out
  Colour background{250, 250, 250, 255}, ink{40, 40, 40, 255};
};

/// A contact sheet: the pictures in rows, each with its caption below. Small pictures are enlarged
/// by whole factors, so that their pixels stay sharp; large ones are reduced; none is distorted. An
/// empty list gives an empty picture. Throws Error (usage) where the sheet would be absurdly large.
[[nodiscard]] Image picture_grid(const std::vector<GridPicture>& pictures,
                                 const GridOptions& options = {});

}  // namespace vit
