import gc

def note(phase, info):
    print(phase, *info.values())

gc.collect()
x = []
x.append(x)
del x
gc.callbacks.append(note)
gc.collect(1)
gc.callbacks.clear()
