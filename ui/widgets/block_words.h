#pragma once

#include <QString>

#include "ui/models/block_row.h"

namespace asterism {

// A block in words: number, documents and figures, a line each. For tool tips and screen readers.
QString blockWords(const BlockRow& row);

}  // namespace asterism
