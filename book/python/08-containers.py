import gc, time

def pause():
    """How long a full collection takes, in processor time of this thread."""
    times = []
    for _ in range(5):
        begin = time.thread_time()
        gc.collect()
        times.append(time.thread_time() - begin)
    return min(times)

gc.collect()
gc.freeze()
shortest = None
for name, make in [
    ("floats", lambda i: i + 0.5),
    ("strings", str),
    ("tuples of ints", lambda i: (i, i)),
    ("lists", lambda i: [i]),
]:
    objects = [make(i) for i in range(1_000_000)]
    gc.collect()
    tracked = len(gc.get_objects()) // 1000
    shortest = shortest or pause()
    pauses = "long" if pause() > 10 * shortest else "short"
    print(f"a million {name:15} thousands tracked: {tracked:4}   pauses: {pauses}")
    objects = None
