#include "core/text/quotation_checker.h"

#include <algorithm>
#include <cstring>

namespace asterism {

namespace {

constexpr std::size_t kLongestGap = 2000;
// Scraps between ellipses stand in every text; one piece must have this many bytes.
constexpr std::size_t kLeastPiece = 6;

// As std::string_view::find, in time linear in the text whatever the two hold.
std::size_t findIn(std::string_view text, std::string_view pattern, std::size_t from) {
    if (from > text.size()) return text.npos;
    const std::string_view rest = text.substr(from);
    const void* found = memmem(rest.data(), rest.size(), pattern.data(), pattern.size());
    if (found == nullptr) return text.npos;
    return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::string_view trimmed(std::string_view text, std::string_view letters) {
    const std::size_t begin = text.find_first_not_of(letters);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(letters) + 1 - begin);
}

// What stands between the ellipses of a folded quotation, brackets around them left out. Behind
// the last piece punctuation may be the quoting sentence's own.
std::vector<std::string_view> piecesOf(std::string_view folded) {
    std::vector<std::string_view> pieces;
    for (std::size_t begin = 0; begin <= folded.size();) {
        const std::size_t dots = std::min(folded.find("...", begin), folded.size());
        std::string_view piece = folded.substr(begin, dots - begin);
        if (dots < folded.size() && (piece.ends_with('[') || piece.ends_with('(')))
            piece.remove_suffix(1);
        if (begin > 0 && (piece.starts_with(']') || piece.starts_with(')'))) piece.remove_prefix(1);
        piece = trimmed(piece, " ");
        if (!piece.empty()) pieces.push_back(piece);
        begin = std::min(folded.find_first_not_of('.', dots), folded.size() + 1);
    }
    return pieces;
}

// The first place where the pieces stand one behind the other with no more between them than gaps
// may hold. An empty range: none. Every piece is looked for from left to right only once.
ByteRange findChain(std::string_view text, std::span<const std::string_view> pieces) {
    std::size_t length = kLongestGap * (pieces.size() - 1);
    for (const std::string_view piece : pieces) length += piece.size();
    std::vector<std::size_t> places(pieces.size(), 0);
    std::vector<bool> isFound(pieces.size(), false);
    for (std::size_t from = 0;;) {
        std::size_t end = from;
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            if (!isFound[i] || places[i] < end) places[i] = findIn(text, pieces[i], end);
            if (places[i] == text.npos) return {};
            isFound[i] = true;
            end = places[i] + pieces[i].size();
        }
        if (end - places.front() <= length) return {places.front(), end};
        from = places.front() + 1;
    }
}

}  // namespace

QuotationChecker::QuotationChecker(std::vector<std::string_view> documents)
    : m_documents(std::move(documents)), m_folded(m_documents.size()) {}

std::optional<QuotedPlace> QuotationChecker::find(std::string_view quotation) {
    if (quotation.empty()) return std::nullopt;
    if (auto place = findExact(quotation)) return place;
    const FoldedText folded(quotation);
    const std::string_view whole = trimmed(folded.text(), " ");
    const std::string_view bare = trimmed(whole, " .,;:!?");
    if (bare.empty()) return std::nullopt;
    // The end without punctuation, the beginning as it is.
    const std::string_view words =
        whole.substr(0, static_cast<std::size_t>(bare.data() + bare.size() - whole.data()));
    if (auto place = findFolded({&words, 1})) return place;
    const std::vector<std::string_view> pieces = piecesOf(words);
    const bool hasWords = std::any_of(pieces.begin(), pieces.end(), [](std::string_view piece) {
        return piece.size() >= kLeastPiece;
    });
    if (!hasWords || pieces.front() == words) return std::nullopt;
    return findFolded(pieces);
}

std::optional<QuotedPlace> QuotationChecker::findExact(std::string_view quotation) const {
    for (std::size_t i = 0; i < m_documents.size(); ++i) {
        const std::size_t found = findIn(m_documents[i], quotation, 0);
        if (found != std::string_view::npos)
            return placeOf(i, {found, found + quotation.size()}, true);
    }
    return std::nullopt;
}

std::optional<QuotedPlace> QuotationChecker::findFolded(std::span<const std::string_view> pieces) {
    for (std::size_t i = 0; i < m_documents.size(); ++i) {
        const FoldedText& folded = foldedText(i);
        const ByteRange found = findChain(folded.text(), pieces);
        if (found.bytes() > 0) return placeOf(i, folded.toOriginal(found), false);
    }
    return std::nullopt;
}

const FoldedText& QuotationChecker::foldedText(std::size_t document) {
    auto& folded = m_folded[document];
    if (!folded) folded = std::make_unique<FoldedText>(m_documents[document]);
    return *folded;
}

QuotedPlace QuotationChecker::placeOf(std::size_t document, ByteRange range, bool isExact) const {
    const std::string_view text = m_documents[document];
    const auto lineEnds = [](std::string_view stretch) {
        return static_cast<std::int64_t>(std::count(stretch.begin(), stretch.end(), '\n'));
    };
    QuotedPlace place{document, range, 1, 1, isExact};
    place.lineBegin = 1 + lineEnds(text.substr(0, range.begin));
    // A line end that the quotation ends with belongs to its last line.
    const std::string_view quoted = range.of(text);
    place.lineEnd = place.lineBegin + lineEnds(quoted.substr(0, quoted.size() - 1));
    return place;
}

}  // namespace asterism
