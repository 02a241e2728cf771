#pragma once

#include <vector>

#include "ui/models/answer_timing.h"
#include "ui/models/block_row.h"

namespace asterism::test {

// Blocks as a run over `ranks` ranks leaves them: ready, one after the other on each rank, with the
// mass of an answer that looked at a few. The same ones every time.
std::vector<BlockRow> sampleBlocks(int count, int ranks);

// The mass of those blocks, one figure each.
std::vector<float> sampleMass(int count, int token);

// An answer of steps whose parts are known.
AnswerTiming sampleAnswer(int steps);

}  // namespace asterism::test
