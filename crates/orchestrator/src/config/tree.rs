//! The text of a configuration as a tree of settings: what was written and where, every digit of it.
//!
//! YAML and JSON go through one parser, JSON being YAML's stricter sister. The parser turns numbers into
//! floats; the text of a number is therefore taken from the file itself, at the place the parser names.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use domain::place::At;
use domain::{Place, Problem, Setting, SettingValue};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Error, Location, Options, Spanned};

use super::codes::{BLANK, DUPLICATE_KEY, SYNTAX};

/// Reads `text`, the content of `file`: the tree, of a key stated twice only the first, and a problem for each
/// key that is. Errors: bad syntax, one problem, as what follows it cannot be trusted; or nothing at all.
pub(super) fn parse(file: &str, text: &str) -> Result<(Setting, Vec<Problem>), Problem> {
    let (setting, problems) = read(file, text)?;
    let refused = |code, message: String, hint| Err(Problem::error(code, Place::file(file), message, hint));
    match setting.value {
        SettingValue::Map(_) => Ok((setting, problems)),
        SettingValue::Empty => {
            refused(BLANK, "the configuration is empty".to_owned(), "`pb-assign init` writes a starting configuration")
        }
        _ => refused(
            SYNTAX,
            format!("the configuration is {}, not keys with values", shortened(&setting.noun())),
            "is this the right file? `pb-assign init` writes a starting configuration",
        ),
    }
}

/// Whether a text is well formed and neither keys with values nor empty: a table or a list.
pub(super) fn is_other(text: &str) -> bool {
    let is_other = |value: &SettingValue| !matches!(value, SettingValue::Map(_) | SettingValue::Empty);
    read("", text).is_ok_and(|(setting, _)| is_other(&setting.value))
}

/// The tree, whatever it is of.
fn read(file: &str, text: &str) -> Result<(Setting, Vec<Problem>), Problem> {
    let root: Spanned<Node> = serde_saphyr::from_str_with_options(text, options())
        .map_err(|error| syntax_problem(&Place::file(file), text, &error))?;
    let mut settler = Settler { file: Arc::from(file), text, problems: Vec::new() };
    let place = settler.place(root.referenced, "");
    let setting = settler.settle(root, place);
    Ok((setting, settler.problems))
}

/// The beginning of a text, where it may be a whole file.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A node as the parser sees it.
enum Node {
    Empty,
    /// A scalar whose text is to be read from the file: a number, `true`, `false`.
    Raw,
    Text(String),
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a setting")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Empty)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Empty)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Raw)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Raw)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Raw)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Raw)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Raw)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Raw)
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}

/// Turns nodes into settings: gives each its text and its path of keys, and finds keys stated twice.
struct Settler<'a> {
    file: Arc<str>,
    text: &'a str,
    problems: Vec<Problem>,
}

