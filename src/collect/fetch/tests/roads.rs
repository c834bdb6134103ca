//! Other roads to an office: a SOCKS proxy that is told addresses, a tunnel through an HTTP proxy, IPv6, names of every script;
//! and where our own resolver leads none.

use std::io::{Read as _, Write as _};
use std::net::{Ipv6Addr, TcpListener, TcpStream};
use std::thread;

use super::proxy::{proxy, read_head};
use super::secure::{file, office};
use super::*;

/// SOCKS 5 (RFC 1928) up to the request: gives the kind of address that is asked for, and the address.
fn greeted(stream: &mut TcpStream) -> std::io::Result<(u8, Vec<u8>)> {
    let mut greeting = [0; 2];
    stream.read_exact(&mut greeting)?;
    assert_eq!(greeting[0], 5);
    stream.read_exact(&mut vec![0; usize::from(greeting[1])])?;
    stream.write_all(&[5, 0])?;
    let mut request = [0; 4];
    stream.read_exact(&mut request)?;
    let length = match request[3] {
        1 => 4,
        4 => 16,
        _ => {
            let mut length = [0; 1];
            stream.read_exact(&mut length)?;
            usize::from(length[0])
        }
    };
    let mut address = vec![0; length + 2];
    stream.read_exact(&mut address)?;
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    address.truncate(length);
    Ok((request[3], address))
}

#[tokio::test]
async fn socks5_is_told_the_address_that_the_name_has_here() {
    let (port, told) = proxy(|stream| {
        let (kind, address) = greeted(stream)?;
        let head = read_head(stream)?;
        reply(stream, "200 OK", &[], PAGE)?;
        let host = head.lines().find(|line| line.starts_with("Host: ")).unwrap_or_default().to_owned();
        Ok(format!("{kind} {} {host}", if kind == 1 { address == [127, 0, 0, 1] } else { address[15] == 1 }))
    });
    let mut source = source("http://localhost/news/1");
    source.proxy = Some(format!("socks5://127.0.0.1:{port}"));
    let answer = client_of(&source).look(&source.url, &Validators::default()).await.expect("an answer").answer;
    assert_eq!((answer.body.as_slice(), answer.ip), (PAGE, None));
    let told = told.recv().expect("a request");
    assert!(told == "1 true Host: localhost" || told == "4 true Host: localhost", "no name, but its address: {told}");
}

#[tokio::test]
async fn socks5_is_not_led_inward_by_a_name() {
    let (port, told) = proxy(|_| Ok("a connection".to_owned()));
    let mut source = source("http://127.0.0.2/news/1");
    source.allow_hosts = vec!["localhost".to_owned()];
    source.proxy = Some(format!("socks5://127.0.0.1:{port}"));
    let url = Url::parse("http://localhost/secret").expect("an address");
    let failure = client_of(&source).look(&url, &Validators::default()).await.expect_err("refused");
    assert_eq!(failure.kind, FailureKind::Forbidden, "{}", failure.reason);
    assert!(told.try_recv().is_err(), "the proxy was asked for an inner address");
}

#[tokio::test]
async fn a_name_that_stands_for_an_inner_address_is_not_asked() {
    let server = Server::start(|_, stream| reply(stream, "200 OK", &[], PAGE));
    let at_localhost = |path: &str| {
        let mut url = server.url(path);
        url.set_host(Some("localhost")).expect("a host");
        url
    };
    // the source's own inner name may lead inward ...
    let own = source(at_localhost("/own").as_str());
    let answer = client_of(&own).look(&own.url, &Validators::default()).await.expect("an answer").answer;
    assert!(answer.ip.is_some_and(|ip| ip.is_loopback()), "{:?}", answer.ip);
    // ... a name that is only allowed may not: this is what rebinding would make of it
    let mut other = source("http://127.0.0.2/");
    other.allow_hosts = vec![format!("localhost:{}", at_localhost("/").port().expect("a port"))];
    let failure = client_of(&other).look(&at_localhost("/secret"), &Validators::default()).await.expect_err("refused");
    assert_eq!(failure.kind, FailureKind::Forbidden, "{}", failure.reason);
    assert!(failure.reason.contains("localhost stands for an address of an inner network"), "{}", failure.reason);
    assert_eq!(server.paths(), ["/own"]);
}

#[tokio::test]
async fn a_name_without_an_address_is_told_as_such() {
    // RFC 6761: no name below .invalid has an address
    let source = source("http://ministry.invalid/news/1");
    let failure = client_of(&source).look(&source.url, &Validators::default()).await.expect_err("no address");
    assert_eq!(failure.kind, FailureKind::Dns, "{}", failure.reason);
    assert!(failure.reason.contains("ministry.invalid"), "{}", failure.reason);
}

