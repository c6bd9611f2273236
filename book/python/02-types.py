print(type(5000), type(int), type(type))
print("type is its own type:", type(type) is type)
for ty in (bool, int, type, object):
    print(f"{ty.__name__}: type {type(ty).__name__}, base {ty.__base__}")
print("True + True =", True + True, " True == 1:", True == 1)
print("one object:", id(True) == id(1))