impl Settler<'_> {
    fn place(&self, location: Location, field: &str) -> Place {
        Place { file: self.file.clone(), at: position(location), field: Arc::from(field) }
    }

    fn settle(&mut self, node: Spanned<Node>, place: Place) -> Setting {
        let value = match node.value {
            Node::Empty => SettingValue::Empty,
            Node::Raw => SettingValue::Text(self.raw_text(node.defined).to_owned()),
            Node::Text(text) => SettingValue::Text(text),
            Node::List(items) => SettingValue::List(self.settle_list(items, &place)),
            Node::Map(entries) => SettingValue::Map(self.settle_map(entries, &place)),
        };
        Setting { place, value }
    }

    /// The items of a list; an item with an `id` is called by it, any other by its number.
    fn settle_list(&mut self, items: Vec<Spanned<Node>>, list: &Place) -> Vec<Setting> {
        let mut settings = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let field = match self.id_of(&item.value) {
                Some(id) => join(&list.field, &id),
                None => format!("{}[{index}]", list.field),
            };
            let place = self.place(item.referenced, &field);
            settings.push(self.settle(item, place));
        }
        settings
    }

    fn settle_map(&mut self, entries: Vec<(Spanned<String>, Spanned<Node>)>, map: &Place) -> Vec<(String, Setting)> {
        let mut settings: Vec<(String, Setting)> = Vec::with_capacity(entries.len());
        let mut seen = BTreeMap::new();
        for (key, node) in entries {
            let field = join(&map.field, &key.value);
            let key_place = self.place(key.referenced, &field);
            if let Some(first) = seen.get(&key.value) {
                let message = format!("\"{}\" is stated twice, first at {}", key.value, spot(first));
                self.problems.push(Problem::error(DUPLICATE_KEY, key_place, message, "keep one of them"));
                continue;
            }
            seen.insert(key.value.clone(), key_place.clone());
            // A scalar is where it is written; anything longer, or nothing at all, is where its key is.
            let place = match node.value {
                Node::Raw | Node::Text(_) => self.place(node.referenced, &field),
                Node::Empty | Node::List(_) | Node::Map(_) => key_place,
            };
            let setting = self.settle(node, place);
            settings.push((key.value, setting));
        }
        settings
    }

    fn id_of(&self, node: &Node) -> Option<String> {
        let Node::Map(entries) = node else { return None };
        let (_, id) = entries.iter().find(|(key, _)| key.value == "id")?;
        match &id.value {
            Node::Raw => Some(self.raw_text(id.defined).to_owned()),
            Node::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The text of a number, `true` or `false` as the file has it; a tag can make one of a quoted text.
    fn raw_text(&self, defined: Location) -> &str {
        let span = defined.span();
        let range = span.byte_offset().zip(span.byte_len()).and_then(|(offset, len)| {
            let start = usize::try_from(offset).ok()?;
            Some(start..start.checked_add(usize::try_from(len).ok()?)?)
        });
        let raw = range.and_then(|range| self.text.get(range)).map(str::trim);
        assert!(raw.is_some(), "the parser names the bytes of every scalar it reads from a text");
        let raw = raw.unwrap_or_default();
        ['"', '\''].iter().find_map(|quote| raw.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(raw)
    }
}

fn position(location: Location) -> At {
    let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    At::LineColumn(number(location.line()), number(location.column()))
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The line and column of a place in a file that the reader has in hand.
pub(super) fn spot(place: &Place) -> String {
    match place.at {
        At::LineColumn(line, column) => format!("line {line}, column {column}"),
        _ => place.to_string(),
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        // Repeated keys reach us, so that all of them are reported in one pass.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        // `.inf` reaches the check of shapes, which refuses it as it refuses any other text.
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        // Real configurations repeat a few blocks; each repetition costs memory here.
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 100_000 },
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

fn syntax_problem(file: &Place, text: &str, error: &Error) -> Problem {
    let error = error.without_snippet();
    let place = match error.location() {
        Some(location) if location.line() > 0 => Place { at: position(location), ..file.clone() },
        _ => file.clone(),
    };
    let (message, mut hint) = syntax_message(error);
    if let At::LineColumn(line, _) = place.at
        && text.lines().nth(line.saturating_sub(1) as usize).is_some_and(|line| line.contains("{as_of}"))
    {
        // The commonest way to get here: braces inside a mapping that is written in braces.
        hint = "put a path that holds {as_of} in quotes when it stands between braces";
    }
    Problem::error(SYNTAX, place, message, hint)
}

fn syntax_message(error: &Error) -> (String, &'static str) {
    const INDENT: &str = "check the indentation, quotes and brackets here and just above; indent with spaces";
    match error {
        Error::AliasError { error, .. } => syntax_message(error),
        Error::ExternalMessage { msg, .. } => (format!("not valid YAML or JSON: {msg}"), INDENT),
        Error::Eof { .. } => ("not valid YAML or JSON: the file ends too early".to_owned(), INDENT),
        Error::MultipleDocuments { .. } => {
            ("a second document starts here".to_owned(), "a configuration is one document: remove the line `---`")
        }
        Error::UnknownAnchor { .. } => {
            ("an alias without its anchor".to_owned(), "define it above as `&name`, or write the value itself")
        }
        Error::UnsupportedTag { tag, .. } => {
            (format!("the tag \"{tag}\" has no meaning here"), "remove the tag; quote the value to keep it as text")
        }
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::RecursiveReferencesRequireWeakTypes { .. } => (
            "more settings, deeper nesting or more aliases than a configuration may hold".to_owned(),
            "write values out instead of repeating them through aliases; values by security belong in a file of their own",
        ),
        Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            ("`<<` merges something that is not a mapping".to_owned(), "merge a mapping: `<<: *name`")
        }
        Error::NullIntoString { .. } => ("a key is empty".to_owned(), "write a key before the colon"),
        _ => ("not valid YAML or JSON".to_owned(), INDENT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(setting: &Setting) -> Vec<String> {
        match &setting.value {
            SettingValue::Map(entries) => entries.iter().flat_map(|(_, each)| lines(each)).collect(),
            SettingValue::List(items) => items.iter().flat_map(lines).collect(),
            _ => vec![format!("{} = {}", setting.place, setting.noun())],
        }
    }

    fn read(text: &str) -> String {
        match parse("desk.yaml", text) {
            Ok((setting, problems)) => lines(&setting)
                .into_iter()
                .chain(problems.iter().map(ToString::to_string))
                .collect::<Vec<_>>()
                .join("\n"),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn numbers_keep_every_digit_and_texts_lose_their_quotes() {
        let text = "a: 0.00012345678901234567890\nb: [1_000, .inf, 1:30, 0x10, 1e999, +1]\nc: [\"0.10\", '1', \"a\\\"b\"]\n\
                    d: [true, yes, !!int \"5\", 10s, 2026-11-20]\né: {é: 1.20, w: 3.0}\n";
        insta::assert_snapshot!(read(text), @r#"
        desk.yaml:1:4 a = "0.00012345678901234567890"
        desk.yaml:2:5 b[0] = "1_000"
        desk.yaml:2:12 b[1] = ".inf"
        desk.yaml:2:18 b[2] = "1:30"
        desk.yaml:2:24 b[3] = "0x10"
        desk.yaml:2:30 b[4] = "1e999"
        desk.yaml:2:37 b[5] = "+1"
        desk.yaml:3:5 c[0] = "0.10"
        desk.yaml:3:13 c[1] = "1"
        desk.yaml:3:18 c[2] = "a"b"
        desk.yaml:4:5 d[0] = "true"
        desk.yaml:4:11 d[1] = "yes"
        desk.yaml:4:22 d[2] = "5"
        desk.yaml:4:27 d[3] = "10s"
        desk.yaml:4:32 d[4] = "2026-11-20"
        desk.yaml:5:8 é.é = "1.20"
        desk.yaml:5:17 é.w = "3.0"
        "#);
    }

    #[test]
    fn aliases_and_merges_are_read_where_they_stand() {
        insta::assert_snapshot!(read("a: &x 1.50\nb: *x\nc: &m {x: 1.10, y: 2}\nd: {<<: *m, y: 3}\n"), @r#"
        desk.yaml:1:7 a = "1.50"
        desk.yaml:2:4 b = "1.50"
        desk.yaml:3:11 c.x = "1.10"
        desk.yaml:3:20 c.y = "2"
        desk.yaml:4:16 d.y = "3"
        desk.yaml:4:9 d.x = "1.10"
        "#);
    }

    #[test]
    fn items_are_called_by_their_id() {
        insta::assert_snapshot!(read("accounts:\n- {id: PB1, x: 1}\n- {id: 007, y: [1, ~]}\n- 5\nlast:\n"), @r#"
        desk.yaml:2:8 accounts.PB1.id = "PB1"
        desk.yaml:2:16 accounts.PB1.x = "1"
        desk.yaml:3:8 accounts.007.id = "007"
        desk.yaml:3:17 accounts.007.y[0] = "1"
        desk.yaml:3:20 accounts.007.y[1] = nothing
        desk.yaml:4:3 accounts[2] = "5"
        desk.yaml:5:1 last = nothing
        "#);
    }

    #[test]
    fn json_is_read_as_json() {
        insta::assert_snapshot!(read("{\n\t\"a\": \"\\ud83d\\ude00 \\/ \\u00e9\",\n\t\"b\": [1.10, null, true],\"c\":{\"d\":1}}"), @r#"
        desk.yaml:2:7 a = "😀 / é"
        desk.yaml:3:8 b[0] = "1.10"
        desk.yaml:3:14 b[1] = nothing
        desk.yaml:3:20 b[2] = "true"
        desk.yaml:3:35 c.d = "1"
        "#);
    }

    #[test]
    fn every_key_stated_twice_is_reported() {
        insta::assert_snapshot!(read("a: 1\na: 2\nb: {c: 1, c: 2, c: 3}\n"), @r#"
        desk.yaml:1:4 a = "1"
        desk.yaml:3:8 b.c = "1"
        desk.yaml:2:1 a: C007: "a" is stated twice, first at line 1, column 1
        hint: keep one of them
        desk.yaml:3:11 b.c: C007: "c" is stated twice, first at line 3, column 5
        hint: keep one of them
        desk.yaml:3:17 b.c: C007: "c" is stated twice, first at line 3, column 5
        hint: keep one of them
        "#);
    }

    #[test]
    fn bad_syntax_is_one_problem_in_plain_words() {
        let level = |name: char, of: char| format!("{name}: &{name} [{}]\n", format!("*{of},").repeat(9));
        let bomb: String = ('b'..='h').zip('a'..).map(|(name, of)| level(name, of)).collect();
        let bomb = format!("a: &a x\n{bomb}");
        let texts = [
            "a: [1, 2\nb: 3\n",
            "a: {path: in/{as_of}.csv}\n",
            "a: b: c\n",
            "a:\n\tb: 1\n",
            "a: 'open\n",
            "a: *nobody\n",
            "a: 1\n---\nb: 2\n",
            "a: !secret 5\n",
            ": 5\n",
            "? [a, b]\n: 1\n",
            "<<: 5\n",
            "&a [*a]\n",
            &bomb,
        ];
        insta::assert_snapshot!(texts.map(read).join("\n"), @r#"
        desk.yaml:2:2: C006: not valid YAML or JSON: illegal placement of ':' indicator
        hint: check the indentation, quotes and brackets here and just above; indent with spaces
        desk.yaml:1:14: C006: not valid YAML or JSON: while parsing a flow mapping, did not find expected ',' or '}'
        hint: put a path that holds {as_of} in quotes when it stands between braces
        desk.yaml:1:5: C006: not valid YAML or JSON: mapping values are not allowed in this context
        hint: check the indentation, quotes and brackets here and just above; indent with spaces
        desk.yaml:2:2: C006: not valid YAML or JSON: tabs disallowed within this context (block indentation)
        hint: check the indentation, quotes and brackets here and just above; indent with spaces
        desk.yaml:1:4: C006: not valid YAML or JSON: unclosed quote
        hint: check the indentation, quotes and brackets here and just above; indent with spaces
        desk.yaml:1:4: C006: an alias without its anchor
        hint: define it above as `&name`, or write the value itself
        desk.yaml:3:1: C006: a second document starts here
        hint: a configuration is one document: remove the line `---`
        desk.yaml:1:12: C006: the tag "!secret" has no meaning here
        hint: remove the tag; quote the value to keep it as text
        desk.yaml:1:1: C006: a key is empty
        hint: write a key before the colon
        desk.yaml:1:3: C006: not valid YAML or JSON
        hint: check the indentation, quotes and brackets here and just above; indent with spaces
        desk.yaml:1:5: C006: `<<` merges something that is not a mapping
        hint: merge a mapping: `<<: *name`
        desk.yaml:1:5: C006: more settings, deeper nesting or more aliases than a configuration may hold
        hint: write values out instead of repeating them through aliases; values by security belong in a file of their own
        desk.yaml:7:8: C006: more settings, deeper nesting or more aliases than a configuration may hold
        hint: write values out instead of repeating them through aliases; values by security belong in a file of their own
        "#);
    }
}
