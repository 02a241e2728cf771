<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>About</name>
    <message>
        <source>About Asterism</source>
        <translation>Über Asterism</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;Asterism&lt;/b&gt; answers questions over all of your documents. It reads them once with Star Attention (arXiv 2411.17116) and keeps what it read on this machine.&lt;/p&gt;&lt;p&gt;Nothing leaves this machine; models come over the network only when you ask for one.&lt;/p&gt;&lt;p&gt;Apache License 2.0&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;Asterism&lt;/b&gt; beantwortet Fragen über alle Ihre Dokumente. Es liest sie einmal mit Star Attention (arXiv 2411.17116) und bewahrt das Gelesene auf diesem Rechner auf.&lt;/p&gt;&lt;p&gt;Nichts verlässt diesen Rechner; Modelle kommen nur dann über das Netz, wenn Sie eines anfordern.&lt;/p&gt;&lt;p&gt;Apache-Lizenz 2.0&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>BlockWords</name>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weitere</numerusform><numerusform>und %n weitere</numerusform></translation>
    </message>
    <message>
        <source>%1, %2 of KV cache</source>
        <comment>tokens, bytes</comment>
        <translation>%1, %2 KV-Cache</translation>
    </message>
    <message>
        <source>rank %1 restored it in %2, %3 tokens/s</source>
        <translation>Rang %1 lud ihn in %2, %3 Token/s</translation>
    </message>
    <message>
        <source>rank %1 encoded it in %2, %3 tokens/s</source>
        <translation>Rang %1 kodierte ihn in %2, %3 Token/s</translation>
    </message>
    <message>
        <source>%1 of the attention</source>
        <translation>%1 der Aufmerksamkeit</translation>
    </message>
</context>
<context>
    <name>ChatExport</name>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>No chat is open; choose one on the left.</source>
        <translation>Es ist kein Chat offen; wählen Sie links einen.</translation>
    </message>
    <message>
        <source>Export Chat</source>
        <translation>Chat exportieren</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>&amp;New Chat</source>
        <translation>&amp;Neuer Chat</translation>
    </message>
    <message>
        <source>New &amp;Project…</source>
        <translation>Neues &amp;Projekt …</translation>
    </message>
    <message>
        <source>&amp;Add Files…</source>
        <translation>&amp;Dateien hinzufügen …</translation>
    </message>
    <message>
        <source>Add &amp;Folder…</source>
        <translation>&amp;Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>&amp;Search Chats…</source>
        <translation>Chats &amp;durchsuchen …</translation>
    </message>
    <message>
        <source>&amp;Find in Document…</source>
        <translation>Im Dokument &amp;suchen …</translation>
    </message>
    <message>
        <source>Side &amp;Bar</source>
        <translation>Seiten&amp;leiste</translation>
    </message>
    <message>
        <source>Go to the &amp;Question</source>
        <translation>Zur &amp;Frage gehen</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>An&amp;halten</translation>
    </message>
    <message>
        <source>&amp;Copy Last Answer</source>
        <translation>Letzte Antwort &amp;kopieren</translation>
    </message>
    <message>
        <source>&amp;Look for Changes</source>
        <translation>Nach &amp;Änderungen sehen</translation>
    </message>
    <message>
        <source>S&amp;ummarise…</source>
        <translation>&amp;Zusammenfassen …</translation>
    </message>
    <message>
        <source>Export Chat as &amp;Markdown…</source>
        <translation>Chat als &amp;Markdown exportieren …</translation>
    </message>
    <message>
        <source>Export Chat as &amp;JSON…</source>
        <translation>Chat als &amp;JSON exportieren …</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>Mo&amp;delle …</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>&amp;Einstellungen …</translation>
    </message>
    <message>
        <source>&amp;Keys…</source>
        <translation>&amp;Tasten …</translation>
    </message>
    <message>
        <source>&amp;Larger Text</source>
        <translation>&amp;Größerer Text</translation>
    </message>
    <message>
        <source>S&amp;maller Text</source>
        <translation>&amp;Kleinerer Text</translation>
    </message>
    <message>
        <source>&amp;Normal Text</source>
        <translation>&amp;Normaler Text</translation>
    </message>
    <message>
        <source>F&amp;ull Screen</source>
        <translation>&amp;Vollbild</translation>
    </message>
    <message>
        <source>Open &amp;Data Folder</source>
        <translation>Daten&amp;ordner öffnen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
</context>
<context>
    <name>ExplanationDialog</name>
    <message>
        <source>Why This Answer</source>
        <translation>Warum diese Antwort</translation>
    </message>
    <message>
        <source>Blocks and what the answer loses without them</source>
        <translation>Blöcke und was der Antwort ohne sie fehlt</translation>
    </message>
    <message>
        <source>Block</source>
        <translation>Block</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>Quellen</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Without it</source>
        <translation>Ohne ihn</translation>
    </message>
    <message>
        <source>Each block was left out in turn and the same answer was rated again. Attention says where the model looked; the last column says what the answer needs.</source>
        <translation>Jeder Block wurde einmal weggelassen und dieselbe Antwort neu bewertet. Die Aufmerksamkeit sagt, wohin das Modell sah; die letzte Spalte, was die Antwort braucht.</translation>
    </message>
    <message>
        <source>more than %1</source>
        <translation>mehr als %1</translation>
    </message>
    <message>
        <source>%1 times less likely</source>
        <translation>%1-mal unwahrscheinlicher</translation>
    </message>
    <message>
        <source>%1 times more likely</source>
        <translation>%1-mal wahrscheinlicher</translation>
    </message>
    <message>
        <source>no difference</source>
        <translation>kein Unterschied</translation>
    </message>
    <message>
        <source>The answer depends on no single block: it would be given without any of them.</source>
        <translation>Die Antwort hängt an keinem einzelnen Block: Sie käme auch ohne jeden von ihnen.</translation>
    </message>
    <message>
        <source>The answer depends most on %1.</source>
        <translation>Die Antwort hängt am meisten von %1 ab.</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>%1 could not be written: %2</source>
        <translation>%1 konnte nicht geschrieben werden: %2</translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message>
        <source>1 block</source>
        <translation>1 Block</translation>
    </message>
    <message numerus="yes">
        <source>%Ln blocks</source>
        <translation>
            <numerusform>%Ln Block</numerusform><numerusform>%Ln Blöcke</numerusform></translation>
    </message>
    <message>
        <source>1 token</source>
        <translation>1 Token</translation>
    </message>
    <message numerus="yes">
        <source>%Ln tokens</source>
        <translation>
            <numerusform>%Ln Token</numerusform><numerusform>%Ln Token</numerusform></translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>&lt; %1 %</source>
        <translation>&lt; %1 %</translation>
    </message>
    <message>
        <source>queued</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>reading</source>
        <translation>wird gelesen</translation>
    </message>
    <message>
        <source>encoding</source>
        <translation>wird kodiert</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>bereit</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>geändert</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>gescheitert</translation>
    </message>
    <message>
        <source>Block %1</source>
        <translation>Block %1</translation>
    </message>
    <message>
        <source>%1K</source>
        <comment>thousands</comment>
        <translation>%1K</translation>
    </message>
    <message>
        <source>%1M</source>
        <comment>millions</comment>
        <translation>%1M</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>Graphics card (%1)</source>
        <translation>Grafikkarte (%1)</translation>
    </message>
