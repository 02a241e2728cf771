#include "ui/models/timing_export.h"

#include <set>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace asterism {

namespace {

constexpr int kEncodingProcess = 1;
constexpr int kAnswerProcess = 2;

// A file is the same in every language.
QByteArray stateName(DocumentState state) {
    const std::string_view name = toString(state);
    return {name.data(), static_cast<qsizetype>(name.size())};
}

QByteArray quoted(const QString& text) {
    QByteArray bytes = text.toUtf8();
    bytes.replace('"', "\"\"");
    return '"' + bytes + '"';
}

QByteArray number(double value) {
    return QByteArray::number(value, 'g', 9);
}

QByteArray csvLine(const BlockRow& row) {
    QByteArrayList cells;
    cells << QByteArray::number(qlonglong{row.index})
          << quoted(row.documents.join(QStringLiteral("; ")))
          << QByteArray::number(qlonglong{row.tokens.begin})
          << QByteArray::number(qlonglong{row.tokens.end})
          << QByteArray::number(qlonglong{row.tokens.tokens()}) << stateName(row.state);
    if (row.rank)
        cells << QByteArray::number(*row.rank) << number(row.beginSeconds) << number(row.seconds)
              << number(row.tokensPerSecond()) << (row.isRestored ? "1" : "0");
    else
        cells << QByteArray() << QByteArray() << QByteArray() << QByteArray() << QByteArray();
    cells << QByteArray::number(qlonglong{row.kvBytes})
          << (row.mass ? number(*row.mass) : QByteArray());
    return cells.join(',') + "\r\n";
}

// Names a process, or a track of it.
QJsonObject naming(const QString& kind, int process, int track, const QString& name) {
    return {{QStringLiteral("name"), kind},
            {QStringLiteral("ph"), QStringLiteral("M")},
            {QStringLiteral("pid"), process},
            {QStringLiteral("tid"), track},
            {QStringLiteral("args"), QJsonObject{{QStringLiteral("name"), name}}}};
}

// A complete event. Times are in seconds; the format's are microseconds.
QJsonObject span(const QString& name, int process, int track, double begin, double seconds) {
    return {{QStringLiteral("name"), name},      {QStringLiteral("ph"), QStringLiteral("X")},
            {QStringLiteral("pid"), process},    {QStringLiteral("tid"), track},
            {QStringLiteral("ts"), begin * 1e6}, {QStringLiteral("dur"), seconds * 1e6}};
}

QJsonObject blockSpan(const BlockRow& row) {
    QJsonObject event = span(QStringLiteral("Block %1").arg(row.index), kEncodingProcess, *row.rank,
                             row.beginSeconds, row.seconds);
    event[QStringLiteral("cat")] =
        row.isRestored ? QStringLiteral("restored") : QStringLiteral("encoded");
    QJsonObject details{{QStringLiteral("documents"), QJsonArray::fromStringList(row.documents)},
                        {QStringLiteral("tokens"), qint64{row.tokens.tokens()}},
                        {QStringLiteral("first token"), qint64{row.tokens.begin}},
                        {QStringLiteral("KV bytes"), qint64{row.kvBytes}}};
    if (row.mass) details[QStringLiteral("attention mass")] = *row.mass;
    event[QStringLiteral("args")] = details;
    return event;
}

QJsonObject partsCounter(const StepParts& parts, double begin) {
    return {
        {QStringLiteral("name"), parts.isProfiled ? QStringLiteral("ms of a profiled step")
                                                  : QStringLiteral("ms of a step")},
        {QStringLiteral("ph"), QStringLiteral("C")},
        {QStringLiteral("pid"), kAnswerProcess},
        {QStringLiteral("ts"), begin * 1e6},
        {QStringLiteral("args"), QJsonObject{{QStringLiteral("attention"), parts.attention * 1e3},
                                             {QStringLiteral("linear"), parts.linear * 1e3},
                                             {QStringLiteral("merge"), parts.merge * 1e3},
                                             {QStringLiteral("sampling"), parts.sampling * 1e3},
                                             {QStringLiteral("other"), parts.other * 1e3}}}};
}

void addAnswer(QJsonArray& events, const AnswerTiming& answer) {
    events.append(
        naming(QStringLiteral("process_name"), kAnswerProcess, 0, QStringLiteral("Answer")));
    events.append(naming(QStringLiteral("thread_name"), kAnswerProcess, 0,
                         QStringLiteral("Query and steps")));
    QJsonObject query = span(QStringLiteral("Query"), kAnswerProcess, 0, 0, answer.querySeconds);
    query[QStringLiteral("args")] =
        QJsonObject{{QStringLiteral("tokens"), qint64{answer.queryTokens}}};
    events.append(query);
    double begin = answer.querySeconds;
    for (std::size_t i = 0; i < answer.steps.size(); ++i) {
        const DecodeStep& step = answer.steps[i];
        QJsonObject event =
            span(QStringLiteral("Step %1").arg(i), kAnswerProcess, 0, begin, step.seconds);
        event[QStringLiteral("args")] = QJsonObject{{QStringLiteral("text"), step.text}};
        events.append(event);
        if (step.parts) events.append(partsCounter(*step.parts, begin));
        begin += step.seconds;
    }
}

}  // namespace

QByteArray blocksCsv(std::span<const BlockRow> blocks) {
    QByteArray csv =
        "block,documents,first_token,end_token,tokens,state,rank,begin_s,seconds,tokens_per_s,"
        "is_restored,kv_bytes,attention_mass\r\n";
    for (const BlockRow& row : blocks) csv += csvLine(row);
    return csv;
}

QByteArray chromeTrace(std::span<const BlockRow> blocks, const AnswerTiming& answer) {
    QJsonArray events;
    events.append(naming(QStringLiteral("process_name"), kEncodingProcess, 0,
                         QStringLiteral("Context encoding")));
    std::set<int> ranks;
    for (const BlockRow& row : blocks) {
        if (!row.rank) continue;
        if (ranks.insert(*row.rank).second)
            events.append(naming(QStringLiteral("thread_name"), kEncodingProcess, *row.rank,
                                 QStringLiteral("Rank %1").arg(*row.rank)));
        events.append(blockSpan(row));
    }
    if (!answer.steps.empty() || answer.queryTokens > 0) addAnswer(events, answer);
    const QJsonObject trace{{QStringLiteral("traceEvents"), events},
                            {QStringLiteral("displayTimeUnit"), QStringLiteral("ms")}};
    return QJsonDocument(trace).toJson(QJsonDocument::Compact);
}

}  // namespace asterism
