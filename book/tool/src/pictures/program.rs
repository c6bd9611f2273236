//! The book's one program, `book/python/program.py`, run step by step on a lab's reference.
//!
//! Each chapter draws it with one more layer. The program's own work is done here by hand, as
//! Python's bytecode would do it: every reference that an instruction makes is made, and every
//! reference that it drops is given to [`Lab::drop`].

use memory::{Addr, Allocator, Classic, Heap, Memory, MemoryError, Root, Slots};
use objects::{
    ObjectError, class, function, instance, int, names, object, operate, singletons, str,
};

/// What the program runs on: a lab's types, its start-up, and what it does with a dropped reference.
#[derive(Clone, Copy)]
pub struct Lab {
    /// The slot table.
    pub types: &'static [Slots],
    /// Start-up, from a fresh range.
    pub start: fn(&Heap) -> Result<(), MemoryError>,
    /// What happens to a reference that is dropped: nothing in chapter 2, `decref` from chapter 3
    /// on.
    pub drop: fn(&Heap, Addr),
}

/// Chapter 2: nothing is ever freed.
pub const OBJECTS: Lab = Lab {
    types: objects::TYPES,
    start: objects::start,
    drop: |_, _| {},
};

/// How far the program has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The classes and functions are there; nothing was called.
    Defined,
    /// `main` runs and has bound nothing.
    Called,
    /// `car = Car(4)`: `__init__` runs, its frame on top, `self.wheels` is set.
    InInit,
    /// `car` is bound.
    Car,
    /// `a` and `b` are bound and refer to each other.
    Nodes,
    /// `y = 5000`.
    Y,
    /// `f1(y)`: the call has begun.
    InF1,
    /// `f1` has bound `x` to 10000.
    Doubled,
    /// `f2(x)`: the call has begun.
    InF2,
    /// `f2` has bound `x` to 10001: the deepest point.
    Added,
    /// `f2` has returned.
    F2Returned,
    /// `f1` has returned, and `z` is bound.
    F1Returned,
    /// `main` has returned.
    Returned,
}

/// A fresh memory in which the program has run up to `until`, that step included.
///
/// # Errors
/// Those of the lab: it does not run the program.
pub fn run(lab: Lab, until: Step) -> Result<Memory, ObjectError> {
    run_on(lab, objects::PLAIN, until)
}

/// As [`run`], with chapter 3's types on lab 6's allocator.
///
/// # Errors
/// Those of the lab and of the allocator.
pub fn run_in_arenas(until: Step) -> Result<Memory, ObjectError> {
    run_on(COUNTED, ARENAS, until)
}

/// Chapter 3: what is dropped is freed.
const COUNTED: Lab = Lab {
    types: &refcounts::TYPES,
    start: refcounts::start,
    drop: refcounts::decref,
};

/// Lab 6's allocator, which starts when it is first asked: the lab's `start` lays out the regions.
const ARENAS: Allocator = Allocator {
    malloc: |memory, size| {
        if Root::of(memory).pool_size().get() == 0 {
            arenas::arena::start::<Classic>(memory)?;
        }
        arenas::malloc::<Classic>(memory, size)
    },
    realloc: arenas::realloc::<Classic>,
    free: arenas::free::<Classic>,
};

/// As [`run`], with blocks from this allocator.
///
/// # Errors
/// Those of the lab and of the allocator.
pub fn run_on(lab: Lab, object: Allocator, until: Step) -> Result<Memory, ObjectError> {
    let memory = Memory::new(1 << 20)?;
    let heap = Heap {
        memory: &memory,
        object,
        types: lab.types,
    };
    (lab.start)(&heap)?;
    Run { heap, lab, until }.program()?;
    Ok(memory)
}

/// The places of `main`'s local variables.
mod main_locals {
    pub(super) const CAR: u64 = 0;
    pub(super) const A: u64 = 1;
    pub(super) const B: u64 = 2;
    pub(super) const Y: u64 = 3;
    pub(super) const Z: u64 = 4;
}

struct Run<'m> {
    heap: Heap<'m>,
    lab: Lab,
    until: Step,
}

/// Stops where the picture is taken.
enum Stop {
    Here,
    Error(ObjectError),
}

impl<E: Into<ObjectError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Error(error.into())
    }
}