/// Joins two streams until either ends.
fn join(mut a: TcpStream, mut b: TcpStream) -> std::io::Result<()> {
    let (mut from_b, mut to_a) = (b.try_clone()?, a.try_clone()?);
    let back = thread::spawn(move || std::io::copy(&mut from_b, &mut to_a));
    let _ = std::io::copy(&mut a, &mut b);
    let _ = b.shutdown(std::net::Shutdown::Write);
    let _ = back.join();
    Ok(())
}

#[tokio::test]
async fn https_goes_through_an_http_proxy_in_a_tunnel_that_the_proxy_cannot_read() {
    let url = office(true).await;
    let behind = format!("127.0.0.1:{}", url.port().expect("a port"));
    let (listener, (tell, told)) = (TcpListener::bind("127.0.0.1:0").expect("a port"), std::sync::mpsc::channel());
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        let head = read_head(&mut stream)?;
        tell.send(head).map_err(std::io::Error::other)?;
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        join(stream, TcpStream::connect(behind)?)
    });
    let mut source = source(url.as_str());
    source.ca = Some(file("root.pem"));
    source.proxy = Some(format!("http://desk:secret@127.0.0.1:{port}"));
    let answer = client_of(&source).look(&url, &Validators::default()).await.expect("an answer").answer;
    assert_eq!((answer.body.as_slice(), answer.ip), (&b"page"[..], None));
    let tls = answer.tls.expect("the office's own handshake, not the proxy's");
    assert_eq!((tls.version, tls.chain.len(), tls.cipher.is_some()), ("tls/1.3", 2, true));
    let head = told.recv().expect("a request");
    assert!(head.starts_with(&format!("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", url.port().expect("a port"))), "{head}");
    assert!(head.contains("Proxy-Authorization: Basic ") || head.contains("proxy-authorization: Basic "), "{head}");
    assert!(!head.contains("/news/1"), "the proxy learns the host alone: {head}");
    assert!(!text(&answer.request).to_lowercase().contains("authorization"), "{}", text(&answer.request));
}

#[tokio::test]
async fn a_tunnel_that_is_refused_is_a_failure_and_no_answer_of_the_office() {
    let (port, _told) = proxy(|stream| {
        let head = read_head(stream)?;
        reply(stream, "403 Forbidden", &["Content-Type: text/html"], b"<h1>Not from here</h1>")?;
        Ok(head)
    });
    let mut source = source("https://ministry.example/news/1");
    source.proxy = Some(format!("http://127.0.0.1:{port}"));
    let failure = client_of(&source).look(&source.url, &Validators::default()).await.expect_err("no tunnel");
    assert_eq!(failure.kind, FailureKind::Connect, "{}", failure.reason);
}

#[tokio::test]
async fn an_office_is_asked_over_ipv6() {
    let listener = match TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) {
        Ok(listener) => listener,
        Err(error) => return eprintln!("left out: this machine has no IPv6 loopback ({error})"),
    };
    let at = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let head = read_head(&mut stream)?;
            reply(&mut stream, "200 OK", &[], head.as_bytes())?;
        }
        Ok::<_, std::io::Error>(())
    });
    let source = source(&format!("http://{at}/news/1"));
    let answer = client_of(&source).look(&source.url, &Validators::default()).await.expect("an answer").answer;
    assert_eq!(answer.ip.map(|ip| ip.to_string()).as_deref(), Some("::1"));
    assert!(text(&answer.body).contains(&format!("\r\nHost: [::1]:{}\r\n", at.port())), "{}", text(&answer.body));
    // the machine's other inner addresses are as closed as those of IPv4
    let inner = Url::parse(&format!("http://[::ffff:127.0.0.1]:{}/", at.port())).expect("an address");
    let failure = client_of(&source).look(&inner, &Validators::default()).await.expect_err("refused");
    assert_eq!(failure.kind, FailureKind::Forbidden, "{}", failure.reason);
}

#[tokio::test]
async fn a_name_in_any_script_is_asked_for_as_the_net_writes_it() {
    let (port, told) = proxy(|stream| {
        let head = read_head(stream)?;
        reply(stream, "200 OK", &[], PAGE)?;
        Ok(head)
    });
    let mut source = source("http://пресса.example/новости/1?язык=ру");
    source.proxy = Some(format!("http://127.0.0.1:{port}"));
    let answer = client_of(&source).look(&source.url, &Validators::default()).await.expect("an answer").answer;
    let head = told.recv().expect("a request");
    let address = "http://xn--80aj3aega.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/1?%D1%8F%D0%B7%D1%8B%D0%BA=%D1%80%D1%83";
    assert!(head.starts_with(&format!("GET {address} HTTP/1.1\r\n")), "{head}");
    assert!(head.contains("Host: xn--80aj3aega.example\r\n"), "{head}");
    assert_eq!(answer.url.as_str(), address);
    // both spellings are one site
    let same = Url::parse("http://www.XN--80AJ3AEGA.example/2").expect("an address");
    assert!(crate::collect::reach::Reach::of(&source).is_own(&same));
}
