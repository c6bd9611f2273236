print(type(5000), type(int), type(type))
print("type is its own type:", type(type) is type)
print("bases:", bool.__bases__, int.__bases__, type.__bases__, object.__bases__)
print("True + True =", True + True, "  True == 1:", True == 1, "  True is 1:", id(True) == id(1))
