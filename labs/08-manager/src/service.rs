//! A service in miniature: what a server that keeps sessions asks of its memory manager. Given.
//!
//! `service.py` is the same program in Python. The same random numbers make the same decisions in both,
//! and both make the same containers in the same order, so on a manager that does what CPython 3.11 does
//! they collect at the same requests. The two differ in what no collector counts: ints on the way to a
//! result, and the frames of calls.
//!
//! ```text
//!  service ─ cache ──▶ {place: session}              timeouts ──▶ {number: (session, 30.0)}
//!  session ─ data ───▶ {'name': …, 'visits': …}      last ──▶ the request that it keeps
//!  request ─ parts ──▶ [part, …]     part ─ leaves ──▶ [{'part': the part, 'item': (place, price)}, …]
//!  response ─ lines ─▶ [('part 0', total), …]        part, response ──▶ the request
//! ```
//!
//! All state is in the range: the object `service` is a global name. [`Service`] is only a view of it,
//! which [`Service::find`] makes again.

use memory::{Addr, Heap};
use objects::names::{delete_global, load_global, store_global};
use objects::{ObjectError, class, dict, float, instance, int, list, singletons, str, tuple};
use refcounts::{decref, new_ref, xdecref};

/// How large a service is, and what it gets wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// How many sessions it keeps: about 20 containers each.
    pub sessions: u64,
    /// How many entries its log keeps.
    pub log: u64,
    /// The first of its random numbers, below 2^31.
    pub seed: u64,
    /// Whether it forgets something, and grows slower with its age.
    pub ageing: bool,
}

impl Parameters {
    /// A few thousand containers: for tests.
    pub const SMALL: Parameters = Parameters {
        sessions: 100,
        log: 100,
        seed: 1,
        ageing: false,
    };
}

/// A class of the program, and the names of its instances' attributes in order.
#[derive(Clone, Copy, Debug)]
struct Class<const N: usize> {
    class: Addr,
    names: [Addr; N],
}

/// The classes of the program, and the strings that it has as constants.
#[derive(Clone, Copy, Debug)]
struct Program {
    service: Class<5>,
    session: Class<4>,
    request: Class<4>,
    part: Class<2>,
    response: Class<3>,
    words: [Addr; 7],
}

/// The running service.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    parameters: Parameters,
    program: Program,
    state: Addr,
}

/// The global name of the service.
const SERVICE: &str = "service";

/// Makes the classes of the program, as global names: what Python does when it reads the file. What is
/// there already stays.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn load(heap: &Heap) -> Result<(), ObjectError> {
    Program::find(heap).map(|_| ())
}

impl Service {
    /// Starts the service, with nothing in it. An older one is dropped.
    ///
    /// # Errors
    /// Those of [`Heap::malloc`].
    pub fn start(heap: &Heap, parameters: Parameters) -> Result<Service, ObjectError> {
        let program = Program::find(heap)?;
        let [_, requests, cache, timeouts, log] = program.service.names;
        let state = make(heap, program.service, &[new_int(heap, parameters.seed)?])?;
        set(heap, state, requests, new_int(heap, 0)?)?;
        set(heap, state, cache, dict::new(heap)?)?;
        set(heap, state, timeouts, dict::new(heap)?)?;
        set(heap, state, log, list::new(heap)?)?;
        xdecref(
            heap,
            store_global(heap, str::intern(heap, SERVICE)?, state)?,
        );
        Ok(Service {
            parameters,
            program,
            state,
        })
    }

    /// The service that was started in this heap, with these parameters.
    ///
    /// # Errors
    /// [`ObjectError::Name`] if there is none, and those of [`Heap::malloc`].
    pub fn find(heap: &Heap, parameters: Parameters) -> Result<Service, ObjectError> {
        Ok(Service {
            parameters,
            program: Program::find(heap)?,
            state: load_global(heap, str::intern(heap, SERVICE)?)?,
        })
    }

