import gc

class Point:
    pass

def note(phase, info):
    if phase == "start" and info["generation"] == 2:
        full.append(i)

gc.collect()
gc.freeze()
gc.collect()
full, points = [], [None] * 200_000
gc.set_threshold(100, 10, 10)
gc.callbacks.append(note)
for i in range(200_000):
    points[i] = Point()
gc.callbacks.remove(note)
print([round(i / 1000) for i in full])
