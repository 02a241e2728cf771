#pragma once

#include <cstdint>

#include <QByteArray>

class QWidget;

namespace asterism {

class Library;

enum class ExportFormat : std::uint8_t { markdown, json };

// The branch of a chat that is shown, with the sources and figures of its answers.
QByteArray exportedChat(Library& library, std::int64_t conversation, ExportFormat format);

// Asks for a file and writes the open chat to it.
void exportChat(QWidget& window, Library& library, ExportFormat format);

}  // namespace asterism
