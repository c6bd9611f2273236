import gc

class Request:
    def __init__(self):
        self.parts = [[self] for _ in range(10)]

def run(name, *thresholds, every=0, generation=2):
    looked, waiting = [], 0

    def note(phase, info):
        if phase == "start":
            generations = range(info["generation"] + 1)
            looked.append(sum(len(gc.get_objects(n)) for n in generations))

    sessions = [Request() for _ in range(2000)]
    gc.collect()
    alive = len(gc.get_objects())
    gc.callbacks.append(note)
    gc.set_threshold(*thresholds)
    for number in range(20_000):
        sessions[number * 7 % 2000 if number % 4 == 0 else 0] = Request()
        if every and number % every == every - 1:
            gc.collect(generation)
        if number % 100 == 50:
            waiting = max(waiting, len(gc.get_objects()) - alive)
    gc.callbacks.clear()
    gc.set_threshold(0)
    columns = sum(looked) // 1000, max(looked, default=0) // 1000, waiting // 1000
    print(f"{name:25}{len(looked):8}" + "".join(f"{n:8} k" for n in columns))

gc.collect()
gc.freeze()
gc.collect()
print(f"{'':25}{'times':>8}{'looked at':>10}{'at once':>10}{'waiting':>10}")
run("100, 10, 10", 100, 10, 10)
run("700, 10, 10", 700, 10, 10)
run("10_000, 10, 10", 10_000, 10, 10)
run("100_000, 10, 10", 100_000, 10, 10)
run("collect(0) every 58", 0, every=58, generation=0)
run("collect() every 58", 0, every=58)
run("collect() every 1000", 0, every=1000)
run("collect() every 5000", 0, every=5000)
run("never", 0)
