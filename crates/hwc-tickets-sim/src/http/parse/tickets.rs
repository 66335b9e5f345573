//! Filters of lists of tickets.

use jiff::tz::Offset;

use super::{Malformed, Parsed, Query, limited, moment, units};
use crate::domain::{Command, TicketFilter};
use crate::quirks::Quirks;

/// listCases.
pub(super) fn list(query: &Query, by: String, offset: Offset, quirks: &Quirks) -> Parsed<Command> {
    let words = query.list("search_key");
    let labels = query.list("label_id_list");
    if words.len() > 3 || words.iter().any(|word| units(word) > 64) || labels.len() > 5 {
        return Err(Malformed::Parameter);
    }
    let text = |name: &str, most| limited(query.one(name), most);
    let time = |name: &str| time(query.one(name), offset, quirks);
    let filter = TicketFilter {
        words,
        labels,
        text: text("app_key", 64)?,
        id: text("incident_id", 32)?,
        from: time("query_start_time")?,
        to: time("query_end_time")?,
        states: states(query.number("status", 0, 30)?, text("incident_status", 32)?),
        owner: text("x_customer_id", 64)?,
        owner_name: text("x_customer_name", 64)?,
        product: false,
    };
    Ok(Command::Tickets {
        by,
        group: query.group()?,
        filter,
        offset: query.number("offset", 0, 65_535)?.unwrap_or(0),
        limit: query.limit(quirks)?.unwrap_or(10),
    })
}

/// listOrderIncident: no source states a limit of its texts (D-59).
pub(super) fn list_by_page(
    query: &Query,
    by: String,
    offset: Offset,
    quirks: &Quirks,
) -> Parsed<Command> {
    let text = |name: &str| limited(query.one(name), usize::MAX);
    let time = |name: &str| time(query.one(name), offset, quirks);
    let labels = query.list("labelIdList");
    if labels.iter().any(|label| label.parse::<i32>().is_err()) {
        return Err(Malformed::Parameter);
    }
    let filter = TicketFilter {
        words: query.list("searchKey"),
        labels,
        text: text("appKey")?,
        id: text("incidentId")?,
        from: time("queryStartTime")?,
        to: time("queryEndTime")?,
        states: states(query.number("status", 0, 100)?, text("incidentStatus")?),
        owner: text("xCustomerId")?,
        owner_name: text("xCustomerName")?,
        product: text("productCategoryId")?.is_some() || text("businessTypeId")?.is_some(),
    };
    let page = query.number("pageNo", 1, 65_535)?.unwrap_or(1);
    let limit = query.number("pageSize", 1, 100)?.unwrap_or(10);
    Ok(Command::Tickets {
        by,
        group: text("groupId")?,
        filter,
        offset: page.saturating_sub(1).saturating_mul(limit),
        limit,
    })
}

/// One state as a number, or several as a text (D-58). What is no number is no state.
fn states(one: Option<usize>, several: Option<String>) -> Vec<i64> {
    let one = one.and_then(|state| i64::try_from(state).ok());
    let several = several.iter().flat_map(|text| text.split(','));
    let several = several.map(|state| state.trim().parse().unwrap_or(-1));
    one.into_iter().chain(several).collect()
}

fn time(text: Option<&str>, offset: Offset, quirks: &Quirks) -> Parsed<Option<jiff::Timestamp>> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => moment(text, offset, quirks.time_query)
            .map(Some)
            .ok_or(Malformed::Parameter),
    }
}
