#include "core/model/fit_vocabulary.h"

#include <string>

#include "core/base/error.h"

namespace asterism {

void fitVocabulary(Vocabulary& vocabulary, std::int64_t rows) {
    if (std::ssize(vocabulary.pieces) > rows)
        throw Error(vocabulary.source, ": has ", vocabulary.pieces.size(),
                    " tokens, but the model has embeddings for ", rows,
                    "; tokenizer and weights do not belong together");
    while (std::ssize(vocabulary.pieces) < rows) {
        vocabulary.pieces.push_back("[PAD" + std::to_string(vocabulary.pieces.size()) + "]");
        vocabulary.types.push_back(PieceType::unused);
        if (vocabulary.kind == TokenizerKind::sentencePiece) vocabulary.scores.push_back(0.0F);
    }
}

}  // namespace asterism
