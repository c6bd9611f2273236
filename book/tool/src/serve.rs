//! Serves the book on this machine and reloads the browser after each change.
//!
//! A site is served from memory: while the next one is built, and when its build fails, the last good
//! one stays whole. No request reaches the file system.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http;
use crate::repo::Repo;
use crate::site::{self, Site};
use crate::watch::{self, Look};

/// How many ports are tried from the one that was asked for.
const PORTS: u16 = 20;

/// How long a connection may keep us waiting.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a page listens for changes.
const EVENTS: &str = "__events";

/// Builds and serves the book until the program is stopped.
///
/// # Errors
/// If no port is free. A book that does not build is no error: the browser shows what is wrong, and
/// the next change is tried.
pub fn serve(repo: &Repo, port: u16, open: bool) -> Result<()> {
    let started = Instant::now();
    let (listener, port) = listen(port)?;
    let shelf = Arc::new(Shelf::default());
    let mut watched = rebuild(repo, &shelf, started);
    let address = format!("http://127.0.0.1:{port}/");
    println!("The book is at {address} (Ctrl-C stops)");
    let accepting = Arc::clone(&shelf);
    thread::spawn(move || accept(&listener, &accepting));
    if open {
        open_browser(&address);
    }
    loop {
        watched.look = watch::changed(&watched.paths, &watched.look);
        watched = rebuild(repo, &shelf, Instant::now());
    }
}

struct Watched {
    paths: Vec<std::path::PathBuf>,
    look: Look,
}

/// Builds the book once and puts it, or what is wrong with it, on the shelf.
fn rebuild(repo: &Repo, shelf: &Shelf, started: Instant) -> Watched {
    // Looked at before the build: a file that changes meanwhile is built again.
    let paths = site::sources(repo, &Default::default());
    let look = Look::at(&paths);
    let built = site::build(repo).and_then(|site| Ok((read(site.folder())?, site)));
    match built {
        Ok((files, Site { findings, .. })) => {
            shelf.put(Ok(files));
            for problem in &findings.unrendered {
                println!("note: {problem}");
            }
            println!("Built in {:.1} s", started.elapsed().as_secs_f64());
            // The files outside the book are known only now.
            let paths = site::sources(repo, &findings.included);
            let mut with_included = Look::at(&paths);
            with_included.replace(look);
            Watched {
                look: with_included,
                paths,
            }
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            shelf.put(Err(format!("{error:#}")));
            Watched { paths, look }
        }
    }
}

/// Listens on `port` or, if it is taken, on one of the next.
///
/// # Errors
/// If 20 ports are taken, or the machine lets nobody listen.
pub fn listen(port: u16) -> Result<(TcpListener, u16)> {
    let last = port.saturating_add(PORTS - 1);
    for candidate in port..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)) {
            Ok(listener) => {
                // Port 0 asks the system for a free one.
                let got = listener
                    .local_addr()
                    .context("the port has no address")?
                    .port();
                if candidate != port {
                    println!("Port {port} is taken; using {got}");
                }
                return Ok((listener, got));
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot listen on port {candidate}"));
            }
        }
    }
    bail!("ports {port} to {last} are all taken; choose another with --port")
}

/// The files of a site by their paths in it.
pub type Files = HashMap<String, Vec<u8>>;

/// Reads a built site into memory.
///
/// # Errors
/// If a file cannot be read.
pub fn read(folder: &Path) -> Result<Files> {
    fn add(files: &mut Files, folder: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                add(files, &entry.path(), &format!("{name}/"))?;
            } else {
                files.insert(name, fs::read(entry.path())?);
            }
        }
        Ok(())
    }
    let mut files = Files::new();
    add(&mut files, folder, "").with_context(|| format!("cannot read {}", folder.display()))?;
    Ok(files)
}

/// What is served now, and the word to those who wait for a change.
#[derive(Default)]
pub struct Shelf {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Default)]
struct State {
    /// Counts what was put on the shelf, good or bad.
    edition: u64,
    /// Counts the good ones: a page of an older one reloads itself.
    build: u64,
    files: Arc<Files>,
    problem: Option<Arc<str>>,
}

