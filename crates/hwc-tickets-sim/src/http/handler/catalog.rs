//! What a new ticket can be about: fixed data, and how many tickets are left.

use serde_json::{Value, json};

use super::Handler;
use crate::domain::catalog::{
    AreaCode, Category, Dimension, ExtraField, Found, ProblemKind, Product, Question, Region,
    Severity, Template, USER_CENTRE,
};
use crate::domain::{Command, Outcome};
use crate::http::asked::{Asked, Parsed};
use crate::http::render::{Paint, Rendered, written};
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Lists the categories of tickets with their products.
    pub const ListCaseCategories: Operation = Operation::new("listCaseCategories");
    /// Lists products.
    pub const ListProductCategories: Operation = Operation::new("listProductCategories");
    /// Lists the kinds of problem.
    pub const ListProblemTypes: Operation = Operation::new("listProblemTypes");
    /// Lists the templates of a kind of problem.
    pub const ListCaseTemplates: Operation = Operation::new("listCaseTemplates");
    /// Lists the extra fields of a kind of problem.
    pub const ListExtendsParams: Operation = Operation::new("listExtendsParams");
    /// Lists the severities.
    pub const ListSeverities: Operation = Operation::new("listSeverities");
    /// Lists the regions.
    pub const ListRegions: Operation = Operation::new("listRegions");
    /// Lists the regions of the caller.
    pub const ListCustomersRegions: Operation = Operation::new("listCustomersRegions");
    /// Lists the country codes of phone numbers.
    pub const ListAreaCodes: Operation = Operation::new("listAreaCodes");
    /// Tells limits for opening a ticket.
    pub const ListCaseLimits: Operation = Operation::new("listCaseLimits");
    /// Lists what can be rated.
    pub const ListSatisfactionDimensions: Operation = Operation::new("listSatisfactionDimensions");
    /// Tells how many tickets can be opened.
    pub const ListCaseQuotas: Operation = Operation::new("listCaseQuotas");
}

pub(super) const HANDLERS: &[Handler] = &[
    Handler::new(Operation::ListCaseCategories, categories, answer),
    Handler::new(Operation::ListProductCategories, products, answer),
    Handler::new(Operation::ListProblemTypes, kinds, answer),
    Handler::new(Operation::ListCaseTemplates, kind, templates),
    Handler::new(Operation::ListExtendsParams, kind, fields),
    Handler::new(Operation::ListSeverities, severities, answer),
    Handler::new(Operation::ListRegions, regions, answer),
    Handler::new(Operation::ListCustomersRegions, own_regions, own),
    Handler::new(Operation::ListAreaCodes, area_codes, answer),
    Handler::new(Operation::ListCaseLimits, limits, answer),
    Handler::new(Operation::ListSatisfactionDimensions, dimensions, answer),
    Handler::new(Operation::ListCaseQuotas, quota, answer),
];

fn categories(_: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::LookUp(Question::Categories))
}

fn products(asked: &Asked<'_>) -> Parsed<Command> {
    let name = asked.text("product_category_name").unwrap_or_default();
    Ok(Command::LookUp(Question::Products { name }))
}

/// Without a product all kinds are listed: no source says what comes then (D-87).
fn kinds(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::LookUp(Question::Kinds {
        product: asked.text("product_category_id"),
        subtype: asked.text("incident_sub_type_id"),
    }))
}

fn kind(asked: &Asked<'_>) -> Parsed<Command> {
    let id = asked.text("business_type_id").unwrap_or_default();
    Ok(Command::LookUp(Question::Kind { id }))
}

fn severities(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::LookUp(Question::Severities {
        kind: asked.text("business_type_id").unwrap_or_default(),
        product: asked.text("product_category_id").unwrap_or_default(),
    }))
}

fn regions(_: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::LookUp(Question::Regions))
}

fn own_regions(_: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::LookUp(Question::OwnRegions))
}

fn area_codes(_: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::LookUp(Question::AreaCodes))
}

fn limits(_: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::LookUp(Question::Copies))
}

fn dimensions(_: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::LookUp(Question::Dimensions))
}

fn quota(asked: &Asked<'_>) -> Parsed<Command> {
    let product = asked.text("product_category_id");
    Ok(Command::Quota {
        by: asked.by(),
        kind: asked.text("business_type_id").unwrap_or_default(),
        product: product.unwrap_or_else(|| USER_CENTRE.to_owned()),
    })
}

