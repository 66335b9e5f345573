//! What a single key or value of an answer says: success, failure, or neither.

use hwc_core::{Delivery, Fault, Idempotency, Makes, pipeline::classify::Verdict};

use crate::given::judged;

/// An answer to a read.
fn of_read(body: &str) -> Verdict {
    judged(Idempotency::Safe, Makes::Nothing, 200, body)
}

/// An answer to a write that tells nothing of its own.
fn of_write(status: u16, body: &str) -> Verdict {
    judged(Idempotency::NotIdempotent, Makes::Nothing, status, body)
}

fn is_success(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Success(_))
}

fn fault(verdict: Verdict) -> Fault {
    match verdict {
        Verdict::Failure(failure) => failure.fault,
        Verdict::Success(success) => panic!("{success:?}"),
    }
}

/// What a read answers is parsed once, by whoever decodes it. Here it is parsed only where a word in it may be about
/// an error.
#[test]
fn an_answer_to_a_read_without_a_word_of_an_error_is_left_to_the_decoder() {
    for (wrong_json, is_left) in [
        (r#"{"list":[1,]}"#, true),
        (r#"{"terror":[1,]}"#, true),
        (r#"{"list":[1,],"error_code":"0"}"#, false),
        (r#"{"message":"","list":[1,]}"#, false),
        (r#"{"\u006cist":[1,]}"#, false),
    ] {
        let verdict = of_read(wrong_json);
        assert_eq!(is_success(&verdict), is_left, "{wrong_json}");
    }
}

#[test]
fn the_longest_key_about_an_error_is_found_where_it_stands_first() {
    let key = "__e_r_r_o_r_description_";
    assert_eq!(key.len(), 24);
    let fault = fault(of_read(&format!(r#"{{"{key}":"failed"}}"#)));
    assert!(fault.to_string().contains("its field error_msg"), "{fault}");
}

#[test]
fn a_number_is_a_code_whatever_its_sign() {
    for code in ["-1", "7", "1.5"] {
        let body = format!(r#"{{"error_code":{code}}}"#);
        for verdict in [of_read(&body), of_write(200, &body), of_write(400, &body)] {
            assert_eq!(fault(verdict).code.as_deref(), Some(code), "{body}");
        }
    }
}

/// In a spelling that nobody uses, or behind a letter that may turn its meaning, a key is none that is known.
#[test]
fn a_key_is_known_in_words_and_up_to_32_bytes() {
    let long = |bytes: usize| format!("i{}d", "_".repeat(bytes - 2));
    for (key, is_known) in [
        ("id".to_owned(), true),
        ("success".to_owned(), true),
        ("未id".to_owned(), false),
        ("!success".to_owned(), false),
        (long(32), true),
        (long(33), false),
    ] {
        let body = format!(r#"{{"{key}":1}}"#);
        assert_eq!(is_success(&of_write(200, &body)), is_known, "{body}");
    }
}

#[test]
fn an_id_is_of_hexadecimal_digits_or_has_many_digits() {
    for (id, is_known) in [
        ("7", true),
        ("a1b2", true),
        ("a-1", true),
        ("msg_20260101", true),
        ("msg_2026010", false),
        ("busy-1", false),
        ("error500", false),
        ("face", false),
        ("a0", false),
        ("-7", false),
    ] {
        let body = format!(r#"{{"id":"{id}"}}"#);
        assert_eq!(is_success(&of_write(200, &body)), is_known, "{body}");
    }
}

/// What a write has made is named in whatever letters, and not by the code of an error.
#[test]
fn a_code_of_an_error_is_no_name_of_what_was_made() {
    for (name, is_name) in [
        ("m.1", true),
        ("M.a", true),
        ("THG.1001", false),
        ("THG.9", false),
    ] {
        let body = format!(r#"{{"message_id":"{name}"}}"#);
        let makes = Makes::Id("message_id");
        let verdict = judged(Idempotency::NotIdempotent, makes, 200, &body);
        assert_eq!(is_success(&verdict), is_name, "{body}");
    }
}

#[test]
fn a_field_about_failure_is_good_when_it_tells_of_none() {
    for (body, is_good) in [
        (r#"{"failed":"none"}"#, true),
        (r#"{"fail_count":"no error"}"#, true),
        (r#"{"failed":false}"#, true),
        (r#"{"failed":"busy"}"#, false),
    ] {
        assert_eq!(is_success(&of_write(200, body)), is_good, "{body}");
    }
}

/// The code alone says that nothing was done.
#[test]
fn a_sign_of_success_beside_a_code_takes_its_proof() {
    for (beside, delivery) in [
        (r#""accepted":true"#, Delivery::Unknown),
        (r#""state":"created""#, Delivery::Unknown),
        (r#""count":1"#, Delivery::Unknown),
        (r#""accepted":false"#, Delivery::Rejected),
        (r#""state":"failed""#, Delivery::Rejected),
        (r#""count":0"#, Delivery::Rejected),
    ] {
        let body = format!(r#"{{"error_code":"THG.1001",{beside}}}"#);
        for status in [200, 400] {
            let fault = fault(of_write(status, &body));
            assert_eq!(fault.delivery, delivery, "{status} {body}");
        }
    }
}

/// After a refusal for the rate the call is made again, so no word of success may stand beside it.
#[test]
fn a_word_of_success_beside_a_refusal_for_the_rate_takes_its_proof() {
    for (beside, delivery) in [
        (r#""message":"OK""#, Delivery::Unknown),
        (r#""error_msg":"accepted""#, Delivery::Unknown),
        (r#""message":"stored with success""#, Delivery::Unknown),
        (r#""message":"已成功""#, Delivery::Unknown),
        (r#""message":"busy""#, Delivery::Rejected),
    ] {
        let body = format!(r#"{{"error_code":"APIGW.0308",{beside}}}"#);
        assert_eq!(fault(of_write(429, &body)).delivery, delivery, "{body}");
    }
}
