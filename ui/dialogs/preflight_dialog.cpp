#include "ui/dialogs/preflight_dialog.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include "ui/figures.h"
#include "ui/models/preflight_model.h"
#include "ui/theme.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/relative_font.h"

namespace asterism {

namespace {

constexpr std::array<KvType, 3> kKvTypes = {KvType::q8, KvType::bf16, KvType::f32};
constexpr std::array<int, 5> kBlockSizes = {2048, 4096, 6144, 8192, 16384};

QString kvName(KvType type) {
    switch (type) {
        case KvType::q8:
            return PreflightDialog::tr("8 bits (q8): smallest, as good in tests");
        case KvType::bf16:
            return PreflightDialog::tr("16 bits (bf16): twice the size");
        case KvType::f32:
            return PreflightDialog::tr("32 bits (f32): for comparisons");
    }
    return {};
}

}  // namespace

PreflightDialog::PreflightDialog(std::shared_ptr<const Preflight> preflight, const Costs& costs,
                                 QWidget* parent)
    : QDialog(parent),
      m_preflight(std::move(preflight)),
      m_costs(costs),
      m_model(new PreflightModel(m_preflight, this)),
      m_filesTree(new QTreeView(this)),
      m_totalsLabel(new QLabel(this)),
      m_costsLabel(new QLabel(this)),
      m_noticeBar(new NoticeBar(this)) {
    setObjectName(QStringLiteral("preflightDialog"));
    setWindowTitle(tr("What Will Be Read"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_totalsLabel->setObjectName(QStringLiteral("totalsLabel"));
    setRelativeFont(m_totalsLabel, kHeading, QFont::DemiBold);
    m_costsLabel->setObjectName(QStringLiteral("costsLabel"));
    m_costsLabel->setWordWrap(true);
    m_costsLabel->setForegroundRole(QPalette::PlaceholderText);
    m_filesTree->setObjectName(QStringLiteral("preflightTree"));
    m_filesTree->setAccessibleName(tr("Files that would be read"));
    m_filesTree->setModel(m_model);
    m_filesTree->setUniformRowHeights(true);
    m_filesTree->setAlternatingRowColors(true);
    QHeaderView* columns = m_filesTree->header();
    columns->setStretchLastSection(true);
    columns->resizeSection(PreflightModel::nameColumn, 300);
    columns->resizeSection(PreflightModel::tokensColumn, 80);
    columns->resizeSection(PreflightModel::sizeColumn, 80);
    if (m_model->rowCount() <= 3) m_filesTree->expandToDepth(1);

    auto* buttons = new QDialogButtonBox(this);
    m_encodeButton = buttons->addButton(tr("Read and Encode"), QDialogButtonBox::AcceptRole);
    m_encodeButton->setObjectName(QStringLiteral("encodeButton"));
    buttons->addButton(QDialogButtonBox::Cancel)->setObjectName(QStringLiteral("cancelButton"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kGridUnit, 2 * kGridUnit, 2 * kGridUnit, 2 * kGridUnit);
    layout->setSpacing(kGridUnit);
    layout->addWidget(m_totalsLabel);
    layout->addWidget(m_costsLabel);
    layout->addWidget(m_filesTree, 1);
    layout->addWidget(m_noticeBar);
    layout->addWidget(makeAdvanced());
    layout->addWidget(buttons);
    resize(760, 560);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        emit encodeAsked(m_model->without());
        accept();
    });
    connect(m_model, &QAbstractItemModel::dataChanged, this, &PreflightDialog::showCosts);
    showCosts();
}

// A project that the command line made may have blocks of any size.
void PreflightDialog::makeChoices(QWidget* parent) {
    m_kvComboBox = new QComboBox(parent);
    m_kvComboBox->setObjectName(QStringLiteral("kvComboBox"));
    for (const KvType type : kKvTypes) m_kvComboBox->addItem(kvName(type), static_cast<int>(type));
    m_kvComboBox->setCurrentIndex(m_kvComboBox->findData(static_cast<int>(m_costs.settings.kv)));
    m_blockComboBox = new QComboBox(parent);
    m_blockComboBox->setObjectName(QStringLiteral("blockComboBox"));
    std::set<qint64> sizes(kBlockSizes.begin(), kBlockSizes.end());
    sizes.insert(m_costs.settings.blockTokens);
    for (const qint64 size : sizes)
        m_blockComboBox->addItem(tr("%1 tokens").arg(countText(size)), size);
    m_blockComboBox->setCurrentIndex(
        m_blockComboBox->findData(static_cast<qint64>(m_costs.settings.blockTokens)));
    m_kvComboBox->setEnabled(m_costs.canChooseSettings);
    m_blockComboBox->setEnabled(m_costs.canChooseSettings);
}

QWidget* PreflightDialog::makeAdvanced() {
    auto* part = new QWidget(this);
    auto* unfoldButton = new QToolButton(part);
    unfoldButton->setObjectName(QStringLiteral("advancedButton"));
    unfoldButton->setText(tr("Advanced"));
    unfoldButton->setCheckable(true);
    unfoldButton->setAutoRaise(true);
    unfoldButton->setArrowType(Qt::RightArrow);
    unfoldButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    auto* fields = new QWidget(part);
    makeChoices(fields);
    auto* form = new QFormLayout(fields);
    form->setContentsMargins(3 * kGridUnit, 0, 0, 0);
    form->addRow(tr("KV cache:"), m_kvComboBox);
    form->addRow(tr("Block size:"), m_blockComboBox);
    auto* hint = new QLabel(
        m_costs.canChooseSettings
            ? tr("Larger blocks answer more accurately; smaller ones are faster to encode and "
                 "cheaper to edit. Both are fixed once the project is encoded.")
            : tr("Fixed when the project was made: every block depends on them."),
        fields);
    hint->setWordWrap(true);
    hint->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(hint);
    if (const QString shorter = shorterBlocks(); !shorter.isEmpty()) {
        auto* label = new QLabel(shorter, fields);
        label->setObjectName(QStringLiteral("shorterBlocksLabel"));
        label->setWordWrap(true);
        form->addRow(label);
    }
    fields->hide();
    auto* layout = new QVBoxLayout(part);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(unfoldButton);
    layout->addWidget(fields);
    connect(unfoldButton, &QToolButton::toggled, this, [unfoldButton, fields](bool isOpen) {
        fields->setVisible(isOpen);
        unfoldButton->setArrowType(isOpen ? Qt::DownArrow : Qt::RightArrow);
    });
    connect(m_kvComboBox, &QComboBox::activated, this, &PreflightDialog::chooseSettings);
    connect(m_blockComboBox, &QComboBox::activated, this, &PreflightDialog::chooseSettings);
    return part;
}

QString PreflightDialog::shorterBlocks() const {
    const std::int64_t most = m_preflight->changes.blockTokens;
    if (most == 0 || most >= m_costs.settings.blockTokens) return {};
    return tr("This model's window allows blocks of at most %1 tokens.").arg(countText(most));
}

void PreflightDialog::chooseSettings() {
    ProjectSettings settings = m_costs.settings;
    settings.kv = static_cast<KvType>(m_kvComboBox->currentData().toInt());
    settings.blockTokens = m_blockComboBox->currentData().toLongLong();
    if (settings == m_costs.settings) return;
    emit settingsChosen(settings);
    reject();
}

void PreflightDialog::showCosts() {
    const PreflightModel::Figures figures = m_model->figures();
    const ProjectChanges& changes = m_preflight->changes;
    m_totalsLabel->setText(tr("%n file(s), %1 tokens", nullptr, static_cast<int>(figures.files))
                               .arg(countText(figures.tokens)));
    // Costs were counted for everything; what is unticked lowers them in proportion.
    const double share = changes.tokens > 0 ? static_cast<double>(figures.tokens) /
                                                  static_cast<double>(changes.tokens)
                                            : 0;
    const double part = std::min(1.0, share);
    const auto kvBytes = static_cast<std::uint64_t>(static_cast<double>(changes.kvBytes) * part);
    QStringList costs;
    costs << tr("%1 of KV cache, of %2 allowed and %3 free on the disk")
                 .arg(bytesText(kvBytes), bytesText(m_costs.quotaBytes),
                      bytesText(m_costs.freeBytes));
    costs << (changes.estimatedSeconds > 0
                  ? tr("about %1 to encode").arg(roughTimeText(changes.estimatedSeconds * part))
                  : tr("the time is known once this machine has encoded something"));
    if (changes.unchanged > 0)
        costs << tr("%n file(s) are encoded already", nullptr, static_cast<int>(changes.unchanged));
    m_costsLabel->setText(costs.join(QStringLiteral(" · ")));
    using Kind = NoticeBar::Kind;
    if (kvBytes > m_costs.freeBytes)
        m_noticeBar->show(Kind::error, tr("The disk of the KV cache has no room for this. Untick "
                                          "files, choose a smaller KV type under Advanced, or "
                                          "move the cache in the settings."));
    else if (kvBytes > m_costs.quotaBytes)
        m_noticeBar->show(Kind::warning, tr("This is more than the KV cache may take. Raise the "
                                            "quota in the settings, or some blocks will have to "
                                            "be encoded again after each start."));
    else if (figures.secrets > 0)
        m_noticeBar->show(Kind::warning,
                          tr("%n possible secret(s), such as keys or passwords, stand in these "
                             "files. They stay on this machine; untick the files if you would "
                             "rather not have them read.",
                             nullptr, static_cast<int>(figures.secrets)));
    else
        m_noticeBar->show(Kind::information, {});
    m_encodeButton->setEnabled(figures.files > 0);
}

}  // namespace asterism
