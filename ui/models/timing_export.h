#pragma once

#include <span>

#include <QByteArray>

#include "ui/models/answer_timing.h"
#include "ui/models/block_row.h"

namespace asterism {

// Per-block and per-step timing for other programs. Pure functions; numbers in the C locale,
// texts in UTF-8.

// One line a block under a line of column names, as RFC 4180 has it. What is not known is empty.
QByteArray blocksCsv(std::span<const BlockRow> blocks);

// Chrome's trace event format, which Perfetto opens: a process for context encoding with a track
// per rank and a complete event per block, and one for the answer with its query and its steps;
// the parts of the steps are counters. Encoding and answer each begin at 0.
QByteArray chromeTrace(std::span<const BlockRow> blocks, const AnswerTiming& answer);

}  // namespace asterism