impl Shelf {
    /// Puts up a new site, or says why there is none and keeps the last.
    pub fn put(&self, built: Result<Files, String>) {
        let mut state = self.lock();
        state.edition += 1;
        match built {
            Ok(files) => {
                state.build += 1;
                state.files = Arc::new(files);
                state.problem = None;
            }
            Err(problem) => state.problem = Some(problem.into()),
        }
        self.changed.notify_all();
    }

    fn now(&self) -> State {
        self.lock().clone()
    }

    /// The state after `edition`, or the same one after `patience`.
    fn after(&self, edition: u64, patience: Duration) -> State {
        let state = self.lock();
        let waited = self
            .changed
            .wait_timeout_while(state, patience, |state| state.edition == edition);
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A state is replaced whole, so one thread's panic leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers every connection, each in a thread of its own.
pub fn accept(listener: &TcpListener, shelf: &Arc<Shelf>) {
    for stream in listener.incoming().flatten() {
        let shelf = Arc::clone(shelf);
        // A browser that went away is its own business.
        thread::spawn(move || answer(stream, &shelf).ok());
    }
}

fn answer(stream: TcpStream, shelf: &Shelf) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let Some(request) = http::read_request(&stream)? else {
        return Ok(());
    };
    let with_body = match request.method.as_str() {
        "GET" => true,
        "HEAD" => false,
        _ => {
            let text = b"only GET and HEAD are answered here";
            return http::write_response(
                &stream,
                "405 Method Not Allowed",
                "text/plain",
                text,
                true,
            );
        }
    };
    if request.path == EVENTS {
        return send_events(&stream, shelf);
    }
    let state = shelf.now();
    let (status, name, body) = state.find(&request.path);
    let kind = http::content_type(&name);
    if kind.starts_with("text/html") {
        let page = with_reload(&body, state.build);
        http::write_response(&stream, status, kind, &page, with_body)
    } else {
        http::write_response(&stream, status, kind, &body, with_body)
    }
}

impl State {
    /// The status, the name and the content for a path.
    fn find(&self, path: &str) -> (&'static str, String, Vec<u8>) {
        let name = if path.is_empty() || path.ends_with('/') {
            format!("{path}index.html")
        } else {
            path.to_owned()
        };
        if let Some(body) = self.files.get(&name) {
            return ("200 OK", name, body.clone());
        }
        let page = match (self.files.get("404.html"), self.build) {
            (Some(page), _) => page.clone(),
            (None, 0) => b"<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Private Heap</title>\
                <body><h1>The book does not build yet</h1>"
                .to_vec(),
            (None, _) => b"<!DOCTYPE html><title>Not found</title><body><h1>Not found</h1>".to_vec(),
        };
        ("404 Not Found", "404.html".to_owned(), page)
    }
}

/// The page with the script that reloads it when a newer build is there, and shows what is wrong
/// with one that failed. A hidden tab lets go of its connection: browsers allow six to one server.
fn with_reload(page: &[u8], build: u64) -> Vec<u8> {
    let script = include_str!("reload.js").replace("BUILD", &build.to_string());
    [page, b"<script>", script.as_bytes(), b"</script>"].concat()
}

/// Tells one page of every change until it goes away.
fn send_events(mut stream: &TcpStream, shelf: &Shelf) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n"
    )?;
    let mut state = shelf.now();
    loop {
        let news = serde_json::json!({ "build": state.build, "problem": state.problem.as_deref() });
        write!(stream, "data: {news}\n\n")?;
        stream.flush()?;
        // Without news the same is sent again, which finds out whether the page is still there.
        state = shelf.after(state.edition, PATIENCE);
    }
}

/// Opens the reader's browser. Without one, the printed address must do.
fn open_browser(address: &str) {
    use std::process::{Command, Stdio};
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(target_os = "windows") {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        // Without a display, xdg-open would start a text browser in this terminal.
        let has_display = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"]
            .iter()
            .any(|name| std::env::var_os(name).is_some());
        if !has_display {
            return;
        }
        Command::new("xdg-open")
    };
    let quiet = command
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if quiet.spawn().is_err() {
        println!("No browser could be started; open the address yourself.");
    }
}

#[cfg(test)]
mod tests;
