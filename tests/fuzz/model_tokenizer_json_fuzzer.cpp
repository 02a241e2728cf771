#include <string_view>

#include "core/base/error.h"
#include "core/model/tokenizer_json.h"
#include "core/text/tokenizer.h"

// Any text is either a tokenizer that works or a clean error.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    try {
        const asterism::Json parsed =
            asterism::parseJson({reinterpret_cast<const char*>(data), size}, "fuzz");
        const asterism::JsonObject file(parsed, "fuzz");
        asterism::Vocabulary vocabulary;
        asterism::readTokenizerJson(file, vocabulary);
        asterism::applyAddedTokens(file, 2000, vocabulary);
        asterism::readBeginPiece(file);
        asterism::makeTokenizer(vocabulary)
            ->encode("the the\n\n12 \xC3\xA9", asterism::ControlTokens::parsed);
    } catch (const asterism::Error&) {
        return 0;
    }
    return 0;
}
