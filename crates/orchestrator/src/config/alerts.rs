//! Who is told of what a run finds, and what other programs can watch.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::shape::UNKNOWN_KEY;
use domain::{Decimal, Problem, Setting};
use monitor::alerts::channel::{self, Address, Service};
use monitor::alerts::{Channel, Secret, kind};

use super::codes::{CHANNEL, OUT_OF_RANGE, PLACEHOLDER, SECRET};
use super::keys::{configuration, input_names};
use super::read::{at, check_name, decimal_at, duration_ms_at, refuse, text_at};

/// Who is told of what a run finds, and what other programs can watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// What the desk is called.
    pub desk: String,
    /// Where alerts go.
    pub channels: Vec<Channel>,
    /// The published gap above which there is an alert.
    pub gap_above: Option<Decimal>,
    /// By what share of what was told last a number has to grow to be told again.
    pub worse_by: Decimal,
    /// How old a file may be, in milliseconds, by its name in the configuration.
    pub stale_after_ms: BTreeMap<&'static str, u64>,
    /// The file of metrics for Prometheus.
    pub prometheus: Option<PathBuf>,
}

/// The most that one try of a channel may take.
const MOST_TIMEOUT_MS: u64 = 60_000;

/// A channel's `timeout` where none is stated.
const TIMEOUT_MS: u64 = 5_000;

impl Watch {
    /// Nobody is told, for a configuration at `path` that says nothing.
    pub fn nobody(path: &Path) -> Self {
        Self {
            desk: file_stem(path),
            channels: Vec::new(),
            gap_above: None,
            worse_by: Decimal::ZERO,
            stale_after_ms: BTreeMap::new(),
            prometheus: None,
        }
    }

    /// The same, with nobody told of anything.
    pub fn muted(self) -> Self {
        Self { channels: Vec::new(), prometheus: None, ..self }
    }
}

/// The name of a file without its end: what a desk is called that has no name.
pub fn file_stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The settings under `desk`, `alerts` and `monitoring` of the configuration at `path`, whose paths are relative to `folder`.
pub(super) fn watch(tree: &Setting, path: &Path, folder: &Path, problems: &mut Vec<Problem>) -> Watch {
    let name = text_at(tree, &["desk"]).map(str::to_owned);
    if let Some((setting, name)) = at(tree, &["desk"]).zip(name.as_ref()) {
        check_name(name, &setting.place, problems);
    }
    Watch {
        desk: name.unwrap_or_else(|| file_stem(path)),
        channels: channels(tree, folder, problems),
        gap_above: not_negative(tree, &["alerts", "gap_above"], problems),
        worse_by: not_negative(tree, &["alerts", "worse_by"], problems).unwrap_or_default(),
        stale_after_ms: stale_after(tree),
        prometheus: prometheus(tree, folder, problems),
    }
}

/// The same, of a configuration whose other parts may be wrong; nothing where this part is.
pub(super) fn watch_alone(tree: &Setting, path: &Path) -> Option<Watch> {
    const PARTS: [&str; 3] = ["desk", "alerts", "monitoring"];
    let mut problems = configuration().check(tree);
    problems.retain(|problem| {
        let key = problem.place.field.split(['.', '[']).next().unwrap_or_default();
        PARTS.contains(&key)
    });
    let watch = watch(tree, path, path.parent().unwrap_or(Path::new("")), &mut problems);
    (!problems.iter().any(Problem::is_error)).then_some(watch)
}

/// Whether a configuration may be kept that was refused: in one whose keys are not what they should be, a secret may stand
/// anywhere.
pub(super) fn may_be_kept(tree: &Setting, path: &Path) -> bool {
    let is_unknown = |problem: &Problem| problem.code == UNKNOWN_KEY;
    !configuration().check(tree).iter().any(is_unknown) && watch_alone(tree, path).is_some()
}

fn not_negative(tree: &Setting, path: &[&str], problems: &mut Vec<Problem>) -> Option<Decimal> {
    let (setting, number) = at(tree, path).zip(decimal_at(tree, path))?;
    if number < Decimal::ZERO {
        let hint = "write a fraction, 0 or above: 0.01 is one percent";
        problems.push(refuse(OUT_OF_RANGE, setting, format!("{number} is below 0"), hint));
    }
    Some(number)
}

fn stale_after(tree: &Setting) -> BTreeMap<&'static str, u64> {
    const PATH: [&str; 2] = ["alerts", "stale_after"];
    let for_all = duration_ms_at(tree, &PATH);
    input_names()
        .filter_map(|name| Some((name, for_all.or_else(|| duration_ms_at(at(tree, &PATH)?, &[name]))?)))
        .collect()
}

fn prometheus(tree: &Setting, folder: &Path, problems: &mut Vec<Problem>) -> Option<PathBuf> {
    let (setting, text) = at(tree, &["monitoring", "prometheus"]).zip(text_at(tree, &["monitoring", "prometheus"]))?;
    if text.contains(['{', '}']) {
        let hint = "name one file: it is written anew after every run";
        problems.push(refuse(PLACEHOLDER, setting, "the file of metrics holds a placeholder".to_owned(), hint));
    } else if Path::new(text).extension().is_none_or(|end| end != "prom") {
        let hint = "let its name end with .prom: the textfile collector reads no others";
        problems.push(refuse(OUT_OF_RANGE, setting, format!("\"{text}\" is no file of metrics"), hint));
    }
    Some(folder.join(text))
}