fn answer(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    let found = match outcome {
        Outcome::Found(found) => found,
        // D-90.
        Outcome::Quota { total, left } => {
            let told = |number: Option<usize>| {
                number.map_or(json!(-1), |number| json!(paint.count(number)))
            };
            return paint.json(json!({ "total": told(total), "un_used": told(left) }));
        }
        other => return written(paint, other),
    };
    match found {
        Found::Categories(list) => paint.json(json!({
            "total_count": paint.count(list.len()),
            "incident_sub_type_list": paint.list(list.iter().map(|it| category(paint, it))),
        })),
        Found::Products(list) => paint.json(json!({
            "total_count": paint.count(list.len()),
            "incident_product_category_list": paint.list(list.iter().map(|it| product(paint, it))),
        })),
        Found::Kinds(list) => paint.json(json!({
            "total_count": paint.count(list.len()),
            "incident_business_type_list": paint.list(list.iter().map(|it| problem(paint, it))),
        })),
        Found::Severities { shown, severities } => paint.json(json!({
            "show": shown,
            "severity_list": paint.list(severities.iter().map(|it| severity(paint, it))),
        })),
        Found::Regions(list) => paint.json(json!({
            "total_count": paint.count(list.len()),
            "data_center_list": paint.list(list.iter().map(|it| region(paint, it))),
        })),
        Found::AreaCodes(list) => paint.json(json!({
            "area_code_list": paint.list(list.iter().map(|it| area_code(paint, it))),
        })),
        Found::Copies(most) => paint.json(json!({
            "config": { "create_case_ccemail_max_count": most },
        })),
        Found::Dimensions(list) => paint.json(json!({
            "total_count": paint.count(list.len()),
            "satisfaction_dimension_list": paint.list(list.iter().map(|it| dimension(paint, it))),
        })),
        Found::Kind(_) => written(paint, Outcome::Done),
    }
}

fn templates(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    let Outcome::Found(Found::Kind(kind)) = outcome else {
        return written(paint, outcome);
    };
    let list = kind.map_or(&[][..], |kind| kind.templates);
    paint.json(json!({
        "total_count": paint.count(list.len()),
        "incident_template_list": paint.list(list.iter().map(|it| template(paint, it))),
    }))
}

fn fields(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    let Outcome::Found(Found::Kind(kind)) = outcome else {
        return written(paint, outcome);
    };
    let list = kind.map_or(&[][..], |kind| kind.fields);
    let common = kind.map(|kind| {
        json!({
            "param_key": "region_id",
            "param_name": paint.say("Region", "区域"),
            "is_show": 1,
            "is_required": i64::from(kind.fault),
        })
    });
    paint.json(json!({
        "extends_params": paint.list(list.iter().map(|it| extra(paint, it))),
        "common_params": paint.list(common.into_iter()),
    }))
}

fn own(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    let Outcome::Found(Found::Regions(list)) = outcome else {
        return written(paint, outcome);
    };
    let named = |it: &&'static Region| json!({ "region_id": it.id, "region_name": it.name.say(paint.asked.english()) });
    paint.json(json!({
        "count": paint.count(list.len()),
        "region_infos": paint.list(list.iter().map(named)),
    }))
}

fn category(paint: &Paint<'_>, it: &Category) -> Value {
    json!({
        "incident_sub_type_id": it.id,
        "incident_sub_type_name": it.name.say(paint.asked.english()),
        "incident_product_category_list": paint.list(it.products.iter().map(|it| product(paint, it))),
    })
}

fn product(paint: &Paint<'_>, it: &Product) -> Value {
    json!({
        "incident_product_category_id": it.id,
        "incident_product_category_name": it.name.say(paint.asked.english()),
        "incident_product_category_desc": it.description.say(paint.asked.english()),
        "incident_product_category_acronym": it.acronym,
        "can_use_support_plan": it.support_plan,
    })
}

fn problem(paint: &Paint<'_>, it: &ProblemKind) -> Value {
    json!({
        "business_type_id": it.id,
        "business_type_name": it.name.say(paint.asked.english()),
        "case_type": if it.fault { "5" } else { "0" },
        "can_use_support_plan": it.support_plan,
    })
}

fn template(paint: &Paint<'_>, it: &Template) -> Value {
    json!({
        "incident_template_id": it.id,
        "incident_template_name": it.name.say(paint.asked.english()),
        "incident_template_content": it.content.say(paint.asked.english()),
    })
}

fn extra(paint: &Paint<'_>, it: &ExtraField) -> Value {
    json!({
        "tips": "",
        "required": i64::from(it.required),
        "length": it.length,
        "language": paint.say("en-us", "zh-cn"),
        "param_key": it.key,
        "param_name": it.name.say(paint.asked.english()),
        "param_type": it.takes,
        "param_desc": it.description.say(paint.asked.english()),
        "default_value": "",
        "max_value": 0,
        "min_value": 0,
        "select_item": it.choices,
        "is_show": 1,
        "is_sensitive": i64::from(it.sensitive),
    })
}

fn severity(paint: &Paint<'_>, it: &Severity) -> Value {
    json!({
        "language": paint.say("en-us", "zh-cn"),
        "severity_name": it.name.say(paint.asked.english()),
        "severity_id": it.id,
    })
}

fn region(paint: &Paint<'_>, it: &Region) -> Value {
    json!({
        "type": it.kind,
        "region_id": it.id,
        "region_name": it.name.say(paint.asked.english()),
        "is_sensitive": i64::from(it.sensitive),
    })
}

fn area_code(paint: &Paint<'_>, it: &AreaCode) -> Value {
    json!({
        "id": it.id,
        "area_code": it.code,
        "area_name": it.name.say(paint.asked.english()),
    })
}

fn dimension(paint: &Paint<'_>, it: &Dimension) -> Value {
    json!({
        "value": it.points,
        "satisfaction_id": it.id,
        "satisfaction_name": it.name.say(paint.asked.english()),
        "satisfaction_desc": it.description.say(paint.asked.english()),
        "per_value": it.step,
        "sat_category_id": it.category,
    })
}
