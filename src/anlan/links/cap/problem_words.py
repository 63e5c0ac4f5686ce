"""The words for every problem of a CAP message: what is wrong and how to mend it, each in Chinese and English."""

WORDS: dict[str, tuple[str, str, str, str]] = {
    # ---- the file --------------------------------------------------------------------------------
    "TOO_LARGE": (
        "文件有 {size} 字节，超过上限 {most}。",
        "The file has {size} bytes; at most {most} are read.",
        "请把录音、图片改为链接（uri），不要嵌入消息。",
        "Link to recordings and pictures (uri) instead of embedding them.",
    ),
    "TOO_COMPLEX": (
        "文件的元素过多或嵌套过深（上限 {most}）。",
        "The file has too many elements, or they are nested too deeply (at most {most}).",
        "CAP 消息嵌套不超过五层；请核对来源，按地区或按时段拆分消息。",
        "A CAP message is five levels deep; check the source, and split the message by area or time.",
    ),
    "INVALID_ENCODING": (
        "无法按“{encoding}”解码：{detail}",
        "The bytes cannot be read as '{encoding}': {detail}",
        "请以 UTF-8 保存，并在第一行声明 encoding=\"UTF-8\"。",
        "Save it as UTF-8 and declare encoding=\"UTF-8\" in the first line.",
    ),
    "DOCTYPE_REFUSED": (
        "文件带有 DOCTYPE（文档类型或实体声明），出于安全不予读取。",
        "The file has a DOCTYPE (a document type or entities), which is refused for safety.",
        "请删去 DOCTYPE，把实体换成其文字；CAP 消息不需要它们。",
        "Take the DOCTYPE out and write the text instead of entities; CAP needs neither.",
    ),
    "XML_SYNTAX_ERROR": (
        "不是格式正确的 XML：{detail}",
        "This is not well-formed XML: {detail}",
        "请在所示行检查未闭合的标签以及未写成 &lt; &amp; 的 < 和 &。",
        "At that line, look for a tag that is not closed and for < and & that are not written &lt; and &amp;.",
    ),
    "NOT_CAP": (
        "这不是 CAP 1.2 消息，根元素是“{root}”。",
        "This is not a CAP 1.2 message; its root element is '{root}'.",
        "根元素应为 alert，命名空间 urn:oasis:names:tc:emergency:cap:1.2；其他版本请由发布方转换。",
        "The root must be alert in urn:oasis:names:tc:emergency:cap:1.2; ask for a message of that version.",
    ),
    # ---- the structure ------------------------------------------------------------------------------
    "UNSUPPORTED_ELEMENT": (
        "“{parent}”中没有元素“{name}”。{guess}",
        "There is no element '{name}' in '{parent}'. {guess_en}",
        "请核对元素的拼写和命名空间；自定内容请放入 parameter。",
        "Check the spelling and the namespace; put contents of your own into a parameter.",
    ),
    "UNSUPPORTED_ATTRIBUTE": (
        "元素“{name}”不能带属性“{attribute}”。",
        "The element '{name}' takes no attribute '{attribute}'.",
        "请删去该属性。",
        "Take the attribute out.",
    ),
    "UNEXPECTED_TEXT": (
        "“{name}”只能包含元素，却有文字“{text}”。",
        "'{name}' may hold elements only, but holds the text '{text}'.",
        "请把文字移入相应的元素。",
        "Move the text into the element it belongs to.",
    ),
    "MISSING_REQUIRED_ELEMENT": (
        "“{name}”缺少必填元素“{missing}”。",
        "'{name}' lacks the required element '{missing}'.",
        "请补上“{missing}”，放在“{before}”之后。",
        "Add '{missing}' after '{before}'.",
    ),
    "INVALID_SEQUENCE": (
        "元素“{name}”的位置不对，应在{place}。",
        "The element '{name}' stands in the wrong place; it belongs {place_en}.",
        "请按标准的顺序排列：{order}",
        "Put the elements into the order of the standard: {order}",
    ),
    "REPEATED_ELEMENT": (
        "“{parent}”中元素“{name}”只能出现一次。",
        "The element '{name}' may stand only once in '{parent}'.",
        "请保留其中一个。",
        "Keep one of them.",
    ),
    "INVALID_ENUM_VALUE": (
        "“{name}”不能取值“{value}”。",
        "'{value}' is not a value of '{name}'.",
        "可用的值：{allowed}",
        "Use one of: {allowed}",
    ),
    "INVALID_DATE": (
        "“{name}”的时间“{value}”写法不对。",
        "The time '{value}' of '{name}' is not written as it must be.",
        "请写成 2026-11-23T19:30:00+08:00，时区用数字，不用字母 Z。",
        "Write 2026-11-23T19:30:00+08:00, with the zone in figures and without the letter Z.",
    ),
    "INVALID_LANGUAGE": (
        "“{value}”不是语言代码。",
        "'{value}' is no code of a language.",
        "请用 RFC 3066 代码，如 zh-CN、en。",
        "Use a code of RFC 3066 such as zh-CN or en.",
    ),
    "INVALID_VALUE": (
        "“{name}”的值“{value}”不可用：{need}。",
        "The value '{value}' of '{name}' will not do: {need_en}.",
        "请改正该值，或删去该元素。",
        "Correct the value or leave the element out.",
    ),
    # ---- the message -----------------------------------------------------------------------------
    "MISSING_VALUE": (
        "必填元素“{name}”是空的。",
        "The required element '{name}' is empty.",
        "请填写内容。",
        "Fill it in.",
    ),
    "EMPTY_ELEMENT": (
        "元素“{name}”是空的。",
        "The element '{name}' is empty.",
        "没有内容就不要写这个元素。",
        "Leave an element out when there is nothing to say.",
    ),
    "RESTRICTED_CHARACTERS": (
        "“{name}”含有空格、逗号、< 或 &：“{value}”。引用这条消息时会出错。",
        "'{name}' holds a space, a comma, < or &: '{value}'. References to this message may be misread.",
        "请改用不含这些字符的标识。",
        "Use an identifier without these characters.",
    ),
    "RESTRICTION_SCOPE_MISMATCH": (
        "restriction 与 scope“{scope}”不相称。",
        "The restriction does not go with the scope '{scope}'.",
        "scope 为 Restricted 时必须写 restriction，其他情况不得写。",
        "A restriction is required where the scope is Restricted, and has no place anywhere else.",
    ),
    "ADDRESSES_MISSING": (
        "scope 为 Private，却没有写收件方（addresses）。",
        "The scope is Private, but no addresses say for whom.",
        "请在 addresses 写明收件方。",
        "Name the receivers in addresses.",
    ),
    "INVALID_REFERENCES": (
        "references“{value}”写法不对。",
        "The references '{value}' are not written as they must be.",
        "每条写成“发送方,标识,发送时间”，条目之间用空格隔开。",
        "Write each as sender,identifier,sent and put spaces between them.",
    ),
    "MISSING_REFERENCES": (
        "消息类型为 {type}，却没有写明针对哪条消息（references）。",
        "A message of the type {type} must say in references which messages it is about.",
        "请写上被更新、取消或确认的消息：“发送方,标识,发送时间”。",
        "Name the messages it updates, cancels or acknowledges: sender,identifier,sent.",
    ),
    "POSTDATED_REFERENCE": (
        "被引用的消息 {identifier} 发送于 {then}，晚于本消息的 {sent}。",
        "The message {identifier} that is referred to was sent at {then}, later than this one at {sent}.",
        "请核对 references 和 sent 的时间及时区。",
        "Check the times and zones in references and sent.",
    ),
    "SELF_REFERENCE": (
        "消息引用了自己。",
        "The message refers to itself.",
        "请给更新用的新消息一个新的标识。",
        "Give the new message an identifier of its own.",
    ),
    "NO_INFO": (
        "消息没有 info，没有说明发生了什么。",
        "The message has no info: it does not say what happened.",
        "请至少写一个 info。",
        "Write at least one info.",
    ),
    # ---- words -----------------------------------------------------------------------------------
    "TEXT_CONTAINS_HTML_TAGS": (
        "“{name}”中含有标记“{tag}”。",
        "The text of '{name}' holds markup: '{tag}'.",
        "请改为纯文字；显示时标记按文字处理。",
        "Write plain text; markup is shown as text.",
    ),
    "TEXT_CONTAINS_HTML_ENTITIES": (
        "“{name}”中含有字符实体“{entity}”。",
        "The text of '{name}' holds the character entity '{entity}'.",
        "请直接写出该字符。",
        "Write the character itself.",
    ),
    "DAMAGED_TEXT": (
        "“{name}”中有损坏的字符，可能是编码声明有误。",
        "The text of '{name}' holds damaged characters; perhaps the encoding was declared wrongly.",
        "请核对发布方所用的编码，并以 UTF-8 重发。",
        "Check the encoding that the publisher uses, and send it again as UTF-8.",
    ),
    "SAME_TEXT_DIFFERENT_LANGUAGE": (
        "“{name}”在 {first} 与 {second} 两种语言中文字相同，应是漏译。",
        "The text of '{name}' is the same in {first} and in {second}: it was not translated.",
        "请补上译文，或删去未翻译的 info。",
        "Translate it, or leave out the info that was not translated.",
    ),
    "LANGUAGE_MIX": (
        "标明的语言是 {language}，文字看来不是。",
        "The language is said to be {language}, but the words look otherwise.",
        "请核对 language，每种语言单独写一个 info。",
        "Check the language; each language has an info of its own.",
    ),
    "INVALID_EVENT_TERM": (
        "“{value}”不像 OASIS 事件术语代码。",
        "'{value}' does not look like a code of the OASIS event terms.",
        "请写成 OET- 加三位数字。",
        "Write OET- and three figures.",
    ),
    "TIMES_OUT_OF_ORDER": (
        "失效时间 {expires} 不晚于{name}时间 {then}。",
        "It expires at {expires}, which is not later than its {name_en} at {then}.",
        "请核对时间及时区。",
        "Check the times and their zones.",
    ),
    # ---- files -----------------------------------------------------------------------------------
    "INVALID_DEREF_URI": (
        "derefUri 的内容不是 Base64。",
        "The content of derefUri is not base 64.",
        "请以 Base64 写入文件内容；网址应写在 uri。",
        "Write the content of the file in base 64; an address belongs into uri.",
    ),
    "RELATIVE_URI_MISSING_DEREF_URI": (
        "uri“{value}”是相对地址，却没有 derefUri 给出内容。",
        "The uri '{value}' is relative, and there is no derefUri with the content.",
        "请写完整网址，或在 derefUri 嵌入内容。",
        "Write the whole address, or embed the content in derefUri.",
    ),
    "RESOURCE_MISMATCH": (
        "嵌入的文件与所写的 {name} 不符。",
        "The embedded file does not agree with its {name}.",
        "文件可能已损坏，请向发布方核对。",
        "The file may be damaged; ask the publisher.",
    ),
    # ---- places ----------------------------------------------------------------------------------
    "INVALID_POLYGON": (
        "多边形不可用：{why}。",
        "The polygon will not do: {why_en}.",
        "请写“纬度,经度”，用空格隔开，至少四个点，末点与首点相同。",
        "Write latitude,longitude with spaces between the points, at least four, the last the same as the first.",
    ),
    "POLYGON_TOO_DETAILED": (
        "多边形有 {count} 个点，超过 100 个，部分终端无法接收。",
        "The polygon has {count} points; some receivers take no more than 100.",
        "请简化边界。",
        "Simplify the outline.",
    ),
    "POLYGON_CROSSES_ITSELF": (
        "多边形的边自相交或没有面积，其范围有歧义。",
        "The polygon crosses or touches itself, or has no surface: what lies inside is ambiguous.",
        "请重画边界，或拆成几个多边形。",
        "Draw the outline anew, or split it into several polygons.",
    ),
    "INVALID_CIRCLE": (
        "圆不可用：{why}。",
        "The circle will not do: {why_en}.",
        "请写“纬度,经度 半径”，半径以千米计，如 31.23,121.47 2.5。",
        "Write latitude,longitude and the radius in kilometres: 31.23,121.47 2.5",
    ),
    "CIRCLE_WITHOUT_RADIUS": (
        "圆“{value}”没有半径，只能当作一个点。",
        "The circle '{value}' has no radius; it only says a point.",
        "请写上半径（千米）。",
        "Add the radius in kilometres.",
    ),
    "INVALID_ALTITUDE_CEILING_RANGE": (
        "上限高度 {ceiling} 低于下限高度 {altitude}。",
        "The ceiling of {ceiling} lies below the altitude of {altitude}.",
        "请对调或改正这两个值（英尺）。",
        "Swap or correct the two (in feet).",
    ),
    "CEILING_WITHOUT_ALTITUDE": (
        "写了上限高度，却没有下限高度。",
        "There is a ceiling but no altitude.",
        "请补上 altitude，或删去 ceiling。",
        "Add the altitude or leave out the ceiling.",
    ),
    # ---- signatures ------------------------------------------------------------------------------
    "INVALID_SIGNATURE": (
        "签名与内容不符：{detail}",
        "The signature does not fit the contents: {detail}",
        "消息可能被改动过，请向发布方核对。",
        "The message may have been changed; ask the publisher.",
    ),
    "UNSUPPORTED_SIGNATURE": (
        "无法核验签名：{detail}",
        "The signature cannot be verified: {detail}",
        "请用发布方的证书核对，或请其以 XML-DSig 整体签名。",
        "Use the publisher's certificate, or ask for an XML signature over the whole message.",
    ),
    "NOT_SIGNED_BY_PINNED": (
        "该订阅只接受以指定证书签名的消息，此消息没有这样的有效签名。",
        "This subscription takes only messages signed by the certificate it names; this one is not.",
        "请向发布方核对。发布方已更换证书的，请在订阅中换上新证书。",
        "Ask the publisher; if they have a new certificate, put it into the subscription.",
    ),
}  # fmt: skip
