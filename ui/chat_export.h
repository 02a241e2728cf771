#pragma once

#include <cstdint>

class QWidget;

namespace asterism {

class Library;

enum class ExportFormat : std::uint8_t { markdown, json };

// Asks for a file and writes the open chat to it (storage/projects/chat_export.h).
void exportChat(QWidget& window, Library& library, ExportFormat format);

}  // namespace asterism