</context>
<context>
    <name>FirstRunDialog</name>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Überspringen</translation>
    </message>
    <message>
        <source>Welcome to Asterism</source>
        <translation>Willkommen bei Asterism</translation>
    </message>
    <message>
        <source>A model to read with</source>
        <translation>Ein Modell zum Lesen</translation>
    </message>
    <message>
        <source>Asterism runs it on this machine. The small one is quick everywhere; the larger ones answer better. You can change it later.</source>
        <translation>Asterism führt es auf diesem Rechner aus. Das kleine ist überall schnell; die größeren antworten besser. Sie können es später ändern.</translation>
    </message>
    <message>
        <source>A device to compute with</source>
        <translation>Ein Gerät zum Rechnen</translation>
    </message>
    <message>
        <source>A graphics card encodes long texts many times faster, where there is one that Asterism can use.</source>
        <translation>Eine Grafikkarte kodiert lange Texte um ein Vielfaches schneller, wo es eine gibt, die Asterism nutzen kann.</translation>
    </message>
    <message numerus="yes">
        <source>Processor, %n thread(s)</source>
        <translation>
            <numerusform>Prozessor, %n Thread</numerusform><numerusform>Prozessor, %n Threads</numerusform></translation>
    </message>
    <message>
        <source>This build uses the processor only.</source>
        <translation>Dieses Programm nutzt nur den Prozessor.</translation>
    </message>
    <message>
        <source>Something to read</source>
        <translation>Etwas zum Lesen</translation>
    </message>
    <message>
        <source>The sample project holds Asterism's manual and the source code of its star attention. Ask it how Asterism works, or close this and drop your own files on the window.</source>
        <translation>Das Beispielprojekt enthält das Handbuch von Asterism und den Quelltext seiner Star Attention. Fragen Sie es, wie Asterism arbeitet, oder schließen Sie dies und ziehen Sie eigene Dateien auf das Fenster.</translation>
    </message>
    <message>
        <source>Drop files or a folder on the window; you see what would be read first.</source>
        <translation>Ziehen Sie Dateien oder einen Ordner auf das Fenster; Sie sehen vorher, was gelesen würde.</translation>
    </message>
    <message>
        <source>Step %1 of %2</source>
        <translation>Schritt %1 von %2</translation>
    </message>
    <message>
        <source>Open the Sample</source>
        <translation>Beispiel öffnen</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Start Empty</source>
        <translation>Leer beginnen</translation>
    </message>
</context>
<context>
    <name>KeysDialog</name>
    <message>
        <source>Use These Keys</source>
        <translation>Diese Tasten benutzen</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>Befehle und ihre Tasten</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>New keys</source>
        <translation>Neue Tasten</translation>
    </message>
    <message>
        <source>Reset All</source>
        <translation>Alle zurücksetzen</translation>
    </message>
    <message>
        <source> or </source>
        <translation> oder </translation>
    </message>
    <message>
        <source>Send the question</source>
        <translation>Frage senden</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>New line in the question</source>
        <translation>Neue Zeile in der Frage</translation>
    </message>
    <message>
        <source>Shift+Enter</source>
        <translation>Umschalt+Eingabe</translation>
    </message>
    <message>
        <source>Click into the field and press the new keys.</source>
        <translation>Klicken Sie in das Feld und drücken Sie die neuen Tasten.</translation>
    </message>
    <message>
        <source>These keys are fixed.</source>
        <translation>Diese Tasten sind fest.</translation>
    </message>
    <message>
        <source>%1 already does “%2”; choose other keys.</source>
        <translation>%1 ist schon „%2“; wählen Sie andere Tasten.</translation>
    </message>
</context>
<context>
    <name>MarkdownText</name>
    <message>
        <source>[image: %1]</source>
        <translation>[Bild: %1]</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source> [not found in the sources]</source>
        <translation> [nicht in den Quellen gefunden]</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Use for This Project</source>
        <translation>Für dieses Projekt benutzen</translation>
    </message>
    <message>
        <source>Use for New Projects</source>
        <translation>Für neue Projekte benutzen</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Models come over the network only when you press Get; each is checked against its checksum.</source>
        <translation>Modelle kommen nur über das Netz, wenn Sie „Holen“ drücken; jedes wird gegen seine Prüfsumme geprüft.</translation>
    </message>
    <message>
        <source>Change the Model</source>
        <translation>Modell wechseln</translation>
    </message>
    <message>
        <source>Use %1 for this project?</source>
        <translation>%1 für dieses Projekt benutzen?</translation>
    </message>
    <message>
        <source>All %1 tokens must be encoded again. Chats stay.</source>
        <translation>Alle %1 Token müssen neu kodiert werden. Chats bleiben.</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Wechseln</translation>
    </message>
    <message>
        <source>The model was not changed</source>
        <translation>Das Modell wurde nicht gewechselt</translation>
    </message>
</context>
<context>
    <name>SearchDialog</name>
    <message>
        <source>Search Chats</source>
        <translation>Chats durchsuchen</translation>
    </message>
    <message>
        <source>Words to find</source>
        <translation>Gesuchte Wörter</translation>
    </message>
    <message>
        <source>Words in any chat of any project</source>
        <translation>Wörter in allen Chats aller Projekte</translation>
    </message>
    <message>
        <source>Places found</source>
        <translation>Gefundene Stellen</translation>
    </message>
    <message>
        <source>Type to search; Enter opens.</source>
        <translation>Tippen sucht; Eingabe öffnet.</translation>
    </message>
    <message>
        <source>No chat has all of these words.</source>
        <translation>Kein Chat hat alle diese Wörter.</translation>
    </message>
    <message numerus="yes">
        <source>%n place(s)</source>
        <translation>
            <numerusform>%n Stelle</numerusform><numerusform>%n Stellen</numerusform></translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>Reset This Page</source>
        <translation>Diese Seite zurücksetzen</translation>
    </message>
    <message>
        <source>General</source>
        <translation>Allgemein</translation>
    </message>
    <message>
        <source>Models and Devices</source>
        <translation>Modelle und Geräte</translation>
    </message>
    <message>
        <source>Storage</source>
        <translation>Ablage</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>Theme:</source>
        <translation>Farben:</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>Wie der Desktop</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Language:</source>
        <translation>Sprache:</translation>
    </message>
    <message>
        <source> pt</source>
        <translation> pt</translation>
    </message>
    <message>
        <source>Text size:</source>
        <translation>Schriftgröße:</translation>
    </message>
    <message>
        <source>%1 (default)</source>
        <translation>%1 (Standard)</translation>
    </message>
    <message>
        <source>Model of new projects:</source>
        <translation>Modell neuer Projekte:</translation>
    </message>
    <message>
        <source>Device:</source>
        <translation>Gerät:</translation>
    </message>
    <message>
        <source>All cores</source>
        <translation>Alle Kerne</translation>
    </message>
    <message>
        <source>Threads:</source>
        <translation>Threads:</translation>
    </message>
    <message>
        <source>Models are in:</source>
        <translation>Modelle liegen in:</translation>
    </message>
    <message>
        <source>A change of device or threads opens the model again.</source>
        <translation>Ein Wechsel von Gerät oder Threads öffnet das Modell neu.</translation>
    </message>
    <message>
        <source>KV cache of new projects:</source>
        <translation>KV-Cache neuer Projekte:</translation>
    </message>
    <message>
        <source>8 bits (q8)</source>
        <translation>8 Bit (q8)</translation>
    </message>
    <message>
        <source>16 bits (bf16)</source>
        <translation>16 Bit (bf16)</translation>
    </message>
    <message>
        <source>32 bits (f32)</source>
        <translation>32 Bit (f32)</translation>
    </message>
    <message>
        <source>Block size of new projects:</source>
        <translation>Blockgröße neuer Projekte:</translation>
    </message>
    <message>
        <source>2,048 tokens</source>
        <translation>2.048 Token</translation>
    </message>
    <message>
        <source>4,096 tokens</source>
        <translation>4.096 Token</translation>
    </message>
    <message>
        <source>6,144 tokens</source>
        <translation>6.144 Token</translation>
    </message>
    <message>
        <source>8,192 tokens</source>
        <translation>8.192 Token</translation>
    </message>
    <message>
        <source>16,384 tokens</source>
        <translation>16.384 Token</translation>
    </message>
    <message>
        <source>Notice when source files change</source>
        <translation>Bemerken, wenn sich Quelldateien ändern</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> Token</translation>
    </message>
    <message>
        <source>Longest answer:</source>
        <translation>Längste Antwort:</translation>
    </message>
    <message>
        <source>Room for a chat:</source>
        <translation>Platz für einen Chat:</translation>
    </message>
    <message>
        <source>Questions and answers of one chat share this room. It is fixed when a chat begins.</source>
        <translation>Fragen und Antworten eines Chats teilen sich diesen Platz. Er steht fest, wenn ein Chat beginnt.</translation>
    </message>
    <message>
        <source>None: always the likeliest word</source>
        <translation>Keiner: immer das wahrscheinlichste Wort</translation>
    </message>
    <message>
        <source>Chance in the choice of words:</source>
        <translation>Zufall in der Wortwahl:</translation>
    </message>
