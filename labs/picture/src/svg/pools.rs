//! Arenas as rows of pools, the lists, and pools as rows of blocks.

use memory::Addr;
use memory::pool::PoolHeader;

use super::SvgOptions;
use super::canvas::{Anchor, Canvas, SMALL, fit, num, width};
use super::chain::{self, Link};
use crate::model::{ArenaPart, BlockState, Picture, PoolPart, PoolState, Pools};
use crate::text::pools::{PoolCell, cells, named, places, state};

const MARGIN: f64 = 6.0;
const TITLE: f64 = 24.0;
const LINE: f64 = 15.0;
const CELL: f64 = 34.0;
const STEP: f64 = 39.0;
/// The most pools, and the most arenas, that are drawn.
const BOXES: usize = 24;
/// The most rows of cells of one pool.
const ROWS: usize = 24;
/// The most boxes of the list of an arena's free pools: two rows of them.
const FREEPOOLS: usize = 9;
/// The most problems that are written out.
const PROBLEMS: usize = 6;
/// What a cell should be wide, at least.
const BLOCK: f64 = 66.0;
const POOL: f64 = 42.0;

/// What all the drawing functions need.
struct Draw<'a> {
    picture: &'a Picture,
    options: &'a SvgOptions<'a>,
    pools: &'a Pools,
    canvas: &'a mut Canvas,
    total: f64,
}

/// Draws what the options ask for from `top` on; returns the height.
pub(crate) fn draw(
    picture: &Picture,
    options: &SvgOptions<'_>,
    canvas: &mut Canvas,
    top: f64,
    total: f64,
) -> f64 {
    let mut y = top;
    if let Some(pools) = &picture.pools {
        let mut draw = Draw {
            picture,
            options,
            pools,
            canvas,
            total,
        };
        y += draw.parts(y);
    }
    if options.problems {
        y += problems(picture, canvas, y, total);
    }
    y - top
}

