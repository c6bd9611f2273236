//! Tasks 6.5, 6.6 and 6.8: the list of usable arenas.

use arenas::usable::{
    insert_only, leave_equals, link_behind, link_front, nfp2lasta, one_free_pool_less,
    one_free_pool_more, unlink,
};
use exam::{HeapExam, Random};
use memory::pool::ArenaObject;
use memory::{Addr, Classic, Geometry, Modern};

use super::support::{ROWS, arena, arrange, arrange_all, called, same, same_all};

/// Calls a function of the lab with the arena of this letter.
fn with(exam: &HeapExam, what: &str, name: char, code: fn(ArenaObject<'_>)) {
    let at = called(exam, name);
    exam.manager_event(format!("{what}({name})"), |heap| {
        code(ArenaObject::at(heap.memory, at));
    });
}

fn nfreepools(exam: &HeapExam, name: char) -> u32 {
    let at = called(exam, name);
    arena(exam, at, |arena| arena.nfreepools().get())
}

/// The words of a list of arenas, without the table: `arrange` and `same` keep both.
fn list(exam: &HeapExam) -> String {
    let names: Vec<(Addr, char)> = ('A'..='H').map(|name| (called(exam, name), name)).collect();
    let called = |at: Option<Addr>| match at {
        None => '-',
        Some(at) => names.iter().find(|it| it.0 == at).map_or('?', |it| it.1),
    };
    exam.quietly(|heap| {
        let mut text = String::new();
        let mut next = memory::Root::of(heap.memory).usable_arenas().get();
        while let Some(at) = next
            && text.len() < 60
        {
            let arena = ArenaObject::at(heap.memory, at);
            let prev = called(arena.prevarena().get());
            text.push_str(&format!("{}(prev {prev}) ", called(Some(at))));
            next = arena.nextarena().get();
        }
        text.trim_end().to_owned()
    })
}

/// Arenas B and C are usable. A, which is on no list yet, has so many free pools that its new place
/// will be right, and the table knows of it already: so nothing but the links can be found wrong.
fn arrange_with_a<G: Geometry>(exam: &HeapExam, nf: u32) {
    arrange::<G>(exam, "B3 C7 A0");
    let at = called(exam, 'A');
    exam.note(format!(
        "then A gets {nf} free pools, in the test, and the table its entry: only the links are missing"
    ));
    exam.quietly(|heap| {
        let arena = ArenaObject::at(heap.memory, at);
        arena.nfreepools().set(nf);
        let end = arena.pool_address().get().map_or(0, Addr::get);
        let carved = Addr::at(end - u64::from(nf) * G::POOL_SIZE);
        arena.pool_address().set(Some(carved));
        nfp2lasta(heap.memory, nf).set(Some(at));
    });
}

#[test]
fn task_6_5_in_front_of_all_others() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange_with_a::<G>(exam, 2);
        with(exam, "link_front", 'A', link_front);
        exam.equal("the list", "A(prev -) B(prev A) C(prev B)", list(exam));
    }
    exam::task("6.5", "link_front puts an arena in front")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_5_in_front_of_nothing() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A0");
        with(exam, "link_front", 'A', link_front);
        exam.equal("the list", "A(prev -)", list(exam));
    }
    exam::task(
        "6.5",
        "link_front makes an arena the only one of an empty list",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

fn behind(exam: &HeapExam, name: char, last: char) {
    let (at, last_at) = (called(exam, name), called(exam, last));
    exam.manager_event(format!("link_behind({name}, {last})"), |heap| {
        link_behind(ArenaObject::at(heap.memory, at), last_at);
    });
}

#[test]
fn task_6_5_behind_another() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange_with_a::<G>(exam, 5);
        behind(exam, 'A', 'B');
        exam.equal("the list", "B(prev -) A(prev B) C(prev A)", list(exam));
    }
    exam::task("6.5", "link_behind puts an arena between two")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_5_behind_the_last() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange_with_a::<G>(exam, 9);
        behind(exam, 'A', 'C');
        exam.equal("the list", "B(prev -) C(prev B) A(prev C)", list(exam));
    }
    exam::task("6.5", "link_behind puts an arena at the end")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_5_off_the_list() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A3 B4 C5 D6");
        with(exam, "unlink", 'B', unlink);
        exam.equal("the list", "A(prev -) C(prev A) D(prev C)", list(exam));
        with(exam, "unlink", 'A', unlink);
        exam.equal("the list", "C(prev -) D(prev C)", list(exam));
        with(exam, "unlink", 'D', unlink);
        exam.equal("the list", "C(prev -)", list(exam));
        with(exam, "unlink", 'C', unlink);
        exam.equal("the list", "", list(exam));
    }
    exam::task(
        "6.5",
        "unlink takes the middle, the first, the last and the only one",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_5_the_table_is_not_looked_at() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A3 B3 C7 D0");
        exam.note("the table nfp2lasta must not be touched");
        let table = memory::pool::NFP2LASTA;
        exam.forbid(table, 65 * 8);
        with(exam, "unlink", 'B', unlink);
        exam.forbid(table, 65 * 8);
        behind(exam, 'B', 'C');
        exam.forbid(table, 65 * 8);
        with(exam, "link_front", 'D', link_front);
    }
    exam::task("6.5", "list and table are kept apart")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_6_the_one_in_front_is_the_last_now() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A3 B3 C7");
        with(exam, "leave_equals", 'B', leave_equals);
        let found = table(exam, 3);
        exam.equal("nfp2lasta[3]", "A", found);
        exam.equal("nfp2lasta[7]", "C", table(exam, 7));
    }
    exam::task(
        "6.6",
        "the arena in front, with as many free pools, is the last one now",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

fn table(exam: &HeapExam, nf: u32) -> String {
    let names: Vec<(Addr, char)> = ('A'..='H').map(|name| (called(exam, name), name)).collect();
    let word = exam.word(memory::pool::NFP2LASTA.plus(8 * u64::from(nf)));
    match Addr::new(word) {
        None => "NULL".to_owned(),
        Some(at) => names
            .iter()
            .find(|it| it.0 == at)
            .map_or(at.to_string(), |it| it.1.to_string()),
    }
}

#[test]
fn task_6_6_no_other_has_as_many() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A3 B4 C7");
        with(exam, "leave_equals", 'B', leave_equals);
        exam.equal("nfp2lasta[4]", "NULL", table(exam, 4));
        with(exam, "leave_equals", 'A', leave_equals);
        exam.equal("nfp2lasta[3]", "NULL", table(exam, 3));
        exam.equal("nfp2lasta[7]", "C", table(exam, 7));
    }
    exam::task("6.6", "where no other has as many, the entry becomes NULL")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_6_another_one_is_the_last() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A3 B3 C3");
        with(exam, "leave_equals", 'A', leave_equals);
        with(exam, "leave_equals", 'B', leave_equals);
        same::<G>(exam, "A3 B3 C3");
        exam.equal("words written", 0, exam.work().manager.stores);
    }
    exam::task(
        "6.6",
        "if another arena is the last of its equals, the table stays",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_6_the_only_usable_one() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "B0 A0");
        let at = called(exam, 'A');
        arena(exam, at, |arena| arena.nfreepools().set(64));
        exam.note("A has 64 free pools, and is on no list yet");
        with(exam, "insert_only", 'A', insert_only);
        same::<G>(exam, "A64");
    }
    exam::task("6.6", "the only usable arena is the first and the last one")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_6_one_less() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A9 B12");
        with(exam, "one_free_pool_less", 'A', one_free_pool_less);
        same::<G>(exam, "A8 B12");
    }
    exam::task(
        "6.6",
        "the first arena has one free pool less, and stays first",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_6_one_less_than_its_equals() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A9 B9 C9 D12");
        with(exam, "one_free_pool_less", 'A', one_free_pool_less);
        same::<G>(exam, "A8 B9 C9 D12");
        with(exam, "one_free_pool_less", 'A', one_free_pool_less);
        same::<G>(exam, "A7 B9 C9 D12");
    }
    exam::task("6.6", "the arenas that it was equal to keep their last one")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_6_none_is_left() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A1 B1 C4");
        with(exam, "one_free_pool_less", 'A', one_free_pool_less);
        exam.equal("nfreepools of A", 0, nfreepools(exam, 'A'));
        same::<G>(exam, "B1 C4");
        with(exam, "one_free_pool_less", 'B', one_free_pool_less);
        same::<G>(exam, "C4");
        arrange::<G>(exam, "A1");
        with(exam, "one_free_pool_less", 'A', one_free_pool_less);
        same::<G>(exam, "");
    }
    exam::task("6.6", "an arena without a free pool leaves the list")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_8_usable_again() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "B1 C4 A0");
        with(exam, "one_free_pool_more", 'A', one_free_pool_more);
        same::<G>(exam, "A1 B1 C4");
        arrange::<G>(exam, "B2 C4 A0");
        with(exam, "one_free_pool_more", 'A', one_free_pool_more);
        same::<G>(exam, "A1 B2 C4");
        arrange::<G>(exam, "A0");
        with(exam, "one_free_pool_more", 'A', one_free_pool_more);
        same::<G>(exam, "A1");
    }
    exam::task("6.8", "an arena that had no free pool goes to the front")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_8_the_last_of_its_equals_stays() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A3 B5 C9");
        with(exam, "one_free_pool_more", 'A', one_free_pool_more);
        same::<G>(exam, "A4 B5 C9");
        with(exam, "one_free_pool_more", 'A', one_free_pool_more);
        same::<G>(exam, "A5 B5 C9");
        arrange::<G>(exam, "A3 B3 C9");
        with(exam, "one_free_pool_more", 'B', one_free_pool_more);
        same::<G>(exam, "A3 B4 C9");
        with(exam, "one_free_pool_more", 'C', one_free_pool_more);
        same::<G>(exam, "A3 B4 C10");
    }
    exam::task(
        "6.8",
        "the last arena with its number of free pools stays where it is",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_8_behind_its_equals() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A3 B3 C3 D7");
        with(exam, "one_free_pool_more", 'A', one_free_pool_more);
        same::<G>(exam, "B3 C3 A4 D7");
        arrange::<G>(exam, "E1 A3 B3 C3");
        with(exam, "one_free_pool_more", 'B', one_free_pool_more);
        same::<G>(exam, "E1 A3 C3 B4");
    }
    exam::task("6.8", "any other arena moves behind the last of its equals")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_8_in_front_of_its_new_equals() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A3 B3 C4 D4 E7");
        with(exam, "one_free_pool_more", 'A', one_free_pool_more);
        same::<G>(exam, "B3 A4 C4 D4 E7");
        with(exam, "one_free_pool_more", 'B', one_free_pool_more);
        same::<G>(exam, "B4 A4 C4 D4 E7");
    }
    exam::task(
        "6.8",
        "it stands in front of those that have as many as it has now",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

/// What the list must be after arena `index` of `list` got one free pool more.
fn one_more(list: &mut Vec<(u64, u32)>, number: u64) {
    let at = list.iter().position(|arena| arena.0 == number);
    match at {
        None => list.insert(0, (number, 1)),
        Some(at) => {
            let (number, nf) = list.remove(at);
            // Its equals stand together. Was one of them behind it?
            let last = list.iter().rposition(|arena| arena.1 == nf);
            let at = last.map_or(at, |last| at.max(last + 1));
            list.insert(at, (number, nf + 1));
        }
    }
}

#[test]
fn task_6_8_always_in_order() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let mut random = Random::new();
        for _ in 0..12 {
            // Few different numbers, so that many are equal.
            let mut arenas: Vec<(u64, u32)> = (0..14)
                .map(|index| (index, 1 + random.below(5) as u32))
                .collect();
            random.shuffle(&mut arenas);
            arenas.sort_by_key(|arena| arena.1);
            let mut full: Vec<u64> = (14..18).collect();
            let mut all = arenas.clone();
            all.extend(full.iter().map(|&index| (index, 0)));
            arrange_all::<G>(exam, &all);
            for _ in 0..20 {
                let number = match full.is_empty() || random.chance(4, 5) {
                    true => random.below(14),
                    false => full.swap_remove(0),
                };
                one_more(&mut arenas, number);
                let name = char::from(b'A' + number as u8);
                with(exam, "one_free_pool_more", name, one_free_pool_more);
                same_all::<G>(exam, &arenas);
            }
        }
    }
    exam::task("6.8", "the list stays in order, whatever becomes free")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

