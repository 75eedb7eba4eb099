//! A service on this machine that answers as it is told to, and remembers what it was sent.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How it answers a request.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// With this status.
    Status(u16),
    /// Not at all.
    Never,
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `POST /path HTTP/1.1`.
    pub(crate) line: String,
    /// The headers, in small letters.
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
    /// What it was answered with; nothing where it was not answered.
    pub(crate) status: Option<u16>,
}

/// The service.
pub(crate) struct Receiver {
    pub(crate) address: String,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Receiver {
    /// One that gives these answers in turn, and the last of them from then on.
    pub(crate) fn answering(answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(answers.iter().copied().collect::<VecDeque<_>>()));
        let (noted, given) = (Arc::clone(&requests), Arc::clone(&answers));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = next(&mut given.lock().expect("the answers"));
                let noted = Arc::clone(&noted);
                std::thread::spawn(move || serve(stream, answer, &noted));
            }
        });
        Self { address, answers, requests }
    }

    /// Gives this answer from now on.
    pub(crate) fn answer_with(&self, answer: Answer) {
        *self.answers.lock().expect("the answers") = VecDeque::from([answer]);
    }

    /// What came so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("the requests").clone()
    }

    /// What came so far, as JSON.
    pub(crate) fn bodies(&self) -> Vec<serde_json::Value> {
        self.requests().iter().map(|request| serde_json::from_str(&request.body).expect("JSON")).collect()
    }
}

/// The answer whose turn it is; the last one stays.
fn next(answers: &mut VecDeque<Answer>) -> Answer {
    let first = answers[0];
    if answers.len() > 1 {
        answers.pop_front();
    }
    first
}

fn serve(stream: TcpStream, answer: Answer, noted: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let headers: Vec<String> = lines[1..].iter().map(|line| line.to_lowercase()).collect();
    let length = headers.iter().find_map(|header| header.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let body = String::from_utf8(body).expect("UTF-8");
    let status = if let Answer::Status(status) = answer { Some(status) } else { None };
    noted.lock().expect("the requests").push(Request { line: lines[0].clone(), headers, body, status });
    match answer {
        // Longer than anybody waits; the thread ends with the test.
        Answer::Never => std::thread::sleep(Duration::from_secs(120)),
        Answer::Status(status) => {
            let more = if status == 302 { "location: http://127.0.0.1:9/\r\n" } else { "" };
            let text = format!("HTTP/1.1 {status} X\r\n{more}content-length: 2\r\nconnection: close\r\n\r\nok");
            drop(reader.get_mut().write_all(text.as_bytes()));
        }
    }
}
