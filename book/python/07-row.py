import gc

class Point:
    pass

def note(phase, info):
    if phase == "start":
        row.append(info["generation"])

gc.collect()
gc.freeze()
gc.collect()
row, points = [], [None] * 1000
gc.set_threshold(50, 3, 2)
gc.callbacks.append(note)
for i in range(1000):
    points[i] = Point()
gc.callbacks.remove(note)
print(*row)
