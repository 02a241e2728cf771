#include <map>

#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/chat/message_widget.h"
#include "ui/dialogs/dialog_frame.h"
#include "ui/dialogs/dialog_list.h"
#include "ui/engine_bridge.h"
#include "ui/icons.h"
#include "ui/library.h"
#include "ui/source/reading_view.h"
#include "ui/theme.h"
#include "ui/widgets/flow_layout.h"

namespace asterism {

namespace {

// Chooses documents, shows one summary each as they appear, then the one over all of them.
class SummaryDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(SummaryDialog)

  public:
    SummaryDialog(const DialogParts& parts,
                  const std::function<void(const CitationRecord&)>& onCitation)
        : QDialog(&parts.window),
          m_library(parts.library),
          m_bridge(parts.bridge),
          m_onCitation(onCitation),
          m_documentsList(new QListWidget(this)),
          m_view(new ReadingView(this)),
          m_stateLabel(makeHint({}, this)),
          m_chips(new QWidget(this)),
          m_chipLayout(new FlowLayout(m_chips)) {
        setWindowTitle(tr("Summaries"));
        m_documentsList->setObjectName(QStringLiteral("summaryDocumentsList"));
        m_documentsList->setAccessibleName(tr("Documents to summarise"));
        m_documentsList->setIconSize(QSize(2 * kGridUnit, 2 * kGridUnit));
        m_view->setObjectName(QStringLiteral("summaryView"));
        m_view->setAccessibleName(tr("Summary"));
        m_stateLabel->setObjectName(QStringLiteral("summaryStateLabel"));
        auto* right = new QWidget(this);
        auto* column = new QVBoxLayout(right);
        column->setContentsMargins(0, 0, 0, 0);
        column->addWidget(m_view, 1);
        column->addWidget(m_chips);
        auto* halves = new QSplitter(this);
        halves->addWidget(m_documentsList);
        halves->addWidget(right);
        halves->setStretchFactor(1, 2);
        halves->setSizes({260, 520});
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
        m_makeButton = buttons->addButton(tr("Summarise"), QDialogButtonBox::ActionRole);
        m_makeButton->setObjectName(QStringLiteral("summarizeButton"));
        auto* layout = new QVBoxLayout(this);
        layout->setSpacing(kGridUnit);
        layout->addWidget(makeHint(tr("Each ticked document is read whole and summarised by "
                                      "itself; then one summary is made over all of them. What "
                                      "was made before of the same text is kept."),
                                   this));
        layout->addWidget(halves, 1);
        layout->addWidget(m_stateLabel);
        layout->addWidget(buttons);
        resize(820, 560);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        connect(m_makeButton, &QPushButton::clicked, this, [this] { startOrStop(); });
        connect(m_documentsList, &QListWidget::currentRowChanged, this, [this] { showChosen(); });
        connectBridge();
        fill();
    }

  private:
    void connectBridge() {
        connect(&m_bridge, &EngineBridge::summaryMade, this,
                [this](const DocumentSummary& summary) {
                    keep(summary.document, summary.summary.text, summary.end);
                    showChosen();
                });
        connect(&m_bridge, &EngineBridge::summariesFinished, this,
                [this](const ProjectSummary& summary) {
                    m_citations = summary.citations;
                    keep({}, summary.overall.text, summary.end);
                    m_documentsList->setCurrentRow(0);
                    end(tr("Done. The summaries are kept in the project."));
                });
        connect(&m_bridge, &EngineBridge::workStopped, this,
                [this] { end(tr("Stopped. Finished summaries are kept.")); });
        connect(&m_bridge, &EngineBridge::workFailed, this,
                [this](const QString& reason) { end(reason); });
    }

