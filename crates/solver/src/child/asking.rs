//! The parent's side: one solve in one child process, listened to and ended in time.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::listening::{Heard, Tail, listen};
use super::process::{Force, Process, in_words};
use super::protocol::{HELLO_TIME, Message, VERSION, Word, task_bytes};
use crate::backend::{Backend, Control, Effort, Ending, Glimpse, News, Stop};
use crate::scale::FloatModel;

/// The program to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The program, as a path or a name to look up.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The folder it runs in; that of this process without one.
    pub folder: Option<PathBuf>,
    /// What its environment has besides that of this process: names and values.
    pub environment: Vec<(OsString, OsString)>,
}

/// A backend that starts a process for each solve.
pub struct Child {
    name: String,
    launch: Launch,
    /// What is known of the solver behind it from the start.
    known_version: String,
    /// And by its last hello.
    version: Mutex<String>,
}

impl Child {
    /// A child that goes by `name`. `version` says who solves as far as that is known before it says hello.
    pub fn new(name: &str, launch: Launch, version: String) -> Self {
        Self { name: name.to_owned(), launch, known_version: version.clone(), version: Mutex::new(version) }
    }
}

impl Backend for Child {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> String {
        self.version.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn known_version(&self) -> String {
        self.known_version.clone()
    }

    fn solve(&self, model: &FloatModel, effort: &Effort<'_>, watch: &mut dyn FnMut(News<'_>) -> Control) -> Ending {
        let begun = Instant::now();
        match Line::open(&self.launch, model, effort) {
            Ok(line) => Conversation::new(self, line, model, effort, begun).hold(watch),
            Err(error) => {
                let program = self.launch.program.display();
                Ending::empty(Stop::Failed(format!("{}: failed to start {program}: {error}", self.name)))
            }
        }
    }
}

/// A process with its three pipes, each on a thread of its own.
struct Line {
    process: Process,
    /// Dropped, it closes the child's input: the request to stop.
    input: Option<Sender<()>>,
    heard: Receiver<Heard>,
    tail: Tail,
    tail_ended: Receiver<()>,
}

impl Line {
    fn open(launch: &Launch, model: &FloatModel, effort: &Effort<'_>) -> std::io::Result<Self> {
        let mut command = Command::new(&launch.program);
        command.args(&launch.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(launch.environment.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &launch.folder {
            command.current_dir(folder);
        }
        let mut process = Process::start(&mut command)?;
        let pipes = process.pipes();
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (pipes.stdin.take(), pipes.stdout.take(), pipes.stderr.take())
        else {
            return Err(std::io::Error::other("a pipe is missing"));
        };
        let task = task_bytes(model, effort);
        let (input, until) = channel::<()>();
        std::thread::spawn(move || {
            // A child that does not read is dealt with by what it says, or by the clock.
            let _ = stdin.write_all(&task).and_then(|()| stdin.flush());
            drop(task);
            // Nothing is ever sent; the wait ends when the other side is dropped.
            let _ = until.recv();
        });
        let heard = listen(stdout, model.columns.len());
        let (tail, tail_ended) = Tail::follow(stderr);
        Ok(Self { process, input: Some(input), heard, tail, tail_ended })
    }
}

/// How far the child has been told to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Solving,
    Asked,
    Terminated,
    Killed,
}

/// How long a child may take after it was asked to stop, and again after it was told to by a signal.
const PATIENCE: Duration = Duration::from_millis(100);

/// How long a child may take to end after its last message.
const FAREWELL: Duration = Duration::from_millis(100);

/// How often a watch is called while a child says nothing.
const TICK: Duration = Duration::from_millis(10);

struct Conversation<'a> {
    child: &'a Child,
    line: Line,
    model: &'a FloatModel,
    begun: Instant,
    phase: Phase,
    /// When the phase ends.
    until: Instant,
    has_hello: bool,
    glimpse: Glimpse,
    so_far: Ending,
}

/// How a conversation came to its end.
enum End {
    /// The child said so.
    Said(Stop),
    /// It broke the rules.
    Violated(String),
    /// It fell silent without a word.
    Silent,
}

impl<'a> Conversation<'a> {
    fn new(child: &'a Child, line: Line, model: &'a FloatModel, effort: &Effort<'_>, begun: Instant) -> Self {
        let best = effort.start.map(|start| objective(model, start));
        Self {
            child,
            line,
            model,
            begun,
            phase: Phase::Solving,
            until: begun + effort.time,
            has_hello: false,
            glimpse: Glimpse { best, ..Glimpse::default() },
            so_far: Ending::empty(Stop::Limit),
        }
    }

