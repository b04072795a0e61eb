//! A client and a server that do just enough of HTTP.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use serde_json::Value as Json;

/// The status, and the body if it is JSON. In the old version of HTTP, in which the connection's end is the body's.
pub(crate) fn ask(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Json>,
) -> std::io::Result<(u16, Json)> {
    let body = body.map(ToString::to_string).unwrap_or_default();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.0\r\n{headers}Content-Length: {length}\r\n\r\n{body}")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let text = answer.split_once("\r\n\r\n").map_or("", |(_, text)| text);
    let status = status.ok_or_else(|| std::io::Error::other("no status"))?;
    Ok((status, serde_json::from_str(text).unwrap_or_default()))
}

/// Answers every request with the same status and JSON, until the process ends; gives its port.
pub(crate) fn serve(status: u16, body: &str) -> u16 {
    let (kind, long) = ("Content-Type: application/json", body.len());
    let all =
        format!("HTTP/1.1 {status} X\r\n{kind}\r\nContent-Length: {long}\r\nConnection: close\r\n\r\n{body}");
    serve_each(move |_| all.clone())
}

/// Sends who asks to the same path at another address, as a standby does.
pub(crate) fn redirect(address: String) -> u16 {
    serve_each(move |path| {
        format!(
            "HTTP/1.1 307 X\r\nLocation: {address}{path}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
    })
}

/// Answers with what is made of the path.
fn serve_each(make: impl Fn(&str) -> String + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Who does not finish its request gets no answer.
            let _ = answer(stream, &make);
        }
    });
    port
}

fn answer(mut stream: TcpStream, make: &impl Fn(&str) -> String) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut length, mut first) = (0, String::new());
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap_or(0),
            Some(_) => {}
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    stream.write_all(make(first.split(' ').nth(1).unwrap_or_default()).as_bytes())
}
