//! The words in a picture, apart from the drawing, so that they can be translated.

/// The words that the faces write. What CPython calls its own (`ob_refcnt`, type names, function
/// names) and the texts of problems are not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Above the frames.
    pub stack: &'static str,
    /// Above the objects.
    pub heap: &'static str,
    /// Above the static objects.
    pub data: &'static str,
    /// Above the code records.
    pub text: &'static str,
    /// Above the global names.
    pub globals: &'static str,
    /// Above the caller's names.
    pub names: &'static str,
    /// Before a count.
    pub refs: &'static str,
    /// Before the number of references that were found, where the count is another.
    pub found: &'static str,
    /// A block that was given back.
    pub free: &'static str,
    /// A live block or object that nothing leads to.
    pub unreached: &'static str,
    /// A live block that the caller gave a name, and that holds no object of a known type.
    pub no_type: &'static str,
    /// A reference to a block that was given back.
    pub freed: &'static str,
    /// A reference to no object.
    pub no_object: &'static str,
    /// A reference to outside data and heap.
    pub outside: &'static str,
    /// A name that refers to nothing yet.
    pub unbound: &'static str,
    /// Above the sizes.
    pub bytes: &'static str,
    /// After the number of bytes in a row of the drawing.
    pub a_row: &'static str,
    /// Before what an owned block belongs to.
    pub of: &'static str,
    /// What is new since the picture before.
    pub new: &'static str,
    /// What is gone since the picture before.
    pub gone: &'static str,
    /// After the number of what was left out.
    pub more: &'static str,
    /// After the number of frames that were left out.
    pub frames: &'static str,
    /// Beside an empty list, stack or heap.
    pub empty: &'static str,
    /// After the number of objects that a picture takes in, where there are more.
    pub truncated: &'static str,
    /// After the number 1 of pages.
    pub page: &'static str,
    /// After another number of pages.
    pub pages: &'static str,
    /// Above the problems.
    pub problems: &'static str,
    /// Before the address of a pool.
    pub pool: &'static str,
    /// Before the address of an arena.
    pub arena: &'static str,
    /// After the size of a pool's blocks, without a space.
    pub byte_blocks: &'static str,
    /// A pool some of whose blocks are allocated; before how many of them.
    pub used: &'static str,
    /// Between how many there are of something and the most that there can be.
    pub out_of: &'static str,
    /// A pool that has no block to give.
    pub full: &'static str,
    /// A pool, or a record, that nobody has used yet.
    pub not_used: &'static str,
    /// A pool that is on no list.
    pub no_list: &'static str,
    /// A block that is handed out.
    pub allocated: &'static str,
    /// Blocks or pools that were not carved yet.
    pub untouched: &'static str,
    /// After the number of free pools of an arena.
    pub free_pools: &'static str,
    /// Before the number of a generation.
    pub generation: &'static str,
    /// The list of what `gc.freeze()` put aside.
    pub permanent: &'static str,
    /// Before what a generation has counted, and its threshold.
    pub count: &'static str,
    /// Containers that the collector does not look at.
    pub untracked: &'static str,
    /// A dead object that waits on a free list.
    pub kept: &'static str,
    /// Before how many blocks there are that are in no pool: those of large requests.
    pub raw: &'static str,
    /// After the number 1 of blocks.
    pub block: &'static str,
    /// After another number of blocks.
    pub blocks: &'static str,
    /// After the length 1 of a tuple.
    pub item: &'static str,
    /// After another length of a tuple.
    pub items: &'static str,
    /// Before what says when collections begin.
    pub policy: &'static str,
    /// A policy: when a count is over its threshold.
    pub automatic: &'static str,
    /// A policy: before a time.
    pub every: &'static str,
    /// Before the time of the last collection.
    pub last: &'static str,
    /// A policy: after a number of events.
    pub events: &'static str,
    /// A policy: only when the program asks.
    pub never: &'static str,
    /// After the number 1 of measured collections.
    pub pause: &'static str,
    /// After another number of them.
    pub pauses: &'static str,
    /// Before the longest pause.
    pub longest: &'static str,
    /// Before the sum of all pauses.
    pub sum: &'static str,
}

impl Words {
    /// English.
    pub const ENGLISH: Words = Words {
        stack: "stack",
        heap: "heap",
        data: "data",
        text: "text",
        globals: "globals",
        names: "names",
        refs: "refs",
        found: "found",
        free: "free",
        unreached: "unreached",
        no_type: "type not known",
        freed: "freed",
        no_object: "no object",
        outside: "outside",
        unbound: "not bound",
        bytes: "bytes",
        a_row: "bytes a row",
        of: "of",
        new: "new",
        gone: "gone",
        more: "more",
        frames: "more frames",
        empty: "empty",
        truncated: "objects are looked at, and there are more",
        page: "page",
        pages: "pages",
        problems: "problems",
        pool: "pool",
        arena: "arena",
        byte_blocks: "-byte blocks",
        used: "used",
        out_of: "of",
        full: "full",
        not_used: "never used",
        no_list: "on no list",
        allocated: "allocated",
        untouched: "untouched",
        free_pools: "free",
        generation: "generation",
        permanent: "permanent generation",
        count: "count",
        untracked: "untracked",
        kept: "kept",
        raw: "raw",
        block: "block",
        blocks: "blocks",
        item: "item",
        items: "items",
        policy: "policy",
        automatic: "automatic",
        every: "every",
        last: "last",
        events: "events",
        never: "never",
        pause: "pause",
        pauses: "pauses",
        longest: "longest",
        sum: "sum",
    };
}

impl Default for Words {
    fn default() -> Words {
        Words::ENGLISH
    }
}
