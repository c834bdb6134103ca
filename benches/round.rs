//! What a round over many hosts costs, beside the least time in which manners let it end.
//!
//! `cargo bench --bench round`. An office of its own on each of 500 loopback addresses, all served by this process, answers every
//! request after 200 ms; the program itself is run on them as a child, with an archive and a home of its own: a first round, one
//! that looks at every statement again, and one in which nothing is due. Told of each: the time it took, and the least that it
//! could have taken, which is a second (`min_interval`) between any two of the requests that the most asked host got, and the
//! answer to the last of them; the program's CPU time a request and its peak memory; and the least pause between two requests to one
//! host as that host saw it, with how many were ever open at once. Memory and CPU time are read from /proc and told on Linux alone.
//!
//! `HOSTS=N`, `STATEMENTS=N` and `LATENCY_MS=N` set another size.
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code)] // its pages alone are used here
mod filled;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Bytes of a page.
const SIZE: usize = 12 * 1024;
/// The pause that the sources ask for.
const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// How often the child's memory and CPU time are read.
const SAMPLED_EVERY: Duration = Duration::from_millis(20);

fn main() {
    let set = |name: &str, usual: usize| {
        std::env::var(name)
            .map_or(usual, |value| value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
    };
    let (hosts, statements, latency) = (set("HOSTS", 500), set("STATEMENTS", 20), set("LATENCY_MS", 200));
    let latency = Duration::from_millis(latency.try_into().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    // any loopback address leads to it: each is a host of its own
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))).unwrap();
    let port = listener.local_addr().unwrap().port();
    let offices = Arc::new(Offices { statements, latency, seen: Mutex::default() });
    runtime.spawn(serve(listener, Arc::clone(&offices)));

    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("sources.toml"), settings(hosts, port)).unwrap();
    println!("\n{hosts} hosts that answer after {latency:?}, {statements} statements each\n");
    println!(
        "  {:<24} {:>8} {:>8} {:>6} {:>9} {:>11} {:>8} {:>10}",
        "", "took", "least", "ratio", "requests", "CPU/request", "memory", "least gap"
    );
    for (what, arguments) in [
        ("a first round", &["fetch", "--quiet"][..]),
        ("all looked at again", &["fetch", "--quiet", "--recheck", "all"]),
        ("nothing due", &["fetch", "--quiet"]),
    ] {
        offices.seen.lock().unwrap().clear();
        let ran = run(place.path(), arguments);
        println!("  {what:<24} {}", told(&offices.seen.lock().unwrap(), &ran, latency));
    }
    for (what, arguments) in [("`sources`", &["sources"][..]), ("`list`", &["list"])] {
        let ran = run(place.path(), arguments);
        println!("  {what:<24} {:>7.2}s", ran.took.as_secs_f64());
    }
}

/// A `sources.toml` that names a source on each of so many loopback addresses.
fn settings(hosts: usize, port: u16) -> String {
    let mut text = format!(
        "[archive]\npath = \"archive\"\n[fetch]\nhosts = {}\nmin_interval = \"{}s\"\ntimeout = \"20s\"\n",
        hosts.next_power_of_two(),
        MIN_INTERVAL.as_secs()
    );
    for n in 0..hosts {
        let address = format!("127.1.{}.{}:{port}", n / 250, n % 250 + 1);
        write!(text, "[[source]]\nid = \"office-{n}\"\nname = \"Office {n}\"\nurl = \"http://{address}/news\"\n")
            .unwrap();
    }
    text
}

/// What a host saw of the program.
#[derive(Default)]
struct Seen {
    requests: u32,
    last: Option<Instant>,
    least_gap: Option<Duration>,
    open: u32,
    most_open: u32,
}

struct Offices {
    statements: usize,
    latency: Duration,
    seen: Mutex<HashMap<IpAddr, Seen>>,
}

async fn serve(listener: TcpListener, offices: Arc<Offices>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(converse(stream, Arc::clone(&offices)));
    }
}

/// Answers one connection's requests until it is closed.
async fn converse(stream: TcpStream, offices: Arc<Offices>) {
    let host = stream.local_addr().unwrap().ip();
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while matches!(stream.read_line(&mut line).await, Ok(1..)) {
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        while !line.trim().is_empty() {
            line.clear();
            if stream.read_line(&mut line).await.is_err() {
                return;
            }
        }
        offices.begun(host);
        tokio::time::sleep(offices.latency).await;
        let (status, body) = offices.answer(host, &path);
        offices.ended(host);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if stream.write_all((head + &body).as_bytes()).await.is_err() {
            return;
        }
        line.clear();
    }
}