</context>
<context>
    <name>SummaryDialog</name>
    <message>
        <source>Summaries</source>
        <translation>Zusammenfassungen</translation>
    </message>
    <message>
        <source>Documents to summarise</source>
        <translation>Zusammenzufassende Dokumente</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>Zusammenfassung</translation>
    </message>
    <message>
        <source>Summarise</source>
        <translation>Zusammenfassen</translation>
    </message>
    <message>
        <source>Each ticked document is read whole and summarised by itself; then one summary is made over all of them. What was made before of the same text is kept.</source>
        <translation>Jedes angehakte Dokument wird ganz gelesen und für sich zusammengefasst; danach entsteht eine Zusammenfassung über alle. Was vom selben Text schon da ist, bleibt.</translation>
    </message>
    <message>
        <source>Done. The summaries are kept in the project.</source>
        <translation>Fertig. Die Zusammenfassungen sind im Projekt aufbewahrt.</translation>
    </message>
    <message>
        <source>Stopped. Finished summaries are kept.</source>
        <translation>Angehalten. Fertige Zusammenfassungen bleiben.</translation>
    </message>
    <message>
        <source>All of them</source>
        <translation>Alle zusammen</translation>
    </message>
    <message>
        <source>*There is no summary yet.*</source>
        <translation>*Es gibt noch keine Zusammenfassung.*</translation>
    </message>
    <message>
        <source>Tick at least one document.</source>
        <translation>Haken Sie mindestens ein Dokument an.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Wird gelesen …</translation>
    </message>
</context>
<context>
    <name>asterism::ActivityBar</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Opening the model %1</source>
        <translation>Modell wird geöffnet: %1</translation>
    </message>
    <message>
        <source>Reading file %1: %2</source>
        <translation>Datei %1 wird gelesen: %2</translation>
    </message>
    <message>
        <source>Looking at the files</source>
        <translation>Dateien werden durchgesehen</translation>
    </message>
    <message>
        <source>Waiting for another program that works on this project</source>
        <translation>Warten auf ein anderes Programm, das an diesem Projekt arbeitet</translation>
    </message>
    <message>
        <source>Encoding: %1 blocks</source>
        <translation>Kodieren: %1 Blöcke</translation>
    </message>
    <message>
        <source>Preparing the blocks</source>
        <translation>Blöcke werden vorbereitet</translation>
    </message>
    <message>
        <source>Loading: %1 blocks</source>
        <translation>Laden: %1 Blöcke</translation>
    </message>
    <message>
        <source>Loading what was encoded before</source>
        <translation>Früher Kodiertes wird geladen</translation>
    </message>
    <message>
        <source>Finding out what the answer depends on</source>
        <translation>Wovon die Antwort abhängt, wird ermittelt</translation>
    </message>
    <message>
        <source>Summarising %1: %2</source>
        <translation>Zusammenfassen %1: %2</translation>
    </message>
    <message>
        <source>Summarising</source>
        <translation>Zusammenfassen</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Paused. Finished blocks are kept.</source>
        <translation>Angehalten. Fertige Blöcke bleiben erhalten.</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 Token/s</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Deleting the project %1, once no other program works on it</source>
        <translation>Lösche das Projekt %1, sobald kein anderes Programm daran arbeitet</translation>
    </message>
</context>
<context>
    <name>asterism::BlockTableModel</name>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 und %n weiteres</numerusform><numerusform>%1 und %n weitere</numerusform></translation>
    </message>
    <message>
        <source>ready, restored</source>
        <translation>bereit, geladen</translation>
    </message>
    <message>
        <source>Block</source>
        <translation>Block</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>Dokumente</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>Rang</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Tokens/s</source>
        <translation>Token/s</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV-Cache</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Aufmerksamkeit</translation>
    </message>
</context>
<context>
    <name>asterism::BlocksPanel</name>
    <message>
        <source>Blocks</source>
        <translation>Blöcke</translation>
    </message>
    <message>
        <source>Figures per block</source>
        <translation>Zahlen je Block</translation>
    </message>
    <message>
        <source>Export as CSV…</source>
        <translation>Als CSV exportieren …</translation>
    </message>
    <message>
        <source>Writes the table to a file for spreadsheets</source>
        <translation>Schreibt die Tabelle in eine Datei für Tabellenprogramme</translation>
    </message>
    <message>
        <source>Export trace…</source>
        <translation>Zeitverlauf exportieren …</translation>
    </message>
    <message>
        <source>Writes ranks, blocks and decoding steps over time, for Perfetto</source>
        <translation>Schreibt Ränge, Blöcke und Schritte im Zeitverlauf, für Perfetto</translation>
    </message>
    <message>
        <source>No blocks yet. Their times appear here while documents are encoded.</source>
        <translation>Noch keine Blöcke. Ihre Zeiten erscheinen hier, während Dokumente kodiert werden.</translation>
    </message>
    <message>
        <source>%1 of KV cache</source>
        <translation>%1 KV-Cache</translation>
    </message>
    <message>
        <source>%1 restored</source>
        <translation>%1 geladen</translation>
    </message>
    <message>
        <source>%1 encoded</source>
        <translation>%1 kodiert</translation>
    </message>
    <message>
        <source>%1 in all</source>
        <translation>zusammen %1</translation>
    </message>
