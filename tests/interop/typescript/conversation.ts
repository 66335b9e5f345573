// The shared conversation. What a client of either generator has to be able to do stands in `Client`.

export interface Answer<T> {
  data?: T;
  error?: unknown;
  response?: Response;
}

interface Message {
  message_id?: string;
  content?: string;
  accessory_list?: { accessory_id?: string }[];
}

export interface Client {
  create(question: typeof QUESTION): Promise<Answer<{ incident_id?: string }>>;
  upload(file: File, purpose: string): Promise<Answer<{ accessory_id?: string }>>;
  submit(ticket: string, content: string, files: string[]): Promise<Answer<object>>;
  poll(
    tickets: string[],
    cursor?: string,
  ): Promise<Answer<{ last_message_time_id?: string; immsg?: { incident_id?: string }[] }>>;
  unread(tickets: string[]): Promise<Answer<{ imunread?: { incident_id?: string; unread_num?: number }[] }>>;
  history(ticket: string, offset: number, limit: number): Promise<Answer<{ message_list?: Message[] }>>;
  older(ticket: string, before: string, limit: number): Promise<Answer<{ message_list?: Message[] }>>;
  markRead(ticket: string): Promise<Answer<object>>;
  detail(ticket: string): Promise<Answer<{ incident_detail_info?: { message_list?: Message[] } }>>;
  recall(ticket: string, message: string): Promise<Answer<object>>;
  close(ticket: string, why: string): Promise<Answer<object>>;
  status(ticket: string): Promise<Answer<{ status?: number }>>;
}

const OLD = "case-123";
const OTHER = "TT202611210003";
const TEXT = "磁盘又满了 🙂 the disk is full again";
const QUESTION = {
  business_type_id: "5efc9f47ace944bfafd054161409f15b",
  product_category_id: "123",
  simple_description: "How do I resize a zebra?",
  source_id: "83aeb0f2834c4df49826c781d32a963e",
};

function check(what: string, seen: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(seen), JSON.stringify(expected)];
  if (is !== should) {
    throw new Error(`${what}: saw ${is}, expected ${should}`);
  }
  console.log(`ok  ${what}`);
}

/** What the simulator tells tests and does for them, and the service does not. */
async function control(endpoint: string, target: string, body?: object): Promise<any> {
  const asked = body && { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await fetch(`${endpoint}/_sim${target}`, asked);
  if (!answer.ok) {
    throw new Error(`${target}: ${answer.status}`);
  }
  return answer.json();
}

/** A token, which no client made of the description gets by itself: it is another service that gives it. */
async function signedIn(endpoint: string): Promise<string> {
  const user = { name: "demo", password: "demo", domain: { name: "demo" } };
  const identity = { methods: ["password"], password: { user } };
  const body = { auth: { identity, scope: { domain: { name: "demo" } } } };
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${endpoint}/v3/auth/tokens`, { method: "POST", headers, body: JSON.stringify(body) });
  return answer.headers.get("X-Subject-Token") ?? "";
}

export function codeOf(body: unknown): string | undefined {
  return (body as { error_code?: string } | undefined)?.error_code || undefined;
}

/** The body of a success. The status alone proves none: a failure may come with HTTP 200. */
function done<T>(what: string, answer: Answer<T>): T {
  check(what, [answer.response?.status, codeOf(answer.data)], [200, undefined]);
  return answer.data as T;
}

/** Holds the conversation; gives the credentials that arrived, which are the same in each request. */
export async function converse(endpoint: string, make: (token: string) => Client): Promise<string[]> {
  await control(endpoint, "/reset", {});
  const client = make(await signedIn(endpoint));
  const ticket = done("a ticket is created", await client.create(QUESTION)).incident_id ?? "";
  const file = new File(["full"], "df.txt", { type: "text/plain" });
  const stored = done("a file is uploaded", await client.upload(file, '{"accessFrom":"message"}')).accessory_id ?? "";
  done("a message is submitted", await client.submit(ticket, TEXT, [stored]));

  const tickets = [ticket, OLD, OTHER];
  const cursor = done("polled", await client.poll(tickets)).last_message_time_id;
  await control(endpoint, "/reply", { ticket, content: "Have you tried it with a horse?" });
  const fresh = done("polled again", await client.poll(tickets, cursor)).immsg?.map((one) => one.incident_id);
  check("the answer of the engineer is new", fresh, [ticket]);
  const counts = done("unread, with three ids", await client.unread(tickets)).imunread;
  check("each ticket is counted", counts?.map((one) => one.incident_id).sort(), [...tickets].sort());
  check("one message is unread", counts?.find((one) => one.incident_id === ticket)?.unread_num, 1);
  const page = done("history", await client.history(ticket, 0, 10)).message_list;
  const texts = ["Have you tried it with a horse?", TEXT, QUESTION.simple_description];
  check("history, newest first", page?.map((one) => one.content), texts);
  check("the file is on the message", page?.[1]?.accessory_list?.[0]?.accessory_id, stored);
  const older = done("history before a time", await client.older(OLD, "2099-01-01 00:00:00", 2));
  check("older messages", older.message_list?.length, 2);
  done("marked as read", await client.markRead(ticket));
  const left = done("unread", await client.unread([ticket])).imunread;
  check("nothing is unread", left?.map((one) => one.unread_num), [0]);

  const messages = done("detail", await client.detail(ticket)).incident_detail_info?.message_list;
  const own = messages?.find((one) => one.content === TEXT)?.message_id ?? "";
  done("recalled", await client.recall(ticket, own));
  await control(endpoint, "/status", { ticket, status: "to_confirm" });
  done("closed", await client.close(ticket, "Solved."));
  check("it is over", done("status", await client.status(ticket)).status, 3);

  const refused = await client.status("nowhere");
  check("an error in HTTP 200 is seen", [refused.response?.status, codeOf(refused.data)], [200, "OSM.01010015"]);

  const { arrivals } = await control(endpoint, `/ledger?ticket=${ticket}`);
  const told = arrivals.filter((one: any) => one.author === "customer" && one.text === TEXT);
  check("the ledger has the message, once, and recalled", told.map((one: any) => one.recalled), [true]);
  const { entries } = await control(endpoint, "/journal");
  const asked = entries.filter((one: any) => one.operation !== "createToken");
  const seen = new Set<string>(asked.map((one: any) => one.credentials.join(" ")));
  check("each request came with one credential", [...seen], ["x-auth-token"]);
  return [...seen];
}
