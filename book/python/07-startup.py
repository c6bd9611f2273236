import gc

print(gc.collect(), gc.collect(), gc.collect())