</context>
<context>
    <name>asterism::CacheBox</name>
    <message>
        <source>Counting…</source>
        <translation>Wird gezählt …</translation>
    </message>
    <message>
        <source>Clear…</source>
        <translation>Leeren …</translation>
    </message>
    <message>
        <source>Move…</source>
        <translation>Verlegen …</translation>
    </message>
    <message>
        <source>Choose another folder; it is used from the next start on</source>
        <translation>Einen anderen Ordner wählen; er gilt ab dem nächsten Start</translation>
    </message>
    <message>
        <source> GB</source>
        <translation> GB</translation>
    </message>
    <message>
        <source>Share of the quota in use</source>
        <translation>Belegter Anteil des Kontingents</translation>
    </message>
    <message>
        <source>KV cache in:</source>
        <translation>KV-Cache in:</translation>
    </message>
    <message>
        <source>It may take:</source>
        <translation>Er darf belegen:</translation>
    </message>
    <message numerus="yes">
        <source>%1 in %n block(s)</source>
        <translation>
            <numerusform>%1 in %n Block</numerusform><numerusform>%1 in %n Blöcken</numerusform></translation>
    </message>
    <message>
        <source>Folder of the KV Cache</source>
        <translation>Ordner des KV-Caches</translation>
    </message>
    <message>
        <source>%1 (from the next start on)</source>
        <translation>%1 (ab dem nächsten Start)</translation>
    </message>
    <message>
        <source>Clear the KV Cache</source>
        <translation>KV-Cache leeren</translation>
    </message>
    <message>
        <source>Delete all blocks of all projects?</source>
        <translation>Alle Blöcke aller Projekte löschen?</translation>
    </message>
    <message>
        <source>This frees %1. Nothing is lost but time: the sources of each project have to be encoded again.</source>
        <translation>Das gibt %1 frei. Verloren geht nur Zeit: Die Quellen jedes Projekts müssen neu kodiert werden.</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>The quota was not reset</source>
        <translation>Die Obergrenze wurde nicht zurückgesetzt</translation>
    </message>
</context>
<context>
    <name>asterism::ChartWidget</name>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
</context>
<context>
    <name>asterism::ChatPanel</name>
    <message numerus="yes">
        <source>Reads all %n source(s) · %1 tokens</source>
        <translation>
            <numerusform>Liest die eine Quelle · %1 Token</numerusform><numerusform>Liest alle %n Quellen · %1 Token</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>Reads %1 of %n source(s)%2 · %3 tokens</source>
        <translation>
            <numerusform>Liest %1 von %n Quelle%2 · %3 Token</numerusform><numerusform>Liest %1 von %n Quellen%2 · %3 Token</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>, %n could not be read</source>
        <translation>
            <numerusform>, %n war nicht lesbar</numerusform><numerusform>, %n waren nicht lesbar</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>, %n not encoded yet</source>
        <translation>
            <numerusform>, %n noch nicht kodiert</numerusform><numerusform>, %n noch nicht kodiert</numerusform></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Fragen</translation>
    </message>
    <message>
        <source>Stop the answer (Esc)</source>
        <translation>Antwort anhalten (Esc)</translation>
    </message>
    <message>
        <source>Ask (Enter)</source>
        <translation>Fragen (Eingabe)</translation>
    </message>
    <message>
        <source>Ask about your sources</source>
        <translation>Fragen Sie zu Ihren Quellen</translation>
    </message>
    <message>
        <source>You can ask once a project is open</source>
        <translation>Fragen können Sie, sobald ein Projekt offen ist</translation>
    </message>
    <message>
        <source>Read whole documents, not snippets</source>
        <translation>Ganze Dokumente lesen, nicht Schnipsel</translation>
    </message>
    <message>
        <source>Drop files or a folder here. Asterism reads all of it once and then answers every question over the whole text.</source>
        <translation>Ziehen Sie Dateien oder einen Ordner hierher. Asterism liest alles einmal und beantwortet dann jede Frage über den ganzen Text.</translation>
    </message>
    <message>
        <source>Choose a Folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>This project has nothing to read yet</source>
        <translation>Dieses Projekt hat noch nichts zu lesen</translation>
    </message>
    <message>
        <source>Drop files or a folder here; you see what would be read first.</source>
        <translation>Ziehen Sie Dateien oder einen Ordner hierher; Sie sehen vorher, was gelesen würde.</translation>
    </message>
    <message>
        <source>The project's model could not be opened</source>
        <translation>Das Modell des Projekts ließ sich nicht öffnen</translation>
    </message>
    <message>
        <source>Open Models</source>
        <translation>Modelle öffnen</translation>
    </message>
    <message>
        <source>Opening the project</source>
        <translation>Das Projekt wird geöffnet</translation>
    </message>
    <message>
        <source>The model and what was encoded before are being loaded.</source>
        <translation>Das Modell und früher Kodiertes werden geladen.</translation>
    </message>
    <message>
        <source>Every answer is given over all that is ticked on the left, with the passages it came from.</source>
        <translation>Jede Antwort entsteht über alles, was links angehakt ist, und nennt die Stellen, aus denen sie kommt.</translation>
    </message>
    <message>
        <source>No source is ticked, so there is nothing to read. Tick one on the left.</source>
        <translation>Keine Quelle ist angehakt, also gibt es nichts zu lesen. Haken Sie links eine an.</translation>
    </message>
    <message>
        <source>New Chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>You are editing an earlier question. Asking it starts a new branch; the old one is kept.</source>
        <translation>Sie ändern eine frühere Frage. Mit dem Fragen beginnt ein neuer Zweig; der alte bleibt erhalten.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Link</translation>
    </message>
    <message>
        <source>This link is not opened: %1</source>
        <translation>Dieser Link wird nicht geöffnet: %1</translation>
    </message>
    <message>
        <source>Open Link</source>
        <translation>Link öffnen</translation>
    </message>
    <message>
        <source>Open this address in your browser?</source>
        <translation>Diese Adresse im Browser öffnen?</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Model of this project: %1</source>
        <translation>Modell dieses Projekts: %1</translation>
    </message>
    <message>
        <source>Add something to read first</source>
        <translation>Erst etwas zum Lesen hinzufügen</translation>
    </message>
    <message>
        <source>The project's model is not open</source>
        <translation>Das Projektmodell ist nicht offen</translation>
    </message>
    <message>
        <source>Opening the project…</source>
        <translation>Das Projekt wird geöffnet …</translation>
    </message>
    <message>
        <source>Open Settings</source>
        <translation>Einstellungen öffnen</translation>
    </message>
    <message>
        <source>There is no room for an answer.</source>
        <translation>Für eine Antwort ist kein Platz.</translation>
    </message>
    <message>
        <source>“%1” was not answered: %2</source>
        <translation>„%1“ wurde nicht beantwortet: %2</translation>
    </message>
    <message>
        <source>This chat is full: the question and the longest answer allowed do not fit in what is left of its room. Begin a new chat; new ones get the room that is set under Settings &gt; Answers.</source>
        <translation>Dieser Chat ist voll: Die Frage und die längste erlaubte Antwort passen nicht in den Platz, der ihm bleibt. Beginnen Sie einen neuen Chat; neue bekommen den Platz, der unter Einstellungen &gt; Antworten steht.</translation>
    </message>
    <message>
        <source>A chat has room for %1 tokens, too few for this question and an answer of up to %2. Give chats more room, or allow shorter answers only, under Settings &gt; Answers.</source>
        <translation>Ein Chat hat Platz für %1 Token, zu wenig für diese Frage und eine Antwort von bis zu %2. Geben Sie Chats unter Einstellungen &gt; Antworten mehr Platz oder erlauben Sie nur kürzere Antworten.</translation>
    </message>
</context>
<context>
    <name>asterism::ChatView</name>
    <message>
        <source>Messages</source>
        <translation>Nachrichten</translation>
    </message>
