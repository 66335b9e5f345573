//! Calling progenitor so that nothing it does to its input reaches the user as a panic.

use crate::{
    problem::{Place, Problem, Result},
    spec::LOWERED,
};
use std::{panic, sync::Once, thread};

/// The thread whose panics are reported as problems.
const THREAD: &str = "generator";

/// The structs of the lowered description.
///
/// # Errors
/// The generator refuses the document or panics on it.
pub fn generate(lowered: &str) -> Result<Vec<syn::ItemStruct>> {
    let document: openapiv3::OpenAPI = serde_json::from_str(lowered).map_err(|error| {
        Problem::at(
            Place::file(LOWERED),
            format!("the lowered description is not OpenAPI 3.0: {error}"),
            "run `cargo xtask spec lint`; if it passes, a correction in xtask/src/spec/lower.rs is at fault",
        )
    })?;
    silence_generator_panics();
    let generated = thread::Builder::new()
        .name(THREAD.to_owned())
        // Deep schemas recurse; the default of a thread is a quarter of the main one's.
        .stack_size(16 << 20)
        .spawn(move || run(&document))
        .map_err(|error| {
            Problem::general(
                format!("no thread for the generator: {error}"),
                "free some memory",
            )
        })?
        .join();
    let text = match generated {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => return Err(refused(&error)),
        Err(panic) => return Err(refused(&panic_text(&*panic))),
    };
    let file: syn::File = syn::parse_str(&text)
        .map_err(|error| refused(&format!("its output does not parse: {error}")))?;
    structs(file)
}

/// What of the output is used: the structs. There is nothing else to use, but for a type that this project does not know.
fn structs(file: syn::File) -> Result<Vec<syn::ItemStruct>> {
    let types = file.items.into_iter().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => Some(module.content?.1),
        _ => None,
    });
    let types = types.ok_or_else(|| refused("its output has no module `types`"))?;
    let mut structs = Vec::new();
    for item in types {
        match item {
            syn::Item::Struct(item) => structs.push(item),
            syn::Item::Enum(item) => {
                return Err(refused(&format!(
                    "`{}` would be an enum, and answers with closed choices do not decode what is new",
                    item.ident
                )));
            }
            _ => {}
        }
    }
    Ok(structs)
}

fn refused(why: &str) -> crate::problem::Problems {
    Problem::at(
        Place::file(LOWERED),
        format!("the generator refuses the lowered description: {why}"),
        "look at what changed last in spec/openapi.yaml; add a correction to xtask/src/spec/lower.rs if the generator cannot express it",
    )
    .into()
}

/// The tokens as text: they cannot leave the thread themselves.
fn run(document: &openapiv3::OpenAPI) -> std::result::Result<String, String> {
    let mut settings = progenitor::GenerationSettings::new();
    settings
        .with_interface(progenitor::InterfaceStyle::Positional)
        .with_derive("PartialEq");
    progenitor::Generator::new(&settings)
        .generate_tokens(document)
        .map(|tokens| tokens.to_string())
        .map_err(|error| error.to_string())
}

/// Keeps the default message of a panic in the generator's thread off the terminal.
fn silence_generator_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() != Some(THREAD) {
                usual(info);
            }
        }));
    });
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it panicked without a message")
        .to_owned()
}
