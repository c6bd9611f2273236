//! Below the columns: arenas as rows of pools, the lists, and pools as rows of blocks.

use std::collections::{BTreeMap, BTreeSet};

use memory::Addr;
use memory::pool::PoolHeader;

use super::Writer;
use super::width::{wrap, wrap_with};
use crate::model::{ArenaPart, BlockState, Holds, PoolPart, PoolState, Pools};
use crate::words::Words;

/// The most lines that one pool or arena takes.
const LINES: usize = 9;
/// Of more pools than these, only those are drawn that something has to do with.
const FEW: usize = 4;

/// A cell of a row before it is written.
pub(crate) struct PoolCell {
    pub(crate) addr: Addr,
    pub(crate) state: BlockState,
    /// A name, or what lies in it.
    pub(crate) label: String,
    /// Whether its state is another than before.
    pub(crate) changed: bool,
    /// Whether a dead object waits in it on a free list; the label is then its type.
    pub(crate) kept: bool,
    /// How many cells it stands for.
    pub(crate) count: usize,
}

/// What lies in a block that has no name.
fn contents(picture: &crate::Picture, block: Addr) -> String {
    match holds(picture, block) {
        Some(Holds::Object(addr)) => picture.object(*addr).map_or(String::new(), |o| o.short()),
        Some(Holds::Owned(_, field)) => (*field).to_owned(),
        Some(Holds::Kept(_, list)) => list.type_name().to_owned(),
        _ => String::new(),
    }
}

fn holds(picture: &crate::Picture, block: Addr) -> Option<&Holds> {
    let index = picture.blocks.binary_search_by_key(&block, |b| b.start);
    index.ok().map(|index| &picture.blocks[index].holds)
}

/// The cells of a pool; at least `fold` that are alike and have nothing to say are one.
pub(crate) fn cells(
    picture: &crate::Picture,
    pool: &PoolPart,
    changed: Option<&crate::Diff>,
    said: &[Addr],
    fold: usize,
) -> Vec<PoolCell> {
    let inside = pool.addr.get()..pool.addr.get() + pool.size;
    // The caller's names, by the number of the block.
    let mut names: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for (addr, name) in picture.names.iter() {
        if inside.contains(&addr.get())
            && let Some(index) = pool.index_of(addr.get())
        {
            names.entry(index).or_default().push(name);
        }
    }
    let mut cells: Vec<PoolCell> = Vec::new();
    for (index, (addr, state)) in pool.blocks().enumerate() {
        let label = match names.get(&(index as u64)) {
            Some(names) => names.join(", "),
            None if state == BlockState::Allocated => contents(picture, addr),
            None => String::new(),
        };
        let kept = matches!(holds(picture, addr), Some(Holds::Kept(..)));
        cells.push(PoolCell {
            addr,
            state,
            label,
            kept,
            changed: changed.is_some_and(|diff| diff.cells.contains(&addr)),
            count: 1,
        });
    }
    let mut pinned: BTreeSet<Addr> = said
        .iter()
        .filter_map(|addr| Some(pool.block(pool.index_of(addr.get())?)))
        .collect();
    pinned.extend(pool.freeblock);
    folded(cells, &pinned, fold)
}

/// Runs of at least `fold` cells that are alike become one each; what was not carved always does.
fn folded(cells: Vec<PoolCell>, pinned: &BTreeSet<Addr>, fold: usize) -> Vec<PoolCell> {
    let alike = |a: &PoolCell, b: &PoolCell| {
        let plain =
            |cell: &PoolCell| (cell.label.is_empty() || cell.kept) && !pinned.contains(&cell.addr);
        let same = (a.state, a.kept, &a.label) == (b.state, b.kept, &b.label);
        same && a.changed == b.changed && plain(a) && plain(b)
    };
    let mut out: Vec<PoolCell> = Vec::new();
    let mut run: Vec<PoolCell> = Vec::new();
    let flush = |run: &mut Vec<PoolCell>, out: &mut Vec<PoolCell>| {
        let count = run.len();
        let untouched = run
            .first()
            .is_some_and(|c| c.state == BlockState::Untouched);
        let mut cells = run.drain(..);
        if (count >= fold || untouched && fold < usize::MAX)
            && let Some(first) = cells.next()
        {
            out.push(PoolCell { count, ..first });
        } else {
            out.extend(cells);
        }
    };
    for cell in cells {
        if run.last().is_some_and(|last| !alike(last, &cell)) {
            flush(&mut run, &mut out);
        }
        run.push(cell);
    }
    flush(&mut run, &mut out);
    out
}

/// `a ▶ b ▶ NULL`.
pub(crate) fn chain(first: &str, links: impl Iterator<Item = String>) -> Vec<String> {
    let mut parts = vec![first.to_owned()];
    parts.extend(links.map(|link| format!("▶ {link}")));
    parts
}