    /// Answers one request (`serve` in `service.py`). Every fourth one is kept by its session, until that
    /// keeps another one or has to go. The others are garbage at the end, all in cycles.
    ///
    /// # Errors
    /// Those of [`Heap::malloc`]: the service is then of no more use, and what it was making stays behind.
    pub fn request(&self, heap: &Heap) -> Result<(), ObjectError> {
        let [_, requests, _, _, log] = self.program.service.names;
        let number = self.requests(heap)?;
        set(heap, self.state, requests, new_int(heap, number + 1)?)?;
        let session = self.find_session(heap, number)?;
        let request = self.parse(heap, session, number)?;
        let response = self.answer(heap, request)?;
        if self.draw(heap, 4)? == 0 {
            let [.., last] = self.program.session.names;
            set(heap, session, last, new_ref(heap, request))?;
        }
        let [.., total] = self.program.response.names;
        let total = new_ref(heap, instance::get_attr(heap, response, total)?);
        let entry = tuple::new(heap, &[new_int(heap, number)?, total])?;
        let log = instance::get_attr(heap, self.state, log)?;
        if number < self.parameters.log {
            list::append(heap, log, entry)?;
        } else {
            let place = (number % self.parameters.log) as i64;
            decref(heap, list::set_item(heap, log, place, entry)?);
        }
        for object in [session, request, response] {
            decref(heap, object);
        }
        Ok(())
    }

    /// How many requests it was asked.
    ///
    /// # Errors
    /// [`ObjectError::Attribute`] if the service was dropped.
    pub fn requests(&self, heap: &Heap) -> Result<u64, ObjectError> {
        let [_, requests, ..] = self.program.service.names;
        int_of(heap, instance::get_attr(heap, self.state, requests)?)
    }

    /// Drops the service with all that it keeps. What is in cycles is garbage then; the classes stay.
    ///
    /// # Errors
    /// [`ObjectError::Name`] if it was dropped already.
    pub fn stop(self, heap: &Heap) -> Result<(), ObjectError> {
        let (name, service) = delete_global(heap, str::intern(heap, SERVICE)?)?;
        decref(heap, service);
        decref(heap, name);
        Ok(())
    }

    /// A random number from 0 to `below` - 1.
    fn draw(&self, heap: &Heap, below: u64) -> Result<u64, ObjectError> {
        let [name, ..] = self.program.service.names;
        let seed = int_of(heap, instance::get_attr(heap, self.state, name)?)?;
        let seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
        set(heap, self.state, name, new_int(heap, seed)?)?;
        Ok((seed >> 8) % below)
    }

    /// The session of a random user, a new reference. There are more users than sessions: some must share
    /// a place, and the one who comes takes it from the one who was there.
    fn find_session(&self, heap: &Heap, number: u64) -> Result<Addr, ObjectError> {
        let Parameters {
            sessions, ageing, ..
        } = self.parameters;
        let [user_name, number_name, ..] = self.program.session.names;
        let [_, _, cache, timeouts, _] = self.program.service.names;
        let cache = instance::get_attr(heap, self.state, cache)?;
        let timeouts = instance::get_attr(heap, self.state, timeouts)?;
        let user = self.draw(heap, sessions + sessions / 4)?;
        let place = new_int(heap, user % sessions)?;
        let old = dict::get_item(heap, cache, place)?.map(|old| new_ref(heap, old));
        if let Some(old) = old {
            if int_of(heap, instance::get_attr(heap, old, user_name)?)? == user {
                decref(heap, place);
                return Ok(old);
            }
            if !ageing {
                let number = instance::get_attr(heap, old, number_name)?;
                refcounts::containers::dict_del_item(heap, timeouts, number)?;
            }
        }
        let [name, visits, ..] = self.program.words;
        let text = str::new(heap, &format!("user {user}"))?;
        let data = [(name, text), (visits, new_int(heap, number)?)];
        let data = make_dict(heap, &data)?;
        let (user, number) = (new_int(heap, user)?, new_int(heap, number)?);
        let key = new_ref(heap, number);
        let session = make(heap, self.program.session, &[user, number, data])?;
        put(heap, cache, place, new_ref(heap, session))?;
        let timeout = [new_ref(heap, session), float::from_f64(heap, 30.0)?];
        put(heap, timeouts, key, tuple::new(heap, &timeout)?)?;
        xdecref(heap, old);
        Ok(session)
    }

