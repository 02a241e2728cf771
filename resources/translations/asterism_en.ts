<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>BlockWords</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform><numerusform>and %n more</numerusform></translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message numerus="yes">
        <source>%Ln blocks</source>
        <translation>
            <numerusform>%Ln block</numerusform><numerusform>%Ln blocks</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%Ln tokens</source>
        <translation>
            <numerusform>%Ln token</numerusform><numerusform>%Ln tokens</numerusform></translation>
    </message>
</context>
<context>
    <name>FirstRunDialog</name>
    <message numerus="yes">
        <source>Processor, %n thread(s)</source>
        <translation>
            <numerusform>Processor, %n thread</numerusform><numerusform>Processor, %n threads</numerusform></translation>
    </message>
</context>
<context>
    <name>SearchDialog</name>
    <message numerus="yes">
        <source>%n place(s)</source>
        <translation>
            <numerusform>%n place</numerusform><numerusform>%n places</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::BlockTableModel</name>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 and %n more</numerusform><numerusform>%1 and %n more</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::CacheBox</name>
    <message numerus="yes">
        <source>%1 in %n block(s)</source>
        <translation>
            <numerusform>%1 in %n block</numerusform><numerusform>%1 in %n blocks</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::ChatPanel</name>
    <message numerus="yes">
        <source>Reads all %n source(s) · %1 tokens</source>
        <translation>
            <numerusform>Reads the one source · %1 tokens</numerusform><numerusform>Reads all %n sources · %1 tokens</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>Reads %1 of %n source(s)%2 · %3 tokens</source>
        <translation>
            <numerusform>Reads %1 of %n source%2 · %3 tokens</numerusform><numerusform>Reads %1 of %n sources%2 · %3 tokens</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>, %n could not be read</source>
        <translation>
            <numerusform>, %n could not be read</numerusform><numerusform>, %n could not be read</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>, %n not encoded yet</source>
        <translation>
            <numerusform>, %n not encoded yet</numerusform><numerusform>, %n not encoded yet</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::ConversationsPanel</name>
    <message numerus="yes">
        <source>Its %n message(s) go for good.</source>
        <translation>
            <numerusform>Its one message goes for good.</numerusform><numerusform>Its %n messages go for good.</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::DocumentTreeModel</name>
    <message numerus="yes">
        <source>%1: %n token(s)</source>
        <translation>
            <numerusform>%1: %n token</numerusform><numerusform>%1: %n tokens</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n possible secret(s) in the text</source>
        <translation>
            <numerusform>%n possible secret in the text</numerusform><numerusform>%n possible secrets in the text</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%1, %2, %n token(s)</source>
        <translation>
            <numerusform>%1, %2, %n token</numerusform><numerusform>%1, %2, %n tokens</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::PreflightDialog</name>
    <message numerus="yes">
        <source>%n file(s), %1 tokens</source>
        <translation>
            <numerusform>%n file, %1 tokens</numerusform><numerusform>%n files, %1 tokens</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) are encoded already</source>
        <translation>
            <numerusform>%n file is encoded already</numerusform><numerusform>%n files are encoded already</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n possible secret(s), such as keys or passwords, stand in these files. They stay on this machine; untick the files if you would rather not have them read.</source>
        <translation>
            <numerusform>%n possible secret, such as a key or password, stands in these files. It stays on this machine; untick the files if you would rather not have them read.</numerusform><numerusform>%n possible secrets, such as keys or passwords, stand in these files. They stay on this machine; untick the files if you would rather not have them read.</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::PreflightModel</name>
    <message numerus="yes">
        <source>%n possible secret(s)</source>
        <translation>
            <numerusform>%n possible secret</numerusform><numerusform>%n possible secrets</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n left out</source>
        <translation>
            <numerusform>%n left out</numerusform><numerusform>%n left out</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::ProjectsPanel</name>
    <message numerus="yes">
        <source>%n chat(s) go for good. Reading its %1 tokens again would take time. Your files stay as they are.</source>
        <translation>
            <numerusform>%n chat goes for good. Reading its %1 tokens again would take time. Your files stay as they are.</numerusform><numerusform>%n chats go for good. Reading its %1 tokens again would take time. Your files stay as they are.</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::SourcesPanel</name>
    <message numerus="yes">
        <source>%n source(s) are not encoded yet; what is done is kept.</source>
        <translation>
            <numerusform>%n source is not encoded yet; what is done is kept.</numerusform><numerusform>%n sources are not encoded yet; what is done is kept.</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n source(s) could not be read; point at one to see why.</source>
        <translation>
            <numerusform>%n source could not be read; point at one to see why.</numerusform><numerusform>%n sources could not be read; point at one to see why.</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform><numerusform>and %n more</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::WarningBar</name>
    <message numerus="yes">
        <source>%n earlier warning(s)</source>
        <translation>
            <numerusform>%n earlier warning</numerusform><numerusform>%n earlier warnings</numerusform></translation>
    </message>
</context>
</TS>
