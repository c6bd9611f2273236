//! `cargo lab run tune 500 10 10`: a lab's example, on the earlier labs that its tests stand on.

use anyhow::{Result, bail};
use engine::build::Product;
use engine::course::{Course, Lab};
use engine::learner::Learner;
use engine::run::attached;

use crate::words;

/// Builds and runs the example called `name`, and gives whether it ended well.
pub(crate) fn run(
    course: &Course,
    learner: &Learner<'_>,
    name: &str,
    arguments: &[String],
) -> Result<bool> {
    let mut all = Vec::new();
    for lab in &course.labs {
        all.extend(examples(course, lab)?.into_iter().map(|name| (lab, name)));
    }
    let Some((lab, _)) = all.iter().find(|(_, example)| example == name) else {
        let mut message = format!("there is no example `{name}`. The examples are:");
        for (lab, name) in all {
            message += &format!("\n  {name}  (lab {})", lab.place.number);
        }
        bail!(message);
    };
    let program = learner.program(lab, Product::Example(name))?;
    out!("{}", words::footing(&program.footing));
    let Some(executable) = program.executable else {
        let errors = words::errors(lab, &program.errors, "the example was not run");
        out!("{errors}");
        return Ok(false);
    };
    Ok(attached(&executable, arguments)?)
}

/// The names of the files in the lab's `examples`.
fn examples(course: &Course, lab: &Lab) -> Result<Vec<String>> {
    let directory = course.root.join(lab.place.lab_dir()).join("examples");
    let files = engine::read_tree(&directory, "")?;
    Ok(files
        .keys()
        .filter_map(|file| file.strip_suffix(".rs"))
        .filter(|name| !name.contains('/'))
        .map(str::to_owned)
        .collect())
}