/// The sentences of those who cannot see it.
pub(crate) fn describe(picture: &Picture, options: &SvgOptions<'_>) -> Vec<String> {
    let Some(pools) = &picture.pools else {
        return Vec::new();
    };
    let (shown, words) = (&options.pools, &options.words);
    let mut parts = Vec::new();
    for arena in pools
        .arenas
        .values()
        .filter(|a| shown.arenas && shown.has(a.addr))
        .take(BOXES)
    {
        parts.push(format!(
            "{} {}: nfreepools {} {} {}",
            words.arena, arena.addr, arena.nfreepools, words.out_of, arena.ntotalpools
        ));
    }
    if shown.lists {
        let join = |list: &[Addr]| {
            list.iter()
                .map(Addr::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        };
        for list in &pools.used {
            parts.push(format!("usedpools[{}]: {}", list.szidx, join(&list.pools)));
        }
    }
    for pool in pools
        .pools
        .values()
        .filter(|p| shown.pools && shown.has(p.addr))
        .take(BOXES)
    {
        parts.push(format!(
            "{} {}: {}",
            words.pool,
            pool.addr,
            state(pool, words)
        ));
    }
    parts
}

impl Draw<'_> {
    fn parts(&mut self, top: f64) -> f64 {
        let (pools, shown) = (self.pools, &self.options.pools);
        let mut y = top;
        if shown.arenas {
            let arenas = pools.arenas.values().filter(|arena| shown.has(arena.addr));
            for arena in arenas.clone().take(BOXES) {
                y += self.arena(arena, y);
            }
            y += self.more(arenas.count(), y);
        }
        if shown.lists {
            y += self.arena_lists(y);
            y += self.pool_lists(y);
        }
        if shown.pools {
            let drawn = pools.pools.values().filter(|pool| shown.has(pool.addr));
            for pool in drawn.clone().take(BOXES) {
                y += self.pool(pool, y);
            }
            y += self.more(drawn.count(), y);
        }
        y - top
    }

    fn changed(&self, is: impl Fn(&crate::Diff) -> bool) -> bool {
        self.options.changed.is_some_and(is)
    }

    fn more(&mut self, count: usize, y: f64) -> f64 {
        if count <= BOXES {
            return 0.0;
        }
        let text = format!("… {} {}", count - BOXES, self.options.words.more);
        self.canvas
            .text("ph-small", Anchor::Start, MARGIN, y + 11.0, &text);
        18.0
    }

    /// Title and notes of a pool or arena; returns the height.
    fn head(&mut self, title: &str, right: &str, notes: &[String], y: f64) -> f64 {
        if !title.is_empty() {
            let (left, end) = (MARGIN + 8.0, self.total - MARGIN - 8.0);
            self.canvas
                .text("ph-bold", Anchor::Start, left, y + 17.0, title);
            self.canvas.text("", Anchor::End, end, y + 17.0, right);
        }
        let room = self.total - 2.0 * MARGIN - 16.0;
        let mut at = y + TITLE;
        let mut line = String::new();
        for note in notes {
            let longer = if line.is_empty() {
                note.clone()
            } else {
                format!("{line} · {note}")
            };
            if width(&longer, SMALL) > room && !line.is_empty() {
                self.canvas
                    .text("ph-small", Anchor::Start, MARGIN + 8.0, at + 11.0, &line);
                at += LINE;
                line = note.clone();
            } else {
                line = longer;
            }
        }
        if !line.is_empty() {
            self.canvas
                .text("ph-small", Anchor::Start, MARGIN + 8.0, at + 11.0, &line);
            at += LINE;
        }
        at + 4.0 - y
    }

    /// The frame around a pool or arena that goes from `y` down by `height`.
    fn frame(&mut self, changed: bool, wrong: bool, y: f64, height: f64) {
        let class = match (wrong, changed) {
            (true, _) => "ph-frameless ph-wrong",
            (_, true) => "ph-frameless ph-changed",
            _ => "ph-frameless",
        };
        let w = self.total - 2.0 * MARGIN;
        self.canvas.rect(class, MARGIN, y, w, height, 5.0);
    }

    /// Where cells begin, how wide they are, and how many are in a row.
    fn grid(&self, least: f64, addresses: &str) -> (f64, f64, usize) {
        let left = MARGIN + 14.0 + width(addresses, SMALL);
        let room = self.total - left - MARGIN - 6.0;
        let mut count = (room / least).floor().max(1.0) as usize;
        // Rows of 4, 8, 16 are easier to count in.
        if count > 4 && least < BLOCK {
            count -= count % 4;
        }
        (left, room / count as f64, count)
    }

    fn row_address(&mut self, addr: Addr, y: f64) {
        let base = y + CELL / 2.0 + 4.0;
        let text = addr.to_string();
        self.canvas
            .text("ph-small", Anchor::Start, MARGIN + 8.0, base, &text);
    }

    fn marked(&mut self, changed: bool, x: f64, y: f64, w: f64, [one, two]: [&str; 2]) {
        let one = if changed {
            format!("~ {one}")
        } else {
            one.to_owned()
        };
        self.lines(x, y, w, [one.trim_end(), two]);
    }

    fn lines(&mut self, x: f64, y: f64, w: f64, lines: [&str; 2]) {
        if lines[0].is_empty() {
            return;
        }
        let [one, two] = lines.map(|line| fit(line, 10.0, w - 4.0));
        let middle = x + w / 2.0;
        if two.is_empty() {
            self.canvas
                .text("ph-tiny", Anchor::Middle, middle, y + 20.5, &one);
        } else {
            self.canvas
                .text("ph-tiny", Anchor::Middle, middle, y + 14.0, &one);
            self.canvas
                .text("ph-tiny", Anchor::Middle, middle, y + 27.0, &two);
        }
    }

    fn hatched(&mut self, class: &str, x: f64, y: f64, w: f64) {
        self.filled(class, "free", x, y, w);
    }

    fn filled(&mut self, class: &str, pattern: &str, x: f64, y: f64, w: f64) {
        self.canvas.raw(&format!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\" \
             style=\"fill:url(#{pattern})\"/>",
            num(x),
            num(y),
            num(w),
            num(CELL)
        ));
    }

    fn pool(&mut self, pool: &PoolPart, top: f64) -> f64 {
        let words = &self.options.words;
        let changed = self.changed(|diff| diff.pools.contains(&pool.addr));
        let mark = if changed { "~ " } else { "" };
        let names = named(self.picture, pool.addr, PoolHeader::SIZE);
        let title = format!("{mark}{names}{} {}", words.pool, pool.addr);
        let mut notes = Vec::new();
        if pool.block_size > 0 {
            notes.push(format!("{}{}", pool.block_size, words.byte_blocks));
        }
        notes.extend(places(pool, words));
        let null = |addr: Option<Addr>| addr.map_or("NULL".to_owned(), |addr| addr.to_string());
        let mut header = vec![format!("szidx {}", pool.szidx)];
        if pool.is_new() {
            header[0] = format!("szidx {:#x}", pool.szidx);
        } else {
            header.insert(0, format!("count {}", pool.count));
            header.push(format!("freeblock {}", null(pool.freeblock)));
            header.push(format!("nextoffset {}", pool.nextoffset));
            header.push(format!("maxnextoffset {}", pool.maxnextoffset));
        }
        if self.pools.arena_size.is_some() {
            header.push(format!("arenaindex {}", pool.arenaindex));
        }
        let right = state(pool, words);
        let mut y = top + self.head(&title, &right, &notes, top);
        y += self.header(&header, y);
        let cells = cells(
            self.picture,
            pool,
            self.options.changed,
            &[],
            self.options.pools.fold,
        );
        let last = cells
            .last()
            .map_or(String::new(), |cell| cell.addr.to_string());
        let (left, w, count) = self.grid(BLOCK, &last);
        for (index, row) in cells.chunks(count).enumerate() {
            if index >= ROWS {
                let more = cells.len() - ROWS * count;
                let text = format!("… {more} {}", self.options.words.more);
                self.canvas
                    .text("ph-small", Anchor::Start, left, y + 11.0, &text);
                y += 18.0;
                break;
            }
            self.row_address(row[0].addr, y);
            for (place, cell) in row.iter().enumerate() {
                self.block(pool, cell, left + w * place as f64, y, w - 4.0);
            }
            y += STEP;
        }
        let wrong = self.picture.problems_at(pool.addr).next().is_some() && self.options.problems;
        self.frame(changed, wrong, top, y - top);
        y + 12.0 - top
    }

    /// The fields of a header, in a band of their own.
    fn header(&mut self, fields: &[String], y: f64) -> f64 {
        let w = self.total - 2.0 * MARGIN;
        let height = self.head("", "", fields, y - TITLE) - TITLE;
        self.canvas.rect("ph-band", MARGIN, y - 3.0, w, height, 0.0);
        height + 6.0
    }

    fn block(&mut self, pool: &PoolPart, cell: &PoolCell, x: f64, y: f64, w: f64) {
        let words = &self.options.words;
        let changed = if cell.changed { " ph-changed" } else { "" };
        let many = cell.count.to_string();
        // Several blocks in one cell: a second edge.
        if cell.count > 1 {
            self.canvas.line(
                "ph-rule",
                x + 3.0,
                y + CELL + 2.5,
                x + w + 2.5,
                y + CELL + 2.5,
            );
            self.canvas
                .line("ph-rule", x + w + 2.5, y + 3.0, x + w + 2.5, y + CELL + 2.5);
        }
        match cell.state {
            BlockState::Allocated if cell.kept => {
                self.filled(&format!("ph-frameless{changed}"), "kept", x, y, w);
                let word = match cell.count {
                    1 => words.kept.to_owned(),
                    _ => format!("{many} {}", words.kept),
                };
                self.marked(cell.changed, x, y, w, [&word, &cell.label]);
            }
            BlockState::Allocated => {
                let class = format!("ph-live{changed}");
                self.canvas.rect(&class, x, y, w, CELL, 2.0);
                let lines = if cell.count > 1 {
                    [many.as_str(), words.allocated]
                } else {
                    [cell.label.as_str(), ""]
                };
                self.marked(cell.changed, x, y, w, lines);
            }
            BlockState::Free => {
                self.hatched(&format!("ph-frameless{changed}"), x, y, w);
                let place = pool.free.iter().position(|block| *block == cell.addr);
                let next = place.and_then(|place| pool.free.get(place + 1));
                let next = next.map_or("▶ NULL".to_owned(), |next| format!("▶{next}"));
                let first = match place {
                    Some(place) => format!("{} {}", words.free, place + 1),
                    None => words.free.to_owned(),
                };
                if cell.count > 1 {
                    self.marked(cell.changed, x, y, w, [&many, words.free]);
                } else {
                    self.marked(cell.changed, x, y, w, [&first, &next]);
                }
            }
            BlockState::Untouched => {
                let class = format!("ph-frameless ph-dash{changed}");
                self.canvas.rect(&class, x, y, w, CELL, 2.0);
                if cell.count > 1 || self.options.pools.fold < usize::MAX {
                    self.marked(cell.changed, x, y, w, [&many, words.untouched]);
                }
            }
        }
    }

    fn arena(&mut self, arena: &ArenaPart, top: f64) -> f64 {
        let words = &self.options.words;
        let changed = self.changed(|diff| diff.arenas.contains(&arena.addr));
        let mark = if changed { "~ " } else { "" };
        let names = named(self.picture, arena.record, 1);
        let title = format!("{mark}{names}{} {}", words.arena, arena.addr);
        let right = format!(
            "nfreepools {} {} {}",
            arena.nfreepools, words.out_of, arena.ntotalpools
        );
        let place = match arena.usable {
            Some(place) => format!("usable_arenas #{}", place + 1),
            None => words.no_list.to_owned(),
        };
        let notes = [
            format!("#{}", arena.number),
            place,
            format!("pool_address {:#06x}", arena.pool_address),
        ];
        let mut y = top + self.head(&title, &right, &notes, top);
        let last = arena.addr.plus(arena.size).to_string();
        if !arena.in_heap {
            self.frame(changed, false, top, y - top);
            return y + 12.0 - top;
        }
        let counts = (0..arena.carved).filter_map(|index| {
            let addr = arena.addr.plus(index * self.pools.pool_size);
            let pool = self.pools.pools.get(&addr)?;
            Some(width(&format!("{}/{}", pool.count, pool.capacity), 10.0) + 8.0)
        });
        let widest = counts.fold(POOL, f64::max);
        let (left, w, count) = self.grid(widest, &last);
        let total = (arena.size / self.pools.pool_size) as usize;
        let carved = (arena.carved as usize).min(total);
        // The rest of the last row, and then a number for all.
        let drawn = (carved + 1).next_multiple_of(count).min(total);
        let mut row = 0;
        while row * count < drawn {
            let first = row * count;
            self.row_address(self.pool_at(arena, first), y);
            for index in first..(first + count).min(drawn) {
                let addr = self.pool_at(arena, index);
                let pool = self.pools.pools.get(&addr).filter(|_| index < carved);
                let x = left + w * (index - first) as f64;
                self.arena_cell(pool, x, y, w - 4.0);
            }
            y += STEP;
            row += 1;
            // Whole rows that look like this one are a number.
            let alike = self.rows_alike(arena, row - 1, count, carved);
            if alike > 1 {
                let words = &self.options.words;
                let full = self.pools.pools[&self.pool_at(arena, first)].state == PoolState::Full;
                let state = if full { words.full } else { words.empty };
                let text = format!("… {} {} {state}", alike * count, words.more);
                self.canvas
                    .text("ph-small", Anchor::Start, left, y + 9.0, &text);
                y += 18.0;
                row += alike;
            }
        }
        if drawn < total {
            let words = &self.options.words;
            let text = format!("… {} {}", total - carved, words.untouched);
            self.canvas
                .text("ph-small", Anchor::Start, left, y + 9.0, &text);
            y += 18.0;
        }
        if arena.freepools.len() > 1 {
            let links: Vec<Link> = arena
                .freepools
                .iter()
                .map(|a| Link::new(a.to_string()))
                .collect();
            let place = (MARGIN + 8.0, y, self.total - 2.0 * MARGIN - 16.0);
            y += chain::draw_some(self.canvas, place, "freepools", &links, "NULL", FREEPOOLS);
        }
        let wrong = self.picture.problems_at(arena.addr).next().is_some() && self.options.problems;
        self.frame(changed, wrong, top, y - top);
        y + 12.0 - top
    }

    /// Where the arena's pool with this number is, or would be carved.
    fn pool_at(&self, arena: &ArenaPart, index: usize) -> Addr {
        arena.addr.plus(index as u64 * self.pools.pool_size)
    }

    /// How many whole rows of `count` pools below the row with this number hold nothing but pools that
    /// look like each one of that row: full ones of one class, or empty ones, of which none has changed.
    fn rows_alike(&self, arena: &ArenaPart, row: usize, count: usize, carved: usize) -> usize {
        if self.options.pools.fold == usize::MAX {
            return 0;
        }
        let look = |index: usize| {
            let addr = self.pool_at(arena, index);
            let pool = self.pools.pools.get(&addr).filter(|_| index < carved)?;
            let changed = self.options.changed;
            let size = match pool.state {
                _ if changed.is_some_and(|diff| diff.pools.contains(&addr)) => return None,
                PoolState::Used => return None,
                PoolState::Full => pool.block_size,
                PoolState::Empty => 0,
            };
            Some((pool.state, size))
        };
        let first = look(row * count);
        let same = |index: usize| first.is_some() && look(index) == first;
        let whole = |row: &usize| (row * count..(row + 1) * count).all(same);
        (row..).take_while(whole).count().saturating_sub(1)
    }

    fn arena_cell(&mut self, pool: Option<&PoolPart>, x: f64, y: f64, w: f64) {
        let words = &self.options.words;
        let Some(pool) = pool else {
            self.canvas.rect("ph-frameless ph-dash", x, y, w, CELL, 2.0);
            return;
        };
        let diff = self.options.changed;
        let changed = match diff.is_some_and(|diff| diff.pools.contains(&pool.addr)) {
            true => " ph-changed",
            false => "",
        };
        let size = format!("{} B", pool.block_size);
        match pool.state {
            PoolState::Empty => {
                self.hatched(&format!("ph-frameless{changed}"), x, y, w);
                self.lines(x, y, w, [words.empty, ""]);
            }
            PoolState::Full => {
                self.canvas
                    .rect(&format!("ph-live{changed}"), x, y, w, CELL, 2.0);
                self.lines(x, y, w, [&size, words.full]);
            }
            PoolState::Used => {
                // As high as it is full.
                let part = pool.count.min(pool.capacity) as f64 / pool.capacity.max(1) as f64;
                let h = (CELL * part).max(2.0);
                self.canvas.rect("ph-gauge", x, y + CELL - h, w, h, 0.0);
                self.canvas
                    .rect(&format!("ph-frameless{changed}"), x, y, w, CELL, 2.0);
                let count = format!("{}/{}", pool.count, pool.capacity);
                self.lines(x, y, w, [&size, &count]);
            }
        }
    }

    fn list(&mut self, y: f64, name: &str, links: &[Link], end: &str) -> f64 {
        let place = (MARGIN + 2.0, y, self.total - 2.0 * MARGIN - 4.0);
        chain::draw(self.canvas, place, name, links, end)
    }

    fn pool_lists(&mut self, top: f64) -> f64 {
        let mut y = top;
        let pools = self.pools;
        let link = |addr: &Addr| {
            let pool = pools.pools.get(addr);
            let mut link = Link::new(addr.to_string());
            if let Some(pool) = pool {
                link.lines.push(format!("{}/{}", pool.count, pool.capacity));
            }
            link
        };
        for list in &pools.used {
            let links: Vec<Link> = list.pools.iter().map(link).collect();
            let words = &self.options.words;
            let name = format!(
                "usedpools[{}] · {}{}",
                list.szidx, list.block_size, words.byte_blocks
            );
            y += self.list(y, &name, &links, "");
        }
        if !pools.freepools.is_empty() {
            let links: Vec<Link> = pools
                .freepools
                .iter()
                .map(|a| Link::new(a.to_string()))
                .collect();
            y += self.list(y, "freepools", &links, "NULL");
        }
        y - top
    }

    fn arena_lists(&mut self, top: f64) -> f64 {
        let pools = self.pools;
        let Some(size) = pools.arena_size else {
            return 0.0;
        };
        let mut y = top;
        let words = &self.options.words;
        let mut strange = Vec::new();
        let mut links: Vec<Link> = Vec::new();
        for addr in &pools.usable {
            let free = pools.arenas.get(addr).map_or(0, |arena| arena.nfreepools);
            links.push(Link {
                lines: vec![addr.to_string(), format!("{free} {}", words.free_pools)],
                ..Link::default()
            });
        }
        for (number, record) in &pools.nfp2lasta {
            let at = record.ok().and_then(|record| Addr::new(record * size));
            let place = pools.usable.iter().position(|addr| Some(*addr) == at);
            let name = format!("nfp2lasta[{number}]");
            match place {
                Some(place) => {
                    let under = &mut links[place].under;
                    if !under.is_empty() {
                        under.push(' ');
                    }
                    under.push_str(&format!("▲ {name}"));
                }
                None => strange.push(match record {
                    Ok(record) => format!("{name} ✗ {:#06x}", record * size),
                    Err(addr) => format!("{name} ✗ {addr}"),
                }),
            }
        }
        y += self.list(y, "usable_arenas", &links, "NULL");
        for text in strange {
            self.canvas.text(
                "ph-small ph-bad",
                Anchor::Start,
                MARGIN + 2.0,
                y + 9.0,
                &text,
            );
            y += 18.0;
        }
        if !pools.unused.is_empty() {
            let link = |number: &u64| Link {
                lines: vec![format!("#{number}"), format!("{:#06x}", number * size)],
                ..Link::default()
            };
            let links: Vec<Link> = pools.unused.iter().map(link).collect();
            y += self.list(y, "unused_arena_objects", &links, "NULL");
        }
        y - top
    }
}

/// Writes what is wrong with pools and arenas; returns the height.
fn problems(picture: &Picture, canvas: &mut Canvas, top: f64, total: f64) -> f64 {
    use crate::model::ProblemKind::{Arena, Pool};
    let mut y = top;
    let problems = picture.problems.iter();
    let problems = problems.filter(|problem| matches!(problem.kind, Pool | Arena));
    for problem in problems.take(PROBLEMS) {
        let text = format!("! {} {}", problem.addr, problem.words);
        for line in super::wrapped(&text, total - 2.0 * MARGIN) {
            canvas.text("ph-small ph-bad", Anchor::Start, MARGIN, y + 11.0, &line);
            y += LINE;
        }
        y += 3.0;
    }
    y - top
}
