// Words of the page, in English and Chinese, and the times and numbers that go with them.

const words = {
  en: {
    title: "Service Tickets simulator",
    skip: "Skip to the conversation",
    pages: "Pages",
    reference: "API reference",
    connecting: "Connecting …",
    live: "Live",
    lost_line: "Connection lost, trying again …",
    tickets: "Tickets",
    filter: "Find a ticket",
    none: "No ticket",
    no_fit: "No ticket fits.",
    new_ticket: "New ticket",
    ticket_label: "What the customer demo writes",
    open_ticket: "Open the ticket",
    back: "All tickets",
    back_here: "Back",
    unread: "{count} unread",
    messages_count: "{count} messages",
    of: "of {owner}",
    group: "group {group}",
    status: "Status",
    change: "Change",
    conversation: "Conversation",
    earlier: "Only the newest messages are shown.",
    below: "New messages below",
    today: "Today",
    unread_mark: "Not read by the customer yet",
    answer_label: "Answer as the engineer",
    attach: "Attach files",
    take_off: "Take {name} off",
    send: "Send",
    send_hint: "Ctrl+Enter sends.",
    trigger: "Give the planned answer",
    recalled: "recalled",
    hidden: "does not show yet",
    history: "history",
    confidential: "with a confidential note",
    customer: "customer",
    engineer: "engineer",
    file: "Attachment",
    tools: "Behind the scenes",
    faults: "Faults",
    ledger: "Ledger",
    journal: "Journal",
    clock: "Simulator",
    faults_open: "Open faults",
    faults_none: "No fault is open: every call is answered as it should be.",
    lost: "Lose the answer to the next submit",
    add_fault: "Add a fault",
    fault: "Fault",
    route: "Calls",
    any: "every call",
    tickets_only: "calls on tickets, not the log-in",
    count: "How often",
    once: "once",
    thrice: "three times",
    always: "until taken back",
    spare: "Calls spared first",
    acts: "The service acts first, and only the answer is spoiled",
    more: "More",
    add: "Add",
    left: "{count} left",
    after_commit: "after acting",
    sparing: "spares {count}",
    take_back: "Take back",
    take_back_fault: "Take back {name}",
    ledger_about: "Every message that reached this ticket, whether or not anybody was told. Newest first.",
    ledger_none: "Nothing arrived.",
    journal_about: "Every request and what came of it, newest first. Reads that come again and again are one line.",
    journal_none: "No request yet. Point a program at this address; the tab Simulator says how.",
    writes_only: "Without reads",
    times: "× {count}",
    no_answer: "no answer",
    not_acted: "not acted on",
    example: "example",
    by: "by {name}",
    endpoint: "Endpoint",
    token: "Token",
    keys: "Keys",
    login: "Log-in",
    login_is: "user demo, password demo, account demo",
    now: "Its time",
    seed: "Seed",
    requests: "Requests",
    engineers: "Engineers",
    timed: "answer by themselves",
    manual: "wait to be triggered",
    silent: "keep quiet",
    advance: "Put the clock forward",
    minute: "1 minute",
    minutes: "10 minutes",
    hour: "1 hour",
    day: "1 day",
    expire: "Let all tokens expire",
    reset: "Start over",
    reset_about: "Starting over forgets messages, faults and journal, and brings tokens back.",
    status_waiting: "pending",
    status_in_progress: "in progress",
    status_to_confirm: "awaiting confirmation",
    status_completed: "completed",
    status_cancelled: "canceled",
    status_suspended: "suspended",
    status_invalid: "invalid",
    status_deleted: "deleted",
    status_waiting_for_feedback: "awaiting feedback",
    fault_status: "Gateway error",
    fault_status_about: "An HTTP status with the gateway's error body.",
    fault_business: "Business error",
    fault_business_about: "HTTP 200 with an error code inside.",
    fault_html: "HTML page",
    fault_html_about: "As a proxy or a log-in portal sends it.",
    fault_redirect: "Redirect",
    fault_redirect_about: "Sends the caller elsewhere.",
    fault_body: "Other body",
    fault_body_about: "A body of your own instead of the answer.",
    fault_delay: "Delay",
    fault_delay_about: "Answered, but late.",
    fault_cut: "Cut body",
    fault_cut_about: "The answer ends early.",
    fault_drip: "Dripping body",
    fault_drip_about: "The body comes byte by byte.",
    fault_drip_head: "Dripping answer",
    fault_drip_head_about: "The whole answer comes byte by byte.",
    fault_reset: "Reset",
    fault_reset_about: "The connection is reset instead of an answer.",
    fault_close: "Close",
    fault_close_about: "The connection is closed instead of an answer.",
    fault_hang: "Hang",
    fault_hang_about: "No answer ever comes.",
    fault_reset_next: "Dead kept connection",
    fault_reset_next_about: "This call goes well; the next one on the connection is reset.",
    fault_expire: "Expired credential",
    fault_expire_about: "The credential of the call is taken for expired.",
    set_status: "Status",
    set_code: "Code",
    set_retry_after: "Retry-After",
    set_location: "Location",
    set_content_type: "Type",
    set_body: "Body",
    set_millis: "Milliseconds",
    set_keep: "Bytes kept",
    set_chunked: "chunked",
  },
  zh: {
    title: "服务工单模拟器",
    skip: "跳到会话",
    pages: "页面",
    reference: "API 参考",
    connecting: "正在连接……",
    live: "实时",
    lost_line: "连接中断，正在重试……",
    tickets: "工单",
    filter: "查找工单",
    none: "没有工单",
    no_fit: "没有符合的工单。",
    new_ticket: "新建工单",
    ticket_label: "客户 demo 的描述",
    open_ticket: "提交工单",
    back: "所有工单",
    back_here: "返回",
    unread: "{count} 条未读",
    messages_count: "{count} 条消息",
    of: "{owner} 的工单",
    group: "组 {group}",
    status: "状态",
    change: "更改",
    conversation: "会话",
    earlier: "仅显示最新的消息。",
    below: "下方有新消息",
    today: "今天",
    unread_mark: "以下客户尚未阅读",
    answer_label: "以工程师身份回复",
    attach: "添加附件",
    take_off: "移除 {name}",
    send: "发送",
    send_hint: "Ctrl+Enter 发送。",
    trigger: "给出已准备的回复",
    recalled: "已撤回",
    hidden: "尚不可见",
    history: "历史",
    confidential: "附有机密信息",
    customer: "客户",
    engineer: "工程师",
    file: "附件",
    tools: "幕后",
    faults: "故障",
    ledger: "台账",
    journal: "日志",
    clock: "模拟器",
    faults_open: "生效中的故障",
    faults_none: "没有生效的故障：所有调用都正常应答。",
    lost: "丢失下一次提交的应答",
    add_fault: "添加故障",
    fault: "故障",
    route: "调用",
    any: "所有调用",
    tickets_only: "工单调用，不含登录",
    count: "次数",
    once: "一次",
    thrice: "三次",
    always: "直到撤回",
    spare: "先放过的调用",
    acts: "服务先执行，只破坏应答",
    more: "更多",
    add: "添加",
    left: "剩余 {count} 次",
    after_commit: "执行之后",
    sparing: "先放过 {count} 次",
    take_back: "撤回",
    take_back_fault: "撤回“{name}”",
    ledger_about: "到达此工单的每条消息，无论调用方是否得知。最新的在前。",
    ledger_none: "没有消息到达。",
    journal_about: "每个请求及其结果，最新的在前。重复的读取合为一行。",
    journal_none: "还没有请求。请让程序连接此地址，方法见“模拟器”页签。",
    writes_only: "不含读取",
    times: "× {count}",
    no_answer: "无应答",
    not_acted: "未执行",
    example: "示例",
    by: "调用者 {name}",
    endpoint: "终端节点",
    token: "令牌",
    keys: "密钥",
    login: "登录",
    login_is: "用户 demo，密码 demo，账号 demo",
    now: "模拟时间",
    seed: "种子",
    requests: "请求数",
    engineers: "工程师",
    timed: "自动回复",
    manual: "等待触发",
    silent: "不回复",
    advance: "时钟前拨",
    minute: "1 分钟",
    minutes: "10 分钟",
    hour: "1 小时",
    day: "1 天",
    expire: "使所有令牌过期",
    reset: "重新开始",
    reset_about: "重新开始会清除消息、故障和日志，并恢复令牌。",
    status_waiting: "待受理",
    status_in_progress: "处理中",
    status_to_confirm: "待确认结果",
    status_completed: "已完成",
    status_cancelled: "已撤销",
    status_suspended: "挂起",
    status_invalid: "无效",
    status_deleted: "已删除",
    status_waiting_for_feedback: "待反馈",
    fault_status: "网关错误",
    fault_status_about: "HTTP 状态码及网关的错误内容。",
    fault_business: "业务错误",
    fault_business_about: "HTTP 200，内容中带错误码。",
    fault_html: "HTML 页面",
    fault_html_about: "如代理或登录门户所返回。",
    fault_redirect: "重定向",
    fault_redirect_about: "让调用方转到别处。",
    fault_body: "其他内容",
    fault_body_about: "以自定义内容代替应答。",
    fault_delay: "延迟",
    fault_delay_about: "有应答，但很晚。",
    fault_cut: "内容截断",
    fault_cut_about: "应答提前结束。",
    fault_drip: "内容逐字节",
    fault_drip_about: "内容一个字节一个字节地到达。",
    fault_drip_head: "应答逐字节",
    fault_drip_head_about: "整个应答一个字节一个字节地到达。",
    fault_reset: "重置",
    fault_reset_about: "不应答，连接被重置。",
    fault_close: "关闭",
    fault_close_about: "不应答，连接被关闭。",
    fault_hang: "挂起",
    fault_hang_about: "永远没有应答。",
    fault_reset_next: "失效的长连接",
    fault_reset_next_about: "本次调用正常；该连接上的下一次调用被重置。",
    fault_expire: "凭证过期",
    fault_expire_about: "本次调用的凭证视为过期。",
    set_status: "状态码",
    set_code: "错误码",
    set_retry_after: "Retry-After",
    set_location: "地址",
    set_content_type: "类型",
    set_body: "内容",
    set_millis: "毫秒",
    set_keep: "保留字节",
    set_chunked: "分块",
  },
};

