//! The pictures of chapter 0.

use memory::{Heap, Memory};
use objects::{ObjectError, int, names, str};
use picture::{Names, SvgOptions, TextOptions};

use super::{Kind, Picture};

/// This chapter's pictures.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    match one_name() {
        Ok(picture) => vec![picture],
        Err(error) => panic!("the picture of chapter 0: {error}"),
    }
}

/// `x = int("1025")`, and nothing else.
fn one_name() -> Result<Picture, ObjectError> {
    let memory = Memory::new(1 << 20)?;
    let heap = Heap {
        memory: &memory,
        object: objects::PLAIN,
        types: objects::TYPES,
    };
    objects::start(&heap)?;
    let value = int::from_i64(&heap, 1025)?;
    names::store_global(&heap, str::intern(&heap, "x")?, value)?;

    let picture = picture::Picture::of(&memory.snapshot(), &Names::new());
    let options = SvgOptions {
        title: "x = 1025".to_owned(),
        ..SvgOptions::default()
    };
    Ok(Picture {
        name: "00-one-name".to_owned(),
        caption: "The name `x` and the object that it refers to. One reference, so its count is 1."
            .to_owned(),
        kind: Kind::Model,
        svg: picture.svg(&options),
        text: picture.text(&TextOptions::default()),
    })
}
