//! Lab 8 runs all tests of labs 2, 3, 4 and 7 once more: no module is left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The modules that a file declares.
fn modules(file: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../labs")
        .join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let names = text
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

#[test]
fn no_test_of_an_earlier_lab_is_left_out() {
    for (lab, package) in [
        ("02-objects", "objects"),
        ("03-refcounts", "refcounts"),
        ("04-cycles", "cycles"),
        ("07-generations", "generations"),
    ] {
        let own = modules(&format!("{lab}/tests/{package}.rs"));
        assert!(!own.is_empty(), "{lab}");
        let again = modules(&format!("08-manager/tests/earlier/{package}.rs"));
        assert_eq!(own, again, "{lab}");
    }
}