fn channels(tree: &Setting, folder: &Path, problems: &mut Vec<Problem>) -> Vec<Channel> {
    let Some(list) = at(tree, &["alerts", "channels"]) else { return Vec::new() };
    let mut channels: Vec<Channel> = Vec::new();
    for item in list.items() {
        let Some(channel) = channel(item, folder, problems) else { continue };
        if channels.iter().any(|other| other.name == channel.name) {
            let message = format!("there are two channels named {}", channel.name);
            problems.push(refuse(CHANNEL, item, message, "give each channel a name of its own"));
        }
        channels.push(channel);
    }
    channels
}

/// The settings that are a service's own.
const OWN: [&str; 5] = ["url", "token", "routing_key", "command", "path"];

fn channel(item: &Setting, folder: &Path, problems: &mut Vec<Problem>) -> Option<Channel> {
    let (name_at, name) = at(item, &["name"]).zip(text_at(item, &["name"]))?;
    check_name(name, &name_at.place, problems);
    let service = text_at(item, &["service"]).and_then(channel::named)?;
    check_settings(item, service, problems);
    let timeout_ms = duration_ms_at(item, &["timeout"]).unwrap_or(TIMEOUT_MS);
    if let Some(setting) = at(item, &["timeout"]).filter(|_| timeout_ms > MOST_TIMEOUT_MS) {
        let message = "a run would wait too long for a channel".to_owned();
        problems.push(refuse(OUT_OF_RANGE, setting, message, "write a minute at most"));
    }
    let texts = |key: &str| -> Vec<&str> {
        at(item, &[key]).map_or(&[][..], Setting::items).iter().filter_map(Setting::text).collect()
    };
    Some(Channel {
        name: name.to_owned(),
        service,
        url: url(item, service, folder, problems),
        token: secret(item, "token", folder, problems),
        routing_key: secret(item, "routing_key", folder, problems),
        command: texts("command").into_iter().map(str::to_owned).collect(),
        path: text_at(item, &["path"]).map(|path| folder.join(path)),
        folder: folder.to_owned(),
        kinds: texts("kinds").into_iter().filter_map(|word| kind::named(word.trim())).collect(),
        timeout: Duration::from_millis(timeout_ms),
    })
}

/// Reports settings that the service needs and does not have, and those that it knows nothing about.
fn check_settings(item: &Setting, service: &Service, problems: &mut Vec<Problem>) {
    let is_there = |key: &str| at(item, &[key]).is_some_and(|setting| key != "command" || !setting.items().is_empty());
    for key in service.needs.iter().filter(|key| !is_there(key)) {
        let message = format!("a channel of {} needs \"{key}\"", service.name);
        problems.push(refuse(
            CHANNEL,
            item,
            message,
            format!("add `{key}`: docs/alerts.md has an example of each channel"),
        ));
    }
    let is_known = |key: &str| service.needs.contains(&key) || service.takes.contains(&key);
    for key in OWN.into_iter().filter(|key| !is_known(key)) {
        if let Some(setting) = at(item, &[key]) {
            let message = format!("a channel of {} has no \"{key}\"", service.name);
            problems.push(refuse(CHANNEL, setting, message, "remove it, or name the service that it belongs to"));
        }
    }
}

fn url(item: &Setting, service: &Service, folder: &Path, problems: &mut Vec<Problem>) -> Option<Address> {
    let setting = at(item, &["url"])?;
    let Some(text) = setting.text().map(str::trim) else {
        return secret(item, "url", folder, problems).map(Address::Secret);
    };
    let is_secret = service.name == "slack" || text.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
    if is_secret {
        // What stands there is not repeated.
        let message = "this address is a secret, and the configuration is kept and shown".to_owned();
        problems.push(refuse(
            SECRET,
            setting,
            message,
            "write `{ env: NAME }` or `{ file: PATH }`, where the address is",
        ));
    } else if !text.starts_with("http://") && !text.starts_with("https://") {
        let message = "this is no address".to_owned();
        problems.push(refuse(OUT_OF_RANGE, setting, message, "write one that begins with https:// or http://"));
    }
    Some(Address::Open(text.to_owned()))
}

/// Where a secret is.
fn secret(item: &Setting, key: &str, folder: &Path, problems: &mut Vec<Problem>) -> Option<Secret> {
    let setting = at(item, &[key])?;
    match (text_at(setting, &["env"]), text_at(setting, &["file"])) {
        (Some(name), None) => Some(Secret::Environment(name.to_owned())),
        (None, Some(path)) => Some(Secret::File(folder.join(path))),
        _ => {
            let message = format!("\"{key}\" says not where the secret is, or says it twice");
            problems.push(refuse(SECRET, setting, message, "write `{ env: NAME }` or `{ file: PATH }`"));
            None
        }
    }
}