/// The caller's names for these bytes, before a title.
pub(crate) fn named(picture: &crate::Picture, start: Addr, size: u64) -> String {
    let bytes = start.get()..start.get().saturating_add(size);
    let names = picture.names.iter();
    let names: Vec<&str> = names
        .filter(|(addr, _)| bytes.contains(&addr.get()))
        .map(|(_, name)| name)
        .collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("{}: ", names.join(", ")),
    }
}

/// What a pool is: `used 2 of 84`.
pub(crate) fn state(pool: &PoolPart, words: &Words) -> String {
    match pool.state {
        PoolState::Empty if pool.is_new() => words.not_used.to_owned(),
        PoolState::Empty => words.empty.to_owned(),
        PoolState::Full => words.full.to_owned(),
        PoolState::Used => format!(
            "{} {} {} {}",
            words.used, pool.count, words.out_of, pool.capacity
        ),
    }
}

/// Where a pool stands: `usedpools[5] #1`. In a correct heap that is one place.
pub(crate) fn places(pool: &PoolPart, words: &Words) -> Vec<String> {
    if pool.lists.is_empty() {
        return vec![words.no_list.to_owned()];
    }
    let places = pool.lists.iter();
    places
        .map(|(list, place)| format!("{list} #{}", place + 1))
        .collect()
}

