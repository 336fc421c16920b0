#include <algorithm>

#include "apps/completion.h"
#include "vit/core/str.h"
#include "vit/train/environment.h"

namespace vit::cli {
namespace {

/// Text as roff has it: no control lines, no escapes, and hyphens that can be copied.
std::string roff(const std::string& text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
    begins = c == '\n';
  }
  return out;
}

/// Lines as they are.
std::string verbatim(const std::string& text) {
  return text.empty() ? "" : ".PP\n.nf\n" + roff(text) + "\n.fi\n";
}

/// Text that roff fills, in short lines.
std::string filled_text(const std::string& text) {
  constexpr std::size_t kLine = 70;
  std::string out;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool breaks = text[at] == ' ' && at - begin >= kLine;
    out += breaks ? '\n' : text[at];
    if (breaks || text[at] == '\n') begin = at + 1;
  }
  return roff(out);
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

std::string choices_text(const OptionInfo& option) {
  std::string text;
  for (const std::string& choice : option.choices) text += (text.empty() ? "" : "|") + choice;
  return text;
}

std::string synopsis(const CommandInfo& command) {
  std::string text = bold(command.path);
  if (!command.options.empty()) text += " [" + italic("OPTIONS") + "]";
  for (const OptionInfo& argument : command.arguments) {
    const std::string name = italic(argument.argument) + (argument.repeated ? "..." : "");
    text += argument.required ? " " + name : " [" + name + "]";
  }
  return text;
}

std::string options_text(const CommandInfo& command) {
  std::string text;
  for (const OptionInfo& argument : command.arguments)
    text += ".TP\n" + italic(argument.argument) + "\n" + filled_text(argument.help) +
            (argument.choices.empty() ? "" : " (" + roff(choices_text(argument)) + ")") + "\n";
  for (const OptionInfo& option : command.options) {
    text += ".TP\n";
    if (!option.short_name.empty()) text += bold(option.short_name);
    if (!option.short_name.empty() && !option.long_name.empty()) text += ", ";
    if (!option.long_name.empty()) text += bold(option.long_name);
    if (option.kind != ValueKind::flag)
      text += " " + (option.choices.empty() ? italic(option.value) : roff(choices_text(option)));
    text += "\n" + filled_text(option.help) + (option.required ? " (required)" : "") + "\n";
  }
  return text;
}

}  // namespace

std::string manual_page(const std::vector<CommandInfo>& tree) {
  const CommandInfo& program = tree.front();
  // What it is stands before the first empty line, and then examples, whose lines stay.
  const std::size_t end = std::min(program.help.find("\n\n"), program.help.size());
  std::string text = str(
      ".TH VIT 1 \"", utc_now().substr(0, 10), "\" \"vit ", VIT_VERSION, "\"\n.SH NAME\nvit \\- ",
      "Vision Transformers on LibTorch\n.SH SYNOPSIS\n", bold("vit"), " ", italic("COMMAND"), " [",
      italic("OPTIONS"), "] ...\n.SH DESCRIPTION\n", filled_text(program.help.substr(0, end)), "\n",
      verbatim(program.help.substr(std::min(end + 2, program.help.size()))),
      verbatim(program.footer), ".SH COMMANDS\n");
  for (const CommandInfo& command : tree) {
    if (&command == &program) continue;
    text += ".SS " + synopsis(command) + "\n" + filled_text(command.help) + ".\n" +
            options_text(command) +
            (command.footer == program.footer ? "" : verbatim(command.footer));
  }
  text += ".SH FILES\n.TP\n" + italic("runs/NAME/") +
          "\nA run: config, figures, checkpoints, exported model, report.html.\n";
  return text;
}

}  // namespace vit::cli
