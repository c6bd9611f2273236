import gc, sys

def left(make):
    """How many blocks are left when a thousand objects were made and dropped."""
    gc.collect()
    before = sys.getallocatedblocks()
    objects = [make(i) for i in range(1000, 2000)]
    objects = None
    return (sys.getallocatedblocks() - before) // 10 * 10

gc.disable()
print("float:", left(lambda n: n + 0.5))
print("list: ", left(lambda n: []))
print("dict: ", left(lambda n: {}))
print("tuple:", left(lambda n: (n, None)))
print("str:  ", left(lambda n: str(n)))
print("int:  ", left(lambda n: n * n))
