//! What comes from a child, read with bounded memory and believed only as far as its form.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::protocol::{MOST_BYTES, Message, longest_message};

/// What was heard.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// A message that has the right form.
    Message(Message),
    /// Something that breaks the rules; nothing after it is listened to.
    Violation(String),
    /// The end of everything it says.
    Silence,
    /// Its end in the middle of a message.
    BrokenOff,
}

/// Messages that wait to be dealt with, at most: with the one that is read, what is held of a child that talks faster
/// than we listen.
const WAITING: usize = 2;

/// Listens on a thread of its own. Columns are those of the model that is talked about.
pub(super) fn listen(output: impl Read + Send + 'static, columns: usize) -> Receiver<Heard> {
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::spawn(move || hear(BufReader::new(output), longest_message(columns), MOST_BYTES, &sender));
    receiver
}

fn hear(mut output: impl BufRead, longest: usize, most: usize, sender: &SyncSender<Heard>) {
    let mut all = 0;
    loop {
        let mut line = Vec::new();
        // One byte more than allowed is enough to know.
        let read = output.by_ref().take(longest as u64 + 1).read_until(b'\n', &mut line);
        all += line.len();
        let heard = match read {
            Err(error) => Heard::Violation(format!("its output cannot be read: {error}")),
            Ok(_) if line.len() > longest => Heard::Violation(format!("a message has more than {longest} bytes")),
            Ok(_) if all > most => Heard::Violation(format!("its messages have more than {most} bytes")),
            Ok(0) => Heard::Silence,
            Ok(_) if line.last() != Some(&b'\n') => Heard::BrokenOff,
            Ok(_) => match serde_json::from_slice(&line) {
                Ok(message) => Heard::Message(message),
                Err(error) => Heard::Violation(format!("{} is no message: {error}", shown(&line))),
            },
        };
        let is_last = !matches!(heard, Heard::Message(_));
        // Nobody listens any more: the process is on its way out.
        if sender.send(heard).is_err() || is_last {
            return;
        }
    }
}

/// How much of a line is shown.
const SHOWN: usize = 60;

/// The beginning of a line, for a message.
fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    let start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() { format!("{start:?}…") } else { format!("{start:?}") }
}

/// The last bytes of what a child says for people.
#[derive(Clone, Default)]
pub(super) struct Tail(Arc<Mutex<Vec<u8>>>);

/// How many bytes of it are kept, and how many lines of those are told.
const TAIL_BYTES: usize = 4096;
const TAIL_LINES: usize = 3;

impl Tail {
    /// Follows it on a thread of its own; what is received when it ends says so.
    pub(super) fn follow(mut errors: impl Read + Send + 'static) -> (Self, Receiver<()>) {
        let tail = Self::default();
        let kept = tail.clone();
        let (done, ended) = sync_channel(1);
        std::thread::spawn(move || {
            let mut chunk = [0; TAIL_BYTES];
            while let Ok(count @ 1..) = errors.read(&mut chunk) {
                kept.add(&chunk[..count]);
            }
            let _ = done.send(());
        });
        (tail, ended)
    }

    fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        let surplus = kept.len().saturating_sub(TAIL_BYTES);
        kept.drain(..surplus);
    }

    /// The last lines, as one; nothing where it said nothing.
    pub(super) fn text(&self) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let printable = |line: &str| line.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned();
        let lines: Vec<String> = text.lines().map(printable).filter(|line| !line.is_empty()).collect();
        (!lines.is_empty()).then(|| lines[lines.len().saturating_sub(TAIL_LINES)..].join(" | "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything heard of an output, with messages of at most 100 bytes and at most 300 bytes in all.
    fn heard(output: &[u8]) -> Vec<Heard> {
        let (sender, receiver) = sync_channel(100);
        hear(output, 100, 300, &sender);
        drop(sender);
        receiver.iter().collect()
    }

    fn violation(output: &[u8]) -> String {
        match heard(output).pop() {
            Some(Heard::Violation(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    const PROGRESS: &str = "{\"progress\":{\"bound\":null,\"nodes\":1,\"more\":2}}\n";

    #[test]
    fn messages_are_heard_in_order_and_keys_that_are_not_known_left_alone() {
        let progress = || Heard::Message(Message::Progress { bound: None, nodes: 1 });
        let point = Heard::Message(Message::Point(vec![0.0, 0.5]));
        let output = format!("{PROGRESS}{{\"point\": [0, 5e-1]}}\n{PROGRESS}");
        assert_eq!(heard(output.as_bytes()), [progress(), point, progress(), Heard::Silence]);
    }

    #[test]
    fn what_breaks_the_rules_is_the_last_that_is_heard() {
        for not_a_number in ["NaN", "Infinity", "-Infinity", "1e999", "null"] {
            let text = violation(format!("{{\"point\":[{not_a_number}]}}\n{PROGRESS}").as_bytes());
            assert!(text.contains("is no message"), "{text}");
        }
        assert!(violation(b"Set parameter Username\n").starts_with("\"Set parameter Username\" is no message: "));
        assert!(violation(b"\xff\xfe\n").contains("is no message"));
        assert_eq!(heard(b"{\"point\":[0,"), [Heard::BrokenOff]);
        assert_eq!(violation(&[b'['; 1000]), "a message has more than 100 bytes");
        assert_eq!(violation(PROGRESS.repeat(50).as_bytes()), "its messages have more than 300 bytes");
    }

    #[test]
    fn of_what_is_said_for_people_the_last_lines_are_told() {
        let tail = Tail::default();
        assert_eq!(tail.text(), None);
        tail.add(&[b'x'; 3 * TAIL_BYTES]);
        tail.add(b"\none\n\ntwo\x1b[1m\nthree\n");
        assert_eq!(tail.text().as_deref(), Some("one | two[1m | three"));
        assert!(tail.0.lock().unwrap().len() <= TAIL_BYTES);
    }
}
