//! One question: a line, or one of several.

use crate::{
    exit::Exit,
    failure::Failure,
    render::{self, Screen},
};
use std::io;

/// So many are shown at once.
const MOST: usize = 15;

/// What was typed.
pub(super) enum Typed {
    Text(String),
    /// One step back.
    Back,
}

/// Asks for a line.
pub(super) fn typed(question: &str) -> Result<Typed, Failure> {
    let line = render::question(question).map_err(|error| failed(&error))?;
    let line = line.ok_or_else(ended)?;
    Ok(match line.trim() {
        super::BACK => Typed::Back,
        text => Typed::Text(text.to_owned()),
    })
}

/// Nobody answers any more.
pub(super) fn ended() -> Failure {
    Failure::own(
        Exit::Failure,
        "the questions ended before the last one was answered",
        "Nothing was sent.",
    )
}

pub(super) fn failed(error: &io::Error) -> Failure {
    Failure::own(
        Exit::Failure,
        format!("the terminal cannot be used: {error}"),
        "Give all of it with options; `hwc-tickets ticket create --help` names them.",
    )
}

/// One that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    id: String,
    name: String,
    /// Another name.
    alias: String,
}

impl Choice {
    pub(super) fn new(id: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            alias: String::new(),
        }
    }

    /// The same with a short name.
    pub(super) fn or(mut self, alias: &str) -> Self {
        alias.clone_into(&mut self.alias);
        self
    }

    fn shown(&self) -> String {
        let Self { id, name, .. } = self;
        match id == name {
            true => name.clone(),
            // Called what it is: a number alone could be how many there are.
            false => format!("{name} (id {id})"),
        }
    }

    /// Whether the text is a part of it, in any case.
    fn has(&self, text: &str) -> bool {
        self.is_called(text) || is_part(text, &self.id)
    }

    /// Whether the text is a part of a name of it, in any case.
    fn is_called(&self, text: &str) -> bool {
        is_part(text, &self.name) || is_part(text, &self.alias)
    }
}

fn is_part(text: &str, word: &str) -> bool {
    word.to_lowercase().contains(&text.to_lowercase())
}

