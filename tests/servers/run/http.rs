//! A minimal HTTP client and server.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use serde_json::Value as Json;

/// The status, and the body if it is JSON.
pub(crate) fn ask(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Json>,
) -> std::io::Result<(u16, Json)> {
    let body = body.map(ToString::to_string).unwrap_or_default();
    let (status, text) = send(port, method, path, headers, &body)?;
    Ok((status, serde_json::from_str(&text).unwrap_or_default()))
}

/// The status, and the body. Uses HTTP/1.0, in which the end of the connection ends the body.
pub(crate) fn send(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<(u16, String)> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.0\r\n{headers}Content-Length: {length}\r\n\r\n{body}")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let text = answer.split_once("\r\n\r\n").map_or("", |(_, text)| text);
    let status = status.ok_or_else(|| std::io::Error::other("no status"))?;
    Ok((status, text.to_owned()))
}

/// A request to the server.
pub(crate) struct Request {
    pub(crate) path: String,
    /// The first line and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Responds to every request with the same status and JSON, until the process ends. Returns its
/// port.
pub(crate) fn serve(status: u16, body: &str) -> u16 {
    let all = json(status, body);
    serve_each(0, move |_| all.clone())
}

/// A JSON response.
pub(crate) fn json(status: u16, body: &str) -> String {
    let (kind, long) = ("Content-Type: application/json", body.len());
    format!("HTTP/1.1 {status} X\r\n{kind}\r\nContent-Length: {long}\r\nConnection: close\r\n\r\n{body}")
}

/// Redirects to the same path at another address, like a standby.
pub(crate) fn redirect(address: String) -> u16 {
    serve_each(0, move |Request { path, .. }| {
        format!(
            "HTTP/1.1 307 X\r\nLocation: {address}{path}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
    })
}

/// Responds with the result of a function of the request, at this port, or at any port if it is 0.
pub(crate) fn serve_each(port: u16, make: impl Fn(&Request) -> String + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // An incomplete request gets no response.
            let _ = answer(stream, &make);
        }
    });
    port
}

fn answer(mut stream: TcpStream, make: &impl Fn(&Request) -> String) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let request = Request { path, head, body: String::from_utf8_lossy(&body).into_owned() };
    stream.write_all(make(&request).as_bytes())
}
