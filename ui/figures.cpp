#include "ui/figures.h"

#include <cmath>

#include <QCoreApplication>
#include <QLocale>
#include <QTextDocument>

#include "storage/records.h"

namespace asterism {

namespace {

// Texts that belong to no class.
struct Figures {
    Q_DECLARE_TR_FUNCTIONS(Figures)
};

// From a minute on.
QString longTimeText(double seconds) {
    const auto whole = static_cast<qlonglong>(std::llround(seconds));
    if (whole < 3600)
        return Figures::tr("%1 min %2 s").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
    return Figures::tr("%1 h %2 min")
        .arg(whole / 3600)
        .arg(whole % 3600 / 60, 2, 10, QLatin1Char('0'));
}

}  // namespace

QString countText(std::int64_t count) {
    return QLocale().toString(qlonglong{count});
}

QString compactText(std::int64_t count) {
    if (count < 1000) return countText(count);
    const auto number = static_cast<double>(count);
    if (count < 999'500)
        return Figures::tr("%1K", "thousands")
            .arg(QLocale().toString(number / 1000, 'f', count < 99'950 ? 1 : 0));
    return Figures::tr("%1M", "millions").arg(QLocale().toString(number / 1'000'000, 'f', 1));
}

// English needs no translation file for its plurals; other languages get theirs by %n.
QString blocksText(int count) {
    return count == 1 ? Figures::tr("1 block") : Figures::tr("%Ln blocks", nullptr, count);
}

QString tokensText(std::int64_t count) {
    return count == 1 ? Figures::tr("1 token")
                      : Figures::tr("%Ln tokens", nullptr, static_cast<int>(count));
}

QString bytesText(std::int64_t bytes) {
    return QLocale().formattedDataSize(bytes, bytes < 1000 ? 0 : 1, QLocale::DataSizeSIFormat);
}

QString durationText(double seconds) {
    const QLocale locale;
    if (seconds < 0.9995)
        return Figures::tr("%1 ms").arg(
            locale.toString(seconds * 1000, 'f', seconds < 0.00995 ? 1 : 0));
    if (seconds < 59.95)
        return Figures::tr("%1 s").arg(locale.toString(seconds, 'f', seconds < 9.995 ? 2 : 1));
    return longTimeText(seconds);
}

QString roughTimeText(double seconds) {
    if (seconds >= 59.5) return longTimeText(seconds);
    return Figures::tr("%1 s").arg(QLocale().toString(seconds, 'f', seconds < 9.95 ? 1 : 0));
}

QString rateText(double tokensPerSecond) {
    return QLocale().toString(tokensPerSecond, 'f', tokensPerSecond < 99.95 ? 1 : 0);
}

QString shareText(double share) {
    const double percent = share * 100;
    if (percent == 0) return Figures::tr("%1 %").arg(0);
    if (percent > 0 && percent < 0.005) return Figures::tr("< %1 %").arg(QLocale().toString(0.01));
    return Figures::tr("%1 %").arg(QLocale().toString(percent, 'f', percent < 0.995 ? 2 : 1));
}

QString stateText(DocumentState state) {
    switch (state) {
        case DocumentState::queued:
            return Figures::tr("queued");
        case DocumentState::reading:
            return Figures::tr("reading");
        case DocumentState::encoding:
            return Figures::tr("encoding");
        case DocumentState::ready:
            return Figures::tr("ready");
        case DocumentState::changed:
            return Figures::tr("changed");
        case DocumentState::failed:
            return Figures::tr("failed");
    }
    return {};
}

QString deviceText(const std::string& device) {
    return device == "cpu" ? Figures::tr("Processor")
                           : Figures::tr("Graphics card (%1)").arg(QString::fromStdString(device));
}

QString blockText(std::int64_t index) {
    return Figures::tr("Block %1").arg(countText(index));
}

QString toolTipText(const QString& plain) {
    return plain.isEmpty() ? QString() : Qt::convertFromPlainText(plain, Qt::WhiteSpaceNormal);
}

}  // namespace asterism
