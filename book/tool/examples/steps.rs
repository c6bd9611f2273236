//! Prints the picture of a script of steps, to try one out before it goes into a chapter.
//!
//! ```text
//! cargo run -p book --example steps -- pools "A,B,C=48 | -B"              as text
//! cargo run -p book --example steps -- arenas "a1..a400=48" svg > a.svg   as a drawing
//! ```
//! With `modern` as a further word, in the sizes of today.

use book::pictures::steps;
use memory::geometry::{Classic, Modern};
use picture::PoolParts;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|given| given == word);
    let Some(script) = words.get(1) else {
        eprintln!("usage: steps pools|arenas \"A=48 | -A\" [svg] [modern]");
        return;
    };
    let run = match (words[0].as_str(), has("modern")) {
        ("pools", false) => steps::pools::<Classic>(script),
        ("pools", true) => steps::pools::<Modern>(script),
        (_, false) => steps::arenas::<Classic>(script),
        (_, true) => steps::arenas::<Modern>(script),
    };
    let parts = match (has("lists"), has("only-arenas"), has("only-pools")) {
        (true, _, _) => PoolParts::LISTS,
        (_, true, _) => PoolParts::ARENAS,
        (_, _, true) => PoolParts::POOLS,
        _ => PoolParts::ALL,
    };
    let drawn = run.draw_parts("steps", "steps", parts);
    if has("svg") {
        println!("{}", drawn.svg);
    } else {
        print!("{}", drawn.text);
    }
}
