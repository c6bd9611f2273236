"""A service in miniature: what a server that keeps sessions asks of its memory manager.

    python3.11 service.py [REQUESTS [SESSIONS [LOG [SEED]]]] [--ageing]

It answers requests, one after the other, and prints one line of JSON about it: the collections with their
pauses, CPU time, memory. `src/service.rs` is the same program on your manager. The same random numbers
make the same decisions in both, and both make the same containers in the same order, so both collect at
the same requests.

With `--ageing` the service forgets something, and grows slower with its age.
"""

import array
import gc
import json
import os
import resource
import sys
import time

now = time.thread_time_ns


# The service.


class Session:
    """What is kept about a user."""

    def __init__(self, user, number, data):
        self.user = user
        self.number = number
        self.data = data
        self.last = None


class Request:
    """A parsed request. Its parts lead back to it: a cycle."""

    def __init__(self, session, headers, parts):
        self.session = session
        self.headers = headers
        self.parts = parts
        self.response = None


class Part:
    def __init__(self, request, leaves):
        self.request = request
        self.leaves = leaves


class Response:
    def __init__(self, request, lines, total):
        self.request = request
        self.lines = lines
        self.total = total


class Service:
    def __init__(self, seed):
        self.seed = seed
        self.requests = 0
        self.cache = {}
        self.timeouts = {}
        self.log = []


def draw(service, below):
    """A random number from 0 to below - 1."""
    seed = (service.seed * 1103515245 + 12345) & 0x7FFF_FFFF
    service.seed = seed
    return (seed >> 8) % below


def find_session(service, number, sessions, ageing):
    """The session of a random user. There are more users than sessions: some must share a place, and the
    one who comes takes it from the one who was there."""
    user = draw(service, sessions + sessions // 4)
    place = user % sessions
    old = service.cache.get(place)
    if old is not None:
        if old.user == user:
            return old
        if not ageing:
            del service.timeouts[old.number]
    session = Session(user, number, {"name": f"user {user}", "visits": number})
    service.cache[place] = session
    service.timeouts[number] = (session, 30.0)
    return session


def parse(service, session, number):
    """A tree of two to five parts with two leaves each; every leaf knows its part, every part the request."""
    words = [f"/item/{number}", "text/plain"]
    headers = {"path": words[0], "accept": words[1]}
    request = Request(session, headers, [])
    for _ in range(2 + draw(service, 4)):
        part = Part(request, [])
        for place in range(2):
            price = draw(service, 10_000) / 100.0
            part.leaves.append({"part": part, "item": (place, price)})
        request.parts.append(part)
    return request


def with_tax(price):
    return price, price * 0.2


def answer(request):
    """Adds up the prices. Response and request know each other."""
    total = 0.0
    lines = []
    for at in range(len(request.parts)):
        leaves = request.parts[at].leaves
        for place in range(len(leaves)):
            price, tax = with_tax(leaves[place]["item"][1])
            total = total + (price + tax)
        lines.append((f"part {at}", total))
    response = Response(request, lines, total)
    request.response = response
    return response


def serve(service, sessions, log, ageing):
    """One request. Every fourth one is kept by its session; the others are garbage now, all in cycles."""
    number = service.requests
    service.requests = number + 1
    session = find_session(service, number, sessions, ageing)
    request = parse(service, session, number)
    response = answer(request)
    if draw(service, 4) == 0:
        session.last = request
    entry = (number, response.total)
    if number < log:
        service.log.append(entry)
    else:
        service.log[number % log] = entry


# Measuring it.

pauses = [array.array("q"), array.array("q"), array.array("q")]
began = 0


def meter(phase, info):
    """In gc.callbacks."""
    global began
    if phase == "start":
        began = now()
    else:
        pauses[info["generation"]].append(now() - began)


def resident():
    """The most memory that this process has had, in bytes."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return 1024 * int(line.split()[1])
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def main(requests=20_000, sessions=1_000, log=1_000, seed=1, ageing=False):
    # What the interpreter itself has made is none of the service's: it is put aside, and the counts are 0.
    gc.collect()
    gc.freeze()
    gc.collect()
    before = gc.get_stats()
    startup = resident()
    gc.callbacks.append(meter)
    start = now()
    service = Service(seed)
    for _ in range(requests):
        serve(service, sessions, log, ageing)
    total = now() - start
    gc.callbacks.remove(meter)
    after = gc.get_stats()
    every = sorted(pauses[0] + pauses[1] + pauses[2])
    print(
        json.dumps(
            {
                "requests": requests,
                "collections": [len(some) for some in pauses],
                "collected": [b["collected"] - a["collected"] for a, b in zip(before, after)],
                "total_ns": total,
                "collecting_ns": sum(every),
                "collecting_ns_by_generation": [sum(some) for some in pauses],
                "longest_pause_ns": every[-1] if every else 0,
                "p99_pause_ns": every[(99 * len(every) + 99) // 100 - 1] if every else 0,
                "peak_resident_bytes": resident(),
                "startup_resident_bytes": startup,
                "allocated_blocks": sys.getallocatedblocks(),
                "containers": len(gc.get_objects()),
                "pid": os.getpid(),
                "python": sys.version.split()[0],
            }
        )
    )


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word != "--ageing"]
    main(*numbers, ageing="--ageing" in sys.argv)
