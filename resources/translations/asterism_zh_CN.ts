<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>About</name>
    <message>
        <source>About Asterism</source>
        <translation>关于 Asterism</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;Asterism&lt;/b&gt; answers questions over all of your documents. It reads them once with Star Attention (arXiv 2411.17116) and keeps what it read on this machine.&lt;/p&gt;&lt;p&gt;Nothing leaves this machine; models come over the network only when you ask for one.&lt;/p&gt;&lt;p&gt;Apache License 2.0&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;Asterism&lt;/b&gt; 通读您的全部文档并回答问题。它用 Star Attention（arXiv 2411.17116）读取一次，并把读取结果保存在本机。&lt;/p&gt;&lt;p&gt;任何内容都不会离开本机；只有在您要求时才会通过网络获取模型。&lt;/p&gt;&lt;p&gt;Apache 许可证 2.0&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>BlockWords</name>
    <message>
        <source>%1, %2</source>
        <translation>%1，%2</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>还有 %n 项</numerusform></translation>
    </message>
    <message>
        <source>%1, %2 of KV cache</source>
        <comment>tokens, bytes</comment>
        <translation>%1，KV 缓存 %2</translation>
    </message>
    <message>
        <source>rank %1 restored it in %2, %3 tokens/s</source>
        <translation>rank %1 恢复用时 %2，%3 词元/秒</translation>
    </message>
    <message>
        <source>rank %1 encoded it in %2, %3 tokens/s</source>
        <translation>rank %1 编码用时 %2，%3 词元/秒</translation>
    </message>
    <message>
        <source>%1 of the attention</source>
        <translation>注意力的 %1</translation>
    </message>
