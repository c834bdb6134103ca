//! Looks through a proxy on loopback, which answers in place of the office.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

use super::*;

/// Starts a proxy for one connection; `answer` is given the stream and says what was asked for.
pub(super) fn proxy(
    answer: impl FnOnce(&mut TcpStream) -> std::io::Result<String> + Send + 'static,
) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        tell.send(answer(&mut stream).expect("a whole conversation")).expect("somebody who asks");
    });
    (port, told)
}

pub(super) fn read_head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(text(&head))
}

async fn through(proxy: String) -> Result<Visit, Failure> {
    let mut source = source("http://ministry.example/news/1");
    source.proxy = Some(proxy);
    client_of(&source).look(&source.url, &Validators::default()).await
}

/// SOCKS 5 (RFC 1928): no authentication, a domain name, connected.
#[tokio::test]
async fn socks5h_leaves_the_name_to_the_proxy() {
    let (port, told) = proxy(|stream| {
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting[..2])?;
        stream.read_exact(&mut vec![0; usize::from(greeting[1])])?;
        stream.write_all(&[5, 0])?;
        let mut request = [0; 5];
        stream.read_exact(&mut request)?;
        let mut name = vec![0; usize::from(request[4]) + 2];
        stream.read_exact(&mut name)?;
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
        read_head(stream)?;
        reply(stream, "200 OK", &[], PAGE)?;
        Ok(format!("{} {}", request[3], text(&name[..name.len() - 2])))
    });
    let answer = through(format!("socks5h://127.0.0.1:{port}")).await.expect("an answer").answer;
    assert_eq!(answer.body, PAGE);
    assert_eq!(answer.ip, None, "the address of the proxy is not the office's");
    assert_eq!(told.recv().expect("a request"), "3 ministry.example");
}

#[tokio::test]
async fn a_proxys_password_is_not_recorded() {
    let (port, told) = proxy(|stream| {
        let head = read_head(stream)?;
        reply(stream, "200 OK", &[], PAGE)?;
        Ok(head)
    });
    let answer = through(format!("http://desk:secret@127.0.0.1:{port}")).await.expect("an answer").answer;
    let sent = told.recv().expect("a request");
    assert!(sent.starts_with("GET http://ministry.example/news/1 HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("Proxy-Authorization: Basic "), "{sent}");
    assert!(!text(&answer.request).to_lowercase().contains("authorization"));
}

#[test]
fn what_is_no_proxy_is_told_without_its_password() {
    for bad in ["ftp://desk:secret@host", "desk:secret@host"] {
        let mut source = source("https://ministry.example/");
        source.proxy = Some(bad.into());
        let clock = Arc::new(crate::collect::clock::System);
        let error = Client::new(&source, "none", clock, Arc::default()).err().expect("an error").to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
