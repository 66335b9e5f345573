// The words of a page itself in Chinese, for readers who chose it on the page of the simulator, whose browser asks for it or
// who add ?lang=zh; ?lang=en leaves them. What the description says stays as it is written.
(() => {
  const WORDS = {
    "API docs by": "生成工具:",
    "API reference": "API 参考",
    Authorize: "填写凭据",
    Body: "消息体",
    Cancel: "取消",
    Clear: "清除",
    Code: "状态码",
    "Collapse all": "全部收起",
    Contact: "联系",
    Cookies: "Cookie",
    "Copy to clipboard": "复制到剪贴板",
    Copy: "复制",
    Default: "默认值",
    Deprecated: "已弃用",
    Description: "说明",
    Details: "详情",
    Discrepancies: "差异",
    Download: "下载",
    "Download OpenAPI description": "下载 OpenAPI 描述",
    Enum: "枚举",
    "Enum:": "枚举:",
    "Error codes": "错误码",
    "Example Value": "示例值",
    Example: "示例",
    Examples: "示例",
    "Examples:": "示例:",
    Execute: "执行",
    "Expand all": "全部展开",
    "Find more details": "更多说明",
    Guides: "指南",
    Headers: "头",
    Hide: "收起",
    License: "许可证",
    Links: "链接",
    "Loading...": "正在加载……",
    "Media type": "媒体类型",
    Name: "名称",
    "No links": "无链接",
    "No parameters": "无参数",
    "No results": "没有结果",
    Operations: "操作",
    Overview: "概览",
    Parameters: "参数",
    Path: "路径",
    Payload: "内容",
    Query: "查询",
    "Request body": "请求体",
    "Request Body": "请求体",
    "Request duration": "用时",
    "Request URL": "请求地址",
    "Request URL:": "请求地址:",
    Request: "请求",
    required: "必填",
    "Response body": "应答体",
    "Response headers": "应答头",
    Response: "应答",
    Responses: "应答",
    Schema: "结构",
    "Search docs...": "搜索……",
    Search: "搜索",
    "Searching...": "正在搜索……",
    Security: "安全",
    "Server response": "服务器应答",
    Server: "服务器",
    Servers: "服务器",
    "Show more": "展开",
    Show: "显示",
    Simulator: "模拟器",
    "The service": "服务",
    "to exit": "退出",
    "to navigate": "移动",
    "to select": "选择",
    "Try it out": "试发",
    "Try requests": "试发请求",
    Value: "值",
    Values: "值",
    "View security details": "查看安全说明",
  };
  // Names of parts, where they stand for the part: in the menu and above it. Elsewhere they may be those of fields.
  const PARTS = {
    agreements: "协议",
    attachments: "附件",
    authorizations: "授权",
    catalog: "目录",
    "command line": "命令行",
    compare: "比较",
    configuration: "配置",
    contacts: "联系方式",
    delivery: "投递",
    design: "设计",
    diagnosis: "诊断",
    discrepancies: "差异",
    "error codes": "错误码",
    errors: "错误",
    feedback: "评价",
    following: "跟踪",
    labels: "标签",
    messages: "消息",
    opening: "新建工单",
    operations: "操作",
    paging: "分页",
    partners: "伙伴",
    privileges: "权限",
    relations: "关联",
    testing: "测试",
    tickets: "工单",
    time: "时间",
  };
  const HEADS = ".menu-content, h1, h2, h3.opblock-tag";
  // Whatever somebody wrote: a word of it in Chinese would stand in an English sentence.
  const WRITTEN = "pre, code, textarea, .markdown, .renderedMarkdown, .model, .notice, [data-component-name='Markdown/Markdown']";

  /** What the page of the simulator keeps. */
  const kept = () => {
    try {
      return localStorage.getItem("hwc-tickets-sim.language");
    } catch {
      return null; // A browser may keep nothing at all.
    }
  };
  const language = new URLSearchParams(location.search).get("lang") ?? kept() ?? navigator.language;
  if (!language.startsWith("zh")) {
    return;
  }
  document.documentElement.lang = "zh-CN";
  const inChinese = (word, place) => {
    if (place?.closest(WRITTEN)) {
      return undefined;
    }
    if (Object.hasOwn(WORDS, word)) {
      return WORDS[word];
    }
    return Object.hasOwn(PARTS, word) && place?.closest(HEADS) ? PARTS[word] : undefined;
  };
  const tell = (node) => {
    const word = node.data.trim();
    const chinese = inChinese(word, node.parentElement);
    if (chinese !== undefined) {
      node.data = node.data.replace(word, chinese);
    }
  };
  const look = (root) => {
    if (root.nodeType === Node.TEXT_NODE) {
      tell(root);
      return;
    }
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      tell(texts.currentNode);
    }
    for (const field of root.querySelectorAll?.("[placeholder]") ?? []) {
      field.placeholder = WORDS[field.placeholder] ?? field.placeholder;
    }
  };
  const changed = (changes) => {
    for (const { target, addedNodes } of changes) {
      (addedNodes.length ? addedNodes : [target]).forEach(look);
    }
  };
  document.addEventListener("DOMContentLoaded", () => {
    look(document.body);
    new MutationObserver(changed).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
})();
