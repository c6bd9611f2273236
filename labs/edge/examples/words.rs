//! Counts the words of a file, on the allocator of labs 5 and 6, and then says what the allocator
//! has to say.
//!
//! ```text
//! cargo run --release -p edge --example words -- FILE
//! ```
//!
//! Put any program of yours in the place of `program`. It needs to know nothing of the allocator.

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::fs;

use edge::Edge;

#[global_allocator]
static ALLOCATOR: Edge = Edge::new();

/// The words of a file, and how often each occurs.
fn program(file: &str) -> Result<Vec<(String, u64)>, Box<dyn Error>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let mut counts: HashMap<String, u64> = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    let mut words: Vec<(String, u64)> = counts.into_iter().collect();
    words.sort_by(|(a, n), (b, m)| m.cmp(n).then(a.cmp(b)));
    Ok(words)
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).ok_or("say which file: words FILE")?;
    let words = program(&file)?;

    println!("{} different words; the most frequent ones:", words.len());
    for (word, count) in words.iter().take(5) {
        println!("{count:>8}  {word}");
    }

    // The numbers are taken first and printed then: printing allocates, and taking them does not.
    let now = ALLOCATOR.statistics();
    drop(words);
    let then = ALLOCATOR.statistics();
    println!("\nWhile the words are there:\n\n{now}\n\nWhen they are gone:\n\n{then}");
    Ok(())
}
