import gc

class Thing:
    __slots__ = ()

def counted(make):
    gc.collect()
    before = gc.get_count()[0]
    things = [make() for _ in range(1000)]
    made = gc.get_count()[0] - before
    things = None
    left = gc.get_count()[0] - before
    return made // 10 * 10, left // 10 * 10

gc.disable()
print("1000 instances made:", *counted(Thing))
print("1000 lists made:    ", *counted(lambda: []))