    // The one over all stands first.
    void fill() {
        auto* whole = new QListWidgetItem(icon("project"), tr("All of them"), m_documentsList);
        whole->setData(Qt::UserRole, QString());
        std::map<std::int64_t, QString> names;
        for (const DocumentRecord& document : m_library.attempt(
                 [this] { return m_library.documents().list(m_library.project().id); })) {
            if (document.state == DocumentState::failed) continue;
            const QString name = QString::fromStdString(document.name);
            auto* item = new QListWidgetItem(icon("text-x-generic"), name, m_documentsList);
            item->setData(Qt::UserRole, name);
            item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
            item->setCheckState(Qt::Checked);
            names[document.id] = name;
        }
        for (const SummaryRecord& summary : m_library.attempt(
                 [this] { return m_library.chats().summaries(m_library.project().id); })) {
            if (summary.documentId == 0)
                m_citations = m_library.attempt(
                    [&] { return m_library.chats().citations(summary.messageId); });
            keep(names[summary.documentId].toStdString(), summary.text,
                 m_library.attempt([&] { return endOf(m_library.chats(), summary); }));
        }
        m_documentsList->setCurrentRow(0);
        m_makeButton->setEnabled(m_documentsList->count() > 1);
    }

    void keep(const std::string& document, const std::string& text, MessageEnd end) {
        QString shown = QString::fromStdString(text);
        if (end == MessageEnd::maxTokens)
            shown += QStringLiteral("\n\n*(%1)*")
                         .arg(MessageWidget::tr("ended at the longest answer allowed"));
        m_texts[QString::fromStdString(document)] = shown;
    }

    void showChosen() {
        const QListWidgetItem* item = m_documentsList->currentItem();
        if (!item) return;
        const QString name = item->data(Qt::UserRole).toString();
        const auto found = m_texts.find(name);
        m_view->showText(found == m_texts.end() ? tr("*There is no summary yet.*") : found->second);
        showChips(name.isEmpty());
    }

    void showChips(bool isWhole) {
        while (QLayoutItem* item = m_chipLayout->takeAt(0)) {
            delete item->widget();
            delete item;
        }
        m_chips->setVisible(isWhole && !m_citations.empty());
        if (!isWhole) return;
        for (const CitationRecord& citation : m_citations) {
            auto* chip = new QPushButton(QString::fromStdString(citation.document), m_chips);
            chip->setToolTip(QString::fromStdString(citation.quote));
            connect(chip, &QPushButton::clicked, this,
                    [this, citation] { m_onCitation(citation); });
            m_chipLayout->addWidget(chip);
            chip->show();
        }
    }

    void startOrStop() {
        if (m_isRunning) return m_bridge.stopWork();
        std::vector<std::string> only;
        bool isAll = true;
        for (int row = 1; row < m_documentsList->count(); ++row) {
            const QListWidgetItem* item = m_documentsList->item(row);
            if (item->checkState() == Qt::Checked)
                only.push_back(globOf(item->data(Qt::UserRole).toString().toStdString()));
            else
                isAll = false;
        }
        if (only.empty()) {
            m_stateLabel->setText(tr("Tick at least one document."));
            return;
        }
        m_isRunning = true;
        m_makeButton->setText(tr("Stop"));
        m_stateLabel->setText(tr("Reading…"));
        m_bridge.summarize(isAll ? std::vector<std::string>() : only);
    }

    void end(const QString& text) {
        if (!m_isRunning) return;
        m_isRunning = false;
        m_makeButton->setText(tr("Summarise"));
        m_stateLabel->setText(text);
        showChosen();
    }

    Library& m_library;
    EngineBridge& m_bridge;
    std::function<void(const CitationRecord&)> m_onCitation;
    QListWidget* m_documentsList;
    ReadingView* m_view;
    QLabel* m_stateLabel;
    QWidget* m_chips;
    FlowLayout* m_chipLayout;
    QPushButton* m_makeButton = nullptr;
    std::map<QString, QString> m_texts;  // by document; empty name: all
    std::vector<CitationRecord> m_citations;
    bool m_isRunning = false;
};

}  // namespace

void openSummaries(const DialogParts& parts,
                   const std::function<void(const CitationRecord&)>& onCitation) {
    openOnce(parts.window, QStringLiteral("summaryDialog"),
             [&] { return new SummaryDialog(parts, onCitation); });
}

}  // namespace asterism
