//! Looks at a small book in a real browser, where one is installed with Node and the packages of
//! `book/tool/browser`: every kind of block, light and dark, wide and on a phone. `look.mjs` there says
//! what it looks for; it also takes the address of the real book.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use crate::serve::{Shelf, accept, listen, read};
use crate::site;
use crate::testing::{Fixture, picture};

const CHAPTER: &str = r#"# 참조 카운트 and more

Text with `code`, a [link](#task-1-1), <kbd>Ctrl</kbd> and a footnote[^1].

[^1]: The footnote.

> [!NOTE]
> A note with [a link](#task-1-1).

> [!CAUTION]
> Care.

## Task 1.1: a program {#task-1-1}

{{#python p}}

{{#picture two-boxes}}

```rust
/// A line that is long enough to scroll on every screen: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
pub fn incref(op: Addr) -> Result<u64, String> { let x = "y"; 1 }
```

| a | b | c | d |
|---|---|---|---|
| a cell of some width | a cell of some width | a cell of some width | `ob_refcnt_and_more` |

```question
What does `a is b` compare?
- [x] the addresses :: `is` asks whether both names refer to one object.
- [ ] the values :: That is `==`.
```

<details><summary>Why?</summary>

Because.

</details>

```mermaid
flowchart LR
  accTitle: Two
  accDescr: A leads to B.
  A --> B
```
"#;

#[test]
fn a_browser_finds_nothing_wrong() {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let asks = "import('./chromium.mjs').then(m => process.exit(m.installed() ? 0 : 1))";
    let is_there = Command::new("node")
        .args(["--input-type=module", "-e", asks])
        .current_dir(&tools)
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_there {
        println!("skipped: Node, Chromium or `npm install` in book/tool/browser is missing");
        return;
    }
    let fixture = Fixture::new(CHAPTER);
    fixture.write(
        "python/p.py",
        "import sys\n\n\nprint('x' * 100)  # a comment\n",
    );
    fixture.write("python/p.3.11.out", "# Python 3.11.7\nxxxx\n");
    let site = site::build_with(&fixture.repo, &[picture()]).unwrap();
    let shelf = Arc::new(Shelf::default());
    shelf.put(Ok(read(site.folder()).unwrap()));
    let (listener, port) = listen(0).unwrap();
    thread::spawn(move || accept(&listener, &shelf));
    let output = Command::new("node")
        .arg("look.mjs")
        .arg(format!("http://127.0.0.1:{port}/"))
        .current_dir(&tools)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
