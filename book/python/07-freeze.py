import gc

gc.disable()
x = []
x.append(x)
gc.freeze()
print(gc.get_freeze_count() > 1000, len(gc.get_objects()) < 10)
del x
print(gc.collect())
gc.unfreeze()
print(gc.collect())
