//! What the root record leads to: the regions, the static types, the frames.

use std::collections::{BTreeMap, BTreeSet};

use memory::root::{MAGIC, ROOT, VERSION};
use memory::{Addr, Code, Frame, Region, RegionRecord, Root, WORD};

use super::{Finder, OB_TYPE};
use crate::bytes::offset;
use crate::model::{CodePart, FramePart, Link, MAX_OBJECTS, ProblemKind, RegionPart};

impl Finder<'_> {
    pub(super) fn root(&mut self) -> bool {
        let word = |at| self.bytes.word(ROOT.get() + at).unwrap_or(0);
        let (magic, version, size) = (word(0), word(8), word(16));
        let mut good = true;
        if magic != MAGIC {
            self.problem(
                ROOT,
                ProblemKind::Root,
                format!("no root record: its first word is {magic:#x}, not \"PRIVHEAP\""),
            );
            good = false;
        } else if version != VERSION {
            self.problem(
                ROOT,
                ProblemKind::Root,
                format!(
                    "the root record is of version {version}, and this picture reads {VERSION}"
                ),
            );
            good = false;
        } else if size != self.bytes.size() {
            self.problem(
                ROOT,
                ProblemKind::Root,
                format!(
                    "the root record says that the range has {size} bytes, and it has {}",
                    self.bytes.size()
                ),
            );
        }
        good
    }

    pub(super) fn regions(&mut self) {
        let mut below = 0;
        for region in Region::ALL {
            let record = ROOT.get() + 48 + RegionRecord::SIZE * region as u64;
            let word = |field| self.bytes.word(record + field).unwrap_or(0);
            let part = RegionPart {
                region,
                start: word(offset(RegionRecord::FIELDS, "start")),
                end: word(offset(RegionRecord::FIELDS, "end")),
                limit: word(offset(RegionRecord::FIELDS, "limit")),
            };
            if part.start == 0 && part.end == 0 && part.limit == 0 {
                self.regions.push(part);
                continue;
            }
            let record = ROOT.plus(record - ROOT.get());
            let wrong = if part.end < part.start {
                Some(format!(
                    "the {region} region ends at {:#06x}, before its start {:#06x}",
                    part.end, part.start
                ))
            } else if part.end > self.bytes.size() {
                Some(format!(
                    "the {region} region ends at {:#06x}, beyond the range of {:#x} bytes",
                    part.end,
                    self.bytes.size()
                ))
            } else if region == Region::Stack && part.start < part.limit {
                Some(format!(
                    "the top of the stack, {:#06x}, lies below its limit {:#06x}",
                    part.start, part.limit
                ))
            } else if region != Region::Stack && part.end > part.limit {
                Some(format!(
                    "the {region} region ends at {:#06x}, beyond its limit {:#06x}",
                    part.end, part.limit
                ))
            } else if part.start < below {
                Some(format!(
                    "the {region} region begins at {:#06x}, before the end {below:#06x} of the one below it",
                    part.start
                ))
            } else {
                None
            };
            if let Some(words) = wrong {
                self.problem(record, ProblemKind::Region, words);
            }
            below = below.max(part.end);
            self.regions.push(part);
        }
    }

    pub(super) fn static_types(&mut self) {
        let (Some(table), Some(count)) = (
            self.root_word("types"),
            self.bytes.word(ROOT.get() + offset(Root::FIELDS, "ntypes")),
        ) else {
            return;
        };
        if count > 1024 || !self.bytes.holds(table.get(), count * WORD) {
            self.problem(
                table,
                ProblemKind::Type,
                format!("the table of static types has {count} entries, which cannot be"),
            );
            return;
        }
        let entries: Vec<Option<Addr>> = (0..count)
            .map(|index| self.bytes.addr(table.get() + WORD * index))
            .collect();
        self.metatype = entries
            .iter()
            .flatten()
            .copied()
            .find(|entry| self.bytes.addr(entry.get().saturating_add(OB_TYPE)) == Some(*entry));
        for (index, entry) in entries.into_iter().enumerate() {
            // A table under construction has empty places.
            let Some(entry) = entry else { continue };
            if self.type_info(entry).is_none() {
                self.problem(
                    table.plus(WORD * index as u64),
                    ProblemKind::Type,
                    format!(
                        "entry {index} of the table of static types is {entry}: no type object"
                    ),
                );
            }
            self.static_types.push(entry);
        }
    }

    pub(super) fn frames(&mut self) -> (Vec<FramePart>, Vec<CodePart>) {
        let mut frames = Vec::new();
        let mut codes: BTreeMap<Addr, CodePart> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut next = self.root_word("frame");
        while let Some(addr) = next {
            if !seen.insert(addr) {
                self.problem(
                    addr,
                    ProblemKind::Frame,
                    "the frames run in a circle: this one is its own caller's caller",
                );
                break;
            }
            if seen.len() > MAX_OBJECTS {
                self.truncated = true;
                break;
            }
            if self.region_of(addr.get()) != Some(Region::Stack)
                || !addr.is_aligned(WORD)
                || !self.bytes.holds(addr.get(), Frame::SIZE)
            {
                self.problem(
                    addr,
                    ProblemKind::Frame,
                    "the chain of frames is lost here: no frame can lie at this address",
                );
                break;
            }
            let at = addr.get();
            let word = |field| self.bytes.word(at + field).unwrap_or(0);
            let size = word(offset(Frame::FIELDS, "size"));
            let previous = self.bytes.addr(at + offset(Frame::FIELDS, "previous"));
            let code = self.bytes.addr(at + offset(Frame::FIELDS, "f_code"));
            let code = code.and_then(|code| {
                let part = match codes.get(&code) {
                    Some(part) => Some(part.clone()),
                    None => self.code(code),
                };
                part.inspect(|part| {
                    codes.insert(code, part.clone());
                })
            });
            let (name, varnames) = match code {
                Some(code) => (code.name, code.varnames),
                None => {
                    let words = "its f_code is no code record of the text region";
                    self.problem(addr, ProblemKind::Frame, words);
                    ("?".to_owned(), Vec::new())
                }
            };
            let needed = Frame::size_for(varnames.len() as u64);
            if size < needed || size % WORD != 0 {
                self.problem(
                    addr,
                    ProblemKind::Frame,
                    format!("its size is {size}, and {name}() needs {needed} bytes"),
                );
            }
            if previous.is_some_and(|previous| previous.get() < at.saturating_add(size)) {
                self.problem(
                    addr,
                    ProblemKind::Frame,
                    "its caller's frame does not lie behind it: frames overlap",
                );
            }
            let locals = varnames
                .iter()
                .enumerate()
                .filter_map(|(index, label)| {
                    let place = at + Frame::SIZE + WORD * index as u64;
                    self.slot(label, place, Link::Strong)
                })
                .collect();
            frames.push(FramePart {
                addr,
                name,
                size,
                locals,
            });
            next = previous;
        }
        (frames, codes.into_values().collect())
    }

    pub(super) fn code(&self, addr: Addr) -> Option<CodePart> {
        let at = addr.get();
        if self.region_of(at) != Some(Region::Text) || !self.bytes.holds(at, Code::SIZE) {
            return None;
        }
        let name = self.bytes.word(at + offset(Code::FIELDS, "co_name"))?;
        let nlocals = self.bytes.word(at + offset(Code::FIELDS, "co_nlocals"))?;
        let name = self.bytes.c_string(name)?;
        if nlocals > 255 {
            return None;
        }
        let varnames = (0..nlocals)
            .map(|index| {
                self.bytes
                    .word(at + Code::SIZE + WORD * index)
                    .and_then(|varname| self.bytes.c_string(varname))
                    .unwrap_or_else(|| "?".to_owned())
            })
            .collect();
        Some(CodePart {
            addr,
            name,
            varnames,
        })
    }
}