const KEPT = "hwc-tickets-sim.language";

/** The language of the page: the one chosen earlier, else the first of the browser's that the page speaks. */
export let language = chosen() ?? preferred();

function chosen() {
  try {
    const kept = localStorage.getItem(KEPT);
    return Object.hasOwn(words, kept ?? "") ? kept : null;
  } catch {
    return null; // A browser may keep nothing at all.
  }
}

function preferred() {
  const known = navigator.languages.map((tag) => tag.split("-")[0].toLowerCase()).find((tag) => Object.hasOwn(words, tag));
  return known ?? "en";
}

/** Text for a key. Whatever is put in stays text. */
export function say(key, values = {}) {
  const text = words[language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** Puts the words of the language in force into the page. */
export function translate() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-words]")) node.textContent = say(node.dataset.words);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  for (const node of document.querySelectorAll("[data-hint]")) node.placeholder = say(node.dataset.hint);
  const other = document.getElementById("language");
  other.textContent = language === "zh" ? "English" : "中文";
  other.lang = language === "zh" ? "en" : "zh";
}

/** Goes over to the other language, and remembers it. */
export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // It is forgotten with the page.
  }
  translate();
}

function locale() {
  const own = navigator.languages.find((tag) => tag.toLowerCase().startsWith(language));
  return own ?? (language === "zh" ? "zh-CN" : "en-GB");
}

/** A time, without what it shares with the simulator's present: the day, or the year. `brief` gives the day alone. */
export function moment(text, now, brief = false) {
  const at = new Date(text);
  const present = new Date(now);
  const today = at.toDateString() === present.toDateString();
  const year = at.getFullYear() === present.getFullYear() ? {} : { year: "numeric" };
  const date = today ? {} : { day: "numeric", month: "short", ...year };
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(brief ? {} : { second: "2-digit" }) };
  return new Intl.DateTimeFormat(locale(), brief && !today ? date : { ...date, ...clock }).format(at);
}

/** The time of day. */
export function time(text) {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(new Date(text));
}

/** The day of a time, seen from the simulator's present. */
export function day(text, now) {
  const at = new Date(text);
  const present = new Date(now);
  if (at.toDateString() === present.toDateString()) return say("today");
  const year = at.getFullYear() === present.getFullYear() ? {} : { year: "numeric" };
  return new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long", ...year }).format(at);
}