/// Several of which one is to be chosen.
#[derive(Debug)]
pub(super) struct Choices {
    title: String,
    items: Vec<Choice>,
    /// Whether these are all: else an id that is not among them is taken.
    is_whole: bool,
    is_optional: bool,
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chosen {
    One(String),
    Nothing,
    Back,
}

/// What a text leads to.
#[derive(Debug, PartialEq, Eq)]
enum Found<'a> {
    One(&'a Choice),
    /// Only these have it.
    Some(Vec<&'a Choice>),
    /// None has it, and it may be an id all the same.
    Id(String),
    None,
    /// It is a number, and no entry has it.
    NoNumber,
}

impl Choices {
    pub(super) fn new(title: &str, items: Vec<Choice>, is_whole: bool) -> Self {
        Self {
            title: title.to_owned(),
            items,
            is_whole,
            is_optional: false,
        }
    }

    /// None of them may be chosen as well.
    pub(super) fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// The name of one.
    pub(super) fn name(&self, id: &str) -> Option<&str> {
        let one = self.items.iter().find(|item| item.id == id)?;
        Some(&one.name)
    }

    /// Asks until one is chosen. `default` is the id of the one that Enter takes.
    pub(super) fn ask(&self, default: Option<&str>, screen: &Screen) -> Result<Chosen, Failure> {
        let default = self.items.iter().find(|it| Some(it.id.as_str()) == default);
        let hint = self.hint(default);
        let all: Vec<&Choice> = self.items.iter().collect();
        let mut shown = all.clone();
        loop {
            for (number, choice) in shown.iter().take(MOST).enumerate() {
                screen.say(&format!("  {:>2}  {}", number + 1, choice.shown()));
            }
            if shown.len() > MOST {
                let more = shown.len() - MOST;
                screen.say(&format!("      and {more} more: type a part of the name"));
            }
            let text = match typed(&format!("{}{hint}: ", self.title))? {
                Typed::Back => return Ok(Chosen::Back),
                Typed::Text(text) => text,
            };
            match (text.as_str(), default, self.is_optional) {
                ("", Some(default), _) => return Ok(Chosen::One(default.id.clone())),
                ("" | "-", _, true) => return Ok(Chosen::Nothing),
                ("", None, false) => {
                    shown = all.clone();
                    continue;
                }
                _ => {}
            }
            shown = match self.found(&text, &shown) {
                Found::One(one) => {
                    screen.say(&format!("  {}", one.shown()));
                    return Ok(Chosen::One(one.id.clone()));
                }
                Found::Id(id) => return Ok(Chosen::One(id)),
                Found::Some(some) => some,
                Found::NoNumber => {
                    screen.say(&format!("  There is no number {text}."));
                    continue;
                }
                Found::None => {
                    screen.say("  No name has this in it.");
                    all.clone()
                }
            };
        }
    }

    /// What Enter takes, as it stands behind the title.
    fn hint(&self, default: Option<&Choice>) -> String {
        let mut names = self.items.iter().map(|item| item.name.as_str());
        // Where one is called `none`, the word would mean that one.
        let nothing = match names.any(|name| name.eq_ignore_ascii_case("none")) {
            true => "not set",
            false => "none",
        };
        match (default, self.is_optional) {
            (Some(default), true) => format!(" [{}, - for {nothing}]", default.name),
            (Some(default), false) => format!(" [{}]", default.name),
            (None, true) => format!(" [{nothing}]"),
            (None, false) => String::new(),
        }
    }

    /// What was meant: a number of those that are shown, an id, or a part of a name.
    fn found<'a>(&'a self, text: &str, shown: &[&'a Choice]) -> Found<'a> {
        let number = text.parse::<usize>().ok();
        let number = number.and_then(|number| number.checked_sub(1));
        let number = number.filter(|number| *number < MOST);
        if let Some(one) = number.and_then(|number| shown.get(number).copied()) {
            return Found::One(one);
        }
        if let Some(one) = self.items.iter().find(|item| item.id == text) {
            return Found::One(one);
        }
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = |item: &&Choice| match is_number {
            // Digits are in many ids: a number that no entry has must not choose by one of them.
            true => item.is_called(text),
            false => item.has(text),
        };
        let some: Vec<&Choice> = self.items.iter().filter(fits).collect();
        match some.as_slice() {
            // Nor by a digit of a name: it is shown with its number first.
            [_] if is_number => Found::Some(some),
            [] if is_number && self.is_whole => Found::NoNumber,
            [one] => Found::One(one),
            [] if self.is_whole => Found::None,
            [] => Found::Id(text.to_owned()),
            _ => Found::Some(some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ids_and_parts_of_names() {
        let items = vec![
            Choice::new("0", "Elastic Cloud Server").or("ECS"),
            Choice::new("123", "云数据库"),
            Choice::new("77", "Elastic IP"),
        ];
        let mut choices = Choices::new("Product", items.clone(), true);
        let all: Vec<&Choice> = items.iter().collect();
        for (text, id) in [
            ("1", "0"),
            ("2", "123"),
            ("0", "0"),
            ("123", "123"),
            ("ecs", "0"),
            ("数据", "123"),
            ("IP", "77"),
        ] {
            match choices.found(text, &all) {
                Found::One(one) => assert_eq!(one.id, id, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        // Numbers are those of what is shown.
        let elastic = choices.found("elastic", &all);
        let Found::Some(elastic) = elastic else {
            panic!("{elastic:?}")
        };
        assert_eq!(elastic.len(), 2);
        let second = choices.found("2", &elastic);
        assert_eq!(second, Found::One(&items[2]));
        assert_eq!(choices.found("nothing", &all), Found::None);
        // A digit of an id is not a number of the list.
        for number in ["9", "7", "12", "99999999999999999999999"] {
            assert_eq!(choices.found(number, &all), Found::NoNumber, "{number}");
        }
        choices.is_whole = false;
        assert_eq!(choices.found("9", &all), Found::Id("9".to_owned()));
    }

    #[test]
    fn a_number_in_a_name_is_shown_and_not_chosen() {
        let items = vec![
            Choice::new("a", "Server 2019"),
            Choice::new("b", "Server 2022"),
        ];
        let choices = Choices::new("System", items.clone(), true);
        let all: Vec<&Choice> = items.iter().collect();
        assert_eq!(choices.found("2022", &all), Found::Some(vec![&items[1]]));
        assert_eq!(choices.found("20", &all), Found::Some(all.clone()));
    }

    #[test]
    fn what_enter_takes_is_told_apart_from_an_entry() {
        for (name, none, some) in [
            ("Minor", " [none]", " [Minor, - for none]"),
            ("None", " [not set]", " [None, - for not set]"),
        ] {
            let item = Choice::new("1", name);
            let choices = Choices::new("Impact", vec![item.clone()], true).optional();
            assert_eq!(choices.hint(None), none);
            assert_eq!(choices.hint(Some(&item)), some);
        }
    }
}
