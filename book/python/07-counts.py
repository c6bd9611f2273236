import gc

class Point:
    pass

def show(what):
    count, size = gc.get_count()[0], len(gc.get_objects(0))
    print(f"{what:<19} {count // 100:>2}   {size // 100:>2}")

gc.disable()
gc.collect()
print("hundreds in:   count 0   generation 0")
old = [Point() for _ in range(1000)]
show("1000 made")
gc.collect()
show("all collected")
young = [Point() for _ in range(500)]
show("500 made")
del old
show("1000 old ones die")
gc.collect()
for generation in 0, 0, 1, 2:
    gc.collect(generation)
    print(f"collect({generation}); counts 1, 2:", *gc.get_count()[1:])