impl Writer<'_> {
    /// Whether something that the picture is about lies in these bytes.
    fn concerns(&self, start: Addr, size: u64) -> bool {
        let bytes = start.get()..start.get().saturating_add(size);
        let focus = self.options.focus.iter().chain(&self.options.said).copied();
        let wrong = self.problems().map(|problem| problem.addr);
        focus.chain(wrong).any(|addr| bytes.contains(&addr.get()))
    }

    /// Whether the columns would show nothing that the pools do not.
    pub(super) fn only_pools(&self) -> bool {
        let Some(pools) = self
            .picture
            .pools
            .as_ref()
            .filter(|_| self.options.pools.any())
        else {
            return false;
        };
        let picture = self.picture;
        let known = |addr: Addr| {
            pools.pool_of(addr.get()).is_some()
                || pools.arena_of(addr.get()).is_some()
                || pools.arenas.values().any(|arena| arena.record == addr)
        };
        let nobody = picture.frames.is_empty() && picture.globals.is_none();
        nobody
            && picture.objects.values().all(|object| object.is_static)
            && picture.names.iter().all(|(addr, _)| known(addr))
            && picture
                .blocks
                .iter()
                .all(|block| block.holds == Holds::Free || known(block.start))
    }

    /// Arenas, lists and pools in at most `room` lines.
    pub(super) fn pools(&self, width: usize, room: usize) -> Vec<String> {
        let Some(pools) = self.picture.pools.as_ref() else {
            return Vec::new();
        };
        // Each part with what is kept first.
        let shown = &self.options.pools;
        let mut parts: Vec<(u8, Vec<String>)> = Vec::new();
        let arenas = pools.arenas.values().filter(|arena| shown.has(arena.addr));
        for arena in arenas.filter(|_| shown.arenas) {
            let concerned = self.concerns(arena.addr, arena.size)
                || self
                    .options
                    .changed
                    .is_some_and(|d| d.arenas.contains(&arena.addr));
            let priority = if concerned { 1 } else { 4 };
            parts.push((priority, self.arena(pools, arena, width)));
        }
        if shown.lists {
            parts.push((2, self.arena_lists(pools, width)));
            parts.push((2, self.pool_lists(pools, width)));
        }
        let few = pools.pools.len() <= FEW;
        let drawn = pools.pools.values().filter(|pool| shown.has(pool.addr));
        for pool in drawn.filter(|_| shown.pools) {
            let changed = self
                .options
                .changed
                .is_some_and(|d| d.pools.contains(&pool.addr));
            let priority = match (self.concerns(pool.addr, pool.size), changed) {
                (true, _) => 0,
                (_, true) => 1,
                _ if few => 3,
                _ => 5,
            };
            parts.push((priority, self.pool(pool, width)));
        }
        parts.retain(|(_, lines)| !lines.is_empty());
        self.fitting(parts, room)
    }

    /// The parts for which there is room, in their order.
    fn fitting(&self, parts: Vec<(u8, Vec<String>)>, room: usize) -> Vec<String> {
        let mut order: Vec<(u8, usize)> = (0..parts.len()).map(|i| (parts[i].0, i)).collect();
        order.sort_unstable();
        let total: usize = parts.iter().map(|(_, lines)| lines.len()).sum();
        let limit = if total > room {
            room.saturating_sub(1)
        } else {
            room
        };
        let mut used = 0;
        let mut kept = BTreeSet::new();
        for (_, index) in order {
            let lines = parts[index].1.len();
            if used + lines <= limit {
                used += lines;
                kept.insert(index);
            }
        }
        let left_out = parts.len() - kept.len();
        let mut lines: Vec<String> = Vec::new();
        for (index, (_, part)) in parts.into_iter().enumerate() {
            if kept.contains(&index) {
                lines.extend(part);
            }
        }
        if left_out > 0 && room > 0 {
            lines.push(format!("… {left_out} {}", self.words.more));
        }
        lines
    }

    /// Whether the reader was told of an address in these bytes.
    fn is_said(&self, start: Addr, size: u64) -> bool {
        let bytes = start.get()..start.get().saturating_add(size);
        let mut said = self.options.said.iter();
        said.any(|addr| bytes.contains(&addr.get()))
    }

    fn changed(&self, is: bool) -> &'static str {
        match self.options.changed {
            Some(_) if is => "~ ",
            _ => "",
        }
    }

    fn pool(&self, pool: &PoolPart, width: usize) -> Vec<String> {
        let words = self.words;
        let diff = self.options.changed;
        let mark = self.changed(diff.is_some_and(|d| d.pools.contains(&pool.addr)));
        let blocks = match pool.block_size {
            0 => String::new(),
            size => format!("   {size}{}", words.byte_blocks),
        };
        let said = self.is_said(pool.addr, PoolHeader::SIZE);
        let mut lines = vec![format!(
            "{mark}{}{} {}{blocks}   {}   {}{}",
            named(self.picture, pool.addr, PoolHeader::SIZE),
            words.pool,
            pool.addr,
            state(pool, words),
            places(pool, words).join(", "),
            if said { "   ◀" } else { "" }
        )];
        let cells: Vec<String> = cells(
            self.picture,
            pool,
            diff,
            &self.options.said,
            self.options.pools.fold,
        )
        .iter()
        .map(|cell| self.cell(pool, cell))
        .collect();
        let mut rows = wrap(&cells, width.saturating_sub(2));
        if pool.free.len() > 1 {
            let links = pool.free.iter().map(Addr::to_string);
            let parts = chain("freeblock", links);
            rows.extend(short(&parts, " ", width.saturating_sub(2), 1));
        }
        if rows.len() > LINES {
            let left = rows.len() - (LINES - 1);
            rows.drain(LINES - 2..rows.len() - 1);
            rows.insert(LINES - 2, format!("… {left} {}", words.more));
        }
        lines.extend(rows.into_iter().map(|row| format!("  {row}")));
        lines
    }

    fn cell(&self, pool: &PoolPart, cell: &PoolCell) -> String {
        let words = self.words;
        let (glyph, word) = match cell.state {
            BlockState::Allocated if cell.kept => ("▒▒", words.kept),
            BlockState::Allocated => ("██", words.allocated),
            BlockState::Free => ("░░", words.free),
            BlockState::Untouched => ("··", words.untouched),
        };
        let mut text = format!("{}{} {glyph}", self.changed(cell.changed), cell.addr);
        match (cell.count, cell.state) {
            (1, BlockState::Allocated) if !cell.kept => {}
            (1, _) => text.push_str(&format!(" {word}")),
            (count, _) => text.push_str(&format!(" {count} {word}")),
        }
        if !cell.label.is_empty() {
            text.push_str(&format!(" {}", super::cut(&cell.label, 20)));
        }
        let said = cell.count == 1 && self.is_said(cell.addr, pool.block_size);
        match pool.freeblock == Some(cell.addr) {
            true => text.push_str(" ◀ freeblock"),
            false if said => text.push_str(" ◀"),
            false => {}
        }
        if cell.state == BlockState::Untouched
            && pool.index_of(cell.addr.get()) == Some(pool.carved)
        {
            text.push_str(" ◀ nextoffset");
        }
        text
    }

    /// `usedpools[5] ▶ …` and, in lab 5, `freepools ▶ …`.
    fn pool_lists(&self, pools: &Pools, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for list in &pools.used {
            let name = format!("usedpools[{}]", list.szidx);
            let parts = chain(&name, list.pools.iter().map(Addr::to_string));
            lines.extend(short(&parts, " ", width, 1));
        }
        if !pools.freepools.is_empty() {
            let parts = chain("freepools", pools.freepools.iter().map(Addr::to_string));
            lines.extend(short(&parts, " ", width, 1));
        }
        lines
    }

    /// `usable_arenas ▶ …`, the table `nfp2lasta`, `unused_arena_objects ▶ …`.
    fn arena_lists(&self, pools: &Pools, width: usize) -> Vec<String> {
        let words = self.words;
        let mut lines = Vec::new();
        if pools.arena_size.is_none() {
            return lines;
        }
        let usable = pools.usable.iter().map(|addr| {
            let arena = pools.arenas.get(addr);
            let free = arena.map_or(0, |arena| arena.nfreepools);
            let names = arena.map_or(String::new(), |a| named(self.picture, a.record, 1));
            format!("{names}{addr} ({free} {})", words.free_pools)
        });
        let mut parts = chain("usable_arenas", usable);
        if parts.len() == 1 {
            parts.push("▶ NULL".to_owned());
        }
        lines.extend(short(&parts, " ", width, 2));
        if !pools.nfp2lasta.is_empty() {
            let size = pools.arena_size.unwrap_or(0);
            let mut parts = vec!["nfp2lasta".to_owned()];
            parts.extend(pools.nfp2lasta.iter().map(|(free, record)| match record {
                Ok(number) => format!("[{free}] ▶ {:#06x}", number * size),
                Err(addr) => format!("[{free}] ✗ {addr}"),
            }));
            lines.extend(short(&parts, " ", width, 2));
        }
        if !pools.unused.is_empty() {
            let size = pools.arena_size.unwrap_or(0);
            let places = pools.unused.iter();
            let places = places.map(|number| format!("#{number} ({:#06x})", number * size));
            lines.extend(short(&chain("unused_arena_objects", places), " ", width, 1));
        }
        lines
    }

    fn arena(&self, pools: &Pools, arena: &ArenaPart, width: usize) -> Vec<String> {
        let words = self.words;
        let changed = self.options.changed;
        let mark = self.changed(changed.is_some_and(|d| d.arenas.contains(&arena.addr)));
        let place = match arena.usable {
            Some(place) => format!("usable_arenas #{}", place + 1),
            None => words.no_list.to_owned(),
        };
        let mut lines = vec![format!(
            "{mark}{}{} {}   #{}   nfreepools {} {} {}   {place}",
            named(self.picture, arena.record, 1),
            words.arena,
            arena.addr,
            arena.number,
            arena.nfreepools,
            words.out_of,
            arena.ntotalpools,
        )];
        if !arena.in_heap {
            return lines;
        }
        let bar: String = (0..arena.size / pools.pool_size)
            .map(|index| {
                let addr = arena.addr.plus(index * pools.pool_size);
                match pools.pools.get(&addr) {
                    _ if index >= arena.carved => '·',
                    Some(pool) if pool.state == PoolState::Full => '█',
                    Some(pool) if pool.state == PoolState::Used => '▓',
                    _ => '░',
                }
            })
            .collect();
        lines.push(format!("  |{bar}|"));
        let cells = self.arena_cells(pools, arena);
        let mut rows = short(&cells, "  ", width.saturating_sub(2), 4);
        if arena.freepools.len() > 1 {
            let parts = chain("freepools", arena.freepools.iter().map(Addr::to_string));
            rows.extend(short(&parts, " ", width.saturating_sub(2), 1));
        }
        lines.extend(rows.into_iter().map(|row| format!("  {row}")));
        lines
    }

    /// The pools of an arena, each in a few characters; those that are alike are one.
    fn arena_cells(&self, pools: &Pools, arena: &ArenaPart) -> Vec<String> {
        let words = self.words;
        let mut runs: Vec<(Addr, String, usize)> = Vec::new();
        for index in 0..arena.carved {
            let addr = arena.addr.plus(index * pools.pool_size);
            let Some(pool) = pools.pools.get(&addr) else {
                continue;
            };
            let text = match pool.state {
                PoolState::Full => format!("█ {} B {}", pool.block_size, words.full),
                PoolState::Used => {
                    format!("▓ {} B {}/{}", pool.block_size, pool.count, pool.capacity)
                }
                PoolState::Empty => format!("░ {}", words.empty),
            };
            match runs.last_mut() {
                Some((_, last, count)) if *last == text && pool.state != PoolState::Used => {
                    *count += 1;
                }
                _ => runs.push((addr, text, 1)),
            }
        }
        let mut cells: Vec<String> = runs
            .into_iter()
            .map(|(addr, text, count)| match count {
                1 => format!("{addr} {text}"),
                _ => format!("{addr} {text} ×{count}"),
            })
            .collect();
        let left = arena.size / pools.pool_size - arena.carved;
        if left > 0 {
            let at = format!("{:#06x}", arena.pool_address);
            cells.push(format!("{at} · {left} {} ◀ pool_address", words.untouched));
        }
        cells
    }
}

/// The parts in at most `lines` lines; what does not fit is counted.
pub(crate) fn short(parts: &[String], between: &str, width: usize, lines: usize) -> Vec<String> {
    // No part is shorter than two characters, with what stands before it.
    let most = parts.len().min(width * lines / 2);
    for shown in (1..=most).rev() {
        let mut some = parts[..shown].to_vec();
        if shown < parts.len() {
            some.push(format!("… +{}", parts.len() - shown));
        }
        let rows = wrap_with(&some, width, between);
        if rows.len() <= lines {
            return rows;
        }
    }
    Vec::new()
}
