package main

import (
	"context"
	"os"
	"sort"

	"hwctickets.example/clients/tickets"
)

const (
	old      = "case-123"
	other    = "TT202611210003"
	message  = "磁盘又满了 🙂 the disk is full again"
	answer   = "Have you tried it with a horse?"
	question = "How do I resize a zebra?"
)

// signedIn gives a context with a token, which no client of the description gets by itself: another service gives it.
func signedIn(endpoint string) context.Context {
	user := map[string]any{"name": "demo", "password": "demo", "domain": map[string]any{"name": "demo"}}
	identity := map[string]any{"methods": []string{"password"}, "password": map[string]any{"user": user}}
	scope := map[string]any{"domain": map[string]any{"name": "demo"}}
	body := map[string]any{"auth": map[string]any{"identity": identity, "scope": scope}}
	given, _ := plain("POST", endpoint+"/v3/auth/tokens", body)
	return withToken(given.Header.Get("X-Subject-Token"))
}

func withToken(token string) context.Context {
	keys := map[string]tickets.APIKey{"AuthToken": {Key: token}}
	return context.WithValue(context.Background(), tickets.ContextAPIKeys, keys)
}

// control asks what the simulator tells tests and does for them, and the service does not.
func control(endpoint, method, target string, body any) map[string]any {
	given, said := plain(method, endpoint+"/_sim"+target, body)
	check("control "+target, given.StatusCode, 200)
	return said
}

func converse(endpoint string) []string {
	control(endpoint, "POST", "/reset", map[string]any{})
	c, _ := client(endpoint)
	ctx := signedIn(endpoint)

	asked := tickets.NewCreateOrderIncidentV2Req("5efc9f47ace944bfafd054161409f15b", question, "83aeb0f2834c4df49826c781d32a963e")
	asked.SetProductCategoryId("123")
	created, _, err := c.TicketsAPI.CreateCases(ctx).CreateOrderIncidentV2Req(*asked).Execute()
	must("a ticket is created", err)
	check("a ticket is created", codeOf(created), "")
	ticket := created.GetIncidentId()
	must("a file", os.WriteFile("df.txt", []byte("full"), 0o644))
	file, err := os.Open("df.txt")
	must("a file", err)
	defer file.Close()
	stored, _, err := c.AttachmentsAPI.UploadAccessory(ctx).File(file).FormData(`{"accessFrom":"message"}`).Execute()
	must("a file is uploaded", err)
	check("a file is uploaded", codeOf(stored), "")
	content := tickets.NewCreateMessageDoV2(message)
	content.SetAccessoryIds([]string{stored.GetAccessoryId()})
	sent, _, err := c.MessagesAPI.CreateMessages(ctx, ticket).CreateMessageV2Req(*tickets.NewCreateMessageV2Req(*content, 0)).Execute()
	must("a message is submitted", err)
	check("a message is submitted", codeOf(sent), "")

	readings(endpoint, ctx, c, ticket, stored.GetAccessoryId())
	endings(endpoint, ctx, c, ticket)
	return credentials(endpoint)
}

