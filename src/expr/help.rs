//! What a user reads of a function: how it is called, what it means, and an example, which is a test.
//!
//! Query road only. `corelane functions`, SHOW FUNCTIONS, hints and `tests/it/functions.rs` are made of it. The types see to it that nothing is
//! left out: only `function(name, signature, meaning).example(sql, result)` makes a `Help`.

/// What a user reads of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Help {
    /// Upper-case name.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// A short sentence without its full stop.
    pub meaning: &'static str,
    /// A call, or a query with one.
    pub example: &'static str,
    /// What the example gives as `print` shows it, several values with `, ` between them, and several rows in lines.
    pub result: &'static str,
    signature: &'static str,
}

/// All but the example.
pub struct Unshown(Help);

/// A function of this upper-case name. The signature is what stands behind the name, or all of a call, if the name is in it.
pub const fn function(name: &'static str, signature: &'static str, meaning: &'static str) -> Unshown {
    Unshown(Help { name, aliases: &[], signature, meaning, example: "", result: "" })
}

impl Unshown {
    /// With an example.
    pub const fn example(self, example: &'static str, result: &'static str) -> Help {
        Help { example, result, ..self.0 }
    }
}

impl Help {
    /// The same under more names.
    #[must_use]
    pub const fn also(self, aliases: &'static [&'static str]) -> Help {
        Help { aliases, ..self }
    }

    /// How it is called.
    pub fn signature(&self) -> String {
        let name = if self.signature.contains(self.name) { "" } else { self.name };
        format!("{name}{}", self.signature)
    }

    /// Its name and its aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// Whether it has this name, ignoring case.
    pub fn is_called(&self, name: &str) -> bool {
        self.names().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// What functions are about, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Conditions and NULLs.
    Condition,
    /// Types and conversions.
    Type,
    /// Numbers.
    Number,
    /// Text.
    Text,
    /// Bytes and digests.
    Bytes,
    /// Sets of integers.
    Bitmap,
    /// Times.
    Time,
    /// Arrays, maps and rows.
    Nested,
    /// JSON.
    Json,
    /// Aggregates.
    Aggregate,
    /// Functions with OVER.
    Over,
    /// Windows of time.
    Window,
    /// Functions in FROM.
    Table,
    /// What is read of a match in MATCH_RECOGNIZE.
    Match,
    /// What is known of the job.
    Job,
}

impl Family {
    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Family::Condition => "Conditions",
            Family::Type => "Types",
            Family::Number => "Numbers",
            Family::Text => "Text",
            Family::Bytes => "Bytes and digests",
            Family::Bitmap => "Bitmaps",
            Family::Time => "Date and time",
            Family::Nested => "Arrays, maps and rows",
            Family::Json => "JSON",
            Family::Aggregate => "Aggregates",
            Family::Over => "OVER",
            Family::Window => "Windows",
            Family::Table => "Tables",
            Family::Match => "Patterns of rows",
            Family::Job => "The job",
        }
    }
}
