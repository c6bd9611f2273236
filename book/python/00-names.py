x = int("1025")
y = x
print("y is x:           ", y is x)
x = x + 1
print("x, y:             ", x, y)
print("y is x:           ", y is x)
print("'x' in globals(): ", "x" in globals())
del x
print("'x' in globals(): ", "x" in globals())
