import gc
from _testcapi import with_tp_del

@with_tp_del
class Old:
    def __tp_del__(self):
        print("__tp_del__")

gc.disable()
Old()
a, b = Old(), Old()
a.other, b.other = b, [a]
gc.collect()
del a, b
print("found:", gc.collect())
print("garbage:", len(gc.garbage), "again:", gc.collect())
for op in gc.garbage:
    op.other = None
del op
gc.garbage.clear()