</context>
<context>
    <name>ChatExport</name>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>No chat is open; choose one on the left.</source>
        <translation>没有打开的对话；请在左侧选择一个。</translation>
    </message>
    <message>
        <source>Export Chat</source>
        <translation>导出对话</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>&amp;New Chat</source>
        <translation>新对话(&amp;N)</translation>
    </message>
    <message>
        <source>New &amp;Project…</source>
        <translation>新建项目(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Add Files…</source>
        <translation>添加文件(&amp;A)…</translation>
    </message>
    <message>
        <source>Add &amp;Folder…</source>
        <translation>添加文件夹(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Search Chats…</source>
        <translation>搜索对话(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Find in Document…</source>
        <translation>在文档中查找(&amp;F)…</translation>
    </message>
    <message>
        <source>Side &amp;Bar</source>
        <translation>侧边栏(&amp;B)</translation>
    </message>
    <message>
        <source>Go to the &amp;Question</source>
        <translation>转到问题(&amp;Q)</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>停止(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Copy Last Answer</source>
        <translation>复制最后的回答(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Look for Changes</source>
        <translation>检查更改(&amp;L)</translation>
    </message>
    <message>
        <source>S&amp;ummarise…</source>
        <translation>总结(&amp;U)…</translation>
    </message>
    <message>
        <source>Export Chat as &amp;Markdown…</source>
        <translation>导出对话为 &amp;Markdown…</translation>
    </message>
    <message>
        <source>Export Chat as &amp;JSON…</source>
        <translation>导出对话为 &amp;JSON…</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>模型(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>设置(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Keys…</source>
        <translation>快捷键(&amp;K)…</translation>
    </message>
    <message>
        <source>&amp;Larger Text</source>
        <translation>放大文字(&amp;L)</translation>
    </message>
    <message>
        <source>S&amp;maller Text</source>
        <translation>缩小文字(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Normal Text</source>
        <translation>正常文字(&amp;N)</translation>
    </message>
    <message>
        <source>F&amp;ull Screen</source>
        <translation>全屏(&amp;U)</translation>
    </message>
    <message>
        <source>Open &amp;Data Folder</source>
        <translation>打开数据文件夹(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
</context>
<context>
    <name>ExplanationDialog</name>
    <message>
        <source>Why This Answer</source>
        <translation>为何如此回答</translation>
    </message>
    <message>
        <source>Blocks and what the answer loses without them</source>
        <translation>各块及缺少它们时答案的损失</translation>
    </message>
    <message>
        <source>Block</source>
        <translation>块</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>注意力</translation>
    </message>
    <message>
        <source>Without it</source>
        <translation>去掉它</translation>
    </message>
    <message>
        <source>Each block was left out in turn and the same answer was rated again. Attention says where the model looked; the last column says what the answer needs.</source>
        <translation>依次去掉每个块并重新评估同一答案。注意力表示模型看了哪里；最后一列表示答案需要什么。</translation>
    </message>
    <message>
        <source>more than %1</source>
        <translation>超过 %1</translation>
    </message>
    <message>
        <source>%1 times less likely</source>
        <translation>可能性降低 %1 倍</translation>
    </message>
    <message>
        <source>%1 times more likely</source>
        <translation>可能性提高 %1 倍</translation>
    </message>
    <message>
        <source>no difference</source>
        <translation>无差别</translation>
    </message>
    <message>
        <source>The answer depends on no single block: it would be given without any of them.</source>
        <translation>答案不依赖任何单个块：去掉其中任何一个都会得到它。</translation>
    </message>
    <message>
        <source>The answer depends most on %1.</source>
        <translation>答案最依赖 %1。</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>%1 could not be written: %2</source>
        <translation>无法写入 %1：%2</translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message>
        <source>1 block</source>
        <translation>1 个块</translation>
    </message>
    <message numerus="yes">
        <source>%Ln blocks</source>
        <translation>
            <numerusform>%Ln 个块</numerusform></translation>
    </message>
    <message>
        <source>1 token</source>
        <translation>1 个词元</translation>
    </message>
    <message numerus="yes">
        <source>%Ln tokens</source>
        <translation>
            <numerusform>%Ln 个词元</numerusform></translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 毫秒</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 分 %2 秒</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 小时 %2 分</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1%</translation>
    </message>
    <message>
        <source>&lt; %1 %</source>
        <translation>&lt; %1%</translation>
    </message>
    <message>
        <source>queued</source>
        <translation>排队中</translation>
    </message>
    <message>
        <source>reading</source>
        <translation>读取中</translation>
    </message>
    <message>
        <source>encoding</source>
        <translation>编码中</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>已更改</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Block %1</source>
        <translation>块 %1</translation>
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
        <translation>处理器</translation>
    </message>
    <message>
        <source>Graphics card (%1)</source>
        <translation>显卡（%1）</translation>
    </message>
</context>
<context>
    <name>FirstRunDialog</name>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>跳过</translation>
    </message>
    <message>
        <source>Welcome to Asterism</source>
        <translation>欢迎使用 Asterism</translation>
    </message>
    <message>
        <source>A model to read with</source>
        <translation>用于阅读的模型</translation>
    </message>
    <message>
        <source>Asterism runs it on this machine. The small one is quick everywhere; the larger ones answer better. You can change it later.</source>
        <translation>Asterism 在本机运行它。小模型到处都快；大模型回答更好。以后可以更改。</translation>
    </message>
    <message>
        <source>A device to compute with</source>
        <translation>用于计算的设备</translation>
    </message>
    <message>
        <source>A graphics card encodes long texts many times faster, where there is one that Asterism can use.</source>
        <translation>如果有 Asterism 可用的显卡，编码长文本会快很多倍。</translation>
    </message>
    <message numerus="yes">
        <source>Processor, %n thread(s)</source>
        <translation>
            <numerusform>处理器，%n 个线程</numerusform></translation>
    </message>
    <message>
        <source>This build uses the processor only.</source>
        <translation>此版本仅使用处理器。</translation>
    </message>
    <message>
        <source>Something to read</source>
        <translation>可读的内容</translation>
    </message>
    <message>
        <source>The sample project holds Asterism's manual and the source code of its star attention. Ask it how Asterism works, or close this and drop your own files on the window.</source>
        <translation>示例项目包含 Asterism 手册和其 Star Attention 源代码。您可以问它 Asterism 如何工作，或关闭此窗口并拖入自己的文件。</translation>
    </message>
    <message>
        <source>Drop files or a folder on the window; you see what would be read first.</source>
        <translation>把文件或文件夹拖到窗口；读取前您会看到将读取的内容。</translation>
    </message>
    <message>
        <source>Step %1 of %2</source>
        <translation>第 %1 步，共 %2 步</translation>
    </message>
    <message>
        <source>Open the Sample</source>
        <translation>打开示例</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Start Empty</source>
        <translation>从空白开始</translation>
    </message>
</context>
<context>
    <name>KeysDialog</name>
    <message>
        <source>Use These Keys</source>
        <translation>使用这些键</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>命令及其快捷键</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>New keys</source>
        <translation>新快捷键</translation>
    </message>
    <message>
        <source>Reset All</source>
        <translation>全部重置</translation>
    </message>
    <message>
        <source> or </source>
        <translation> 或 </translation>
    </message>
    <message>
        <source>Send the question</source>
        <translation>发送问题</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>New line in the question</source>
        <translation>问题中换行</translation>
    </message>
    <message>
        <source>Shift+Enter</source>
        <translation>Shift+Enter</translation>
    </message>
    <message>
        <source>Click into the field and press the new keys.</source>
        <translation>点击输入框并按下新的快捷键。</translation>
    </message>
    <message>
        <source>These keys are fixed.</source>
        <translation>这些键是固定的。</translation>
    </message>
    <message>
        <source>%1 already does “%2”; choose other keys.</source>
        <translation>%1 已用于“%2”；请选择其他键。</translation>
    </message>
</context>
<context>
    <name>MarkdownText</name>
    <message>
        <source>[image: %1]</source>
        <translation>[图片：%1]</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source> [not found in the sources]</source>
        <translation>［来源中未找到］</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Use for This Project</source>
        <translation>用于此项目</translation>
    </message>
    <message>
        <source>Use for New Projects</source>
        <translation>用于新项目</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Models come over the network only when you press Get; each is checked against its checksum.</source>
        <translation>只有按“获取”时才会通过网络下载模型；每个模型都会核对校验和。</translation>
    </message>
    <message>
        <source>Change the Model</source>
        <translation>更换模型</translation>
    </message>
    <message>
        <source>Use %1 for this project?</source>
        <translation>将 %1 用于此项目？</translation>
    </message>
    <message>
        <source>All %1 tokens must be encoded again. Chats stay.</source>
        <translation>全部 %1 个词元需要重新编码。对话会保留。</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>更换</translation>
    </message>
    <message>
        <source>The model was not changed</source>
        <translation>模型未更换</translation>
    </message>
</context>
<context>
    <name>SearchDialog</name>
    <message>
        <source>Search Chats</source>
        <translation>搜索对话</translation>
    </message>
    <message>
        <source>Words to find</source>
        <translation>要查找的词</translation>
    </message>
    <message>
        <source>Words in any chat of any project</source>
        <translation>任意项目任意对话中的词</translation>
    </message>
    <message>
        <source>Places found</source>
        <translation>找到的位置</translation>
    </message>
    <message>
        <source>Type to search; Enter opens.</source>
        <translation>输入即搜索；按 Enter 打开。</translation>
    </message>
    <message>
        <source>No chat has all of these words.</source>
        <translation>没有对话包含所有这些词。</translation>
    </message>
    <message numerus="yes">
        <source>%n place(s)</source>
        <translation>
            <numerusform>%n 处</numerusform></translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Reset This Page</source>
        <translation>重置此页</translation>
    </message>
    <message>
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Models and Devices</source>
        <translation>模型与设备</translation>
    </message>
    <message>
        <source>Storage</source>
        <translation>存储</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Theme:</source>
        <translation>主题：</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>跟随桌面</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Language:</source>
        <translation>语言：</translation>
    </message>
    <message>
        <source> pt</source>
        <translation> 磅</translation>
    </message>
    <message>
        <source>Text size:</source>
        <translation>文字大小：</translation>
    </message>
    <message>
        <source>%1 (default)</source>
        <translation>%1（默认）</translation>
    </message>
    <message>
        <source>Model of new projects:</source>
        <translation>新项目的模型：</translation>
    </message>
    <message>
        <source>Device:</source>
        <translation>设备：</translation>
    </message>
    <message>
        <source>All cores</source>
        <translation>所有核心</translation>
    </message>
    <message>
        <source>Threads:</source>
        <translation>线程：</translation>
    </message>
    <message>
        <source>Models are in:</source>
        <translation>模型位置：</translation>
    </message>
    <message>
        <source>A change of device or threads opens the model again.</source>
        <translation>更改设备或线程会重新打开模型。</translation>
    </message>
    <message>
        <source>KV cache of new projects:</source>
        <translation>新项目的 KV 缓存：</translation>
    </message>
    <message>
        <source>8 bits (q8)</source>
        <translation>8 位（q8）</translation>
    </message>
    <message>
        <source>16 bits (bf16)</source>
        <translation>16 位（bf16）</translation>
    </message>
    <message>
        <source>32 bits (f32)</source>
        <translation>32 位（f32）</translation>
    </message>
    <message>
        <source>Block size of new projects:</source>
        <translation>新项目的块大小：</translation>
    </message>
    <message>
        <source>2,048 tokens</source>
        <translation>2,048 个词元</translation>
    </message>
    <message>
        <source>4,096 tokens</source>
        <translation>4,096 个词元</translation>
    </message>
    <message>
        <source>6,144 tokens</source>
        <translation>6,144 个词元</translation>
    </message>
    <message>
        <source>8,192 tokens</source>
        <translation>8,192 个词元</translation>
    </message>
    <message>
        <source>16,384 tokens</source>
        <translation>16,384 个词元</translation>
    </message>
    <message>
        <source>Notice when source files change</source>
        <translation>源文件更改时提示</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> 个词元</translation>
    </message>
    <message>
        <source>Longest answer:</source>
        <translation>最长回答：</translation>
    </message>
    <message>
        <source>Room for a chat:</source>
        <translation>对话空间：</translation>
    </message>
    <message>
        <source>Questions and answers of one chat share this room. It is fixed when a chat begins.</source>
        <translation>同一对话的问题和回答共享此空间。对话开始时即固定。</translation>
    </message>
    <message>
        <source>None: always the likeliest word</source>
        <translation>无：总是最可能的词</translation>
    </message>
    <message>
        <source>Chance in the choice of words:</source>
        <translation>用词的随机性：</translation>
    </message>
</context>
<context>
    <name>SummaryDialog</name>
    <message>
        <source>Summaries</source>
        <translation>总结</translation>
    </message>
    <message>
        <source>Documents to summarise</source>
        <translation>要总结的文档</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>总结</translation>
    </message>
    <message>
        <source>Summarise</source>
        <translation>总结</translation>
    </message>
    <message>
        <source>Each ticked document is read whole and summarised by itself; then one summary is made over all of them. What was made before of the same text is kept.</source>
        <translation>每个勾选的文档都会被通读并单独总结；然后对全部内容生成一个总结。相同文本的已有总结会保留。</translation>
    </message>
    <message>
        <source>Done. The summaries are kept in the project.</source>
        <translation>完成。总结已保存在项目中。</translation>
    </message>
    <message>
        <source>Stopped. Finished summaries are kept.</source>
        <translation>已停止。完成的总结会保留。</translation>
    </message>
    <message>
        <source>All of them</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>*There is no summary yet.*</source>
        <translation>*还没有总结。*</translation>
    </message>
    <message>
        <source>Tick at least one document.</source>
        <translation>请至少勾选一个文档。</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
</context>
<context>
    <name>asterism::ActivityBar</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Opening the model %1</source>
        <translation>正在打开模型 %1</translation>
    </message>
    <message>
        <source>Reading file %1: %2</source>
        <translation>正在读取文件 %1：%2</translation>
    </message>
    <message>
        <source>Looking at the files</source>
        <translation>正在查看文件</translation>
    </message>
    <message>
        <source>Waiting for another program that works on this project</source>
        <translation>正在等待另一个处理此项目的程序</translation>
    </message>
    <message>
        <source>Encoding: %1 blocks</source>
        <translation>正在编码：%1 个块</translation>
    </message>
    <message>
        <source>Preparing the blocks</source>
        <translation>正在准备块</translation>
    </message>
    <message>
        <source>Loading: %1 blocks</source>
        <translation>正在加载：%1 个块</translation>
    </message>
    <message>
        <source>Loading what was encoded before</source>
        <translation>正在加载以前的编码</translation>
    </message>
    <message>
        <source>Finding out what the answer depends on</source>
        <translation>正在查明答案依赖什么</translation>
    </message>
    <message>
        <source>Summarising %1: %2</source>
        <translation>正在总结 %1：%2</translation>
    </message>
    <message>
        <source>Summarising</source>
        <translation>正在总结</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Paused. Finished blocks are kept.</source>
        <translation>已暂停。完成的块会保留。</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 词元/秒</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>剩余 %1</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Deleting the project %1, once no other program works on it</source>
        <translation>正在删除项目 %1（等其他程序处理完该项目后进行）</translation>
    </message>
</context>
<context>
    <name>asterism::BlockTableModel</name>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 及另外 %n 个</numerusform></translation>
    </message>
    <message>
        <source>ready, restored</source>
        <translation>就绪，已恢复</translation>
    </message>
    <message>
        <source>Block</source>
        <translation>块</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>Rank</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Tokens/s</source>
        <translation>词元/秒</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>注意力</translation>
    </message>
</context>
<context>
    <name>asterism::BlocksPanel</name>
    <message>
        <source>Blocks</source>
        <translation>块</translation>
    </message>
    <message>
        <source>Figures per block</source>
        <translation>各块数据</translation>
    </message>
    <message>
        <source>Export as CSV…</source>
        <translation>导出为 CSV…</translation>
    </message>
    <message>
        <source>Writes the table to a file for spreadsheets</source>
        <translation>将表格写入文件，供电子表格使用</translation>
    </message>
    <message>
        <source>Export trace…</source>
        <translation>导出跟踪…</translation>
    </message>
    <message>
        <source>Writes ranks, blocks and decoding steps over time, for Perfetto</source>
        <translation>写出 rank、块和解码步骤的时间线，供 Perfetto 使用</translation>
    </message>
    <message>
        <source>No blocks yet. Their times appear here while documents are encoded.</source>
        <translation>还没有块。编码文档时会在这里显示时间。</translation>
    </message>
    <message>
        <source>%1 of KV cache</source>
        <translation>KV 缓存 %1</translation>
    </message>
    <message>
        <source>%1 restored</source>
        <translation>恢复 %1</translation>
    </message>
    <message>
        <source>%1 encoded</source>
        <translation>编码 %1</translation>
    </message>
    <message>
        <source>%1 in all</source>
        <translation>共 %1</translation>
    </message>
</context>
<context>
    <name>asterism::CacheBox</name>
    <message>
        <source>Counting…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>Clear…</source>
        <translation>清空…</translation>
    </message>
    <message>
        <source>Move…</source>
        <translation>移动…</translation>
    </message>
    <message>
        <source>Choose another folder; it is used from the next start on</source>
        <translation>选择其他文件夹；下次启动后生效</translation>
    </message>
    <message>
        <source> GB</source>
        <translation> GB</translation>
    </message>
    <message>
        <source>Share of the quota in use</source>
        <translation>已用配额比例</translation>
    </message>
    <message>
        <source>KV cache in:</source>
        <translation>KV 缓存位置：</translation>
    </message>
    <message>
        <source>It may take:</source>
        <translation>最多占用：</translation>
    </message>
    <message numerus="yes">
        <source>%1 in %n block(s)</source>
        <translation>
            <numerusform>%1，共 %n 个块</numerusform></translation>
    </message>
    <message>
        <source>Folder of the KV Cache</source>
        <translation>KV 缓存文件夹</translation>
    </message>
    <message>
        <source>%1 (from the next start on)</source>
        <translation>%1（下次启动后生效）</translation>
    </message>
    <message>
        <source>Clear the KV Cache</source>
        <translation>清空 KV 缓存</translation>
    </message>
    <message>
        <source>Delete all blocks of all projects?</source>
        <translation>删除所有项目的所有块？</translation>
    </message>
    <message>
        <source>This frees %1. Nothing is lost but time: the sources of each project have to be encoded again.</source>
        <translation>将释放 %1。损失的只有时间：每个项目的来源需要重新编码。</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清空</translation>
    </message>
    <message>
        <source>The quota was not reset</source>
        <translation>配额未能重置</translation>
    </message>
</context>
<context>
    <name>asterism::ChartWidget</name>
    <message>
        <source>%1 ms</source>
        <translation>%1 毫秒</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
</context>
<context>
    <name>asterism::ChatPanel</name>
    <message numerus="yes">
        <source>Reads all %n source(s) · %1 tokens</source>
        <translation>
            <numerusform>读取全部 %n 个来源 · %1 个词元</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>Reads %1 of %n source(s)%2 · %3 tokens</source>
        <translation>
            <numerusform>读取 %1 / %n 个来源%2 · %3 个词元</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>, %n could not be read</source>
        <translation>
            <numerusform>，%n 个无法读取</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>, %n not encoded yet</source>
        <translation>
            <numerusform>，%n 个尚未编码</numerusform></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>提问</translation>
    </message>
    <message>
        <source>Stop the answer (Esc)</source>
        <translation>停止回答（Esc）</translation>
    </message>
    <message>
        <source>Ask (Enter)</source>
        <translation>提问（Enter）</translation>
    </message>
    <message>
        <source>Ask about your sources</source>
        <translation>就您的来源提问</translation>
    </message>
    <message>
        <source>You can ask once a project is open</source>
        <translation>打开项目后即可提问</translation>
    </message>
    <message>
        <source>Read whole documents, not snippets</source>
        <translation>通读整篇文档，而非片段</translation>
    </message>
    <message>
        <source>Drop files or a folder here. Asterism reads all of it once and then answers every question over the whole text.</source>
        <translation>把文件或文件夹拖到这里。Asterism 会通读一次，然后基于全文回答每个问题。</translation>
    </message>
    <message>
        <source>Choose a Folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>This project has nothing to read yet</source>
        <translation>此项目还没有可读内容</translation>
    </message>
    <message>
        <source>Drop files or a folder here; you see what would be read first.</source>
        <translation>把文件或文件夹拖到这里；读取前您会看到将读取的内容。</translation>
    </message>
    <message>
        <source>The project's model could not be opened</source>
        <translation>无法打开此项目的模型</translation>
    </message>
    <message>
        <source>Open Models</source>
        <translation>打开模型列表</translation>
    </message>
    <message>
        <source>Opening the project</source>
        <translation>正在打开项目</translation>
    </message>
    <message>
        <source>The model and what was encoded before are being loaded.</source>
        <translation>正在加载模型和以前的编码。</translation>
    </message>
    <message>
        <source>Every answer is given over all that is ticked on the left, with the passages it came from.</source>
        <translation>每个回答都基于左侧勾选的全部内容，并附上出处。</translation>
    </message>
    <message>
        <source>No source is ticked, so there is nothing to read. Tick one on the left.</source>
        <translation>没有勾选来源，因此无内容可读。请在左侧勾选一个。</translation>
    </message>
    <message>
        <source>New Chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>You are editing an earlier question. Asking it starts a new branch; the old one is kept.</source>
        <translation>您正在修改之前的问题。提问会开始新的分支，旧分支会保留。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>链接</translation>
    </message>
    <message>
        <source>This link is not opened: %1</source>
        <translation>不会打开此链接：%1</translation>
    </message>
    <message>
        <source>Open Link</source>
        <translation>打开链接</translation>
    </message>
    <message>
        <source>Open this address in your browser?</source>
        <translation>在浏览器中打开此地址？</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Model of this project: %1</source>
        <translation>此项目的模型：%1</translation>
    </message>
    <message>
        <source>Add something to read first</source>
        <translation>请先添加要阅读的内容</translation>
    </message>
    <message>
        <source>The project's model is not open</source>
        <translation>项目的模型未打开</translation>
    </message>
    <message>
        <source>Opening the project…</source>
        <translation>正在打开项目…</translation>
    </message>
    <message>
        <source>Open Settings</source>
        <translation>打开设置</translation>
    </message>
    <message>
        <source>There is no room for an answer.</source>
        <translation>没有空间容纳回答。</translation>
    </message>
    <message>
        <source>“%1” was not answered: %2</source>
        <translation>“%1”未得到回答：%2</translation>
    </message>
    <message>
        <source>This chat is full: the question and the longest answer allowed do not fit in what is left of its room. Begin a new chat; new ones get the room that is set under Settings &gt; Answers.</source>
        <translation>此对话已满：剩余空间容纳不下问题和允许的最长回答。请新建对话；新对话的空间在“设置 &gt; 回答”中设定。</translation>
    </message>
    <message>
        <source>A chat has room for %1 tokens, too few for this question and an answer of up to %2. Give chats more room, or allow shorter answers only, under Settings &gt; Answers.</source>
        <translation>一个对话可容纳 %1 个词元，不足以容纳此问题和最多 %2 个词元的回答。请在“设置 &gt; 回答”中增大对话空间，或只允许更短的回答。</translation>
    </message>
</context>
<context>
    <name>asterism::ChatView</name>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
</context>
<context>
    <name>asterism::ConversationListModel</name>
    <message>
        <source>Pinned</source>
        <translation>已置顶</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>Previous 7 days</source>
        <translation>过去 7 天</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>Archived</source>
        <translation>已归档</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>%1
Last message: %2</source>
        <translation>%1
最后一条消息：%2</translation>
    </message>
</context>
<context>
    <name>asterism::ConversationsPanel</name>
    <message>
        <source>Your chats about this project will be listed here.</source>
        <translation>关于此项目的对话将列在这里。</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>搜索对话</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>The chat was not changed</source>
        <translation>对话未更改</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>取消置顶</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>置顶</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>归档</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>Rename Chat</source>
        <translation>重命名对话</translation>
    </message>
    <message>
        <source>Title:</source>
        <translation>标题：</translation>
    </message>
    <message>
        <source>Delete Chat</source>
        <translation>删除对话</translation>
    </message>
    <message>
        <source>Delete the chat “%1”?</source>
        <translation>删除对话“%1”？</translation>
    </message>
    <message numerus="yes">
        <source>Its %n message(s) go for good.</source>
        <translation>
            <numerusform>其中 %n 条消息将永久删除。</numerusform></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>asterism::DecodeTimeline</name>
    <message>
        <source>attention</source>
        <translation>注意力</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>线性</translation>
    </message>
    <message>
        <source>merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>sampling</source>
        <translation>采样</translation>
    </message>
    <message>
        <source>other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>Decoding steps</source>
        <translation>解码步骤</translation>
    </message>
    <message>
        <source>Left and Right move from step to step.</source>
        <translation>左右键逐步移动。</translation>
    </message>
    <message>
        <source>Token %1: “%2”</source>
        <translation>词元 %1：“%2”</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>part of a step: time</comment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>parts as in a profiled step</source>
        <translation>按剖析步骤的组成</translation>
    </message>
    <message>
        <source>Shows the time of every token of an answer</source>
        <translation>显示回答中每个词元的时间</translation>
    </message>
    <message>
        <source>Time per token</source>
        <translation>每词元时间</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <comment>part of a step, share</comment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source> (profiled)</source>
        <translation>（剖析）</translation>
    </message>
</context>
<context>
    <name>asterism::DocumentTreeModel</name>
    <message numerus="yes">
        <source>%1: %n token(s)</source>
        <translation>
            <numerusform>%1：%n 个词元</numerusform></translation>
    </message>
    <message>
        <source>The extracted text may differ from what a person sees.</source>
        <translation>提取的文本可能与人看到的不同。</translation>
    </message>
    <message numerus="yes">
        <source>%n possible secret(s) in the text</source>
        <translation>
            <numerusform>文本中有 %n 处可能的机密</numerusform></translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message numerus="yes">
        <source>%1, %2, %n token(s)</source>
        <translation>
            <numerusform>%1，%2，%n 个词元</numerusform></translation>
    </message>
    <message>
        <source>left out</source>
        <translation>已略过</translation>
    </message>
    <message>
        <source>%1
Left out: you did not tick it when it was to be read.</source>
        <translation>%1
已略过：读取之前您没有勾选它。</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1，%2</translation>
    </message>
</context>
<context>
    <name>asterism::EngineBridge</name>
    <message>
        <source>Stopped before the first word.</source>
        <translation>在第一个词之前已停止。</translation>
    </message>
</context>
<context>
    <name>asterism::FindBar</name>
    <message>
        <source>Words to find</source>
        <translation>要查找的词</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Previous place</source>
        <translation>上一处</translation>
    </message>
    <message>
        <source>Next place</source>
        <translation>下一处</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>未找到</translation>
    </message>
</context>
<context>
    <name>asterism::GanttChart</name>
    <message>
        <source>Ranks over time</source>
        <translation>各 rank 的时间线</translation>
    </message>
    <message>
        <source>Left and Right: blocks of a rank. Up and Down: ranks. Plus, minus, 0: zoom. Enter: choose the block.</source>
        <translation>左右：同一 rank 的块。上下：rank。加、减、0：缩放。Enter：选择块。</translation>
    </message>
    <message>
        <source>Rank %1</source>
        <translation>Rank %1</translation>
    </message>
    <message>
        <source>Shows what every rank does once blocks are encoded or loaded</source>
        <translation>编码或加载块时显示各 rank 的工作</translation>
    </message>
    <message>
        <source>restored from disk</source>
        <translation>从磁盘恢复</translation>
    </message>
    <message>
        <source>encoded</source>
        <translation>已编码</translation>
    </message>
</context>
<context>
    <name>asterism::HeatStrip</name>
    <message>
        <source>Attention per block and token</source>
        <translation>每块每词元的注意力</translation>
    </message>
    <message>
        <source>Arrow keys move by token and block, Enter chooses the block.</source>
        <translation>方向键按词元和块移动，Enter 选择块。</translation>
    </message>
    <message>
        <source>Blocks %1 to %2</source>
        <translation>块 %1 至 %2</translation>
    </message>
    <message>
        <source>Token %1: “%2”
%3: %4 of its attention</source>
        <translation>词元 %1：“%2”
%3：其注意力的 %4</translation>
    </message>
    <message>
        <source>Follows the attention of an answer, token by token</source>
        <translation>逐词元跟踪回答的注意力</translation>
    </message>
    <message>
        <source>Attention per block</source>
        <translation>每块注意力</translation>
    </message>
</context>
<context>
    <name>asterism::MainWindow</name>
    <message>
        <source>Side Bar</source>
        <translation>侧边栏</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation>块</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Project Strip</source>
        <translation>项目条</translation>
    </message>
</context>
<context>
    <name>asterism::MemoryPanel</name>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>KV cache on disk</source>
        <translation>磁盘上的 KV 缓存</translation>
    </message>
    <message>
        <source>KV cache on disk, of its quota</source>
        <translation>磁盘上的 KV 缓存占配额</translation>
    </message>
    <message>
        <source>Clear…</source>
        <translation>清空…</translation>
    </message>
    <message>
        <source>Clear the KV cache on disk</source>
        <translation>清空磁盘上的 KV 缓存</translation>
    </message>
    <message>
        <source>Deletes encoded blocks; nothing but the time to encode them is lost</source>
        <translation>删除已编码的块；损失的只有编码时间</translation>
    </message>
    <message>
        <source>No model is open. What it takes appears here once one is.</source>
        <translation>没有打开的模型。打开后在此显示占用。</translation>
    </message>
    <message>
        <source>%1 model weights · %2 KV cache</source>
        <translation>模型权重 %1 · KV 缓存 %2</translation>
    </message>
    <message>
        <source>%1 KV cache</source>
        <translation>KV 缓存 %1</translation>
    </message>
    <message>
        <source>Memory of %1 in use</source>
        <translation>%1 已用内存</translation>
    </message>
    <message>
        <source>%1 of %2 memory</source>
        <translation>内存 %1 / %2</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>%1 are of the open project and stay</source>
        <translation>其中 %1 属于打开的项目，会保留</translation>
    </message>
    <message>
        <source>%1 free on the disk</source>
        <translation>磁盘可用 %1</translation>
    </message>
    <message>
        <source>nearly full: the blocks longest unused go first</source>
        <translation>即将用满：最久未用的块先删除</translation>
    </message>
</context>
<context>
    <name>asterism::MessageListModel</name>
    <message>
        <source>Question: %1</source>
        <translation>问题：%1</translation>
    </message>
    <message>
        <source>Answer: %1</source>
        <translation>回答：%1</translation>
    </message>
</context>
<context>
    <name>asterism::MessageWidget</name>
    <message>
        <source>This passage is no longer in the source, word for word.</source>
        <translation>此段落已不再逐字存在于来源中。</translation>
    </message>
    <message>
        <source>read %1 of %2 tokens, %3</source>
        <translation>已读 %1 / %2 个词元，%3</translation>
    </message>
    <message>
        <source>nothing dropped</source>
        <translation>没有遗漏</translation>
    </message>
    <message>
        <source>the rest was not encoded yet</source>
        <translation>其余尚未编码</translation>
    </message>
    <message>
        <source>the rest was not chosen</source>
        <translation>其余未被选中</translation>
    </message>
    <message>
        <source>first token %1</source>
        <translation>首词元 %1</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 词元/秒</translation>
    </message>
    <message>
        <source>restored %1 blocks, encoded %2</source>
        <translation>恢复 %1 个块，编码 %2 个</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>ended at the longest answer allowed</source>
        <translation>达到允许的最长回答</translation>
    </message>
    <message>
        <source>Earlier version</source>
        <translation>上一版本</translation>
    </message>
    <message>
        <source>Later version</source>
        <translation>下一版本</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Edit and ask again</source>
        <translation>修改并重新提问</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <source>Why this answer</source>
        <translation>为何如此回答</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Source %1: %2, %3</source>
        <translation>来源 %1：%2，%3</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Reading the question…</source>
        <translation>正在读取问题…</translation>
    </message>
</context>
<context>
    <name>asterism::ModelList</name>
    <message>
        <source>Get</source>
        <translation>获取</translation>
    </message>
    <message>
        <source>Add a File…</source>
        <translation>添加文件…</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Speed here</source>
        <translation>本机速度</translation>
    </message>
    <message>
        <source>A GGUF file that is on this machine already</source>
        <translation>已在本机上的 GGUF 文件</translation>
    </message>
    <message>
        <source>Progress of the download</source>
        <translation>下载进度</translation>
    </message>
    <message>
        <source>Add a Model</source>
        <translation>添加模型</translation>
    </message>
    <message>
        <source>%1 is here, and its checksum is right.</source>
        <translation>%1 已就位，校验和正确。</translation>
    </message>
    <message>
        <source>Paused. What has arrived is kept.</source>
        <translation>已暂停。已下载的部分会保留。</translation>
    </message>
    <message>
        <source>as its maker says</source>
        <translation>以作者说明为准</translation>
    </message>
    <message>
        <source>on this machine</source>
        <translation>在本机</translation>
    </message>
    <message>
        <source>not here yet</source>
        <translation>尚未获取</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 词元/秒</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>Terms: %1
SHA-256: %2</source>
        <translation>条款：%1
SHA-256：%2</translation>
    </message>
    <message>
        <source>Added by hand: %1</source>
        <translation>手动添加：%1</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Looking for %1…</source>
        <translation>正在查找 %1…</translation>
    </message>
    <message>
        <source>Checking %1: %2</source>
        <translation>正在校验 %1：%2</translation>
    </message>
    <message>
        <source>Getting %1: %2</source>
        <translation>正在获取 %1：%2</translation>
    </message>
    <message>
        <source>A Model Is Being Fetched</source>
        <translation>正在获取模型</translation>
    </message>
    <message>
        <source>Stop getting %1?</source>
        <translation>停止获取 %1？</translation>
    </message>
    <message>
        <source>What has arrived is kept: Resume under Models goes on from there.</source>
        <translation>已下载的部分会保留：在“模型”中按“继续”即可接着获取。</translation>
    </message>
    <message>
        <source>Stop and Close</source>
        <translation>停止并关闭</translation>
    </message>
</context>
<context>
    <name>asterism::NumberedTextView</name>
    <message>
        <source>Text of the source</source>
        <translation>来源文本</translation>
    </message>
</context>
<context>
    <name>asterism::PdfPageView</name>
    <message>
        <source>Page of the source</source>
        <translation>来源页面</translation>
    </message>
    <message>
        <source>The file %1 is not there any more. Its text was kept.</source>
        <translation>文件 %1 已不存在。其文本已保留。</translation>
    </message>
    <message>
        <source>The file %1 asks for a password.</source>
        <translation>文件 %1 需要密码。</translation>
    </message>
    <message>
        <source>The file %1 cannot be drawn. Its text was kept.</source>
        <translation>无法显示文件 %1。其文本已保留。</translation>
    </message>
</context>
<context>
    <name>asterism::PreflightDialog</name>
    <message>
        <source>8 bits (q8): smallest, as good in tests</source>
        <translation>8 位（q8）：最小，测试中同样好</translation>
    </message>
    <message>
        <source>16 bits (bf16): twice the size</source>
        <translation>16 位（bf16）：两倍大小</translation>
    </message>
    <message>
        <source>32 bits (f32): for comparisons</source>
        <translation>32 位（f32）：用于比较</translation>
    </message>
    <message>
        <source>What Will Be Read</source>
        <translation>将要读取的内容</translation>
    </message>
    <message>
        <source>Files that would be read</source>
        <translation>将要读取的文件</translation>
    </message>
    <message>
        <source>Read and Encode</source>
        <translation>读取并编码</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>高级</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>KV cache:</source>
        <translation>KV 缓存：</translation>
    </message>
    <message>
        <source>Block size:</source>
        <translation>块大小：</translation>
    </message>
    <message>
        <source>Larger blocks answer more accurately; smaller ones are faster to encode and cheaper to edit. Both are fixed once the project is encoded.</source>
        <translation>较大的块回答更准确；较小的块编码更快、修改代价更低。项目编码后两者即固定。</translation>
    </message>
    <message>
        <source>This model's window allows blocks of at most %1 tokens.</source>
        <translation>此模型的窗口允许的块最多为 %1 个词元。</translation>
    </message>
    <message>
        <source>Fixed when the project was made: every block depends on them.</source>
        <translation>创建项目时已固定：每个块都依赖它们。</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s), %1 tokens</source>
        <translation>
            <numerusform>%n 个文件，%1 个词元</numerusform></translation>
    </message>
    <message>
        <source>%1 of KV cache, of %2 allowed and %3 free on the disk</source>
        <translation>KV 缓存 %1，允许 %2，磁盘可用 %3</translation>
    </message>
    <message>
        <source>about %1 to encode</source>
        <translation>编码约需 %1</translation>
    </message>
    <message>
        <source>the time is known once this machine has encoded something</source>
        <translation>本机完成一次编码后即可估计时间</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) are encoded already</source>
        <translation>
            <numerusform>%n 个文件已编码</numerusform></translation>
    </message>
    <message>
        <source>The disk of the KV cache has no room for this. Untick files, choose a smaller KV type under Advanced, or move the cache in the settings.</source>
        <translation>KV 缓存所在磁盘空间不足。请取消勾选部分文件，在“高级”中选择更小的 KV 类型，或在设置中移动缓存。</translation>
    </message>
    <message>
        <source>This is more than the KV cache may take. Raise the quota in the settings, or some blocks will have to be encoded again after each start.</source>
        <translation>这超出了 KV 缓存的配额。请在设置中提高配额，否则每次启动后都需要重新编码部分块。</translation>
    </message>
    <message numerus="yes">
        <source>%n possible secret(s), such as keys or passwords, stand in these files. They stay on this machine; untick the files if you would rather not have them read.</source>
        <translation>
            <numerusform>这些文件中有 %n 处可能的机密（如密钥或密码）。它们不会离开本机；如不希望读取，请取消勾选这些文件。</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::PreflightModel</name>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>left out: %1</source>
        <translation>已略过：%1</translation>
    </message>
    <message numerus="yes">
        <source>%n possible secret(s)</source>
        <translation>
            <numerusform>%n 处可能的机密</numerusform></translation>
    </message>
    <message>
        <source>text may be poor</source>
        <translation>文本质量可能较差</translation>
    </message>
    <message numerus="yes">
        <source>%n left out</source>
        <translation>
            <numerusform>略过 %n 个</numerusform></translation>
    </message>
</context>
<context>
    <name>asterism::ProjectListModel</name>
    <message>
        <source>Model: %1</source>
        <translation>模型：%1</translation>
    </message>
</context>
<context>
    <name>asterism::ProjectStrip</name>
    <message>
        <source>Blocks of the project</source>
        <translation>项目的块</translation>
    </message>
    <message>
        <source>Arrow keys move from block to block, Enter chooses one.</source>
        <translation>方向键在块之间移动，Enter 选择。</translation>
    </message>
    <message>
        <source>No blocks yet: add documents to the project</source>
        <translation>还没有块：请向项目添加文档</translation>
    </message>
    <message>
        <source>: attention of the answer</source>
        <translation>：回答的注意力</translation>
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
        <translation>项目</translation>
    </message>
    <message>
        <source>No project yet</source>
        <translation>还没有项目</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>新建项目</translation>
    </message>
    <message>
        <source>More for this project</source>
        <translation>此项目的更多操作</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>The project keeps its name</source>
        <translation>项目名称未更改</translation>
    </message>
    <message>
        <source>Rename Project</source>
        <translation>重命名项目</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>名称：</translation>
    </message>
    <message>
        <source>Delete Project</source>
        <translation>删除项目</translation>
    </message>
    <message>
        <source>Delete the project “%1” with its chats?</source>
        <translation>删除项目“%1”及其对话？</translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) go for good. Reading its %1 tokens again would take time. Your files stay as they are.</source>
        <translation>
            <numerusform>%n 个对话将永久删除。重新读取其 %1 个词元需要时间。您的文件保持不变。</numerusform></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Choose a project</source>
        <translation>请选择项目</translation>
    </message>
</context>
<context>
    <name>asterism::QuestionEdit</name>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
</context>
<context>
    <name>asterism::ReadingView</name>
    <message>
        <source>The source as it is read</source>
        <translation>按阅读方式显示的来源</translation>
    </message>
</context>
<context>
    <name>asterism::SourceFlow</name>
    <message>
        <source>That did not work</source>
        <translation>未成功</translation>
    </message>
    <message>
        <source>The project was not made</source>
        <translation>项目未创建</translation>
    </message>
    <message>
        <source>New Project</source>
        <translation>新建项目</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>名称：</translation>
    </message>
    <message>
        <source>Asterism sample</source>
        <translation>Asterism 示例</translation>
    </message>
    <message>
        <source>Add Files</source>
        <translation>添加文件</translation>
    </message>
    <message>
        <source>Add a Folder</source>
        <translation>添加文件夹</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Pasted %1.txt</source>
        <translation>粘贴 %1.txt</translation>
    </message>
    <message>
        <source>The text was not kept</source>
        <translation>文本未保存</translation>
    </message>
    <message>
        <source>%1 could not be written: %2; make room or change its permissions</source>
        <translation>无法写入 %1：%2；请腾出空间或更改权限</translation>
    </message>
    <message>
        <source>Remove Source</source>
        <translation>移除来源</translation>
    </message>
    <message>
        <source>Remove “%1” from the project?</source>
        <translation>从项目中移除“%1”？</translation>
    </message>
    <message>
        <source>The file stays as it is. Blocks that it shares with other sources are encoded again.</source>
        <translation>文件保持不变。与其他来源共享的块会重新编码。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Restored %1 blocks, encoded %2 in %3</source>
        <translation>恢复 %1 个块，编码 %2 个，用时 %3</translation>
    </message>
    <message>
        <source>+%1 ~%2 -%3, %4 unchanged, %5 blocks to encode</source>
        <translation>+%1 ~%2 -%3，%4 个未变，%5 个块待编码</translation>
    </message>
    <message>
        <source>The project keeps its settings</source>
        <translation>项目保留原有设置</translation>
    </message>
    <message>
        <source>The source was not removed</source>
        <translation>来源未移除</translation>
    </message>
</context>
<context>
    <name>asterism::SourceViewPanel</name>
    <message>
        <source>No source is shown</source>
        <translation>未显示来源</translation>
    </message>
    <message>
        <source>Choose a source on the left, or the number of a source in an answer.</source>
        <translation>请在左侧选择来源，或点击回答中的来源编号。</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>原文</translation>
    </message>
    <message>
        <source>Extracted text</source>
        <translation>提取的文本</translation>
    </message>
    <message>
        <source>The text that the model was given</source>
        <translation>提供给模型的文本</translation>
    </message>
    <message>
        <source>Previous page</source>
        <translation>上一页</translation>
    </message>
    <message>
        <source>Next page</source>
        <translation>下一页</translation>
    </message>
    <message>
        <source>%1 is no longer a source of this project. It said: “%2”</source>
        <translation>%1 已不再是此项目的来源。其中写道：“%2”</translation>
    </message>
    <message>
        <source>The text of this file may differ from what a person sees; look at “Extracted text”.</source>
        <translation>此文件的文本可能与人看到的不同；请查看“提取的文本”。</translation>
    </message>
    <message>
        <source>The passage was not found on this page as it is now; it is marked in “Extracted text”.</source>
        <translation>在当前页面未找到该段落；已在“提取的文本”中标出。</translation>
    </message>
    <message>
        <source>The source has changed since; it said: “%1”</source>
        <translation>来源此后已更改；原文为：“%1”</translation>
    </message>
    <message>
        <source>Page %1 of %2</source>
        <translation>第 %1 页，共 %2 页</translation>
    </message>
</context>
<context>
    <name>asterism::SourcesPanel</name>
    <message>
        <source>Sources</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Look for changes</source>
        <translation>检查更改</translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation>添加文件夹</translation>
    </message>
    <message>
        <source>Add files</source>
        <translation>添加文件</translation>
    </message>
    <message>
        <source>No project is open</source>
        <translation>没有打开的项目</translation>
    </message>
    <message>
        <source>Drop files or a folder on the window, or choose a folder to read.</source>
        <translation>把文件或文件夹拖到窗口，或选择要读取的文件夹。</translation>
    </message>
    <message>
        <source>Choose a Folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>This project has no sources</source>
        <translation>此项目没有来源</translation>
    </message>
    <message>
        <source>Drop files or a folder here. You see what would be read first.</source>
        <translation>把文件或文件夹拖到这里。读取前您会看到将读取的内容。</translation>
    </message>
    <message>
        <source>%1 · %2 tokens</source>
        <translation>%1 · %2 个词元</translation>
    </message>
    <message>
        <source>Files have changed: %1</source>
        <translation>文件已更改：%1</translation>
    </message>
    <message>
        <source>Encode</source>
        <translation>编码</translation>
    </message>
    <message numerus="yes">
        <source>%n source(s) are not encoded yet; what is done is kept.</source>
        <translation>
            <numerusform>%n 个来源尚未编码；已完成的会保留。</numerusform></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message numerus="yes">
        <source>%n source(s) could not be read; point at one to see why.</source>
        <translation>
            <numerusform>%n 个来源无法读取；指向它查看原因。</numerusform></translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Remove the Folder “%1”…</source>
        <translation>移除文件夹“%1”…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Ask Only This</source>
        <translation>仅询问此项</translation>
    </message>
    <message>
        <source>Tick All</source>
        <translation>全部勾选</translation>
    </message>
    <message>
        <source>What Was Left Out…</source>
        <translation>略过的内容…</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>还有 %n 项</numerusform></translation>
    </message>
    <message>
        <source>Left Out</source>
        <translation>已略过</translation>
    </message>
    <message>
        <source>Everything in the sources was taken.</source>
        <translation>来源中的所有内容都已读取。</translation>
    </message>
    <message>
        <source>The ticks will be lost at the next start: %1</source>
        <translation>下次启动时勾选将会丢失：%1</translation>
    </message>
    <message>
        <source>Not all sources could be looked at: %1</source>
        <translation>无法检查全部来源：%1</translation>
    </message>
    <message>
        <source>Read This File</source>
        <translation>读取此文件</translation>
    </message>
    <message>
        <source>Read What Was Left Out</source>
        <translation>读取已略过的文件</translation>
    </message>
</context>
<context>
    <name>asterism::TimelinePanel</name>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>No answer yet. Ask a question to see how its answer comes.</source>
        <translation>还没有回答。提问后可看到回答如何生成。</translation>
    </message>
    <message>
        <source>query of %1 in %2</source>
        <comment>tokens, time</comment>
        <translation>问题 %1，用时 %2</translation>
    </message>
    <message>
        <source>first token %1</source>
        <comment>time</comment>
        <translation>首词元 %1</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 词元/秒</translation>
    </message>
</context>
<context>
    <name>asterism::TimingView</name>
    <message>
        <source>Export Figures</source>
        <translation>导出数据</translation>
    </message>
</context>
<context>
    <name>asterism::WarningBar</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message numerus="yes">
        <source>%n earlier warning(s)</source>
        <translation>
            <numerusform>之前还有 %n 条警告</numerusform></translation>
    </message>
</context>
</TS>
