import gc

gc.disable()
old = []
old.append(old)
gc.collect()
young = []
young.append(young)
old.append(young)
del old, young
print(gc.collect(0), gc.collect(1), gc.collect(2))
