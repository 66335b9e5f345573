// The words of the page itself in Chinese, for readers whose browser asks for it or who add ?lang=zh; ?lang=en leaves them.
// What the description says stays as it is written.
(() => {
  const WORDS = {
    "API reference": "API 参考",
    "API docs by": "API 文档由此生成:",
    Body: "消息体",
    Cancel: "取消",
    "Collapse all": "全部收起",
    Contact: "联系",
    Copy: "复制",
    "Copy to clipboard": "复制到剪贴板",
    Cookies: "Cookie",
    Default: "默认值",
    Deprecated: "已弃用",
    Description: "说明",
    Discrepancies: "差异",
    "Download OpenAPI description": "下载 OpenAPI 描述",
    Enum: "枚举",
    "Error codes": "错误码",
    "Enum:": "枚举:",
    Example: "示例",
    Examples: "示例",
    "Expand all": "全部展开",
    Guides: "指南",
    Headers: "头",
    Hide: "收起",
    License: "许可证",
    "No results": "没有结果",
    Operations: "操作",
    Overview: "概览",
    Parameters: "参数",
    Path: "路径",
    Payload: "内容",
    Query: "查询",
    Request: "请求",
    "Request Body": "请求体",
    Response: "应答",
    Responses: "应答",
    Schema: "结构",
    "Search docs...": "搜索……",
    "Searching...": "正在搜索……",
    Search: "搜索",
    Security: "安全",
    Server: "服务器",
    Servers: "服务器",
    Show: "显示",
    Simulator: "模拟器",
    "Try requests": "试发请求",
    "Show more": "展开",
    "The service": "服务",
    Value: "值",
    Values: "值",
    "command line": "命令行",
    discrepancies: "差异",
    "error codes": "错误码",
    "View security details": "查看安全说明",
    required: "必填",
    "to exit": "退出",
    "to navigate": "移动",
    "to select": "选择",
  };
  const language = new URLSearchParams(location.search).get("lang") ?? navigator.language;
  if (!language.startsWith("zh")) {
    return;
  }
  document.documentElement.lang = "zh";
  const tell = (node) => {
    const word = node.data.trim();
    if (Object.hasOwn(WORDS, word) && !node.parentElement?.closest("pre, code")) {
      node.data = node.data.replace(word, WORDS[word]);
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
