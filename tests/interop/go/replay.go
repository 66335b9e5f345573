package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"

	"hwctickets.example/clients/tickets"
)

// errUnaskable says that the client has no way to make a request.
var errUnaskable = errors.New("the client has no way to ask this")

// operation is a method of the client, and where its parameters are.
type operation struct {
	call  reflect.Value
	path  string
	names []string
}

type request struct {
	Path     string            `json:"path"`
	Query    [][2]string       `json:"query"`
	Headers  map[string]string `json:"headers"`
	Body     json.RawMessage   `json:"body"`
	BodyText *string           `json:"body_text"`
	Form     map[string]any    `json:"form"`
}

var braces = regexp.MustCompile(`{(\w+)}`)

// plainName gives a name as nobody spells it: the client writes `CaseIds` for `case_ids`, and `Type_` for `type`.
func plainName(name string) string {
	return strings.ToLower(regexp.MustCompile(`[^A-Za-z0-9]`).ReplaceAllString(name, ""))
}

func operations(document string, c *tickets.APIClient) map[string]operation {
	text, err := os.ReadFile(document)
	must(document, err)
	var description struct {
		Paths map[string]map[string]struct {
			OperationID string   `json:"operationId"`
			Tags        []string `json:"tags"`
		} `json:"paths"`
	}
	must(document, json.Unmarshal(text, &description))
	all := map[string]operation{}
	for path, item := range description.Paths {
		names := []string{}
		for _, found := range braces.FindAllStringSubmatch(path, -1) {
			names = append(names, found[1])
		}
		for _, said := range item {
			tag := strings.ToUpper(said.Tags[0][:1]) + said.Tags[0][1:]
			api := reflect.ValueOf(c).Elem().FieldByName(tag + "API")
			method := strings.ToUpper(said.OperationID[:1]) + said.OperationID[1:]
			all[said.OperationID] = operation{call: api.MethodByName(method), path: path, names: names}
		}
	}
	return all
}

// whole gives a body with what `$repeat` and `$list` stand for.
func whole(value any) any {
	switch said := value.(type) {
	case []any:
		made := make([]any, len(said))
		for at, one := range said {
			made[at] = whole(one)
		}
		return made
	case map[string]any:
		if repeated, is := said["$repeat"].([]any); is {
			return strings.Repeat(repeated[0].(string), int(repeated[1].(float64)))
		}
		if listed, is := said["$list"].([]any); is {
			made := make([]any, int(listed[1].(float64)))
			for at := range made {
				made[at] = whole(listed[0])
			}
			return made
		}
		made := map[string]any{}
		for name, one := range said {
			made[name] = whole(one)
		}
		return made
	}
	return value
}

// argument gives the value that stands in the texts, as the client takes it.
func argument(kind reflect.Type, texts []string) (reflect.Value, error) {
	made := reflect.New(kind)
	var text []byte
	switch {
	case kind.Kind() == reflect.Slice:
		text, _ = json.Marshal(texts)
	case len(texts) != 1:
		return made, errUnaskable
	case kind.Kind() == reflect.String:
		text, _ = json.Marshal(texts[0])
	default:
		text = []byte(texts[0])
	}
	if json.Unmarshal(text, made.Interface()) != nil {
		return made, errUnaskable
	}
	return made.Elem(), nil
}

// set calls the setter of a parameter; gives what it gives.
func set(call reflect.Value, name string, value func(reflect.Type) (reflect.Value, error)) (reflect.Value, error) {
	for at := range call.NumMethod() {
		method := call.Type().Method(at)
		if method.Name == "Execute" || plainName(method.Name) != plainName(name) {
			continue
		}
		given, err := value(method.Type.In(1))
		if err != nil {
			return call, err
		}
		return call.Method(at).Call([]reflect.Value{given})[0], nil
	}
	return call, errUnaskable
}

// prepared gives the call that makes a request, with everything but its sending done.
func prepared(ctx context.Context, known operation, asked request) (reflect.Value, error) {
	pattern := regexp.MustCompile("^" + braces.ReplaceAllString(known.path, "([^/]*)") + "$")
	found := pattern.FindStringSubmatch(asked.Path)
	if found == nil || asked.BodyText != nil {
		return reflect.Value{}, errUnaskable
	}
	given := []reflect.Value{reflect.ValueOf(ctx)}
	for at, text := range found[1:] {
		text, err := url.PathUnescape(text)
		if err != nil {
			return reflect.Value{}, errUnaskable
		}
		value, err := argument(known.call.Type().In(at+1), []string{text})
		if err != nil {
			return reflect.Value{}, err
		}
		given = append(given, value)
	}
	call := known.call.Call(given)[0]
	values := map[string][]string{}
	for _, pair := range asked.Query {
		values[pair[0]] = append(values[pair[0]], pair[1])
	}
	for name, text := range asked.Headers {
		values[name] = []string{text}
	}
	var err error
	for name, texts := range values {
		call, err = set(call, name, func(kind reflect.Type) (reflect.Value, error) { return argument(kind, texts) })
		if err != nil {
			return call, err
		}
	}
	for name, part := range asked.Form {
		call, err = set(call, name, func(kind reflect.Type) (reflect.Value, error) { return formPart(kind, whole(part)) })
		if err != nil {
			return call, err
		}
	}
	if asked.Body == nil {
		return call, nil
	}
	return withBody(call, asked.Body)
}

