//! The drawing in sentences.

use super::{BOXES, ROWS, is_class};
use crate::model::{Holds, Picture, Slot};
use crate::svg::SvgOptions;

/// What the picture shows, as sentences: for those who cannot see it.
pub(crate) fn describe(picture: &Picture, options: &SvgOptions<'_>) -> String {
    let mut parts = Vec::new();
    let what = |slot: &Slot| match slot.to.and_then(|to| picture.object(to)) {
        Some(object) if object.is_static => format!("{} {}", slot.label, object.value),
        Some(object) => format!("{} → {} {}", slot.label, object.short(), object.addr),
        None => match slot.to {
            Some(to) => format!("{} → {to} ✗", slot.label),
            None => format!("{} –", slot.label),
        },
    };
    if options.frames {
        for frame in picture.frames.iter().take(BOXES) {
            let locals: Vec<String> = frame.locals.iter().map(what).collect();
            parts.push(format!("{}(): {}", frame.name, locals.join(", ")));
        }
    }
    if options.objects {
        let objects = picture.objects.values().filter(|o| o.drawn && !o.is_static);
        for object in objects.take(BOXES) {
            if !options.classes && is_class(object) {
                continue;
            }
            let mut text = format!("{} {}", object.addr, object.short());
            if options.counts {
                text.push_str(&format!(", {} {}", options.words.refs, object.refcnt));
            }
            let slots: Vec<String> = object.drawn_slots().take(ROWS).map(what).collect();
            if !slots.is_empty() {
                text.push_str(&format!(": {}", slots.join(", ")));
            }
            parts.push(text);
        }
    }
    if options.gc {
        parts.extend(crate::svg::collector::describe(picture, options));
    }
    if options.kept {
        parts.extend(crate::svg::kept::describe(picture, options));
    }
    parts.extend(crate::svg::pools::describe(picture, options));
    if options.problems {
        for problem in picture.problems.iter().take(ROWS) {
            parts.push(format!("! {} {}", problem.addr, problem.words));
        }
    }
    let free = picture.blocks.iter().filter(|b| b.holds == Holds::Free);
    if options.blocks {
        parts.push(format!("{}: {}", options.words.free, free.count()));
    }
    parts.join(". ")
}