    /// A new request: a tree of two to five parts with two leaves each. Every leaf knows its part, every
    /// part the request.
    fn parse(&self, heap: &Heap, session: Addr, number: u64) -> Result<Addr, ObjectError> {
        let [_, _, path, accept, plain, part_key, item_key] = self.program.words;
        let words = [
            str::new(heap, &format!("/item/{number}"))?,
            new_ref(heap, plain),
        ];
        let list_of_words = list::from_items(heap, &words)?;
        let word =
            |at| Ok::<_, ObjectError>(new_ref(heap, list::get_item(heap, list_of_words, at)?));
        let headers = make_dict(heap, &[(path, word(0)?), (accept, word(1)?)])?;
        let parts = list::new(heap)?;
        let arguments = [new_ref(heap, session), headers, parts];
        let request = make(heap, self.program.request, &arguments)?;
        for _ in 0..2 + self.draw(heap, 4)? {
            let leaves = list::new(heap)?;
            let part = make(heap, self.program.part, &[new_ref(heap, request), leaves])?;
            for place in 0..2 {
                let price = self.draw(heap, 10_000)? as f64 / 100.0;
                let item = [new_int(heap, place)?, float::from_f64(heap, price)?];
                let item = tuple::new(heap, &item)?;
                let leaf = [(part_key, new_ref(heap, part)), (item_key, item)];
                list::append(heap, leaves, make_dict(heap, &leaf)?)?;
            }
            list::append(heap, parts, part)?;
        }
        decref(heap, list_of_words);
        Ok(request)
    }

    /// Adds up the prices: the response, a new reference. Response and request know each other.
    fn answer(&self, heap: &Heap, request: Addr) -> Result<Addr, ObjectError> {
        let [_, _, parts, response_name] = self.program.request.names;
        let [_, leaves_name] = self.program.part.names;
        let [.., item_key] = self.program.words;
        let parts = instance::get_attr(heap, request, parts)?;
        let mut total = float::from_f64(heap, 0.0)?;
        let lines = list::new(heap)?;
        for at in 0..list::len(heap, parts) {
            let part = list::get_item(heap, parts, at as i64)?;
            let leaves = instance::get_attr(heap, part, leaves_name)?;
            for leaf in list::items(heap, leaves) {
                let item = dict::get_str(heap, leaf, item_key);
                let item = item.ok_or_else(|| ObjectError::Key("'item'".to_owned()))?;
                let both = with_tax(heap, tuple::get_item(heap, item, 1)?)?;
                let (price, tax) = (
                    tuple::get_item(heap, both, 0)?,
                    tuple::get_item(heap, both, 1)?,
                );
                let price = add(heap, price, tax)?;
                let sum = add(heap, total, price)?;
                for old in [both, price, std::mem::replace(&mut total, sum)] {
                    decref(heap, old);
                }
            }
            let text = str::new(heap, &format!("part {at}"))?;
            let line = tuple::new(heap, &[text, new_ref(heap, total)])?;
            list::append(heap, lines, line)?;
        }
        let arguments = [new_ref(heap, request), lines, total];
        let response = make(heap, self.program.response, &arguments)?;
        set(heap, request, response_name, new_ref(heap, response))?;
        Ok(response)
    }
}

impl Program {
    fn find(heap: &Heap) -> Result<Program, ObjectError> {
        Ok(Program {
            service: Class::find(
                heap,
                "Service",
                ["seed", "requests", "cache", "timeouts", "log"],
            )?,
            session: Class::find(heap, "Session", ["user", "number", "data", "last"])?,
            request: Class::find(heap, "Request", ["session", "headers", "parts", "response"])?,
            part: Class::find(heap, "Part", ["request", "leaves"])?,
            response: Class::find(heap, "Response", ["request", "lines", "total"])?,
            words: intern(
                heap,
                [
                    "name",
                    "visits",
                    "path",
                    "accept",
                    "text/plain",
                    "part",
                    "item",
                ],
            )?,
        })
    }
}