func formPart(kind reflect.Type, part any) (reflect.Value, error) {
	said, isFile := part.(map[string]any)
	if !isFile {
		text, _ := part.(string)
		return argument(kind, []string{text})
	}
	name, _ := said["name"].(string)
	content, _ := said["content"].(string)
	if name != filepath.Base(name) || os.WriteFile(name, []byte(content), 0o644) != nil {
		return reflect.Value{}, errUnaskable
	}
	file, err := os.Open(name)
	if err != nil || reflect.TypeOf(file) != kind {
		return reflect.Value{}, errUnaskable
	}
	return reflect.ValueOf(file), nil
}

// withBody sets the body: the one parameter that is a structure of the client.
func withBody(call reflect.Value, body json.RawMessage) (reflect.Value, error) {
	var said any
	if json.Unmarshal(body, &said) != nil {
		return call, errUnaskable
	}
	text, err := json.Marshal(whole(said))
	if err != nil {
		return call, errUnaskable
	}
	for at := range call.NumMethod() {
		method := call.Type().Method(at)
		if method.Type.NumIn() != 2 || method.Type.In(1).Kind() != reflect.Struct {
			continue
		}
		made := reflect.New(method.Type.In(1))
		if json.Unmarshal(text, made.Interface()) != nil {
			return call, errUnaskable
		}
		return call.Method(at).Call([]reflect.Value{made.Elem()})[0], nil
	}
	return call, errUnaskable
}

// outcome says why the client gives no answer; an empty text for an answer.
func outcome(call reflect.Value) string {
	results := call.MethodByName("Execute").Call(nil)
	given, _ := results[len(results)-2].Interface().(*http.Response)
	if err, failed := results[len(results)-1].Interface().(error); failed {
		if given != nil && given.StatusCode >= 300 {
			return fmt.Sprintf("HTTP %d", given.StatusCode)
		}
		return fmt.Sprintf("%T", err)
	}
	if len(results) < 3 || results[0].IsNil() {
		return "no object"
	}
	if file, isFile := results[0].Interface().(*os.File); isFile {
		must("a file", file.Close())
		must("a file", os.Remove(file.Name()))
		return ""
	}
	if codeOf(results[0].Interface()) != "" {
		return "error_code"
	}
	return ""
}

// ask asks every exchange of the kit that the client can ask; gives how each ended.
func ask(endpoint, kit, document string) map[string]string {
	c, settings := client(endpoint)
	known := operations(document, c)
	files, err := filepath.Glob(filepath.Join(kit, "exchanges", "*", "*.json"))
	must(kit, err)
	sort.Strings(files)
	ctx := withToken("TOKENEXAMPLE")
	said := map[string]string{}
	for _, file := range files {
		id := filepath.Base(filepath.Dir(file))
		name := id + "/" + strings.TrimSuffix(filepath.Base(file), ".json")
		text, err := os.ReadFile(file)
		must(file, err)
		var exchange struct {
			Request request `json:"request"`
		}
		must(file, json.Unmarshal(text, &exchange))
		call, err := prepared(ctx, known[id], exchange.Request)
		if err != nil {
			continue
		}
		settings.AddDefaultHeader("X-Replay", name)
		said[name] = outcome(call)
	}
	return said
}

func replay(endpoint, kit, document string) map[string]any {
	plain("DELETE", endpoint+"/_replay", nil)
	said := ask(endpoint, kit, document)
	_, told := plain("GET", endpoint+"/_replay", nil)
	asked, successes, refused, taken := 0, 0, 0, 0
	lines := ""
	rows, _ := told["exchanges"].([]any)
	for _, one := range rows {
		row := one.(map[string]any)
		name := row["name"].(string)
		ended, isAsked := said[name]
		if !isAsked || row["given"].(float64) == 0 {
			continue
		}
		asked++
		isSuccess := row["verdict"] == "success"
		if isSuccess {
			successes++
		}
		if isSuccess && ended != "" {
			refused++
			lines += fmt.Sprintf("refused %s: %s\n", name, ended)
		} else if !isSuccess && ended == "" {
			taken++
			lines += fmt.Sprintf("taken for a success: %s\n", name)
		}
	}
	must("the exchanges", os.WriteFile("exchanges.txt", []byte(lines), 0o644))
	fmt.Printf("%d of %d exchanges asked; refused: %d; taken: %d\n", asked, len(rows), refused, taken)
	return map[string]any{"asked": asked, "successes": successes, "refused": refused, "taken": taken}
}
