//! What is measured in a process of its own, for one workload and one subject.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::allocator::options::{Choice, Options};
use crate::allocator::resident::{forget_peak, resident};
use crate::allocator::subject::Runner;
use crate::allocator::subjects::Entry;
use crate::allocator::workload::Workload;

/// Memory of one subject under one workload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Used {
    /// The most that was asked for at once, over what the process grew by at most.
    pub utilization: f64,
    /// What the process has grown by after all was freed, in bytes; 0 if it has shrunk.
    pub resident: f64,
}

/// The child's side: measures, and prints.
///
/// # Errors
/// If the parent asks for what is not there.
pub fn serve(wanted: &[String], reps: usize, choice: &Choice, entries: &[Entry]) -> Result<()> {
    let [kind, workload, subject] = wanted else {
        bail!("--child takes three words");
    };
    let workloads = choice.workloads()?;
    let found = |what: &str| format!("there is no {what}");
    let mut workloads = workloads.into_iter();
    let workload = workloads
        .find(|one| one.name == *workload)
        .with_context(|| found(workload))?;
    drop(workloads);
    let entry = entries.iter().find(|entry| entry.name == *subject);
    let mut runner = entry.with_context(|| found(subject))?.start()?;
    match kind.as_str() {
        "memory" => {
            let used = measure(runner.as_mut(), &workload)?;
            println!("{} {}", used.utilization, used.resident);
        }
        // Somebody outside counts.
        "replay" => {
            runner.prepare(&workload);
            for _ in 0..reps {
                runner.replay(&workload);
            }
        }
        other => bail!("no such child: {other}"),
    }
    Ok(())
}

fn measure(runner: &mut dyn Runner, workload: &Workload) -> Result<Used> {
    runner.fill_up();
    runner.prepare(workload);
    give_back_free_memory();
    ensure!(forget_peak(), "the kernel does not let us reset VmHWM");
    let before = resident().context("no /proc/self/status")?;
    runner.replay_and_touch(workload);
    let after = resident().context("no /proc/self/status")?;
    let grown = after.peak.saturating_sub(before.now).max(1);
    Ok(Used {
        utilization: workload.peak as f64 / grown as f64,
        resident: after.now.saturating_sub(before.now) as f64,
    })
}

/// Reading the trace has left free memory in the C library's heap, which CPython's large blocks and the
/// library's own would use for nothing.
fn give_back_free_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it touches nothing but free memory.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// The parent's side: this program again, with what it needs to find the same workload and subject.
///
/// # Errors
/// If this program cannot be found.
pub fn command(
    kind: &str,
    workload: &str,
    subject: &str,
    options: &Options,
) -> Result<Vec<String>> {
    let program = std::env::current_exe()?;
    let mut words = vec![
        program
            .to_str()
            .context("a path that is not UTF-8")?
            .to_owned(),
    ];
    words.extend(["--child", kind, workload, subject, "--only", workload].map(str::to_owned));
    for trace in &options.choice.trace {
        words.push("--trace".to_owned());
        words.push(
            trace
                .to_str()
                .context("a path that is not UTF-8")?
                .to_owned(),
        );
    }
    if let Some(python) = &options.choice.python {
        words.extend(["--python".to_owned(), python.clone()]);
    }
    if options.choice.all_pythons {
        words.push("--all-pythons".to_owned());
    }
    Ok(words)
}

/// Memory, measured by a child.
///
/// # Errors
/// If it fails; its reason is on standard error.
pub fn memory(workload: &str, subject: &str, options: &Options) -> Result<Used> {
    let words = command("memory", workload, subject, options)?;
    let output = Command::new(&words[0])
        .args(&words[1..])
        .stderr(std::process::Stdio::inherit())
        .output()?;
    ensure!(
        output.status.success(),
        "the child ended with {}",
        output.status
    );
    let text = String::from_utf8(output.stdout)?;
    let mut numbers = text.split_whitespace().map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(utilization)), Some(Ok(resident))) => Ok(Used {
            utilization,
            resident,
        }),
        _ => bail!("the child said '{}'", text.trim()),
    }
}
