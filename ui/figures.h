#pragma once

#include <cstdint>
#include <string>

#include <QString>

namespace asterism {

enum class DocumentState : std::uint8_t;

// Numbers and states as people read them, in the language and number format of the desktop.

QString countText(std::int64_t count);
QString blocksText(int count);             // "1 block", "10,000 blocks"
QString tokensText(std::int64_t count);    // "1 token", "4,096 tokens"
QString bytesText(std::int64_t bytes);     // decimal units: "98.4 MB"
QString compactText(std::int64_t count);   // for narrow columns: "950", "12.3K", "1.2M"
QString durationText(double seconds);      // "40 ms", "2.50 s", "2 min 05 s", "1 h 05 min"
QString roughTimeText(double seconds);     // of waiting: "0.4 s", "12 s"; from a minute on the same
QString rateText(double tokensPerSecond);  // tokens per second, without the unit
QString shareText(double share);           // of 1: "12.3 %"
QString stateText(DocumentState state);    // of a document or block: "ready"
QString deviceText(const std::string& device);  // as EngineOptions::device: "Processor"
QString blockText(std::int64_t index);          // "Block 12"

// Plain text for a tool tip: names from documents are shown letter by letter, never as markup.
QString toolTipText(const QString& plain);

}  // namespace asterism