</context>
<context>
    <name>asterism::ConversationListModel</name>
    <message>
        <source>Pinned</source>
        <translation>Angeheftet</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Gestern</translation>
    </message>
    <message>
        <source>Previous 7 days</source>
        <translation>Letzte 7 Tage</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>Älter</translation>
    </message>
    <message>
        <source>Archived</source>
        <translation>Archiviert</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>%1
Last message: %2</source>
        <translation>%1
Letzte Nachricht: %2</translation>
    </message>
</context>
<context>
    <name>asterism::ConversationsPanel</name>
    <message>
        <source>Your chats about this project will be listed here.</source>
        <translation>Hier stehen später Ihre Chats zu diesem Projekt.</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>Chats durchsuchen</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>The chat was not changed</source>
        <translation>Der Chat wurde nicht geändert</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen …</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>Lösen</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Anheften</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>Archivieren</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Löschen …</translation>
    </message>
    <message>
        <source>Rename Chat</source>
        <translation>Chat umbenennen</translation>
    </message>
    <message>
        <source>Title:</source>
        <translation>Titel:</translation>
    </message>
    <message>
        <source>Delete Chat</source>
        <translation>Chat löschen</translation>
    </message>
    <message>
        <source>Delete the chat “%1”?</source>
        <translation>Den Chat „%1“ löschen?</translation>
    </message>
    <message numerus="yes">
        <source>Its %n message(s) go for good.</source>
        <translation>
            <numerusform>Seine eine Nachricht geht für immer verloren.</numerusform><numerusform>Seine %n Nachrichten gehen für immer verloren.</numerusform></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
</context>
<context>
    <name>asterism::DecodeTimeline</name>
    <message>
        <source>attention</source>
        <translation>Aufmerksamkeit</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>linear</translation>
    </message>
    <message>
        <source>merge</source>
        <translation>Zusammenführen</translation>
    </message>
    <message>
        <source>sampling</source>
        <translation>Wortwahl</translation>
    </message>
    <message>
        <source>other</source>
        <translation>sonstiges</translation>
    </message>
    <message>
        <source>Decoding steps</source>
        <translation>Schritte der Antwort</translation>
    </message>
    <message>
        <source>Left and Right move from step to step.</source>
        <translation>Links und Rechts gehen von Schritt zu Schritt.</translation>
    </message>
    <message>
        <source>Token %1: “%2”</source>
        <translation>Token %1: „%2“</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>part of a step: time</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>parts as in a profiled step</source>
        <translation>Anteile wie in einem vermessenen Schritt</translation>
    </message>
    <message>
        <source>Shows the time of every token of an answer</source>
        <translation>Zeigt die Zeit jedes Tokens einer Antwort</translation>
    </message>
    <message>
        <source>Time per token</source>
        <translation>Zeit je Token</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <comment>part of a step, share</comment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source> (profiled)</source>
        <translation> (vermessen)</translation>
    </message>
</context>
<context>
    <name>asterism::DocumentTreeModel</name>
    <message numerus="yes">
        <source>%1: %n token(s)</source>
        <translation>
            <numerusform>%1: %n Token</numerusform><numerusform>%1: %n Token</numerusform></translation>
    </message>
    <message>
        <source>The extracted text may differ from what a person sees.</source>
        <translation>Der entnommene Text kann von dem abweichen, was ein Mensch sieht.</translation>
    </message>
    <message numerus="yes">
        <source>%n possible secret(s) in the text</source>
        <translation>
            <numerusform>%n mögliches Geheimnis im Text</numerusform><numerusform>%n mögliche Geheimnisse im Text</numerusform></translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message numerus="yes">
        <source>%1, %2, %n token(s)</source>
        <translation>
            <numerusform>%1, %2, %n Token</numerusform><numerusform>%1, %2, %n Token</numerusform></translation>
    </message>
    <message>
        <source>left out</source>
        <translation>ausgelassen</translation>
    </message>
    <message>
        <source>%1
Left out: you did not tick it when it was to be read.</source>
        <translation>%1
Ausgelassen: Sie haben die Datei vor dem Lesen abgewählt.</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
</context>
<context>
    <name>asterism::EngineBridge</name>
    <message>
        <source>Stopped before the first word.</source>
        <translation>Vor dem ersten Wort angehalten.</translation>
    </message>
</context>
<context>
    <name>asterism::FindBar</name>
    <message>
        <source>Words to find</source>
        <translation>Gesuchte Wörter</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Previous place</source>
        <translation>Vorige Stelle</translation>
    </message>
    <message>
        <source>Next place</source>
        <translation>Nächste Stelle</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
</context>
<context>
    <name>asterism::GanttChart</name>
    <message>
        <source>Ranks over time</source>
        <translation>Ränge im Zeitverlauf</translation>
    </message>
    <message>
        <source>Left and Right: blocks of a rank. Up and Down: ranks. Plus, minus, 0: zoom. Enter: choose the block.</source>
        <translation>Links und Rechts: Blöcke eines Rangs. Auf und Ab: Ränge. Plus, Minus, 0: Maßstab. Eingabe: Block wählen.</translation>
    </message>
    <message>
        <source>Rank %1</source>
        <translation>Rang %1</translation>
    </message>
    <message>
        <source>Shows what every rank does once blocks are encoded or loaded</source>
        <translation>Zeigt, was jeder Rang tut, sobald Blöcke kodiert oder geladen werden</translation>
    </message>
    <message>
        <source>restored from disk</source>
        <translation>vom Datenträger geladen</translation>
    </message>
    <message>
        <source>encoded</source>
        <translation>kodiert</translation>
    </message>
</context>
<context>
    <name>asterism::HeatStrip</name>
    <message>
        <source>Attention per block and token</source>
        <translation>Aufmerksamkeit je Block und Token</translation>
    </message>
    <message>
        <source>Arrow keys move by token and block, Enter chooses the block.</source>
        <translation>Pfeiltasten gehen nach Token und Block, Eingabe wählt den Block.</translation>
    </message>
    <message>
        <source>Blocks %1 to %2</source>
        <translation>Blöcke %1 bis %2</translation>
    </message>
    <message>
        <source>Token %1: “%2”
%3: %4 of its attention</source>
        <translation>Token %1: „%2“
%3: %4 seiner Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Follows the attention of an answer, token by token</source>
        <translation>Folgt der Aufmerksamkeit einer Antwort, Token für Token</translation>
    </message>
    <message>
        <source>Attention per block</source>
        <translation>Aufmerksamkeit je Block</translation>
    </message>
</context>
<context>
    <name>asterism::MainWindow</name>
    <message>
        <source>Side Bar</source>
        <translation>Seitenleiste</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation>Blöcke</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Zeitverlauf</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Project Strip</source>
        <translation>Projektstreifen</translation>
    </message>
