//! The same verbs in a program without a runtime. Needs the feature `blocking`.

pub(crate) fn without_async() -> hwc_tickets::Result<()> {
    let ticket = hwc_tickets::blocking::Client::from_env()?.ticket("case-123")?;
    ticket.submit("Hello from a script")?;
    for message in ticket.history()? {
        println!("{}", message?.content);
    }
    Ok(())
}
