import gc
import weakref


class Node:
    pass


gc.disable()
gc.collect()
a, b = Node(), Node()
a.next, b.next = b, a
inside = weakref.ref(b, lambda r: print("the callback of the one inside"))
a.ref = inside
outside = weakref.ref(b, lambda r: print("the callback of the one outside"))
del a, b, inside
print("collected:", gc.collect())
