import gc

def place(op):
    return [n for n in range(3) if any(op is other for other in gc.get_objects(n))]

gc.disable()
gc.collect()
x = []
x.append(x)
print("born:", place(x))
for n in 0, 1, 2:
    gc.collect(n)
    print(f"after gc.collect({n}):", place(x))