impl Run<'_> {
    fn program(&self) -> Result<(), ObjectError> {
        match self.all() {
            Ok(()) | Err(Stop::Here) => Ok(()),
            Err(Stop::Error(error)) => Err(error),
        }
    }

    fn all(&self) -> Result<(), Stop> {
        use main_locals::{A, B, CAR, Y, Z};
        let heap = &self.heap;
        self.define_class("Car", &["self", "wheels"])?;
        self.define_class("Node", &["self", "value"])?;
        let f2 = self.define("f2", &["x"])?;
        let f1 = self.define("f1", &["x"])?;
        let main_code = self.define("main", &["car", "a", "b", "y", "z"])?;
        self.reached(Step::Defined)?;

        let main = names::call(heap, main_code, &[])?;
        self.reached(Step::Called)?;

        let car = instance::new(heap, self.global("Car")?)?;
        self.init(car, &[int::from_i64(heap, 4)?], |frame| {
            self.set_attr(frame, "wheels", 1)?;
            self.reached(Step::InInit)
        })?;
        self.store(main, CAR, car);
        self.reached(Step::Car)?;

        let left = str::intern(heap, "left")?;
        let left = object::new_ref(heap, left);
        for (local, value) in [(A, left), (B, int::from_i64(heap, 1025)?)] {
            let node = instance::new(heap, self.global("Node")?)?;
            self.init(node, &[value], |frame| {
                self.set_attr(frame, "value", 1)?;
                let next = str::intern(heap, "next")?;
                let this = names::load_fast(heap, frame, 0)?;
                let old = instance::set_attr(heap, this, next, singletons::none(heap))?;
                self.drop(old);
                Ok(())
            })?;
            self.store(main, local, node);
        }
        let next = str::intern(heap, "next")?;
        for (from, to) in [(A, B), (B, A)] {
            let to = object::new_ref(heap, names::load_fast(heap, main, to)?);
            let from = names::load_fast(heap, main, from)?;
            let old = instance::set_attr(heap, from, next, to)?;
            self.drop(old);
        }
        self.reached(Step::Nodes)?;

        self.store(main, Y, int::from_i64(heap, 5000)?);
        self.reached(Step::Y)?;

        let in_f1 = names::call(heap, f1, &[self.load(main, Y)?])?;
        self.reached(Step::InF1)?;
        let two = int::from_i64(heap, 2)?;
        let product = operate::mul(heap, names::load_fast(heap, in_f1, 0)?, two)?;
        self.drop(Some(two));
        self.store(in_f1, 0, product);
        self.reached(Step::Doubled)?;

        let in_f2 = names::call(heap, f2, &[self.load(in_f1, 0)?])?;
        self.reached(Step::InF2)?;
        let one = int::from_i64(heap, 1)?;
        let sum = operate::add(heap, names::load_fast(heap, in_f2, 0)?, one)?;
        self.drop(Some(one));
        self.store(in_f2, 0, sum);
        self.reached(Step::Added)?;

        let result = self.load(in_f2, 0)?;
        self.leave()?;
        self.reached(Step::F2Returned)?;
        self.leave()?;
        self.store(main, Z, result);
        self.reached(Step::F1Returned)?;
        self.leave()?;
        self.reached(Step::Returned)?;
        Ok(())
    }

    fn reached(&self, step: Step) -> Result<(), Stop> {
        if step == self.until {
            return Err(Stop::Here);
        }
        Ok(())
    }

    fn drop(&self, old: Option<Addr>) {
        if let Some(old) = old {
            (self.lab.drop)(&self.heap, old);
        }
    }

    fn store(&self, frame: Addr, index: u64, value: Addr) {
        let old = names::store_fast(&self.heap, frame, index, value);
        self.drop(old);
    }

    /// A reference of one's own to what a local variable refers to.
    fn load(&self, frame: Addr, index: u64) -> Result<Addr, Stop> {
        let op = names::load_fast(&self.heap, frame, index)?;
        Ok(object::new_ref(&self.heap, op))
    }

    fn leave(&self) -> Result<(), Stop> {
        names::leave(&self.heap, &mut |old| self.drop(Some(old)))?;
        Ok(())
    }

    fn global(&self, name: &str) -> Result<Addr, Stop> {
        let name = str::intern(&self.heap, name)?;
        Ok(names::load_global(&self.heap, name)?)
    }

    fn bind_global(&self, name: &str, value: Addr) -> Result<(), Stop> {
        let name = str::intern(&self.heap, name)?;
        let old = names::store_global(&self.heap, name, value)?;
        self.drop(old);
        Ok(())
    }

    /// `def name(…): …` of the module: a function under its global name. Returns its code.
    fn define(&self, name: &str, varnames: &[&str]) -> Result<Addr, Stop> {
        let code = regions::load_code(self.heap.memory, name, varnames)?;
        self.bind_global(name, function::new(&self.heap, code, None)?)?;
        Ok(code)
    }

    /// `class name:` with an `__init__` that has these local variables.
    fn define_class(&self, name: &str, varnames: &[&str]) -> Result<(), Stop> {
        let heap = &self.heap;
        let ty = class::new(heap, name, None)?;
        let code = regions::load_code(heap.memory, "__init__", varnames)?;
        let init = function::new(heap, code, None)?;
        let old = class::set_attr(heap, ty, str::intern(heap, "__init__")?, init)?;
        self.drop(old);
        self.bind_global(name, ty)
    }

    /// Calls `__init__` of the instance at `op`; `body` runs in its frame.
    fn init(
        &self,
        op: Addr,
        args: &[Addr],
        body: impl FnOnce(Addr) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let heap = &self.heap;
        let init = str::intern(heap, "__init__")?;
        let frame = instance::call_method(heap, op, init, args)?;
        body(frame)?;
        self.leave()
    }

    /// `self.name = …` with what local variable `index` of the frame refers to.
    fn set_attr(&self, frame: Addr, name: &str, index: u64) -> Result<(), Stop> {
        let heap = &self.heap;
        let this = names::load_fast(heap, frame, 0)?;
        let name = str::intern(heap, name)?;
        let old = instance::set_attr(heap, this, name, self.load(frame, index)?)?;
        self.drop(old);
        Ok(())
    }
}
