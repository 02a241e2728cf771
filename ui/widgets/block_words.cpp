#include "ui/widgets/block_words.h"

#include <QCoreApplication>

#include "ui/figures.h"

namespace asterism {

namespace {

constexpr qsizetype kNamesInWords = 8;

struct BlockWords {
    Q_DECLARE_TR_FUNCTIONS(BlockWords)
};

}  // namespace

QString blockWords(const BlockRow& row) {
    QStringList lines;
    lines << BlockWords::tr("%1, %2").arg(blockText(row.index), stateText(row.state));
    lines << row.documents.mid(0, kNamesInWords);
    if (row.documents.size() > kNamesInWords)
        lines << BlockWords::tr("and %n more", nullptr,
                                static_cast<int>(row.documents.size() - kNamesInWords));
    lines << BlockWords::tr("%1, %2 of KV cache", "tokens, bytes")
                 .arg(tokensText(row.tokens.tokens()), bytesText(row.kvBytes));
    if (row.rank) {
        const QString how = row.isRestored
                                ? BlockWords::tr("rank %1 restored it in %2, %3 tokens/s")
                                : BlockWords::tr("rank %1 encoded it in %2, %3 tokens/s");
        lines << how.arg(countText(*row.rank), durationText(row.seconds),
                         rateText(row.tokensPerSecond()));
    }
    if (row.mass) lines << BlockWords::tr("%1 of the attention").arg(shareText(*row.mass));
    return lines.join(QLatin1Char('\n'));
}

}  // namespace asterism
