import gc, time

pauses = {0: [], 1: [], 2: []}

def meter(phase, info):
    global started
    if phase == "start":
        started = time.thread_time_ns()
    else:
        pauses[info["generation"]].append(time.thread_time_ns() - started)

gc.collect()
gc.freeze()
gc.collect()
gc.callbacks.append(meter)
kept = [[i] for i in range(300_000)]
gc.callbacks.remove(meter)
for generation, times in pauses.items():
    print(f"generation {generation}: {len(times):4} collections")
ratio = max(pauses[2]) / sorted(pauses[0])[len(pauses[0]) // 2]
print("the longest one, and one of generation 0 in the middle:",
      "a hundred times and more" if ratio > 100 else "alike")
