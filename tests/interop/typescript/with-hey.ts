// The clients of @hey-api/openapi-ts: one for each way to generate it, and all are called alike.

import type { Client } from "./conversation";
import type * as documented from "./hey";
import type { createClient } from "./hey/client";
import type { Ask } from "./replay";

export interface Made {
  sdk: typeof documented;
  createClient: typeof createClient;
  /** How the body of a file is read, if not by its `Content-Type`: a file that is called a text would come as one. */
  files?: "blob";
}

export function client({ sdk, createClient }: Made, baseUrl: string, token: string): Client {
  const own = createClient({ baseUrl, auth: token, redirect: "manual" });
  const of = (case_id: string) => ({ client: own, path: { case_id } });
  return {
    create: (body) => sdk.createCases({ client: own, body }),
    upload: (file, form_data) => sdk.uploadAccessory({ client: own, body: { file, form_data } }),
    submit: (ticket, content, accessory_ids) =>
      sdk.createMessages({ ...of(ticket), body: { type: 0, message: { content, accessory_ids } } }),
    poll: (case_ids, last_message_time_id) =>
      sdk.listNewInstantMessages({ client: own, query: { case_ids, last_message_time_id } }),
    unread: (case_ids) => sdk.listUnreadNewInstantMessages({ client: own, query: { case_ids } }),
    history: (ticket, offset, limit) => sdk.listMessages({ ...of(ticket), query: { offset, limit } }),
    older: (ticket, create_time, limit) =>
      sdk.listMoreInstantMessages({ ...of(ticket), query: { create_time, type: 1, limit } }),
    markRead: (ticket) => sdk.updateNewInstantMessagesRead({ ...of(ticket), body: {} }),
    detail: (ticket) => sdk.showCaseDetail(of(ticket)),
    recall: (ticket, message_id) => sdk.revokeMessage({ client: own, path: { case_id: ticket, message_id } }),
    close: (ticket, operate_desc) =>
      sdk.updateCases({ ...of(ticket), query: { action_id: "close" }, body: { operate_desc } }),
    status: (ticket) => sdk.showCaseStatus(of(ticket)),
  };
}

/** Any operation, by its name. */
export function ask({ sdk, createClient, files }: Made, baseUrl: string, token: string): Ask {
  const own = createClient({ baseUrl, auth: token, redirect: "manual" });
  return ({ operation, isFile, form, body, path, query, headers }) =>
    (sdk as any)[operation]({ client: own, path, query, headers, body: form ?? body, ...(isFile && files && { parseAs: files }) });
}
