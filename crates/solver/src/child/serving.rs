//! The child's side, for a library that is linked into this program: a task in, messages out.

use std::io::{self, BufReader, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::protocol::{Message, VERSION, Word, read_task};
use crate::backend::{Backend, Control, Effort, Glimpse, News, Stop};

/// How often a child says how it stands, at most.
const PROGRESS_EVERY: Duration = Duration::from_millis(50);

/// How long a solve may go on after it was asked to stop, where no parent is left to end it.
const ABANDONED: Duration = Duration::from_secs(2);

/// Solves one task with `library`: reads it from `input`, whose end is the request to stop, and writes messages to
/// `output`. It owns its process: a solve that goes on long after the request to stop ends it.
/// Errors: the task cannot be read, or nobody reads the messages.
pub fn serve(library: &dyn Backend, input: impl Read + Send + 'static, output: &mut dyn Write) -> io::Result<()> {
    let begun = Instant::now();
    let text = library.version();
    let (name, version) = text.split_once(' ').unwrap_or((&text, ""));
    say(output, &Message::Hello { protocol: VERSION, name: name.to_owned(), version: version.to_owned() })?;
    let mut input = BufReader::new(input);
    let task = read_task(&mut input)?;
    let stop = stop_at_the_end_of(input);
    let effort = Effort {
        time: task.time.saturating_sub(begun.elapsed()),
        gap_rel: task.gap_rel,
        threads: task.threads,
        seed: task.seed,
        start: task.start.as_deref(),
    };
    let mut speaker = Speaker { output, next: Instant::now(), said: Vec::new(), broken: None };
    let ending = library.solve(&task.model, &effort, &mut |news| {
        match news {
            News::Point(point) => speaker.point(point),
            News::Glimpse(glimpse) => speaker.progress(glimpse),
        }
        if stop.load(Ordering::Relaxed) || speaker.broken.is_some() { Control::Stop } else { Control::GoOn }
    });
    if let Some(last) = ending.points.last().filter(|last| **last != speaker.said) {
        speaker.point(last);
    }
    let (stop, message) = match ending.stop {
        Stop::Finished => (Word::Finished, None),
        Stop::Infeasible => (Word::Infeasible, None),
        Stop::Limit => (Word::Limit, None),
        Stop::Failed(message) => (Word::Failed, Some(message)),
    };
    speaker.say(&Message::End { stop, bound: ending.bound, nodes: ending.nodes, message });
    speaker.broken.map_or(Ok(()), Err)
}

/// A flag that is set when the rest of `input` ends.
fn stop_at_the_end_of(mut input: impl Read + Send + 'static) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    std::thread::spawn(move || {
        // However it ends, nobody is left to ask for more.
        let _ = io::copy(&mut input, &mut io::sink());
        flag.store(true, Ordering::Relaxed);
        std::thread::sleep(ABANDONED);
        std::process::exit(1);
    });
    stop
}

struct Speaker<'a> {
    output: &'a mut dyn Write,
    /// When it may say again how it stands.
    next: Instant,
    /// The last point it said.
    said: Vec<f64>,
    /// Why nothing can be said any more.
    broken: Option<io::Error>,
}

impl Speaker<'_> {
    fn point(&mut self, point: &[f64]) {
        self.said = point.to_vec();
        self.say(&Message::Point(point.to_vec()));
    }

    fn progress(&mut self, glimpse: Glimpse) {
        if Instant::now() >= self.next {
            self.next = Instant::now() + PROGRESS_EVERY;
            self.say(&Message::Progress { bound: glimpse.bound, nodes: glimpse.nodes });
        }
    }

    fn say(&mut self, message: &Message) {
        if self.broken.is_none() {
            self.broken = say(self.output, message).err();
        }
    }
}

fn say(output: &mut dyn Write, message: &Message) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}
