//! Pools and arenas made by hand, on top of `Build`.

use memory::pool::{ArenaObject, DUMMY_SIZE_IDX, NFP2LASTA, PoolHeader};
use memory::{Addr, Field, Region, WORD};

use super::Build;

/// The size of a pool.
pub const POOL: u64 = 0x1000;
/// The size of an arena here: 16 pools, so that a few fit into a small range.
pub const ARENA: u64 = 0x10000;
/// The step of the size classes.
pub const STEP: u64 = 16;

/// The four pools of `allocator`, and its arenas.
pub const USED: Addr = Addr::at(0x10000);
pub const FULL: Addr = Addr::at(0x11000);
pub const EMPTY: Addr = Addr::at(0x12000);
pub const SECOND: Addr = Addr::at(0x13000);
pub const OTHER: Addr = Addr::at(0x20000);

impl Build {
    /// The root's fields, and the heads of the lists of used pools. The heap ends at 0x40000.
    pub fn start_pools(&self) {
        let root = self.root();
        root.alignment().set(STEP);
        root.pool_size().set(POOL);
        root.region(Region::Heap).end().set(0x40000);
        for szidx in 0..512 / STEP {
            let head = PoolHeader::used(&self.memory, szidx);
            head.nextpool().set(Some(head.addr()));
            head.prevpool().set(Some(head.addr()));
        }
    }

    /// A pool of class `szidx` with `carved` blocks; those with the numbers `free` are in its free
    /// list, in this order.
    pub fn pool(&self, at: Addr, szidx: u64, carved: u64, free: &[u64]) -> PoolHeader<'_> {
        let size = (szidx + 1) * STEP;
        let header = PoolHeader::at(&self.memory, at);
        let block = |index: u64| at.plus(PoolHeader::SIZE + index * size);
        header.count().set(carved - free.len() as u64);
        header.szidx().set(szidx as u32);
        header.arenaindex().set((at.get() / ARENA) as u32);
        header
            .nextoffset()
            .set((PoolHeader::SIZE + carved * size) as u32);
        header.maxnextoffset().set((POOL - size) as u32);
        header
            .freeblock()
            .set(free.first().map(|index| block(*index)));
        for (place, index) in free.iter().enumerate() {
            let next = free.get(place + 1).map_or(0, |next| block(*next).get());
            self.memory.store(block(*index), next);
        }
        header
    }

    /// Makes the list of used pools of a class.
    pub fn used_list(&self, szidx: u64, pools: &[Addr]) {
        let head = PoolHeader::used(&self.memory, szidx);
        let mut before = head;
        for pool in pools {
            let header = PoolHeader::at(&self.memory, *pool);
            before.nextpool().set(Some(*pool));
            header.prevpool().set(Some(before.addr()));
            before = header;
        }
        before.nextpool().set(Some(head.addr()));
        head.prevpool().set(Some(before.addr()));
    }

    pub fn pool_header(&self, pool: Addr) -> PoolHeader<'_> {
        PoolHeader::at(&self.memory, pool)
    }

    pub fn arena(&self, number: u64) -> ArenaObject<'_> {
        let row = self.root().arenas().get().expect("a row");
        ArenaObject::at(&self.memory, row.plus(ArenaObject::SIZE * number))
    }

    pub fn nfp2lasta(&self, number: u64) -> Field<'_, Option<Addr>> {
        Field::at(&self.memory, NFP2LASTA.plus(WORD * number))
    }

    fn new_arena(&self, number: u64, carved: u64, free: &[Addr]) {
        let arena = self.arena(number);
        let address = Addr::at(number * ARENA);
        arena.address().set(Some(address));
        arena.pool_address().set(Some(address.plus(carved * POOL)));
        arena.ntotalpools().set(16);
        arena
            .nfreepools()
            .set((16 - carved + free.len() as u64) as u32);
        arena.freepools().set(free.first().copied());
        for (place, pool) in free.iter().enumerate() {
            self.pool_header(*pool)
                .nextpool()
                .set(free.get(place + 1).copied());
        }
    }
}

/// Lab 5: a used pool, a full one and an empty one.
pub fn pools() -> Build {
    let b = Build::new();
    b.start_pools();
    b.pool(USED, 2, 5, &[3, 1]);
    b.pool(FULL, 3, 63, &[]);
    b.pool(EMPTY, 3, 2, &[1, 0]);
    b.used_list(2, &[USED]);
    b.pool_header(EMPTY).nextpool().set(None);
    b.root().freepools().set(Some(EMPTY));
    b
}

/// Lab 6: two arenas, a used and a full pool, an empty one, and a record of an arena that was given
/// back.
pub fn allocator() -> Build {
    let b = Build::new();
    b.start_pools();
    let root = b.root();
    root.arena_size().set(ARENA);
    root.arenas().set(Some(Addr::at(0x7000)));
    root.maxarenas().set(16);
    b.pool(USED, 2, 5, &[3, 1]);
    b.pool(FULL, 3, 63, &[]);
    b.pool(EMPTY, 3, 2, &[1, 0]);
    b.pool(SECOND, 2, 3, &[2]);
    b.pool(OTHER, 0, 4, &[0]);
    b.used_list(2, &[SECOND, USED]);
    b.used_list(0, &[OTHER]);
    b.new_arena(1, 4, &[EMPTY]);
    b.new_arena(2, 1, &[]);
    let (one, two) = (b.arena(1), b.arena(2));
    root.usable_arenas().set(Some(one.addr()));
    one.nextarena().set(Some(two.addr()));
    two.prevarena().set(Some(one.addr()));
    b.nfp2lasta(13).set(Some(one.addr()));
    b.nfp2lasta(15).set(Some(two.addr()));
    root.unused_arena_objects().set(Some(b.arena(3).addr()));
    b.arena(3).ntotalpools().set(16);
    root.narenas_currently_allocated().set(2);
    root.narenas_highwater().set(3);
    root.ntimes_arena_allocated().set(3);
    b
}

/// A pool that was carved from its arena, and that nobody has used.
pub fn carve(b: &Build, at: Addr) {
    let header = b.pool_header(at);
    header.arenaindex().set((at.get() / ARENA) as u32);
    header.szidx().set(DUMMY_SIZE_IDX);
}
