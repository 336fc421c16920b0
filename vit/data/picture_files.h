#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "vit/data/data_notes.h"
#include "vit/image/decode.h"
#include "vit/image/image.h"

namespace vit {

/// Whether the name ends as pictures' names do: .jpg .jpeg .png .webp .bmp .ppm .pgm .pbm .tif
/// .tiff, in any case.
[[nodiscard]] bool is_picture_name(const std::filesystem::path& path);

/// The pictures in a folder, at any depth, sorted by path (bytewise). Links to folders are
/// followed, each folder once, so that circles end; where a folder is reached by its own name and
/// by a link, its own name counts. Hidden files are passed over. What has a picture's name and is
/// no file (a dangling link, a pipe) is among them, so that reading it says so. `notes`: counts the
/// files that are left out, by their extension. Throws Error (data) where the folder cannot be
/// read.
[[nodiscard]] std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder,
                                                             DataNotes* notes = nullptr);

/// The bytes of a picture's file; everything that goes wrong is an Error (data) that names it.
[[nodiscard]] std::vector<std::byte> read_picture(const std::filesystem::path& path);

/// Reads and decodes a picture; everything that goes wrong is an Error (data) that names it.
[[nodiscard]] Image load_picture(const std::filesystem::path& path,
                                 const DecodeOptions& options = {});

/// A mask: one channel, the class of each pixel, as the file's own values (palette indices, grey
/// levels), never converted to colours. Throws Error (data).
[[nodiscard]] Image load_mask(const std::filesystem::path& path);

/// Throws Error (data) unless there is such a folder; `layout` says what is expected in it.
void require_folder(const std::filesystem::path& folder, const std::string& layout);

}  // namespace vit