/// The words that each of the list's operations needs with so many arenas, all equal but one.
fn words<G: Geometry>(exam: &HeapExam, many: u64) -> [u64; 3] {
    let words = |exam: &HeapExam| exam.work().manager.words();
    let equal: Vec<(u64, u32)> = (0..many).map(|index| (index, 9)).collect();
    arrange_all::<G>(exam, &equal);
    with(exam, "one_free_pool_more", 'A', one_free_pool_more);
    let first = words(exam);
    arrange_all::<G>(exam, &equal);
    with(exam, "one_free_pool_less", 'A', one_free_pool_less);
    let less = words(exam);
    let mut other = equal.clone();
    other.push((many, 0));
    arrange_all::<G>(exam, &other);
    let full = char::from(b'A' + many as u8);
    with(exam, "one_free_pool_more", full, one_free_pool_more);
    [first, less, words(exam)]
}

#[test]
fn task_6_8_no_walk_along_the_list() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note(
            "words read and written: the first of many equal arenas gets one free pool more, has one \
             less, and a full arena gets one",
        );
        let (few, many) = (words::<G>(exam, 3), words::<G>(exam, 40));
        exam.equal("words with 40 arenas, and with 3", few, many);
        exam.at_most(
            "words for the longest of them",
            30,
            few[0].max(few[1]).max(few[2]),
        );
    }
    exam::task(
        "6.8",
        "more arenas cost no more words: nobody walks along the list",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}
