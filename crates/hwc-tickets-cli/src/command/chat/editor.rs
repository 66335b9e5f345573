//! The editor of the user, for long texts.

use std::path::Path;
use tokio::process::Command;

/// Variables that name it, the first that is set wins.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];

/// Lets the user edit a file; comes back when the editor ends.
///
/// # Errors
/// In words: there is no editor, it does not start, or it says that it failed.
pub(super) async fn edit(file: &Path) -> Result<(), String> {
    let set = VARIABLES
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.trim().is_empty());
    let words = words(set.as_deref())?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(NONE.to_owned());
    };
    let ended = Command::new(program)
        .args(arguments)
        .arg(file)
        .status()
        .await;
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!(
            "The editor {program} failed ({status}); the text is as it was."
        )),
        Err(error) => Err(format!("The editor {program} does not start: {error}")),
    }
}

const NONE: &str = "No editor is set. Set EDITOR, for example EDITOR=nano.";

/// The words of the command, as a shell splits them; no shell runs it.
fn words(set: Option<&str>) -> Result<Vec<String>, String> {
    let set = set.ok_or_else(|| NONE.to_owned())?;
    shell_words::split(set)
        .map_err(|error| format!("The command of the editor has no reading: {error}"))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn commands() {
        for (set, wanted) in [
            (Some("nano"), Some(&["nano"][..])),
            (Some("code --wait"), Some(&["code", "--wait"][..])),
            (
                Some("'/opt/my editor/e' -w"),
                Some(&["/opt/my editor/e", "-w"][..]),
            ),
            (Some("'open"), None),
            (None, None),
        ] {
            let words = words(set).ok();
            let words: Option<Vec<&str>> = words
                .as_ref()
                .map(|words| words.iter().map(String::as_str).collect());
            assert_eq!(words.as_deref(), wanted, "{set:?}");
        }
    }
}
