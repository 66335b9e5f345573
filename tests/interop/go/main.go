// Command clients talks through the client that openapi-generator makes, and replays the kit into it.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"

	"hwctickets.example/clients/tickets"
)

func main() {
	document, kit, control, replayed := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	credentials := converse(control)
	row := replay(replayed, kit, document)
	row["client"], row["document"] = "openapi-generator (go)", "openapi.json"
	row["credentials"] = credentials
	text, err := json.Marshal([]any{row})
	must("the results", err)
	must("the results", os.WriteFile("results.json", text, 0o644))
}

func must(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func check(what string, seen, expected any) {
	if !reflect.DeepEqual(seen, expected) {
		must(what, fmt.Errorf("saw %v, expected %v", seen, expected))
	}
	fmt.Println("ok  " + what)
}

// plain asks what no client of the description asks.
func plain(method, address string, body any) (*http.Response, map[string]any) {
	var sent bytes.Buffer
	if body != nil {
		must(address, json.NewEncoder(&sent).Encode(body))
	}
	request, err := http.NewRequest(method, address, &sent)
	must(address, err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	must(address, err)
	defer answer.Body.Close()
	said := map[string]any{}
	// An answer without a body says nothing.
	_ = json.NewDecoder(answer.Body).Decode(&said)
	return answer, said
}

// client gives the client of an endpoint: it keeps a redirect for what it is, and asks no other host.
func client(endpoint string) (*tickets.APIClient, *tickets.Configuration) {
	settings := tickets.NewConfiguration()
	settings.Servers = tickets.ServerConfigurations{{URL: endpoint}}
	settings.HTTPClient = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return tickets.NewAPIClient(settings), settings
}

// codeOf gives the error code in an answer, which may come with HTTP 200.
func codeOf(answer any) string {
	text, err := json.Marshal(answer)
	must("an answer", err)
	said := map[string]any{}
	if json.Unmarshal(text, &said) != nil {
		return ""
	}
	code, _ := said["error_code"].(string)
	return code
}
