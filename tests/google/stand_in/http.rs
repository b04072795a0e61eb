//! A minimal HTTP server.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::Value as Json;

pub(crate) type Response = (u16, Json);

pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

pub(super) struct Server {
    pub(super) port: u16,
    stopped: Arc<AtomicBool>,
    accepts: Option<thread::JoinHandle<()>>,
}

impl Server {
    /// Each connection serves one request. A connection without a response stays open until the
    /// server ends.
    pub(super) fn start(
        port: u16,
        answer: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let stopped = Arc::new(AtomicBool::new(false));
        let (stop, answer) = (Arc::clone(&stopped), Arc::new(answer));
        let accepts = thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                held.extend(stream.try_clone());
                let answer = Arc::clone(&answer);
                // An incomplete request gets no response.
                thread::spawn(move || respond(stream, &*answer));
            }
        });
        Self { port, stopped, accepts: Some(accepts) }
    }

    /// Returns once the port is free.
    pub(super) fn stop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        if let Some(accepts) = self.accepts.take() {
            let _ = TcpStream::connect(("127.0.0.1", self.port));
            accepts.join().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn respond(mut stream: TcpStream, answer: &dyn Fn(&Request) -> Option<Response>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut request = Request { method, path, headers, body: String::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    reader.take(length).read_to_string(&mut request.body)?;
    let Some((status, body)) = answer(&request) else { return Ok(()) };
    let text = if let Json::String(text) = body { text } else { body.to_string() };
    let length = text.len();
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}")?;
    // The accepting thread owns it, too.
    stream.shutdown(std::net::Shutdown::Both)
}
