//! A minimal HTTP client that counts responses.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::{PATIENCE, tally::Tally};

const REQUEST: &[u8] = b"GET /work HTTP/1.1\r\nhost: localhost\r\n\r\n";
/// The pause between a response and the next request.
const PAUSE: Duration = Duration::from_millis(4);
/// The number of requests on one connection.
const PER_CONNECTION: usize = 100;
/// An upper bound on the number of requests.
const MOST: u32 = 20_000;

/// Sends requests repeatedly, and counts the responses.
pub async fn ask_until(address: SocketAddr, deadline: Instant) -> Tally {
    let mut tally = Tally::default();
    while Instant::now() < deadline && tally.all() < MOST {
        if converse(address, deadline, &mut tally).await.is_err() {
            tally.count(None);
        }
    }
    tally
}

/// The requests of one connection.
///
/// # Errors
/// The last request got no response.
async fn converse(address: SocketAddr, deadline: Instant, tally: &mut Tally) -> io::Result<()> {
    let mut server = BufReader::new(timeout(PATIENCE, TcpStream::connect(address)).await??);
    for _ in 0..PER_CONNECTION {
        let status = timeout(PATIENCE, ask(&mut server)).await??;
        tally.count(Some(status));
        if Instant::now() >= deadline {
            break;
        }
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Sends one request and reads its response to the end.
async fn ask(server: &mut BufReader<TcpStream>) -> io::Result<u16> {
    server.write_all(REQUEST).await?;
    let status = line(server).await?.split(' ').nth(1).and_then(|code| code.parse().ok());
    let mut length = 0;
    loop {
        let header = line(server).await?.to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(|_| ErrorKind::InvalidData)?;
        }
    }
    server.read_exact(&mut vec![0; length]).await?;
    Ok(status.ok_or(ErrorKind::InvalidData)?)
}

async fn line(server: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if server.read_line(&mut line).await? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}
