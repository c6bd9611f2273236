import gc


class Node:
    pass


gc.disable()
gc.collect()

a = []
a.append(a)
del a
print("a list of itself:         ", gc.collect())

a, d = [], {}
a.append(d)
d["list"] = a
del a, d
print("a list and a dict:        ", gc.collect())

a = []
t = (a,)
a.append(t)
del a, t
print("a list and a tuple:       ", gc.collect())

a, b = Node(), Node()
a.next, b.next = b, a
print("two nodes with names:     ", gc.collect())
del a, b
print("two nodes without:        ", gc.collect())

a = []
a.append(a)
a.append([[], [], "text", 5000])
del a
print("and all that hangs on one:", gc.collect())
