#include <cmath>

#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QMessageBox>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "ui/dialogs/dialog_frame.h"
#include "ui/dialogs/dialog_list.h"
#include "ui/figures.h"
#include "ui/theme.h"

namespace asterism {

namespace {

// What an answer depends on: each block left out in turn.
class ExplanationDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(ExplanationDialog)

  public:
    ExplanationDialog(const Explanation& explanation, QWidget* parent) : QDialog(parent) {
        setWindowTitle(tr("Why This Answer"));
        auto* tree = new QTreeWidget(this);
        tree->setObjectName(QStringLiteral("effectsTree"));
        tree->setAccessibleName(tr("Blocks and what the answer loses without them"));
        tree->setRootIsDecorated(false);
        tree->setAlternatingRowColors(true);
        tree->setHeaderLabels({tr("Block"), tr("Sources"), tr("Attention"), tr("Without it")});
        for (const BlockEffect& effect : explanation.blocks) {
            auto* item = new QTreeWidgetItem(
                tree, {countText(static_cast<std::int64_t>(effect.block)), names(effect),
                       shareText(effect.mass), effectText(effect)});
            item->setToolTip(1, names(effect));
            for (const int column : {0, 2})
                item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        }
        tree->header()->resizeSection(0, 60);
        tree->header()->resizeSection(1, 260);
        tree->header()->resizeSection(2, 90);
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
        auto* layout = new QVBoxLayout(this);
        layout->setSpacing(kGridUnit);
        QLabel* verdictLabel = makeHeading(verdict(explanation), this);
        verdictLabel->setObjectName(QStringLiteral("verdictLabel"));
        layout->addWidget(verdictLabel);
        layout->addWidget(makeHint(
            tr("Each block was left out in turn and the same answer was rated again. Attention "
               "says where the model looked; the last column says what the answer needs."),
            this));
        layout->addWidget(tree, 1);
        layout->addWidget(buttons);
        resize(680, 420);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    }

  private:
    static QString names(const BlockEffect& effect) {
        QStringList list;
        for (const std::string& name : effect.documents) list << QString::fromStdString(name);
        return list.join(QStringLiteral(", "));
    }

    static QString effectText(const BlockEffect& effect) {
        constexpr double kNothing = 0.05;  // nats
        if (effect.drop > kNothing) return tr("%1 times less likely").arg(factorText(effect.drop));
        if (effect.drop < -kNothing)
            return tr("%1 times more likely").arg(factorText(-effect.drop));
        return tr("no difference");
    }

    // Beyond a thousand the figure says nothing more.
    static QString factorText(double nats) {
        constexpr int kMost = 1000;
        const double factor = std::exp(nats);
        if (factor > kMost) return tr("more than %1").arg(countText(kMost));
        return QLocale().toString(factor, 'f', factor < 10 ? 1 : 0);
    }

    static QString verdict(const Explanation& explanation) {
        const BlockEffect* most = nullptr;
        for (const BlockEffect& effect : explanation.blocks)
            if (!most || effect.drop > most->drop) most = &effect;
        if (!most || most->drop < 0.5)
            return tr(
                "The answer depends on no single block: it would be given without any of "
                "them.");
        return tr("The answer depends most on %1.").arg(names(*most));
    }
};

}  // namespace

void showExplanation(QWidget& window, const Explanation& explanation) {
    openOnce(window, QStringLiteral("explanationDialog"),
             [&] { return new ExplanationDialog(explanation, &window); });
}

void showAbout(QWidget& window) {
    QMessageBox::about(
        &window, QCoreApplication::translate("About", "About Asterism"),
        QCoreApplication::translate(
            "About",
            "<p><b>Asterism</b> answers questions over all of your documents. It reads them once "
            "with Star Attention (arXiv 2411.17116) and keeps what it read on this machine.</p>"
            "<p>Nothing leaves this machine; models come over the network only when you ask for "
            "one.</p><p>Apache License 2.0</p>"));
}

}  // namespace asterism
