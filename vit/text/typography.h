#pragma once

#include <string>
#include <string_view>

namespace vit {

/// Plain characters for those of typesetters, Windows and old terminals: straight quotes, letters
/// for ligatures, half width for full width, line feeds for every kind of line break, what Windows
/// means by C1 controls; terminals' colour codes and invisible controls are left out, entities of
/// HTML decoded where the text has no `<`; NFC. Until nothing changes any more.
///
/// That is ftfy.fix_text of ftfy 6 (Speer 2019) with its defaults, which open_clip and OpenAI's
/// CLIP run first, but for two things: text that was decoded in a wrong encoding (`â€™`) stays as
/// it is, and so do entities in capitals that HTML does not know (`&EACUTE;`). `text`: well-formed
/// UTF-8.
[[nodiscard]] std::string plain_typography(std::string_view text);

}  // namespace vit