</context>
<context>
    <name>asterism::MemoryPanel</name>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>KV cache on disk</source>
        <translation>KV-Cache auf dem Datenträger</translation>
    </message>
    <message>
        <source>KV cache on disk, of its quota</source>
        <translation>KV-Cache auf dem Datenträger, von seinem Kontingent</translation>
    </message>
    <message>
        <source>Clear…</source>
        <translation>Leeren …</translation>
    </message>
    <message>
        <source>Clear the KV cache on disk</source>
        <translation>KV-Cache auf dem Datenträger leeren</translation>
    </message>
    <message>
        <source>Deletes encoded blocks; nothing but the time to encode them is lost</source>
        <translation>Löscht kodierte Blöcke; verloren geht nur die Zeit, sie zu kodieren</translation>
    </message>
    <message>
        <source>No model is open. What it takes appears here once one is.</source>
        <translation>Kein Modell ist offen. Was es belegt, erscheint hier, sobald eines offen ist.</translation>
    </message>
    <message>
        <source>%1 model weights · %2 KV cache</source>
        <translation>%1 Modellgewichte · %2 KV-Cache</translation>
    </message>
    <message>
        <source>%1 KV cache</source>
        <translation>%1 KV-Cache</translation>
    </message>
    <message>
        <source>Memory of %1 in use</source>
        <translation>Belegter Speicher von %1</translation>
    </message>
    <message>
        <source>%1 of %2 memory</source>
        <translation>%1 von %2 Speicher</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>%1 are of the open project and stay</source>
        <translation>%1 gehören zum offenen Projekt und bleiben</translation>
    </message>
    <message>
        <source>%1 free on the disk</source>
        <translation>%1 frei auf dem Datenträger</translation>
    </message>
    <message>
        <source>nearly full: the blocks longest unused go first</source>
        <translation>fast voll: Die am längsten unbenutzten Blöcke gehen zuerst</translation>
    </message>
</context>
<context>
    <name>asterism::MessageListModel</name>
    <message>
        <source>Question: %1</source>
        <translation>Frage: %1</translation>
    </message>
    <message>
        <source>Answer: %1</source>
        <translation>Antwort: %1</translation>
    </message>
</context>
<context>
    <name>asterism::MessageWidget</name>
    <message>
        <source>This passage is no longer in the source, word for word.</source>
        <translation>Diese Stelle steht nicht mehr wörtlich in der Quelle.</translation>
    </message>
    <message>
        <source>read %1 of %2 tokens, %3</source>
        <translation>%1 von %2 Token gelesen, %3</translation>
    </message>
    <message>
        <source>nothing dropped</source>
        <translation>nichts ausgelassen</translation>
    </message>
    <message>
        <source>the rest was not encoded yet</source>
        <translation>der Rest war noch nicht kodiert</translation>
    </message>
    <message>
        <source>the rest was not chosen</source>
        <translation>der Rest war nicht ausgewählt</translation>
    </message>
    <message>
        <source>first token %1</source>
        <translation>erstes Token %1</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 Token/s</translation>
    </message>
    <message>
        <source>restored %1 blocks, encoded %2</source>
        <translation>%1 Blöcke geladen, %2 kodiert</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>ended at the longest answer allowed</source>
        <translation>bei der längsten erlaubten Antwort beendet</translation>
    </message>
    <message>
        <source>Earlier version</source>
        <translation>Frühere Fassung</translation>
    </message>
    <message>
        <source>Later version</source>
        <translation>Spätere Fassung</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Edit and ask again</source>
        <translation>Ändern und neu fragen</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>Neu antworten</translation>
    </message>
    <message>
        <source>Why this answer</source>
        <translation>Warum diese Antwort</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Source %1: %2, %3</source>
        <translation>Quelle %1: %2, %3</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Reading the question…</source>
        <translation>Die Frage wird gelesen …</translation>
    </message>
</context>
<context>
    <name>asterism::ModelList</name>
    <message>
        <source>Get</source>
        <translation>Holen</translation>
    </message>
    <message>
        <source>Add a File…</source>
        <translation>Datei hinzufügen …</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Speed here</source>
        <translation>Tempo hier</translation>
    </message>
    <message>
        <source>A GGUF file that is on this machine already</source>
        <translation>Eine GGUF-Datei, die schon auf diesem Rechner ist</translation>
    </message>
    <message>
        <source>Progress of the download</source>
        <translation>Fortschritt des Herunterladens</translation>
    </message>
    <message>
        <source>Add a Model</source>
        <translation>Modell hinzufügen</translation>
    </message>
    <message>
        <source>%1 is here, and its checksum is right.</source>
        <translation>%1 ist da, und die Prüfsumme stimmt.</translation>
    </message>
    <message>
        <source>Paused. What has arrived is kept.</source>
        <translation>Angehalten. Was angekommen ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>as its maker says</source>
        <translation>wie der Hersteller sagt</translation>
    </message>
    <message>
        <source>on this machine</source>
        <translation>auf diesem Rechner</translation>
    </message>
    <message>
        <source>not here yet</source>
        <translation>noch nicht hier</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 Token/s</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>nicht gemessen</translation>
    </message>
    <message>
        <source>Terms: %1
SHA-256: %2</source>
        <translation>Bedingungen: %1
SHA-256: %2</translation>
    </message>
    <message>
        <source>Added by hand: %1</source>
        <translation>Von Hand hinzugefügt: %1</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Looking for %1…</source>
        <translation>%1 wird gesucht …</translation>
    </message>
    <message>
        <source>Checking %1: %2</source>
        <translation>%1 wird geprüft: %2</translation>
    </message>
    <message>
        <source>Getting %1: %2</source>
        <translation>%1 wird geholt: %2</translation>
    </message>
    <message>
        <source>A Model Is Being Fetched</source>
        <translation>Ein Modell wird geholt</translation>
    </message>
    <message>
        <source>Stop getting %1?</source>
        <translation>%1 nicht weiter holen?</translation>
    </message>
    <message>
        <source>What has arrived is kept: Resume under Models goes on from there.</source>
        <translation>Was schon da ist, bleibt: „Fortsetzen“ unter Modelle macht dort weiter.</translation>
    </message>
    <message>
        <source>Stop and Close</source>
        <translation>Anhalten und schließen</translation>
    </message>
</context>
<context>
    <name>asterism::NumberedTextView</name>
    <message>
        <source>Text of the source</source>
        <translation>Text der Quelle</translation>
    </message>
</context>
<context>
    <name>asterism::PdfPageView</name>
    <message>
        <source>Page of the source</source>
        <translation>Seite der Quelle</translation>
    </message>
    <message>
        <source>The file %1 is not there any more. Its text was kept.</source>
        <translation>Die Datei %1 ist nicht mehr da. Ihr Text wurde aufbewahrt.</translation>
    </message>
    <message>
        <source>The file %1 asks for a password.</source>
        <translation>Die Datei %1 verlangt ein Passwort.</translation>
    </message>
    <message>
        <source>The file %1 cannot be drawn. Its text was kept.</source>
        <translation>Die Datei %1 lässt sich nicht darstellen. Ihr Text wurde aufbewahrt.</translation>
    </message>