impl Offices {
    fn begun(&self, host: IpAddr) {
        let mut seen = self.seen.lock().unwrap();
        let seen = seen.entry(host).or_default();
        let now = Instant::now();
        seen.requests += 1;
        seen.open += 1;
        seen.most_open = seen.most_open.max(seen.open);
        if let Some(last) = seen.last.replace(now) {
            let gap = now - last;
            seen.least_gap = Some(seen.least_gap.map_or(gap, |least| least.min(gap)));
        }
    }

    fn ended(&self, host: IpAddr) {
        self.seen.lock().unwrap().entry(host).or_default().open -= 1;
    }

    fn answer(&self, host: IpAddr, path: &str) -> (&'static str, String) {
        let IpAddr::V4(address) = host else { panic!("{host} is none of ours") };
        let [_, _, high, low] = address.octets();
        let office = usize::from(high) * 250 + usize::from(low);
        if path == "/news" {
            let rows: String = (1..=self.statements).rev().fold(String::new(), |mut rows, n| {
                write!(rows, "<li><time>2026-11-{:02}</time> <a href=\"/news/{n}.html\">Statement {n} of office {office}</a></li>", n % 28 + 1)
                    .unwrap();
                rows
            });
            return (
                "200 OK",
                format!("<html><head><title>News</title></head><body><main><ul>{rows}</ul></main></body></html>"),
            );
        }
        let number = path.strip_prefix("/news/").and_then(|name| name.strip_suffix(".html"));
        match number
            .and_then(|number| number.parse::<usize>().ok())
            .filter(|number| (1..=self.statements).contains(number))
        {
            Some(number) => ("200 OK", filled::page(office * 1000 + number, SIZE)),
            None => ("404 Not Found", "<html><body><h1>Not found</h1></body></html>".to_owned()),
        }
    }
}

/// What a run of the program took.
struct Ran {
    took: Duration,
    /// Where this system tells it.
    cpu: Option<Duration>,
    peak: Option<u64>,
}

fn run(place: &Path, arguments: &[&str]) -> Ran {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_onrecord"))
        .args(arguments)
        .current_dir(place)
        .env_clear()
        .env("HOME", place)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (mut cpu, mut peak) = (None, None);
    let status = loop {
        (cpu, peak) = (cpu_time(&child).or(cpu), peak_memory(&child).or(peak));
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(SAMPLED_EVERY),
        }
    };
    assert!(status.success(), "onrecord {arguments:?} ends with {status}");
    Ran { took: began.elapsed(), cpu, peak }
}

/// CPU time in user and system mode so far.
fn cpu_time(child: &Child) -> Option<Duration> {
    /// What Linux counts in /proc/PID/stat, whatever its kernel counts in (USER_HZ).
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // the name of the program, in parentheses, may hold spaces
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11..13)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_secs_f64(ticks as f64 / TICKS_A_SECOND)).filter(|time| !time.is_zero())
}

/// Most bytes that it ever had in memory.
fn peak_memory(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn told(seen: &HashMap<IpAddr, Seen>, ran: &Ran, latency: Duration) -> String {
    let requests: u32 = seen.values().map(|seen| seen.requests).sum();
    let busiest = seen.values().map(|seen| seen.requests).max().unwrap_or(0);
    let least = MIN_INTERVAL * busiest.saturating_sub(1) + latency;
    let took = ran.took.as_secs_f64();
    // where each host is asked but once, manners allow all of them at the same time
    let ratio = if busiest > 1 { format!("{:.3}", took / least.as_secs_f64()) } else { "-".to_owned() };
    let mut line = format!("{took:>7.2}s {:>7.2}s {ratio:>6} {requests:>9}", least.as_secs_f64());
    let unknown = || "-".to_owned();
    let cpu =
        ran.cpu.map_or_else(unknown, |cpu| format!("{:.2} ms", cpu.as_secs_f64() * 1e3 / f64::from(requests.max(1))));
    let peak = ran.peak.map_or_else(unknown, |peak| format!("{:.0} MB", peak as f64 / 1e6));
    let gap = seen
        .values()
        .filter_map(|seen| seen.least_gap)
        .min()
        .map_or_else(unknown, |gap| format!("{:.3} s", gap.as_secs_f64()));
    let most_open = seen.values().map(|seen| seen.most_open).max().unwrap_or(0);
    write!(line, " {cpu:>11} {peak:>8} {gap:>10}, {most_open} open at once").unwrap();
    line
}
