//! Tests of running, recording and checking Python programs, on whatever CPython is installed.

use std::fs;

use super::{Installed, is_interpreter, numbers, run};
use crate::check::outputs;
use crate::record::record;
use crate::testing::Fixture;

/// The newest CPython 3 of this machine: its version, its release.
fn any(installed: &Installed) -> Option<(String, String)> {
    let release = (0..40)
        .rev()
        .find_map(|minor| installed.newest(&format!("3.{minor}")));
    if release.is_none() {
        println!("skipped: no CPython 3 is installed");
    }
    let release = release?;
    let (version, _) = release.rsplit_once('.')?;
    Some((version.to_owned(), release.clone()))
}

#[test]
fn names_and_releases_are_read() {
    for name in ["python", "python3", "python3.11", "python3.exe"] {
        assert!(is_interpreter(name), "{name}");
    }
    for name in ["python3-config", "python3.11-config", "pythonw", "ipython"] {
        assert!(!is_interpreter(name), "{name}");
    }
    assert_eq!(numbers("3.11.7"), Some((3, 11, 7)));
    assert_eq!(numbers("3.15.0a1"), None);
}

#[test]
fn a_program_prints_both_streams_in_order_and_names_no_folder() {
    let installed = Installed::find();
    let Some((_, release)) = any(&installed) else {
        return;
    };
    let fixture = Fixture::new("");
    fixture.write(
        "python/p.py",
        "import sys\nprint('하나', hash('x') == hash('x'))\nprint('two', file=sys.stderr)\nprint(3)\n1/0\n",
    );
    let program = fixture.repo.programs().join("p.py");
    let printed = run(installed.exactly(&release).unwrap(), &program).unwrap();
    assert!(
        printed.starts_with("하나 True\ntwo\n3\nTraceback"),
        "{printed}"
    );
    assert!(printed.contains("File \"p.py\", line 5"), "{printed}");
}

#[test]
fn a_recording_is_checked_against_the_real_thing() {
    let installed = Installed::find();
    let Some((version, release)) = any(&installed) else {
        return;
    };
    let fixture = Fixture::new("# One\n");
    fixture.write("python/p.py", "print(1 + 1)\nprint(3)\n");
    let file = format!("python/p.{version}.out");

    fixture.write(&file, &format!("# Python {release}\n2\n4\n"));
    let report = outputs::check(&fixture.repo).unwrap();
    assert_eq!(report.compared, 1);
    assert_eq!(
        report.problems,
        [format!(
            "book/{file}:3: Python {release} prints `3`, recorded is `4`"
        )]
    );

    // It is 3.11 that every program is recorded with; another version may be all there is.
    let recorded = record(&fixture.repo, &["p".to_owned()]);
    assert_eq!(
        recorded.is_ok(),
        installed.newest("3.11").is_some(),
        "{recorded:?}"
    );
    let text = fs::read_to_string(fixture.repo.book().join(&file)).unwrap();
    assert_eq!(text, format!("# Python {release}\n2\n3\n"));
    assert_eq!(outputs::check(&fixture.repo).unwrap().problems, [""; 0]);
}

#[test]
fn a_program_that_never_prints_the_same_is_not_recorded() {
    let installed = Installed::find();
    if installed.newest("3.11").is_none() {
        println!("skipped: no CPython 3.11 is installed");
        return;
    }
    let fixture = Fixture::new("# One\n");
    fixture.write(
        "python/p.py",
        "import os\nprint(1)\nprint(os.urandom(8).hex())\n",
    );
    let error = format!("{:#}", record(&fixture.repo, &[]).unwrap_err());
    assert!(
        error.contains("p.py") && error.contains("line 2"),
        "{error}"
    );
    assert!(
        record(&fixture.repo, &["q".to_owned()])
            .unwrap_err()
            .to_string()
            .contains("q.py")
    );
}

#[test]
fn a_release_that_is_not_installed_is_skipped_in_words() {
    let fixture = Fixture::new("# One\n");
    fixture.write("python/p.py", "print(1)\n");
    fixture.write("python/p.3.11.out", "# Python 3.11.99\n2\n");
    fixture.write("python/gone.3.11.out", "# Python 3.11.99\n2\n");
    let report = outputs::check(&fixture.repo).unwrap();
    assert_eq!(report.compared, 0);
    assert_eq!(
        report.problems,
        ["book/python/gone.3.11.out: there is no program gone.py"]
    );
    assert_eq!(
        report.skipped.as_deref(),
        Some("1 recorded outputs were not compared; not installed: Python 3.11.99")
    );
}