</context>
<context>
    <name>asterism::PreflightDialog</name>
    <message>
        <source>8 bits (q8): smallest, as good in tests</source>
        <translation>8 Bit (q8): am kleinsten, in Tests gleich gut</translation>
    </message>
    <message>
        <source>16 bits (bf16): twice the size</source>
        <translation>16 Bit (bf16): doppelt so groß</translation>
    </message>
    <message>
        <source>32 bits (f32): for comparisons</source>
        <translation>32 Bit (f32): für Vergleiche</translation>
    </message>
    <message>
        <source>What Will Be Read</source>
        <translation>Was gelesen wird</translation>
    </message>
    <message>
        <source>Files that would be read</source>
        <translation>Dateien, die gelesen würden</translation>
    </message>
    <message>
        <source>Read and Encode</source>
        <translation>Lesen und kodieren</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 Token</translation>
    </message>
    <message>
        <source>KV cache:</source>
        <translation>KV-Cache:</translation>
    </message>
    <message>
        <source>Block size:</source>
        <translation>Blockgröße:</translation>
    </message>
    <message>
        <source>Larger blocks answer more accurately; smaller ones are faster to encode and cheaper to edit. Both are fixed once the project is encoded.</source>
        <translation>Größere Blöcke antworten genauer; kleinere sind schneller zu kodieren und billiger zu ändern. Beides steht fest, sobald das Projekt kodiert ist.</translation>
    </message>
    <message>
        <source>This model's window allows blocks of at most %1 tokens.</source>
        <translation>Das Fenster dieses Modells erlaubt Blöcke von höchstens %1 Token.</translation>
    </message>
    <message>
        <source>Fixed when the project was made: every block depends on them.</source>
        <translation>Seit dem Anlegen des Projekts fest: Jeder Block hängt davon ab.</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s), %1 tokens</source>
        <translation>
            <numerusform>%n Datei, %1 Token</numerusform><numerusform>%n Dateien, %1 Token</numerusform></translation>
    </message>
    <message>
        <source>%1 of KV cache, of %2 allowed and %3 free on the disk</source>
        <translation>%1 KV-Cache, von %2 erlaubten und %3 freien auf dem Datenträger</translation>
    </message>
    <message>
        <source>about %1 to encode</source>
        <translation>etwa %1 zum Kodieren</translation>
    </message>
    <message>
        <source>the time is known once this machine has encoded something</source>
        <translation>die Dauer ist bekannt, sobald dieser Rechner etwas kodiert hat</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) are encoded already</source>
        <translation>
            <numerusform>%n Datei ist schon kodiert</numerusform><numerusform>%n Dateien sind schon kodiert</numerusform></translation>
    </message>
    <message>
        <source>The disk of the KV cache has no room for this. Untick files, choose a smaller KV type under Advanced, or move the cache in the settings.</source>
        <translation>Der Datenträger des KV-Caches hat dafür keinen Platz. Haken Sie Dateien ab, wählen Sie unter „Erweitert“ einen kleineren KV-Typ oder verlegen Sie den Cache in den Einstellungen.</translation>
    </message>
    <message>
        <source>This is more than the KV cache may take. Raise the quota in the settings, or some blocks will have to be encoded again after each start.</source>
        <translation>Das ist mehr, als der KV-Cache belegen darf. Erhöhen Sie das Kontingent in den Einstellungen, sonst müssen einige Blöcke nach jedem Start neu kodiert werden.</translation>
    </message>
    <message numerus="yes">
        <source>%n possible secret(s), such as keys or passwords, stand in these files. They stay on this machine; untick the files if you would rather not have them read.</source>
        <translation>
            <numerusform>In diesen Dateien steht %n mögliches Geheimnis wie ein Schlüssel oder Passwort. Es bleibt auf diesem Rechner; haken Sie die Dateien ab, wenn sie nicht gelesen werden sollen.</numerusform><numerusform>In diesen Dateien stehen %n mögliche Geheimnisse wie Schlüssel oder Passwörter. Sie bleiben auf diesem Rechner; haken Sie die Dateien ab, wenn sie nicht gelesen werden sollen.</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::PreflightModel</name>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>left out: %1</source>
        <translation>ausgelassen: %1</translation>
    </message>
    <message numerus="yes">
        <source>%n possible secret(s)</source>
        <translation>
            <numerusform>%n mögliches Geheimnis</numerusform><numerusform>%n mögliche Geheimnisse</numerusform></translation>
    </message>
    <message>
        <source>text may be poor</source>
        <translation>Text womöglich schlecht</translation>
    </message>
    <message numerus="yes">
        <source>%n left out</source>
        <translation>
            <numerusform>%n ausgelassen</numerusform><numerusform>%n ausgelassen</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::ProjectListModel</name>
    <message>
        <source>Model: %1</source>
        <translation>Modell: %1</translation>
    </message>
</context>
<context>
    <name>asterism::ProjectStrip</name>
    <message>
        <source>Blocks of the project</source>
        <translation>Blöcke des Projekts</translation>
    </message>
    <message>
        <source>Arrow keys move from block to block, Enter chooses one.</source>
        <translation>Pfeiltasten gehen von Block zu Block, Eingabe wählt einen.</translation>
    </message>
    <message>
        <source>No blocks yet: add documents to the project</source>
        <translation>Noch keine Blöcke: Fügen Sie dem Projekt Dokumente hinzu</translation>
    </message>
    <message>
        <source>: attention of the answer</source>
        <translation>: Aufmerksamkeit der Antwort</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <comment>number, state</comment>
        <translation>%1 %2</translation>
    </message>
</context>
<context>
    <name>asterism::ProjectsPanel</name>
    <message>
        <source>Project</source>
        <translation>Projekt</translation>
    </message>
    <message>
        <source>No project yet</source>
        <translation>Noch kein Projekt</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>Neues Projekt</translation>
    </message>
    <message>
        <source>More for this project</source>
        <translation>Mehr zu diesem Projekt</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen …</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Löschen …</translation>
    </message>
    <message>
        <source>The project keeps its name</source>
        <translation>Das Projekt behält seinen Namen</translation>
    </message>
    <message>
        <source>Rename Project</source>
        <translation>Projekt umbenennen</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>Name:</translation>
    </message>
    <message>
        <source>Delete Project</source>
        <translation>Projekt löschen</translation>
    </message>
    <message>
        <source>Delete the project “%1” with its chats?</source>
        <translation>Das Projekt „%1“ mit seinen Chats löschen?</translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) go for good. Reading its %1 tokens again would take time. Your files stay as they are.</source>
        <translation>
            <numerusform>%n Chat geht für immer verloren. Die %1 Token neu zu lesen, würde dauern. Ihre Dateien bleiben, wie sie sind.</numerusform><numerusform>%n Chats gehen für immer verloren. Die %1 Token neu zu lesen, würde dauern. Ihre Dateien bleiben, wie sie sind.</numerusform></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Choose a project</source>
        <translation>Wählen Sie ein Projekt</translation>
    </message>
</context>
<context>
    <name>asterism::QuestionEdit</name>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
</context>
<context>
    <name>asterism::ReadingView</name>
    <message>
        <source>The source as it is read</source>
        <translation>Die Quelle, wie man sie liest</translation>
    </message>
</context>
<context>
    <name>asterism::SourceFlow</name>
    <message>
        <source>That did not work</source>
        <translation>Das hat nicht geklappt</translation>
    </message>
    <message>
        <source>The project was not made</source>
        <translation>Das Projekt wurde nicht angelegt</translation>
    </message>
    <message>
        <source>New Project</source>
        <translation>Neues Projekt</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>Name:</translation>
    </message>
    <message>
        <source>Asterism sample</source>
        <translation>Asterism-Beispiel</translation>
    </message>
    <message>
        <source>Add Files</source>
        <translation>Dateien hinzufügen</translation>
    </message>
    <message>
        <source>Add a Folder</source>
        <translation>Ordner hinzufügen</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>Projekt</translation>
    </message>
    <message>
        <source>Pasted %1.txt</source>
        <translation>Eingefügt %1.txt</translation>
    </message>
    <message>
        <source>The text was not kept</source>
        <translation>Der Text wurde nicht aufbewahrt</translation>
    </message>
    <message>
        <source>%1 could not be written: %2; make room or change its permissions</source>
        <translation>%1 konnte nicht geschrieben werden: %2; schaffen Sie Platz oder ändern Sie die Rechte</translation>
    </message>
    <message>
        <source>Remove Source</source>
        <translation>Quelle entfernen</translation>
    </message>
    <message>
        <source>Remove “%1” from the project?</source>
        <translation>„%1“ aus dem Projekt entfernen?</translation>
    </message>
    <message>
        <source>The file stays as it is. Blocks that it shares with other sources are encoded again.</source>
        <translation>Die Datei bleibt, wie sie ist. Blöcke, die sie mit anderen Quellen teilt, werden neu kodiert.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Restored %1 blocks, encoded %2 in %3</source>
        <translation>%1 Blöcke geladen, %2 kodiert in %3</translation>
    </message>
    <message>
        <source>+%1 ~%2 -%3, %4 unchanged, %5 blocks to encode</source>
        <translation>+%1 ~%2 -%3, %4 unverändert, %5 Blöcke zu kodieren</translation>
    </message>
    <message>
        <source>The project keeps its settings</source>
        <translation>Das Projekt behält seine Einstellungen</translation>
    </message>
    <message>
        <source>The source was not removed</source>
        <translation>Die Quelle wurde nicht entfernt</translation>
    </message>
