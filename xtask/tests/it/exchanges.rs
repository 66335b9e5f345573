//! Recorded exchanges: what leaves the description must be listed, what is listed must occur.

use crate::house::House;

const SUCCESS: &str = "spec/examples/createMessages/success.json";
const LIST: &str = "spec/examples/listMessages/success.json";

#[test]
fn what_is_wrong_with_an_exchange_is_told() {
    for (path, from, to, says) in [
        (
            SUCCESS,
            "\"content\": \"test\"",
            "\"contents\": \"test\"",
            &[
                "/request/body/message/contents: undocumented",
                "/request/body/message/content: required",
            ][..],
        ),
        (
            SUCCESS,
            "\"type\": 0",
            "\"type\": \"0\"",
            &["/request/body/type: type"],
        ),
        (
            SUCCESS,
            "\"type\": 0",
            "\"type\": 2",
            &["/request/body/type: maximum"],
        ),
        (
            SUCCESS,
            "cases/case-1/message",
            "cases//message",
            &["/request/path/case_id: minLength"],
        ),
        (
            SUCCESS,
            "cases/case-1/message",
            "case/case-1/message",
            &["/request/path: undocumented"],
        ),
        (
            SUCCESS,
            "\"POST\"",
            "\"GET\"",
            &["/request/method: undocumented"],
        ),
        (
            SUCCESS,
            "\"path\"",
            "\"headers\": {\"X-Site\": \"two\", \"X-Odd\": \"1\"}, \"path\"",
            &[
                "/request/header/X-Site: type",
                "/request/header/X-Odd: undocumented",
            ],
        ),
        (
            SUCCESS,
            "\"status\": 200",
            "\"status\": 201",
            &["/response/status: undocumented"],
        ),
        (
            SUCCESS,
            "\"body\": {}",
            "\"body\": {\"error_code\": 0}",
            &["/response/body/error_code: type"],
        ),
        (
            SUCCESS,
            "\"body\": {}",
            "\"body\": {\"error_code\": {\"$repeat\": [\"x\", 33]}}",
            &["/response/body/error_code: documented-maxLength"],
        ),
        (
            SUCCESS,
            "\"body\": {}",
            "\"body_text\": \"\"",
            &["/response/body: required"],
        ),
        (
            SUCCESS,
            "\"body\": {}",
            "\"body_text\": \"null\"",
            &["/response/body: type"],
        ),
        (
            SUCCESS,
            "\"body\": {}",
            "\"body_text\": \"{\"",
            &["/response/body: syntax"],
        ),
        (
            SUCCESS,
            "\"body\": {}",
            "\"body\": []",
            &["/response/body: type"],
        ),
        (
            SUCCESS,
            "\"status\": 200",
            "\"headers\": {\"X-Odd\": \"1\"}, \"status\": 200",
            &["/response/header/X-Odd: undocumented"],
        ),
        (
            SUCCESS,
            "\"verdict\"",
            "\"verdikt\"",
            &["form of an exchange"],
        ),
        (
            SUCCESS,
            "\"verdict\": \"success\",",
            "\"verdict\": \"success\", \"verdict\": \"refused\",",
            &["stands twice"],
        ),
        (SUCCESS, "{\n", "", &["is not JSON"]),
        (
            SUCCESS,
            "\"follows\": \"Fixture, table 1\",",
            "",
            &["constructed, but from what?"],
        ),
        (
            LIST,
            "\"limit\"",
            "\"limits\"",
            &["/request/query/limits: undocumented"],
        ),
        (LIST, "\"10\"", "\"ten\"", &["/request/query/limit: type"]),
        (
            LIST,
            "\"case_ids\"",
            "\"case_id\"",
            &["/request/query/case_ids: required"],
        ),
        (
            LIST,
            "\"type\": 0",
            "\"type\": 7",
            &["/response/body/message_list/0/type: documented-value"],
        ),
        (
            LIST,
            "\"count\": 1",
            "\"count\": 65536",
            &["/response/body/count: documented-maximum"],
        ),
        (
            LIST,
            "\"query\": [",
            "\"query\": [[\"case_ids\",\"b\"],[\"case_ids\",\"c\"],[\"case_ids\",\"d\"],",
            &["/request/query/case_ids: maxItems"],
        ),
        (
            "spec/examples/createMessages/text-too-long.json",
            "2001",
            "2000",
            &["the listed deviation `maxLength` at /request/body/message/content does not occur"],
        ),
        (
            "spec/examples/createMessages/html-answer.json",
            "\"why\": \"a proxy answered\"",
            "\"why\": \"a proxy answered\", \"discrepancy\": \"D-99\"",
            &["D-99 is not in spec/discrepancies.md"],
        ),
        (
            "spec/examples/createMessages/business-error.json",
            "OSM.0001",
            "OSM.0002",
            &["OSM.0002 with HTTP status 200 is not in spec/errors.yaml"],
        ),
    ] {
        let house = House::new();
        house.edit(path, from, to);
        let run = house.xtask(&["spec", "examples"]);
        for words in says {
            assert!(
                !run.passed && run.said.contains(words) && run.said.contains(" mend: "),
                "{words} after {from} -> {to}: {}",
                run.said
            );
        }
        assert!(run.said.contains("at: spec/examples/"), "{}", run.said);
    }
}

#[test]
fn an_operation_without_examples_and_examples_without_operation_are_told() {
    let house = House::new();
    std::fs::rename(
        house.path("spec/examples/listMessages"),
        house.path("spec/examples/listMesages"),
    )
    .unwrap();
    let run = house.xtask(&["spec", "examples"]);
    for words in [
        "`listMessages` has no example of a success",
        "`listMesages` is no operation",
    ] {
        assert!(run.said.contains(words), "{words}: {}", run.said);
    }
}