impl<const N: usize> Class<N> {
    /// The class of this name, which is made if there is none yet.
    fn find(heap: &Heap, name: &str, attributes: [&str; N]) -> Result<Class<N>, ObjectError> {
        let global = str::intern(heap, name)?;
        let class = match load_global(heap, global) {
            Ok(class) => class,
            Err(_) => {
                let class = class::new(heap, name, None)?;
                xdecref(heap, store_global(heap, global, class)?);
                class
            }
        };
        let names = intern(heap, attributes)?;
        Ok(Class { class, names })
    }
}

fn intern<const N: usize>(heap: &Heap, texts: [&str; N]) -> Result<[Addr; N], ObjectError> {
    let mut names = [memory::root::ROOT; N];
    for (name, text) in names.iter_mut().zip(texts) {
        *name = str::intern(heap, text)?;
    }
    Ok(names)
}

/// `Class(…)`, a new reference. It steals the references to the arguments, which become the first
/// attributes; the others are None.
///
/// CPython 3.11 makes a tuple of the arguments for such a call, and drops it at the end: so does this.
/// (`_PyObject_MakeTpCall`, `Objects/call.c`.)
fn make<const N: usize>(
    heap: &Heap,
    class: Class<N>,
    arguments: &[Addr],
) -> Result<Addr, ObjectError> {
    let tuple = tuple::new(heap, arguments)?;
    let op = instance::new(heap, class.class)?;
    for (at, name) in class.names.into_iter().enumerate() {
        let value = match arguments.get(at) {
            Some(&value) => new_ref(heap, value),
            None => singletons::none(heap),
        };
        set(heap, op, name, value)?;
    }
    decref(heap, tuple);
    Ok(op)
}

/// `op.name = value`, which steals the reference to `value`.
fn set(heap: &Heap, op: Addr, name: Addr, value: Addr) -> Result<(), ObjectError> {
    xdecref(heap, instance::set_attr(heap, op, name, value)?);
    Ok(())
}

/// `{key: value, …}`, a new reference. It steals the references to the values.
fn make_dict(heap: &Heap, pairs: &[(Addr, Addr)]) -> Result<Addr, ObjectError> {
    let op = dict::new(heap)?;
    for &(key, value) in pairs {
        put(heap, op, new_ref(heap, key), value)?;
    }
    Ok(op)
}

/// `op[key] = value`, which steals both references.
fn put(heap: &Heap, op: Addr, key: Addr, value: Addr) -> Result<(), ObjectError> {
    let old = dict::set_item(heap, op, key, value)?;
    xdecref(heap, old.key);
    xdecref(heap, old.value);
    Ok(())
}

/// `(price, price * 0.2)`, a new reference.
fn with_tax(heap: &Heap, price: Addr) -> Result<Addr, ObjectError> {
    let tax = float::from_f64(heap, float::value(heap, price) * 0.2)?;
    Ok(tuple::new(heap, &[new_ref(heap, price), tax])?)
}

/// `a + b` of two floats, a new reference.
fn add(heap: &Heap, a: Addr, b: Addr) -> Result<Addr, ObjectError> {
    let sum = float::value(heap, a) + float::value(heap, b);
    Ok(float::from_f64(heap, sum)?)
}

/// An int that is not negative, a new reference.
fn new_int(heap: &Heap, value: u64) -> Result<Addr, ObjectError> {
    Ok(int::from_i64(heap, value as i64)?)
}

/// The value of such an int.
fn int_of(heap: &Heap, op: Addr) -> Result<u64, ObjectError> {
    let value = int::to_i64(heap, op).and_then(|value| u64::try_from(value).ok());
    value.ok_or(ObjectError::Value("a number out of range".to_owned()))
}
