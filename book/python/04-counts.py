import ctypes
import gc


class Node:
    pass


def count(address):
    return ctypes.c_ssize_t.from_address(address).value


gc.collect()
gc.disable()  # only counting is at work
a, b = Node(), Node()
where = id(a), id(b)
print("both have names:  ", *map(count, where))
a.next = b
b.next = a
print("each in the other:", *map(count, where))
del a
print("del a:            ", *map(count, where))
del b
print("del b:            ", *map(count, where))
print("gc.collect():     ", gc.collect())
