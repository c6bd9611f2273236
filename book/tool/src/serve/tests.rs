//! Tests of the server.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::{Files, Shelf, accept, listen, rebuild};
use crate::testing::Fixture;
use crate::watch;

/// A running server with some files, and its port.
fn server() -> (Arc<Shelf>, u16) {
    let shelf = Arc::new(Shelf::default());
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    shelf.put(Ok(Files::from([
        file("index.html", "<p>index"),
        file("한글.html", "<p>한글"),
        file("404.html", "<p>nothing here"),
        file("css/a.css", "p {}"),
        file("heap.wasm", "\0asm"),
    ])));
    let (listener, port) = listen(0).unwrap();
    let accepting = Arc::clone(&shelf);
    thread::spawn(move || accept(&listener, &accepting));
    (shelf, port)
}

fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    // A head that is too long is cut off while it is sent.
    let _ = write!(stream, "{request} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn files_come_with_their_types() {
    let (_shelf, port) = server();
    for (path, kind, body) in [
        ("/", "text/html; charset=utf-8", "<p>index"),
        ("/index.html?x=1", "text/html; charset=utf-8", "<p>index"),
        (
            "/%ED%95%9C%EA%B8%80.html",
            "text/html; charset=utf-8",
            "<p>한글",
        ),
        ("/css/a.css", "text/css; charset=utf-8", "p {}"),
        ("/heap.wasm", "application/wasm", "\0asm"),
    ] {
        let answer = ask(port, &format!("GET {path}"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(
            answer.contains(&format!("Content-Type: {kind}\r\n")),
            "{answer}"
        );
        assert!(answer.contains(&format!("\r\n\r\n{body}")), "{answer}");
    }
    let head = ask(port, "HEAD /css/a.css");
    assert!(
        head.ends_with("\r\n\r\n") && head.contains("Content-Length: 4\r\n"),
        "{head}"
    );
}

#[test]
fn nothing_outside_the_site_is_served() {
    let (_shelf, port) = server();
    for path in [
        "/../Cargo.toml",
        "/css/../../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/..%2fCargo.toml",
        "//etc/passwd",
        "/css\\..\\..\\Cargo.toml",
        "/\0",
        "/%",
        "/no.html",
    ] {
        let answer = ask(port, &format!("GET {path}"));
        assert!(
            answer.starts_with("HTTP/1.1 404 Not Found\r\n"),
            "{path}: {answer}"
        );
        assert!(answer.contains("nothing here"), "{path}: {answer}");
    }
    let answer = ask(port, "POST /");
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    let answer = ask(port, &format!("GET /{}", "x".repeat(20_000)));
    assert!(!answer.contains("200 OK"), "{answer}");
}

#[test]
fn a_taken_port_moves_to_the_next() {
    // Somewhere with a free port after a taken one.
    let (taken, port) = (0..50)
        .find_map(|_| {
            let taken = TcpListener::bind(("127.0.0.1", 0)).ok()?;
            let port = taken.local_addr().ok()?.port();
            TcpListener::bind(("127.0.0.1", port.checked_add(1)?)).ok()?;
            Some((taken, port))
        })
        .unwrap();
    let (listener, got) = listen(port).unwrap();
    assert!(got > port, "{got} is not after {port}");
    assert_eq!(listener.local_addr().unwrap().ip().to_string(), "127.0.0.1");
    drop(taken);
}

#[test]
fn no_free_port_is_an_error_that_names_them() {
    let last = TcpListener::bind(("127.0.0.1", u16::MAX));
    let error = listen(u16::MAX);
    // The last port of all has no next one.
    if last.is_ok() {
        let message = error.unwrap_err().to_string();
        assert!(
            message.contains("65535") && message.contains("--port"),
            "{message}"
        );
    }
}

/// The data of each event that one page gets, as they come.
fn events(port: u16) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET /__events HTTP/1.1\r\n\r\n").unwrap();
    thread::spawn(move || {
        let mut seen = String::new();
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            seen += &String::from_utf8_lossy(&buffer[..count]);
            while let Some(end) = seen.find("}\n\n") {
                let event: String = seen.drain(..end + 3).collect();
                let (_, data) = event.split_once("data: ").unwrap();
                if sender.send(data.trim().to_owned()).is_err() {
                    return;
                }
            }
        }
    });
    receiver
}

#[test]
fn each_build_is_told_once_and_a_failed_one_keeps_the_pages() {
    let (shelf, port) = server();
    let events = events(port);
    let next = || events.recv_timeout(Duration::from_secs(5)).unwrap();
    assert_eq!(next(), r#"{"build":1,"problem":null}"#);
    shelf.put(Err("chapter 1: wrong".to_owned()));
    assert_eq!(next(), r#"{"build":1,"problem":"chapter 1: wrong"}"#);
    assert!(ask(port, "GET /").contains("<p>index"));
    shelf.put(Ok(Files::from([(
        "index.html".to_owned(),
        b"<p>new".to_vec(),
    )])));
    assert_eq!(next(), r#"{"build":2,"problem":null}"#);
    assert!(ask(port, "GET /").contains("<p>new"));
    assert!(events.recv_timeout(Duration::from_millis(500)).is_err());
}

#[test]
fn a_page_knows_its_build() {
    let (_shelf, port) = server();
    let page = ask(port, "GET /");
    assert!(
        page.contains("if (build !== 1) location.reload();"),
        "{page}"
    );
    assert!(!ask(port, "GET /css/a.css").contains("<script>"));
}

#[test]
fn one_change_is_one_build() {
    let fixture = Fixture::new("# One\n");
    let shelf = Arc::new(Shelf::default());
    let mut watched = rebuild(&fixture.repo, &shelf, Instant::now());
    assert_eq!(shelf.now().build, 1);
    let (sender, builds) = mpsc::channel();
    let watching = Arc::clone(&shelf);
    let repo = fixture.repo.clone();
    thread::spawn(move || {
        loop {
            watched.look = watch::changed(&watched.paths, &watched.look);
            watched = rebuild(&repo, &watching, Instant::now());
            if sender.send(watching.now()).is_err() {
                return;
            }
        }
    });
    fixture.write("src/01-one.md", "# One\n\nchanged\n");
    let state = builds.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(state.build, 2);
    let page = String::from_utf8(state.files["01-one.html"].clone()).unwrap();
    assert!(page.contains("changed"), "{page}");
    assert!(
        builds.recv_timeout(Duration::from_secs(1)).is_err(),
        "the build started another"
    );

    fixture.write("src/01-one.md", "{{#picture none}}\n");
    let state = builds.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(state.build, 2);
    let problem = state.problem.unwrap();
    assert!(
        problem.contains("01-one.md:1: there is no picture `none`"),
        "{problem}"
    );
    assert!(state.files.contains_key("01-one.html"));
}
