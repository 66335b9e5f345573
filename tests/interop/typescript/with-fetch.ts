// The client of openapi-typescript with openapi-fetch.

import createClient from "openapi-fetch";
import type { Client } from "./conversation";
import type { paths } from "./fetch/schema";
import type { Ask } from "./replay";

const asForm = (body: object): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    form.append(name, value);
  }
  return form;
};

export function client(baseUrl: string, token: string): Client {
  const api = createClient<paths>({ baseUrl, redirect: "manual", headers: { "X-Auth-Token": token } });
  const of = (case_id: string) => ({ path: { case_id } });
  return {
    create: (body) => api.POST("/v2/servicerequest/cases", { body }),
    upload: (file, form_data) =>
      api.POST("/v2/servicerequest/accessorys", {
        // The types have a text where the form has a file.
        body: { file: file as unknown as string, form_data },
        bodySerializer: asForm,
      }),
    submit: (ticket, content, accessory_ids) =>
      api.POST("/v2/servicerequest/cases/{case_id}/message", {
        params: of(ticket),
        body: { type: 0, message: { content, accessory_ids } },
      }),
    poll: (case_ids, last_message_time_id) =>
      api.GET("/v2/servicerequest/cases/instant-messages", { params: { query: { case_ids, last_message_time_id } } }),
    unread: (case_ids) => api.GET("/v2/servicerequest/cases/instant-messages/unread", { params: { query: { case_ids } } }),
    history: (ticket, offset, limit) =>
      api.GET("/v2/servicerequest/cases/{case_id}/messages", { params: { ...of(ticket), query: { offset, limit } } }),
    older: (ticket, create_time, limit) =>
      api.GET("/v2/servicerequest/cases/{case_id}/instant-messages/more", {
        params: { ...of(ticket), query: { create_time, type: 1, limit } },
      }),
    markRead: (ticket) => api.POST("/v2/servicerequest/cases/{case_id}/instant-messages/unread", { params: of(ticket), body: {} }),
    detail: (ticket) => api.GET("/v2/servicerequest/cases/{case_id}", { params: of(ticket) }),
    recall: (ticket, message_id) =>
      api.POST("/v2/servicerequest/cases/{case_id}/instant-messages/{message_id}/withdraw", {
        params: { path: { case_id: ticket, message_id } },
      }),
    close: (ticket, operate_desc) =>
      api.POST("/v2/servicerequest/cases/{case_id}/action", {
        params: { ...of(ticket), query: { action_id: "close" } },
        body: { operate_desc },
      }),
    status: (ticket) => api.GET("/v2/servicerequest/cases/{case_id}/status", { params: of(ticket) }),
  };
}

/** Any operation, by its place in the description. */
export function ask(baseUrl: string, token: string): Ask {
  const api: any = createClient<paths>({ baseUrl, redirect: "manual", headers: { "X-Auth-Token": token } });
  return ({ method, template, isFile, form, body, path, query, headers }) =>
    api[method](template, {
      params: { path, query, header: headers },
      ...(form ? { body: form, bodySerializer: asForm } : { body }),
      parseAs: isFile ? "arrayBuffer" : "json",
    });
}
