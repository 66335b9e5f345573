//! What a service, or a browser on the way, may make of a text.

/// One way of it. Written without the libraries the client uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Alteration {
    #[default]
    None,
    /// Letters and accents apart.
    Decomposed,
    /// Letters and accents in one.
    Composed,
    /// Wide forms made narrow.
    Narrowed,
    BlanksAtLineEndsCut,
    BlanksDoubled,
    BlanksJoined,
    TabsForBlanks,
    NoBreakSpaces,
    IdeographicSpaces,
    ZeroWidthPutIn,
    ZeroWidthTakenOut,
    LinesAsBreaks,
    LinesAsBlanks,
    LinesJoined,
    Paragraphs,
    TypographicQuotes,
    PlainQuotes,
    NumbersMasked,
    SignatureAdded,
    TagsTakenOut,
    Capitals,
}

impl Alteration {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::None,
        Self::Decomposed,
        Self::Composed,
        Self::Narrowed,
        Self::BlanksAtLineEndsCut,
        Self::BlanksDoubled,
        Self::BlanksJoined,
        Self::TabsForBlanks,
        Self::NoBreakSpaces,
        Self::IdeographicSpaces,
        Self::ZeroWidthPutIn,
        Self::ZeroWidthTakenOut,
        Self::LinesAsBreaks,
        Self::LinesAsBlanks,
        Self::LinesJoined,
        Self::Paragraphs,
        Self::TypographicQuotes,
        Self::PlainQuotes,
        Self::NumbersMasked,
        Self::SignatureAdded,
        Self::TagsTakenOut,
        Self::Capitals,
    ];

    /// Whether the words can be recognised afterwards.
    pub fn keeps_words(self) -> bool {
        !matches!(
            self,
            Self::LinesJoined
                | Self::NumbersMasked
                | Self::SignatureAdded
                | Self::TagsTakenOut
                | Self::Capitals
        )
    }

    pub fn apply(self, text: &str) -> String {
        let lines = || text.split('\n');
        match self {
            Self::None => text.to_owned(),
            Self::Decomposed => text.replace('é', "e\u{301}").replace('ü', "u\u{308}"),
            Self::Composed => text.replace("e\u{301}", "é").replace("u\u{308}", "ü"),
            Self::Narrowed => text
                .replace('Ａ', "A")
                .replace('１', "1")
                .replace('（', "(")
                .replace('）', ")"),
            Self::BlanksAtLineEndsCut => lines().map(str::trim_end).collect::<Vec<_>>().join("\n"),
            Self::BlanksDoubled => text.replace(' ', "  "),
            Self::BlanksJoined => {
                let mut text = text.to_owned();
                while text.contains("  ") {
                    text = text.replace("  ", " ");
                }
                text
            }
            Self::TabsForBlanks => text.replace(' ', "\t"),
            Self::NoBreakSpaces => text.replace(' ', "\u{a0}"),
            Self::IdeographicSpaces => text.replace(' ', "\u{3000}"),
            Self::ZeroWidthPutIn => text.replace('e', "e\u{200b}"),
            Self::ZeroWidthTakenOut => text.replace(['\u{200b}', '\u{feff}', '\u{200d}'], ""),
            Self::LinesAsBreaks => text.replace('\n', "<br/>"),
            Self::LinesAsBlanks => text.replace('\n', " "),
            Self::LinesJoined => text.replace('\n', ""),
            Self::Paragraphs => lines().map(|line| format!("<p>{line}</p>")).collect(),
            Self::TypographicQuotes => text.replace('"', "\u{201d}").replace('\'', "\u{2019}"),
            Self::PlainQuotes => text
                .replace(['\u{201c}', '\u{201d}'], "\"")
                .replace('\u{2019}', "'"),
            Self::NumbersMasked => text.replace(|c: char| c.is_ascii_digit(), "*"),
            Self::SignatureAdded => format!("{text}\n-- \nsent from the console"),
            Self::TagsTakenOut => {
                let mut inside = false;
                let mut text = text.to_owned();
                text.retain(|c| {
                    inside = (inside || c == '<') && c != '>';
                    !inside && c != '>'
                });
                text
            }
            Self::Capitals => text.to_uppercase(),
        }
    }
}
