//! Which task a test is for, and on what it runs.

use memory::Memory;

use crate::handle::{HeapExam, MemoryExam, OnMemory, Plain, PlainExam};
use crate::{Again, Kit, run};

/// A test that is being described: which task, on what. Its `run` runs it.
#[derive(Clone, Copy, Debug)]
#[must_use = "a test that is not run tests nothing"]
pub struct Task<On> {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) size: u64,
    pub(crate) big: bool,
    pub(crate) counts: bool,
    pub(crate) alignments: &'static [u64],
    pub(crate) again: Option<Again>,
    pub(crate) on: On,
}

/// A test of task `id` (`"3.2"`); `title` says what it shows, in words that finish the sentence
/// *this test shows that …*.
pub const fn task(id: &'static str, title: &'static str) -> Task<()> {
    Task {
        id,
        title,
        size: Memory::TEST_SIZE,
        big: false,
        counts: counts_matter(id),
        alignments: &[8, 16],
        again: None,
        on: (),
    }
}

const fn counts_matter(id: &str) -> bool {
    !matches!(id.as_bytes(), [b'0' | b'1' | b'2', b'.', ..])
}

impl Task<()> {
    /// On a heap with objects.
    pub const fn heap(self, kit: Kit) -> Task<Kit> {
        self.with(kit.alignments, kit).again(kit.again)
    }

    /// On several heaps, one after the other: a name and a kit for each. For labs whose code has a
    /// geometry, so that each test runs with several:
    /// `.heaps([(Classic::NAME, kit::<Classic>()), (Modern::NAME, kit::<Modern>())])`.
    pub const fn heaps<const N: usize>(
        self,
        kits: [(&'static str, Kit); N],
    ) -> Task<[(&'static str, Kit); N]> {
        self.with(&[], kits)
    }

    /// On a new memory, whose regions are not laid out yet.
    pub const fn memory(self) -> Task<OnMemory> {
        self.with(&[8, 16], OnMemory)
    }

    /// Without a memory: runs the test once.
    ///
    /// # Panics
    /// As a failing test does.
    #[track_caller]
    pub fn plain(self, test: impl Fn(&PlainExam) + Send + Sync + 'static) {
        run::plain(self.with(&[], Plain), test);
    }

    const fn with<On>(self, alignments: &'static [u64], on: On) -> Task<On> {
        Task {
            id: self.id,
            title: self.title,
            size: self.size,
            big: self.big,
            counts: self.counts,
            alignments,
            again: self.again,
            on,
        }
    }
}

impl<On> Task<On> {
    /// On a range of `size` bytes, a power of two, instead of 64 MiB.
    pub const fn size(mut self, size: u64) -> Self {
        self.size = size;
        self
    }

    /// A test with very many objects: it runs once, straight, with the last of its alignments, and
    /// an event may make 400 million accesses to the memory instead of 4 million.
    pub const fn big(mut self) -> Self {
        self.big = true;
        self
    }

    /// Whether pictures show reference counts. They do from lab 3 on, where counts mean something.
    pub const fn counts(mut self, counts: bool) -> Self {
        self.counts = counts;
        self
    }

    /// For a test that makes its heap itself, without [`heap`](Task::heap): its kit's
    /// [`again`](Kit::again).
    pub const fn again(mut self, again: Option<Again>) -> Self {
        self.again = again;
        self
    }

    /// With these alignments of blocks only.
    pub const fn alignments(mut self, alignments: &'static [u64]) -> Self {
        self.alignments = alignments;
        self
    }
}

/// How many accesses to the memory one event may make, so that a loop without end is named within
/// a second. An event with 10,000 objects makes about a tenth of them.
const ACCESSES: u64 = 4_000_000;

impl<On> Task<On> {
    /// The same test on a heap of `kit`.
    fn for_kit(&self, kit: Kit) -> Task<Kit> {
        Task {
            id: self.id,
            title: self.title,
            size: self.size,
            big: self.big,
            counts: self.counts,
            alignments: kit.alignments,
            again: kit.again,
            on: kit,
        }
    }

    /// The task that a failure names: the later lab's, if it runs the test once more.
    pub(crate) fn failing_id(&self) -> &'static str {
        self.again.map_or(self.id, |again| again.task)
    }

    /// The line that says whose test it is, if a later lab runs it once more.
    pub(crate) fn again_line(&self) -> Option<String> {
        self.again.map(|again| again.line(self.id))
    }

    pub(crate) fn accesses(&self) -> u64 {
        if self.big { 100 * ACCESSES } else { ACCESSES }
    }
}

impl Task<Kit> {
    /// Runs the test, for each alignment straight and moved to copies of the memory. `test` is
    /// called several times and must do the same each time; if it uses values from around it,
    /// write `move |exam| …`.
    ///
    /// # Panics
    /// As a failing test does, without a word more than the failure printed.
    pub fn run(self, test: impl Fn(&HeapExam) + Send + Sync + 'static) {
        run::on_heap(self, test);
    }
}

impl<const N: usize> Task<[(&'static str, Kit); N]> {
    /// Runs the test on each heap, straight and moved to copies of the memory; a failure names the
    /// heap. There is one function for each heap: `[test::<Classic>, test::<Modern>]`. A kit is used
    /// with each of its alignments; a test that is [`big`](Task::big) runs once on each heap.
    ///
    /// # Panics
    /// As a failing test does, without a word more than the failure printed.
    pub fn run(self, tests: [fn(&HeapExam); N]) {
        let heaps = self.on.map(|(name, kit)| (name, self.for_kit(kit)));
        run::on_heaps(heaps, tests);
    }
}

impl Task<OnMemory> {
    /// Runs the test; see the `run` of a test on a heap.
    ///
    /// # Panics
    /// As a failing test does.
    pub fn run(self, test: impl Fn(&MemoryExam) + Send + Sync + 'static) {
        run::on_memory(self, test);
    }
}
