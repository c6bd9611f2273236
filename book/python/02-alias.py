a = [1, 2]
b = a
b += [3]
print("a", a)

c = (1, 2)
d = c
d += (3,)
print("c", c)
