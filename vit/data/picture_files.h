#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "vit/image/image.h"

namespace vit {

/// Whether the name ends as pictures' names do: .jpg .jpeg .png .webp .bmp .ppm .pgm .pbm .tif
/// .tiff, in any case.
[[nodiscard]] bool is_picture_name(const std::filesystem::path& path);

/// The pictures in a folder, at any depth, sorted by path (bytewise). Hidden files are passed over
/// and links to folders not followed. What has a picture's name and is no file (a dangling link, a
/// pipe) is among them, so that reading it says so. Throws Error (data) where the folder cannot be
/// read.
[[nodiscard]] std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder);

/// The bytes of a picture's file; everything that goes wrong is an Error (data) that names it.
[[nodiscard]] std::vector<std::byte> read_picture(const std::filesystem::path& path);

/// Reads and decodes a picture; everything that goes wrong is an Error (data) that names it.
[[nodiscard]] Image load_picture(const std::filesystem::path& path);

/// A mask: one channel, the class of each pixel, as the file's own values (palette indices, grey
/// levels), never converted to colours. Throws Error (data).
[[nodiscard]] Image load_mask(const std::filesystem::path& path);

/// Throws Error (data) unless there is such a folder; `layout` says what is expected in it.
void require_folder(const std::filesystem::path& folder, const std::string& layout);

}  // namespace vit