</context>
<context>
    <name>asterism::SourceViewPanel</name>
    <message>
        <source>No source is shown</source>
        <translation>Keine Quelle wird gezeigt</translation>
    </message>
    <message>
        <source>Choose a source on the left, or the number of a source in an answer.</source>
        <translation>Wählen Sie links eine Quelle oder in einer Antwort die Nummer einer Quelle.</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Extracted text</source>
        <translation>Entnommener Text</translation>
    </message>
    <message>
        <source>The text that the model was given</source>
        <translation>Der Text, den das Modell bekam</translation>
    </message>
    <message>
        <source>Previous page</source>
        <translation>Vorige Seite</translation>
    </message>
    <message>
        <source>Next page</source>
        <translation>Nächste Seite</translation>
    </message>
    <message>
        <source>%1 is no longer a source of this project. It said: “%2”</source>
        <translation>%1 ist keine Quelle dieses Projekts mehr. Dort stand: „%2“</translation>
    </message>
    <message>
        <source>The text of this file may differ from what a person sees; look at “Extracted text”.</source>
        <translation>Der Text dieser Datei kann von dem abweichen, was ein Mensch sieht; sehen Sie unter „Entnommener Text“ nach.</translation>
    </message>
    <message>
        <source>The passage was not found on this page as it is now; it is marked in “Extracted text”.</source>
        <translation>Die Stelle wurde auf der heutigen Seite nicht gefunden; sie ist unter „Entnommener Text“ markiert.</translation>
    </message>
    <message>
        <source>The source has changed since; it said: “%1”</source>
        <translation>Die Quelle hat sich seither geändert; dort stand: „%1“</translation>
    </message>
    <message>
        <source>Page %1 of %2</source>
        <translation>Seite %1 von %2</translation>
    </message>
</context>
<context>
    <name>asterism::SourcesPanel</name>
    <message>
        <source>Sources</source>
        <translation>Quellen</translation>
    </message>
    <message>
        <source>Look for changes</source>
        <translation>Nach Änderungen sehen</translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation>Ordner hinzufügen</translation>
    </message>
    <message>
        <source>Add files</source>
        <translation>Dateien hinzufügen</translation>
    </message>
    <message>
        <source>No project is open</source>
        <translation>Kein Projekt ist offen</translation>
    </message>
    <message>
        <source>Drop files or a folder on the window, or choose a folder to read.</source>
        <translation>Ziehen Sie Dateien oder einen Ordner auf das Fenster oder wählen Sie einen Ordner.</translation>
    </message>
    <message>
        <source>Choose a Folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>This project has no sources</source>
        <translation>Dieses Projekt hat keine Quellen</translation>
    </message>
    <message>
        <source>Drop files or a folder here. You see what would be read first.</source>
        <translation>Ziehen Sie Dateien oder einen Ordner hierher. Sie sehen vorher, was gelesen würde.</translation>
    </message>
    <message>
        <source>%1 · %2 tokens</source>
        <translation>%1 · %2 Token</translation>
    </message>
    <message>
        <source>Files have changed: %1</source>
        <translation>Dateien haben sich geändert: %1</translation>
    </message>
    <message>
        <source>Encode</source>
        <translation>Kodieren</translation>
    </message>
    <message numerus="yes">
        <source>%n source(s) are not encoded yet; what is done is kept.</source>
        <translation>
            <numerusform>%n Quelle ist noch nicht kodiert; was fertig ist, bleibt.</numerusform><numerusform>%n Quellen sind noch nicht kodiert; was fertig ist, bleibt.</numerusform></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message numerus="yes">
        <source>%n source(s) could not be read; point at one to see why.</source>
        <translation>
            <numerusform>%n Quelle konnte nicht gelesen werden; zeigen Sie darauf, um den Grund zu sehen.</numerusform><numerusform>%n Quellen konnten nicht gelesen werden; zeigen Sie darauf, um den Grund zu sehen.</numerusform></translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Remove the Folder “%1”…</source>
        <translation>Ordner „%1“ entfernen …</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen …</translation>
    </message>
    <message>
        <source>Ask Only This</source>
        <translation>Nur dies fragen</translation>
    </message>
    <message>
        <source>Tick All</source>
        <translation>Alle anhaken</translation>
    </message>
    <message>
        <source>What Was Left Out…</source>
        <translation>Was ausgelassen wurde …</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weitere</numerusform><numerusform>und %n weitere</numerusform></translation>
    </message>
    <message>
        <source>Left Out</source>
        <translation>Ausgelassen</translation>
    </message>
    <message>
        <source>Everything in the sources was taken.</source>
        <translation>Alles in den Quellen wurde genommen.</translation>
    </message>
    <message>
        <source>The ticks will be lost at the next start: %1</source>
        <translation>Die Häkchen gehen beim nächsten Start verloren: %1</translation>
    </message>
    <message>
        <source>Not all sources could be looked at: %1</source>
        <translation>Nicht alle Quellen ließen sich prüfen: %1</translation>
    </message>
    <message>
        <source>Read This File</source>
        <translation>Diese Datei lesen</translation>
    </message>
    <message>
        <source>Read What Was Left Out</source>
        <translation>Ausgelassenes lesen</translation>
    </message>
</context>
<context>
    <name>asterism::TimelinePanel</name>
    <message>
        <source>Timeline</source>
        <translation>Zeitverlauf</translation>
    </message>
    <message>
        <source>No answer yet. Ask a question to see how its answer comes.</source>
        <translation>Noch keine Antwort. Stellen Sie eine Frage, um zu sehen, wie die Antwort entsteht.</translation>
    </message>
    <message>
        <source>query of %1 in %2</source>
        <comment>tokens, time</comment>
        <translation>Frage mit %1 in %2</translation>
    </message>
    <message>
        <source>first token %1</source>
        <comment>time</comment>
        <translation>erstes Token %1</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 Token/s</translation>
    </message>
</context>
<context>
    <name>asterism::TimingView</name>
    <message>
        <source>Export Figures</source>
        <translation>Zahlen exportieren</translation>
    </message>
</context>
<context>
    <name>asterism::WarningBar</name>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
    <message numerus="yes">
        <source>%n earlier warning(s)</source>
        <translation>
            <numerusform>%n frühere Warnung</numerusform><numerusform>%n frühere Warnungen</numerusform></translation>
    </message>
</context>
</TS>
