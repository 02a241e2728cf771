#include "ui/formats.h"

#include <QCoreApplication>
#include <QLocale>

namespace asterism {

QString formatCount(std::int64_t count) {
    return QLocale().toString(static_cast<qlonglong>(count));
}

QString formatBytes(std::uintmax_t bytes) {
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), bytes < 10'000 ? 0 : 1,
                                       QLocale::DataSizeSIFormat);
}

QString formatSeconds(double seconds) {
    const auto whole = static_cast<qlonglong>(seconds + 0.5);
    if (seconds < 10)
        return QCoreApplication::translate("Formats", "%1 s")
            .arg(QLocale().toString(seconds, 'f', 1));
    if (whole < 60) return QCoreApplication::translate("Formats", "%1 s").arg(whole);
    if (whole < 3600)
        return QCoreApplication::translate("Formats", "%1 min %2 s")
            .arg(whole / 60)
            .arg(whole % 60);
    return QCoreApplication::translate("Formats", "%1 h %2 min")
        .arg(whole / 3600)
        .arg(whole / 60 % 60);
}

QString formatTokens(std::int64_t tokens) {
    const QLocale locale;
    const auto number = static_cast<double>(tokens);
    if (tokens < 1000) return locale.toString(static_cast<qlonglong>(tokens));
    if (tokens < 100'000)
        return QCoreApplication::translate("Formats", "%1K", "thousands of tokens")
            .arg(locale.toString(number / 1000, 'f', 1));
    if (tokens < 1'000'000)
        return QCoreApplication::translate("Formats", "%1K", "thousands of tokens")
            .arg(locale.toString(number / 1000, 'f', 0));
    return QCoreApplication::translate("Formats", "%1M", "millions of tokens")
        .arg(locale.toString(number / 1'000'000, 'f', 1));
}

QString formatPercent(double share) {
    return QCoreApplication::translate("Formats", "%1 %")
        .arg(QLocale().toString(share * 100, 'f', share < 0.0995 ? 1 : 0));
}

}  // namespace asterism
