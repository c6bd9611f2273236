import gc, sys

def blocks():
    return sys.getallocatedblocks() - start

gc.collect()
start = 0
start = blocks()
values = [i + 0.5 for i in range(1000)]
print("made:     ", blocks() // 10 * 10)
values = None
print("dropped:  ", blocks() // 10 * 10)
gc.collect()
print("collected:", blocks() // 10 * 10)
