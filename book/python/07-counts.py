import gc

class Point:
    pass

def made(n):
    before = gc.get_count()[0]
    points = [None] * n
    for i in range(n):
        points[i] = Point()
    return gc.get_count()[0] - before

gc.disable()
old = [Point() for _ in range(1000)]
gc.collect()
print("counts after gc.collect():", *gc.get_count()[1:])
print("1000 objects made and kept, and a list:", made(1000) - made(0))
gc.collect()
young = [Point() for _ in range(300)]
print("in generation 0:", len(gc.get_objects(0)) // 100, "hundred")
del old
print("count 0, when 1000 old ones are gone:", gc.get_count()[0])
print("in generation 0:", len(gc.get_objects(0)) // 100, "hundred")
gc.collect(0)
print("after collect(0):", *gc.get_count()[1:])
gc.collect(0)
print("after collect(0):", *gc.get_count()[1:])
gc.collect(1)
print("after collect(1):", *gc.get_count()[1:])
gc.collect(2)
print("after collect(2):", *gc.get_count()[1:])
