x = int("5000")      # an int object made while the program runs
y = x
print("y is x:", y is x)

before = id(x)
x = x + 1            # another object; the name x refers to it now
print("x", x, "y", y)
print("x refers to another object:", id(x) != before)
print("y refers to the old one:", id(y) == before)

z = int("5000")      # the same value, made again
print("z == y:", z == y, "  z is y:", z is y)
