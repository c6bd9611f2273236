import sys

a = "hi"
print("more than 2:", sys.getrefcount(a) > 2)

b = "".join(["h", "i"])
print("made at run time:", sys.getrefcount(b))
print("equal:", a == b, " the same object:", a is b)
