//! The pictures of chapter 6: arenas and their pools, the list of usable arenas, an arena that goes, and
//! a manager with one wrong line.

use memory::geometry::{Classic, Further};
use memory::pool::ArenaObject;
use memory::{Addr, Geometry, Root};
use objects::ObjectError;
use picture::PoolParts;

use super::draw::Draw;
use super::program::{Step, run_in_arenas};
use super::{Picture, steps};

/// Three arenas full of 512-byte blocks: 7 in each pool, 448 in each arena.
const THREE: &str = "a1..a1344=512";

/// This chapter's pictures.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    let lists = PoolParts::ARENAS;
    let mut pictures = vec![
        steps::arenas::<Classic>("a1..a200=48 b1..b40=120 X=4000").draw_parts(
            "06-arena",
            "200 blocks of 48 bytes, 40 of 120 bytes, and one of 4000. The small ones have taken five pools of one arena; most of the arena was never touched. The large one is not in an arena.",
            lists.clone(),
        ),
        steps::arenas::<Classic>(&format!("{THREE} -a1..a21 -a449..a469 -a897..a945")).draw_parts(
            "06-usable",
            "Three arenas of 64 pools. The first and the second have 3 free pools each, the third has 7. In the list, the one with the fewest stands first.",
            lists.clone(),
        ),
        steps::arenas::<Classic>(&format!(
            "{THREE} -a1..a21 -a449..a469 -a897..a945 | -a470..a476"
        ))
        .draw_parts(
            "06-slide",
            "One more pool of the first arena of the list became empty. It has 4 free pools now, and moved behind the last one that has 3.",
            lists.clone(),
        ),
        steps::arenas::<Classic>(&format!("{THREE} -a2..a448 -a450..a896 -a898..a1344")).draw_parts(
            "06-survivors",
            "Of 1344 blocks, three are left, one in each arena. 189 of 192 pools are free, and no arena is.",
            lists.clone(),
        ),
        steps::arenas::<Classic>("a1..a900=512 -a449..a455 -a1..a441 | -a442..a448").draw_parts(
            "06-back",
            "The last pool in use of the first arena became empty. Another usable arena stood behind it in the list, so the arena was given back.",
            lists.clone(),
        ),
        steps::arenas::<Further<Classic>>("a1..a448=512 b1..b448=512 -a1..a448 | -b1..b448").draw_parts(
            "06-kept",
            "With the switch `KEPT_ARENAS`: both arenas are empty, and both stay. With `RECARVE`, `pool_address` is back at the start of each: all of its pools count as untouched, and are carved again.",
            lists,
        ),
        broken(),
    ];
    match program() {
        Ok(picture) => pictures.push(picture),
        Err(error) => panic!("the program in an arena: {error}"),
    }
    pictures
}

/// A manager that counts a free pool and moves nothing.
fn broken() -> Picture {
    let run = steps::arenas::<Classic>(&format!(
        "{THREE} -a1..a21 -a449..a469 -a897..a945 | -a470..a476"
    ));
    let root = Root::of(&run.memory);
    let row = root.arenas().get().map_or(0, Addr::get);
    let place = run.block("a477").get() / Classic::ARENA_SIZE;
    let arena = ArenaObject::at(&run.memory, Addr::at(row + place * ArenaObject::SIZE));
    arenas::usable::unlink(arena);
    arenas::usable::link_front(arena);
    let mut draw = Draw::new(
        "06-broken",
        "The same steps as in the picture in which an arena moved, by a manager with one wrong line.",
    )
    .parts(PoolParts::ARENAS);
    if let Some(before) = &run.before {
        draw = draw.before(before);
    }
    draw.pools(&run.memory)
}

/// The arena of the program at its deepest point.
fn program() -> Result<Picture, ObjectError> {
    let memory = run_in_arenas(Step::Added)?;
    Ok(Draw::new(
        "06-program",
        "The program at its deepest point. All of its objects lie in the first pools of one arena, one pool for each size class in use. The rest of the arena was never touched.",
    )
    .parts(PoolParts {
        lists: false,
        ..PoolParts::ARENAS
    })
    .pools(&memory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_look_alike_are_a_number() {
        let pictures = pictures();
        let svg = |name: &str| {
            let picture = pictures.iter().find(|picture| picture.name == name);
            &picture.unwrap().svg
        };
        // Row 0 is mixed, row 1 is drawn, and six rows of eight are left.
        assert_eq!(3, svg("06-usable").matches("… 48 more full").count());
        assert_eq!(3, svg("06-survivors").matches("… 48 more empty").count());
        // 63 free pools: nine boxes.
        assert_eq!(3, svg("06-survivors").matches("… +54").count());
        assert!(!svg("06-program").contains(" more "));
    }
}