// readings is what comes between the first message and the end.
func readings(endpoint string, ctx context.Context, c *tickets.APIClient, ticket, stored string) {
	three := []string{ticket, old, other}
	sort.Strings(three)
	polled, _, err := c.MessagesAPI.ListNewInstantMessages(ctx).CaseIds(three).Execute()
	must("polled", err)
	control(endpoint, "POST", "/reply", map[string]any{"ticket": ticket, "content": answer})
	news, _, err := c.MessagesAPI.ListNewInstantMessages(ctx).CaseIds(three).LastMessageTimeId(polled.GetLastMessageTimeId()).Execute()
	must("polled again", err)
	fresh := []string{}
	for _, one := range news.GetImmsg() {
		fresh = append(fresh, one.GetIncidentId())
	}
	check("the answer of the engineer is new", fresh, []string{ticket})
	unread, _, err := c.MessagesAPI.ListUnreadNewInstantMessages(ctx).CaseIds(three).Execute()
	must("unread, with three ids", err)
	counted, count := []string{}, int64(0)
	for _, one := range unread.GetImunread() {
		counted = append(counted, one.GetIncidentId())
		if one.GetIncidentId() == ticket {
			count = one.GetUnreadNum()
		}
	}
	sort.Strings(counted)
	check("each ticket is counted", counted, three)
	check("one message is unread", count, int64(1))
	page, _, err := c.MessagesAPI.ListMessages(ctx, ticket).Offset(0).Limit(10).Execute()
	must("history", err)
	texts := []string{}
	for _, one := range page.GetMessageList() {
		texts = append(texts, one.GetContent())
	}
	check("history, newest first", texts, []string{answer, message, question})
	check("the file is on the message", page.GetMessageList()[1].GetAccessoryList()[0].GetAccessoryId(), stored)
	older, _, err := c.MessagesAPI.ListMoreInstantMessages(ctx, old).CreateTime("2099-01-01 00:00:00").Type_(1).Limit(2).Execute()
	must("history before a time", err)
	check("older messages", len(older.GetMessageList()), 2)
}

// endings is what comes after it.
func endings(endpoint string, ctx context.Context, c *tickets.APIClient, ticket string) {
	nothing := *tickets.NewUpdateUnreadNewInstantMsgV2Req()
	read, _, err := c.MessagesAPI.UpdateNewInstantMessagesRead(ctx, ticket).UpdateUnreadNewInstantMsgV2Req(nothing).Execute()
	must("marked as read", err)
	check("marked as read", codeOf(read), "")
	left, _, err := c.MessagesAPI.ListUnreadNewInstantMessages(ctx).CaseIds([]string{ticket}).Execute()
	must("unread", err)
	check("nothing is unread", left.GetImunread()[0].GetUnreadNum(), int64(0))
	detail, _, err := c.TicketsAPI.ShowCaseDetail(ctx, ticket).Execute()
	must("detail", err)
	own := ""
	info := detail.GetIncidentDetailInfo()
	for _, one := range info.GetMessageList() {
		if one.GetContent() == message {
			own = one.GetMessageId()
		}
	}
	recalled, _, err := c.MessagesAPI.RevokeMessage(ctx, ticket, own).Execute()
	must("recalled", err)
	check("recalled", codeOf(recalled), "")
	control(endpoint, "POST", "/status", map[string]any{"ticket": ticket, "status": "to_confirm"})
	why := *tickets.NewWorkOrderOperateV2Req()
	why.SetOperateDesc("Solved.")
	closed, _, err := c.TicketsAPI.UpdateCases(ctx, ticket).ActionId("close").WorkOrderOperateV2Req(why).Execute()
	must("closed", err)
	check("closed", codeOf(closed), "")
	over, _, err := c.TicketsAPI.ShowCaseStatus(ctx, ticket).Execute()
	must("status", err)
	check("it is over", int(over.GetStatus()), 3)
	refused, given, err := c.TicketsAPI.ShowCaseStatus(ctx, "nowhere").Execute()
	must("an error in HTTP 200", err)
	check("an error in HTTP 200 is seen", []any{given.StatusCode, codeOf(refused)}, []any{200, "OSM.01010015"})
	told := []any{}
	for _, one := range control(endpoint, "GET", "/ledger?ticket="+ticket, nil)["arrivals"].([]any) {
		arrival := one.(map[string]any)
		if arrival["author"] == "customer" && arrival["text"] == message {
			told = append(told, arrival["recalled"])
		}
	}
	check("the ledger has the message, once, and recalled", told, []any{true})
}

// credentials gives those that arrived, which are the same in each request.
func credentials(endpoint string) []string {
	seen := map[string]bool{}
	for _, one := range control(endpoint, "GET", "/journal", nil)["entries"].([]any) {
		entry := one.(map[string]any)
		if entry["operation"] == "createToken" {
			continue
		}
		names := ""
		for _, name := range entry["credentials"].([]any) {
			names += name.(string) + " "
		}
		seen[names] = true
	}
	check("each request came with one credential", seen, map[string]bool{"x-auth-token ": true})
	return []string{"x-auth-token"}
}