    fn hold(mut self, watch: &mut dyn FnMut(News<'_>) -> Control) -> Ending {
        let end = loop {
            let now = Instant::now();
            if now >= self.until && !self.next_phase() {
                break End::Silent;
            }
            if !self.has_hello && now >= self.begun + HELLO_TIME {
                break End::Violated(format!("it said no hello within {} s", HELLO_TIME.as_secs()));
            }
            let heard = self.line.heard.recv_timeout(TICK.min(self.until.saturating_duration_since(now)));
            let control = match heard {
                Ok(Heard::Message(message)) => match self.hear(message, watch) {
                    Ok(control) => control,
                    Err(end) => break end,
                },
                Ok(Heard::Violation(text)) => break End::Violated(text),
                // Once it is asked to stop, a message may be cut short by what we did to it.
                Ok(Heard::BrokenOff) if self.phase == Phase::Solving => {
                    break End::Violated("its output ends in the middle of a message".to_owned());
                }
                Ok(Heard::BrokenOff | Heard::Silence) | Err(RecvTimeoutError::Disconnected) => break End::Silent,
                Err(RecvTimeoutError::Timeout) => watch(News::Glimpse(self.glimpse)),
            };
            match control {
                Control::Stop if self.phase == Phase::Solving => {
                    self.next_phase();
                }
                Control::Abandon => {
                    self.phase = Phase::Killed;
                    break End::Silent;
                }
                Control::Yield => self.line.process.give_way(),
                Control::GoOn | Control::Stop => {}
            }
        };
        self.part(end)
    }

    /// Goes one step further in making the child stop. Whether there is one.
    fn next_phase(&mut self) -> bool {
        self.until = Instant::now() + PATIENCE;
        self.phase = match self.phase {
            Phase::Solving => {
                self.line.input = None;
                Phase::Asked
            }
            Phase::Asked => {
                self.line.process.force(Force::Terminate);
                Phase::Terminated
            }
            Phase::Terminated | Phase::Killed => {
                self.phase = Phase::Killed;
                return false;
            }
        };
        true
    }

    /// Takes one message.
    fn hear(&mut self, message: Message, watch: &mut dyn FnMut(News<'_>) -> Control) -> Result<Control, End> {
        match message {
            Message::Hello { protocol, name, version } if !self.has_hello => {
                if protocol != VERSION {
                    return Err(End::Violated(format!("it speaks protocol {protocol}, not {VERSION}")));
                }
                self.has_hello = true;
                let said = clean(format!("{name} {version}").trim());
                *self.child.version.lock().unwrap_or_else(PoisonError::into_inner) = said;
                Ok(Control::GoOn)
            }
            Message::Hello { .. } => Err(End::Violated("it said hello twice".to_owned())),
            _ if !self.has_hello => Err(End::Violated("its first message is no hello".to_owned())),
            Message::Point(values) => {
                let columns = self.model.columns.len();
                if values.len() != columns {
                    let text = format!("a point has {} values for {columns} columns", values.len());
                    return Err(End::Violated(text));
                }
                if values.iter().any(|value| !value.is_finite()) {
                    return Err(End::Violated("a point has a value that is not finite".to_owned()));
                }
                let value = objective(self.model, &values);
                self.glimpse.best = Some(self.glimpse.best.map_or(value, |best| best.max(value)));
                let control = watch(News::Point(&values));
                self.so_far.keep(values);
                Ok(control)
            }
            Message::Progress { bound, nodes } => {
                self.take(bound, nodes);
                Ok(watch(News::Glimpse(self.glimpse)))
            }
            Message::End { stop, bound, nodes, message } => {
                self.take(bound, nodes);
                Err(End::Said(match stop {
                    Word::Finished => Stop::Finished,
                    Word::Infeasible => Stop::Infeasible,
                    Word::Limit => Stop::Limit,
                    Word::Failed => Stop::Failed(clean(&message.unwrap_or_else(|| "it failed".to_owned()))),
                }))
            }
        }
    }

    fn take(&mut self, bound: Option<f64>, nodes: i64) {
        self.glimpse.bound = bound.filter(|bound| bound.is_finite()).or(self.glimpse.bound);
        self.glimpse.nodes = nodes.max(0);
    }

    /// Ends the process and says how it went. What was found before a failure stays; a bound of a child that failed
    /// is not believed.
    fn part(mut self, end: End) -> Ending {
        let grace = match (&end, self.phase) {
            (End::Violated(_), _) | (_, Phase::Killed) => Duration::ZERO,
            _ => FAREWELL,
        };
        self.line.input = None;
        let status = self.line.process.end(grace);
        let name = &self.child.name;
        let because = |what: String| {
            // What it said is complete when its pipe is closed, which a process that got away can delay.
            let _ = self.line.tail_ended.recv_timeout(FAREWELL);
            match self.line.tail.text() {
                Some(said) => format!("{name}: {what}; it said: {said}"),
                None => format!("{name}: {what}"),
            }
        };
        let stop = match end {
            End::Said(Stop::Failed(message)) => Stop::Failed(because(message)),
            End::Said(stop) => stop,
            End::Violated(text) => Stop::Failed(because(text)),
            End::Silent if self.phase != Phase::Solving => {
                tracing::info!(solver = name, phase = ?self.phase, "ended at its limit without a last word");
                Stop::Limit
            }
            End::Silent => Stop::Failed(because(match status {
                Ok(status) => in_words(status),
                Err(error) => format!("its end cannot be told: {error}"),
            })),
        };
        let bound = if matches!(stop, Stop::Failed(_)) { None } else { self.glimpse.bound };
        Ending { stop, bound, nodes: self.glimpse.nodes, ..self.so_far }
    }
}

/// The scaled objective of a point, computed here.
fn objective(model: &FloatModel, point: &[f64]) -> f64 {
    model.offset + model.columns.iter().zip(point).map(|(column, value)| column.objective * value).sum::<f64>()
}

/// How much of a child's text is told.
const TOLD: usize = 300;

/// A child's text without anything that could disturb whoever reads it.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TOLD).collect()
}
